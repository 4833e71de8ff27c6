"""Identity providers on DynamoDB, in the connections table. Never a secret.

| item     | pk        | sk            | attributes                       |
| provider | PROVIDERS | provider name | document (JSON text), app_client |
"""

import json
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.people.provider import Provider, stored_provider

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PROVIDERS = "PROVIDERS"


class DynamoDBProviders:
    """Implements the port Providers."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def all(self) -> list[Provider]:
        return [
            stored_provider(
                item["sk"]["S"], json.loads(item["document"]["S"]), item["app_client"]["S"]
            )
            for item in self._table.query_all("pk = :pk", {":pk": {"S": _PROVIDERS}})
        ]

    def put(self, provider: Provider) -> None:
        item: Item = {
            **_key(provider.name),
            "document": {"S": json.dumps(provider.to_json())},
            "app_client": {"S": provider.client_id},
        }
        self._table.put(item)

    def remove(self, name: str) -> None:
        self._table.delete(_key(name))


def _key(name: str) -> Item:
    return {"pk": {"S": _PROVIDERS}, "sk": {"S": name}}
