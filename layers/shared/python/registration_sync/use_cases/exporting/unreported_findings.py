"""Findings about uncollected files, kept from before their replacement until a run has reported
them: a run may fail or be interrupted after it has replaced a file."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from registration_sync.domain.connections.guard_settings import NotCollectedAction
from registration_sync.domain.errors import RunUnreadable, Unavailable
from registration_sync.domain.runs.findings import UnreportedFinding
from registration_sync.domain.runs.run import Finding, YearOutcome
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.delivery.importer import CollectionCheck

_INTERRUPTED = "A run that was then interrupted found this: "


class UnreportedFindings:
    """The findings of one run; if they cannot be stored or read, only a warning is missed."""

    def __init__(self, collection: CollectionCheck) -> None:
        self._run = collection.run
        self._deliveries = collection.deliveries
        self._is_enabled = collection.reports
        self._found: defaultdict[int, list[Finding]] = defaultdict(list)

    def take_over(self, school_years: Collection[int], runs: Runs) -> None:
        """Takes over the findings of these years from interrupted runs, and forgets those of runs
        that have reported them."""
        if not self._is_enabled:
            return
        with suppress(Unavailable):
            for found in self._deliveries.unreported(self._run.connection_id):
                if _has_reported(found, self._run.connection_id, runs):
                    self._deliveries.forget(self._run.connection_id, found)
                elif found.school_year in school_years:
                    message = _INTERRUPTED + found.finding.message.removeprefix(_INTERRUPTED)
                    finding = replace(
                        found.finding, action=NotCollectedAction.WARN, message=message
                    )
                    self.note(found.school_year, [finding])

    def note(self, school_year: int, findings: Sequence[Finding]) -> None:
        """Stores the findings; this run is to report them."""
        for finding in findings:
            if finding not in self._found[school_year]:
                self._found[school_year].append(finding)
                with suppress(Unavailable):
                    self._deliveries.note(
                        self._run.connection_id,
                        UnreportedFinding(self._run.run_id, school_year, finding),
                    )

    def added_to(self, outcome: YearOutcome) -> YearOutcome:
        """The outcome with the year's findings that it lacks."""
        known = {(finding.file, finding.run_id) for finding in outcome.findings}
        added = [
            finding
            for finding in self._found[outcome.school_year]
            if (finding.file, finding.run_id) not in known
        ]
        return replace(
            outcome,
            findings=(*outcome.findings, *added),
            warnings=(*outcome.warnings, *(finding.message for finding in added)),
        )


def _has_reported(found: UnreportedFinding, connection_id: str, runs: Runs) -> bool:
    try:
        run = runs.find(connection_id, found.run_id)
    except RunUnreadable:
        return False
    if run is None:  # its record has expired
        return True
    message = found.finding.message
    return run.is_over and any(message in year.warnings for year in run.years)
