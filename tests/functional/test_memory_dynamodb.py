"""Our DynamoDB in memory answers as moto does, and so does each request without the HTTP layer."""

from typing import Any

import boto3
import pytest

from tests.functional.support import quick_dynamodb
from tests.functional.support.dynamodb_limits import limits
from tests.functional.support.memory_dynamodb import OPERATIONS

ITEM = {
    "pk": {"S": "a"},
    "sk": {"S": "B"},
    "photo": {"B": b"\x00\xff"},
    "count": {"N": "1"},
    "none": {"NULL": True},
    "nested": {"M": {"B": {"S": "text"}, "list": {"L": [{"B": b"\x80"}, {"BOOL": False}]}}},
}
KEY = {"pk": {"S": "a"}, "sk": {"S": "B"}}
LARGE = KEY | {"photo": {"B": bytes(350_000)}}  # within the limit of 400 kB; its base64 is not
MANY_KEYS = [{"pk": {"S": "a"}, "sk": {"S": f"{number}"}} for number in range(101)]
ABSENT = {"pk": {"S": "absent"}, "sk": {"S": "B"}}
TABLE = {"TableName": "connections"}
OF_A = {
    "KeyConditionExpression": "pk = :pk",
    "ExpressionAttributeValues": {":pk": {"S": "a"}},
}
NEW = {"ConditionExpression": "attribute_not_exists(pk)"}
CHANGE = {
    "UpdateExpression": "SET photo = :photo ADD #count :one",
    "ExpressionAttributeNames": {"#count": "count"},
    "ExpressionAttributeValues": {":one": {"N": "1"}, ":photo": {"B": b"\xfe"}},
}

type Requests = list[tuple[str, dict[str, Any]]]

