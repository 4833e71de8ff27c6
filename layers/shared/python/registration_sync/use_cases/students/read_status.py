"""The status of a connection: counts of every student of each school year, by outcome."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice
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

MAX_DUE_READ = 1_000
"""Students of a year that a status reads. At 100,000 due, reading all takes longer than the API
waits, and the reads of many open pages would slow down syncs and exports."""

MAX_READS = 5
"""If the marker moves during a read, the read is repeated. The result of the last one is returned
as it is."""


@dataclass(frozen=True, slots=True)
class YearStatus:
    """Counts of students; synced = exported + left_out + held + due, where `due` excludes the held.
    `never_exported` counts the due or held students who have never had a row. `missing` counts
    students whose sync failed after it stored the due mark and before it stored the snapshot.

    `at_least`: more students may be due than were read. `synced`, `held`, `due`, `never_exported`
    and `missing` are then at least these numbers, `exported` and `left_out` at most."""

    school_year: int
    synced: int
    exported: int
    left_out: int
    held: int
    due: int
    never_exported: int
    missing: int
    last_export: LastExport | None
    at_least: bool


def read_status(
    connection_id: str, *, snapshots: Snapshots, archive: Archive, workspace: Path
) -> list[YearStatus]:
    """The status of each school year that has registrations, the earliest first.

    `exported` and `left_out` are the ledger's totals, minus the students who have become due, held
    or removed since the last export. Only those students are read, at most MAX_DUE_READ of a year,
    but with their whole snapshots: DynamoDB charges for an item's size even if only some attributes
    are requested. Raises Unavailable.
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


def _status(year: StoredYear[Snapshots], marker: YearMarker) -> YearStatus:
    entry = year.ledger(marker.exported) if marker.exported else None
    totals = entry.totals if entry else _count_totals(year, marker)
    counts = Counter[str]()
    marks = list(islice(year.marks(marker.due_batches), MAX_DUE_READ))
    with_last_outcome = last_outcomes(year, marker, {mark.student_id for mark in marks})
    for mark, stored in year.with_current(iter(marks)):
        if stored is None:
            counts["missing"] += 1
            continue
        current = with_last_outcome(stored)
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
        at_least=len(marks) == MAX_DUE_READ,
    )


def _count_totals(year: StoredYear[Snapshots], marker: YearMarker) -> Totals:
    """Totals counted from all snapshots, for a year whose last export has no ledger entry: it was
    lost, or the export predates the ledger."""
    totals = NO_TOTALS
    if marker.exported:
        for current in year.all_current():
            outcome = inferred_outcome(current, marker.exported) or current.outcome
            totals = totals.with_changed_outcome("", outcome)
    return totals
