"""What the deliveries show of an importer, and what is remembered of uploads."""

import datetime as dt
from dataclasses import asdict, replace
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.connections.connection import Connection, Importer
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.runs.run import Run, RunRequest, RunTrigger
from registration_sync.domain.runs.uploads import (
    MAX_LOST,
    Collected,
    FoundUpload,
    Habits,
    LastUpload,
    UploadedRows,
    habits_of,
    last_upload,
)
from registration_sync.use_cases.delivery.importer import CollectionCheck

PATH = "f/students.csv"
NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
LAST = LastUpload(PATH, "r1", "r1", "2026-03-02 21:00", 120, "ab", modified=5000, rows=2)
THERE = RemoteFile(PATH, 120, 5000)


def after(ends: str, habits: Habits = Habits()) -> Importer:  # noqa: B008  # a value
    """The habit after deliveries that were gone (g) or left (l)."""
    for number, end in enumerate(ends):
        habits = habits.with_delivery(f"{len(habits.deliveries)}-{number}", is_gone=end == "g")
    return habits.habit


@pytest.mark.parametrize(
    ("ends", "habit"),
    [
        ("", "unknown"),
        ("g", "unknown"),
        ("gg", "unknown"),
        ("ggg", "removes"),
        ("lll", "leaves"),
        ("glg", "unknown"),
        ("gggl", "removes"),
        ("gggll", "removes"),
        ("ggglll", "leaves"),
        ("lllggg", "removes"),
        ("lllgl", "leaves"),
    ],
)
def test_three_deliveries_in_a_row_show_a_habit(ends: str, habit: str) -> None:
    assert after(ends) == habit


def test_what_an_older_version_learned_is_corrected_by_three_deliveries() -> None:
    assert after("l", Habits(Importer.REMOVES)) == "removes"
    assert after("lll", Habits(Importer.REMOVES)) == "leaves"


def test_a_delivery_counts_once_and_may_still_be_collected() -> None:
    once = Habits().with_delivery("r1", is_gone=False)

    assert once.with_delivery("r1", is_gone=False) == once
    collected = once.with_delivery("r1", is_gone=True)
    assert collected.deliveries == (("r1", True),)
    assert collected.with_delivery("r1", is_gone=False) == collected
    assert habits_of(asdict(collected)) == collected


def test_an_upload_is_read_as_an_older_or_a_newer_version_wrote_it() -> None:
    old = {name: asdict(LAST)[name] for name in ("path", "run_id", "of_export", "delivered_at")}
    found = last_upload({**old, "size": 120, "sha256": "ab", "new": 1})

    assert (found.rows, found.own_rows, found.lost) == (None, UploadedRows("r1"), ())
    source = UploadedRows("r1", 2025, "index-7.tsv", (0, 2), 7)
    whole = replace(LAST, source=source, lost=(UploadedRows("r0"),))
    assert last_upload(asdict(whole) | {"lost": [asdict(UploadedRows("r0")) | {"x": 1}]}) == whole


def test_the_students_of_uploads_that_nobody_collected_are_remembered() -> None:
    earlier = tuple(UploadedRows(f"e{number}") for number in range(MAX_LOST))
    left = FoundUpload(replace(LAST, lost=earlier), Collected.NO)

    assert left.lost_with(unknown_too=False) == (*earlier[1:], UploadedRows("r1"))
    assert left.uncarried == (*earlier, UploadedRows("r1"))
    unknown = replace(left, collected=Collected.UNKNOWN)
    assert unknown.lost_with(unknown_too=False) == earlier
    assert unknown.lost_with(unknown_too=True)[-1] == UploadedRows("r1")
    assert unknown.uncarried[-1] == UploadedRows("r1")
    for safe in (replace(left, collected=Collected.YES), replace(left, is_due=True)):
        assert (safe.uncarried, safe.lost_with(unknown_too=True)) == (earlier, earlier)


class Remembered:
    """The parts of the port Deliveries that a look uses."""

    def __init__(self, habits: Habits) -> None:
        self.known = habits
        self.recorded: list[Habits] = []

    def last(self, _c: str, _account: str, path: str) -> LastUpload | None:
        return LAST if path == PATH else None

    def habits(self, _c: str, _account: str) -> Habits:
        return self.known

    def record_habits(self, _c: str, _account: str, habits: Habits) -> None:
        self.recorded.append(habits)


def look(
    remote: RemoteFile | None, deliveries: Remembered, *, now: dt.datetime = NOW, importer: str
) -> str:
    connection = Connection(
        connection_id="north",
        name="North",
        host="sftp.example.org",
        username="district",
        folder="f",
        district="d",
        time_zone="UTC",
        importer=Importer(importer),
    )
    run = Run(
        connection_id="north",
        run_id="r2",
        trigger=RunTrigger.API,
        requested_at=now,
        request=RunRequest(),
    )
    check = CollectionCheck(connection, run, deliveries)  # type: ignore[arg-type]
    (found,) = check.look([PATH, "f/other.csv"], lambda paths: [remote for _ in paths])
    return found.collected.value


@pytest.mark.parametrize(
    ("remote", "importer", "collected"),
    [
        (None, "removes", "yes"),
        (THERE, "removes", "no"),
        (THERE, "unknown", "unknown"),
        (THERE, "leaves", "unknown"),
        (None, "unknown", "yes"),
        (RemoteFile(PATH, 99, 5000), "removes", "unknown"),
        (RemoteFile(PATH, None, is_hidden=True), "removes", "unknown"),
    ],
)
def test_a_file_is_collected_once_it_is_gone(
    remote: RemoteFile | None, importer: str, collected: str
) -> None:
    assert look(remote, Remembered(Habits()), importer=importer) == collected


def test_a_learned_habit_counts_like_a_setting() -> None:
    assert look(THERE, Remembered(Habits(Importer.REMOVES)), importer="unknown") == "no"


def test_a_file_that_is_still_there_shows_a_habit_only_after_a_day() -> None:
    deliveries = Remembered(Habits())
    soon = dt.datetime(2026, 3, 2, 22, tzinfo=dt.UTC)

    look(THERE, deliveries, now=soon, importer="unknown")
    assert deliveries.recorded == []
    look(RemoteFile(PATH, 99, 5000), deliveries, importer="unknown")
    assert deliveries.recorded == []
    look(THERE, deliveries, importer="unknown")
    look(None, deliveries, now=soon, importer="unknown")

    ends = [one.deliveries for one in deliveries.recorded]
    assert ends == [(("r1", False),), (("r1", True),)]


def test_a_replaced_file_has_the_time_of_its_delivery() -> None:
    found = LAST.replaced(Collected.NO, ZoneInfo("America/Chicago"))

    assert (found.delivered_at, found.rows) == ("2026-03-02T21:00:00-06:00", 2)
    assert (found.run_id, found.collected) == ("r1", "no")
