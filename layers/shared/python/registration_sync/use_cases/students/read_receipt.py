"""The receipt of a student: due, held and why, or exported in which run, file and row."""

from functools import cache
from pathlib import Path

from registration_sync.domain.errors import NotFound
from registration_sync.domain.registrations.batches import NO_BATCH, Current, DueMark, YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry, Outcome, inferred_outcome
from registration_sync.domain.registrations.receipt import (
    Receipt,
    ReceiptDelivery,
    ReceiptFile,
    StudentStatus,
    status_of_due,
    status_of_settled,
)
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.last_outcomes import unretired_entries, with_outcome
from registration_sync.use_cases.ledger.run_index import IndexLine, index_lines
from registration_sync.use_cases.ledger.stored_year import StoredYear

MAX_READS = 3
"""An export may move the marker during a read, which is then repeated."""


def read_receipt(
    connection_id: str,
    school_year: int,
    student_id: str,
    *,
    snapshots: Snapshots,
    archive: Archive,
    workspace: Path,
) -> Receipt:
    """The receipt of a student and year; raises NotFound for a student who was never synced."""
    year = StoredYear(connection_id, school_year, snapshots, archive, workspace)
    found = _receipt(year, student_id)
    if found is None:
        raise NotFound("No registration of this student was synced for this school year.")
    return found


def find_receipts(
    connection_id: str,
    student_id: str,
    *,
    snapshots: Snapshots,
    archive: Archive,
    workspace: Path,
) -> list[Receipt]:
    """A receipt for each year of the student, the latest first."""
    years = sorted(snapshots.marker(connection_id).years, reverse=True)
    stored = (StoredYear(connection_id, year, snapshots, archive, workspace) for year in years)
    receipts = (_receipt(year, student_id) for year in stored)
    return [receipt for receipt in receipts if receipt]


def _receipt(year: StoredYear[Snapshots], student_id: str) -> Receipt | None:
    seen = _read_consistently(year, student_id)
    if seen is None:
        return None
    numbers, current, mark = seen
    runs = _RunsOfStudent(year, student_id)
    current = runs.with_outcome(current, numbers)
    status = status_of_due(current, mark) if mark else runs.status(current)
    return Receipt(year.school_year, current, status, mark, runs.delivery(current))


def _read_consistently(
    year: StoredYear[Snapshots], student_id: str, reads_left: int = MAX_READS
) -> tuple[YearMarker, Current, DueMark | None] | None:
    """The student, read while the marker stayed the same; None if there is no such student."""
    table, connection_id, school_year = year.table, year.connection_id, year.school_year
    numbers = table.marker(connection_id).years.get(school_year)
    if numbers is None:
        return None
    mark = table.newest_mark(connection_id, school_year, student_id, numbers.due_batches)
    ((_, current),) = table.current(connection_id, school_year, iter([student_id]))
    if current is None or current.batch == NO_BATCH:
        return None
    if mark or current.batch <= numbers.exported or reads_left == 1:
        return numbers, current, mark
    return _read_consistently(year, student_id, reads_left - 1)


class _RunsOfStudent:
    """Finds the outcomes of one student in a year's ledger and run indexes."""

    def __init__(self, year: StoredYear[Snapshots], student_id: str) -> None:
        self._year = year
        self._student_id = student_id
        self._entry = cache(year.ledger)
        self._lines = cache(self._read_lines)
        self._sizes: dict[tuple[int, int], int] = {}

    def with_outcome(self, current: Current, numbers: YearMarker) -> Current:
        """Adds the outcomes of runs that are not retired yet, or are older than the ledger."""
        for entry in unretired_entries(self._year, numbers):
            lines = self._lines(entry)
            if lines and lines[0].outcome and current.settled_in < entry.last:
                current = with_outcome(current, lines[0].outcome, entry.last)
        older = inferred_outcome(current, numbers.exported)
        if older and self._entry(numbers.exported) is None:
            return with_outcome(current, older, numbers.exported)
        return current

    def status(self, current: Current) -> StudentStatus:
        """The status of a student who is not due: the outcome of the last run that had this
        version."""
        entry = self._entry(current.settled_in) if current.settled_in else None
        lines = self._lines(entry) if entry else None
        if lines is None:  # the run is older than the ledger, or its index was deleted
            return status_of_settled(current)
        if not any(line.version == current.version for line in lines):
            return StudentStatus.UNCONFIRMED
        return StudentStatus(current.outcome or Outcome.REMOVED)

    def delivery(self, current: Current) -> ReceiptDelivery | None:
        """The last run that exported the student, with the rows."""
        entry = self._entry(current.exported_in) if current.exported_in else None
        if entry is None:
            return None
        lines = self._lines(entry)
        if lines is None:
            return ReceiptDelivery(entry.run_id, entry.exported_at, kept=False)
        try:
            files = tuple(self._file(entry, line) for line in lines if line.length)
        except NotFound:
            return ReceiptDelivery(entry.run_id, entry.exported_at, kept=False)
        return ReceiptDelivery(entry.run_id, entry.exported_at, files)

    def _read_lines(self, entry: LedgerEntry) -> list[IndexLine] | None:
        if not entry.settled:
            return []
        index = self._year.fetch_index(entry)
        if index is None:
            return None
        found = []
        for line in index_lines(index):
            if line.length:  # the last row ends with the file
                self._sizes[entry.last, line.number] = line.offset + line.length
            if line.student_id == self._student_id:
                found.append(line)
        return found

    def _file(self, entry: LedgerEntry, line: IndexLine) -> ReceiptFile:
        file = next(file for file in entry.files if file.number == line.number)
        content = self._year.archive.read(
            self._year.connection_id,
            entry.run_id,
            f"{self._year.school_year}/files/{file.name}",
            offset=line.offset,
            length=line.length,
            size=self._sizes[entry.last, line.number],
        )
        return ReceiptFile(
            name=file.name,
            path=file.path,
            row=line.row,
            line=content.decode(file.encoding).rstrip("\r\n"),
            sha256=file.sha256,
        )
