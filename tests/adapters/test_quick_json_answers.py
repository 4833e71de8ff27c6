"""Our parser reads DynamoDB's answers as botocore does."""

import base64
import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.parsers import ResponseParserFactory
from botocore.session import get_session
from moto.core.botocore_stubber import MockRawResponse

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.adapters.aws.quick_json import LARGE_ANSWERS, QuickAnswers, use_quick_json
from registration_sync.domain.errors import Unavailable

ACCOUNT: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "none",
    "aws_secret_access_key": "none",
}
SHAPES = {
    operation: boto3.client("dynamodb", **ACCOUNT)
    .meta.service_model.operation_model(operation)
    .output_shape
    for operation in ("Query", "BatchGetItem", "GetItem", "UpdateItem", "PutItem")
}
BYTES = base64.b64encode(b"\x00\xff").decode()
ITEM = {
    "pk": {"S": "é \u2028"},
    "n": {"N": "12345678901234567890.5"},
    "b": {"B": BYTES},
    "bs": {"BS": [BYTES, ""]},
    "m": {"M": {"b": {"B": BYTES}, "l": {"L": [{"B": BYTES}, {"L": []}, {"NULL": True}]}}},
    "ss": {"SS": ["a"]},
    "no": {"BOOL": False},
}
KEY = {"pk": {"S": "1"}, "sk": {"B": BYTES}}


def parsed(factory: ResponseParserFactory, operation: str, body: bytes, status: int) -> Any:
    response = {
        "body": body,
        "headers": {"x-amzn-RequestId": "R1", "X-Amz-Crc32": "7"},
        "status_code": status,
        "context": {"operation_name": operation},
    }
    response["headers"] = {name.lower(): value for name, value in response["headers"].items()}
    return factory.create_parser("json").parse(response, SHAPES[operation])


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("Query", {"Items": [ITEM, {}], "Count": 2, "ScannedCount": 3, "LastEvaluatedKey": KEY}),
        ("Query", {"Items": [], "Count": 0}),
        (
            "BatchGetItem",
            {
                "Responses": {"t": [ITEM], "u": []},
                "UnprocessedKeys": {"t": {"Keys": [KEY], "ConsistentRead": True}},
            },
        ),
        ("GetItem", {"Item": ITEM}),
        ("GetItem", {}),
        ("UpdateItem", {"Attributes": ITEM}),
        ("UpdateItem", {}),
        ("PutItem", {"Attributes": ITEM}),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_is_read_as_botocore_reads_it(operation: str, answer: Any, status: int) -> None:
    body = json.dumps(answer | ({"__type": "a#ThrottlingException"} if status == 400 else {}))
    ours = parsed(QuickAnswers(), operation, body.encode(), status)
    assert ours == parsed(ResponseParserFactory(), operation, body.encode(), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>busy</html>", 503),
        (b'{"__type": "x#ResourceNotFoundException", "message": "none"}', 400),
    ],
)
def test_an_answer_that_is_no_item_is_left_to_botocore(body: bytes, status: int) -> None:
    ours = parsed(QuickAnswers(), "Query", body, status)
    assert ours == parsed(ResponseParserFactory(), "Query", body, status)


@pytest.mark.parametrize("service", ["dynamodb", "secretsmanager", "events"])
@pytest.mark.parametrize("body", [b"", b'{"Item": {"pk": {"S": "MARK', b"<html>"])
def test_an_answer_that_was_cut_off_is_no_empty_answer(service: str, body: bytes) -> None:
    """botocore reads it as an empty one: no such item, or no secret."""
    session = get_session()
    use_quick_json(session)
    client: Any = session.create_client(service, **ACCOUNT)

    def answered(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, 200, {}, MockRawResponse(body))

    client.meta.events.register("before-send", answered)
    calls = {
        "dynamodb": lambda: client.get_item(TableName="t", Key={"pk": {"S": "1"}}),
        "secretsmanager": lambda: client.get_secret_value(SecretId="s"),
        "events": lambda: client.put_events(Entries=[{"Source": "s"}]),
    }

    with pytest.raises(Unavailable), aws_errors():
        calls[service]()


def test_an_answer_that_never_has_content_may_be_empty() -> None:
    """Amazon Cognito answers some requests with an empty body
    (docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableUser.html).
    """
    session = get_session()
    use_quick_json(session)
    client: Any = session.create_client("cognito-idp", **ACCOUNT)

    def answered(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, 200, {}, MockRawResponse(b""))

    client.meta.events.register("before-send", answered)

    answer = client.admin_disable_user(UserPoolId="us-east-1_1", Username="ada")

    assert answer.keys() == {"ResponseMetadata"}


def test_the_shapes_are_those_of_reads_and_updates() -> None:
    assert {shape.name for name, shape in SHAPES.items() if name != "PutItem"} == LARGE_ANSWERS


def test_other_protocols_are_left_to_botocore() -> None:
    usual = ResponseParserFactory().create_parser("rest-xml")
    assert type(QuickAnswers().create_parser("rest-xml")) is type(usual)
