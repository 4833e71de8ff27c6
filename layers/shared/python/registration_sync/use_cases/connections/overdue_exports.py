"""Counts connections whose schedule is on but that have no finished export in 26 hours."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from registration_sync.domain.connections.schedule import OVERDUE_AFTER, should_have_run
from registration_sync.domain.runs.run import EXPORT, RunStatus
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.domain.runs.summary import OVERDUE_CONNECTIONS
from registration_sync.ports.connections import Schedules
from registration_sync.ports.notifications import Metrics
from registration_sync.ports.runs import ALL_RUN_IDS, Runs

MAX_RUN_DURATION = dt.timedelta(hours=2)
"""A run id begins with the time of the request; the run may end this much later."""

PAGE_SIZE = 10


def count_overdue_exports(
    *, schedules: Schedules, runs: Runs, metrics: Metrics, now: dt.datetime
) -> list[str]:
    """The connections with a scheduled run but no finished export in the last 26 hours.

    Records their number in the metrics, even if it is 0. A failed export counts as finished: it
    has sent its own notification. Raises Unavailable; the alarm then detects the missing metric.
    """
    overdue = [
        stored.connection_id
        for stored in schedules.all()
        if should_have_run(stored, now) and not _has_run(stored.connection_id, runs, now)
    ]
    metrics.count({OVERDUE_CONNECTIONS: len(overdue)}, {})
    return overdue


def _has_run(connection_id: str, runs: Runs, now: dt.datetime) -> bool:
    since = now - OVERDUE_AFTER
    return any(
        dt.datetime.fromisoformat(record["finished_at"]) >= since
        for record in _records(connection_id, runs, since - MAX_RUN_DURATION)
        if record["kind"] == EXPORT
        and record["finished_at"]
        and record["status"] != RunStatus.CANCELLED
    )


def _records(connection_id: str, runs: Runs, since: dt.datetime) -> Iterator[dict[str, Any]]:
    between = (run_id_of(since, ""), ALL_RUN_IDS[1])
    after = None
    while True:
        records, after = runs.newest(connection_id, PAGE_SIZE, after, between)
        yield from records
        if after is None:
            return
