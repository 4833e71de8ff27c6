"""Watches over the nightly exports: whose clock is on, and yet no export was finished?"""

import datetime as dt

from registration_sync.domain.connections.schedule import RUNS_WITHIN, is_due_to_have_run
from registration_sync.domain.runs.run import RunKind, RunStatus
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.domain.runs.summary import OVERDUE_CONNECTIONS
from registration_sync.ports.connections import Schedules
from registration_sync.ports.notifications import Metrics
from registration_sync.ports.runs import Runs

RUN_LASTS = dt.timedelta(hours=2)
"""Run ids tell when a run was asked for; it may end so much later."""


def count_overdue_exports(
    *, schedules: Schedules, runs: Runs, metrics: Metrics, now: dt.datetime
) -> list[str]:
    """The connections without a finished export for 26 hours, though the clock had one to start.

    Counts them in the metrics, none too. Whether an export succeeded is not asked here: one that
    failed has sent its own message. Raises Unavailable; then the metric is missing, and alarms.
    """
    overdue = [
        kept.connection_id
        for kept in schedules.all()
        if is_due_to_have_run(kept, now) and not _has_run(kept.connection_id, runs, now)
    ]
    metrics.count({OVERDUE_CONNECTIONS: len(overdue)}, {})
    return overdue


def _has_run(connection_id: str, runs: Runs, now: dt.datetime) -> bool:
    since = now - RUNS_WITHIN
    return any(
        run.finished_at >= since
        for run in runs.all(connection_id, since=run_id_of(since - RUN_LASTS, ""))
        if run.kind is RunKind.EXPORT and run.finished_at and run.status is not RunStatus.CANCELLED
    )
