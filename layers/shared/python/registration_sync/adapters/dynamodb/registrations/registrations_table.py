"""RegistrationsTable on DynamoDB: the marker with its lease, marks, snapshots and the ledger.

`registration_items` has the keys and attributes, `student_updates` the writes of one snapshot.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from heapq import merge
from itertools import batched, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.registrations import student_updates
from registration_sync.adapters.dynamodb.registrations.marker_creation import create_marker
from registration_sync.adapters.dynamodb.registrations.registration_items import (
    batch_pk,
    creation_record_key,
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
)
from registration_sync.adapters.dynamodb.registrations.student_pages import read_students
from registration_sync.adapters.dynamodb.requests import (
    BATCH_GET_ITEMS,
    delete_all,
    get_ahead,
    get_all,
    read_partition,
    with_retries,
    write_all,
)
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import AlreadyRunning, LeaseLost, MarkerLost, Unavailable
from registration_sync.domain.registrations.batches import (
    SHARDS,
    Current,
    DueMark,
    ExportMarker,
    Lease,
    Stored,
)
from registration_sync.domain.registrations.ledger import LedgerEntry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_DELETE_ITEMS = 500
MAX_CREATION_TRIES = 3
"""To add the first year of a connection while others do, too."""

_LOST = (
    "The export marker of this connection is lost, so syncs and runs are refused until an operator "
    "rebuilds it (docs/operations.md, Recovery). No student is lost."
)


class DynamoDBRegistrationsTable:
    """Implements the port RegistrationsTable; `workers` bounds the requests in flight."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 24) -> None:
        self._table = Table(client, table)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="registrations-table")

    # The marker and its lease

    def marker(self, connection_id: str) -> ExportMarker:
        marker = self._stored_marker(connection_id)
        if not marker.years and self._table.get(creation_record_key(connection_id)):
            marker = self._stored_marker(connection_id)  # it may have just been created
            if not marker.years:
                raise MarkerLost(_LOST)
        return marker

    def _stored_marker(self, connection_id: str) -> ExportMarker:
        return export_marker_of(self._table.get(marker_key(connection_id)))

    def running(self, connection_id: str, now_ms: int) -> str | None:
        """The id of the run that holds the lease now, if one does."""
        lease = self._stored_marker(connection_id).lease
        return lease.run_id if lease and lease.expires_at_ms > now_ms else None

    def add_year(self, connection_id: str, school_year: int) -> None:
        update = f"SET open_{school_year} = :one, exported_{school_year} = :zero"
        values = {":one": number(1), ":zero": number(0)}
        for _ in range(MAX_CREATION_TRIES):
            refused = self._update_marker(
                connection_id,
                update,
                f"attribute_exists(witnessed) AND attribute_not_exists(open_{school_year})",
                values,
            )
            if refused is None or f"open_{school_year}" in refused:
                return
            if create_marker(self._table, connection_id, update, values):
                return
        self.marker(connection_id)  # raises MarkerLost if that is the reason
        raise Unavailable("Another sync has just added a school year: please try again.")

    def take_lease(self, connection_id: str, lease: Lease, now_ms: int) -> None:
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
                "An export of this connection has been running since "
                f"{since:%Y-%m-%d %H:%M} UTC: {run_id}.",
                run_id=run_id,
            )

    def renew_lease(self, connection_id: str, lease: Lease) -> None:
        self._update_as_holder(
            connection_id,
            lease.token,
            "SET lease_expires = :expires",
            {":expires": number(lease.expires_at_ms)},
        )

    def release_lease(self, connection_id: str, token: str) -> None:
        self._update_marker(
            connection_id,
            "REMOVE lease_token, lease_run, lease_expires, lease_since",
            "lease_token = :token",
            {":token": {"S": token}},
        )

    def close_batch(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        # A retry inside boto3 may find its own first try: then `open` is batch + 1 already, and
        # only the holder of the lease changes it.
        self._update_as_holder(
            connection_id,
            token,
            f"SET open_{school_year} = :next",
            {":next": number(batch + 1), ":batch": number(batch)},
            f" AND open_{school_year} IN (:batch, :next)",
        )

    def commit(self, connection_id: str, school_year: int, batch: int, token: str) -> None:
        refused = self._update_marker(
            connection_id,
            f"SET exported_{school_year} = :batch",
            f"lease_token = :token AND exported_{school_year} < :batch",
            {":batch": number(batch), ":token": {"S": token}},
        )
        if refused is not None and int(refused[f"exported_{school_year}"]["N"]) < batch:
            raise LeaseLost("Another run took over before this one could finish.")

    def set_settled(
        self, connection_id: str, school_year: int, batch: int, student_id: str
    ) -> None:
        update = f"SET settled_{school_year}_to = :student"
        values: Item = {":student": {"S": student_id}}
        self._update_unless_retired(connection_id, school_year, batch, update, values)

    def set_retired(self, connection_id: str, school_year: int, batch: int) -> None:
        update = f"SET retired_{school_year} = :batch REMOVE settled_{school_year}_to"
        self._update_unless_retired(connection_id, school_year, batch, update, {})

    def _update_unless_retired(
        self, connection_id: str, school_year: int, batch: int, update: str, values: Item
    ) -> None:
        # A late write must not make the next batch begin at a student of this one.
        retired = f"retired_{school_year}"
        condition = f"attribute_not_exists({retired}) OR {retired} < :batch"
        self._update_marker(connection_id, update, condition, {**values, ":batch": number(batch)})

    def set_first(self, connection_id: str, school_year: int, token: str, now_ms: int) -> None:
        self._update_as_holder(
            connection_id, token, f"SET first_{school_year} = :now", {":now": number(now_ms)}
        )

    def _update_as_holder(
        self, connection_id: str, token: str, update: str, values: Item, condition: str = ""
    ) -> None:
        """Updates the marker if this token holds the lease; raises LeaseLost."""
        refused = self._update_marker(
            connection_id,
            update,
            f"lease_token = :token{condition}",
            {**values, ":token": {"S": token}},
        )
        if refused is not None:
            raise LeaseLost("Another run took over before this one could finish.")

    def _update_marker(
        self, connection_id: str, update: str, condition: str, values: Item
    ) -> Item | None:
        return self._table.update(marker_key(connection_id), update, condition, values)

    # Marks and snapshots

    def put_marks(
        self, connection_id: str, school_year: int, batch: int, marks: Sequence[DueMark]
    ) -> set[str]:
        requests = [
            {"PutRequest": {"Item": due_mark_item(connection_id, school_year, batch, mark)}}
            for mark in marks
        ]
        unconfirmed = write_all(self._table, requests, self._pool)
        left = {request["PutRequest"]["Item"]["sk"]["S"] for request in unconfirmed}
        return {mark.student_id for mark in marks} - left

    def put_current(
        self, connection_id: str, school_year: int, snapshots: Sequence[Current]
    ) -> Mapping[str, Stored]:
        put = partial(student_updates.put_snapshot, self._table, connection_id, school_year)
        student_ids = (current.student_id for current in snapshots)
        return dict(zip(student_ids, self._pool.map(put, snapshots), strict=True))

    def put_unknown(
        self,
        connection_id: str,
        school_year: int,
        tombstones: Sequence[Current],
        expires_at: int,
    ) -> set[str]:
        def put(tombstone: Current) -> bool:
            key = current_key(connection_id, school_year, tombstone.student_id)
            return student_updates.put_unknown(self._table, key, tombstone.version, expires_at)

        stored = zip(tombstones, self._pool.map(put, tombstones), strict=True)
        return {tombstone.student_id for tombstone, is_unknown in stored if is_unknown}

    def marks(
        self, connection_id: str, school_year: int, batches: range, after: str = ""
    ) -> Iterator[DueMark]:
        partitions = [
            batch_pk(connection_id, school_year, batch, shard)
            for batch in reversed(batches)
            for shard in range(SHARDS)
        ]
        streams = [
            map(due_mark_of, self._read(pk, after, together=len(partitions))) for pk in partitions
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
            found = {item["pk"]["S"]: due_mark_of(item) for item in get_all(self._table, keys)}
            for key in keys:  # the newest first
                if key["pk"]["S"] in found:
                    return found[key["pk"]["S"]]
        return None

    def current(
        self, connection_id: str, school_year: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current | None]]:
        keys = (current_key(connection_id, school_year, student) for student in student_ids)
        for wanted, items in get_ahead(self._table, keys, self._pool):
            found = {item["sk"]["S"]: current_of(item) for item in items}
            for key in wanted:
                yield key["sk"]["S"], found.get(key["sk"]["S"])

    def all_current(
        self, connection_id: str, school_year: int, after: str = ""
    ) -> Iterator[Current]:
        partitions = (current_pk(connection_id, school_year, shard) for shard in range(SHARDS))
        streams = [self._read(pk, after, together=SHARDS) for pk in partitions]
        yield from map(current_of, merge(*streams, key=lambda item: item["sk"]["S"]))

    def students_after(
        self, connection_id: str, school_year: int, after: str, at_most: int
    ) -> tuple[Sequence[Current], bool]:
        return read_students(self._table, self._pool, connection_id, school_year, after, at_most)

    def raise_batch(
        self, connection_id: str, school_year: int, batch: int, versions: Mapping[str, str]
    ) -> None:
        raise_one = partial(
            student_updates.raise_batch, self._table, connection_id, school_year, batch
        )
        list(self._pool.map(raise_one, versions.keys(), versions.values()))

    def set_carried(
        self, connection_id: str, school_year: int, batch: int, student_ids: Sequence[str]
    ) -> None:
        set_one = partial(
            student_updates.set_carried, self._table, connection_id, school_year, batch
        )
        list(self._pool.map(set_one, student_ids))

    def clear_marks(
        self, connection_id: str, school_year: int, batch: int, go_on: Callable[[], bool]
    ) -> bool:
        for shard in range(SHARDS):
            marks = self._read(batch_pk(connection_id, school_year, batch, shard))
            for chunk in batched(marks, BATCH_DELETE_ITEMS):
                if not go_on():
                    return False
                keys = [{"pk": item["pk"], "sk": item["sk"]} for item in chunk]
                delete_all(self._table, keys, self._pool)
        return True

    # The ledger and the outcome of each student

    def put_ledger(self, connection_id: str, school_year: int, entry: LedgerEntry) -> None:
        self._table.put(ledger_item(connection_id, school_year, entry))

    def ledger(self, connection_id: str, school_year: int, batch: int) -> LedgerEntry | None:
        found = None
        for item in self._read(
            ledger_pk(connection_id, school_year), ledger_sk(batch - 1), page_items=3
        ):
            if int(item["first_batch"]["N"]) > batch:
                break
            found = item  # of interrupted runs and their successor, the last one committed
        return entry_of(found) if found else None

    def settle(
        self,
        connection_id: str,
        school_year: int,
        batch: int,
        outcomes: Mapping[str, str],
        expires_at: int,
    ) -> None:
        settle = partial(student_updates.settle, self._table, connection_id, school_year, batch)
        each = (partial(settle, *student, expires_at) for student in outcomes.items())
        list(self._pool.map(with_retries, each))

    def _read(self, pk: str, after: str = "", **options: int) -> Iterator[Item]:
        return read_partition(self._table, pk, self._pool, after, **options)
