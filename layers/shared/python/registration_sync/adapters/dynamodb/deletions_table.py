"""The deletion of each connection on DynamoDB, in the item of the connection.

| connection    | attributes                                          |
| being deleted | those of a connection, and deletion (JSON text)     |
| being purged  | removed, district, deletion                         |
| purged        | removed, district, purged (JSON text)               |
| by an older version | removed, district; its other items were kept  |
"""

import datetime as dt
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.connection_access import CONNECTIONS, connection_key
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.connections.deletion import Deletion, decode_deletion, encode_deletion
from registration_sync.domain.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NO_CONNECTION = "There is no connection with this id."
_EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)
_BY_OLDER_VERSION = Deletion(_EPOCH, "", _EPOCH, is_closed=True)


class DynamoDBDeletions:
    """Implements the port Deletions."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def request(self, connection_id: str, deletion: Deletion) -> None:
        refused = self._table.update(
            connection_key(connection_id),
            "SET #deletion = :deletion",
            "attribute_exists(#document)",
            {":deletion": {"S": encode_deletion(deletion)}},
        )
        if refused is not None:
            raise NotFound(_NO_CONNECTION)

    def take_back(self, connection_id: str) -> bool:
        done, before = self._table.exchange(
            connection_key(connection_id), "REMOVE #deletion", "attribute_exists(#document)"
        )
        if not done:
            raise NotFound(_NO_CONNECTION)
        return "deletion" in before

    def find(self, connection_id: str) -> Deletion | None:
        item = self._table.get(connection_key(connection_id))
        if not item:
            raise NotFound(_NO_CONNECTION)
        return deletion_of(item)

    def of_district(self, district: str) -> dict[str, Deletion | None]:
        items = self._table.query_all("pk = :pk", {":pk": {"S": CONNECTIONS}})
        return {
            item["sk"]["S"]: deletion_of(item)
            for item in items
            if item.get("district") == {"S": district}
        }

    def close(self, connection_id: str, seen: Deletion, closed: Deletion) -> bool:
        condition = "#deletion = :seen"
        values: Item = {":true": {"BOOL": True}, ":closed": {"S": encode_deletion(closed)}}
        if seen.is_closed:
            condition = "#removed = :true AND attribute_not_exists(#deletion)"
            condition += " AND attribute_not_exists(purged)"
        else:
            values[":seen"] = {"S": encode_deletion(seen)}
        refused = self._table.update(
            connection_key(connection_id),
            "SET #removed = :true, #deletion = :closed"
            " REMOVE #document, #programs, #takes, last_check, #setup, password_saved,"
            " private_key_saved",
            condition,
            values,
        )
        # A retry inside boto3 may find its own first try.
        return refused is None or refused.get("deletion") == values[":closed"]

    def save(self, connection_id: str, deletion: Deletion) -> None:
        name, former = ("purged", "deletion") if deletion.finished_at else ("deletion", "purged")
        refused = self._table.update(
            connection_key(connection_id),
            f"SET #{name} = :now REMOVE #{former}",
            "#removed = :true AND attribute_exists(#deletion)",
            {":true": {"BOOL": True}, ":now": {"S": encode_deletion(deletion)}},
        )
        # A retry inside boto3 may find its own first try.
        if refused is not None and refused.get("purged") != {"S": encode_deletion(deletion)}:
            raise Unavailable("Another invocation has ended this purge.")


def deletion_of(item: Item) -> Deletion | None:
    stored = item.get("deletion") or item.get("purged")
    if stored:
        return decode_deletion(stored["S"])
    return _BY_OLDER_VERSION if "removed" in item else None
