"""Writing a year's files from a stream of students; a fake table returns the students of a test."""

import datetime as dt
import json
import sqlite3
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.errors import DiskFull, LeaseLost
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.registrations.batches import Current, DueMark, version_of
from registration_sync.domain.registrations.ledger import NO_TOTALS, Totals
from registration_sync.domain.registrations.registration import (
    APPROVED,
    Registration,
    encode_snapshot,
)
from registration_sync.domain.runs.run import MAX_HELD_LISTED
from registration_sync.use_cases.exporting import unique_values
from registration_sync.use_cases.exporting import write_files as write_files_module
from registration_sync.use_cases.exporting.students import MANY, MOST_PEEKED, students_to_write
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files

BATCHES = range(1, 2)


def compiled(*, is_full: bool = False, **file: Any) -> CompiledMapping:
    fields = [
        {"from": "students.id", "mapping_type": "direct", "to": "ID"},
        {"from": "students.grade", "mapping_type": "match_codes", "codes": {"K": "0"}, "to": "G"},
    ]
    mapping = parse_mapping({"files": [{"name": "students", "fields": fields} | file]})
    started_at = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
    return compile_mapping(
        mapping,
        RunContext(started_at=started_at, time_zone=ZoneInfo("UTC"), school_year=2025),
        is_full=is_full,
    )


def snapshot(student_id: str, grade: str = "K") -> Current:
    data: Any = {"students": {"id": student_id, "grade": grade}}
    registration = Registration(0, "r", student_id, 2025, APPROVED, data)
    encoded = encode_snapshot(registration, "2026-03-02T10:00:00.000Z")
    assert isinstance(encoded, bytes)
    return Current(student_id, version_from(student_id), 1, encoded)


def version_from(student_id: str) -> str:
    """Of a sync in the second after 1970 that has the number of the id."""
    return version_of(1000 * (int(student_id) if student_id.isdecimal() else 0), "r", 0)


def removed(student_id: str) -> Current:
    return Current(student_id, version_from(student_id), 1, None)


@dataclass
class Students:
    """The part of the table that the writer reads: snapshots and due marks."""

    stored: dict[str, Current]
    due: list[str] = field(default_factory=list)

    def marks(self, _c: str, _y: int, _batches: range) -> Iterator[DueMark]:
        yield from map(DueMark, sorted(self.due))

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        for student_id in student_ids:
            yield student_id, self.stored.get(student_id)

    def all_current(self, _c: str, _y: int, _after: str = "") -> Iterator[Current]:
        yield from (self.stored[student_id] for student_id in sorted(self.stored))


def write(
    table: Any,
    folder: Path,
    mapping: CompiledMapping | None = None,
    totals: Totals = NO_TOTALS,
) -> WrittenYear:
    mapping = mapping or compiled()
    students = students_to_write("c", 2025, BATCHES, compiled=mapping, table=table, totals=totals)
    return write_files(students, compiled=mapping, folder=folder, check=lambda: None)


def students(*stored: Current, due: list[str]) -> Students:
    return Students({current.student_id: current for current in stored}, due)


def content(year: WrittenYear) -> list[str]:
    return [file.source.read_text().replace("\n", "|") for file in year.files]


def test_a_file_of_changes_contains_due_students_in_order_of_id(tmp_path: Path) -> None:
    table = students(snapshot("10"), snapshot("2"), snapshot("1"), due=["2", "10"])

    year = write(table, tmp_path)

    assert content(year) == ["ID,G|10,0|2,0|"]
    assert (year.students, year.files[0].rows) == (2, 2)


@pytest.mark.parametrize("exported", [0, 2 * MANY + 1, 2 * MANY + 2, 2 * MOST_PEEKED + 2])
@pytest.mark.parametrize("due", [MANY - 1, MANY])
def test_students_are_written_alike_whether_they_are_read_by_partition_or_by_key(
    exported: int, due: int, tmp_path: Path
) -> None:
    """A partition has others than those due: students who were exported or removed before."""
    ids = [f"{number:04}" for number in range(due)]
    stored = [snapshot(one) for one in ids[2:]]
    others = [snapshot("0500x"), removed("9999")]
    table = students(removed("0001"), *stored, *others, due=ids)

    year = write(table, tmp_path, totals=Totals(exported))

    assert [line[:4] for line in content(year)[0].split("|")[1:-1]] == ids[2:]
    assert (year.students, year.removed, year.missing) == (due - 2, 1, 1)


