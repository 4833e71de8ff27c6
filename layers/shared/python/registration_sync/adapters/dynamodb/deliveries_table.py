"""The last delivery to each path, on DynamoDB, in the connections table.

| item     | pk          | sk       | attributes                                     |
| delivery | DELIVERED#c | path     | account, document (JSON text), expires_at      |
| importer | DELIVERED#c | IMPORTER | account, document (JSON text: its habits); an   |
|          |             |          | older version wrote no document, once a file   |
|          |             |          | had been removed                               |
| finding  | FOUND#c     | year#file#run id | document (JSON text), expires_at: an     |
|          |             |          | uncollected file, until a run has reported it  |

Every path contains a slash, so none is IMPORTER. Deliveries expire because a dated name is
delivered only once.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.registrations.registration_items import marker_key
from registration_sync.adapters.dynamodb.requests import with_retries
from registration_sync.adapters.dynamodb.table import CONDITION_FAILED, Item, Table
from registration_sync.domain.connections.connection import Importer
from registration_sync.domain.errors import LeaseLost, Unavailable
from registration_sync.domain.runs.findings import UnreportedFinding
from registration_sync.domain.runs.run import Finding
from registration_sync.domain.runs.uploads import Habits, LastUpload, habits_of, last_upload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_IMPORTER = "IMPORTER"


class DynamoDBDeliveries:
    """Implements the port Deliveries; `markers` is the table that has the leases."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        markers: str,
        retention_days: int,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._table = Table(client, table)
        self._markers = Table(client, markers)
        self._retention = dt.timedelta(days=retention_days)
        self._now = now

    def last(self, connection_id: str, account: str, path: str) -> LastUpload | None:
        item = self._table.get(_key(connection_id, path))
        if item.get("account") != {"S": account}:
            return None
        return last_upload(json.loads(item["document"]["S"]))

    def remember(
        self, connection_id: str, account: str, upload: LastUpload, lease_token: str | None
    ) -> None:
        item = self._item(connection_id, upload.path, account, **self._document(upload))
        if lease_token is None:
            self._table.put(item)
        else:
            with_retries(partial(self._put_as_holder, connection_id, item, lease_token))

    def _put_as_holder(self, connection_id: str, item: Item, token: str) -> None:
        """In one transaction with a check of the lease: a run that was stopped for a while must not
        replace what its successor recorded."""
        held = self._markers.request(
            Key=marker_key(connection_id),
            ConditionExpression="lease_token = :token",
            ExpressionAttributeValues={":token": {"S": token}},
        )
        put = self._table.request(Item=item)
        codes = self._table.transact({"ConditionCheck": held}, {"Put": put})
        if CONDITION_FAILED in codes:
            raise LeaseLost("Another run took over before this one could record its files.")
        if codes:  # another write of the same instant: the lease was being renewed
            raise Unavailable("The delivered files could not be recorded.")

    def habits(self, connection_id: str, account: str) -> Habits:
        item = self._table.get(_key(connection_id, _IMPORTER))
        if item.get("account") != {"S": account}:
            return Habits()
        if "document" not in item:
            return Habits(Importer.REMOVES)
        return habits_of(json.loads(item["document"]["S"]))

    def record_habits(self, connection_id: str, account: str, habits: Habits) -> None:
        document = {"S": json.dumps(asdict(habits))}
        self._table.put(self._item(connection_id, _IMPORTER, account, document=document))

    def note(self, connection_id: str, found: UnreportedFinding) -> None:
        self._table.put({**_finding_key(connection_id, found), **self._document(found)})

    def unreported(self, connection_id: str) -> list[UnreportedFinding]:
        items = self._table.query_all("pk = :pk", {":pk": {"S": f"FOUND#{connection_id}"}})
        documents = [json.loads(item["document"]["S"]) for item in items]
        return [
            UnreportedFinding(**one | {"finding": Finding(**one["finding"])}) for one in documents
        ]

    def forget(self, connection_id: str, found: UnreportedFinding) -> None:
        self._table.delete(_finding_key(connection_id, found))

    def _document(self, document: LastUpload | UnreportedFinding) -> Item:
        expires_at = int((self._now() + self._retention).timestamp())
        return {
            "document": {"S": json.dumps(asdict(document))},
            "expires_at": {"N": str(expires_at)},
        }

    def _item(self, connection_id: str, sk: str, account: str, **attributes: Item) -> Item:
        return {**_key(connection_id, sk), "account": {"S": account}, **attributes}


def _finding_key(connection_id: str, found: UnreportedFinding) -> Item:
    finding = found.finding
    sk = f"{found.school_year}#{finding.file}#{finding.run_id}"
    return {"pk": {"S": f"FOUND#{connection_id}"}, "sk": {"S": sk}}


def _key(connection_id: str, sk: str) -> Item:
    return {"pk": {"S": f"DELIVERED#{connection_id}"}, "sk": {"S": sk}}