REQUESTS: Requests = [
    ("put_item", TABLE | {"Item": ITEM}),
    ("put_item", TABLE | {"Item": ITEM, **NEW}),
    ("put_item", TABLE | {"Item": ITEM, **NEW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    ("put_item", TABLE | {"Item": KEY, "ReturnValues": "ALL_OLD"}),
    ("put_item", TABLE | {"Item": LARGE}),
    ("get_item", TABLE | {"Key": KEY, "ConsistentRead": True}),
    ("get_item", TABLE | {"Key": ABSENT}),
    ("get_item", TABLE | {"Key": {"pk": {"S": "a"}}}),
    ("get_item", {"TableName": "absent", "Key": KEY}),
    ("put_item", TABLE | {"Item": ITEM}),
    ("get_item", TABLE | {"Key": KEY, "ProjectionExpression": "sk, photo, absent"}),
    (
        "get_item",
        TABLE
        | {
            "Key": KEY,
            "ProjectionExpression": "#count",
            "ExpressionAttributeNames": {"#count": "count"},
        },
    ),
    ("update_item", TABLE | {"Key": KEY, "ReturnValues": "ALL_NEW", **CHANGE}),
    (
        "update_item",
        TABLE | {"Key": KEY, **CHANGE, **NEW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
    ),
    ("update_item", TABLE | {"Key": KEY, "UpdateExpression": "SET"}),
    ("put_item", TABLE | {"Item": KEY | {"large": {"S": "x" * 410_000}}}),
    ("put_item", TABLE | {"Item": KEY | {"sk": {"S": ""}}}),
    ("put_item", TABLE | {"Item": KEY | {"names": {"SS": []}}}),
    ("get_item", TABLE | {"Key": KEY | {"more": {"S": "x"}}}),
    ("batch_get_item", {"RequestItems": {"connections": {"Keys": [KEY, KEY]}}}),
    ("batch_get_item", {"RequestItems": {"connections": {"Keys": MANY_KEYS}}}),
    ("update_item", TABLE | {"Key": KEY, "UpdateExpression": "SET a = :undefined"}),
    ("query", TABLE | OF_A),
    ("query", TABLE | OF_A | {"Limit": 1}),
    ("query", TABLE | OF_A | {"Select": "COUNT"}),
    ("scan", TABLE),
    ("batch_get_item", {"RequestItems": {"connections": {"Keys": [KEY, ABSENT]}}}),
    (
        "batch_get_item",
        {"RequestItems": {"connections": {"Keys": [KEY], "ProjectionExpression": "photo"}}},
    ),
    ("batch_write_item", {"RequestItems": {"connections": [{"PutRequest": {"Item": ABSENT}}]}}),
    ("batch_write_item", {"RequestItems": {"connections": [{"DeleteRequest": {"Key": ABSENT}}]}}),
    (
        "batch_write_item",
        {
            "RequestItems": {
                "connections": [{"PutRequest": {"Item": KEY}}, {"PutRequest": {"Item": KEY}}]
            }
        },
    ),
    ("transact_write_items", {"TransactItems": [{"Put": TABLE | {"Item": ABSENT}}]}),
    (
        "transact_write_items",
        {"TransactItems": [{"Delete": TABLE | {"Key": KEY}}, {"Put": TABLE | {"Item": KEY} | NEW}]},
    ),
    (
        "transact_write_items",
        {
            "TransactItems": [
                {"Delete": TABLE | {"Key": KEY}},
                {"Put": TABLE | {"Item": ABSENT, **NEW}},
            ]
        },
    ),
    (
        "transact_write_items",
        {
            "TransactItems": [
                {"Update": TABLE | {"Key": KEY} | CHANGE},
                {
                    "ConditionCheck": TABLE
                    | {"Key": ABSENT, "ConditionExpression": "attribute_exists(pk)"}
                },
            ]
        },
    ),
    ("get_item", TABLE | {"Key": KEY}),
    ("delete_item", TABLE | {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("delete_item", TABLE | {"Key": KEY, "ConditionExpression": "attribute_exists(pk)"}),
    ("update_item", TABLE | {"Key": KEY, "UpdateExpression": "REMOVE none"}),
    ("scan", TABLE),
]

NUMBERS = [{"N": text} for text in ("1", "2", "10", "-3", "1.5")]
ITEMS = [
    {"pk": {"S": "a"}, "sk": {"S": f"{number:03}"}, "a": value}
    for number, value in enumerate(
        [
            *NUMBERS,
            {"S": "1"},
            {"S": "10"},
            {"S": "é"},
            {"S": "abc"},
            {"B": b"abc"},
            {"B": b"\xff"},
            {"L": [{"S": "abc"}, {"N": "1"}]},
            {"M": {"x": {"S": "abc"}, "l": {"L": [{"N": "1"}, {"N": "2"}]}}},
            {"SS": ["abc", "d"]},
        ]
    )
] + [{"pk": {"S": "a"}, "sk": {"S": "~"}, "b": {"N": "2"}, "t": {"BOOL": True}}]
NAMES = {"#a": "a"}
VALUES = {
    ":pk": {"S": "a"},
    ":n": {"N": "2"},
    ":m": {"N": "10"},
    ":s": {"S": "abc"},
    ":t": {"S": "1"},
    ":z": {"S": "z"},
    ":b": {"B": b"abc"},
    ":true": {"BOOL": True},
    ":set": {"SS": ["d", "e"]},
}

CONDITIONS = [
    *(f"a {sign} {value}" for sign in ("=", "<>", "<", "<=", ">", ">=") for value in (":n", ":s")),
    "a = :b",
    "t = :true",
    "a <= :b",
    "a = :m",
    "a BETWEEN :n AND :m",
    "a BETWEEN :t AND :z",
    "a IN (:n, :s, :b)",
    "attribute_exists(a)",
    "attribute_not_exists(a)",
    "contains(a, :s)",
    "#a = :n OR a = :s",
    "NOT a = :n AND NOT (a = :s OR attribute_not_exists(a))",
    "a = :n OR a = :s AND b = :n",
    "(a = :n OR b = :n) AND attribute_exists(b)",
    "b < a OR a < b OR a = :t",
]

KEY_CONDITIONS = [
    "pk = :pk AND sk = :x",
    "pk = :pk AND sk > :x",
    "pk = :pk AND sk >= :x",
    "pk = :pk AND sk < :x",
    "pk = :pk AND sk <= :x",
    "pk = :pk AND sk BETWEEN :x AND :y",
]

UPDATES = [
    "SET a = :n",
    "SET fresh = :n, a = :s",
    "SET fresh = a",
    "SET a = :n, b = a",
    "REMOVE a",
    "REMOVE a, absent",
    "SET b = :n REMOVE a",
    "ADD a :n",
    "ADD fresh :n",
    "ADD a :set",
    "ADD fresh :set SET b = :n",
    "SET pk = :s",
    "SET a = :n, a = :s",
    "SET a = missing",
    "SET a :n",
    "SET a = :n SET b = :n",
]


def test_every_operation_is_answered_as_by_moto(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, motos = both(REQUESTS, monkeypatch)

    assert ours == motos
    assert {name for name, _ in REQUESTS} == {_snake(name) for name in OPERATIONS}
    assert sum("refused" in one for one in ours) == 18


def test_every_condition_holds_where_it_does_by_moto(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Requests = [("query", filtered(text, item)) for text in CONDITIONS for item in ITEMS]

    ours, motos = both([*puts(), *asked], monkeypatch, moto_fails=107)

    assert ours == motos
    found = [bool(one["Items"]) for one in ours[len(ITEMS) :]]
    for number in range(0, len(found), len(ITEMS)):
        assert {*found[number : number + len(ITEMS)]} == {True, False}


def test_every_page_is_that_of_moto(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {":pk": {"S": "a"}, ":x": {"S": "004"}, ":y": {"S": "01"}}
    requests: Requests = [*puts()]
    for text in KEY_CONDITIONS:
        used = {name: value for name, value in values.items() if name in text}
        asked = TABLE | {"KeyConditionExpression": text, "ExpressionAttributeValues": used}
        for page in (
            {},
            {"ScanIndexForward": False},
            {"Limit": 2},
            {"Limit": 3, "ScanIndexForward": False},
            {"ExclusiveStartKey": {"pk": {"S": "a"}, "sk": {"S": "005"}}},
        ):
            requests.append(("query", asked | page))

    ours, motos = both(requests, monkeypatch)

    assert ours == motos


def test_every_update_has_the_result_of_moto(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: Requests = []
    for text in UPDATES:
        for item in ITEMS:
            requests.append(("put_item", TABLE | {"Item": item}))
            requests.append(("update_item", changed(item, text, "ALL_OLD")))
            requests.append(("get_item", TABLE | {"Key": {"pk": item["pk"], "sk": item["sk"]}}))

    ours, motos = both(requests, monkeypatch)

    assert ours == motos


@pytest.mark.parametrize("wanted", ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD"])
def test_an_update_returns_what_moto_returns(
    wanted: str, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("SET a = :z, fresh = :n", "REMOVE a", "ADD b :n")
    requests: Requests = [*puts()]
    requests += [("update_item", changed(item, text, wanted)) for text in texts for item in ITEMS]

    ours, motos = both(requests, monkeypatch)

    assert ours == motos


def test_a_page_ends_before_a_megabyte(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [KEY | {"sk": {"S": str(number)}, "x": {"S": "x" * 300_000}} for number in range(7)]
    requests: Requests = [("put_item", TABLE | {"Item": item}) for item in items]
    requests.append(("query", TABLE | OF_A))

    ours, motos = both(requests, monkeypatch)

    assert ours == motos
    assert ours[-1]["LastEvaluatedKey"]["sk"] == {"S": "2"}


def puts() -> Requests:
    return [("put_item", TABLE | {"Item": item}) for item in ITEMS]


def filtered(text: str, item: dict[str, Any]) -> dict[str, Any]:
    return TABLE | {
        "KeyConditionExpression": "pk = :pk AND sk = :sk",
        "FilterExpression": text,
        "ExpressionAttributeValues": used(text) | {":pk": item["pk"], ":sk": item["sk"]},
        **({"ExpressionAttributeNames": NAMES} if "#a" in text else {}),
    }


def changed(item: dict[str, Any], text: str, wanted: str) -> dict[str, Any]:
    return TABLE | {
        "Key": {"pk": item["pk"], "sk": item["sk"]},
        "UpdateExpression": text,
        "ReturnValues": wanted,
        **({"ExpressionAttributeValues": used(text)} if ":" in text else {}),
    }


def used(text: str) -> dict[str, Any]:
    words = text.replace(",", " ").replace(")", " ").replace("(", " ").split()
    return {name: value for name, value in VALUES.items() if name in words}


def both(
    requests: Requests, monkeypatch: pytest.MonkeyPatch, *, moto_fails: int = 0
) -> tuple[list[Any], list[Any]]:
    """Our answers to the requests, and moto's by HTTP, each to empty tables. Moto fails at so many
    comparisons of different types: then ours is taken for its answer."""
    ours = [answer(request) for request in requests]
    with monkeypatch.context() as usual:
        usual.setattr(quick_dynamodb, "response", lambda *_: None)
        client: Any = boto3.client("dynamodb")
        keys = {"pk": "HASH", "sk": "RANGE"}
        client.create_table(
            TableName="connections",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        motos = [answer(request) for request in requests]
    limits.broken.clear()
    assert None not in ours
    assert motos.count(None) == moto_fails
    return ours, [mine if one is None else one for mine, one in zip(ours, motos, strict=True)]


def answer(request: tuple[str, dict[str, Any]]) -> Any:
    """If it is refused as invalid, only that; None if moto fails."""
    name, given = request
    client: Any = boto3.client("dynamodb")
    try:
        found = getattr(client, name)(**given)
    except client.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        found = {"refused": code} | (error.response if code != "ValidationException" else {})
    except (TypeError, AttributeError, ValueError):
        return None
    return {key: value for key, value in found.items() if key not in NOT_COMPARED}


NOT_COMPARED = {
    "ResponseMetadata",
    "ConsumedCapacity",  # nobody asks for it, nor for the next
    "ItemCollectionMetrics",
    "ScannedCount",  # moto has none
    "Message",  # in Error, too
}


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).removeprefix("_")