def test_the_oldest_of_the_due_students_counts(tmp_path: Path) -> None:
    stored = [snapshot("1"), snapshot("10", "unknown"), snapshot("2"), removed("4")]

    def oldest(*due: str) -> dt.datetime | None:
        table = students(*stored, due=list(due))
        return write(table, tmp_path / "".join(due), compiled(contents="all")).oldest_due_at

    assert oldest("2", "10", "4", "missing") == dt.datetime(1970, 1, 1, 0, 0, 2, tzinfo=dt.UTC)
    assert oldest("10") == dt.datetime(1970, 1, 1, 0, 0, 10, tzinfo=dt.UTC)
    assert oldest("missing") is None


def test_removed_and_missing_students_are_counted_and_not_written(tmp_path: Path) -> None:
    table = students(snapshot("1"), removed("2"), due=["1", "2", "3"])

    year = write(table, tmp_path)

    assert content(year) == ["ID,G|1,0|"]
    assert (year.students, year.removed, year.missing) == (1, 1, 1)


def test_a_year_without_due_students_writes_no_file(tmp_path: Path) -> None:
    assert write(students(snapshot("1"), due=[]), tmp_path).files == ()


def test_a_year_without_due_students_writes_a_full_file_only_in_a_full_run(
    tmp_path: Path,
) -> None:
    table = students(snapshot("1"), due=[])

    assert write(table, tmp_path / "a", compiled(contents="all")).files == ()
    assert content(write(table, tmp_path / "b", compiled(is_full=True))) == ["ID,G|1,0|"]


def test_removals_alone_write_a_full_file_and_no_file_of_changes(tmp_path: Path) -> None:
    table = students(snapshot("1"), removed("2"), due=["2"])

    assert write(table, tmp_path / "a").files == ()
    assert content(write(table, tmp_path / "b", compiled(contents="all"))) == ["ID,G|1,0|"]


def test_a_full_file_is_empty_after_the_last_student_is_removed(tmp_path: Path) -> None:
    table = students(removed("2"), due=["2"])

    assert content(write(table, tmp_path, compiled(contents="all"))) == ["ID,G|"]


def test_a_file_of_changes_beside_a_full_file_contains_only_due_students(tmp_path: Path) -> None:
    one = {"from": "students.id", "mapping_type": "direct", "to": "ID"}
    mapping = parse_mapping(
        {
            "files": [
                {"name": "changes", "fields": [one]},
                {"name": "everyone", "fields": [one], "contents": "all"},
            ]
        }
    )
    started_at = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
    facts = RunContext(started_at=started_at, time_zone=ZoneInfo("UTC"), school_year=2025)
    table = students(snapshot("1"), snapshot("2"), snapshot("4"), due=["2", "3", "9"])

    year = write(table, tmp_path, compile_mapping(mapping, facts))

    assert content(year) == ["ID|2|", "ID|1|2|4|"]
    assert year.missing == 2


def test_held_students_are_listed_with_reasons_and_never_written(tmp_path: Path) -> None:
    table = students(snapshot("1", "PK"), snapshot("2"), due=["1", "2"])

    year = write(table, tmp_path)

    held = [json.loads(line) for line in year.held_list.read_text().splitlines()]
    assert content(year) == ["ID,G|2,0|"]
    assert [(row.student_id, row.field) for row in year.held] == [("1", "G")]
    assert [(one["student_id"], one["version"], one["due"]) for one in held] == [
        ("1", version_from("1"), True)
    ]
    assert not year.incomplete_full_file


def test_the_reasons_of_one_student_are_bounded_in_the_record(tmp_path: Path) -> None:
    fields = [
        {"from": "students.x", "mapping_type": "direct", "to": f"H{n}", "required": True}
        for n in range(MAX_HELD_LISTED + 1)
    ]
    table = students(snapshot("1"), snapshot("2"), due=["1", "2"])

    year = write(table, tmp_path, compiled(fields=fields))

    held = [json.loads(line) for line in year.held_list.read_text().splitlines()]
    assert (year.held_count, len(year.held)) == (2, MAX_HELD_LISTED)
    assert [len(one["reasons"]) for one in held] == [MAX_HELD_LISTED + 1] * 2


def test_held_students_are_counted_by_reason_beyond_the_listed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_files_module, "MAX_HELD_LISTED", 2)
    fields = [
        {"from": "students.grade", "mapping_type": "match_codes", "codes": {"K": "0"}, "to": "G"},
        {"from": "students.x", "mapping_type": "direct", "to": "X", "required": True},
    ]
    grades = {"1": "PK", "2": "TK", "3": "K", "4": "PK"}
    stored = [snapshot(student, grade) for student, grade in grades.items()]

    year = write(students(*stored, due=list(grades)), tmp_path, compiled(fields=fields))

    assert (year.held_count, len(year.held)) == (4, 2)
    assert [(one.field, one.rule, one.students) for one in year.held_groups] == [
        ("X", "required", 4),
        ("G", "match_codes", 3),
    ]


