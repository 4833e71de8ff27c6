"""Runs on DynamoDB, in the connections table; they expire RetentionDays after they were asked for.

| item      | pk          | sk        | attributes                                              |
| run       | RUNS#c      | run id    | record (a byte for the codec, then JSON), expires_at    |
| requested | REQUESTED#c | REQUESTED | run_id, requested_at (epoch seconds)                    |
"""

import datetime as dt
import json
import zlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws_errors import error_code, passing_faults_are_unavailable
from registration_sync.domain.errors import AlreadyRunning, Unavailable
from registration_sync.domain.export_run import ExportRun

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REQUEST_HOLDS_SECONDS = 20 * 60
"""A run that has not finished by then never started, or holds the lease, which guards it alone."""

_REFUSED = "ConditionalCheckFailed"
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
        with passing_faults_are_unavailable():
            self._client.put_item(TableName=self._table, Item=self._item_of(run))
        if not run.finished:
            return
        try:
            with passing_faults_are_unavailable():
                self._client.delete_item(
                    TableName=self._table,
                    Key=_place_key(run.connection_id),
                    ConditionExpression="run_id = :run",
                    ExpressionAttributeValues={":run": {"S": run.run_id}},
                )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise

    def find(self, connection_id: str, run_id: str) -> dict[str, Any] | None:
        with passing_faults_are_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_run_key(connection_id, run_id), ConsistentRead=True
            )
        item = answer.get("Item")
        return _decode(item["record"]["B"]) if item else None

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        values: dict[str, Any] = {":pk": {"S": f"RUNS#{connection_id}"}}
        condition = "pk = :pk"
        if after:
            condition += " AND sk < :after"
            values[":after"] = {"S": after}
        with passing_faults_are_unavailable():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                Limit=limit + 1,
                ConsistentRead=True,
            )
        items = answer["Items"]
        # A page also ends at 1 MB of records, before the limit.
        more = len(items) > limit or "LastEvaluatedKey" in answer
        shown = items[:limit]
        following = shown[-1]["sk"]["S"] if more and shown else None
        return [_decode(item["record"]["B"]) for item in shown], following

    def _item_of(self, run: ExportRun) -> dict[str, Any]:
        record = json.dumps(run.to_json(), separators=(",", ":")).encode()
        expires_at = int((run.requested_at + self._retention).timestamp())
        return {
            **_run_key(run.connection_id, run.run_id),
            "record": {"B": _ZLIB_JSON + zlib.compress(record)},
            "expires_at": {"N": str(expires_at)},
        }


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
