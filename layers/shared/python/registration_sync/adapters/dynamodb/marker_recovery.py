"""What RegistrationsTable still holds of a connection whose marker is lost, on DynamoDB."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.registration_items import (
    Item,
    current_pk,
    entry_of,
    ledger_pk,
    marker_key,
    number,
    witness_key,
)
from registration_sync.adapters.dynamodb.requests import pages, transact
from registration_sync.domain.errors import LeaseLost
from registration_sync.domain.registrations.batches import SHARDS, YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.domain.school_year import SCHOOL_YEARS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBMarkerRecovery:
    """Implements the port MarkerRecoveryStore."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 24) -> None:
        self._client = client
        self._table = table
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="remains")

    def years(self, connection_id: str) -> list[int]:
        # Keys are known, years are not: all that can be are looked for, some thousand small reads.
        first = {
            year: [
                self._query(pk, page_items=1)
                for pk in (
                    ledger_pk(connection_id, year),
                    *(current_pk(connection_id, year, of_shard) for of_shard in range(SHARDS)),
                )
            ]
            for year in SCHOOL_YEARS
        }
        return [
            year
            for year, streams in first.items()
            if any(next(items, None) is not None for items in streams)
        ]

    def entries(self, connection_id: str, school_year: int) -> Iterator[LedgerEntry]:
        return map(entry_of, self._query(ledger_pk(connection_id, school_year)))

    def put_years(self, connection_id: str, years: Mapping[int, YearMarker], token: str) -> None:
        values: Item = {":token": {"S": token}, ":true": {"BOOL": True}}
        sets = ["witnessed = :true"]
        for year, numbers in years.items():
            for name in ("open", "exported", "retired"):
                sets.append(f"{name}_{year} = :{name}{year}")
                values[f":{name}{year}"] = number(getattr(numbers, name))
        none_there = " AND ".join(f"attribute_not_exists(open_{year})" for year in years)
        put = transact(
            self._client,
            [
                {"Put": {"TableName": self._table, "Item": witness_key(connection_id)}},
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": marker_key(connection_id),
                        "UpdateExpression": f"SET {', '.join(sets)}",
                        "ConditionExpression": f"lease_token = :token AND {none_there}",
                        "ExpressionAttributeValues": values,
                    }
                },
            ],
        )
        if not put:
            raise LeaseLost("Something else changed the marker meanwhile: look, then try again.")

    def _query(self, pk: str, page_items: int | None = None) -> Iterator[Item]:
        return pages(self._client, self._table, pk, self._pool, page_items=page_items)
