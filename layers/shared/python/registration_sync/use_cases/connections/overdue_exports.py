"""Watches over the nightly exports: whose clock is on, and yet no export was finished?"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from registration_sync.domain.connections.schedule import RUNS_WITHIN, is_due_to_have_run
from registration_sync.domain.runs.run import EXPORT, RunStatus
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.domain.runs.summary import OVERDUE_CONNECTIONS
from registration_sync.ports.connections import Schedules
from registration_sync.ports.notifications import Metrics
from registration_sync.ports.runs import ALL_RUN_IDS, Runs

RUN_LASTS = dt.timedelta(hours=2)
"""Run ids tell when a run was asked for; it may end so much later."""

RUNS_AT_ONCE = 10


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
        dt.datetime.fromisoformat(record["finished_at"]) >= since
        for record in _records(connection_id, runs, since - RUN_LASTS)
        if record["kind"] == EXPORT
        and record["finished_at"]
        and record["status"] != RunStatus.CANCELLED
    )


def _records(connection_id: str, runs: Runs, since: dt.datetime) -> Iterator[dict[str, Any]]:
    between = (run_id_of(since, ""), ALL_RUN_IDS[1])
    after = None
    while True:
        records, after = runs.newest(connection_id, RUNS_AT_ONCE, after, between)
        yield from records
        if after is None:
            return
