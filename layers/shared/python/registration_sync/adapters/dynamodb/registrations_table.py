"""RegistrationsTable on DynamoDB: what may be done with the items of registration_items."""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from heapq import merge
from itertools import batched, groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import (
    error_code,
    is_transient,
    transient_as_unavailable,
)
from registration_sync.adapters.dynamodb.registration_items import (
    Item,
    batch_pk,
    current_key,
    current_of,
    current_pk,
    due_mark_item,
    due_mark_key,
    due_mark_of,
    entry_of,
    export_marker_of,
    ledger_item,
    ledger_pk,
    ledger_sk,
    marker_key,
    number,
    witness_key,
)
from registration_sync.adapters.dynamodb.requests import (
    get_all,
    pages,
    repeatedly,
    transact,
    write_all,
)
from registration_sync.domain.errors import AlreadyRunning, LeaseLost, MarkerLost, Unavailable
from registration_sync.domain.registrations.batches import (
    SHARDS,
    Current,
    DueMark,
    ExportMarker,
    Lease,
    Stored,
)
from registration_sync.domain.registrations.ledger import LedgerEntry, Outcome

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_GET_ITEMS = 100
BATCHES_IN_FLIGHT = 4
BEGINNINGS = 3
"""Tries to add the first year of a connection while others do so."""

_LOST = (
    "The marker of this connection is lost, so nothing is taken and nothing exported until an "
    "operator has rebuilt it (docs/operations.md, Recovery). No student is lost by it."
)


