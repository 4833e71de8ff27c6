"""Schedule export: switches the nightly run on and off, and says when it runs next."""

import datetime as dt
from typing import Any

from registration_sync.domain.audit import Change, changes_between
from registration_sync.domain.connections.schedule import Schedule, next_runs, parse_schedule
from registration_sync.ports.connections import Connections, Scheduler, Schedules


def read_schedule(
    connection_id: str, *, now: dt.datetime, connections: Connections, schedules: Schedules
) -> dict[str, Any]:
    """`{"enabled", "time", "time_zone", "pauses", "next_runs"}`; off, without a time, where none
    was ever set."""
    schedule = schedules.get(connection_id)
    if schedule is None:
        connection = connections.get(connection_id)
        return {
            "enabled": False,
            "time": None,
            "time_zone": connection.time_zone,
            "pauses": [],
            "next_runs": [],
        }
    return _shown(schedule, now)


def preview_schedule(
    connection_id: str, definition: object, *, now: dt.datetime, connections: Connections
) -> dict[str, Any]:
    """What `set_schedule` would return, and sets nothing; raises InvalidRequest and NotFound."""
    return _shown(parse_schedule(definition, connections.get(connection_id).time_zone), now)


def set_schedule(
    connection_id: str,
    definition: object,
    *,
    now: dt.datetime,
    connections: Connections,
    schedules: Schedules,
    scheduler: Scheduler,
) -> tuple[dict[str, Any], tuple[Change, ...]]:
    """Sets the schedule; returns it as `read_schedule` does, with what is another than before.

    The same again mends a half-set one.

    What is stored decides whether a run that was started goes on (see `wakes`). So it is stored
    last when it becomes on, first when it becomes off: if the second step fails, it is off.
    Raises InvalidRequest, NotFound and Unavailable.
    """
    connection = connections.get(connection_id)
    schedule = parse_schedule(definition, connection.time_zone)
    before = schedules.get(connection_id)
    if schedule.enabled:
        scheduler.schedule_daily(connection_id, schedule.time, schedule.time_zone)
    if schedule != before:  # the time of its last change stays: see is_due_to_have_run
        schedules.put(connection_id, schedule, now)
    if not schedule.enabled:
        scheduler.stop(connection_id)
    changes = changes_between(before.to_json() if before else {}, schedule.to_json())
    return _shown(schedule, now), changes


def remove_schedule(connection_id: str, *, schedules: Schedules, scheduler: Scheduler) -> None:
    """Stops the runs for good; raises Unavailable, and may be repeated."""
    scheduler.stop(connection_id)
    schedules.remove(connection_id)


def wakes(connection_id: str, scheduled_time: dt.datetime, *, schedules: Schedules) -> bool:
    """Whether a scheduled run is wanted: not while it is off or on a day of a pause.

    Where no schedule was ever set, somebody else's clock calls, and is heard.
    """
    schedule = schedules.get(connection_id)
    if schedule is None:
        return True
    day = scheduled_time.astimezone(schedule.zone).date()
    return schedule.enabled and not schedule.pauses_on(day)


def _shown(schedule: Schedule, now: dt.datetime) -> dict[str, Any]:
    runs = [one.to_json() for one in next_runs(schedule, now)]
    return {**schedule.to_json(), "next_runs": runs}
