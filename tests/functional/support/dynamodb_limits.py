"""Checks each request to DynamoDB, as JSON, against its limits.

The rules: docs.aws.amazon.com/amazondynamodb/latest/developerguide/, pages Constraints,
ReservedWords and CapacityUnitCalculations, and the API reference of the operations.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.functional.support.expressions import Invalid

MAX_KEY_BYTES = {"pk": 2048, "sk": 1024}
MAX_ITEM_BYTES = 400 * 1024
MAX_EXPRESSION_BYTES = 4096
MAX_REQUESTS = {"BatchWriteItem": 25, "BatchGetItem": 100, "TransactWriteItems": 100}

_RESERVED = {word.upper() for word in ReservedKeywords.get_reserved_keywords()}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SYNTAX = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "IN", "BETWEEN"}

type Request = Mapping[str, Any]


class Limits:
    """Collects what breaks a limit, because the code under test may handle the error."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def check(self, operation: str, request: Request) -> None:
        """Raises Invalid."""
        found = broken_limits(operation, request)
        self.broken += [f"{operation}: {problem}" for problem in found]
        if found:
            raise Invalid(found[0])


limits = Limits()
"""Of the DynamoDB in memory, in this process."""


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
    return (item.get("pk"), item.get("sk")) if item else None


def _problems(part: Request) -> Iterator[str]:
    for name in ("Key", "Item", "ExclusiveStartKey"):
        if name not in part:
            continue
        for key, limit in MAX_KEY_BYTES.items():
            yield from _key_problems(key, part[name].get(key, {}), limit)
        if name != "Item" and part[name].keys() != MAX_KEY_BYTES.keys():
            yield "a key with other attributes"
    values = part.get("ExpressionAttributeValues", {})
    for name in re.findall(r":\w+", part.get("KeyConditionExpression", "")):
        if name in values:
            yield from _key_problems(name, values[name], MAX_KEY_BYTES.get(name[1:], 1024))
    if part.get("Limit", 1) < 1:
        yield "a limit below 1"
    for item in (part.get("Item", {}), values):
        for value in item.values():
            yield from _value_problems(value)
    if size({**part.get("Item", {}), **values}) > MAX_ITEM_BYTES:
        yield "an item over 400 kB"
    yield from expression_problems(part, values)


def _value_problems(value: Mapping[str, Any]) -> Iterator[str]:
    ((kind, content),) = value.items()
    if kind in {"SS", "NS", "BS"} and not content:
        yield "an empty set"
    for number in {"N": [content], "NS": content}.get(kind, ()):
        if not _NUMBER.fullmatch(number):
            yield "a number that is none"
    for inner in content.values() if kind == "M" else content if kind == "L" else ():
        yield from _value_problems(inner)


def _key_problems(name: str, key: Mapping[str, Any], limit: int) -> Iterator[str]:
    value = key.get("S", "")
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


def size(item: Mapping[str, Any]) -> int:
    """In bytes, as DynamoDB counts them: names, and values by their type."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content) if content.isascii() else len(content.encode())
    if kind == "B":
        return len(content) * 3 // 4
    if kind == "N":
        return 21
    if kind == "M":
        return 3 + size(content) + len(content)
    if kind == "L":
        return 3 + sum(1 + _value_bytes(one) for one in content)
    return sum(map(len, content)) if isinstance(content, list) else 1
