"""The districts that programs are bound to, on DynamoDB, in the connections table.

| item    | pk       | sk        | attributes                                                  |
| program | PROGRAMS | client id | districts (list), name: what people know it by              |

Does not load pydantic, so that the sync function starts fast.
"""

from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.access import ALL_DISTRICTS, BoundProgram

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROGRAMS = "PROGRAMS"


class DynamoDBPrograms:
    """Implements the port Programs."""

    def __init__(self, client: "DynamoDBClient", table: str, *, enroll_client: str) -> None:
        self._table = Table(client, table)
        self._enroll_client = enroll_client

    def districts(self, client_id: str) -> frozenset[str] | None:
        if client_id == self._enroll_client:
            return frozenset({ALL_DISTRICTS})
        item = self._table.get(_key(client_id), "sk, districts")
        return frozenset(_districts(item)) if item else None

    def all(self) -> list[BoundProgram]:
        items = self._table.query_all("pk = :pk", {":pk": {"S": PROGRAMS}})
        return [
            BoundProgram(item["sk"]["S"], item["name"]["S"], _districts(item)) for item in items
        ]

    def bind(self, program: BoundProgram) -> None:
        districts = [{"S": district} for district in program.districts]
        self._table.put(
            {
                **_key(program.client_id),
                "districts": {"L": districts},
                "name": {"S": program.name},
            }
        )


def _key(client_id: str) -> Item:
    return {"pk": {"S": PROGRAMS}, "sk": {"S": client_id}}


def _districts(item: Item) -> tuple[str, ...]:
    return tuple(district["S"] for district in item["districts"]["L"])
