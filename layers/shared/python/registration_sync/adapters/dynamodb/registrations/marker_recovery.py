"""Reads the data for rebuilding a lost marker, and stores the rebuilt one."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from registration_sync.adapters.dynamodb.registrations.registration_items import (
    creation_record_key,
    current_pk,
    entry_of,
    ledger_pk,
    marker_key,
    number,
)
from registration_sync.adapters.dynamodb.requests import read_partition
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import LeaseLost
from registration_sync.domain.registrations.batches import SHARDS, YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.domain.school_year import SCHOOL_YEARS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBMarkerRecovery:
    """Implements the port MarkerRecoveryStore."""

    def __init__(self, client: "DynamoDBClient", table: str, *, workers: int = 24) -> None:
        self._table = Table(client, table)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="marker-recovery")

    def years(self, connection_id: str) -> list[int]:
        # The years are not known, so every possible one is read: some thousand small requests.
        first = {
            year: [
                self._read(pk, page_items=1)
                for pk in (
                    ledger_pk(connection_id, year),
                    *(current_pk(connection_id, year, shard) for shard in range(SHARDS)),
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
        return map(entry_of, self._read(ledger_pk(connection_id, school_year)))

    def put_years(self, connection_id: str, years: Mapping[int, YearMarker], token: str) -> None:
        values: Item = {":token": {"S": token}, ":true": {"BOOL": True}}
        sets = ["witnessed = :true"]
        for year, numbers in years.items():
            for name in ("open", "exported", "retired"):
                sets.append(f"{name}_{year} = :{name}{year}")
                values[f":{name}{year}"] = number(getattr(numbers, name))
        absent = " AND ".join(f"attribute_not_exists(open_{year})" for year in years)
        refused = self._table.transact(
            {"Put": self._table.request(Item=creation_record_key(connection_id))},
            {
                "Update": self._table.request(
                    Key=marker_key(connection_id),
                    UpdateExpression=f"SET {', '.join(sets)}",
                    ConditionExpression=f"lease_token = :token AND {absent}",
                    ExpressionAttributeValues=values,
                )
            },
        )
        if refused:
            raise LeaseLost("The marker was changed meanwhile: check it, then try again.")

    def _read(self, pk: str, page_items: int | None = None) -> Iterator[Item]:
        return read_partition(self._table, pk, self._pool, page_items=page_items)
