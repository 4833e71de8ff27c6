"""What a running export shows of itself: which years are done, and what it is at."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import Run, YearOutcome
from registration_sync.ports.runs import Runs

SHOWN_AFTER = dt.timedelta(seconds=5)
"""A run that is done sooner does not pay for showing its phases."""


class Progress:
    """Saves the record of the run as it goes on: after each year, and, in a run of some length,
    at each of a year's phases. That many writes, and no more, however many students there are."""

    def __init__(self, run: Run, runs: Runs, now: Callable[[], dt.datetime]) -> None:
        self._run = run
        self._runs = runs
        self._now = now

    def year_is_done(self, outcome: YearOutcome) -> None:
        """Raises Unavailable. A confirmed year that failed in passing waits on, for another
        attempt, as it was."""
        years = {year.school_year: year for year in self._run.years}
        if not (self._run.confirmed_by and outcome.error and outcome.error.passing):
            years[outcome.school_year] = outcome
        self._run = replace(self._run, years=tuple(years.values()), phase=None)
        self._runs.save(self._run)

    def at(self, school_year: int, phase: str) -> None:
        self._run = replace(self._run, phase=f"{school_year}: {phase}")
        if self._run.started_at and self._now() - self._run.started_at > SHOWN_AFTER:
            with suppress(Unavailable):  # it is only shown
                self._runs.save(self._run)
