"""Run history: the runs of a connection, the newest first, as far as they are asked for."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.registrations.registration import parse_school_year
from registration_sync.domain.runs.run import (
    BY_HAND,
    CHECK,
    DRY_RUN,
    ERASURE,
    EXPORT,
    MANUAL,
    RESEND,
    SCHEDULED,
    TEST_RECORD,
    RunStatus,
)
from registration_sync.domain.runs.run_id import RUN_ID, run_id_of
from registration_sync.ports.connections import Connections
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import ALL_RUN_IDS, Runs
from registration_sync.use_cases.runs.read_run import with_effective_status

RUNS_SHOWN, MOST_RUNS_SHOWN = 20, 100
PAGES_READ = 10
"""For one answer; where a filter leaves little of them, `next` says where to go on."""
HELD_SHOWN = 20
"""Held rows of each year in a list; all that is recorded is in the run. Keeps a list under the
6 MB that a function may answer."""

ONE_OF: Mapping[str, tuple[str, ...]] = {
    "status": tuple(RunStatus),
    "kind": (EXPORT, DRY_RUN, RESEND, CHECK, TEST_RECORD, ERASURE),
    "trigger": (BY_HAND, MANUAL, SCHEDULED),
}
KNOWN = (*ONE_OF, "school_year", "from", "to", "limit", "after")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the history; `allowed` holds for some fields the values they may have."""

    limit: int
    after: str | None
    between: tuple[str, str]
    allowed: Mapping[str, frozenset[str]]
    school_year: int | None

    @property
    def filters(self) -> bool:
        return bool(self.allowed) or self.school_year is not None

    def accepts(self, record: Mapping[str, Any]) -> bool:
        years = {year["school_year"] for year in record["years"]} | {
            *(record["school_years"] or ())
        }
        return (self.school_year is None or self.school_year in years) and all(
            record[name] in values for name, values in self.allowed.items()
        )


def list_runs(
    connection_id: str,
    query: Mapping[str, str],
    *,
    connections: Connections,
    runs: Runs,
    leases: LeaseReader,
    now: dt.datetime,
) -> dict[str, Any]:
    """A page: `{"items": […], "next": run id or None}`.

    The query may hold `status`, `kind` and `trigger` (several with commas), `school_year`, `from`
    and `to` (days of the connection's time zone, both included), `limit`, and `after`: the `next`
    of the page before. A page may be short of `limit`, even empty, and still have a `next`: so
    much was looked through. Without `next` there is no more.
    """
    wanted = _parse(query, lambda: connections.get(connection_id).zone)
    found: list[dict[str, Any]] = []
    after = wanted.after
    for _ in range(PAGES_READ):
        at_once = MOST_RUNS_SHOWN if wanted.filters else wanted.limit
        records, following = runs.newest(connection_id, at_once, after, wanted.between)
        shown = with_effective_status(connection_id, records, runs=runs, leases=leases, now=now)
        for place, record in enumerate(shown):
            if wanted.accepts(record):
                found.append(_in_list(record))
            if len(found) == wanted.limit:
                more = place + 1 < len(shown) or following is not None
                return {"items": found, "next": record["run_id"] if more else None}
        after = following
        if after is None:
            break
    return {"items": found, "next": after}


def shortened(record: dict[str, Any]) -> dict[str, Any]:
    """The record with the first held rows of each year only."""
    years = [{**year, "held": year["held"][:HELD_SHOWN]} for year in record["years"]]
    return {**record, "years": years}


def _in_list(record: dict[str, Any]) -> dict[str, Any]:
    """The record without the lines that a dry run shows either."""
    short = shortened(record)
    years = [
        {**year, "files": [{**file, "lines": []} for file in year["files"]]}
        for year in short["years"]
    ]
    return {**short, "years": years}


def _parse(query: Mapping[str, str], zone: Callable[[], ZoneInfo]) -> Wanted:
    problems = [
        Problem(name, f"There is no such filter: there are {', '.join(KNOWN)}.")
        for name in query
        if name not in KNOWN
    ]
    allowed = {}
    for name, values in ONE_OF.items():
        if query.get(name):
            allowed[name] = frozenset(query[name].split(","))
            if not allowed[name] <= {*values}:
                problems.append(Problem(name, f"Write one or more of {', '.join(values)}."))
    limit = query.get("limit", str(RUNS_SHOWN))
    if not (re.fullmatch("[0-9]{1,3}", limit) and 1 <= int(limit) <= MOST_RUNS_SHOWN):
        problems.append(Problem("limit", f"Write a number from 1 to {MOST_RUNS_SHOWN}."))
    school_year = parse_school_year(query.get("school_year"))
    if query.get("school_year") and school_year is None:
        problems.append(Problem("school_year", "Write the start year: 2025 for 2025-26."))
    first, last = (_day(name, query, problems) for name in ("from", "to"))
    after = query.get("after") or None
    if after and not RUN_ID.fullmatch(after):
        problems.append(Problem("after", "Write the next of the page before."))
    if problems:
        raise InvalidRequest("The history cannot be looked through so.", problems=problems)
    earliest, latest = ALL_RUN_IDS
    if first:
        earliest = run_id_of(_midnight(first, zone()), "")
    if last:
        latest = run_id_of(_midnight(last + dt.timedelta(days=1), zone()), "")
    return Wanted(int(limit), after, (earliest, latest), allowed, school_year)


def _day(name: str, query: Mapping[str, str], problems: list[Problem]) -> dt.date | None:
    if not query.get(name):
        return None
    try:
        day = dt.date.fromisoformat(query[name])
    except ValueError:
        day = dt.date.max
    if not 2000 <= day.year <= 2999:
        problems.append(Problem(name, "Write a day such as 2025-09-15."))
        return None
    return day


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)
