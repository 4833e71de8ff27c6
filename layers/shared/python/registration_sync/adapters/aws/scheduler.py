"""Starts scheduled exports and purges: EventBridge schedules of each connection.

A cron expression has one list of minutes for all its hours, so each time of day is an EventBridge
schedule of its own. Its name has the time's position and not the time: the names to delete are
known without a list of them. The first has the connection's id alone, as it always had.
"""

import datetime as dt
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.connections.schedule import MAX_TIMES, WEEKDAYS, Schedule
from registration_sync.domain.errors import InvalidRequest, Problem, ServiceRefused

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

MAX_RETRIES, RETRY_SECONDS = 20, 3_600
"""Of invoking the function; afterwards EventBridge sends the event to the dead-letter queue."""

MAX_PURGE = dt.timedelta(days=30)

_PURGE = ".purge"
"""Ends the name of a schedule. No connection id has a dot. A name has at most 64 characters
(docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html)."""


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    """The stack's schedule group, and the ARNs of function, role and dead-letter queue, which only
    a new schedule needs."""

    group: str
    function: str = ""
    role: str = ""
    failures: str = ""


class EventBridgeScheduler:
    """Implements the ports Scheduler and PurgeSchedule."""

    def __init__(self, client: "EventBridgeSchedulerClient", target: ScheduleTarget) -> None:
        self._client = client
        self._target = target

    def start(self, connection_id: str, schedule: Schedule) -> None:
        names = _names(connection_id)
        try:
            for name, time in zip(names, schedule.times, strict=False):
                self._put(self._at(name, connection_id, time, schedule))
        except ServiceRefused as error:
            if error.reason != "ValidationException":
                raise
            # Of all that is sent, only the time zone's name is not checked to the last character.
            problem = Problem("time_zone", f"AWS does not take the time zone {schedule.time_zone}.")
            raise InvalidRequest("The schedule was not set.", problems=[problem]) from error
        for name in names[len(schedule.times) :]:
            self._delete(name)

    def stop(self, connection_id: str) -> None:
        for name in _names(connection_id):
            self._delete(name)

    def start_purge(self, connection_id: str, at: dt.datetime) -> None:
        # The first start of a rate is at its StartDate
        # (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
        self._put(
            {
                **self._schedule(
                    f"{connection_id}{_PURGE}",
                    {"action": "purge", "connection_id": connection_id},
                ),
                "Description": "Purge of a deleted connection, until it is done.",
                "ScheduleExpression": "rate(15 minutes)",
                "StartDate": at,
                "EndDate": at + MAX_PURGE,
                "ActionAfterCompletion": "DELETE",
            }
        )

    def stop_purge(self, connection_id: str) -> None:
        self._delete(f"{connection_id}{_PURGE}")

    def _put(self, schedule: dict[str, Any]) -> None:
        with aws_errors():
            try:  # an update resets every setting that it omits
                self._client.update_schedule(**schedule)
            except self._client.exceptions.ResourceNotFoundException:
                self._client.create_schedule(**schedule)

    def _delete(self, name: str) -> None:
        absent = self._client.exceptions.ResourceNotFoundException
        with aws_errors(), suppress(absent):
            self._client.delete_schedule(GroupName=self._target.group, Name=name)

    def _at(self, name: str, connection_id: str, time: str, schedule: Schedule) -> dict[str, Any]:
        hour, minute = map(int, time.split(":"))
        event = {
            "action": "export",
            "connection_id": connection_id,
            "trigger": "schedule",
            "scheduled_time": "<aws.scheduler.scheduled-time>",
        }
        return {
            **self._schedule(name, event),
            "Description": "Scheduled export. Managed by registration-sync: change it there.",
            "ScheduleExpression": f"cron({minute} {hour} {_days(schedule)} *)",
            "ScheduleExpressionTimezone": schedule.time_zone,
        }

    def _schedule(self, name: str, event: dict[str, str]) -> dict[str, Any]:
        return {
            "GroupName": self._target.group,
            "Name": name,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": {
                "Arn": self._target.function,
                "RoleArn": self._target.role,
                "Input": json.dumps(event),
                "DeadLetterConfig": {"Arn": self._target.failures},
                "RetryPolicy": {
                    "MaximumRetryAttempts": MAX_RETRIES,
                    "MaximumEventAgeInSeconds": RETRY_SECONDS,
                },
            },
        }


def _names(connection_id: str) -> list[str]:
    return [connection_id, *(f"{connection_id}.{number}" for number in range(2, MAX_TIMES + 1))]


def _days(schedule: Schedule) -> str:
    """Day of month, month and day of week: one of the two days must be `?`
    (docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html)."""
    if schedule.weekdays == WEEKDAYS:
        return "* * ?"
    return f"? * {','.join(day[:3].upper() for day in schedule.weekdays)}"
