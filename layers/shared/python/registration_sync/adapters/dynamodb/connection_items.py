"""Deletes all items of a connection from both tables, except its deletion and its audit entries."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from registration_sync.adapters.dynamodb.check_slots import connection_slot_key
from registration_sync.adapters.dynamodb.key_pairs_table import key_pairs_key
from registration_sync.adapters.dynamodb.mapping_drafts_table import drafts_pk
from registration_sync.adapters.dynamodb.recipients_table import recipients_pk, sent_key
from registration_sync.adapters.dynamodb.registrations.registration_items import (
    batch_pk,
    creation_record_key,
    current_pk,
    ledger_pk,
    marker_key,
)
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.dynamodb.requests import delete_all
from registration_sync.adapters.dynamodb.run_items import last_export_key
from registration_sync.adapters.dynamodb.schedules_table import schedule_key
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.registrations.batches import SHARDS
from registration_sync.domain.school_year import SCHOOL_YEARS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE_ITEMS = 500
BATCHES_TOGETHER = 4


class _Group(NamedTuple):
    """Partitions that are read together; `kind` is a field of Purged."""

    kind: str
    table: Table
    pks: Sequence[str]


class DynamoDBConnectionItems:
    """Implements the port ConnectionItems."""

    def __init__(
        self,
        client: "DynamoDBClient",
        registrations_table: str,
        connections_table: str,
        *,
        workers: int = 24,
    ) -> None:
        self._registrations = Table(client, registrations_table)
        self._connections = Table(client, connections_table)
        self._markers = DynamoDBRegistrationsTable(client, registrations_table)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="purge")

    def delete_from(self, connection_id: str, position: int) -> Iterator[tuple[int, str, int]]:
        groups = list(self._groups(connection_id))
        while position < len(groups):
            group = groups[position]
            deleted = self._delete_some(group)
            if not deleted:
                position += 1
            yield position, group.kind, deleted
        for key in (
            last_export_key(connection_id),
            schedule_key(connection_id),
            sent_key(connection_id),
            key_pairs_key(connection_id),
            connection_slot_key(connection_id),
        ):
            self._connections.delete(key)

    def delete_marker(self, connection_id: str) -> None:
        # The creation record first: without its marker it would mean that the marker is lost.
        self._registrations.delete(creation_record_key(connection_id))
        self._registrations.delete(marker_key(connection_id))

    def _groups(self, connection_id: str) -> Iterator[_Group]:
        """Always the same, because the marker changes no more."""
        c, registrations, connections = connection_id, self._registrations, self._connections
        years = self._markers.marker(c).years
        for year in SCHOOL_YEARS:  # a removal of an unknown student may be in any
            pks = [current_pk(c, year, shard) for shard in range(SHARDS)]
            yield _Group("snapshots", registrations, pks)
        for year, numbers in years.items():
            # Also the retired ones: a slow sync may have put a mark there.
            for some in batched(range(1, numbers.open + 1), BATCHES_TOGETHER):
                pks = [batch_pk(c, year, batch, shard) for batch in some for shard in range(SHARDS)]
                yield _Group("marks", registrations, pks)
        yield _Group("others", registrations, [ledger_pk(c, year) for year in SCHOOL_YEARS])
        yield _Group("runs", connections, [f"RUNS#{c}"])
        others = ("MAPPING", "REQUESTED", "AWAITING", "DELIVERED", "FOUND")
        pks = [recipients_pk(c), drafts_pk(c), *(f"{name}#{c}" for name in others)]
        yield _Group("others", connections, pks)

    def _delete_some(self, group: _Group) -> int:
        """Deletes the first items of each partition; returns how many there were."""

        def first_keys(pk: str) -> list[Item]:
            page = group.table.query(
                "pk = :pk", {":pk": {"S": pk}}, ProjectionExpression="pk, sk", Limit=PAGE_ITEMS
            )
            items: list[Item] = page["Items"]
            return items

        keys = [key for found in self._pool.map(first_keys, group.pks) for key in found]
        if group.table is self._registrations:
            delete_all(group.table, keys, self._pool)
        else:  # the role may not write batches there: that right includes any other write
            list(self._pool.map(group.table.delete, keys))
        return len(keys)
