"""Each ready-made mapping, over a rich made-up district and its next day, passes its format's
checker."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.district import Registration, made_up_district, next_day
from registration_sync.domain.batches import Current, Mark, version_of
from registration_sync.domain.compiled_mapping import RunFacts, compile_mapping
from registration_sync.domain.mapping import parse_mapping
from registration_sync.domain.mapping_text import read_mapping_text
from registration_sync.domain.registration import encode_snapshot, parse_sync_request
from registration_sync.use_cases.package_files import package_files
from registration_sync.use_cases.write_files import WrittenYear, write_files
from tests.formats.checkers import CHECKS

YEAR = 2026
MAPPINGS = Path(__file__).parents[2] / "mappings"
NOW = dt.datetime(2026, 8, 3, 21, tzinfo=dt.UTC)


class Synced:
    """The part of the table that writing reads: everyone, and who of them is due."""

    def __init__(self) -> None:
        self.stored: dict[str, Current] = {}
        self.due: set[str] = set()

    def sync(self, registrations: Sequence[Registration]) -> None:
        wanted = [
            one
            for one in registrations
            if one["school_year"] == YEAR and one["status"] == "Registration Approved"
        ]
        for start in range(0, len(wanted), 500):
            body = json.dumps({"registrations": wanted[start : start + 500]})
            for one in parse_sync_request(body).registrations:
                snapshot = encode_snapshot(one, "2026-08-02T10:00:00.000Z")
                assert isinstance(snapshot, bytes)
                self._put(Current(one.student_id, "", 1, snapshot))

    def remove(self, keys: Sequence[tuple[int, str]]) -> None:
        version = version_of(int(NOW.timestamp() * 1000), "r", 0)
        for year, student_id in keys:
            if year == YEAR:
                self._put(Current(student_id, version, 1, None))

    def _put(self, current: Current) -> None:
        self.stored[current.student_id] = current
        self.due.add(current.student_id)

    def marks(self, *_: object) -> Iterator[Mark]:
        return (Mark(student_id) for student_id in sorted(self.due))

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        return ((student_id, self.stored.get(student_id)) for student_id in student_ids)

    def all_current(self, *_: object) -> Iterator[Current]:
        return (self.stored[student_id] for student_id in sorted(self.stored))


def export(name: str, table: Synced, folder: Path) -> WrittenYear:
    """Writes the files as an export delivers them into `folder`."""
    definition = read_mapping_text((MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8"))
    compiled = compile_mapping(parse_mapping(definition), RunFacts(NOW, ZoneInfo("UTC"), YEAR))
    work = folder.with_name(f"{folder.name}-work")
    written = write_files(
        "c",
        YEAR,
        range(1, 2),
        compiled=compiled,
        table=table,
        folder=work,
        check=lambda: None,  # type: ignore[arg-type]  # the part that is used
    )
    sent = written.files
    if compiled.package:
        sent = (package_files(written.files, compiled.package, work),)
    folder.mkdir()
    for file in sent:
        shutil.copy(file.source, folder / file.name)
    table.due.clear()
    return written


def test_every_mapping_but_the_plain_one_has_a_checker() -> None:
    assert {path.stem for path in MAPPINGS.glob("*.yaml")} == {*CHECKS, "plain"}


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_mapping_delivers_passes_its_formats_checker(name: str, tmp_path: Path) -> None:
    district = made_up_district(YEAR)
    table = Synced()
    table.sync(district)

    first = export(name, table, tmp_path / "first")
    findings = CHECKS[name](tmp_path / "first")

    assert [str(finding) for finding in findings] == []
    assert (first.held, first.unmatched, first.left_out) == ((), (), 0)
    assert first.students == len(table.stored) > 400

    day = next_day(district)
    table.sync([*day.changed, *day.added])
    table.remove(day.removed)
    second = export(name, table, tmp_path / "second")

    assert [str(finding) for finding in CHECKS[name](tmp_path / "second")] == []
    assert (second.held, second.unmatched) == ((), ())
    assert second.removed > 0


@pytest.mark.parametrize("name", ["oneroster_1_1", "oneroster_1_2"])
def test_a_removal_is_told_to_oneroster_as_tobedeleted(name: str, tmp_path: Path) -> None:
    district = made_up_district(YEAR)
    table = Synced()
    table.sync(district)
    export(name, table, tmp_path / "first")
    (removed, *_) = [key for key in next_day(district).removed if key[0] == YEAR]
    table.remove([removed])

    written = export(name, table, tmp_path / "second")

    users = next(file for file in written.files if file.name == "users.csv")
    _, row = users.source.read_text(encoding="utf-8").splitlines()
    assert row.startswith(f"{removed[1]},tobedeleted,2026-08-03T21:00:00.000Z,")
    assert {file.name for file in written.files} >= {"users.csv", "demographics.csv"}
    assert "orgs.csv" not in {file.name for file in written.files}
