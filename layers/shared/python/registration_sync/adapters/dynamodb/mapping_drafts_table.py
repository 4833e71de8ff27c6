"""Unpublished drafts of mappings on DynamoDB, in the connections table.

| item  | pk       | sk     | attributes                                                   |
| draft | DRAFTS#c | person | document (JSON text), base_version, saved_at (ISO), expires_at |
"""

import datetime as dt
import json
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.mapping.definition.unpublished import DAYS, MappingDraft

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBMappingDrafts:
    """Implements the port MappingDrafts."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def get(self, connection_id: str, person: str) -> MappingDraft | None:
        item = self._table.get(_key(connection_id, person))
        if not item:
            return None
        return MappingDraft(
            definition=json.loads(item["document"]["S"]),
            base_version=int(item["base_version"]["N"]),
            saved_at=item["saved_at"]["S"],
        )

    def put(
        self, connection_id: str, person: str, draft: MappingDraft, *, replaces: str | None
    ) -> bool:
        expires = dt.datetime.fromisoformat(draft.saved_at) + dt.timedelta(days=DAYS)
        item: Item = {
            **_key(connection_id, person),
            "document": {"S": json.dumps(draft.definition)},
            "base_version": {"N": str(draft.base_version)},
            "saved_at": {"S": draft.saved_at},
            "expires_at": {"N": str(int(expires.timestamp()))},
        }
        if replaces is None:
            return self._table.put(item)
        if not replaces:
            return self._table.put(item, "attribute_not_exists(pk)")
        return self._table.put(item, "saved_at = :replaces", {":replaces": {"S": replaces}})

    def remove(self, connection_id: str, person: str) -> None:
        self._table.delete(_key(connection_id, person))


def drafts_pk(connection_id: str) -> str:
    return f"DRAFTS#{connection_id}"


def _key(connection_id: str, person: str) -> Item:
    return {"pk": {"S": drafts_pk(connection_id)}, "sk": {"S": person}}
