"""Schedules on DynamoDB, in the connections table.

| item     | pk        | sk            | attributes                              |
| schedule | SCHEDULES | connection id | document (JSON text), set_at (ISO 8601) |
"""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import transient_as_unavailable
from registration_sync.domain.connections.schedule import Schedule, SetSchedule

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_SCHEDULES = "SCHEDULES"


class DynamoDBSchedules:
    """Implements the port Schedules."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, connection_id: str) -> Schedule | None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(connection_id), ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        return _schedule_of(answer["Item"])

    def all(self) -> list[SetSchedule]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _SCHEDULES}},
            ConsistentRead=True,
        )
        with transient_as_unavailable():
            return [
                SetSchedule(
                    item["sk"]["S"],
                    _schedule_of(item),
                    dt.datetime.fromisoformat(item["set_at"]["S"]),
                )
                for page in pages
                for item in page["Items"]
            ]

    def put(self, connection_id: str, schedule: Schedule, set_at: dt.datetime) -> None:
        item = {
            **_key(connection_id),
            "document": {"S": json.dumps(schedule.to_json())},
            "set_at": {"S": set_at.isoformat(timespec="seconds")},
        }
        with transient_as_unavailable():
            self._client.put_item(TableName=self._table, Item=item)

    def remove(self, connection_id: str) -> None:
        with transient_as_unavailable():
            self._client.delete_item(TableName=self._table, Key=_key(connection_id))


def _key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": _SCHEDULES}, "sk": {"S": connection_id}}


def _schedule_of(item: dict[str, Any]) -> Schedule:
    return Schedule.model_validate(json.loads(item["document"]["S"]))
