"""Reads whether an earlier export delivered a student: for removals and files of new students."""

from functools import cache

from registration_sync.domain.registrations.batches import Current
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.exporting.write_files import EarlierExports
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.last_outcomes import WithLastOutcome


def earlier_exports(
    year: YearToExport,
    table: RegistrationsTable,
    with_last_outcome: WithLastOutcome = lambda current: current,
) -> EarlierExports:
    """Of uncertain cases, a student may be delivered but is not known to be: a removal or a new
    student that is missing in the SIS is worse than one too many. Both functions raise Unavailable.
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

    def has(current: Current) -> bool:
        return not with_last_outcome(current).is_new

    def may_have(current: Current) -> bool:
        return with_last_outcome(current).exported_in > 0 or not has_all_outcomes()

    return EarlierExports(has, may_have)
