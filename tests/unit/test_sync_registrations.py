"""A sync is confirmed once the mark and the snapshot are in a batch that is still open."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from registration_sync.domain.errors import InvalidRequest, Unavailable
from registration_sync.domain.registrations.batches import (
    NO_BATCH,
    Current,
    DueMark,
    ExportMarker,
    Stored,
    YearMarker,
    arrived_at,
)
from registration_sync.domain.registrations.registration import (
    APPROVED,
    NOT_TAKEN,
    Refusal,
    Registration,
    Selector,
    decode_snapshot,
    has_same_content,
)
from registration_sync.domain.registrations.sync_request import SyncRequest
from registration_sync.use_cases.registrations.sync_registrations import (
    SyncResult,
    sync_registrations,
)

NOW = dt.datetime(2026, 3, 2, 16, 30, tzinfo=dt.UTC)
YEAR = 2025
MINUTE = dt.timedelta(minutes=1)


class Table:
    """Implements the part of the port RegistrationsTable that a sync uses, in memory.

    `before_marker` lists what happens before each read of the marker; `dropped` are the students
    whose writes are not confirmed.
    """

    def __init__(self) -> None:
        self.open: dict[int, int] = {}
        self.marks: set[tuple[int, int, str]] = set()
        self.students: dict[tuple[int, str], Current] = {}
        self.expiries: dict[tuple[int, str], int] = {}
        self.before_marker: list[Callable[[], None]] = []
        self.unmarked: set[str] = set()
        self.dropped: set[str] = set()
        self.writes = 0

    def marker(self, _c: str) -> ExportMarker:
        if self.before_marker:
            self.before_marker.pop(0)()
        return ExportMarker(None, {year: YearMarker(b, b - 1) for year, b in self.open.items()})

    def add_year(self, _c: str, year: int) -> None:
        assert year not in self.open
        self.open[year] = 1

    def put_marks(self, _c: str, year: int, batch: int, marks: Sequence[DueMark]) -> set[str]:
        self.writes += 1
        confirmed = {mark.student_id for mark in marks} - self.unmarked
        self.marks |= {(year, batch, student_id) for student_id in confirmed}
        return confirmed

    def put_current(self, _c: str, year: int, snapshots: Sequence[Current]) -> Mapping[str, Stored]:
        return {
            one.student_id: self._put(year, one)
            for one in snapshots
            if one.student_id not in self.dropped
        }

    def _put(self, year: int, new: Current) -> Stored:
        old = self.students.get((year, new.student_id))
        if old and (old.version, old.batch) > (new.version, new.batch):
            return Stored.WRITTEN if old.version == new.version else Stored.SUPERSEDED
        self.students[year, new.student_id] = new
        same = (
            old and old.snapshot and new.snapshot and has_same_content(old.snapshot, new.snapshot)
        )
        return Stored.UNCHANGED if same and old and old.version != new.version else Stored.WRITTEN

    def put_unknown(
        self, _c: str, year: int, tombstones: Sequence[Current], expires_at: int
    ) -> set[str]:
        unknown = [one for one in tombstones if (year, one.student_id) not in self.students]
        for one in unknown:
            self.students[year, one.student_id] = one
            self.expiries[year, one.student_id] = expires_at
        return {one.student_id for one in unknown}

    def current(
        self, _c: str, year: int, student_ids: Iterable[str]
    ) -> Iterator[tuple[str, Current | None]]:
        for student_id in student_ids:
            yield student_id, self.students.get((year, student_id))

    def close(self, year: int = YEAR) -> None:
        self.open[year] += 1

    def marked(self, student_id: str, year: int = YEAR) -> list[int]:
        """The batches in which the student is marked."""
        return sorted(batch for y, batch, one in self.marks if (y, one) == (year, student_id))

    def name(self, student_id: str, year: int = YEAR) -> Any:
        """The name in the stored snapshot; None for a removed student."""
        snapshot = self.students[year, student_id].snapshot
        return snapshot and decode_snapshot(snapshot)["data"]["fname"]


def registration(
    student_id: str = "007", fname: str = "Ann", *, year: int = YEAR, status: str = APPROVED
) -> Registration:
    return Registration(0, f"r-{student_id}", student_id, year, status, {"fname": fname})


def sync(
    table: Table,
    *registrations: Registration,
    at: dt.datetime = NOW,
    as_of: dt.datetime | None = None,
    select: Selector | None = None,
    seconds_left: Callable[[], float] | None = None,
) -> list[SyncResult]:
    numbered = [Registration(index, *_fields(one)) for index, one in enumerate(registrations)]
    return sync_registrations(
        "north",
        SyncRequest(numbered, as_of),
        request_id="a request",
        arrived_at=at,
        select=select,
        table=table,  # type: ignore[arg-type]  # a part of the port
        retention_days=400,
        seconds_left=seconds_left or seconds(*range(20, 0, -1)),
    )


def _fields(one: Registration) -> tuple[Any, ...]:
    return one.registration_id, one.student_id, one.school_year, one.status, one.data


def codes(results: Iterable[SyncResult]) -> list[tuple[str, str, str]]:
    return [(one.student_id, one.result, one.code) for one in results]


def seconds(*values: float) -> Callable[[], float]:
    """The seconds left at each call; a sync that calls more often takes too long."""
    left = iter(values)
    return lambda: next(left)


SYNCED, SUPERSEDED = ("synced", "synced"), ("superseded", "superseded")
NOT_CONFIRMED = ("failed", "not_confirmed")


# Stored and marked


def test_a_registration_is_stored_and_marked_in_the_open_batch_of_its_year() -> None:
    table = Table()
    table.open = {2024: 5}

    results = sync(table, registration("007"), registration("06520", "Ben", year=2024))

    assert codes(results) == [("007", *SYNCED), ("06520", *SYNCED)]
    assert table.open == {2024: 5, 2025: 1}
    assert table.marks == {(2025, 1, "007"), (2024, 5, "06520")}
    assert {key: one.batch for key, one in table.students.items()} == {
        (2025, "007"): 1,
        (2024, "06520"): 5,
    }
    assert (table.name("007"), table.name("06520", 2024)) == ("Ann", "Ben")


def test_only_the_last_of_several_registrations_of_a_student_is_stored() -> None:
    table = Table()

    results = sync(table, registration(fname="Ann"), registration("1"), registration(fname="Anna"))

    assert codes(results) == [("007", *SUPERSEDED), ("1", *SYNCED), ("007", *SYNCED)]
    assert table.name("007") == "Anna"


def test_a_later_sync_wins_whatever_comes_first() -> None:
    table = Table()
    sync(table, registration(fname="Anna"), at=NOW + MINUTE)

    (late,) = sync(table, registration(fname="Ann"), at=NOW)

    assert (late.result, late.message) == (
        "superseded",
        "A later sync of this student is stored already.",
    )
    assert table.name("007") == "Anna"


def test_the_time_of_the_registrations_dates_the_snapshot_and_orders_it() -> None:
    table = Table()
    sync(table, registration(fname="Ann"), as_of=NOW - 60 * MINUTE)

    results = sync(table, registration(fname="Anna"), at=NOW - 30 * MINUTE)

    assert codes(results) == [("007", *SYNCED)]
    stored = table.students[YEAR, "007"]
    assert arrived_at(stored.version) == NOW - 30 * MINUTE
    assert stored.snapshot is not None
    assert decode_snapshot(stored.snapshot)["synced_at"] == "2026-03-02T16:00:00.000Z"
    with pytest.raises(InvalidRequest):
        sync(table, registration(), as_of=NOW + 60 * MINUTE)


def test_a_registration_that_changes_nothing_is_unchanged_and_due_all_the_same() -> None:
    table = Table()
    (first,) = sync(table, registration())
    table.close()

    (same,) = sync(table, registration(), at=NOW + MINUTE)
    (other,) = sync(table, registration(fname="Anna"), at=NOW + 2 * MINUTE)

    assert [one.unchanged for one in (first, same, other)] == [False, True, False]
    assert table.marked("007") == [1, 2]


# Refused


def test_registrations_that_are_refused_do_not_hold_back_the_others() -> None:
    table = Table()

    results = sync(
        table,
        registration("1", year=2031),
        registration("2", year=2014),
        registration("3", status="Registration Pending"),
        registration("4"),
    )

    far_off, too_old, pending, synced = results
    assert (far_off.code, too_old.code) == ("school_year_too_far_off",) * 2
    assert "2015 to 2030 can be synced now" in far_off.message
    assert (pending.result, pending.code, bool(pending.message)) == (
        "refused",
        "not_approved",
        True,
    )
    assert (synced.result, synced.message) == ("synced", "")
    assert table.students.keys() == {(YEAR, "4")}


def refuse(*student_ids: str, refusal: Refusal = NOT_TAKEN) -> Selector:
    return lambda one: refusal if one.student_id in student_ids else None


def test_a_student_who_is_no_longer_taken_is_removed() -> None:
    table = Table()
    sync(table, registration("1"), registration("2"))
    table.close()

    results = sync(table, registration("1"), registration("2"), at=NOW + MINUTE, select=refuse("1"))

    assert codes(results) == [("1", "refused", "not_taken"), ("2", *SYNCED)]
    assert "does not take" in results[0].message
    assert (table.name("1"), table.marked("1")) == (None, [1, 2])


@pytest.mark.parametrize("was_removed", [False, True])
def test_a_student_who_is_not_there_is_not_due_if_not_taken(was_removed: bool) -> None:
    """No year begins, and no export sends a removal."""
    table = Table()
    if was_removed:
        sync(table, registration())
        sync(table, registration(), at=NOW + MINUTE, select=refuse("007"))
        table.close()
    before = set(table.marks), dict(table.open)

    results = sync(table, registration(), at=NOW + 2 * MINUTE, select=refuse("007"))

    assert codes(results) == [("007", "refused", "not_taken")]
    assert (table.marks, table.open) == before


def test_the_tombstone_of_an_unknown_student_expires_after_the_year_and_the_retention() -> None:
    table = Table()

    sync(table, registration(), select=refuse("007"))

    tombstone = table.students[YEAR, "007"]
    assert (tombstone.batch, tombstone.snapshot) == (NO_BATCH, None)
    ends = dt.datetime(2026, 6, 30, tzinfo=dt.UTC) + dt.timedelta(days=400)
    assert table.expiries == {(YEAR, "007"): int(ends.timestamp())}


def test_a_registration_that_is_refused_for_its_data_removes_nobody() -> None:
    table = Table()
    sync(table, registration(fname="Ann"))
    wrong = Refusal("condition_failed", "A condition cannot be tested.")  # type: ignore[arg-type]

    results = sync(table, registration(fname="Anna"), select=refuse("007", refusal=wrong))

    assert codes(results) == [("007", "refused", "condition_failed")]
    assert table.name("007") == "Ann"


def test_of_a_student_who_is_taken_once_and_not_then_the_last_registration_decides() -> None:
    table = Table()
    sync(table, registration(fname="Ann"))

    def not_anna(one: Registration) -> Refusal | None:
        return NOT_TAKEN if one.data["fname"] == "Anna" else None

    kept = sync(
        table,
        registration(fname="Anna"),
        registration(fname="Ann"),
        at=NOW + MINUTE,
        select=not_anna,
    )
    removed = sync(
        table,
        registration(fname="Ann"),
        registration(fname="Anna"),
        at=NOW + 2 * MINUTE,
        select=not_anna,
    )

    assert codes(kept) == [("007", *SUPERSEDED), ("007", *SYNCED)]
    assert codes(removed) == [("007", *SUPERSEDED), ("007", "refused", "not_taken")]
    assert table.name("007") is None


# Confirmed


def test_if_an_export_closes_the_batch_meanwhile_everything_is_written_to_the_next() -> None:
    """The marks may have been too late for that export, those of superseded students as well."""
    table = Table()
    sync(table, registration("1", "Anna"), at=NOW + MINUTE)
    sync(table, registration("3", year=2024))
    table.before_marker = [lambda: None, table.close]

    results = sync(table, registration("1"), registration("2"), registration("3", year=2024))

    assert codes(results) == [("1", *SUPERSEDED), ("2", *SYNCED), ("3", *SYNCED)]
    assert (table.marked("1"), table.marked("2")) == ([1, 2], [1, 2])
    assert table.marked("3", 2024) == [1]
    assert table.students[YEAR, "2"].batch == 2


def test_a_repeat_stays_unchanged_if_an_export_closes_the_batch_meanwhile() -> None:
    table = Table()
    sync(table, registration("1"), registration("2"))
    table.before_marker = [lambda: None, table.close]

    same, other = sync(table, registration("1"), registration("2", "Ben"), at=NOW + MINUTE)

    assert (same.unchanged, other.unchanged) == (True, False)


@pytest.mark.parametrize("part", ["unmarked", "dropped"])
def test_a_student_whose_mark_or_snapshot_is_not_confirmed_is_sent_again(part: str) -> None:
    table = Table()
    setattr(table, part, {"1"})

    results = sync(table, registration("1"), registration("2"))

    assert codes(results) == [("1", *NOT_CONFIRMED), ("2", *SYNCED)]
    assert results[0].message == "Not confirmed: please send this registration again."
    assert table.students.keys() == {(YEAR, "2")}


def test_a_table_that_does_not_answer_confirms_nothing_more() -> None:
    table = Table()

    def fail() -> None:
        raise Unavailable("The table did not answer.")

    table.before_marker = [lambda: None, lambda: None, fail]

    assert codes(sync(table, registration())) == [("007", *NOT_CONFIRMED)]


def test_a_sync_stops_while_there_is_time_to_answer() -> None:
    table = Table()
    sync(table, registration("1"))
    table.before_marker = [lambda: None, *[table.close] * 3]

    results = sync(table, registration("1"), registration("2"), seconds_left=seconds(20, 6, 4))

    assert codes(results) == [("1", *NOT_CONFIRMED), ("2", *NOT_CONFIRMED)]
    assert table.marked("2") == [1, 2]


def test_without_time_a_removal_is_refused_as_a_whole_and_other_requests_are_not_confirmed() -> (
    None
):
    table = Table()

    assert codes(sync(table, registration(), seconds_left=lambda: 4.0)) == [("007", *NOT_CONFIRMED)]
    with pytest.raises(Unavailable, match="no time left"):
        sync(table, registration(), select=refuse("007"), seconds_left=lambda: 4.0)
    assert table.students == {}


def test_a_request_without_an_approved_registration_writes_nothing() -> None:
    table = Table()

    assert sync(table) == []
    sync(table, registration(status="Registration Pending"))

    assert (table.open, table.writes) == ({}, 0)
