"""Counts connections whose schedule had a run to start, but that finished no export since."""

import datetime as dt
from contextlib import suppress

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.schedule import Schedule, last_expected_run
from registration_sync.domain.connections.setup import is_live
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import RunKind, RunStatus
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.domain.runs.summary import OVERDUE_CONNECTIONS
from registration_sync.ports.connections import Connections, Schedules
from registration_sync.ports.notifications import Metrics
from registration_sync.ports.runs import Runs

MAX_RUN_DURATION = dt.timedelta(hours=2)
"""A run id begins with the time of the request; the run may end this much later."""


def count_overdue_exports(
    *,
    connections: Connections,
    schedules: Schedules,
    runs: Runs,
    metrics: Metrics,
    now: dt.datetime,
) -> list[str]:
    """The connections that have finished no export since their last scheduled run had to start.

    Records their number in the metrics, even if it is 0. A failed export counts as finished: it
    has sent its own notification. Notes a connection as live once nothing is left to set up.
    Raises Unavailable; the alarm then detects the missing metric.
    """
    known = {one.connection_id: one for one in connections.all()}
    overdue = []
    for stored in schedules.all():
        connection = known.get(stored.connection_id)
        if connection:
            _end_setup(connection, stored.schedule, connections)
        if connection and not is_watched(connection, stored.schedule):
            continue
        expected = last_expected_run(stored, now)
        if expected and not _has_run(stored.connection_id, runs, expected):
            overdue.append(stored.connection_id)
    metrics.count({OVERDUE_CONNECTIONS: len(overdue)}, {})
    return overdue


def _end_setup(connection: Connection, schedule: Schedule, connections: Connections) -> None:
    """What is live stays live: a later change or a failed check must not silence its alarms."""
    if connection.setup and is_watched(connection, schedule):
        with suppress(Unavailable):  # the next check notes it
            connections.end_setup(connection.connection_id)


def is_watched(connection: Connection, schedule: Schedule) -> bool:
    """Not while the connection is being set up or deleted."""
    return connection.deletion is None and is_live(connection.setup, schedule)


def _has_run(connection_id: str, runs: Runs, since: dt.datetime) -> bool:
    return any(
        run.finished_at >= since
        for run in runs.all(connection_id, since=run_id_of(since - MAX_RUN_DURATION, ""))
        if run.kind is RunKind.EXPORT and run.finished_at and run.status is not RunStatus.CANCELLED
    )
