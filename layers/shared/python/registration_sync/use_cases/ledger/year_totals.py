"""Reads the totals of a year before a run."""

from collections.abc import Callable
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
from registration_sync.use_cases.ledger.stored_year import StoredYear


@dataclass(frozen=True, slots=True)
class YearTotals:
    """The totals of a year after the exports up to a batch."""

    totals: Totals = NO_TOTALS
    last_export: LastExport | None = None
    histories: Histories = ()


def read_year_totals(
    year: StoredYear[RegistrationsTable],
    exported: int,
    *,
    expires_at: int,
    check: Callable[[], object],
) -> YearTotals:
    """The totals up to the last exported batch, whose students must be settled.

    If that export is older than the ledger, or the entry was lost, counts the students of the year
    once. Raises Unavailable, and any error of `check`, which is called from time to time.
    """
    if not exported:
        return YearTotals()
    entry = year.ledger(exported)
    if entry:
        return YearTotals(entry.totals, entry.last_export, entry.histories)
    totals = NO_TOTALS
    for some in batched(year.all_current(), 500):
        check()
        inferred: dict[str, str] = {}
        for current in some:
            outcome = inferred_outcome(current, exported)
            totals = totals.with_changed_outcome("", outcome or current.outcome)
            if outcome:
                inferred[current.student_id] = outcome
        if inferred:
            year.table.settle(year.connection_id, year.school_year, exported, inferred, expires_at)
    return YearTotals(totals)
