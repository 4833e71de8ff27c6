"""The public halves of generated keys on DynamoDB, in the connections table.

| item | pk   | sk            | attributes                         |
| keys | KEYS | connection id | waiting, in_use (JSON texts)       |
"""

import datetime as dt
import json
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.connections.key_pairs import KeyPairs, PublicKey
from registration_sync.domain.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS = "KEYS"


class DynamoDBKeyPairs:
    """Implements the port PublicKeys."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def get(self, connection_id: str) -> KeyPairs:
        return _pairs_of(self._table.get(key_pairs_key(connection_id)))

    def wait(self, connection_id: str, key: PublicKey, *, replaces: PublicKey | None) -> None:
        condition = "waiting = :before" if replaces else "attribute_not_exists(waiting)"
        values = {":key": _text(key), **({":before": _text(replaces)} if replaces else {})}
        key_of_item = key_pairs_key(connection_id)
        if self._table.update(key_of_item, "SET waiting = :key", condition, values) is not None:
            raise Conflict(
                "Someone else generated or discarded a key in the meantime: read the key again."
            )

    def promote(self, connection_id: str, line: str, now: dt.datetime) -> bool:
        found = self.get(connection_id)
        if found.waiting is None:
            return found.in_use is None or found.in_use.is_of(line)
        if not found.waiting.is_of(line):
            return False
        refused = self._table.update(
            key_pairs_key(connection_id),
            "SET in_use = :key REMOVE waiting",
            "waiting = :before",
            {":key": _text(found.waiting.has_signed_in(now)), ":before": _text(found.waiting)},
        )
        return refused is None

    def discard_waiting(self, connection_id: str) -> None:
        self._table.update(
            key_pairs_key(connection_id), "REMOVE waiting", "attribute_exists(waiting)"
        )

    def remove(self, connection_id: str) -> None:
        self._table.delete(key_pairs_key(connection_id))


def key_pairs_key(connection_id: str) -> Item:
    return {"pk": {"S": _KEYS}, "sk": {"S": connection_id}}


def _text(key: PublicKey) -> Item:
    return {"S": json.dumps(key.to_json())}


def _pairs_of(item: Item) -> KeyPairs:
    found = {name: item[name]["S"] for name in ("waiting", "in_use") if name in item}
    return KeyPairs(**{n: PublicKey.from_json(json.loads(text)) for n, text in found.items()})
