"""Reads and writes of many items: to the last page and the last unprocessed key."""

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import batched, islice
from typing import Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import SHARDS

BATCH_WRITE_ITEMS = 25
BATCH_GET_ITEMS = 100
FIRST_GET_ITEMS = 25
"""The size of the items is not known yet; 25 of them take at most 10 MB."""

GETS_IN_FLIGHT = 4
PAGE_ITEMS = 1_000
"""A page of 1 MB holds some 25,000 marks, and an export reads sixteen pages at a time."""

FIRST_ITEMS = 5
"""Of each of many partitions that are read together: the size of their items is not known yet."""

READ_AHEAD_BYTES = 16 * 1024 * 1024
"""What one read may hold: of each partition a page in use and the next one, or items by key."""

ATTRIBUTE_BYTES = 300
"""The memory of a small attribute: its dict of one type, and its share of the item's."""

SAMPLED_ITEMS = 25
"""About so many items of a page, at equal distances, show how large the next ones may be."""

MAX_TRIES = 6
FIRST_PAUSE_SECONDS = 0.05


def write_all(table: Table, requests: Sequence[Item], pool: Executor) -> list[Item]:
    """Sends the write requests in batches of 25; returns those that were never confirmed."""

    def write(batch: tuple[Item, ...]) -> list[Item]:
        left: list[Any] = list(batch)
        for pause in _pauses():
            try:
                with aws_errors():
                    answer = table.client.batch_write_item(RequestItems={table.name: left})
            except Unavailable:
                return left
            left = list(answer.get("UnprocessedItems", {}).get(table.name, []))
            if not left:
                return []
            time.sleep(pause)
        return left

    written = pool.map(write, batched(requests, BATCH_WRITE_ITEMS))
    return [request for left in written for request in left]


def delete_all(table: Table, keys: Sequence[Item], pool: Executor) -> None:
    """Deletes the items, also where there is none. Raises Unavailable."""
    if write_all(table, [{"DeleteRequest": {"Key": key}} for key in keys], pool):
        raise Unavailable("AWS did not answer in time: please try again.")


def get_all(table: Table, keys: Sequence[Item]) -> list[Item]:
    """Reads up to 100 items consistently, in no order. Raises Unavailable."""
    found: list[Item] = []
    left: list[Item] = list(keys)
    pauses = _pauses()
    while (pause := next(pauses, None)) is not None:
        with aws_errors():
            answer = table.client.batch_get_item(
                RequestItems={table.name: {"Keys": left, "ConsistentRead": True}}
            )
        received = answer["Responses"].get(table.name, [])
        found += received
        unprocessed: Any = answer.get("UnprocessedKeys", {})
        left = unprocessed.get(table.name, {}).get("Keys", [])
        if not left:
            return found
        if received:  # there is progress, so the tries start over
            pauses = _pauses()
        time.sleep(pause)
    raise Unavailable("AWS did not answer in time: please try again.")


def get_ahead(
    table: Table, keys: Iterator[Item], pool: Executor
) -> Iterator[tuple[Sequence[Item], list[Item]]]:
    """Some of the keys at a time, in order, with their items in no order.

    Reads ahead, the fewer items the larger they are. Raises Unavailable.
    """
    in_flight: deque[tuple[tuple[Item, ...], Future[list[Item]]]] = deque()
    count, most_in_flight = FIRST_GET_ITEMS, 1
    while wanted := tuple(islice(keys, count)):
        in_flight.append((wanted, pool.submit(get_all, table, wanted)))
        if len(in_flight) == most_in_flight:
            first, answer = in_flight.popleft()
            items = answer.result()
            count = items_within(READ_AHEAD_BYTES // GETS_IN_FLIGHT, items, BATCH_GET_ITEMS)
            most_in_flight = GETS_IN_FLIGHT
            yield first, items
    for wanted, answer in in_flight:
        yield wanted, answer.result()


def read_partition(
    table: Table,
    pk: str,
    pool: Executor,
    after: str = "",
    *,
    page_items: int | None = None,
    together: int = 1,
) -> Iterator[Item]:
    """Every item of a partition in order of sort key, or only those after one, consistently.

    Fetches the first page at once, and each further page while the one before is read. Pages are
    smaller the more partitions are read `together`, and the larger their items. Raises Unavailable.
    """
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if after:
        condition += " AND sk > :after"
        values[":after"] = {"S": after}
    most = page_items or PAGE_ITEMS
    page_bytes = READ_AHEAD_BYTES // together // 2

    def fetch(limit: int, start: Item | None) -> Future[Any]:
        return pool.submit(table.query, condition, values, Limit=limit, ExclusiveStartKey=start)

    def fetch_after(page: Any) -> Future[Any] | None:
        start = page.get("LastEvaluatedKey")
        return fetch(items_within(page_bytes, page["Items"], most), start) if start else None

    first = most if together <= SHARDS else min(most, FIRST_ITEMS)
    return _read_pages(fetch(first, None), fetch_after)


def _read_pages(
    coming: Future[Any] | None, fetch_after: Callable[[Any], Future[Any] | None]
) -> Iterator[Item]:
    while coming:
        page = coming.result()
        coming = fetch_after(page)
        yield from page["Items"]


def items_within(total_bytes: int, like: Sequence[Item], most: int) -> int:
    """How many items of the size of these fit, from 1 to `most`."""
    if not like:
        return most
    sample = like[:: 1 + len(like) // SAMPLED_ITEMS]
    sizes = (
        ATTRIBUTE_BYTES + len(value)
        for item in sample
        for of_type in item.values()
        for value in of_type.values()
    )
    average = max(1, sum(sizes) // len(sample))
    return min(most, max(1, total_bytes // average))


def with_retries[T](call: Callable[[], T]) -> T:
    """What `call` returns; repeats the call while it raises Unavailable, up to 6 times in all."""
    *pauses, _ = _pauses()
    for pause in pauses:
        try:
            return call()
        except Unavailable:
            time.sleep(pause)
    return call()


def _pauses() -> Iterator[float]:
    """Growing pauses between tries, with jitter so that many do not come back at once."""
    for attempt in range(MAX_TRIES):
        yield FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311
