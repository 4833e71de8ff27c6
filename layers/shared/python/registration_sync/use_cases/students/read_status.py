"""The status of a connection: every student of each year accounted for; and lists of those due."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.registrations.ledger import NO_TOTALS, Totals, inferred_outcome
from registration_sync.domain.registrations.receipt import status_of_due
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.due_students import with_current
from registration_sync.use_cases.ledger.last_outcomes import last_outcomes

READINGS = 5
"""An export may move the marker while we read: then once more."""


def read_status(
    connection_id: str, *, snapshots: Snapshots, archive: Archive, workspace: Path
) -> dict[str, Any]:
    """`{"connection_id", "years": [...]}`: of each year synced = exported + left_out + held + due.

    Exported and left out are the totals of the ledger, without those who are due or removed
    since; those are read, one by one. So it costs what is due, whoever else is there; whole
    snapshots, as DynamoDB charges an item's size however little of it is asked for. `missing`
    counts students whom a sync announced that failed. Raises Unavailable.
    """
    years = snapshots.marker(connection_id).years
    for _ in range(READINGS):
        counted = [
            _year(connection_id, year, years[year], snapshots, archive, workspace)
            for year in sorted(years)
        ]
        before, years = years, snapshots.marker(connection_id).years
        if before == years:
            break
    return {"connection_id": connection_id, "years": counted}


def _year(
    connection_id: str,
    school_year: int,
    numbers: YearMarker,
    snapshots: Snapshots,
    archive: Archive,
    workspace: Path,
) -> dict[str, Any]:
    entry = None
    if numbers.exported:
        entry = snapshots.ledger(connection_id, school_year, numbers.exported)
    totals = entry.totals if entry else _counted(connection_id, school_year, numbers, snapshots)
    counts = dict.fromkeys(("held", "due", "removed", "never_exported", "missing"), 0)
    with_outcome = last_outcomes(
        connection_id,
        school_year,
        numbers,
        snapshots=snapshots,
        archive=archive,
        workspace=workspace,
    )
    batches = range(numbers.exported + 1, numbers.open + 1)
    marks = snapshots.marks(connection_id, school_year, batches)
    for mark, stored in with_current(connection_id, school_year, marks, snapshots):
        if stored is None:
            counts["missing"] += 1
            continue
        current = with_outcome(stored)
        status = status_of_due(current, mark)
        counts[status] += 1
        counts["never_exported"] += not current.exported_in and stored.snapshot is not None
        totals = totals.with_changed_outcome(current.outcome, "")
    of_totals = asdict(totals)
    counts.pop("removed")
    return {
        "school_year": school_year,
        "synced": sum(of_totals.values()) + counts["held"] + counts["due"],
        **of_totals,
        **counts,
        "last_export": asdict(entry.last_export) if entry and entry.last_export else None,
    }


def _counted(
    connection_id: str, school_year: int, numbers: YearMarker, snapshots: Snapshots
) -> Totals:
    """The totals where the last export is older than the ledger: only then the year is read."""
    totals = NO_TOTALS
    if numbers.exported:
        for current in snapshots.all_current(connection_id, school_year):
            outcome = inferred_outcome(current, numbers.exported) or current.outcome
            totals = totals.with_changed_outcome("", outcome)
    return totals
