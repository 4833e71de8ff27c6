"""The search for canaries, which ends the suite of each stack, finds what is planted."""

import time
from collections.abc import Callable

import pytest

from local.stack import LocalStack
from tests.stack.support.canaries import IDS, NAMES, PHONES, Canaries

GROUP, STREAM = "/planted", "stream"


def plant_item(stack: LocalStack) -> Callable[[], object]:
    table = {"TableName": stack.outputs["ConnectionsTableName"]}
    key = {"pk": {"S": "AUDIT#planted"}, "sk": {"S": "1"}}
    dynamodb = stack.client("dynamodb")
    dynamodb.put_item(**table, Item={**key, "by": {"S": f"by {NAMES[0]}"}})
    return lambda: dynamodb.delete_item(**table, Key=key)


def plant_log_line(stack: LocalStack) -> Callable[[], object]:
    logs = stack.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    line = {"timestamp": int(time.time() * 1000), "message": f"student {IDS[1]}"}
    logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[line])
    return lambda: logs.delete_log_group(logGroupName=GROUP)


def plant_file(stack: LocalStack) -> Callable[[], object]:
    place = {"Bucket": stack.outputs["ArchiveBucketName"], "Key": f"planted/{PHONES[0]}"}
    s3 = stack.client("s3")
    s3.put_object(**place, Body=stack.sftp.password.encode())
    return lambda: s3.delete_object(**place)


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (plant_item, ["name in ConnectionsTableName AUDIT#planted 1"]),
        (plant_log_line, [f"id in log {GROUP}"]),
        (
            plant_file,
            [
                f"name in key planted/{PHONES[0]}",
                f"secret in archive planted/{PHONES[0]}",
            ],
        ),
    ],
)
def test_a_planted_leak_is_found(
    stack: LocalStack,
    canaries: Canaries,
    plant: Callable[[LocalStack], Callable[[], object]],
    found: list[str],
) -> None:
    remove = plant(stack)

    try:
        leaks = canaries.leaks()
    finally:
        remove()

    assert leaks == found
