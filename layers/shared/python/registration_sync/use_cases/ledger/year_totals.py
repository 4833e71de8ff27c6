"""Reads the totals of a year before a run."""

from dataclasses import dataclass
from itertools import batched

from registration_sync.domain.registrations.ledger import (
    NO_TOTALS,
    LastExport,
    Totals,
    inferred_outcome,
)
from registration_sync.domain.registrations.row_history import Histories
from registration_sync.ports.registrations import RegistrationsTable


@dataclass(frozen=True, slots=True)
class YearTotals:
    """The totals of a year after the exports up to a batch."""

    totals: Totals = NO_TOTALS
    last_export: LastExport | None = None
    histories: Histories = ()


def read_year_totals(
    connection_id: str,
    school_year: int,
    exported: int,
    *,
    expires_at: int,
    table: RegistrationsTable,
) -> YearTotals:
    """The totals up to the last exported batch, whose students must be settled.

    If that export is older than the ledger, or the entry was lost, counts the students of the year
    once. Raises Unavailable.
    """
    if not exported:
        return YearTotals()
    entry = table.ledger(connection_id, school_year, exported)
    if entry:
        return YearTotals(entry.totals, entry.last_export, entry.histories)
    totals = NO_TOTALS
    for some in batched(table.all_current(connection_id, school_year), 500):
        inferred: dict[str, str] = {}
        for current in some:
            outcome = inferred_outcome(current, exported)
            totals = totals.with_changed_outcome("", outcome or current.outcome)
            if outcome:
                inferred[current.student_id] = outcome
        if inferred:
            table.settle(connection_id, school_year, exported, inferred, expires_at)
    return YearTotals(totals)
