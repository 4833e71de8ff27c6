"""Reads DynamoDB's large answers, and writes its large requests, by orjson.

Botocore walks over the shape of each value. This is a plug-in at botocore's own extension points:

- A session has a component `response_parser_factory`, whose parsers have the method `parse`
  (botocore/parsers.py, ResponseParser).
- The event `provide-client-params` may replace the parameters of a call, and `before-call` may
  change its request before it is signed; both receive the context of the one call
  (botocore/client.py, BaseClient._make_api_call).

Signing, retries, endpoints and errors stay botocore's, and so does everything that is not large.

An answer that is not JSON, such as one that a lost connection has cut off, is an error here:
botocore returns it as an empty answer, which would say that there is no such item, or no secret.
DynamoDB's answers have a checksum, so botocore asks again first.
"""

import base64
from binascii import a2b_base64
from collections.abc import Mapping
from typing import Any

import orjson
from botocore.exceptions import HTTPClientError
from botocore.parsers import ResponseParserFactory
from botocore.session import Session

LARGE_ANSWERS = frozenset(
    {"QueryOutput", "BatchGetItemOutput", "GetItemOutput", "UpdateItemOutput"}
)
"""DynamoDB's shapes that this parser reads: their JSON is what botocore returns, but for bytes."""

OK = 200

LARGE_REQUESTS = ("BatchGetItem", "BatchWriteItem", "UpdateItem")
"""The operations whose requests are written here: their parameters are DynamoDB's JSON, but for
bytes, and botocore adds none."""

_ITEMS = ("Item", "LastEvaluatedKey", "Attributes")
_BODY = "quick_json.body"
_UNREADABLE = "quick_json.unreadable"
_REQUIRED = ("RequestItems", "Key")
"""The parameters that botocore requires, besides the table, by which it chooses the endpoint."""


class UnreadableAnswer(HTTPClientError):
    """Whether the request took effect is not known."""

    fmt = "The answer of AWS is not JSON."


def use_quick_json(session: Session) -> None:
    """Applies to the clients that the session creates from now on."""
    session.register_component("response_parser_factory", QuickAnswers())
    # The stubs know only handlers of any keywords that return nothing.
    after_call: Any = _refuse_unreadable
    session.register("after-call", after_call)
    events: tuple[tuple[str, Any], ...] = (
        ("provide-client-params", _take_parameters),
        ("before-call", _put_body),
    )
    for operation in LARGE_REQUESTS:
        for event, handler in events:
            session.register(f"{event}.dynamodb.{operation}", handler)


class QuickAnswers(ResponseParserFactory):
    """The component to register in a botocore session."""

    def create_parser(self, protocol_name: str) -> Any:
        usual = super().create_parser(protocol_name)
        return QuickParser(usual) if protocol_name == "json" else usual


class QuickParser:
    """`usual` is botocore's parser, which reads the answers that are not large."""

    def __init__(self, usual: Any) -> None:
        self.usual = usual

    def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """See ResponseParser.parse."""
        if response["status_code"] != OK or shape is None or not shape.members:
            return self.usual.parse(response, shape)
        try:
            answer = orjson.loads(response["body"])
        except orjson.JSONDecodeError:
            return {"ResponseMetadata": {_UNREADABLE: True}}
        if shape.name not in LARGE_ANSWERS:
            return self.usual.parse(response, shape)
        for item in _items_in(answer):
            _decode_bytes(item)
        headers = {name.lower(): value for name, value in response["headers"].items()}
        request_id = headers.get("x-amzn-requestid")
        answer["ResponseMetadata"] = {
            **({} if request_id is None else {"RequestId": request_id}),
            "HTTPStatusCode": response["status_code"],
            "HTTPHeaders": headers,
        }
        return answer


def _items_in(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    items = [*answer.get("Items", ())]
    items += [answer[name] for name in _ITEMS if name in answer]
    for of_table in answer.get("Responses", {}).values():
        items += of_table
    for of_table in answer.get("UnprocessedKeys", {}).values():
        items += of_table["Keys"]
    return items


def _decode_bytes(item: Mapping[str, dict[str, Any]]) -> None:
    """Decodes each value of bytes (`B`, `BS`), also inside maps and lists."""
    for value in item.values():
        if "B" in value:
            value["B"] = a2b_base64(value["B"])
        elif "M" in value:
            _decode_bytes(value["M"])
        elif "L" in value:
            for inner in value["L"]:
                _decode_bytes({"": inner})
        elif "BS" in value:
            value["BS"] = [a2b_base64(one) for one in value["BS"]]


def _refuse_unreadable(parsed: Mapping[str, Any], **_: object) -> None:
    if _UNREADABLE in parsed.get("ResponseMetadata", {}):
        raise UnreadableAnswer(error=None)


def _take_parameters(
    params: dict[str, Any], context: dict[str, Any], **_: object
) -> dict[str, Any] | None:
    try:
        context[_BODY] = orjson.dumps(params, default=_base64_of)
    except TypeError:
        return None  # botocore knows more types, and names a wrong one
    table = {name: value for name, value in params.items() if name == "TableName"}
    return table | {name: {} for name in _REQUIRED if name in params}


def _put_body(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    if _BODY in context:
        params["body"] = context.pop(_BODY)


def _base64_of(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value)} is not bytes")
    return base64.b64encode(value).decode()
