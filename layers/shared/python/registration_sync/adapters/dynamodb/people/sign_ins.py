"""When each person last signed in, on DynamoDB.

| item         | pk       | sk        | attributes                |
| last sign-in | SIGN_INS | person id | at (ISO 8601), expires_at |
"""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SIGN_INS = "SIGN_INS"


class DynamoDBSignIns:
    """Implements the port SignIns; an entry expires RetentionDays after the sign-in."""

    def __init__(self, client: "DynamoDBClient", table: str, *, retention_days: int) -> None:
        self._table = Table(client, table)
        self._retention = dt.timedelta(days=retention_days)

    def between(self, first: str, last: str) -> Mapping[str, dt.datetime]:
        values = {":pk": {"S": _SIGN_INS}, ":first": {"S": first}, ":last": {"S": last}}
        items = self._table.query_all("pk = :pk AND sk BETWEEN :first AND :last", values)
        return {item["sk"]["S"]: dt.datetime.fromisoformat(item["at"]["S"]) for item in items}

    def put(self, person_id: str, at: dt.datetime) -> None:
        item: Item = {
            **_sign_in_key(person_id),
            "at": {"S": at.astimezone(dt.UTC).isoformat(timespec="seconds")},
            "expires_at": {"N": str(int((at + self._retention).timestamp()))},
        }
        self._table.put(item)

    def forget(self, person_id: str) -> None:
        self._table.delete(_sign_in_key(person_id))


def _sign_in_key(person_id: str) -> Item:
    return {"pk": {"S": _SIGN_INS}, "sk": {"S": person_id}}
