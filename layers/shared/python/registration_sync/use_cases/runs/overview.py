"""The overview of connections: the last export of each, and what is due, held and overdue."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.schedule import SetSchedule, last_expected_run, next_runs
from registration_sync.domain.connections.setup import is_live, setup_body
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import DueCount
from registration_sync.domain.runs.liveness import needs_lease_check
from registration_sync.domain.runs.redaction import without_students
from registration_sync.domain.runs.run import Run, RunKind, RunStatus
from registration_sync.ports.connections import Schedules
from registration_sync.ports.registrations import DueCounts, LeaseReader
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.runs.read_run import with_effective_status

MAX_RUNS_SEARCHED = 20
"""For the last export of a connection that only an older version of the service exported; such a
version stored no set-up."""


class Fact(StrEnum):
    """What is read of each connection, each by its own reads."""

    LAST_EXPORT = "last_export"
    STUDENTS = "students"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """A connection, its last export, and its next one; `overdue` as the hourly check counts it,
    `setup` in the shape of `setup_body`, `paused_until` the last day of the pause of today.

    `unavailable`: what could not be read; there `last_export` and `students` are None, and what
    follows from the schedule is as without one.
    """

    connection: Connection
    last_export: Run | None
    students: DueCount | None
    overdue: bool
    scheduled: bool
    paused_until: dt.date | None
    setup: Mapping[str, Any]
    next_export: dt.datetime | None
    unavailable: tuple[Fact, ...] = ()


def read_overview(
    connections: Sequence[Connection],
    *,
    schedules: Schedules,
    runs: Runs,
    leases: LeaseReader,
    due_counts: DueCounts,
    now: dt.datetime,
) -> list[ConnectionFacts]:
    """The facts of each connection, in the given order.

    Reads one item for each connection, and of its students at most a few hundred marks per school
    year. A read that fails costs the facts that need it, and no others.
    """
    all_schedules = _read(schedules.all)
    stored = {each.connection_id: each for each in all_schedules or ()}
    exports = _read(runs.last_exports)
    counts = _read(lambda: due_counts.count([each.connection_id for each in connections])) or {}
    facts = []
    for connection in connections:
        connection_id = connection.connection_id
        found = _read(lambda: _last_export(connection, exports, runs, leases, now))  # noqa: B023  # called at once
        run = found[0] if found else None
        students = counts.get(connection_id)
        schedule = None if connection.deletion else stored.get(connection_id)
        is_there = {
            Fact.LAST_EXPORT: found is not None,
            Fact.STUDENTS: students is not None,
            Fact.SCHEDULE: all_schedules is not None,
        }
        facts.append(
            ConnectionFacts(
                connection,
                run and without_students(run),
                students,
                overdue=schedule is not None
                and found is not None
                and is_live(connection.setup, schedule.schedule)
                and _is_overdue(schedule, run, now),
                scheduled=schedule is not None and schedule.schedule.enabled,
                paused_until=schedule.schedule.paused_until(now) if schedule else None,
                setup=setup_body(connection.setup, schedule.schedule if schedule else None),
                next_export=_next(schedule, now),
                unavailable=tuple(fact for fact, there in is_there.items() if not there),
            )
        )
    return facts


def _read[Found](read: Callable[[], Found]) -> Found | None:
    try:
        return read()
    except Unavailable:
        return None


def _last_export(
    connection: Connection,
    exports: Mapping[str, Run] | None,
    runs: Runs,
    leases: LeaseReader,
    now: dt.datetime,
) -> tuple[Run | None]:
    """Raises Unavailable; so does `exports` None, which could not be read."""
    if exports is None:
        raise Unavailable("The last exports could not be read.")
    run = exports.get(connection.connection_id)
    if run is None and connection.setup is None:
        run = _search(connection.connection_id, runs)
    # The decision about a waiting run is stored with the run only, until it starts again.
    if run and (needs_lease_check(run) or run.status is RunStatus.AWAITING_CONFIRMATION):
        run = _running(run, runs, leases, now)
    return (run,)


def _search(connection_id: str, runs: Runs) -> Run | None:
    newest = islice(runs.all(connection_id), MAX_RUNS_SEARCHED)
    exports = (run for run in newest if run.kind is RunKind.EXPORT and not run.was_refused)
    return next(exports, None)


def _running(run: Run, runs: Runs, leases: LeaseReader, now: dt.datetime) -> Run:
    """The run as it is now, failed if it was interrupted."""
    latest = runs.find(run.connection_id, run.run_id) or run
    return with_effective_status(run.connection_id, [latest], runs=runs, leases=leases, now=now)[0]


def _is_overdue(schedule: SetSchedule, run: Run | None, now: dt.datetime) -> bool:
    expected = last_expected_run(schedule, now)
    moment = (run.finished_at or run.started_at) if run else None
    return expected is not None and (moment is None or moment < expected)


def _next(schedule: SetSchedule | None, now: dt.datetime) -> dt.datetime | None:
    coming = next_runs(schedule.schedule, now) if schedule else ()
    return next((run.at for run in coming if run.at), None)
