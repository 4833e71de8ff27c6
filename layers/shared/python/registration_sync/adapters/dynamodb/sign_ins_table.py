"""The account that a connection has signed in to, on DynamoDB, in the connections table.

| item    | pk          | sk        | attributes                |
| sign-in | DELIVERED#c | SIGNED_IN | account: `user@host:port` |

It lies beside the deliveries of `deliveries_table`, whose sort keys have a slash.
"""

from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBSignIns:
    """Implements the port SignIns."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def has(self, connection_id: str, account: str) -> bool:
        return self._table.get(_key(connection_id)).get("account") == {"S": account}

    def note(self, connection_id: str, account: str) -> None:
        self._table.put({**_key(connection_id), "account": {"S": account}})

    def forget(self, connection_id: str) -> None:
        self._table.delete(_key(connection_id))


def _key(connection_id: str) -> Item:
    return {"pk": {"S": f"DELIVERED#{connection_id}"}, "sk": {"S": "SIGNED_IN"}}
