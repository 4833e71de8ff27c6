"""The status of a connection: counts of every student of each school year, by outcome."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.registrations.ledger import (
    NO_TOTALS,
    LastExport,
    Totals,
    inferred_outcome,
)
from registration_sync.domain.registrations.receipt import status_of_due
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.last_outcomes import last_outcomes
from registration_sync.use_cases.ledger.stored_year import StoredYear

MAX_READS = 5
"""An export may move the marker during a read, which is then repeated."""


@dataclass(frozen=True, slots=True)
class YearStatus:
    """Counts of students; synced = exported + left_out + held + due. `missing` counts the students
    of failed syncs, which stored a due mark and no snapshot."""

    school_year: int
    synced: int
    exported: int
    left_out: int
    held: int
    due: int
    never_exported: int
    missing: int
    last_export: LastExport | None


def read_status(
    connection_id: str, *, snapshots: Snapshots, archive: Archive, workspace: Path
) -> list[YearStatus]:
    """The status of each school year that has registrations, the earliest first.

    Exported and left out are the totals of the ledger, less the students who are due or removed
    since then. Only those students are read, but with their whole snapshots: DynamoDB charges for
    an item's size even if only some attributes are requested. Raises Unavailable.
    """
    years = snapshots.marker(connection_id).years
    for _ in range(MAX_READS):
        counted = [
            _status(StoredYear(connection_id, year, snapshots, archive, workspace), years[year])
            for year in sorted(years)
        ]
        before, years = years, snapshots.marker(connection_id).years
        if before == years:
            break
    return counted


def _status(year: StoredYear[Snapshots], numbers: YearMarker) -> YearStatus:
    entry = year.ledger(numbers.exported) if numbers.exported else None
    totals = entry.totals if entry else _count_totals(year, numbers)
    counts = Counter[str]()
    with_outcome = last_outcomes(year, numbers)
    for mark, stored in year.marked_students(numbers.due_batches):
        if stored is None:
            counts["missing"] += 1
            continue
        current = with_outcome(stored)
        status = status_of_due(current, mark)
        counts[status] += 1
        counts["never_exported"] += not current.exported_in and stored.snapshot is not None
        totals = totals.with_changed_outcome(current.outcome, "")
    return YearStatus(
        school_year=year.school_year,
        synced=totals.exported + totals.left_out + counts["held"] + counts["due"],
        exported=totals.exported,
        left_out=totals.left_out,
        held=counts["held"],
        due=counts["due"],
        never_exported=counts["never_exported"],
        missing=counts["missing"],
        last_export=entry.last_export if entry else None,
    )


def _count_totals(year: StoredYear[Snapshots], numbers: YearMarker) -> Totals:
    """The totals of a year whose last export is older than the ledger; reads the whole year."""
    totals = NO_TOTALS
    if numbers.exported:
        for current in year.all_current():
            outcome = inferred_outcome(current, numbers.exported) or current.outcome
            totals = totals.with_changed_outcome("", outcome)
    return totals
