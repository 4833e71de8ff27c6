"""DynamoDB's operations on items, in memory. It speaks JSON, as DynamoDB does over HTTP.

Moto takes about ten times as long. `test_memory_dynamodb.py` holds both to the same answers. What
it does not know, it refuses: parameters by NotImplementedError, parts of expressions as invalid.
Tables have the keys `pk` and `sk`, of text.
"""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from tests.functional.support.dynamodb_limits import (
    MAX_ITEM_BYTES,
    expression_problems,
    limits,
    size,
)
from tests.functional.support.expressions import (
    Invalid,
    Item,
    Scope,
    condition,
    key_condition,
    projection,
    updated,
)

MAX_PAGE_BYTES = 1_000_000
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons"
MAX_BATCH_BYTES = 16 * 1024 * 1024

type Request = dict[str, Any]
type Answer = dict[str, Any]
type Table = dict[str, dict[str, Item]]
"""Partitions by pk, of items by sk. No item is ever changed, only replaced."""

tables: dict[str, Table] = {}

_lock = threading.Lock()  # the functions make requests in threads


class Refused(Exception):
    """The answer to a request that has no effect."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.content = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}
        self.content |= more


def items_of(table: str) -> list[Item]:
    """All items by their keys, with bytes in base64."""
    return [items[sk] for _, items in sorted(tables[table].items()) for sk in sorted(items)]


def store(table: str, *items: Item) -> None:
    """Puts the items, as `items_of` returns them."""
    for item in items:
        pk, sk = _keys(item)
        tables[table].setdefault(pk, {})[sk] = item


def answer(operation: str, body: str | bytes) -> tuple[int, bytes]:
    """The status and the body of the answer."""
    request = orjson.loads(body)
    try:
        with _lock:
            limits.check(operation, request)
            return 200, orjson.dumps(OPERATIONS[operation](request))
    except Invalid as error:
        refused = Refused("ValidationException", str(error))
    except Refused as error:
        refused = error
    return 400, json.dumps(refused.content).encode()


def _put(request: Request) -> Answer:
    _know(request, "Item", "ReturnValues", *_CONDITION)
    old = _checked(request, request["Item"])
    store(request["TableName"], request["Item"])
    return _attributes(old if request.get("ReturnValues") == "ALL_OLD" else {})


def _delete(request: Request) -> Answer:
    _know(request, "Key", "ReturnValues", *_CONDITION)
    old = _checked(request, request["Key"])
    _remove(request)
    return _attributes(old if request.get("ReturnValues") == "ALL_OLD" else {})


def _update(request: Request) -> Answer:
    _know(request, "Key", "UpdateExpression", "ReturnValues", *_CONDITION)
    old = _checked(request, request["Key"])
    new, named = _changed(request, old)
    store(request["TableName"], new)
    wanted = request.get("ReturnValues", "NONE")
    updated_old = {name: value for name, value in old.items() if name in named}
    shown = {"NONE": {}, "ALL_OLD": old, "ALL_NEW": new, "UPDATED_OLD": updated_old}
    if wanted not in shown:
        raise NotImplementedError(f"ReturnValues: {wanted}")
    return _attributes(shown[wanted])


def _changed(request: Request, old: Item) -> tuple[Item, set[str]]:
    before = old or request["Key"]
    text = request.get("UpdateExpression")
    if text is None:
        return before, set()
    if not text.strip():
        raise Invalid("Invalid UpdateExpression: The expression can not be empty;")
    new, named = updated(text, _scope(request, before))
    if named & {"pk", "sk"}:
        raise Invalid("One or more parameter values were invalid: Cannot update a key attribute")
    if size(new) > MAX_ITEM_BYTES:
        raise Invalid("Item size to update has exceeded the maximum allowed size")
    return new, named


def _get(request: Request) -> Answer:
    _know(request, "Key", "ConsistentRead", *_PROJECTION)
    found = _item(request, request["Key"])
    return {"Item": _projected(request, found)} if found else {}


def _query(request: Request) -> Answer:
    known = ("KeyConditionExpression", "ExpressionAttributeValues", "ScanIndexForward")
    _know(request, *known, *_PAGE, *_PROJECTION)
    holds, partition = key_condition(request["KeyConditionExpression"])
    pk = (partition(_scope(request, {})) or {}).get("S")
    is_forward = request.get("ScanIndexForward", True)
    items = _table(request).get(str(pk), {})
    start = request.get("ExclusiveStartKey")
    found = (
        items[sk]
        for sk in sorted(items, reverse=not is_forward)
        if start is None or (sk > start["sk"]["S"] if is_forward else sk < start["sk"]["S"])
    )
    return _page(request, (item for item in found if holds(_scope(request, item))))


def _scan(request: Request) -> Answer:
    _know(request, "ExpressionAttributeValues", *_PAGE, *_PROJECTION)
    start = request.get("ExclusiveStartKey")
    after = start and (start["pk"]["S"], start["sk"]["S"])
    table = _table(request)
    keys = sorted((pk, sk) for pk, partition in table.items() for sk in partition)
    return _page(request, (table[pk][sk] for pk, sk in keys if not after or (pk, sk) > after))


def _page(request: Request, items: Iterator[Item]) -> Answer:
    """Up to the limit, or to the size of a page; the filter applies after that."""
    read: list[Item] = []
    read_bytes = 0
    answer: Answer = {}
    for item in items:
        read_bytes += size(item)
        if len(read) == request.get("Limit") or read_bytes > MAX_PAGE_BYTES:
            answer["LastEvaluatedKey"] = _key_of(read[-1])
            break
        read.append(item)
    holds = condition(request.get("FilterExpression", ""))
    kept = [item for item in read if holds(_scope(request, item))]
    answer |= {"Count": len(kept), "ScannedCount": len(read)}
    if request.get("Select") != "COUNT":
        answer["Items"] = [_projected(request, item) for item in kept]
    return answer


def _batch_get(request: Request) -> Answer:
    _know(request, "RequestItems", table=False)
    answer: Answer = {"Responses": {}, "UnprocessedKeys": {}}
    found_bytes = 0
    for name, wanted in request["RequestItems"].items():
        one = {"TableName": name, **wanted}
        _know(one, "Keys", "ConsistentRead", *_PROJECTION)
        for problem in expression_problems(one, {}):
            raise Invalid(problem)
        found = answer["Responses"][name] = []
        for key in wanted["Keys"]:
            item = _item(one, key)
            found_bytes += size(item)
            if found_bytes > MAX_BATCH_BYTES:
                left = answer["UnprocessedKeys"].setdefault(name, {**wanted, "Keys": []})
                left["Keys"].append(key)
            elif item:
                found.append(_projected(one, item))
    return answer


def _batch_write(request: Request) -> Answer:
    _know(request, "RequestItems", table=False)
    writes = [
        ({"TableName": name} | parts, verb)
        for name, requests in request["RequestItems"].items()
        for write in requests
        for verb, parts in write.items()
    ]
    _reject_twice([one for one, _ in writes])
    for one, _ in writes:
        _item(one, one.get("Item") or one["Key"])  # refuses an absent table or a wrong key
    for one, verb in writes:
        if verb == "PutRequest":
            store(one["TableName"], one["Item"])
        else:
            _remove(one)
    return {"UnprocessedItems": {}}


def _transact(request: Request) -> Answer:
    _know(request, "TransactItems", "ClientRequestToken", table=False)
    writes = [(verb, one) for item in request["TransactItems"] for verb, one in item.items()]
    _reject_twice([one for _, one in writes])
    changed: list[Item] = []
    reasons: list[dict[str, Any]] = []
    for verb, one in writes:
        _know(one, "Item", "Key", "UpdateExpression", *_CONDITION)
        try:
            old = _checked(one, one.get("Item") or one["Key"])
        except Refused as refused:
            reason = {"Code": "ConditionalCheckFailed", "Message": str(refused)}
            reasons.append(reason | {k: v for k, v in refused.content.items() if k == "Item"})
            continue
        reasons.append({"Code": "None"})
        changed.append(_changed(one, old)[0] if verb == "Update" else one.get("Item", {}))
    if len(changed) < len(writes):
        codes = ", ".join(reason["Code"] for reason in reasons)
        message = f"{CANCELLED} [{codes}]"
        raise Refused("TransactionCanceledException", message, CancellationReasons=reasons)
    for (verb, one), new in zip(writes, changed, strict=True):
        if new:
            store(one["TableName"], new)
        elif verb == "Delete":
            _remove(one)
    return {}


OPERATIONS: dict[str, Callable[[Request], Answer]] = {
    "PutItem": _put,
    "UpdateItem": _update,
    "DeleteItem": _delete,
    "GetItem": _get,
    "Query": _query,
    "Scan": _scan,
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "TransactWriteItems": _transact,
}

_CONDITION = (
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValuesOnConditionCheckFailure",
)
_PROJECTION = ("ProjectionExpression", "ExpressionAttributeNames")
_PAGE = ("FilterExpression", "ConsistentRead", "Limit", "ExclusiveStartKey", "Select")


def _know(request: Request, *names: str, table: bool = True) -> None:
    unknown = request.keys() - {*names, *(("TableName",) if table else ())}
    if unknown:
        raise NotImplementedError(f"parameters of DynamoDB: {sorted(unknown)}")


def _table(request: Request) -> Table:
    name = request["TableName"]
    if name not in tables:
        raise Refused("ResourceNotFoundException", "Requested resource not found")
    return tables[name]


def _item(request: Request, key: Item) -> Item:
    """The stored item with the key, or with that of an item; empty if there is none."""
    pk, sk = _keys(key)
    return _table(request).get(pk, {}).get(sk, {})


def _keys(key: Item) -> tuple[str, str]:
    try:
        return key["pk"]["S"], key["sk"]["S"]
    except KeyError as error:
        raise Invalid("The provided key element does not match the schema") from error


def _key_of(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _remove(request: Request) -> None:
    pk, sk = _keys(request["Key"])
    partition = _table(request).get(pk, {})
    partition.pop(sk, None)
    if not partition:
        _table(request).pop(pk, None)


def _checked(request: Request, key: Item) -> Item:
    """The stored item, if the condition holds for it."""
    old = _item(request, key)
    if condition(request.get("ConditionExpression", ""))(_scope(request, old)):
        return old
    shown = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and old
    message = "The conditional request failed"
    more = {"Item": old} if shown else {}
    raise Refused("ConditionalCheckFailedException", message, **more)


def _scope(request: Request, item: Item) -> Scope:
    names = request.get("ExpressionAttributeNames", {})
    return Scope(item, names, request.get("ExpressionAttributeValues", {}))


def _projected(request: Request, item: Item) -> Item:
    text = request.get("ProjectionExpression")
    return projection(text)(_scope(request, item)) if text else item


def _attributes(item: Item) -> Answer:
    return {"Attributes": item} if item else {}


def _reject_twice(writes: list[Request]) -> None:
    keys = [(one["TableName"], *_keys(one.get("Item") or one["Key"])) for one in writes]
    if len(set(keys)) < len(keys):
        raise Invalid("Provided list of item keys contains duplicates")
