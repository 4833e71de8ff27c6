"""Reads who may use a connection from the connections table, without loading pydantic.

| item       | pk          | sk            | attributes                                            |
| connection | CONNECTIONS | connection id | document (JSON text), district, programs, deletion;   |
|            |             |               | a deleted one: see deletions_table                    |
"""

from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.access import ConnectionAccess

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = "CONNECTIONS"


def connection_key(connection_id: str) -> Item:
    """The key of a connection: all under one partition, so that a list is one query."""
    return {"pk": {"S": CONNECTIONS}, "sk": {"S": connection_id}}


class DynamoDBConnectionAccess:
    """Implements the port ConnectionAccessReader."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def access(self, connection_id: str) -> ConnectionAccess | None:
        item = self._table.get(
            connection_key(connection_id), "#district, #programs, #removed, #deletion"
        )
        if not item or "removed" in item:
            return None
        programs = frozenset(program["S"] for program in item["programs"]["L"])
        return ConnectionAccess(
            connection_id, item["district"]["S"], programs, being_deleted="deletion" in item
        )
