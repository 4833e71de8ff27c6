"""The last delivery to each path, on DynamoDB, in the connections table.

| item     | pk          | sk       | attributes                                     |
| delivery | DELIVERED#c | path     | account, document (JSON text), expires_at      |
| importer | DELIVERED#c | IMPORTER | account, from which a file was once collected  |
| finding  | FOUND#c     | year#file#run id | document (JSON text), expires_at: an     |
|          |             |          | uncollected file, until a run has reported it  |

Every path contains a slash, so none is IMPORTER. Deliveries expire because a dated name is
delivered only once.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.runs.findings import LastUpload, UnreportedFinding
from registration_sync.domain.runs.run import Finding

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_IMPORTER = "IMPORTER"


class DynamoDBDeliveries:
    """Implements the port Deliveries."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        retention_days: int,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._table = Table(client, table)
        self._retention = dt.timedelta(days=retention_days)
        self._now = now

    def last(self, connection_id: str, account: str, path: str) -> LastUpload | None:
        item = self._table.get(_key(connection_id, path))
        if item.get("account") != {"S": account}:
            return None
        return LastUpload(**json.loads(item["document"]["S"]))

    def remember(self, connection_id: str, account: str, delivery: LastUpload) -> None:
        self._put(connection_id, delivery.path, account, **self._document(delivery))

    def has_collected(self, connection_id: str, account: str) -> bool:
        importer = self._table.get(_key(connection_id, _IMPORTER))
        return importer.get("account") == {"S": account}

    def record_collected(self, connection_id: str, account: str) -> None:
        self._put(connection_id, _IMPORTER, account)

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

    def _put(self, connection_id: str, sk: str, account: str, **attributes: Item) -> None:
        self._table.put({**_key(connection_id, sk), "account": {"S": account}, **attributes})


def _finding_key(connection_id: str, found: UnreportedFinding) -> Item:
    finding = found.finding
    sk = f"{found.school_year}#{finding.file}#{finding.run_id}"
    return {"pk": {"S": f"FOUND#{connection_id}"}, "sk": {"S": sk}}


def _key(connection_id: str, sk: str) -> Item:
    return {"pk": {"S": f"DELIVERED#{connection_id}"}, "sk": {"S": sk}}
