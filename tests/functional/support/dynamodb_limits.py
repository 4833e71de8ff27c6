"""Checks each request to DynamoDB against limits that the in-process DynamoDB does not have.

The rules: docs.aws.amazon.com/amazondynamodb/latest/developerguide/, pages Constraints,
ReservedWords and CapacityUnitCalculations, and the API reference of the operations.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

MAX_KEY_BYTES = {"pk": 2048, "sk": 1024}
MAX_ITEM_BYTES = 400 * 1024
MAX_EXPRESSION_BYTES = 4096
MAX_REQUESTS = {"BatchWriteItem": 25, "BatchGetItem": 100, "TransactWriteItems": 100}

_RESERVED = {word.upper() for word in ReservedKeywords.get_reserved_keywords()}
_SYNTAX = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "IN", "BETWEEN"}

type Request = Mapping[str, Any]


class Limits:
    """Collects what breaks a limit, because the code under test would handle an error."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def check(self, params: Request, model: Any, **_: Any) -> None:
        """Receives botocore's event `provide-client-params`."""
        self.broken += [f"{model.name}: {found}" for found in broken_limits(model.name, params)]


def broken_limits(operation: str, params: Request) -> list[str]:
    """Why DynamoDB would refuse the request; empty if it would not."""
    parts = list(_parts(operation, params))
    found = [problem for part in parts for problem in _problems(part)]
    if len(parts) > MAX_REQUESTS.get(operation, 1):
        found.append(f"{len(parts)} requests in one")
    keys = [key for part in parts if (key := _key_of(part))]
    if len(keys) > len({repr(key) for key in keys}):
        found.append("the same item twice in one request")
    return found


def _parts(operation: str, params: Request) -> Iterator[Request]:
    """The single requests of a batch or a transaction, or the request itself."""
    if operation == "BatchWriteItem":
        for requests in params["RequestItems"].values():
            yield from (next(iter(request.values())) for request in requests)
    elif operation == "BatchGetItem":
        for request in params["RequestItems"].values():
            yield from ({"Key": key} for key in request["Keys"])
    elif operation == "TransactWriteItems":
        yield from (next(iter(write.values())) for write in params["TransactItems"])
    else:
        yield params


def _key_of(part: Request) -> tuple[Any, Any] | None:
    item = part.get("Key") or part.get("Item")
    return (item["pk"], item["sk"]) if item else None


def _problems(part: Request) -> Iterator[str]:
    for name in ("Key", "Item", "ExclusiveStartKey"):
        for key, limit in MAX_KEY_BYTES.items():
            if name in part:
                yield from _key_problems(key, part[name][key]["S"], limit)
    values = part.get("ExpressionAttributeValues", {})
    if "KeyConditionExpression" in part:
        for name, value in values.items():
            yield from _key_problems(name, value["S"], MAX_KEY_BYTES.get(name[1:], 1024))
        if part.get("Limit", 1) < 1:
            yield "a limit below 1"
    if _size({**part.get("Item", {}), **values}) > MAX_ITEM_BYTES:
        yield "an item over 400 kB"
    yield from expression_problems(part, values)


def _key_problems(name: str, value: str, limit: int) -> Iterator[str]:
    if not value:
        yield f"an empty key {name}"
    if len(value.encode()) > limit:
        yield f"a key {name} of over {limit} bytes"


def expression_problems(part: Request, values: Request) -> Iterator[str]:
    """Of the expressions of a request with these values."""
    expressions = [text for name, text in part.items() if name.endswith("Expression")]
    text = " ".join(expressions)
    if any(len(expression.encode()) > MAX_EXPRESSION_BYTES for expression in expressions):
        yield "an expression of over 4 kB"
    for word in re.findall(r"(?<![:#\w])[A-Za-z]\w*(?!\w*\()", text):
        if word.upper() in _RESERVED and word not in _SYNTAX:
            yield f"the reserved word {word}"
    names = part.get("ExpressionAttributeNames", {})
    used = set(re.findall(r"[:#]\w+", text))
    if used != {*values, *names}:
        yield f"placeholders without use or value: {sorted(used ^ {*values, *names})}"


def _size(value: Any) -> int:
    """In bytes, as DynamoDB counts them: names, and values by their type."""
    if isinstance(value, Mapping):
        return sum(len(name.encode()) + _attribute_size(one) for name, one in value.items())
    return 0


def _attribute_size(attribute: Mapping[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    if kind == "S":
        return len(value.encode())
    if kind == "B":
        return len(value)
    if kind == "N":
        return 21
    if kind == "M":
        return 3 + _size(value) + len(value)
    if kind == "L":
        elements: Sequence[Any] = value
        return 3 + sum(1 + _attribute_size(one) for one in elements)
    return 1
