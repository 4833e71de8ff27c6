"""Saves the progress of a run in its record: finished years, and the current phase."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import Run, YearOutcome
from registration_sync.ports.runs import Runs

SHOW_PHASES_AFTER = dt.timedelta(seconds=5)
"""Shorter runs do not write their phases, which saves requests."""


class Progress:
    """Saves the run after each year, and a longer run also at each phase of a year."""

    def __init__(self, run: Run, runs: Runs, now: Callable[[], dt.datetime]) -> None:
        self._run = run
        self._runs = runs
        self._now = now

    def finish_year(self, outcome: YearOutcome) -> None:
        """Raises Unavailable. A confirmed year that failed with a transient error still waits for
        the next attempt."""
        years = {year.school_year: year for year in self._run.years}
        if not (self._run.confirmed_by and outcome.error and outcome.error.transient):
            years[outcome.school_year] = outcome
        in_order = tuple(years[school_year] for school_year in sorted(years))
        self._run = replace(self._run, years=in_order, phase=None)
        self._runs.save(self._run)

    def show_phase(self, school_year: int, phase: str) -> None:
        self._run = replace(self._run, phase=f"{school_year}: {phase}")
        if self._run.started_at and self._now() - self._run.started_at > SHOW_PHASES_AFTER:
            with suppress(Unavailable):  # progress is only shown
                self._runs.save(self._run)
