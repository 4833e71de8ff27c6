"""Runs in DynamoDB, in the connections table. They expire RetentionDays after their request, dry
runs after a day.

`run_items` has the keys and attributes.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.run_items import (
    LAST_EXPORTS,
    awaiting_key,
    decode,
    encode,
    last_export_key,
    readable,
    run_key,
    slot_key,
    unreadable,
)
from registration_sync.adapters.dynamodb.table import CONDITION_FAILED, Item, Table
from registration_sync.domain.errors import (
    AlreadyRunning,
    AttemptEnded,
    Conflict,
    RunCancelled,
    Unavailable,
)
from registration_sync.domain.runs.redaction import without_students
from registration_sync.domain.runs.run import DRY_RUN_RETENTION, Run, RunKind, RunStatus
from registration_sync.domain.runs.run_id import ALL_RUN_IDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SLOT_SECONDS = 20 * 60
"""A run that has not finished by then never started, or the lease alone protects it."""

ANNOUNCING_SECONDS = 50
"""Longer than an announcement takes, and shorter than the minute before Lambda's first retry."""

PAGE_SIZE = 20

_IS_LAST_ATTEMPT = (
    "attribute_not_exists(pk) OR (#status IN (:pending, :in_progress, :awaiting) "
    "AND (attribute_not_exists(attempt_token) OR attempt_token = :token))"
)
"""Without a token, no attempt has begun, or only attempts of an older version."""

_NOT_ACCEPTED = "AWS did not accept the request: try again."
_NOT_AWAITING = "The run does not need approval any more: open it again."


