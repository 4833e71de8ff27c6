"""Who may use a connection, read from the connections table without loading pydantic.

| item       | pk          | sk            | attributes                                            |
| connection | CONNECTIONS | connection id | document (JSON text), district, programs;             |
|            |             |               | of a removed one only removed and district            |
"""

from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import transient_as_unavailable
from registration_sync.domain.access import ConnectionAccess

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = "CONNECTIONS"


def connection_key(connection_id: str) -> dict[str, Any]:
    """The key of a connection: all under one partition, so that a list is one query."""
    return {"pk": {"S": CONNECTIONS}, "sk": {"S": connection_id}}


class DynamoDBConnectionAccess:
    """Implements the port ConnectionAccessReader."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def access(self, connection_id: str) -> ConnectionAccess | None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table,
                Key=connection_key(connection_id),
                ProjectionExpression="#district, #programs, #removed",
                ExpressionAttributeNames={
                    "#district": "district",
                    "#programs": "programs",
                    "#removed": "removed",
                },
                ConsistentRead=True,
            )
        item = answer.get("Item")
        if not item or "removed" in item:
            return None
        programs = frozenset(program["S"] for program in item["programs"]["L"])
        return ConnectionAccess(connection_id, item["district"]["S"], programs)
