"""The schedule: read, set, and previewed."""

import datetime as dt
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import note_of
from registration_sync.domain.connections.schedule import (
    WEEKDAYS,
    Schedule,
    next_runs,
    parse_schedule,
)
from registration_sync.use_cases.connections.schedule_exports import set_schedule


def _read_schedule(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    schedule = deps.schedules.get(request.connection_id)
    if schedule:
        return Answer(200, _shown(schedule))
    off: dict[str, Any] = {
        "enabled": False,
        "time": None,
        "times": [],
        "weekdays": list(WEEKDAYS),
        "time_zone": deps.connections.get(request.connection_id).time_zone,
        "pauses": [],
        "next_runs": [],
    }
    return Answer(200, off)


def _set_schedule(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    schedule = _sent_schedule(request)
    changes = set_schedule(
        request.connection_id,
        schedule,
        now=dt.datetime.now(dt.UTC),
        schedules=deps.schedules,
        scheduler=deps.scheduler,
    )
    return Answer(200, _shown(schedule), note=note_of("schedule_set", changes))


def _preview_schedule(request: Request) -> Answer:
    """The response of _set_schedule, without a change."""
    return Answer(200, _shown(_sent_schedule(request)))


def _sent_schedule(request: Request) -> Schedule:
    connection = configuration_function.dependencies().connections.get(request.connection_id)
    return parse_schedule(request.json(), connection.time_zone)


def _shown(schedule: Schedule) -> dict[str, Any]:
    """`{"enabled", "time", "times", "weekdays", "time_zone", "pauses", "next_runs"}`."""
    runs = [run.to_json() for run in next_runs(schedule, dt.datetime.now(dt.UTC))]
    return {**schedule.to_json(), "next_runs": runs}


ROUTES = (
    Route("GET", f"{CONNECTION}/schedule", Permission.READ, _read_schedule),
    Route("PUT", f"{CONNECTION}/schedule", Permission.CONFIGURE, _set_schedule),
    Route("POST", f"{CONNECTION}/schedule/preview", Permission.READ, _preview_schedule),
)
