"""The check of each DynamoDB request finds every planted fault, and none in a valid request."""

from typing import Any

import pytest

from tests.functional.support.dynamodb_limits import broken_limits

KEY: dict[str, Any] = {"pk": {"S": "RUNS#north"}, "sk": {"S": "run"}}
UPDATE: dict[str, Any] = {
    "TableName": "t",
    "Key": KEY,
    "UpdateExpression": "SET #status = :status REMOVE expires_at",
    "ConditionExpression": "attribute_not_exists(pk) AND #status IN (:status)",
    "ExpressionAttributeNames": {"#status": "status"},
    "ExpressionAttributeValues": {":status": {"S": "x"}},
}
QUERY: dict[str, Any] = {
    "KeyConditionExpression": "pk = :pk AND sk < :after",
    "ExpressionAttributeValues": {":pk": {"S": "p" * 2048}, ":after": {"S": "s" * 1024}},
    "ExclusiveStartKey": KEY,
}


def batch(*keys: dict[str, Any]) -> dict[str, Any]:
    return {"RequestItems": {"t": [{"DeleteRequest": {"Key": key}} for key in keys]}}


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"pk": {"S": "p"}, "sk": {"S": str(number)}} for number in range(count)]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("UpdateItem", UPDATE),
        ("Query", QUERY),
        ("PutItem", {"Item": {**KEY, "document": {"B": "x" * ((400 * 1024 - 40) // 3 * 4)}}}),
        ("BatchWriteItem", batch(*numbered(25))),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": numbered(100)}}}),
        ("TransactWriteItems", {"TransactItems": [{"Update": UPDATE}]}),
    ],
)
def test_a_valid_request_breaks_no_limit(operation: str, request_: dict[str, Any]) -> None:
    assert broken_limits(operation, request_) == []


AFTER = {"S": "é" * 513}

PLANTED: list[tuple[str, dict[str, Any], str]] = [
    ("GetItem", {"Key": {**KEY, "sk": {"S": ""}}}, "an empty key sk"),
    ("GetItem", {"Key": {**KEY, "pk": {"S": "x" * 2049}}}, "a key pk of over 2048 bytes"),
    (
        "Query",
        {**QUERY, "ExpressionAttributeValues": {":pk": {"S": "p"}, ":after": AFTER}},
        "a key :after of over 1024 bytes",
    ),
    ("Query", {**QUERY, "Limit": 0}, "a limit below 1"),
    ("GetItem", {"Key": KEY | {"more": {"S": "x"}}}, "a key with other attributes"),
    ("PutItem", {"Item": KEY | {"names": {"SS": []}}}, "an empty set"),
    ("PutItem", {"Item": KEY | {"list": {"L": [{"N": "x"}]}}}, "a number that is none"),
    (
        "UpdateItem",
        {**UPDATE, "UpdateExpression": "SET #status = :status REMOVE outcome, region"},
        "the reserved word region",
    ),
    ("PutItem", {"Item": {**KEY, "document": {"S": "x" * 400 * 1024}}}, "an item over 400 kB"),
    (
        "PutItem",
        {"Item": {**KEY, "list": {"L": [{"M": {"a": {"S": "x" * 500_000}}}]}}},
        "an item over 400 kB",
    ),
    ("BatchWriteItem", batch(KEY, KEY), "the same item twice in one request"),
    ("BatchWriteItem", batch(*numbered(26)), "26 requests in one"),
    (
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": [KEY, KEY]}}},
        "the same item twice in one request",
    ),
    (
        "TransactWriteItems",
        {"TransactItems": [{"Update": UPDATE}, {"Delete": {"Key": KEY}}]},
        "the same item twice in one request",
    ),
    (
        "UpdateItem",
        {**UPDATE, "ExpressionAttributeValues": {":status": {"S": "x"}, ":more": {"S": "y"}}},
        "placeholders without use or value: [':more']",
    ),
    (
        "UpdateItem",
        {**UPDATE, "UpdateExpression": f"SET #status = :status REMOVE {'x' * 4096}"},
        "an expression of over 4 kB",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "found"), PLANTED)
def test_a_planted_fault_is_found(operation: str, request_: dict[str, Any], found: str) -> None:
    assert broken_limits(operation, request_) == [found]
