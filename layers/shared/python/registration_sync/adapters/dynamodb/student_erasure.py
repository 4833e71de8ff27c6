"""What RegistrationsTable holds of a single student, on DynamoDB, to be erased."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.dynamodb.registration_items import (
    Item,
    current_key,
    due_mark_key,
    entry_of,
    ledger_item,
    number,
)
from registration_sync.adapters.dynamodb.requests import transact, write_all
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import Current
from registration_sync.domain.registrations.ledger import LedgerEntry, Totals

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBStudentErasure:
    """Implements the port StudentErasureStore."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 8) -> None:
        self._client = client
        self._table = table
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="traces")

    def erase_marks(
        self, connection_id: str, school_year: int, batches: range, student_id: str
    ) -> None:
        # All of them, without looking: a sync that was slow may have left one in a batch that is
        # cleared already, and nothing else ever deletes it.
        deletes = [
            {"DeleteRequest": {"Key": due_mark_key(connection_id, school_year, batch, student_id)}}
            for batch in batches
        ]
        if write_all(self._client, self._table, deletes, self._pool):
            raise Unavailable("AWS did not answer in time: please try again.")

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
        as_seen: dict[str, Any] = {
            "TableName": self._table,
            "Key": current_key(connection_id, school_year, seen.student_id),
            "ExpressionAttributeValues": {
                ":version": {"S": seen.version},
                ":batch": number(seen.batch),
            },
        }
        condition = "version = :version AND in_batch = :batch AND "
        if seen.settled_in:
            condition += "settled_in = :settled"
            as_seen["ExpressionAttributeValues"][":settled"] = number(seen.settled_in)
        else:
            condition += "attribute_not_exists(settled_in)"
        as_seen["ConditionExpression"] = condition
        update = {"UpdateExpression": "REMOVE outcome, settled_in, exported_in"}
        items = [{"Delete": as_seen} if whole else {"Update": {**as_seen, **update}}]
        if entry and totals and totals != entry.totals:
            changed = ledger_item(connection_id, school_year, replace(entry, totals=totals))
            stored = self._as_stored(changed)
            if not stored or entry_of(stored) != entry:
                return False
            items.append(
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": changed,
                        "ConditionExpression": "#entry = :entry",
                        "ExpressionAttributeNames": {"#entry": "entry"},
                        "ExpressionAttributeValues": {":entry": stored["entry"]},
                    }
                }
            )
        return transact(self._client, items)

    def _as_stored(self, item: Item) -> Item | None:
        """The item as its writer, perhaps an older version of this service, has put it."""
        key = {"pk": item["pk"], "sk": item["sk"]}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")
