"""Audit entries and the access log on DynamoDB, in the connections table; both expire after
RetentionDays, and nothing else deletes them.

| item  | pk       | sk                | attributes                                                |
| entry | AUDIT#c  | time - request id | at, by, action, changes (JSON), request_id, expires_at    |
| read  | ACCESS#c | time - request id | at, by, sub, caller, kind, students, route, run_id,       |
|       |          |                   | request_id, expires_at                                    |
"""

import datetime as dt
import json
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.access_log import AccessEntry, StudentData
from registration_sync.domain.audit import CHANGED, AuditEntry, SettingChange

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_KEY_CHARACTERS = 200
"""Longer than any of our keys, and within DynamoDB's 1024 bytes: `after` is a caller's text."""


MAX_CHANGE_BYTES = 10_000
"""A connection has some thirty fields; DynamoDB allows 400 kB for an item."""

ACCESS_TEXTS = ("by", "sub", "caller", "kind", "route", "run_id", "request_id")


class DynamoDBAudit:
    """Implements the port Audit."""

    def __init__(self, client: "DynamoDBClient", table: str, *, retention_days: int) -> None:
        self._table = Table(client, table)
        self._retention = dt.timedelta(days=retention_days)

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        changes = [_bounded(change).to_json() for change in entry.changes]
        item: Item = {
            "by": {"S": entry.by},
            "action": {"S": entry.action},
            "changes": {"S": json.dumps(changes)},
            "request_id": {"S": entry.request_id},
        }
        self._put(f"AUDIT#{connection_id}", entry, item)

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        items, following = self._newest(f"AUDIT#{connection_id}", limit, after)
        return [_entry_of(item) for item in items], following

    def add_access(self, connection_id: str, entry: AccessEntry) -> None:
        item: Item = {name: {"S": str(getattr(entry, name))} for name in ACCESS_TEXTS}
        item["students"] = {"N": str(entry.students)}
        self._put(f"ACCESS#{connection_id}", entry, item)

    def newest_access(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AccessEntry], str | None]:
        items, following = self._newest(f"ACCESS#{connection_id}", limit, after)
        return [_access_of(item) for item in items], following

    def _put(self, pk: str, entry: AuditEntry | AccessEntry, item: Item) -> None:
        at = entry.at.astimezone(dt.UTC)
        whole: Item = {
            **item,
            "pk": {"S": pk},
            "sk": {"S": f"{at:%Y%m%dT%H%M%S.%fZ}-{entry.request_id}"},
            "at": {"S": at.isoformat()},
            "expires_at": {"N": str(int((at + self._retention).timestamp()))},
        }
        # A retry within boto3 may find the entry that its first try wrote.
        self._table.put(whole, "attribute_not_exists(pk)")

    def _newest(self, pk: str, limit: int, after: str | None) -> tuple[list[Item], str | None]:
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if after:
            condition += " AND sk < :after"
            values[":after"] = {"S": after[:MAX_KEY_CHARACTERS]}
        page = self._table.query(condition, values, ScanIndexForward=False, Limit=limit)
        last = page.get("LastEvaluatedKey")
        return page["Items"], last["sk"]["S"] if last else None


def _bounded(change: SettingChange) -> SettingChange:
    """The change; without its values if these would not fit into an item with the other changes."""
    size = len(json.dumps([change.before, change.after]))
    return change if size <= MAX_CHANGE_BYTES else SettingChange(change.field, None, CHANGED)


def _entry_of(item: Item) -> AuditEntry:
    return AuditEntry(
        at=dt.datetime.fromisoformat(item["at"]["S"]),
        by=item["by"]["S"],
        action=item["action"]["S"],
        changes=tuple(
            SettingChange(change["field"], change["from"], change["to"])
            for change in json.loads(item["changes"]["S"])
        ),
        request_id=item["request_id"]["S"],
    )


def _access_of(item: Item) -> AccessEntry:
    texts = {name: item[name]["S"] for name in ACCESS_TEXTS if name != "kind"}
    return AccessEntry(
        at=dt.datetime.fromisoformat(item["at"]["S"]),
        kind=StudentData(item["kind"]["S"]),
        students=int(item["students"]["N"]),
        **texts,
    )
