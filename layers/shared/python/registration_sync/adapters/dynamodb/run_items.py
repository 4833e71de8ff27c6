"""The items of runs in the connections table: keys, attributes, and how a record is stored.

| item      | pk          | sk        | attributes                                                 |
| run       | RUNS#c      | run id    | record (byte for the codec, then JSON), status, expires_at,|
|           |             |           | attempt_token, told (true once the run was announced),     |
|           |             |           | announcing_until (epoch seconds, while it is announced)    |
| requested | REQUESTED#c | REQUESTED | run_id, requested_at (epoch seconds)                       |
| awaiting  | AWAITING#c  | AWAITING  | run_id of the last run that awaited confirmation           |
| last      | LAST        | c         | record of the last export, without files and students,     |
|           |             |           | expires_at                                                 |
"""

import json
import zlib
from typing import Any

from aws_lambda_powertools.logging import Logger

from registration_sync.adapters.dynamodb.table import Item
from registration_sync.domain.errors import RunUnreadable
from registration_sync.domain.runs.record import from_record, to_record
from registration_sync.domain.runs.run import Run
from registration_sync.domain.runs.shortening import shorter_versions

LAST_EXPORTS = "LAST"
_ZLIB_JSON = b"Z"


MAX_ITEM_BYTES, MAX_JSON_BYTES = 350_000, 3_000_000
"""Of a record: DynamoDB allows 400 kB for an item, and an answer holds 5 MB."""


def encode(run: Run) -> bytes:
    """The stored record, which is shortened if it would be too large."""
    encoded = b""
    for version in shorter_versions(run):
        content = json.dumps(to_record(version), separators=(",", ":"))
        encoded = _ZLIB_JSON + zlib.compress(content.encode())
        if len(content) <= MAX_JSON_BYTES and len(encoded) <= MAX_ITEM_BYTES:
            break
    return encoded


def decode(item: Item) -> Run:
    """Raises RunUnreadable, and logs the run's id."""
    try:
        return from_record(_record_of(item["record"]["B"]))
    except (ValueError, LookupError, TypeError, AttributeError, zlib.error) as error:
        # Neither the text of the error nor its cause: pydantic quotes the record.
        Logger().error(
            "run record unreadable",
            extra={
                "connection_id": item["pk"]["S"].partition("#")[2],
                "run_id": item["sk"]["S"],
                "reason": type(error).__name__,
            },
        )
        raise unreadable(item) from None


def _record_of(stored: bytes) -> Any:
    if not stored.startswith(_ZLIB_JSON):
        raise ValueError("unknown codec")
    return json.loads(zlib.decompress(stored[1:]))


def unreadable(item: Item) -> RunUnreadable:
    return RunUnreadable(
        f"The record of run {item['sk']['S']} cannot be read: it is damaged, or a newer version "
        "stored it. Ask your operations engineer."
    )


def readable(item: Item) -> Run | None:
    """The run, or None if its record cannot be read."""
    try:
        return decode(item)
    except RunUnreadable:
        return None


def run_key(connection_id: str, run_id: str) -> Item:
    return {"pk": {"S": f"RUNS#{connection_id}"}, "sk": {"S": run_id}}


def awaiting_key(connection_id: str) -> Item:
    return {"pk": {"S": f"AWAITING#{connection_id}"}, "sk": {"S": "AWAITING"}}


def last_export_key(connection_id: str) -> Item:
    return {"pk": {"S": LAST_EXPORTS}, "sk": {"S": connection_id}}


def slot_key(connection_id: str) -> Item:
    return {"pk": {"S": f"REQUESTED#{connection_id}"}, "sk": {"S": "REQUESTED"}}
