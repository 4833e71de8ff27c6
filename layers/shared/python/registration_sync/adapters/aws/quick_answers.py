"""Reads DynamoDB's large answers by orjson, where botocore walks over the shape of each value.

A plug-in at botocore's own extension point: a session has a component `response_parser_factory`,
whose parsers have the method `parse` (botocore/parsers.py, ResponseParser). Signing, retries,
endpoints and errors stay botocore's, and so does every other answer.
"""

import base64
from collections.abc import Mapping
from typing import Any

import orjson
from botocore.parsers import ResponseParserFactory

LARGE = frozenset({"QueryOutput", "BatchGetItemOutput", "GetItemOutput"})
"""DynamoDB's shapes that this parser reads: their JSON is what botocore returns, but for bytes."""

OK = 200


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
        if response["status_code"] != OK or shape is None or shape.name not in LARGE:
            return self.usual.parse(response, shape)
        try:
            answer = orjson.loads(response["body"])
        except orjson.JSONDecodeError:
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
    items += [answer[name] for name in ("Item", "LastEvaluatedKey") if name in answer]
    for of_table in answer.get("Responses", {}).values():
        items += of_table
    for of_table in answer.get("UnprocessedKeys", {}).values():
        items += of_table["Keys"]
    return items


def _decode_bytes(item: Mapping[str, dict[str, Any]]) -> None:
    """Decodes each value of bytes (`B`, `BS`), also inside maps and lists."""
    for value in item.values():
        if "B" in value:
            value["B"] = base64.b64decode(value["B"])
        elif "M" in value:
            _decode_bytes(value["M"])
        elif "L" in value:
            for inner in value["L"]:
                _decode_bytes({"": inner})
        elif "BS" in value:
            value["BS"] = [base64.b64decode(one) for one in value["BS"]]
