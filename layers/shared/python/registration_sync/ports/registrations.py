"""RegistrationsTable: the snapshots, marks, export markers and ledgers of all connections."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from registration_sync.domain.registrations.batches import (
    Current,
    DueCount,
    DueMark,
    ExportMarker,
    Lease,
    Stored,
    YearMarker,
)
from registration_sync.domain.registrations.ledger import LedgerEntry, Totals


class Snapshots(Protocol):
    """The reading part of RegistrationsTable. Every read is consistent and complete.

    Every method raises Unavailable if DynamoDB did not respond.
    """

    def marker(self, connection_id: str) -> ExportMarker:
        """The export marker, empty before the first sync. Raises MarkerLost."""

    def marks(
        self, connection_id: str, school_year: int, batches: range, after: str = ""
    ) -> Iterator[DueMark]:
        """The newest mark of each student in these batches, in order of student id; only ids that
        sort after `after`."""

    def current(
        self, connection_id: str, school_year: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        """Each student id with the current snapshot, in the given order."""

    def all_current(
        self, connection_id: str, school_year: int, after: str = ""
    ) -> Iterator[Current]:
        """All students of the year, tombstones too, in order of student id; only ids that sort
        after `after`."""

    def newest_mark(
        self, connection_id: str, school_year: int, student_id: str, batches: range
    ) -> DueMark | None:
        """The student's mark from the last of the batches that has one."""

    def ledger(self, connection_id: str, school_year: int, batch: int) -> LedgerEntry | None:
        """The entry of the run that exported this batch, for exported batches only.

        Of the entries that begin no later than the batch, this is the one that ends last: a run
        interrupted before its commit leaves an entry, and its successor starts with the same batch.
        """


class StudentPages(Snapshots, Protocol):
    """Reads the students of a year page by page, for lists."""

    def students_after(
        self, connection_id: str, school_year: int, after: str, at_most: int
    ) -> tuple[Sequence[Current], bool]:
        """The next students of the year whose ids sort after `after`, tombstones too, in order of
        student id, and whether there may be more: at least one if so. Never more than `at_most`,
        which is at least 8, are read. Raises Unavailable."""


class RegistrationsTable(Snapshots, Protocol):
    """Reads and writes snapshots, marks, the export marker and the ledger.

    Every method raises Unavailable if DynamoDB did not respond, unless it says otherwise.
    """

    def add_year(self, connection_id: str, school_year: int) -> None:
        """Opens batch 1 of a year, unless the year exists already. Raises MarkerLost."""

    def put_marks(
        self, connection_id: str, school_year: int, batch: int, marks: Sequence[DueMark]
    ) -> set[str]:
        """Writes the marks without condition; returns the student ids of confirmed ones."""

    def put_current(
        self, connection_id: str, school_year: int, snapshots: Sequence[Current]
    ) -> Mapping[str, Stored]:
        """Writes each snapshot over none, an older version, or the same version in the same or an
        older batch. Keeps the student's outcome. Returns a result for each student id; finding the
        same version in a newer batch counts as written. A snapshot with the content of the former
        one is unchanged, if the table can compare them without a read."""

    def put_unknown(
        self,
        connection_id: str,
        school_year: int,
        tombstones: Sequence[Current],
        expires_at: int,
    ) -> set[str]:
        """Writes each tombstone, which has no batch, if the student has no snapshot, or only an
        older such tombstone. Expires at `expires_at` (epoch seconds). Returns the ids of these
        students."""

    def take_lease(self, connection_id: str, lease: Lease, now_ms: int) -> None:
        """Takes the lease if it is free, expired, or already held with this token. Raises
        AlreadyRunning with the holder's run id."""

    def renew_lease(self, connection_id: str, lease: Lease) -> None:
        """Sets a new expiry. Raises LeaseLost."""

    def release_lease(self, connection_id: str, token: str) -> None:
        """Releases the lease if this token holds it."""

    def set_first(self, connection_id: str, school_year: int, token: str, now_ms: int) -> None:
        """Records that an export began with this year. Raises LeaseLost."""

    def close_batch(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        """Changes `open` from this batch to the next. Raises LeaseLost."""

    def commit(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        """Sets `exported` to the batch, unless it is that high already. Raises LeaseLost."""

    def raise_batch(
        self, connection_id: str, school_year: int, batch: int, versions: Mapping[str, str]
    ) -> None:
        """Raises the batch of each student's snapshot, if its version is still the given one."""

    def set_carried(
        self, connection_id: str, school_year: int, batch: int, student_ids: Sequence[str]
    ) -> None:
        """Records that these students, carried over into the batch, count as new until an export
        delivers them (`Current.carried_in`)."""

    def put_ledger(self, connection_id: str, school_year: int, entry: LedgerEntry) -> None:
        """Writes the entry under its last batch, without condition; precedes `commit`."""

    def settle(
        self,
        connection_id: str,
        school_year: int,
        batch: int,
        outcomes: Mapping[str, str],
        expires_at: int,
    ) -> None:
        """Stores the outcome of each student in the export of this batch, unless a later export
        has stored one. Snapshots without a newer sync expire at `expires_at` (epoch seconds)."""

    def set_settled(
        self, connection_id: str, school_year: int, batch: int, student_id: str
    ) -> None:
        """Records that the students of this batch up to this one are settled, unless the batch is
        retired."""

    def clear_marks(
        self, connection_id: str, school_year: int, batch: int, go_on: Callable[[], bool]
    ) -> bool:
        """Deletes the marks of an exported batch, some at a time while `go_on` returns True.
        Returns whether all are deleted."""

    def set_retired(self, connection_id: str, school_year: int, batch: int) -> None:
        """Records that no batch up to this one has marks left, and forgets `settled_to`."""


class StudentErasureStore(Protocol):
    """Erases a single student from RegistrationsTable. Every method raises Unavailable."""

    def erase_marks(
        self, connection_id: str, school_year: int, batches: range, student_id: str
    ) -> None:
        """Deletes the student's marks in these batches, retired ones included."""

    def current_of_years(
        self, connection_id: str, student_id: str, school_years: Iterable[int]
    ) -> dict[int, Current]:
        """The student's snapshots and tombstones of these years."""

    def erase_current(
        self,
        connection_id: str,
        school_year: int,
        seen: Current,
        *,
        whole: bool,
        entry: LedgerEntry | None,
        totals: Totals | None,
    ) -> bool:
        """Deletes the snapshot `seen`, or only its outcome if not `whole`, and sets the totals of
        that ledger entry. Does both or neither; returns False if one has changed meanwhile."""


class MarkerRecoveryStore(Protocol):
    """Reads the data for rebuilding a lost marker. Every method raises Unavailable."""

    def years(self, connection_id: str) -> list[int]:
        """The school years with any stored items."""

    def entries(self, connection_id: str, school_year: int) -> Iterator[LedgerEntry]:
        """All ledger entries of a year, in order of their last batch."""

    def put_years(self, connection_id: str, years: Mapping[int, YearMarker], token: str) -> None:
        """Stores the numbers of all years, if the marker has none of these years and this token
        holds the lease; else raises LeaseLost."""


class LeaseReader(Protocol):
    """Reads the holder of a connection's lease."""

    def running(self, connection_id: str, now_ms: int) -> str | None:
        """The id of the run that holds the lease now, if one does."""


class DueCounts(Protocol):
    """Counts due students by a bounded read."""

    def count(self, connection_ids: Sequence[str]) -> Mapping[str, DueCount]:
        """The count of each connection, over all school years, without those that could not be
        counted. Raises Unavailable if none can be."""
