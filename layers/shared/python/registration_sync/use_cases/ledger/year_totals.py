"""Keeps the books of a year: its totals before a run, and the ledger's entry after it."""

from dataclasses import dataclass
from itertools import batched

from registration_sync.domain.registrations.ledger import (
    NO_TOTALS,
    LastExport,
    Totals,
    outcome_before_ledger,
)
from registration_sync.domain.registrations.row_history import Histories
from registration_sync.ports.registrations import RegistrationsTable


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What the exports up to a batch have done with the students of a year."""

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
    """The books up to the last exported batch, whose students are settled already.

    Where exports are older than the ledger, or it was lost, the students of the year are counted,
    once. Raises Unavailable.
    """
    if not exported:
        return YearTotals()
    entry = table.ledger(connection_id, school_year, exported)
    if entry:
        return YearTotals(entry.totals, entry.last_export, entry.histories)
    totals = NO_TOTALS
    for some in batched(table.all_current(connection_id, school_year), 500):
        older: dict[str, str] = {}
        for current in some:
            outcome = outcome_before_ledger(current, exported)
            totals = totals.moved("", outcome or current.outcome)
            if outcome:
                older[current.student_id] = outcome
        if older:
            table.settle(connection_id, school_year, exported, older, expires_at)
    return YearTotals(totals)
