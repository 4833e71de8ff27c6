"""Retiring exported batches in several invocations; a fake table counts what it stores."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from registration_sync.domain.errors import NotFound, Unavailable
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    YearMarker,
)
from registration_sync.domain.registrations.ledger import NO_TOTALS, LedgerEntry
from registration_sync.use_cases.ledger.retire_batches import MIN_SECONDS_LEFT, retire_batches
from registration_sync.use_cases.ledger.run_index import index_text

YEAR = 2025
NOW = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)


@dataclass
class Table:
    """The parts of RegistrationsTable that retiring uses; its clock runs with the settled."""

    numbers: YearMarker
    entries: dict[int, LedgerEntry]
    settled: Counter[tuple[int, str]] = field(default_factory=Counter)
    cleared: list[int] = field(default_factory=list)
    fails_at: str = ""
    students: Mapping[int, Sequence[Current]] = field(default_factory=dict)
    """By the batch of their marks."""
    outcomes: dict[str, str] = field(default_factory=dict)
    slow_batch: int = 0
    """The batch with more marks than one invocation can clear."""

    def marker(self, _c: str) -> ExportMarker:
        return ExportMarker(None, {YEAR: self.numbers})

    def ledger(self, _c: str, _y: int, batch: int) -> LedgerEntry | None:
        return self.entries.get(batch)

    def settle(self, _c: str, _y: int, batch: int, outcomes: Mapping[str, str], _e: int) -> None:
        if self.fails_at in outcomes:
            raise Unavailable("throttled")
        self.settled.update((batch, student) for student in outcomes)
        self.outcomes |= outcomes

    def set_settled(self, _c: str, _y: int, batch: int, student_id: str) -> None:
        if batch > self.numbers.retired:
            self.numbers = replace(self.numbers, settled_to=student_id)

    def marks(self, _c: str, _y: int, batches: range, after: str) -> Iterator[DueMark]:
        marked = {one.student_id for batch in batches for one in self.students.get(batch, ())}
        yield from (DueMark(student) for student in sorted(marked) if student > after)

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        found = {one.student_id: one for some in self.students.values() for one in some}
        for student in student_ids:
            current = found[student]
            yield student, current if current.version else None

    def clear_marks(self, _c: str, _y: int, batch: int, go_on: Callable[[], bool]) -> bool:
        self.cleared.append(batch)
        return go_on() and batch != self.slow_batch

    def set_retired(self, _c: str, _y: int, batch: int) -> None:
        self.numbers = replace(self.numbers, retired=batch, settled_to="")


@dataclass
class Archive:
    """Keeps the index of each batch."""

    folder: Path

    def fetch(self, _c: str, _run: str, name: str, target: Path) -> None:
        kept = self.folder / Path(name).name
        if not kept.exists():
            raise NotFound("gone")
        shutil.copyfile(kept, target)


def ids(count: int) -> Iterator[str]:
    return (f"{number:07}" for number in range(count))


@pytest.fixture
def retire(tmp_path: Path) -> Callable[..., None]:
    """Retires what an invocation can that settles this many students before its time is up."""

    def run(table: Any, students: int = 1_000_000) -> None:
        end = table.settled.total() + students
        retire_batches(
            "c",
            tmp_path / "workspace",
            table=table,
            archive=Archive(tmp_path),  # type: ignore[arg-type]
            retention_days=1,
            now=lambda: NOW,
            seconds_left=lambda: MIN_SECONDS_LEFT + end - table.settled.total(),
        )

    return run


def table_of(folder: Path, *counts: int) -> Table:
    """A table with exported batches of so many students, none of them retired."""
    entries = {}
    for batch, count in enumerate(counts, 1):
        entries[batch] = LedgerEntry(batch, batch, f"run-{batch}", "", count, NO_TOTALS)
        with (folder / f"index-{batch}.tsv").open("w") as index:
            index.writelines(index_text(student, "v", "exported") for student in ids(count))
    return Table(YearMarker(len(counts) + 1, len(counts)), entries)


def test_a_batch_that_no_invocation_can_settle_is_settled_by_several(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    table = table_of(tmp_path, 100_000)

    retired = []
    for _ in range(4):
        retire(table, students=30_000)
        retired.append((table.settled.total(), table.numbers.retired, table.numbers.settled_to))

    assert retired == [
        (30_000, 0, "0029999"),
        (60_000, 0, "0059999"),
        (90_000, 0, "0089999"),
        (100_000, 1, ""),
    ]
    assert set(table.settled.values()) == {1}, "no student is settled twice"


def test_the_next_batch_begins_with_its_first_student(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    table = table_of(tmp_path, 1_000, 1_200)

    retire(table, students=700)
    retire(table)

    assert table.numbers == YearMarker(open=3, exported=2, retired=2)
    assert table.settled == Counter(
        {(batch, student): 1 for batch, count in ((1, 1_000), (2, 1_200)) for student in ids(count)}
    )


def test_progress_survives_an_invocation_that_fails(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    table = table_of(tmp_path, 2_000)
    table.fails_at = "0001234"

    with pytest.raises(Unavailable):
        retire(table)
    table.fails_at = ""
    retire(table)

    assert table.numbers.retired == 1
    assert set(table.settled.values()) == {1}


def test_marks_are_cleared_after_all_students_are_settled_while_time_is_left(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    table = table_of(tmp_path, 10)

    retire(table, students=10)
    assert (table.cleared, table.numbers.retired) == ([1], 0)
    retire(table, students=11)

    assert (table.cleared, table.numbers.retired) == ([1, 1], 1)


def test_batches_of_one_export_are_retired_once_the_marks_of_each_are_cleared(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    table = table_of(tmp_path, 0, 0, 10)
    table.entries = {1: replace(table.entries[3], first=1)}
    table.slow_batch = 2

    retire(table)
    assert (table.cleared, table.numbers.retired) == ([1, 2], 0)
    table.slow_batch = 0
    retire(table)

    assert (table.cleared, table.numbers.retired) == ([1, 2, 1, 2, 3], 3)


def test_without_an_index_the_marked_students_were_exported_or_removed(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    """Not those that are in a later batch by now, and not a mark without a snapshot."""
    table = table_of(tmp_path, 4)
    (tmp_path / "index-1.tsv").unlink()
    marked = [
        Current("007", "v", 1, b"J{}"),
        Current("06520", "v", 1, None),
        Current("1e5", "v", 2, b"J{}"),
        Current("8", "", 1, None),
    ]
    table.students = {1: marked}

    retire(table)

    assert table.outcomes == {"007": "exported", "06520": "removed"}
    assert table.numbers.retired == 1


def test_exports_without_a_ledger_entry_are_retired_one_by_one(
    tmp_path: Path, retire: Callable[..., None]
) -> None:
    table = table_of(tmp_path, 0, 0)
    table.entries = {}
    table.students = {
        1: [Current("007", "v", 1, b"J{}")],
        2: [Current("06520", "v", 2, b"J{}")],
        3: [Current("1e5", "v", 3, b"J{}")],
    }

    retire(table)

    assert table.settled == Counter({(1, "007"): 1, (2, "06520"): 1})
    assert (table.cleared, table.numbers.retired) == ([1, 2], 2)


def test_no_index_stays_on_the_disk(tmp_path: Path, retire: Callable[..., None]) -> None:
    retire(table_of(tmp_path, 10, 10))

    assert list((tmp_path / "workspace").iterdir()) == []