class DynamoDBRegistrationsTable:
    """Implements the port RegistrationsTable; `workers` bounds the requests in flight."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 24) -> None:
        self._client = client
        self._table = table
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="registrations-table")

    # The marker

    def marker(self, connection_id: str) -> ExportMarker:
        marker = self._stored_marker(connection_id)
        if not marker.years and self._is_witnessed(connection_id):
            marker = self._stored_marker(connection_id)  # perhaps it was made in this instant
            if not marker.years:
                raise MarkerLost(_LOST)
        return marker

    def _stored_marker(self, connection_id: str) -> ExportMarker:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=marker_key(connection_id), ConsistentRead=True
            )
        return export_marker_of(answer.get("Item", {}))

    def running(self, connection_id: str, now_ms: int) -> str | None:
        """The id of the run that holds the lease now, if one does."""
        lease = self._stored_marker(connection_id).lease
        return lease.run_id if lease and lease.expires_at_ms > now_ms else None

    def add_year(self, connection_id: str, school_year: int) -> None:
        opened = f"SET open_{school_year} = :one, exported_{school_year} = :zero"
        numbers = {":one": number(1), ":zero": number(0)}
        for _ in range(BEGINNINGS):
            with transient_as_unavailable():
                refused = self._update_marker(
                    connection_id,
                    opened,
                    f"attribute_exists(witnessed) AND attribute_not_exists(open_{school_year})",
                    numbers,
                )
            if refused is None or f"open_{school_year}" in refused:
                return
            if self._begin(connection_id, opened, numbers):
                return
        self.marker(connection_id)  # raises MarkerLost, if that is why
        raise Unavailable("Another sync has just added a school year: please try again.")

    def _begin(self, connection_id: str, opened: str, numbers: Item) -> bool:
        """Makes the marker with its witness, both or neither: no sync takes a connection whose
        marker is lost for a new one, and counts its batches from 1 again."""
        return transact(
            self._client,
            [
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": witness_key(connection_id),
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": marker_key(connection_id),
                        "UpdateExpression": f"{opened}, witnessed = :true",
                        "ConditionExpression": "attribute_not_exists(witnessed)",
                        "ExpressionAttributeValues": {**numbers, ":true": {"BOOL": True}},
                    }
                },
            ],
        )

    def _is_witnessed(self, connection_id: str) -> bool:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=witness_key(connection_id), ConsistentRead=True
            )
        return "Item" in answer

    def take_lease(self, connection_id: str, lease: Lease, now_ms: int) -> None:
        with transient_as_unavailable():
            holder = self._update_marker(
                connection_id,
                "SET lease_token = :token, lease_run = :run, lease_since = :now,"
                " lease_expires = :expires",
                "attribute_not_exists(lease_token) OR lease_expires < :now OR lease_token = :token",
                {
                    ":token": {"S": lease.token},
                    ":run": {"S": lease.run_id},
                    ":expires": number(lease.expires_at_ms),
                    ":now": number(now_ms),
                },
            )
        if holder is not None:
            run_id = holder["lease_run"]["S"]
            since = dt.datetime.fromtimestamp(int(holder["lease_since"]["N"]) / 1000, dt.UTC)
            raise AlreadyRunning(
                "An export of this connection is already running since "
                f"{since:%Y-%m-%d %H:%M} UTC: {run_id}.",
                run_id=run_id,
            )

    def renew_lease(self, connection_id: str, lease: Lease) -> None:
        self._update_held(
            connection_id,
            "SET lease_expires = :expires",
            lease.token,
            {":expires": number(lease.expires_at_ms)},
        )

    def release_lease(self, connection_id: str, token: str) -> None:
        with transient_as_unavailable():
            self._update_marker(
                connection_id,
                "REMOVE lease_token, lease_run, lease_expires, lease_since",
                "lease_token = :token",
                {":token": {"S": token}},
            )

    def close_batch(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        # A retry inside boto3 may find its own first try: then `open` is batch + 1 already, and
        # only the holder of the lease moves it.
        self._update_held(
            connection_id,
            f"SET open_{school_year} = :next",
            token,
            {":next": number(batch + 1), ":batch": number(batch)},
            f"open_{school_year} IN (:batch, :next)",
        )

    def commit(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        with transient_as_unavailable():
            refused = self._update_marker(
                connection_id,
                f"SET exported_{school_year} = :batch",
                f"lease_token = :token AND exported_{school_year} < :batch",
                {":batch": number(batch), ":token": {"S": token}},
            )
        if refused is not None and int(refused[f"exported_{school_year}"]["N"]) < batch:
            raise LeaseLost("Another run took over before this one could finish.")

    def set_retired(self, connection_id: str, school_year: int, batch: int) -> None:
        with transient_as_unavailable():
            self._update_marker(
                connection_id,
                f"SET retired_{school_year} = :batch",
                f"attribute_not_exists(retired_{school_year}) OR retired_{school_year} < :batch",
                {":batch": number(batch)},
            )

    # Marks and snapshots

    def put_marks(
        self, connection_id: str, school_year: int, batch: int, marks: Sequence[DueMark]
    ) -> set[str]:
        requests = [
            {"PutRequest": {"Item": due_mark_item(connection_id, school_year, batch, mark)}}
            for mark in marks
        ]
        refused = write_all(self._client, self._table, requests, self._pool)
        left = {request["PutRequest"]["Item"]["sk"]["S"] for request in refused}
        return {mark.student_id for mark in marks} - left

    def put_current(
        self, connection_id: str, school_year: int, snapshots: Sequence[Current]
    ) -> Mapping[str, Stored]:
        put = partial(self._put_snapshot, connection_id, school_year)
        outcomes = self._pool.map(put, snapshots)
        return {
            current.student_id: outcome
            for current, outcome in zip(snapshots, outcomes, strict=True)
        }

    def _put_snapshot(self, connection_id: str, school_year: int, current: Current) -> Stored:
        # An update, so that what exports did with the student stays.
        update = "SET version = :version, in_batch = :batch"
        values: Item = {":version": {"S": current.version}, ":batch": number(current.batch)}
        if current.snapshot is None:
            update += " REMOVE #snapshot, expires_at"
        else:
            update += ", #snapshot = :snapshot REMOVE expires_at"
            values[":snapshot"] = {"B": current.snapshot}
        try:
            newer = self._update_if(
                current_key(connection_id, school_year, current.student_id),
                update,
                "attribute_not_exists(pk) OR version < :version"
                " OR (version = :version AND in_batch <= :batch)",
                values,
                {"#snapshot": "snapshot"},  # a reserved word
            )
        except Exception as error:
            if is_transient(error):
                return Stored.UNCONFIRMED
            raise
        if newer is None or newer["version"]["S"] == current.version:
            return Stored.WRITTEN
        return Stored.SUPERSEDED

    def marks(
        self, connection_id: str, school_year: int, batches: range, after: str = ""
    ) -> Iterator[DueMark]:
        streams = [
            map(
                due_mark_of,
                self._query(batch_pk(connection_id, school_year, batch, of_shard), after),
            )
            for batch in reversed(batches)
            for of_shard in range(SHARDS)
        ]
        # merge keeps the order of its streams among equals: the newest batch comes first.
        in_order = merge(*streams, key=attrgetter("student_id"))
        for _, same_student in groupby(in_order, key=attrgetter("student_id")):
            yield next(same_student)

    def newest_mark(
        self, connection_id: str, school_year: int, student_id: str, batches: range
    ) -> DueMark | None:
        for some in batched(reversed(batches), BATCH_GET_ITEMS):
            keys = [due_mark_key(connection_id, school_year, batch, student_id) for batch in some]
            found = {
                item["pk"]["S"]: due_mark_of(item)
                for item in get_all(self._client, self._table, keys)
            }
            for key in keys:  # the newest first
                if key["pk"]["S"] in found:
                    return found[key["pk"]["S"]]
        return None

    def current(
        self, connection_id: str, school_year: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        in_flight: deque[tuple[tuple[str, ...], Future[list[Item]]]] = deque()
        for chunk in batched(student_ids, BATCH_GET_ITEMS):
            keys = [current_key(connection_id, school_year, student) for student in chunk]
            in_flight.append((chunk, self._pool.submit(get_all, self._client, self._table, keys)))
            if len(in_flight) >= BATCHES_IN_FLIGHT:
                yield from _in_order(*in_flight.popleft())
        while in_flight:
            yield from _in_order(*in_flight.popleft())

    def all_current(self, connection_id: str, school_year: int) -> Iterator[Current]:
        streams = [
            self._query(current_pk(connection_id, school_year, of_shard))
            for of_shard in range(SHARDS)
        ]
        for item in merge(*streams, key=lambda item: item["sk"]["S"]):
            yield current_of(item)

    def raise_batch(
        self, connection_id: str, school_year: int, batch: int, versions: Mapping[str, str]
    ) -> None:
        def update(student_id: str) -> None:
            self._update_if(
                current_key(connection_id, school_year, student_id),
                "SET in_batch = :batch REMOVE expires_at",
                "version = :version AND in_batch < :batch",
                {":batch": number(batch), ":version": {"S": versions[student_id]}},
            )

        with transient_as_unavailable():
            list(self._pool.map(update, versions))

    # The ledger, and what exports did with students

    def put_ledger(self, connection_id: str, school_year: int, entry: LedgerEntry) -> None:
        with transient_as_unavailable():
            self._client.put_item(
                TableName=self._table, Item=ledger_item(connection_id, school_year, entry)
            )

    def ledger(self, connection_id: str, school_year: int, batch: int) -> LedgerEntry | None:
        pk = ledger_pk(connection_id, school_year)
        found = None
        for item in self._query(pk, ledger_sk(batch - 1), page_items=3):
            if int(item["first_batch"]["N"]) > batch:
                break
            found = item  # of a run that died, and its successors, the last has committed
        return entry_of(found) if found else None

    def settle(
        self,
        connection_id: str,
        school_year: int,
        batch: int,
        outcomes: Mapping[str, str],
        expires_at: int,
    ) -> None:
        def settle(student_id: str) -> None:
            outcome = outcomes[student_id]
            updates = {
                Outcome.EXPORTED: "SET outcome = :outcome, settled_in = :batch,"
                " exported_in = :batch",
                Outcome.LEFT_OUT: "SET outcome = :outcome, settled_in = :batch",
                Outcome.REMOVED: "SET settled_in = :batch",
            }
            update = updates[Outcome(outcome)]
            gone = " REMOVE outcome" if outcome == Outcome.REMOVED else ""
            key = current_key(connection_id, school_year, student_id)
            not_yet = "(attribute_not_exists(settled_in) OR settled_in < :batch)"
            values: Item = {":batch": number(batch)}
            if not gone:
                values[":outcome"] = {"S": outcome}
            refused = self._update_if(
                key,
                f"{update}, expires_at = :expires{gone}",
                f"in_batch <= :batch AND {not_yet}",
                {**values, ":expires": number(expires_at)},
            )
            if refused and current_of({**refused, **key}).settled_in < batch:
                # Synced again since: it is due, so it must not expire.
                self._update_if(
                    key, f"{update}{gone}", f"attribute_exists(pk) AND {not_yet}", values
                )

        with transient_as_unavailable():
            list(self._pool.map(lambda one: repeatedly(lambda: settle(one)), outcomes))

    def clear_marks(self, connection_id: str, school_year: int, batch: int) -> None:
        with transient_as_unavailable():
            for of_shard in range(SHARDS):
                pk = batch_pk(connection_id, school_year, batch, of_shard)
                for chunk in batched(self._query(pk), 500):
                    deletes = [
                        {"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}}
                        for item in chunk
                    ]
                    if write_all(self._client, self._table, deletes, self._pool):
                        raise Unavailable("AWS did not answer in time: please try again.")

    # Requests

    def _query(self, pk: str, after: str = "", page_items: int | None = None) -> Iterator[Item]:
        return pages(self._client, self._table, pk, self._pool, after, page_items)

    def _update_held(
        self,
        connection_id: str,
        update: str,
        token: str,
        values: Item,
        condition: str = "",
    ) -> None:
        """Updates the marker if the lease is ours; raises LeaseLost."""
        full_condition = " AND ".join(filter(None, ("lease_token = :token", condition)))
        with transient_as_unavailable():
            refused = self._update_marker(
                connection_id, update, full_condition, {**values, ":token": {"S": token}}
            )
        if refused is not None:
            raise LeaseLost("Another run took over, as this one was too slow.")

    def _update_marker(
        self, connection_id: str, update: str, condition: str, values: Item
    ) -> Item | None:
        return self._update_if(marker_key(connection_id), update, condition, values)

    def _update_if(
        self,
        key: Item,
        update: str,
        condition: str,
        values: Item,
        names: Item | None = None,
    ) -> Item | None:
        """None if it was done; what stands there (empty: nothing) if the condition refused it."""
        naming: Any = {"ExpressionAttributeNames": names} if names else {}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **naming,
            )
        except ClientError as error:
            if not _is_refused(error):
                raise
            found: Item = error.response.get("Item", {})  # type: ignore[assignment]
            return found
        return None


def _is_refused(error: ClientError) -> bool:
    return error_code(error) == "ConditionalCheckFailedException"


def _in_order(
    student_ids: Iterable[str], answer: Future[list[Item]]
) -> Iterator[tuple[str, Current | None]]:
    found = {item["sk"]["S"]: current_of(item) for item in answer.result()}
    for student_id in student_ids:
        yield student_id, found.get(student_id)
