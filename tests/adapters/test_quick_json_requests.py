"""Our plug-in writes DynamoDB's large requests as botocore does."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ParamValidationError

from registration_sync.adapters.aws.quick_json import LARGE_REQUESTS, use_quick_json

ACCOUNT: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "none",
    "aws_secret_access_key": "none",
}
KEY = {"pk": {"S": "CURRENT#é#2025"}, "sk": {"S": '0"07\u2028'}}
ITEM = KEY | {
    "n": {"N": "12345678901234567890.5"},
    "b": {"B": b"\x00\xff"},
    "bs": {"BS": [b"", b"\x80"]},
    "m": {"M": {"b": {"B": b"\x01"}, "l": {"L": [{"B": b"\x02"}, {"NULL": True}]}}},
}


class NoBody:
    def stream(self, **_: Any) -> Any:
        yield b"{}"


def sent(operation: str, parameters: dict[str, Any], *, quickly: bool) -> AWSPreparedRequest:
    session = botocore.session.get_session()
    if quickly:
        use_quick_json(session)
    client = session.create_client("dynamodb", **ACCOUNT)
    requests: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        requests.append(request)
        return AWSResponse(request.url, 200, {}, NoBody())  # type: ignore[arg-type]  # a fake

    client.meta.events.register("before-send", answer)
    getattr(client, operation)(**parameters)
    return requests[0]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}}),
        ("batch_get_item", {"RequestItems": {"t": {"Keys": [{"k": {"B": b"\xfe"}}]}}}),
        (
            "batch_write_item",
            {
                "RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}]},
                "ReturnConsumedCapacity": "TOTAL",
            },
        ),
        ("batch_write_item", {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}),
        ("batch_write_item", {"RequestItems": {"t": [{"PutRequest": {"Item": {"a": {"S": ""}}}}]}}),
        (
            "update_item",
            {
                "TableName": "t",
                "Key": KEY,
                "UpdateExpression": "SET #b = :b",
                "ExpressionAttributeNames": {"#b": "b"},
                "ExpressionAttributeValues": {":b": ITEM["b"], ":é": {"BOOL": False}},
                "ReturnValues": "UPDATED_OLD",
            },
        ),
        ("update_item", {"TableName": "arn:aws:dynamodb:us-east-1:1:table/t", "Key": KEY}),
        ("query", {"TableName": "t", "KeyConditionExpression": "pk = :pk"}),
        ("put_item", {"TableName": "t", "Item": ITEM}),
    ],
)
def test_a_request_is_the_one_that_botocore_writes(
    operation: str, parameters: dict[str, Any]
) -> None:
    ours, usual = (sent(operation, parameters, quickly=quickly) for quickly in (True, False))
    assert json.loads(_bytes(ours)) == json.loads(_bytes(usual))
    assert int(ours.headers["Content-Length"]) == len(_bytes(ours))
    differing = {"Authorization", "Content-Length", "X-Amz-Date", "amz-sdk-invocation-id"}
    assert set(ours.headers) == set(usual.headers)
    for name in set(ours.headers) - differing:
        assert ours.headers[name] == usual.headers[name], name


def _bytes(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    return bytes(body)


def test_the_parameters_of_the_caller_stay_as_they_are() -> None:
    parameters: dict[str, Any] = {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}]}}
    before = repr(parameters)
    sent("batch_write_item", parameters, quickly=True)
    assert repr(parameters) == before


def test_a_value_of_another_type_is_left_to_botocore() -> None:
    with_array = {"b": {"B": bytearray(b"\x05")}}
    parameters = {"RequestItems": {"t": [{"PutRequest": {"Item": with_array}}]}}
    ours, usual = (
        sent("batch_write_item", parameters, quickly=quickly) for quickly in (True, False)
    )
    assert json.loads(_bytes(ours)) == json.loads(_bytes(usual))
    with pytest.raises(ParamValidationError):
        sent("batch_get_item", {"RequestItems": {"t": {"Keys": [{"k": object()}]}}}, quickly=True)


def test_the_operations_are_named_as_botocore_names_them() -> None:
    client = botocore.session.get_session().create_client("dynamodb", **ACCOUNT)
    assert set(LARGE_REQUESTS) <= set(client.meta.service_model.operation_names)
