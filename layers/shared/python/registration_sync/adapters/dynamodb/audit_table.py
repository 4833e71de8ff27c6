"""The audit on DynamoDB, in the connections table; entries expire RetentionDays after they were
made.

| item  | pk      | sk                | attributes                                             |
| entry | AUDIT#c | time - request id | at, by, action, changes (JSON), request_id, expires_at |
"""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import transient_as_unavailable
from registration_sync.domain.audit import AuditEntry, SettingChange

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_KEY_CHARACTERS = 200
"""Longer than any of ours, and within DynamoDB's 1024 bytes: `after` comes from outside."""


class DynamoDBAudit:
    """Implements the port Audit."""

    def __init__(self, client: "DynamoDBClient", table: str, *, retention_days: int) -> None:
        self._client = client
        self._table = table
        self._retention = dt.timedelta(days=retention_days)

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        at = entry.at.astimezone(dt.UTC)
        changes = [change.to_json() for change in entry.changes]
        item: dict[str, Any] = {
            "pk": {"S": f"AUDIT#{connection_id}"},
            "sk": {"S": f"{at:%Y%m%dT%H%M%S.%fZ}-{entry.request_id}"},
            "at": {"S": at.isoformat()},
            "by": {"S": entry.by},
            "action": {"S": entry.action},
            "changes": {"S": json.dumps(changes)},
            "request_id": {"S": entry.request_id},
            "expires_at": {"N": str(int((at + self._retention).timestamp()))},
        }
        with transient_as_unavailable():
            self._client.put_item(TableName=self._table, Item=item)

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        condition = "pk = :pk AND sk < :after" if after else "pk = :pk"
        values: dict[str, Any] = {":pk": {"S": f"AUDIT#{connection_id}"}}
        if after:
            values[":after"] = {"S": after[:_KEY_CHARACTERS]}
        with transient_as_unavailable():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=limit,
                ConsistentRead=True,
            )
        last = answer.get("LastEvaluatedKey")
        return [_entry_of(item) for item in answer["Items"]], last["sk"]["S"] if last else None


def _entry_of(item: dict[str, Any]) -> AuditEntry:
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
