"""Erases one student from RegistrationsTable."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import batched
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.registrations.registration_items import (
    current_key,
    current_of,
    due_mark_key,
    entry_of,
    ledger_item,
    number,
)
from registration_sync.adapters.dynamodb.requests import BATCH_GET_ITEMS, delete_all, get_all
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.registrations.batches import Current
from registration_sync.domain.registrations.ledger import LedgerEntry, Totals

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBStudentErasure:
    """Implements the port StudentErasureStore."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 8) -> None:
        self._table = Table(client, table)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="student-erasure")

    def erase_marks(
        self, connection_id: str, school_year: int, batches: range, student_id: str
    ) -> None:
        # Deletes without reading first: a slow sync may have put a mark into a batch that was
        # already cleared, and nothing else ever deletes that mark.
        keys = [due_mark_key(connection_id, school_year, batch, student_id) for batch in batches]
        delete_all(self._table, keys, self._pool)

    def current_of_years(
        self, connection_id: str, student_id: str, school_years: Iterable[int]
    ) -> dict[int, Current]:
        by_pk = {
            (key := current_key(connection_id, year, student_id))["pk"]["S"]: (year, key)
            for year in school_years
        }
        found = [
            item
            for keys in batched((key for _, key in by_pk.values()), BATCH_GET_ITEMS)
            for item in get_all(self._table, keys)
        ]
        return {by_pk[item["pk"]["S"]][0]: current_of(item) for item in found}

    def erase_current(
        self,
        connection_id: str,
        school_year: int,
        seen: Current,
        *,
        whole: bool,
        entry: LedgerEntry | None,
        totals: Totals | None,
    ) -> bool:
        values: Item = {":version": {"S": seen.version}, ":batch": number(seen.batch)}
        condition = "version = :version AND in_batch = :batch AND "
        if seen.settled_in:
            condition += "settled_in = :settled"
            values[":settled"] = number(seen.settled_in)
        else:
            condition += "attribute_not_exists(settled_in)"
        request = self._table.request(
            Key=current_key(connection_id, school_year, seen.student_id),
            UpdateExpression="" if whole else "REMOVE outcome, settled_in, exported_in, carried_in",
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        writes: list[Item] = [{"Delete" if whole else "Update": request}]
        if entry and totals and totals != entry.totals:
            changed = ledger_item(connection_id, school_year, replace(entry, totals=totals))
            # An older version of this service may have written the entry in another form, so the
            # condition is on the entry as it is stored.
            stored = self._table.get({"pk": changed["pk"], "sk": changed["sk"]})
            if not stored or entry_of(stored) != entry:
                return False
            put = self._table.request(
                Item=changed,
                ConditionExpression="#entry = :entry",
                ExpressionAttributeValues={":entry": stored["entry"]},
            )
            writes.append({"Put": put})
        return not self._table.transact(*writes)
