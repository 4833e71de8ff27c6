"""Counts connections whose schedule is on but that have no finished export in 26 hours."""

import datetime as dt

from registration_sync.domain.connections.schedule import OVERDUE_AFTER, should_have_run
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
    """The connections with a scheduled run but no finished export in the last 26 hours.

    Records their number in the metrics, even if it is 0. A failed export counts as finished: it
    has sent its own notification. Raises Unavailable; the alarm then detects the missing metric.
    """
    deleted = {one.connection_id for one in connections.all() if one.deletion}
    overdue = [
        stored.connection_id
        for stored in schedules.all()
        if stored.connection_id not in deleted
        and should_have_run(stored, now)
        and not _has_run(stored.connection_id, runs, now)
    ]
    metrics.count({OVERDUE_CONNECTIONS: len(overdue)}, {})
    return overdue


def _has_run(connection_id: str, runs: Runs, now: dt.datetime) -> bool:
    since = now - OVERDUE_AFTER
    return any(
        run.finished_at >= since
        for run in runs.all(connection_id, since=run_id_of(since - MAX_RUN_DURATION, ""))
        if run.kind is RunKind.EXPORT and run.finished_at and run.status is not RunStatus.CANCELLED
    )
