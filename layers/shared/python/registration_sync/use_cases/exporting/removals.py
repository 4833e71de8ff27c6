"""Decides which removals are sent: those of students whose rows a run may have delivered."""

from collections.abc import Callable
from functools import cache

from registration_sync.domain.registrations.batches import Current
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.last_outcomes import WithLastOutcome


def may_be_delivered(
    year: YearToExport,
    table: RegistrationsTable,
    with_last_outcome: WithLastOutcome = lambda current: current,
) -> Callable[[Current], bool]:
    """Whether a run may have delivered a row of the student. Raises Unavailable.

    Uncertain cases count as delivered, because a removal that is missing in the SIS is worse than
    one too many.
    """

    @cache
    def has_all_outcomes() -> bool:
        numbers = year.marker
        if numbers.exported + 1 < numbers.open:
            return False  # an earlier run closed a batch and may have delivered it before it ended
        if not numbers.exported:
            return True
        # Exports that are older than the ledger left no outcomes.
        return table.ledger(year.connection_id, year.school_year, 1) is not None

    return lambda current: with_last_outcome(current).exported_in > 0 or not has_all_outcomes()
