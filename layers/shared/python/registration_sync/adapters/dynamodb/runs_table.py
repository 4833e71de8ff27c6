"""Runs on DynamoDB, in the connections table; they expire RetentionDays after they were asked for,
dry runs after a day.

| item      | pk          | sk        | attributes                                                 |
| run       | RUNS#c      | run id    | record (byte for the codec, then JSON), status, expires_at,|
|           |             |           | told (true once it was announced)                          |
| requested | REQUESTED#c | REQUESTED | run_id, requested_at (epoch seconds)                       |
| awaiting  | AWAITING#c  | AWAITING  | run_id of the last run that awaited confirmation           |
"""

import datetime as dt
import json
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import error_code, transient_as_unavailable
from registration_sync.domain.errors import AlreadyRunning, Conflict, RunCancelled, Unavailable
from registration_sync.domain.runs.run import DRY_RUN, DRY_RUN_RETENTION, Run, RunStatus
from registration_sync.ports.runs import ALL_RUN_IDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REQUEST_HOLDS_SECONDS = 20 * 60
"""A run that has not finished by then never started, or holds the lease, which guards it alone."""

_REFUSED = "ConditionalCheckFailed"
_CONDITION_FAILED = "ConditionalCheckFailedException"
_ZLIB_JSON = b"Z"
_WAITS_NO_LONGER = "The run does not await confirmation any more: look at it again."


