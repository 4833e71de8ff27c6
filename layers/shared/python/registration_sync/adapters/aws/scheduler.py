"""Starts nightly exports: one EventBridge schedule for each connection."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.errors import InvalidRequest, Problem, ServiceRefused

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

MAX_RETRIES, RETRY_SECONDS = 20, 3_600
"""Of invoking the function; afterwards EventBridge sends the event to the dead-letter queue."""


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    """The stack's schedule group, and the ARNs of function, role and dead-letter queue."""

    group: str
    function: str
    role: str
    failures: str


class EventBridgeScheduler:
    """Implements the port Scheduler."""

    def __init__(self, client: "EventBridgeSchedulerClient", target: ScheduleTarget) -> None:
        self._client = client
        self._target = target

    def schedule_daily(self, connection_id: str, time: str, time_zone: str) -> None:
        # An update resets every setting that it omits.
        schedule = self._schedule(connection_id, time, time_zone)
        try:
            with aws_errors():
                try:
                    self._client.update_schedule(**schedule)
                except self._client.exceptions.ResourceNotFoundException:
                    self._client.create_schedule(**schedule)
        except ServiceRefused as error:
            if error.reason != "ValidationException":
                raise
            # Of all that is sent, only the time zone's name is not checked to the last character.
            problem = Problem("time_zone", f"AWS does not take the time zone {time_zone}.")
            raise InvalidRequest("The schedule was not set.", problems=[problem]) from error

    def stop(self, connection_id: str) -> None:
        absent = self._client.exceptions.ResourceNotFoundException
        with aws_errors(), suppress(absent):
            self._client.delete_schedule(GroupName=self._target.group, Name=connection_id)

    def _schedule(self, connection_id: str, time: str, time_zone: str) -> dict[str, Any]:
        hour, minute = map(int, time.split(":"))
        event = {
            "action": "export",
            "connection_id": connection_id,
            "trigger": "schedule",
            "scheduled_time": "<aws.scheduler.scheduled-time>",
        }
        return {
            "GroupName": self._target.group,
            "Name": connection_id,
            "Description": "Nightly export. Managed by registration-sync: change it there.",
            "ScheduleExpression": f"cron({minute} {hour} * * ? *)",
            "ScheduleExpressionTimezone": time_zone,
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
