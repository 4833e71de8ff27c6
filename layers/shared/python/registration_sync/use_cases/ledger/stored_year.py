"""Reads a school year of a connection from the table and the archive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots, StudentPages
from registration_sync.use_cases.ledger.archived_year import ArchivedYear
from registration_sync.use_cases.ledger.due_students import with_current
from registration_sync.use_cases.ledger.run_index import index_name


@dataclass(frozen=True, slots=True)
class StoredYear[Table: Snapshots]:
    """The students and ledger of a year, and the indexes of its runs, which are fetched into
    `workspace`. Every method raises Unavailable."""

    connection_id: str
    school_year: int
    table: Table
    archive: Archive
    workspace: Path

    def ledger(self, batch: int) -> LedgerEntry | None:
        return self.table.ledger(self.connection_id, self.school_year, batch)

    def marked_students(
        self, batches: range, after: str = ""
    ) -> Iterator[tuple[DueMark, Current | None]]:
        """Each student with a mark in these batches, as `with_current` returns them."""
        return self.with_current(self.marks(batches, after))

    def marks(self, batches: range, after: str = "") -> Iterator[DueMark]:
        return self.table.marks(self.connection_id, self.school_year, batches, after)

    def with_current(self, marks: Iterator[DueMark]) -> Iterator[tuple[DueMark, Current | None]]:
        return with_current(self.connection_id, self.school_year, marks, self.table)

    def all_current(self) -> Iterator[Current]:
        return self.table.all_current(self.connection_id, self.school_year)

    def students_after(
        self: "StoredYear[StudentPages]", after: str, at_most: int
    ) -> tuple[Sequence[Current], bool]:
        return self.table.students_after(self.connection_id, self.school_year, after, at_most)

    def fetch_index(self, entry: LedgerEntry) -> Path | None:
        """The index of the entry's run; None if it is no longer archived."""
        run = self.connection_id, entry.run_id, self.school_year
        return ArchivedYear(self.archive, *run, self.workspace).find(index_name(entry.last))
