"""The responses without moto's HTTP layer are those with it."""

import json
from typing import Any

import boto3
import pytest

from tests.functional.conftest import create_tables, delete_tables
from tests.functional.support import quick_dynamodb

ITEM = {
    "pk": {"S": "a"},
    "sk": {"S": "B"},
    "bytes": {"B": b"\x00\xff"},
    "count": {"N": "1"},
    "none": {"NULL": True},
    "nested": {"M": {"B": {"S": "text"}, "list": {"L": [{"B": b"\x80"}, {"BOOL": False}]}}},
}
KEY = {"pk": {"S": "a"}, "sk": {"S": "B"}}
LARGE = KEY | {"bytes": {"B": bytes(350_000)}}  # within the limit of 400 kB; its base64 is not
ABSENT = {"pk": {"S": "absent"}, "sk": {"S": "B"}}
TABLE = {"TableName": "connections"}
OF_A = {
    "KeyConditionExpression": "pk = :pk",
    "ExpressionAttributeValues": {":pk": {"S": "a"}},
}
NEW = {"ConditionExpression": "attribute_not_exists(pk)"}
CHANGE = {
    "UpdateExpression": "SET #count = #count + :one, bytes = :bytes",
    "ExpressionAttributeNames": {"#count": "count"},
    "ExpressionAttributeValues": {":one": {"N": "1"}, ":bytes": {"B": b"\xfe"}},
}

REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("put_item", TABLE | {"Item": ITEM}),
    ("put_item", TABLE | {"Item": ITEM, **NEW}),
    ("put_item", TABLE | {"Item": ITEM, "ReturnConsumedCapacity": "TOTAL"}),
    ("put_item", TABLE | {"Item": KEY, "ReturnValues": "ALL_OLD"}),
    ("put_item", TABLE | {"Item": LARGE}),
    ("get_item", TABLE | {"Key": KEY, "ConsistentRead": True}),
    ("get_item", TABLE | {"Key": ABSENT}),
    ("get_item", TABLE | {"Key": {"pk": {"S": "a"}}}),
    ("get_item", {"TableName": "absent", "Key": KEY}),
    ("put_item", TABLE | {"Item": ITEM}),
    ("update_item", TABLE | {"Key": KEY, "ReturnValues": "ALL_NEW", **CHANGE}),
    (
        "update_item",
        TABLE | {"Key": KEY, **CHANGE, **NEW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
    ),
    ("update_item", TABLE | {"Key": KEY, "UpdateExpression": "SET"}),
    ("query", TABLE | OF_A),
    ("query", TABLE | OF_A | {"Limit": 1, "ReturnConsumedCapacity": "TOTAL"}),
    ("query", TABLE | OF_A | {"Select": "COUNT"}),
    ("scan", TABLE),
    ("batch_get_item", {"RequestItems": {"connections": {"Keys": [KEY, ABSENT]}}}),
    ("batch_write_item", {"RequestItems": {"connections": [{"PutRequest": {"Item": ABSENT}}]}}),
    ("transact_write_items", {"TransactItems": [{"Put": TABLE | {"Item": ABSENT}}]}),
    (
        "transact_write_items",
        {"TransactItems": [{"Delete": TABLE | {"Key": KEY}}, {"Put": TABLE | {"Item": KEY} | NEW}]},
    ),
    ("delete_item", TABLE | {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("delete_item", TABLE | {"Key": KEY, "ConditionExpression": "attribute_exists(pk)"}),
]


def test_every_operation_has_the_same_response_with_and_without_http(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: set[str] = set()

    def count(operation: str, body: str | bytes) -> quick_dynamodb.Response | None:
        called.add(operation)
        return answer(operation, body)

    answer = quick_dynamodb.response
    monkeypatch.setattr(quick_dynamodb, "response", count)
    quick = responses_on_empty_tables()
    monkeypatch.setattr(quick_dynamodb, "response", lambda *_: None)

    assert responses_on_empty_tables() == quick
    assert called == quick_dynamodb.OPERATIONS.keys()
    assert sum("Error" in json.dumps(one, default=repr) for one in quick) == 7


def responses_on_empty_tables() -> list[Any]:
    """To all requests, in order."""
    delete_tables()
    create_tables()
    client: Any = boto3.client("dynamodb")
    found = []
    for name, request in REQUESTS:
        try:
            response = getattr(client, name)(**request)
        except client.exceptions.ClientError as error:
            response = error.response
        response.pop("ResponseMetadata")
        found.append(response)
    return found
