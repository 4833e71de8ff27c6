"""Recipients on DynamoDB, in the connections table, and when mails that no run causes were sent.

| item      | pk           | sk             | attributes                                           |
| recipient | RECIPIENTS#c | e-mail address | kinds (list), added_by, added_at and asked_at (ISO)  |
| sent      | SENT         | connection id  | for each kind when it was last sent, a text that     |
|           |              |                | sorts by time                                        |
"""

import datetime as dt
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.connections.recipients import MailKind, Recipient, kinds_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SENT = "SENT"


class DynamoDBRecipients:
    """Implements the port Recipients."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def all(self, connection_id: str) -> list[Recipient]:
        found = self._table.query_all("pk = :pk", {":pk": {"S": recipients_pk(connection_id)}})
        return list(map(_recipient_of, found))

    def put(self, connection_id: str, recipient: Recipient) -> None:
        asked_at = recipient.asked_at
        item: Item = {
            **_key(connection_id, recipient.email),
            "kinds": {"L": [{"S": kind.value} for kind in recipient.kinds]},
            "added_by": {"S": recipient.added_by},
            "added_at": {"S": recipient.added_at.isoformat(timespec="seconds")},
            **({"asked_at": {"S": asked_at.isoformat(timespec="seconds")}} if asked_at else {}),
        }
        self._table.put(item)

    def remove(self, connection_id: str, email: str) -> None:
        self._table.delete(_key(connection_id, email))


class DynamoDBSentMails:
    """Implements the port SentMails."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def last(self, kind: MailKind) -> dict[str, str]:
        found = self._table.query_all("pk = :pk", {":pk": {"S": _SENT}})
        return {item["sk"]["S"]: item[kind.value]["S"] for item in found if kind.value in item}

    def claim(self, connection_id: str, kind: MailKind, at: str, *, unless_since: str) -> bool:
        refused = self._table.update(
            sent_key(connection_id),
            f"SET #{kind.value} = :at",
            f"attribute_not_exists(#{kind.value}) OR #{kind.value} < :since",
            {":at": {"S": at}, ":since": {"S": unless_since}},
        )
        return refused is None

    def release(self, connection_id: str, kind: MailKind, at: str) -> None:
        self._table.update(
            sent_key(connection_id),
            f"REMOVE #{kind.value}",
            f"#{kind.value} = :at",
            {":at": {"S": at}},
        )


def recipients_pk(connection_id: str) -> str:
    return f"RECIPIENTS#{connection_id}"


def sent_key(connection_id: str) -> Item:
    return {"pk": {"S": _SENT}, "sk": {"S": connection_id}}


def _key(connection_id: str, email: str) -> Item:
    return {"pk": {"S": recipients_pk(connection_id)}, "sk": {"S": email}}


def _recipient_of(item: Item) -> Recipient:
    asked_at = item.get("asked_at", {}).get("S")
    return Recipient(
        email=item["sk"]["S"],
        kinds=kinds_of([kind["S"] for kind in item["kinds"]["L"]]),
        added_by=item["added_by"]["S"],
        added_at=dt.datetime.fromisoformat(item["added_at"]["S"]),
        asked_at=dt.datetime.fromisoformat(asked_at) if asked_at else None,
    )
