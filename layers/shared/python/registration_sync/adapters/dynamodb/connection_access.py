"""Reads who may use a connection from the connections table, without loading pydantic.

| item       | pk          | sk            | attributes                                            |
| connection | CONNECTIONS | connection id | document (JSON text), district, programs, takes (JSON |
|            |             |               | text, absent for all), deletion; a deleted one: see   |
|            |             |               | deletions_table                                       |
"""

from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.access import ConnectionAccess

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = "CONNECTIONS"
_ATTRIBUTES = "sk, #district, #programs, #takes, #deletion"


def connection_key(connection_id: str) -> Item:
    """The key of a connection: all under one partition, so that a list is one query."""
    return {"pk": {"S": CONNECTIONS}, "sk": {"S": connection_id}}


class DynamoDBConnectionAccess:
    """Implements the port ConnectionAccessReader."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def access(self, connection_id: str) -> ConnectionAccess | None:
        item = self._table.get(connection_key(connection_id), _ATTRIBUTES)
        return _access_of(item) if "programs" in item else None

    def of_program(self, client_id: str) -> list[ConnectionAccess]:
        items = self._table.query_all(
            "pk = :pk",
            {":pk": {"S": CONNECTIONS}, ":program": {"S": client_id}},
            FilterExpression="contains(#programs, :program)",
            ProjectionExpression=_ATTRIBUTES,
        )
        return list(map(_access_of, items))


def _access_of(item: Item) -> ConnectionAccess:
    programs = frozenset(program["S"] for program in item["programs"]["L"])
    takes = item.get("takes", {"S": ""})["S"]
    return ConnectionAccess(
        item["sk"]["S"],
        item["district"]["S"],
        programs,
        takes,
        being_deleted="deletion" in item,
    )
