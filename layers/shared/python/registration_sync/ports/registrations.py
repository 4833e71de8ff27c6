"""Registrations, their batches and their leases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    Lease,
    Stored,
    YearMarker,
)
from registration_sync.domain.registrations.ledger import LedgerEntry, Totals


class Snapshots(Protocol):
    """The part of RegistrationsTable that shows students and moves nothing. Every read is
    consistent and complete.

    Raises Unavailable where the table did not answer.
    """

    def marker(self, connection_id: str) -> ExportMarker:
        """Raises MarkerLost where there was one once."""

    def marks(
        self, connection_id: str, school_year: int, batches: range, after: str = ""
    ) -> Iterator[DueMark]:
        """The students marked in any of the batches, in order of id, the newest mark of each;
        only those whose id comes after one."""

    def current(
        self, connection_id: str, school_year: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        """What is stored of each student, in the order given."""

    def all_current(self, connection_id: str, school_year: int) -> Iterator[Current]:
        """Everyone of the year, tombstones too, in order of id."""

    def newest_mark(
        self, connection_id: str, school_year: int, student_id: str, batches: range
    ) -> DueMark | None:
        """The student's mark in the last of the batches that has one."""

    def ledger(self, connection_id: str, school_year: int, batch: int) -> LedgerEntry | None:
        """The entry of the run that exported this batch, for batches that are exported. Of those
        that begin no later than it the one that ends last: a run that died before its commit has
        an entry too, and its successor begins where it began."""


class RegistrationsTable(Snapshots, Protocol):
    """Snapshots, marks, the marker and the ledger.

    Raises Unavailable where the table did not answer, unless a method says otherwise.
    """

    def add_year(self, connection_id: str, school_year: int) -> None:
        """Opens batch 1 of a year; nothing happens if the year is there. Raises MarkerLost."""

    def put_marks(
        self, connection_id: str, school_year: int, batch: int, marks: Sequence[DueMark]
    ) -> set[str]:
        """Puts the marks without condition; the ids of those confirmed."""

    def put_current(
        self, connection_id: str, school_year: int, snapshots: Sequence[Current]
    ) -> Mapping[str, Stored]:
        """Puts each snapshot if none is there, or an older version, or the same version of the
        same or an older batch. Refused by its own version counts as written. What exports did
        with the student stays as it is."""

    def take_lease(self, connection_id: str, lease: Lease, now_ms: int) -> None:
        """Takes the lease if none is there or it has expired, or it holds this token already.
        Raises AlreadyRunning with the holder's run id."""

    def renew_lease(self, connection_id: str, lease: Lease) -> None:
        """Sets the expiry anew; raises LeaseLost."""

    def release_lease(self, connection_id: str, token: str) -> None:
        """Gives the lease back, if it is ours."""

    def close_batch(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        """Sets open = batch + 1 if it is `batch` and the lease is ours; raises LeaseLost."""

    def commit(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        """Sets exported = batch if the lease is ours, or is done if exported has reached it;
        raises LeaseLost."""

    def raise_batch(
        self, connection_id: str, school_year: int, batch: int, versions: Mapping[str, str]
    ) -> None:
        """Sets the batch of each student's snapshot, if it is lower and the version still this."""

    def put_ledger(self, connection_id: str, school_year: int, entry: LedgerEntry) -> None:
        """Puts the entry under its last batch, without condition: before the marker moves."""

    def settle(
        self,
        connection_id: str,
        school_year: int,
        batch: int,
        outcomes: Mapping[str, str],
        expires_at: int,
    ) -> None:
        """Notes what the export of this batch did with each student, unless a later one has noted
        something already; those that no newer batch holds expire at `expires_at` (epoch
        seconds)."""

    def clear_marks(self, connection_id: str, school_year: int, batch: int) -> None:
        """Deletes the marks of an exported batch."""

    def set_retired(self, connection_id: str, school_year: int, batch: int) -> None:
        """Notes that no batch up to this one has marks left."""


class StudentErasureStore(Protocol):
    """What RegistrationsTable holds of a single student, to be erased. Raises Unavailable."""

    def erase_marks(
        self, connection_id: str, school_year: int, batches: range, student_id: str
    ) -> None:
        """Deletes the student's marks in these batches, also where none should be left."""

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
        """Deletes the snapshot as it was seen, or if not `whole`, what exports did with its
        student; and sets the totals of that entry of the ledger. Both or neither: False if one
        of them has changed meanwhile."""


class MarkerRecoveryStore(Protocol):
    """What RegistrationsTable still holds of a connection whose marker is lost. Raises
    Unavailable."""

    def years(self, connection_id: str) -> list[int]:
        """The school years of which anything is stored."""

    def entries(self, connection_id: str, school_year: int) -> Iterator[LedgerEntry]:
        """The whole ledger of a year, in order of the last batch."""

    def put_years(self, connection_id: str, years: Mapping[int, YearMarker], token: str) -> None:
        """Puts the numbers of all years, if the lease is ours and the marker has none of them;
        raises LeaseLost."""


class LeaseReader(Protocol):
    """Who holds a connection's lease."""

    def running(self, connection_id: str, now_ms: int) -> str | None:
        """The id of the run that holds the lease now, if one does."""