class DynamoDBRuns:
    """Implements the port Runs."""

    def __init__(self, client: "DynamoDBClient", table: str, *, retention_days: int) -> None:
        self._client = client
        self._table = table
        self._retention = dt.timedelta(days=retention_days)

    def request(self, run: Run) -> None:
        stored = {"Put": {"TableName": self._table, "Item": self._item_of(run)}}
        self._take_place(run.connection_id, run.run_id, run.requested_at, stored)

    def _take_place(
        self, connection_id: str, run_id: str, requested_at: dt.datetime, stored: dict[str, Any]
    ) -> None:
        """Takes the one place for a request, and stores the run, or does neither."""
        now = int(requested_at.timestamp())
        place: dict[str, Any] = {
            **_place_key(connection_id),
            "run_id": {"S": run_id},
            "requested_at": {"N": str(now)},
        }
        taken: dict[str, Any] = {
            "Put": {
                "TableName": self._table,
                "Item": place,
                "ConditionExpression": "attribute_not_exists(pk) OR requested_at < :gone",
                "ExpressionAttributeValues": {":gone": {"N": str(now - REQUEST_HOLDS_SECONDS)}},
            }
        }
        try:
            with transient_as_unavailable():
                self._client.transact_write_items(TransactItems=[taken, stored])  # type: ignore[list-item]
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            reasons = [
                reason.get("Code") for reason in error.response.get("CancellationReasons", [])
            ]
            if _REFUSED not in reasons:
                # Another request of this instant, or throttling: nothing was written.
                raise Unavailable("AWS did not take the request: please try again.") from error
            if reasons[0] == _REFUSED:
                self._refuse_unless_own(connection_id, run_id)
            else:
                raise Conflict(_WAITS_NO_LONGER) from error

    def _refuse_unless_own(self, connection_id: str, asked: str) -> None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_place_key(connection_id), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None:  # it finished in this instant
            raise Unavailable("Another export has just finished: please try again.")
        run_id = item["run_id"]["S"]
        if run_id == asked:  # the first try of a repeated call had gone through
            return
        since = dt.datetime.fromtimestamp(int(item["requested_at"]["N"]), dt.UTC)
        raise AlreadyRunning(
            f"An export of this connection is already running since {since:%Y-%m-%d %H:%M} UTC.",
            run_id=run_id,
        )

    def save(self, run: Run) -> None:
        awaits = run.status is RunStatus.AWAITING_CONFIRMATION
        if awaits:  # first, so that no run awaits that the next export does not find
            self._point_at(run)
        try:
            with transient_as_unavailable():
                self._client.put_item(
                    TableName=self._table,
                    Item=self._item_of(run),
                    ConditionExpression="attribute_not_exists(#status) OR #status <> :cancelled",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={":cancelled": {"S": RunStatus.CANCELLED}},
                )
        except ClientError as error:
            if error_code(error) != _CONDITION_FAILED:
                raise
            raise RunCancelled("The run was cancelled before it began.") from error
        if run.finished or awaits:
            self._make_place(run.connection_id, run.run_id)

    def _point_at(self, run: Run) -> None:
        item = {**_awaiting_key(run.connection_id), "run_id": {"S": run.run_id}}
        with transient_as_unavailable():
            self._client.put_item(TableName=self._table, Item=item)

    def awaiting(self, connection_id: str) -> dict[str, Any] | None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_awaiting_key(connection_id), ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        record = self.find(connection_id, answer["Item"]["run_id"]["S"])
        awaits = record and record["status"] == RunStatus.AWAITING_CONFIRMATION
        return record if awaits else None

    def confirm(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        pending: dict[str, Any] = {
            "Update": {
                "TableName": self._table,
                "Key": _run_key(connection_id, run_id),
                "UpdateExpression": "SET #status = :pending, #record = :record",
                "ConditionExpression": "#status = :awaiting",
                "ExpressionAttributeNames": {"#status": "status", "#record": "record"},
                "ExpressionAttributeValues": {
                    ":pending": {"S": RunStatus.PENDING},
                    ":awaiting": {"S": RunStatus.AWAITING_CONFIRMATION},
                    ":record": {"B": _encode(record)},
                },
            }
        }
        requested_at = dt.datetime.fromisoformat(record["requested_at"])
        self._take_place(connection_id, run_id, requested_at, pending)

    def cancel(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        try:
            with transient_as_unavailable():
                self._client.update_item(
                    TableName=self._table,
                    Key=_run_key(connection_id, run_id),
                    UpdateExpression="SET #status = :status, #record = :record",
                    ConditionExpression="#status IN (:pending, :awaiting)",
                    ExpressionAttributeNames={"#status": "status", "#record": "record"},
                    ExpressionAttributeValues={
                        ":status": {"S": record["status"]},
                        ":pending": {"S": RunStatus.PENDING},
                        ":awaiting": {"S": RunStatus.AWAITING_CONFIRMATION},
                        ":record": {"B": _encode(record)},
                    },
                )
        except ClientError as error:
            if error_code(error) != _CONDITION_FAILED:
                raise
            raise Conflict("The run has just begun, so it was not cancelled.") from error
        self._make_place(connection_id, run_id)

    def _make_place(self, connection_id: str, run_id: str) -> None:
        try:
            with transient_as_unavailable():
                self._client.delete_item(
                    TableName=self._table,
                    Key=_place_key(connection_id),
                    ConditionExpression="run_id = :run",
                    ExpressionAttributeValues={":run": {"S": run_id}},
                )
        except ClientError as error:
            if error_code(error) != _CONDITION_FAILED:
                raise

    def find(self, connection_id: str, run_id: str) -> dict[str, Any] | None:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_run_key(connection_id, run_id), ConsistentRead=True
            )
        item = answer.get("Item")
        return _decode(item["record"]["B"]) if item else None

    def change(
        self, connection_id: str, run_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> bool:
        while True:
            with transient_as_unavailable():
                answer = self._client.get_item(
                    TableName=self._table, Key=_run_key(connection_id, run_id), ConsistentRead=True
                )
            if "Item" not in answer:
                return False
            stored = answer["Item"]["record"]["B"]
            before = _decode(stored)
            after = change(before)
            if after == before:
                return False
            try:
                with transient_as_unavailable():
                    self._client.update_item(
                        TableName=self._table,
                        Key=_run_key(connection_id, run_id),
                        UpdateExpression="SET #record = :after",
                        ConditionExpression="#record = :before",
                        ExpressionAttributeNames={"#record": "record"},
                        ExpressionAttributeValues={
                            ":before": {"B": stored},
                            ":after": {"B": _encode(after)},
                        },
                    )
            except ClientError as error:
                if error_code(error) != _CONDITION_FAILED:
                    raise
                continue  # it was saved meanwhile
            return True

    def mark_announced(self, connection_id: str, run_id: str, status: str) -> None:
        try:
            with transient_as_unavailable():
                self._client.update_item(
                    TableName=self._table,
                    Key=_run_key(connection_id, run_id),
                    UpdateExpression="SET told = :true",
                    ConditionExpression="#status = :status",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={":true": {"BOOL": True}, ":status": {"S": status}},
                )
        except ClientError as error:
            if error_code(error) != _CONDITION_FAILED:
                raise

    def is_announced(self, connection_id: str, run_id: str) -> bool:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_run_key(connection_id, run_id), ConsistentRead=True
            )
        return "told" in answer.get("Item", {})

    def newest(
        self,
        connection_id: str,
        limit: int,
        after: str | None,
        between: tuple[str, str] = ALL_RUN_IDS,
    ) -> tuple[list[dict[str, Any]], str | None]:
        earliest, latest = between
        latest = min(latest, after) if after else latest
        if latest < earliest:
            return [], None
        values: dict[str, Any] = {
            ":pk": {"S": f"RUNS#{connection_id}"},
            ":earliest": {"S": earliest},
            ":latest": {"S": latest},
        }
        with transient_as_unavailable():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :earliest AND :latest",
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=limit + 2,  # `after` itself, and one that tells whether there are more
                ConsistentRead=True,
            )
        items = [item for item in answer["Items"] if item["sk"]["S"] != after]
        # A page also ends at 1 MB of records, before the limit.
        more = len(items) > limit or "LastEvaluatedKey" in answer
        shown = items[:limit]
        last = shown[-1]["sk"]["S"] if shown else after
        following = last if more else None
        return [_decode(item["record"]["B"]) for item in shown], following

    def _item_of(self, run: Run) -> dict[str, Any]:
        kept = DRY_RUN_RETENTION if run.kind == DRY_RUN else self._retention
        expires_at = int((run.requested_at + kept).timestamp())
        return {
            **_run_key(run.connection_id, run.run_id),
            "record": {"B": _encode(run.to_json())},
            "status": {"S": run.status},
            "expires_at": {"N": str(expires_at)},
        }


def _encode(record: dict[str, Any]) -> bytes:
    return _ZLIB_JSON + zlib.compress(json.dumps(record, separators=(",", ":")).encode())


def _decode(stored: bytes) -> dict[str, Any]:
    codec, content = stored[:1], stored[1:]
    if codec != _ZLIB_JSON:
        raise ValueError(f"unknown run codec {codec!r}: was it written by a newer version?")
    record: dict[str, Any] = json.loads(zlib.decompress(content))
    return record


def _run_key(connection_id: str, run_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"RUNS#{connection_id}"}, "sk": {"S": run_id}}


def _awaiting_key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"AWAITING#{connection_id}"}, "sk": {"S": "AWAITING"}}


def _place_key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"REQUESTED#{connection_id}"}, "sk": {"S": "REQUESTED"}}
