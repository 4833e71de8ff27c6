"""Connections and their mappings on DynamoDB, in the connections table.

| item       | pk          | sk            | attributes                                            |
| connection | CONNECTIONS | connection id | see connection_access                                 |
| mapping    | MAPPING#c   | version (8)   | document (JSON text), saved_by, saved_at              |
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import error_code, transient_as_unavailable
from registration_sync.adapters.dynamodb.connection_access import CONNECTIONS, connection_key
from registration_sync.domain.connections.connection import Connection, SavedMapping
from registration_sync.domain.errors import Conflict, NotFound, Problem, VersionMismatch

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REFUSED = "ConditionalCheckFailedException"
_NO_CONNECTION = "There is no connection of this id."


class DynamoDBConnections:
    """Implements the port Connections.

    A removed connection leaves its id and district behind: what is kept under the id, runs and
    files with students in them, must not fall to a district that takes the id up later.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, connection_id: str) -> Connection:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=connection_key(connection_id), ConsistentRead=True
            )
        item = answer.get("Item", {})
        if "document" not in item:
            raise NotFound(_NO_CONNECTION)
        return _connection_of(item)

    def all(self) -> list[Connection]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="attribute_exists(#document)",
            ExpressionAttributeNames={"#document": "document"},
            ExpressionAttributeValues={":pk": {"S": CONNECTIONS}},
            ConsistentRead=True,
        )
        with transient_as_unavailable():
            return [_connection_of(item) for page in pages for item in page["Items"]]

    def add(self, connection: Connection) -> None:
        taken = f'The connection id "{connection.connection_id}" is taken: choose another.'
        try:
            with transient_as_unavailable():
                self._client.put_item(
                    TableName=self._table,
                    Item=_item_of(connection),
                    ConditionExpression="attribute_not_exists(pk)"
                    " OR (#removed = :true AND #district = :district)",
                    ExpressionAttributeNames={"#removed": "removed", "#district": "district"},
                    ExpressionAttributeValues={
                        ":true": {"BOOL": True},
                        ":district": {"S": connection.district},
                    },
                )
        except ClientError as error:
            if error_code(error) == _REFUSED:
                raise Conflict(taken, problems=[Problem("connection_id", taken)]) from None
            raise

    def replace(self, connection: Connection) -> None:
        try:
            with transient_as_unavailable():
                self._client.put_item(
                    TableName=self._table,
                    Item=_item_of(connection),
                    ConditionExpression="attribute_exists(#document)",
                    ExpressionAttributeNames={"#document": "document"},
                )
        except ClientError as error:
            if error_code(error) == _REFUSED:
                raise NotFound(_NO_CONNECTION) from None
            raise

    def forget_example(self, connection_id: str, student_id: str) -> None:
        while True:
            with transient_as_unavailable():
                answer = self._client.get_item(
                    TableName=self._table, Key=connection_key(connection_id), ConsistentRead=True
                )
            stored = answer.get("Item", {}).get("document", {}).get("S")
            document = json.loads(stored) if stored else {}
            if stored is None or student_id not in document["example_students"]:
                return
            document["example_students"].remove(student_id)
            try:
                with transient_as_unavailable():
                    self._client.update_item(
                        TableName=self._table,
                        Key=connection_key(connection_id),
                        UpdateExpression="SET #document = :after",
                        ConditionExpression="#document = :before",
                        ExpressionAttributeNames={"#document": "document"},
                        ExpressionAttributeValues={
                            ":before": {"S": stored},
                            ":after": {"S": json.dumps(document)},
                        },
                    )
            except ClientError as error:
                if error_code(error) != _REFUSED:
                    raise  # else it was changed meanwhile

    def remember_check(self, connection_id: str, outcome: Mapping[str, Any]) -> None:
        try:
            with transient_as_unavailable():
                self._client.update_item(
                    TableName=self._table,
                    Key=connection_key(connection_id),
                    UpdateExpression="SET last_check = :outcome",
                    ConditionExpression="attribute_exists(#document)",
                    ExpressionAttributeNames={"#document": "document"},
                    ExpressionAttributeValues={":outcome": {"S": json.dumps(outcome)}},
                )
        except ClientError as error:
            if error_code(error) != _REFUSED:
                raise

    def last_check(self, connection_id: str) -> dict[str, Any] | None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=connection_key(connection_id), ConsistentRead=True
            )
        text = answer.get("Item", {}).get("last_check", {}).get("S")
        return json.loads(text) if text else None

    def remove(self, connection_id: str) -> None:
        try:
            with transient_as_unavailable():
                self._client.update_item(
                    TableName=self._table,
                    Key=connection_key(connection_id),
                    UpdateExpression="SET #removed = :true REMOVE #document, #programs, last_check",
                    ConditionExpression="attribute_exists(#document)",
                    ExpressionAttributeNames={
                        "#removed": "removed",
                        "#document": "document",
                        "#programs": "programs",
                    },
                    ExpressionAttributeValues={":true": {"BOOL": True}},
                )
        except ClientError as error:
            if error_code(error) != _REFUSED:
                raise


class DynamoDBMappings:
    """Implements the port Mappings; a version is written once and never changed."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def latest(self, connection_id: str) -> SavedMapping | None:
        return next(iter(self.versions(connection_id, 1, None)), None)

    def version(self, connection_id: str, version: int) -> SavedMapping | None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_version_key(connection_id, version), ConsistentRead=True
            )
        return _saved_mapping(answer["Item"]) if "Item" in answer else None

    def versions(self, connection_id: str, limit: int, before: int | None) -> list[SavedMapping]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": f"MAPPING#{connection_id}"}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }
        if before is not None:
            query["ExclusiveStartKey"] = _version_key(connection_id, before)
        found: list[SavedMapping] = []
        while len(found) < limit:  # a page ends at 1 MB
            with transient_as_unavailable():
                answer = self._client.query(**query, Limit=limit - len(found))
            found += map(_saved_mapping, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return found

    def save(self, connection_id: str, mapping: SavedMapping) -> None:
        item: dict[str, Any] = {
            **_version_key(connection_id, mapping.version),
            "document": {"S": json.dumps(mapping.definition)},
            "saved_by": {"S": mapping.saved_by},
            "saved_at": {"S": mapping.saved_at.isoformat(timespec="seconds")},
        }
        try:
            with transient_as_unavailable():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk)",
                )
        except ClientError as error:
            if error_code(error) != _REFUSED:
                raise
            raise VersionMismatch(
                f"Version {mapping.version} was saved by someone else meanwhile: "
                "read the mapping again, then save your change."
            ) from None


def _version_key(connection_id: str, version: int) -> dict[str, Any]:
    return {"pk": {"S": f"MAPPING#{connection_id}"}, "sk": {"S": f"{version:08d}"}}


def _saved_mapping(item: dict[str, Any]) -> SavedMapping:
    return SavedMapping(
        version=int(item["sk"]["S"]),
        definition=json.loads(item["document"]["S"]),
        saved_by=item["saved_by"]["S"],
        saved_at=dt.datetime.fromisoformat(item["saved_at"]["S"]),
    )


def _item_of(connection: Connection) -> dict[str, Any]:
    return {
        **connection_key(connection.connection_id),
        "document": {"S": json.dumps(connection.to_json())},
        "district": {"S": connection.district},
        "programs": {"L": [{"S": program} for program in connection.programs]},
    }


def _connection_of(item: dict[str, Any]) -> Connection:
    return Connection.model_validate_json(item["document"]["S"])
