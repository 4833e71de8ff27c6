"""Reads the students of a school year page by page, without reading further than a page."""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

from registration_sync.adapters.dynamodb.registrations.registration_items import (
    current_of,
    current_pk,
)
from registration_sync.adapters.dynamodb.table import Table
from registration_sync.domain.registrations.batches import SHARDS, Current


def read_students(
    table: Table, pool: Executor, connection_id: str, school_year: int, after: str, at_most: int
) -> tuple[Sequence[Current], bool]:
    """The next students of the year, and whether there may be more: one query for each shard.

    Each shard has about the same number of students, so each query asks for an eighth of them. What
    the other shards have beyond the end of the shortest one belongs to the next page.
    """

    def read(shard: int) -> Any:
        condition, values = (
            "pk = :pk",
            {":pk": {"S": current_pk(connection_id, school_year, shard)}},
        )
        if after:
            condition += " AND sk > :after"
            values[":after"] = {"S": after}
        return table.query(condition, values, Limit=max(1, at_most // SHARDS))

    pages = list(pool.map(read, range(SHARDS)))
    ends = [page["Items"][-1]["sk"]["S"] for page in pages if page.get("LastEvaluatedKey")]
    students = sorted(
        (current_of(item) for page in pages for item in page["Items"]),
        key=lambda current: current.student_id,
    )
    if not ends:
        return students, False
    return [one for one in students if one.student_id <= min(ends)], True
