"""Sync of 500 registrations of 60 fields, from the text of the request to the results.

The floor is the same writes and nothing else: finished marks, 25 in a call, and one conditional put
for each snapshot, by boto3 as it comes, but without its validation, and as many threads. Responses
are immediate, so this is the CPU time of the client; the network would add the same to both, except
our two reads of the marker.

    python -m benchmarks.sync_500 [PAIRS]
"""

import datetime as dt
import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config

from benchmarks.canned_aws import ACCOUNT, canned
from benchmarks.map_and_write import registration
from benchmarks.measure import compare, cpu_seconds, report_comparison
from registration_sync.adapters.dynamodb.registrations.registration_items import (
    current_key,
    due_mark_item,
)
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.bootstrap.aws_clients import API_CONFIG, DYNAMODB_CONFIG, session
from registration_sync.domain.registrations.batches import DueMark
from registration_sync.domain.registrations.registration import APPROVED, encode_snapshot
from registration_sync.domain.registrations.sync_request import parse_sync_request
from registration_sync.use_cases.registrations.sync_registrations import sync_registrations

COUNT = 500
WORKERS = 24
ARRIVED_AT = dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC)
MARKER = {"open_2025": {"N": "1"}, "exported_2025": {"N": "0"}, "witnessed": {"BOOL": True}}
ANSWERS = {
    "GetItem": json.dumps({"Item": MARKER}).encode(),
    "BatchWriteItem": b'{"UnprocessedItems": {}}',
    "UpdateItem": b"{}",
    "PutItem": b"{}",
}


def request_text() -> str:
    """The body that Enroll posts."""
    chance = random.Random(20250801)
    made = [registration(number, chance) for number in range(COUNT)]
    keys = ("registration_id", "student_id", "data")
    return json.dumps(
        {
            "registrations": [
                {**{key: one[key] for key in keys}, "school_year": 2025, "status": APPROVED}
                for one in made
            ]
        }
    )


def ours(text: str, table: DynamoDBRegistrationsTable) -> None:
    results = sync_registrations(
        "measured",
        parse_sync_request(text),
        request_id="12345678-1234-1234-1234-123456789012",
        arrived_at=ARRIVED_AT,
        select=None,
        table=table,
        retention_days=400,
        seconds_left=lambda: 60.0,
    )
    if {result.result for result in results} != {"synced"}:
        raise AssertionError("some students were not synced")


def floor(marks: list[Any], snapshots: list[Any], client: Any, pool: ThreadPoolExecutor) -> None:
    def write(some: tuple[Any, ...]) -> None:
        client.batch_write_item(RequestItems={"registrations": list(some)})

    def put(item: Any) -> None:
        client.put_item(
            TableName="registrations",
            Item=item,
            ConditionExpression="attribute_not_exists(pk) OR version < :version",
            ExpressionAttributeValues={":version": item["version"]},
        )

    list(pool.map(write, batched(marks, 25)))
    list(pool.map(put, snapshots))


def ready_items(text: str) -> tuple[list[Any], list[Any]]:
    """The marks and snapshots that the floor writes."""
    marks, snapshots = [], []
    for one in parse_sync_request(text).registrations:
        encoded = encode_snapshot(one, "2026-08-01T21:05:00.000Z")
        marks.append(
            {"PutRequest": {"Item": due_mark_item("measured", 2025, 1, DueMark(one.student_id))}}
        )
        snapshots.append(
            {
                **current_key("measured", 2025, one.student_id),
                "version": {"S": "000001785618300000#12345678-1234-1234-1234-123456789012#0000"},
                "in_batch": {"N": "1"},
                "snapshot": {"B": encoded},
            }
        )
    return marks, snapshots


def main(pairs: int = 9) -> None:
    text = request_text()

    def answer(operation: str, _: AWSPreparedRequest) -> bytes:
        return ANSWERS[operation]

    config = API_CONFIG.merge(Config(parameter_validation=False))
    client = canned(boto3.client("dynamodb", config=config, **ACCOUNT), answer)
    own = canned(session().create_client("dynamodb", config=DYNAMODB_CONFIG, **ACCOUNT), answer)
    table = DynamoDBRegistrationsTable(own, "registrations", workers=WORKERS)
    marks, snapshots = ready_items(text)
    with ThreadPoolExecutor(WORKERS) as pool:
        floor(marks, snapshots, client, pool)
        ours(text, table)
        found = compare(
            lambda: floor(marks, snapshots, client, pool),
            lambda: ours(text, table),
            pairs=pairs,
            clock=cpu_seconds,
        )
    report_comparison(f"sync {COUNT} registrations", "the bare puts", found, at_most=1.2)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
