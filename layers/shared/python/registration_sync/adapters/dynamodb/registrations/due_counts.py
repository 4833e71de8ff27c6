"""Counts the due students of many connections on DynamoDB, each by a bounded read."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import batched
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.registrations.registration_items import (
    batch_pk,
    export_marker_of,
    marker_key,
)
from registration_sync.adapters.dynamodb.requests import get_all
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import SHARDS, DueCount, YearMarker

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_MARKS, MAX_BATCHES = 50, 3
"""Marks read of each shard, and the newest batches of each year: every failed export leaves one."""

_BATCH_GET_ITEMS = 100


class DynamoDBDueCounts:
    """Implements the port DueCounts; `workers` bounds the requests in flight."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 24) -> None:
        self._table = Table(client, table)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="due-counts")

    def count(self, connection_ids: Sequence[str]) -> Mapping[str, DueCount]:
        markers: dict[str, Mapping[int, YearMarker]] = {}
        for some in batched(connection_ids, _BATCH_GET_ITEMS):
            for item in get_all(self._table, [marker_key(one) for one in some]):
                connection_id = item["pk"]["S"].partition("#")[2]
                markers[connection_id] = export_marker_of(item).years
        coming = {
            connection_id: [
                self._pool.submit(self._shard, connection_id, school_year, numbers, shard)
                for school_year, numbers in years.items()
                for shard in range(SHARDS)
            ]
            for connection_id, years in markers.items()
        }
        counts = {one: DueCount() for one in connection_ids if one not in coming}
        for connection_id, shards in coming.items():
            with suppress(Unavailable):
                counts[connection_id] = _sum([shard.result() for shard in shards])
        return counts

    def _shard(
        self, connection_id: str, school_year: int, numbers: YearMarker, shard: int
    ) -> DueCount:
        batches = numbers.due_batches[-MAX_BATCHES:]
        is_held: dict[str, bool] = {}
        at_least = len(batches) < len(numbers.due_batches)
        for batch in batches:
            pk = batch_pk(connection_id, school_year, batch, shard)
            page = self._table.query("pk = :pk", {":pk": {"S": pk}}, Limit=MAX_MARKS, **_KEYS)
            at_least = at_least or "LastEvaluatedKey" in page
            # A student's later mark replaces an earlier one; only that of a held one has a version.
            is_held |= {item["sk"]["S"]: "version" in item for item in page["Items"]}
        held = sum(is_held.values())
        return DueCount(len(is_held) - held, held, at_least)


_KEYS: Item = {"ProjectionExpression": "sk, version"}


def _sum(counts: Sequence[DueCount]) -> DueCount:
    return DueCount(
        sum(count.due for count in counts),
        sum(count.held for count in counts),
        any(count.at_least for count in counts),
    )
