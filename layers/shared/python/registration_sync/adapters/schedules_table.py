"""Schedules on DynamoDB, in the connections table.

| item     | pk        | sk            | attributes           |
| schedule | SCHEDULES | connection id | document (JSON text) |
"""

import json
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws_errors import passing_faults_are_unavailable
from registration_sync.domain.schedule import Schedule

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBSchedules:
    """Implements the port Schedules."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, connection_id: str) -> Schedule | None:
        with passing_faults_are_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(connection_id), ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        return Schedule.model_validate(json.loads(answer["Item"]["document"]["S"]))

    def put(self, connection_id: str, schedule: Schedule) -> None:
        item = {**_key(connection_id), "document": {"S": json.dumps(schedule.to_json())}}
        with passing_faults_are_unavailable():
            self._client.put_item(TableName=self._table, Item=item)

    def remove(self, connection_id: str) -> None:
        with passing_faults_are_unavailable():
            self._client.delete_item(TableName=self._table, Key=_key(connection_id))


def _key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": "SCHEDULES"}, "sk": {"S": connection_id}}