class DynamoDBRuns:
    """Implements the port Runs."""

    def __init__(self, client: "DynamoDBClient", table: str, *, retention_days: int) -> None:
        self._table = Table(client, table)
        self._retention = dt.timedelta(days=retention_days)

    def request(self, run: Run) -> None:
        self._take_slot(run, {"Put": self._table.request(Item=self._item_of(run))})

    def _take_slot(self, run: Run, stored: Item) -> None:
        """Takes the slot and stores the run, or does neither."""
        now = int(run.requested_at.timestamp())
        slot = self._table.request(
            Item={
                **slot_key(run.connection_id),
                "run_id": {"S": run.run_id},
                "requested_at": {"N": str(now)},
            },
            ConditionExpression="attribute_not_exists(pk) OR requested_at < :expired",
            ExpressionAttributeValues={":expired": {"N": str(now - SLOT_SECONDS)}},
        )
        reasons = self._table.transact({"Put": slot}, stored)
        if not reasons:
            return
        if CONDITION_FAILED not in reasons:
            # A request at the same moment, or throttling: nothing was written.
            raise Unavailable(_NOT_ACCEPTED)
        if reasons[0] != CONDITION_FAILED:
            raise Conflict(_NOT_AWAITING)
        self._refuse_unless_own(run.connection_id, run.run_id)

    def _refuse_unless_own(self, connection_id: str, own_run_id: str) -> None:
        item = self._table.get(slot_key(connection_id))
        if not item:  # the other run finished just now
            raise Unavailable("Another export has just finished: try again.")
        run_id = item["run_id"]["S"]
        if run_id == own_run_id:  # an earlier attempt of this call succeeded
            return
        since = dt.datetime.fromtimestamp(int(item["requested_at"]["N"]), dt.UTC)
        raise AlreadyRunning(
            f"An export of this connection has been running since {since:%Y-%m-%d %H:%M} UTC.",
            run_id=run_id,
        )

    def begin(self, run: Run, after: str) -> None:
        self._store(run, after)

    def save(self, run: Run) -> None:
        self._store(run, run.attempt_token)

    def _store(self, run: Run, token: str) -> None:
        """Stores the run if the attempt with this token is still the last one."""
        item = self._item_of(run)
        values: Item = {
            ":pending": {"S": RunStatus.PENDING},
            ":in_progress": {"S": RunStatus.IN_PROGRESS},
            ":awaiting": {"S": RunStatus.AWAITING_CONFIRMATION},
            ":token": {"S": token},
        }
        if run.status is RunStatus.AWAITING_CONFIRMATION:
            saved = self._store_with_pointer(run, item, values)
        else:
            saved = self._table.put(item, _IS_LAST_ATTEMPT, values)
        if not saved:
            self._refuse_unless_stored(item)
        if run.kind is RunKind.EXPORT and not run.has_progress and not run.was_refused:
            last = self._item_of(without_students(run))
            self._table.put({**last, **last_export_key(run.connection_id)})
        if run.is_over:
            self.free_slot(run.connection_id, run.run_id)

    def _store_with_pointer(self, run: Run, item: Item, values: Item) -> bool:
        """Both or neither, so that the next export finds every run that awaits confirmation."""
        pointer = {**awaiting_key(run.connection_id), "run_id": {"S": run.run_id}}
        stored = self._table.request(
            Item=item, ConditionExpression=_IS_LAST_ATTEMPT, ExpressionAttributeValues=values
        )
        reasons = self._table.transact({"Put": stored}, {"Put": self._table.request(Item=pointer)})
        if reasons and CONDITION_FAILED not in reasons:
            raise Unavailable(_NOT_ACCEPTED)
        return not reasons

    def _refuse_unless_stored(self, item: Item) -> None:
        """A retry inside boto3 may find its own first try."""
        stored = self._table.get({"pk": item["pk"], "sk": item["sk"]})
        if stored.get("record") == item["record"]:
            return
        if stored.get("status") == {"S": RunStatus.CANCELLED}:
            raise RunCancelled("The run was canceled before it began.")
        raise AttemptEnded("Another attempt of this run took over, or the run has ended.")

    def awaiting(self, connection_id: str) -> Run | None:
        item = self._table.get(awaiting_key(connection_id))
        stored = self._table.get(run_key(connection_id, item["run_id"]["S"])) if item else {}
        run = readable(stored) if stored else None
        return run if run and run.status is RunStatus.AWAITING_CONFIRMATION else None

    def confirm(self, run: Run) -> None:
        pending = self._table.request(
            Key=run_key(run.connection_id, run.run_id),
            UpdateExpression="SET #status = :pending, #record = :record",
            ConditionExpression="#status = :awaiting",
            ExpressionAttributeValues={
                ":pending": {"S": RunStatus.PENDING},
                ":awaiting": {"S": RunStatus.AWAITING_CONFIRMATION},
                ":record": {"B": encode(run)},
            },
        )
        self._take_slot(run, {"Update": pending})

    def cancel(self, run: Run) -> None:
        refused = self._table.update(
            run_key(run.connection_id, run.run_id),
            "SET #status = :status, #record = :record",
            "#status IN (:pending, :awaiting)",
            {
                ":status": {"S": run.status},
                ":pending": {"S": RunStatus.PENDING},
                ":awaiting": {"S": RunStatus.AWAITING_CONFIRMATION},
                ":record": {"B": encode(run)},
            },
        )
        if refused is not None:
            raise Conflict("The run has just begun, so it was not canceled.")
        self.free_slot(run.connection_id, run.run_id)

    def free_slot(self, connection_id: str, run_id: str) -> None:
        self._table.delete(slot_key(connection_id), "run_id = :run", {":run": {"S": run_id}})

    def find(self, connection_id: str, run_id: str) -> Run | None:
        item = self._table.get(run_key(connection_id, run_id))
        return decode(item) if item else None

    def change(self, connection_id: str, run_id: str, change: Callable[[Run], Run]) -> bool:
        key = run_key(connection_id, run_id)
        while item := self._table.get(key):
            before = decode(item)
            after = change(before)
            if after == before:
                return False
            refused = self._table.update(
                key,
                "SET #record = :after",
                "#record = :before",
                {":before": item["record"], ":after": {"B": encode(after)}},
            )
            if refused is None:
                return True  # otherwise the run was saved meanwhile
        return False

    def claim_announcement(self, run: Run, now: dt.datetime) -> bool:
        seconds = int(now.timestamp())
        refused = self._table.update(
            run_key(run.connection_id, run.run_id),
            "SET announcing_until = :until",
            "#status = :status AND attribute_not_exists(told) "
            "AND (attribute_not_exists(announcing_until) OR announcing_until <= :now)",
            {
                ":status": {"S": run.status},
                ":now": {"N": str(seconds)},
                ":until": {"N": str(seconds + ANNOUNCING_SECONDS)},
            },
        )
        return refused is None

    def mark_announced(self, run: Run) -> None:
        self._table.update(
            run_key(run.connection_id, run.run_id),
            "SET told = :true",
            "#status = :status",
            {":true": {"BOOL": True}, ":status": {"S": run.status}},
        )

    def last_exports(self) -> Mapping[str, Run]:
        items = self._table.query_all("pk = :pk", {":pk": {"S": LAST_EXPORTS}})
        return {item["sk"]["S"]: run for item in items if (run := readable(item))}

    def newest(
        self,
        connection_id: str,
        limit: int,
        after: str | None,
        between: tuple[str, str] = ALL_RUN_IDS,
    ) -> tuple[list[Run], str | None]:
        items, following = self._page(connection_id, limit, after, between)
        return [run for item in items if (run := readable(item))], following

    def _page(
        self, connection_id: str, limit: int, after: str | None, between: tuple[str, str]
    ) -> tuple[list[Item], str | None]:
        earliest, latest = between
        latest = min(latest, after) if after else latest
        if latest < earliest:
            return [], None
        page = self._table.query(
            "pk = :pk AND sk BETWEEN :earliest AND :latest",
            {
                ":pk": {"S": f"RUNS#{connection_id}"},
                ":earliest": {"S": earliest},
                ":latest": {"S": latest},
            },
            ScanIndexForward=False,
            Limit=limit + 2,  # `after` itself, and one that shows whether there are more
        )
        items = [item for item in page["Items"] if item["sk"]["S"] != after]
        # A page also ends at 1 MB of records, before the limit.
        more = len(items) > limit or "LastEvaluatedKey" in page
        found = items[:limit]
        last = found[-1]["sk"]["S"] if found else after
        return found, last if more else None

    def all(
        self,
        connection_id: str,
        *,
        after: str | None = None,
        since: str = ALL_RUN_IDS[0],
        complete: bool = False,
    ) -> Iterator[Run]:
        damaged = None
        while True:
            items, after = self._page(connection_id, PAGE_SIZE, after, (since, ALL_RUN_IDS[1]))
            for item in items:
                run = readable(item)
                if run:
                    yield run
                else:
                    damaged = item
            if after is None:
                break
        if complete and damaged:
            raise unreadable(damaged)

    def _item_of(self, run: Run) -> Item:
        kept = DRY_RUN_RETENTION if run.kind is RunKind.DRY_RUN else self._retention
        expires_at = int((run.requested_at + kept).timestamp())
        token = {"attempt_token": {"S": run.attempt_token}} if run.attempt_token else {}
        return {
            **run_key(run.connection_id, run.run_id),
            "record": {"B": encode(run)},
            "status": {"S": run.status},
            "expires_at": {"N": str(expires_at)},
            **token,
        }
