"""Runs on DynamoDB, in the connections table; they expire RetentionDays after they were asked for,
dry runs after a day.

| item      | pk          | sk        | attributes                                                 |
| run       | RUNS#c      | run id    | record (byte for the codec, then JSON), status, expires_at |
| requested | REQUESTED#c | REQUESTED | run_id, requested_at (epoch seconds)                       |
"""

import datetime as dt
import json
import zlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws_errors import error_code, passing_faults_are_unavailable
from registration_sync.domain.errors import AlreadyRunning, Conflict, RunCancelled, Unavailable
from registration_sync.domain.export_run import DRY_RUN, DRY_RUN_KEPT, ExportRun, RunStatus
from registration_sync.ports import EVER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REQUEST_HOLDS_SECONDS = 20 * 60
"""A run that has not finished by then never started, or holds the lease, which guards it alone."""

_REFUSED = "ConditionalCheckFailed"
_CONDITION_FAILED = "ConditionalCheckFailedException"
_ZLIB_JSON = b"Z"


class DynamoDBRuns:
    """Implements the port Runs."""

    def __init__(self, client: "DynamoDBClient", table: str, *, retention_days: int) -> None:
        self._client = client
        self._table = table
        self._retention = dt.timedelta(days=retention_days)

    def request(self, run: ExportRun) -> None:
        now = int(run.requested_at.timestamp())
        place: dict[str, Any] = {
            **_place_key(run.connection_id),
            "run_id": {"S": run.run_id},
            "requested_at": {"N": str(now)},
        }
        try:
            with passing_faults_are_unavailable():
                self._client.transact_write_items(
                    TransactItems=[
                        {
                            "Put": {
                                "TableName": self._table,
                                "Item": place,
                                "ConditionExpression": "attribute_not_exists(pk)"
                                " OR requested_at < :gone",
                                "ExpressionAttributeValues": {
                                    ":gone": {"N": str(now - REQUEST_HOLDS_SECONDS)}
                                },
                            }
                        },
                        {"Put": {"TableName": self._table, "Item": self._item_of(run)}},
                    ]
                )
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            reasons = error.response.get("CancellationReasons", [])
            if not any(reason.get("Code") == _REFUSED for reason in reasons):
                # Another request of this instant, or throttling: nothing was written.
                raise Unavailable("AWS did not take the request: please try again.") from error
            self._refuse_unless_own(run)

    def _refuse_unless_own(self, run: ExportRun) -> None:
        with passing_faults_are_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_place_key(run.connection_id), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None:  # it finished in this instant
            raise Unavailable("Another export has just finished: please try again.")
        run_id = item["run_id"]["S"]
        if run_id == run.run_id:  # the first try of a repeated call had gone through
            return
        since = dt.datetime.fromtimestamp(int(item["requested_at"]["N"]), dt.UTC)
        raise AlreadyRunning(
            f"An export of this connection is already running since {since:%Y-%m-%d %H:%M} UTC.",
            run_id=run_id,
        )

    def save(self, run: ExportRun) -> None:
        try:
            with passing_faults_are_unavailable():
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
        if run.finished:
            self._make_place(run.connection_id, run.run_id)

    def cancel(self, connection_id: str, run_id: str, record: dict[str, Any]) -> None:
        try:
            with passing_faults_are_unavailable():
                self._client.update_item(
                    TableName=self._table,
                    Key=_run_key(connection_id, run_id),
                    UpdateExpression="SET #status = :cancelled, #record = :record",
                    ConditionExpression="#status = :pending",
                    ExpressionAttributeNames={"#status": "status", "#record": "record"},
                    ExpressionAttributeValues={
                        ":cancelled": {"S": RunStatus.CANCELLED},
                        ":pending": {"S": RunStatus.PENDING},
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
            with passing_faults_are_unavailable():
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
        with passing_faults_are_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_run_key(connection_id, run_id), ConsistentRead=True
            )
        item = answer.get("Item")
        return _decode(item["record"]["B"]) if item else None

    def newest(
        self,
        connection_id: str,
        limit: int,
        after: str | None,
        between: tuple[str, str] = EVER,
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
        with passing_faults_are_unavailable():
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

    def _item_of(self, run: ExportRun) -> dict[str, Any]:
        kept = DRY_RUN_KEPT if run.kind == DRY_RUN else self._retention
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


def _place_key(connection_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"REQUESTED#{connection_id}"}, "sk": {"S": "REQUESTED"}}
