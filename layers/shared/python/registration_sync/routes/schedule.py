"""The schedule: read, set, and how it would be."""

import datetime as dt

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import note_of
from registration_sync.use_cases.connections.schedule_exports import (
    preview_schedule,
    read_schedule,
    set_schedule,
)


def _read_schedule(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    schedule = read_schedule(
        request.connection_id,
        now=dt.datetime.now(dt.UTC),
        connections=deps.connections,
        schedules=deps.schedules,
    )
    return Answer(200, schedule)


def _set_schedule(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    schedule, changes = set_schedule(
        request.connection_id,
        request.json(),
        now=dt.datetime.now(dt.UTC),
        connections=deps.connections,
        schedules=deps.schedules,
        scheduler=deps.scheduler,
    )
    return Answer(200, schedule, note=note_of("schedule_set", changes))


def _preview_schedule(request: Request) -> Answer:
    schedule = preview_schedule(
        request.connection_id,
        request.json(),
        now=dt.datetime.now(dt.UTC),
        connections=configuration_function.dependencies().connections,
    )
    return Answer(200, schedule)


ROUTES = (
    Route("GET", "/connections/{connection_id}/schedule", Permission.READ, _read_schedule),
    Route("PUT", "/connections/{connection_id}/schedule", Permission.CONFIGURE, _set_schedule),
    Route(
        "POST", "/connections/{connection_id}/schedule/preview", Permission.READ, _preview_schedule
    ),
)
