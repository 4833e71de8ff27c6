"""Connection checks in the connections table: slots of running ones, one for each connection and a
few for all connections together; counters of attempts; and sign-ins that a server refused.

| item    | pk               | sk                                        | attributes              |
| slot    | CHECKS           | number from 0, or `connection#` and an id | run_id, taken_at        |
| counter | ATTEMPTS#group   | hour, as 2026-11-30T04                    | attempts, expires_at    |
| refused | ATTEMPTS#refused | connection id                             | attempts, refused_at,   |
|         |                  |                                           | expires_at              |
"""

import datetime as dt
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION = "CHECKS"


class DynamoDBCheckSlots:
    """Implements the port CheckSlots."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def holder(
        self, connection_id: str, run_id: str, now: dt.datetime, *, lasts: dt.timedelta
    ) -> str:
        taken_at = int(now.timestamp())
        held = self._table.update(
            connection_slot_key(connection_id),
            "SET run_id = :run, taken_at = :now",
            "attribute_not_exists(pk) OR taken_at < :expired OR run_id = :run",
            {
                ":run": {"S": run_id},
                ":now": {"N": str(taken_at)},
                ":expired": {"N": str(taken_at - int(lasts.total_seconds()))},
            },
        )
        return run_id if held is None else str(held.get("run_id", {"S": ""})["S"])

    def take(self, run_id: str, now: dt.datetime, *, most: int, lasts: dt.timedelta) -> bool:
        return any(self._take(number, run_id, now, lasts) for number in range(most))

    def _take(self, number: int, run_id: str, now: dt.datetime, lasts: dt.timedelta) -> bool:
        taken_at = int(now.timestamp())
        return self._table.put(
            {**_key(str(number)), "run_id": {"S": run_id}, "taken_at": {"N": str(taken_at)}},
            "attribute_not_exists(pk) OR taken_at < :expired",
            {":expired": {"N": str(taken_at - int(lasts.total_seconds()))}},
        )

    def free(self, run_id: str) -> None:
        for item in self._table.query_all("pk = :pk", {":pk": {"S": _PARTITION}}):
            if item["run_id"]["S"] == run_id:
                key = {name: item[name] for name in ("pk", "sk")}
                self._table.delete(key, "run_id = :run", {":run": {"S": run_id}})


class DynamoDBCheckAttempts:
    """Implements the port CheckAttempts. Items expire a day after their last change."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def count(self, group: str, now: dt.datetime, *, most: int) -> bool:
        key = {"pk": {"S": f"ATTEMPTS#{group}"}, "sk": {"S": f"{now:%Y-%m-%dT%H}"}}
        refused = self._table.update(
            key,
            "ADD attempts :one SET expires_at = :expires",
            "attribute_not_exists(pk) OR attempts < :most",
            {":one": {"N": "1"}, ":most": {"N": str(most)}, ":expires": _tomorrow(now)},
        )
        return refused is None

    def refused(self, connection_id: str) -> tuple[int, dt.datetime | None]:
        item = self._table.get(_refused_key(connection_id))
        if not item:
            return 0, None
        at = dt.datetime.fromtimestamp(int(item["refused_at"]["N"]), dt.UTC)
        return int(item["attempts"]["N"]), at

    def note_refused(self, connection_id: str, now: dt.datetime) -> None:
        self._table.update(
            _refused_key(connection_id),
            "ADD attempts :one SET refused_at = :now, expires_at = :expires",
            "",
            {
                ":one": {"N": "1"},
                ":now": {"N": str(int(now.timestamp()))},
                ":expires": _tomorrow(now),
            },
        )

    def forget_refused(self, connection_id: str) -> None:
        self._table.delete(_refused_key(connection_id))


def _refused_key(connection_id: str) -> Item:
    return {"pk": {"S": "ATTEMPTS#refused"}, "sk": {"S": connection_id}}


def _tomorrow(now: dt.datetime) -> Item:
    return {"N": str(int((now + dt.timedelta(days=1)).timestamp()))}


def connection_slot_key(connection_id: str) -> Item:
    return _key(f"connection#{connection_id}")


def _key(slot: str) -> Item:
    return {"pk": {"S": _PARTITION}, "sk": {"S": slot}}
