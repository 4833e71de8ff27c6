"""Schedules on DynamoDB, in the connections table.

| item     | pk        | sk            | attributes                              |
| schedule | SCHEDULES | connection id | document (JSON text), set_at (ISO 8601) |
"""

import datetime as dt
import json
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.connections.rules import STORED
from registration_sync.domain.connections.schedule import Schedule, SetSchedule

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEDULES = "SCHEDULES"


class DynamoDBSchedules:
    """Implements the port Schedules."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def get(self, connection_id: str) -> Schedule | None:
        item = self._table.get(schedule_key(connection_id))
        return _schedule_of(item) if item else None

    def all(self) -> list[SetSchedule]:
        return [
            SetSchedule(
                item["sk"]["S"],
                _schedule_of(item),
                dt.datetime.fromisoformat(item["set_at"]["S"]),
            )
            for item in self._table.query_all("pk = :pk", {":pk": {"S": _SCHEDULES}})
        ]

    def put(self, connection_id: str, schedule: Schedule, set_at: dt.datetime) -> None:
        item = {
            **schedule_key(connection_id),
            "document": {"S": json.dumps(schedule.to_json())},
            "set_at": {"S": set_at.isoformat(timespec="seconds")},
        }
        self._table.put(item)

    def remove(self, connection_id: str) -> None:
        self._table.delete(schedule_key(connection_id))


def schedule_key(connection_id: str) -> Item:
    return {"pk": {"S": _SCHEDULES}, "sk": {"S": connection_id}}


def _schedule_of(item: Item) -> Schedule:
    # After a deployment was rolled back, there may be keys of the newer version.
    document = json.loads(item["document"]["S"])
    return Schedule.model_validate(document, extra="ignore", context=STORED)
