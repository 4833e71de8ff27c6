"""What was last delivered where, on DynamoDB, in the connections table.

| item     | pk          | sk       | attributes                                           |
| delivery | DELIVERED#c | path     | account, document (JSON text), expires_at            |
| importer | DELIVERED#c | IMPORTER | account, from which a file of ours was once gone     |

Every path has a slash in it. A dated name is delivered to once, so deliveries expire.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import transient_as_unavailable
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
        self._client = client
        self._table = table
        self._retention = dt.timedelta(days=retention_days)
        self._now = now

    def last(self, connection_id: str, account: str, path: str) -> LastUpload | None:
        item = self._get(connection_id, path)
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
        return self._get(connection_id, _IMPORTER).get("account") == {"S": account}

    def record_collected(self, connection_id: str, account: str) -> None:
        self._put(connection_id, _IMPORTER, account)

    def _get(self, connection_id: str, sk: str) -> dict[str, Any]:
        with transient_as_unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(connection_id, sk), ConsistentRead=True
            )
        return answer.get("Item", {})

    def _put(self, connection_id: str, sk: str, account: str, **attributes: Any) -> None:
        item = {**_key(connection_id, sk), "account": {"S": account}, **attributes}
        with transient_as_unavailable():
            self._client.put_item(TableName=self._table, Item=item)


def _key(connection_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": f"DELIVERED#{connection_id}"}, "sk": {"S": sk}}
