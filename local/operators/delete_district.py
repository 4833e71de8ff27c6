"""Deletes all connections of a district with everything kept of them, and stores a record of it.

    python -m local.operators.delete_district DISTRICT [--stack NAME] [--record FILE]

Waits until it is done, about half an hour; may be stopped and repeated. docs/operations.md, A
district leaves, has the rest.
"""

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.operators.deployed import Deployed, deployed_stack
from local.operators.invoke import invoke
from local.processes import ROOT, NotStarted

POLL_SECONDS = 60
_AT_ONCE = dt.timedelta(minutes=21)
_DELETE = ROOT / "events" / "configuration_delete_connection.json"

type Records = dict[str, dict[str, Any]]
"""What the export function answers about each connection, by id."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("district")
    parser.add_argument("--stack", default="registration-sync", help="its name, or local")
    parser.add_argument("--record", type=Path, help="the file for the record")
    arguments = parser.parse_args()
    district = arguments.district
    today = dt.datetime.now(dt.UTC)
    record = arguments.record or Path(f"deleted-{district}-{today:%Y%m%dT%H%M%SZ}.json")
    try:
        stack = deployed_stack(arguments.stack)
        found = connections_of(stack, district)
        if not found:
            sys.exit(f"{stack.name} has no connection of the district {district}.")
        print("\n".join(f"{one}: {found[one]['status']}" for one in found))
        if input(f"Type {district} to delete all of these, for good: ").strip() != district:
            sys.exit("Nothing was deleted.")
        done = delete_district(stack, district)
    except (OSError, ValueError, NotStarted, BotoCoreError, ClientError) as error:
        sys.exit(f"Not finished; repeat the command: {error}")
    text = json.dumps({"stack": stack.name, "district": district, "connections": done}, indent=2)
    record.write_text(text + "\n", encoding="utf-8")
    print(f"{text}\nThis record is in {record}.")


def connections_of(stack: Deployed, district: str) -> Records:
    """All connections of the district, deleted ones too."""
    answer = _checked(stack, {"action": "list_deletions", "district": district})
    return {one["connection_id"]: one for one in answer["items"]}


def delete_district(
    stack: Deployed,
    district: str,
    *,
    pause: Callable[[float], None] = time.sleep,
    say: Callable[[str], None] = print,
) -> Records:
    """Requests the deletions without a grace time, and returns when every purge has ended. Raises
    ValueError if a function refuses."""
    for connection_id, found in connections_of(stack, district).items():
        if found["status"] == "in_use" or _is_later(found):
            _checked(stack, json.loads(_DELETE.read_text(encoding="utf-8")), connection_id)
    while True:
        records = connections_of(stack, district)
        for connection_id, found in records.items():
            if found["status"] not in {"purged", "being_deleted"} or _is_due(found):
                event = {"action": "purge", "connection_id": connection_id}
                records[connection_id] = _checked(stack, event)
        if all(found["status"] == "purged" for found in records.values()):
            return records
        for connection_id, found in records.items():
            begins = f", from {found['purge_at']}" if found["status"] == "being_deleted" else ""
            say(f"{connection_id}: {found['status']}{begins}")
        pause(POLL_SECONDS)


def _checked(stack: Deployed, event: dict[str, Any], connection_id: str | None = None) -> Any:
    answer = invoke(stack, event, connection_id)
    if "errorType" in answer or answer.get("error") or answer.get("statusCode", 200) >= 400:
        raise ValueError(json.dumps(answer))
    return answer


def _is_later(found: dict[str, Any]) -> bool:
    """Whether the connection is being deleted with a grace time."""
    soon = dt.datetime.now(dt.UTC) + _AT_ONCE
    return found["status"] == "being_deleted" and _purge_at(found) > soon


def _is_due(found: dict[str, Any]) -> bool:
    return found["status"] == "being_deleted" and _purge_at(found) <= dt.datetime.now(dt.UTC)


def _purge_at(found: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(found["purge_at"])


if __name__ == "__main__":
    main()
