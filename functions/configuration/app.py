"""The API's routes except sync: connections, mappings, students, schedules and runs."""

import datetime as dt
from typing import Any

from registration_sync.api import handle
from registration_sync.bootstrap import configuration_function
from registration_sync.bootstrap.init import build_during_init
from registration_sync.domain.access import ConnectionAccess
from registration_sync.last_catch import catch_last
from registration_sync.logs import logger
from registration_sync.routes import (
    connections,
    mapping,
    people,
    programs,
    runs,
    schedule,
    students,
)
from registration_sync.use_cases.connections.overdue_exports import count_overdue_exports


@catch_last
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event.get("action") == WATCH_SCHEDULES:  # the hourly schedule; API events have no action
        return _check_overdue()
    return handle(
        event,
        ROUTES,
        access_of=_access_of,
        audit_of=lambda: configuration_function.dependencies().audit,
        districts_of=_districts_of,
    )


def _check_overdue() -> dict[str, Any]:
    deps = configuration_function.dependencies()
    overdue = count_overdue_exports(
        connections=deps.connections,
        schedules=deps.schedules,
        runs=deps.runs,
        metrics=deps.metrics,
        now=dt.datetime.now(dt.UTC),
    )
    record = logger().error if overdue else logger().info
    record("overdue check completed", extra={"overdue": overdue})
    return {"overdue": overdue}


def _access_of(connection_id: str) -> ConnectionAccess | None:
    return configuration_function.dependencies().access.access(connection_id)


def _districts_of(client_id: str) -> frozenset[str] | None:
    return configuration_function.dependencies().programs.districts(client_id)


WATCH_SCHEDULES = "watch_schedules"

ROUTES = (
    *programs.ROUTES,
    *connections.ROUTES,
    *mapping.ROUTES,
    *students.ROUTES,
    *schedule.ROUTES,
    *runs.ROUTES,
    *people.ROUTES,
)

build_during_init(configuration_function.dependencies)
