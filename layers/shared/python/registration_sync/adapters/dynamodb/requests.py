"""Reads and writes of many items: to the last page and the last unprocessed key."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import batched
from typing import Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import Unavailable

BATCH_WRITE_ITEMS = 25
PAGE_ITEMS = 1_000
"""A page of 1 MB holds some 25,000 marks, and an export reads sixteen pages at a time."""

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


def read_partition(
    table: Table, pk: str, pool: Executor, after: str = "", page_items: int | None = None
) -> Iterator[Item]:
    """Every item of a partition in order of sort key, or only those after one, consistently.

    Fetches the first page at once, and each further page while the one before is read. Raises
    Unavailable.
    """
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if after:
        condition += " AND sk > :after"
        values[":after"] = {"S": after}

    def fetch(start: Item | None) -> Future[Any]:
        limit = page_items or PAGE_ITEMS
        return pool.submit(table.query, condition, values, Limit=limit, ExclusiveStartKey=start)

    return _read_pages(fetch, fetch(None))


def _read_pages(fetch: Callable[[Item | None], Future[Any]], coming: Future[Any]) -> Iterator[Item]:
    while True:
        page = coming.result()
        start = page.get("LastEvaluatedKey")
        if start:
            coming = fetch(start)
        yield from page["Items"]
        if not start:
            return


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
