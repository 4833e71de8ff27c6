"""Whole reads and writes of many items: to the last page and the last unprocessed key."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import (
    error_code,
    is_transient,
    transient_as_unavailable,
)
from registration_sync.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_WRITE_ITEMS = 25
PAGE_ITEMS = 1_000
"""A page of 1 MB holds some 25,000 marks, and an export reads sixteen pages at a time."""

TRIES = 6
FIRST_PAUSE_SECONDS = 0.05

type Item = dict[str, Any]


def write_all(
    client: "DynamoDBClient", table: str, requests: Sequence[Item], pool: Executor
) -> list[Item]:
    """Sends the write requests in batches of 25; those that are not confirmed in the end."""

    def write(batch: tuple[Item, ...]) -> list[Item]:
        left: list[Item] = list(batch)
        for pause in _pauses():
            try:
                answer = client.batch_write_item(RequestItems={table: left})  # type: ignore[dict-item]
            except Exception as error:
                if is_transient(error):
                    return left
                raise
            left = list(answer.get("UnprocessedItems", {}).get(table, []))  # type: ignore[arg-type]
            if not left:
                return []
            time.sleep(pause)
        return left

    written = pool.map(write, batched(requests, BATCH_WRITE_ITEMS))
    return [request for left in written for request in left]


def transact(client: "DynamoDBClient", items: Sequence[Item]) -> bool:
    """Writes all or nothing; False if a condition refused it, or another write was under way.
    Raises Unavailable."""
    try:
        with transient_as_unavailable():
            client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]
    except ClientError as error:
        if error_code(error) != "TransactionCanceledException":
            raise
        return False
    return True


def get_all(client: "DynamoDBClient", table: str, keys: Sequence[Item]) -> list[Item]:
    """Reads up to 100 items consistently, in no order. Raises Unavailable."""
    found: list[Item] = []
    left: list[Item] = list(keys)
    pauses = _pauses()
    while (pause := next(pauses, None)) is not None:
        try:
            answer = client.batch_get_item(
                RequestItems={table: {"Keys": left, "ConsistentRead": True}}
            )
        except Exception as error:
            if is_transient(error):
                break
            raise
        came = answer["Responses"].get(table, [])
        found += came
        unprocessed: Any = answer.get("UnprocessedKeys", {})
        left = unprocessed.get(table, {}).get("Keys", [])
        if not left:
            return found
        if came:  # it goes on, so the tries begin anew
            pauses = _pauses()
        time.sleep(pause)
    raise Unavailable("AWS did not answer in time: please try again.")


def pages(
    client: "DynamoDBClient",
    table: str,
    pk: str,
    pool: Executor,
    after: str = "",
    page_items: int | None = None,
) -> Iterator[Item]:
    """Every item of a partition in order of sort key, or those after one, consistently; the next
    page is fetched while one is read, the first at once. Raises Unavailable."""

    wanted: Item = {
        "KeyConditionExpression": "pk = :pk AND sk > :after" if after else "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "Limit": page_items or PAGE_ITEMS,
    }
    if after:
        wanted["ExpressionAttributeValues"][":after"] = {"S": after}

    def fetch(start: Item | None) -> Future[Any]:
        going_on = {"ExclusiveStartKey": start} if start else {}
        return pool.submit(_page, client, table, {**wanted, **going_on})

    return _read_on(fetch, fetch(None))


def _read_on(fetch: Callable[[Item | None], Future[Any]], coming: Future[Any]) -> Iterator[Item]:
    while True:
        answer = coming.result()
        start = answer.get("LastEvaluatedKey")
        if start:
            coming = fetch(start)
        yield from answer["Items"]
        if not start:
            return


def repeatedly[T](call: Callable[[], T]) -> T:
    """What `call` returns; after a passing fault it is called again, as often as a batch is."""
    *pauses, _ = _pauses()
    for pause in pauses:
        try:
            return call()
        except Exception as error:
            if not is_transient(error):
                raise
            time.sleep(pause)
    return call()


def _page(client: "DynamoDBClient", table: str, wanted: Any) -> Any:
    try:
        return client.query(TableName=table, ConsistentRead=True, **wanted)
    except Exception as error:
        if is_transient(error):
            raise Unavailable("AWS did not answer in time: please try again.") from error
        raise


def _pauses() -> Iterator[float]:
    """Growing pauses between tries, with jitter so that many do not come back at once."""
    for attempt in range(TRIES):
        yield FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311
