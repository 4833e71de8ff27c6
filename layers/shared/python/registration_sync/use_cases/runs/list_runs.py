"""Run history: the runs of a connection, the newest first."""

import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from registration_sync.domain.runs.run import Run, RunKind, RunStatus, RunTrigger
from registration_sync.domain.runs.run_id import ALL_RUN_IDS, run_id_of
from registration_sync.ports.connections import Connections
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.runs.read_run import with_effective_status

MAX_PAGE_SIZE = 100
MAX_PAGES_READ = 10
"""For one response. If few runs pass the filter, `next` shows where to continue."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """The runs to list: a page of `limit` runs after the run `after`. An empty set allows all;
    the days are of the connection's time zone, both included."""

    limit: int
    after: str | None = None
    statuses: AbstractSet[RunStatus] = frozenset()
    kinds: AbstractSet[RunKind] = frozenset()
    triggers: AbstractSet[RunTrigger] = frozenset()
    school_year: int | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    @property
    def accepts_all(self) -> bool:
        return not (self.statuses or self.kinds or self.triggers or self.school_year)

    def accepts(self, run: Run) -> bool:
        years = {year.school_year for year in run.years} | {*(run.request.school_years or ())}
        return (
            (not self.statuses or run.status in self.statuses)
            and (not self.kinds or run.kind in self.kinds)
            and (not self.triggers or run.trigger in self.triggers)
            and (self.school_year is None or self.school_year in years)
        )


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of the history; `following` is the run id to continue after, if there are more."""

    runs: list[Run]
    following: str | None


def list_runs(
    connection_id: str,
    filters: RunFilter,
    *,
    connections: Connections,
    runs: Runs,
    leases: LeaseReader,
    now: dt.datetime,
) -> RunPage:
    """A page may be shorter than the limit, even empty, and still not be the last, because the runs
    read for a response are limited. Raises NotFound and Unavailable."""
    between = ALL_RUN_IDS
    if filters.first_day or filters.last_day:
        between = _ids_between(filters, connections.get(connection_id).zone)
    found: list[Run] = []
    after = filters.after
    size = filters.limit if filters.accepts_all else MAX_PAGE_SIZE
    for _ in range(MAX_PAGES_READ):
        stored, following = runs.newest(connection_id, size, after, between)
        page = with_effective_status(connection_id, stored, runs=runs, leases=leases, now=now)
        for index, run in enumerate(page, 1):
            if filters.accepts(run):
                found.append(run)
            if len(found) == filters.limit:
                more = index < len(page) or following is not None
                return RunPage(found, run.run_id if more else None)
        after = following
        if after is None:
            break
    return RunPage(found, after)


def _ids_between(filters: RunFilter, zone: ZoneInfo) -> tuple[str, str]:
    earliest, latest = ALL_RUN_IDS
    if filters.first_day:
        earliest = run_id_of(_midnight(filters.first_day, zone), "")
    if filters.last_day:
        latest = run_id_of(_midnight(filters.last_day + dt.timedelta(days=1), zone), "")
    return earliest, latest


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)
