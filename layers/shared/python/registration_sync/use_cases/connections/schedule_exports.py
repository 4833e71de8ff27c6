"""Switches the scheduled export of a connection on and off."""

import datetime as dt

from registration_sync.domain.audit import SettingChange, changes_between
from registration_sync.domain.connections.schedule import Schedule
from registration_sync.ports.connections import Scheduler, Schedules


def set_schedule(
    connection_id: str,
    schedule: Schedule,
    *,
    now: dt.datetime,
    schedules: Schedules,
    scheduler: Scheduler,
) -> tuple[SettingChange, ...]:
    """Sets the schedule; returns the changes. Idempotent: repeating it repairs a partial update.

    The stored schedule decides whether a scheduled run goes ahead (see `should_run`). Switching on
    stores the schedule last, switching off stores it first: a failure between the two steps leaves
    the schedule off. Raises Unavailable.
    """
    before = schedules.get(connection_id)
    if schedule.enabled:
        scheduler.start(connection_id, schedule)
    if schedule != before:  # or the time of the last change would move: see last_expected_run
        schedules.put(connection_id, schedule, now)
    if not schedule.enabled:
        scheduler.stop(connection_id)
    return changes_between(before.to_json() if before else {}, schedule.to_json())


def remove_schedule(connection_id: str, *, schedules: Schedules, scheduler: Scheduler) -> None:
    """Removes the schedule. Idempotent; raises Unavailable."""
    scheduler.stop(connection_id)
    schedules.remove(connection_id)


def should_run(connection_id: str, scheduled_time: dt.datetime, *, schedules: Schedules) -> bool:
    """Whether a scheduled run goes ahead: not if the schedule is off, or that day is in a
    pause or not one of its weekdays.

    If no schedule was ever set, a run that another scheduler triggered is accepted.
    """
    schedule = schedules.get(connection_id)
    if schedule is None:
        return True
    day = scheduled_time.astimezone(schedule.zone).date()
    return schedule.enabled and schedule.runs_on(day)