def test_a_value_of_a_distinct_row_may_be_unique(tmp_path: Path) -> None:
    grade = {"from": "students.grade", "mapping_type": "direct", "to": "G", "unique": True}
    mapping = compiled(fields=[grade], rows={"distinct": "students.grade"})
    stored = snapshot("1"), snapshot("2"), snapshot("3", "1")

    year = write(students(*stored, due=["1", "2", "3"]), tmp_path, mapping)

    assert content(year) == ["G|K|1|"]
    assert (year.held_count, year.students) == (0, 3)


def test_one_held_row_makes_a_full_file_incomplete(tmp_path: Path) -> None:
    table = students(snapshot("1", "PK"), snapshot("2"), due=["2"])

    assert write(table, tmp_path, compiled(is_full=True)).incomplete_full_file


def test_the_index_leads_to_each_students_line(tmp_path: Path) -> None:
    year = write(students(snapshot("1"), snapshot("2"), due=["1", "2"]), tmp_path)

    written = year.files[0].source.read_bytes()
    for line in year.index.read_text().splitlines():
        student, version, _, number, offset, length, _ = line.split("\t")
        found = written[int(offset) : int(offset) + int(length)]
        assert (version, number, found) == (version_from(student), "0", f"{student},0\r\n".encode())


def test_a_lost_lease_stops_the_writing(tmp_path: Path) -> None:
    def lost() -> None:
        raise LeaseLost("lost")

    with pytest.raises(LeaseLost):
        write_files(
            [(DueMark("1"), snapshot("1"))], compiled=compiled(), folder=tmp_path, check=lost
        )


class Endless(Students):
    """Generates this many students without keeping any."""

    def __init__(self, count: int) -> None:
        super().__init__({})
        self._count = count
        self._one = snapshot("1" * 1_000)

    def marks(self, _c: str, _y: int, _batches: range) -> Iterator[DueMark]:
        return (DueMark(f"{number:07}") for number in range(self._count))

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        for student_id in student_ids:
            yield student_id, self._current(student_id)

    def all_current(self, _c: str, _y: int, _after: str = "") -> Iterator[Current]:
        return (self._current(f"{number:07}") for number in range(self._count))

    def _current(self, student_id: str) -> Current:
        return Current(student_id, version_from("0"), 1, self._one.snapshot)


@pytest.mark.parametrize("exported", [0, 2 * MOST_PEEKED + 2])
def test_memory_does_not_grow_with_the_number_of_students(exported: int, tmp_path: Path) -> None:
    peaks = []
    for count in (2_000, 12_000):  # long rows: the first 300 fill each buffer
        tracemalloc.start()
        year = write(Endless(count), tmp_path / str(count), totals=Totals(exported))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert year.students == count

    assert peaks[1] < peaks[0] + 100_000  # 10 bytes a student


class EndlessHeld(Endless):
    """Held students, whose marks have long reasons."""

    def marks(self, _c: str, _y: int, _batches: range) -> Iterator[DueMark]:
        marks = super().marks(_c, _y, _batches)
        return (mark._replace(reasons=f"{mark.student_id:50000}") for mark in marks)


def test_marks_of_held_students_do_not_fill_the_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    year = write(EndlessHeld(2 * MANY), tmp_path, totals=Totals(exported=4 * MANY))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert year.students == 2 * MANY
    assert peak < 20_000_000


@pytest.mark.parametrize("name", ["0.part", "held.jsonl", "index.tsv"])
def test_a_disk_that_is_full_ends_the_year(name: str, tmp_path: Path) -> None:
    table = students(snapshot("1"), snapshot("2", "?"), due=["1", "2"])

    def write_to_full_disk() -> None:
        with year_workspace(tmp_path, 2025) as folder:
            folder.mkdir()
            (folder / name).symlink_to("/dev/full")
            write(table, folder)

    with pytest.raises(DiskFull):
        write_to_full_disk()

    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_of_unique_values_ends_the_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def connect_to_small_disk(path: Path, **others: Any) -> sqlite3.Connection:
        database = connect(path, **others)
        database.execute("PRAGMA max_page_count = 4")
        return database

    monkeypatch.setattr(unique_values.sqlite3, "connect", connect_to_small_disk)
    unique = compiled(
        fields=[{"from": "students.id", "mapping_type": "direct", "to": "ID", "unique": True}]
    )
    ids = [f"{number:0500}" for number in range(100)]
    table = students(*map(snapshot, ids), due=ids)

    with pytest.raises(DiskFull), year_workspace(tmp_path, 2025) as folder:
        write(table, folder, unique)
