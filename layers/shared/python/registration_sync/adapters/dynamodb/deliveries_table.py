"""The last delivery to each path, on DynamoDB, in the connections table.

| item     | pk          | sk       | attributes                                     |
| delivery | DELIVERED#c | path     | account, document (JSON text), expires_at      |
| importer | DELIVERED#c | IMPORTER | account, from which a file was once collected  |

Every path contains a slash, so none is IMPORTER. Deliveries expire because a dated name is
delivered only once.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.runs.findings import LastUpload

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
        expires_at = int((self._now() + self._retention).timestamp())
        self._put(
            connection_id,
            delivery.path,
            account,
            document={"S": json.dumps(asdict(delivery))},
            expires_at={"N": str(expires_at)},
        )

    def has_collected(self, connection_id: str, account: str) -> bool:
        importer = self._table.get(_key(connection_id, _IMPORTER))
        return importer.get("account") == {"S": account}

    def record_collected(self, connection_id: str, account: str) -> None:
        self._put(connection_id, _IMPORTER, account)

    def _put(self, connection_id: str, sk: str, account: str, **attributes: Item) -> None:
        self._table.put({**_key(connection_id, sk), "account": {"S": account}, **attributes})


def _key(connection_id: str, sk: str) -> Item:
    return {"pk": {"S": f"DELIVERED#{connection_id}"}, "sk": {"S": sk}}
