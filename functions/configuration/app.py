"""Connections, mappings, students, schedules and runs: the routes of the API but those of sync."""

import datetime as dt
from typing import Any

from registration_sync import bootstrap
from registration_sync.api import handle, logger
from registration_sync.domain.access import ConnectionAccess
from registration_sync.routes import connections, mapping, runs, schedule, students
from registration_sync.use_cases.connections.overdue_exports import watch_schedules


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event.get("action") == WATCH_SCHEDULES:  # the hourly clock; the API's events have no action
        return _watch_schedules()
    return handle(
        event,
        ROUTES,
        access_of=_access_of,
        audit_of=lambda: bootstrap.configuration().audit,
    )


def _watch_schedules() -> dict[str, Any]:
    parts = bootstrap.configuration()
    overdue = watch_schedules(
        schedules=parts.schedules,
        runs=parts.runs,
        metrics=parts.metrics,
        now=dt.datetime.now(dt.UTC),
    )
    record = logger().error if overdue else logger().info
    record("schedules watched", extra={"overdue": overdue})
    return {"overdue": overdue}


def _access_of(connection_id: str) -> ConnectionAccess | None:
    return bootstrap.configuration().access.access(connection_id)


WATCH_SCHEDULES = "watch_schedules"

ROUTES = (
    *connections.ROUTES,
    *mapping.ROUTES,
    *students.ROUTES,
    *schedule.ROUTES,
    *runs.ROUTES,
)
