"""The memory of reading who is due stays bounded, with large items and many open batches."""

import tracemalloc
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.domain.registrations.batches import SHARDS, shard_of
from registration_sync.use_cases.ledger.due_students import with_current

C, Y = "north", 2025
BATCHES = range(1, 31)
"""Of an export that failed for a month."""

MEGABYTE = 1024 * 1024


class LargeTable:
    """A DynamoDB client with the same students in every batch; `mark_bytes` is the size of the
    reasons of a mark, `snapshot_bytes` that of a snapshot. A page ends at 1 MB, and an answer of
    single items at 16 MB, as with DynamoDB."""

    def __init__(self, students: int, *, mark_bytes: int = 0, snapshot_bytes: int = 0) -> None:
        self._shards: dict[int, list[str]] = defaultdict(list)
        for number in range(students):
            self._shards[shard_of(f"{number:06}")].append(f"{number:06}")
        self._mark_bytes = mark_bytes
        self._snapshot_bytes = snapshot_bytes
        self.calls = 0

    def query(self, **request: Any) -> dict[str, Any]:
        self.calls += 1
        pk = request["ExpressionAttributeValues"][":pk"]["S"]
        start = request.get("ExclusiveStartKey", {}).get("sk", {}).get("S", "")
        size = self._mark_bytes if pk.startswith("BATCH#") else self._snapshot_bytes
        ids = self._shards[int(pk[-1])]
        ids = ids[bisect(ids, start) :]
        page = ids[: min(request["Limit"], MEGABYTE // (size + 100) + 1)]
        answer: dict[str, Any] = {"Items": [self._item(pk, key) for key in page]}
        if len(page) < len(ids):
            answer["LastEvaluatedKey"] = {"pk": {"S": pk}, "sk": {"S": page[-1]}}
        return answer

    def batch_get_item(self, RequestItems: Any) -> dict[str, Any]:  # noqa: N803  # as boto3
        self.calls += 1
        ((name, wanted),) = RequestItems.items()
        some = 16 * MEGABYTE // (self._snapshot_bytes + 100)
        left = wanted["Keys"][some:]
        items = [self._item(key["pk"]["S"], key["sk"]["S"]) for key in wanted["Keys"][:some]]
        return {
            "Responses": {name: items},
            "UnprocessedKeys": {name: {"Keys": left}} if left else {},
        }

    def _item(self, pk: str, key: str) -> dict[str, Any]:
        item: dict[str, Any] = {"pk": {"S": pk}, "sk": {"S": key}}
        if pk.startswith("BATCH#"):
            if self._mark_bytes:
                item["reasons"] = {"S": "x" * self._mark_bytes}
            return item
        snapshot = {"S": "v"}, {"N": "1"}, {"B": bytes(self._snapshot_bytes)}
        return {**item, **dict(zip(("version", "in_batch", "snapshot"), snapshot, strict=True))}


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        used = tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()
    assert used < megabytes


def test_large_snapshots_of_due_students_are_read_ahead_within_bounds() -> None:
    table = reading(LargeTable(400, snapshot_bytes=300_000))
    with at_most(64):
        marks = table.marks(C, Y, range(1, 2))
        assert sum(1 for _ in with_current(C, Y, marks, table)) == 400


def test_large_snapshots_of_all_students_are_read_ahead_within_bounds() -> None:
    table = reading(LargeTable(400, snapshot_bytes=300_000))
    with at_most(64):
        assert sum(1 for _ in table.all_current(C, Y)) == 400


def test_large_marks_of_many_batches_are_read_ahead_within_bounds() -> None:
    """Held students have a mark, with reasons, in every batch since."""
    table = reading(LargeTable(200, mark_bytes=20_000))
    with at_most(64):
        assert sum(1 for _ in table.marks(C, Y, BATCHES)) == 200


def test_many_marks_of_many_batches_are_read_in_pages_that_share_the_bound() -> None:
    client = LargeTable(800)
    with at_most(64):
        assert sum(1 for _ in reading(client).marks(C, Y, BATCHES)) == 800
    assert client.calls <= len(BATCHES) * SHARDS * 3


def reading(client: LargeTable) -> DynamoDBRegistrationsTable:
    return DynamoDBRegistrationsTable(client, "t")  # type: ignore[arg-type]
