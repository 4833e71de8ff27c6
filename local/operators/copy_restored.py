"""Copies the items of a restored table into the table of a stack (docs/operations.md, A table is
restored).

    python -m local.operators.copy_restored RESTORED registrations|connections --stack NAME
        [--connection ID] [--write]

Without --write it only counts. The functions must be stopped. An interrupted copy may be repeated.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.operators.deployed import deployed_stack
from local.processes import NotStarted

type Item = Mapping[str, Any]

KINDS = {
    "registrations": {"MARKER", "WITNESS", "LEDGER", "CURRENT", "BATCH"},
    "connections": {"CONNECTIONS", "PROGRAMS", "SCHEDULES", "LAST", "RUNS", "MAPPING"}
    | {"AUDIT", "ACCESS", "KEYS"}
    | {"DELIVERED", "FOUND", "REQUESTED", "AWAITING", "RECIPIENTS", "SENT", "PROVIDERS", "DRAFTS"},
}
"""The first part of the keys of each table."""

LOGS = {"AUDIT", "ACCESS"}
"""Entries of what happened: those of the stack's table stay, and restored ones are added."""

SHORT_LIVED = {"CHECKS", "ATTEMPTS", "SIGN_INS"}
"""Items of the connections table that last for minutes, or for a day, or belong to the user pool,
which is not restored with the table."""

LEASE = ("lease_token", "lease_run", "lease_since", "lease_expires")
"""Of a run that was in progress at that moment, in the marker: it would block the next one."""


def copy_restored(
    dynamodb: Any,
    restored: str,
    target: str,
    table: str,
    *,
    connection_id: str | None,
    write: bool,
    say: Callable[[str], None],
) -> None:
    """Replaces the items of the connection, or of all, in `target` by those in `restored`.

    First deletes, because items of two moments must not mix, except for LOGS. Raises NotStarted if
    `restored` has none of them or is another table, and ClientError.
    """
    if restored in {"", target}:
        raise NotStarted("Give the name of the restored table, not that of the stack's.")
    new, old = (
        Counter(_kind(item) for item in _items(dynamodb, name, connection_id))
        for name in (restored, target)
    )
    unknown = new.keys() - KINDS[table] - SHORT_LIVED
    if unknown:
        raise NotStarted(f"{restored} is not a copy of the {table} table: it has {min(unknown)}.")
    if not new:
        raise NotStarted(f"{restored} has no item of that: nothing was changed.")
    for kind in sorted({*new, *old} & KINDS[table] - LOGS):
        say(f"{kind}: {old[kind]} items will be replaced by {new[kind]}")
    for kind in sorted(new.keys() & LOGS):
        say(f"{kind}: {new[kind]} items will be added to {old[kind]}")
    if not write:
        return
    _write(dynamodb, target, _deletions(_items(dynamodb, target, connection_id)))
    _write(dynamodb, target, _copies(_items(dynamodb, restored, connection_id)))
    say("Copied.")


def _items(dynamodb: Any, name: str, connection_id: str | None) -> Iterator[Item]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            if connection_id is None or _connection_of(item) == connection_id:
                yield item


def _kind(item: Item) -> str:
    return str(item["pk"]["S"].partition("#")[0])


def _connection_of(item: Item) -> str:
    """A connection's id has no `#`; some kinds have it as the sort key. Programs, providers and
    people, and audit entries about them, are of none."""
    if _kind(item) in {"PROGRAMS", "PROVIDERS", "SIGN_INS"}:
        return ""
    parts = item["pk"]["S"].split("#")
    return str(parts[1] if len(parts) > 1 else item["sk"]["S"])


def _deletions(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if _kind(item) in LOGS:
            continue
        yield {"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}}


def _copies(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if _kind(item) != "CHECKS":
            kept = {name: value for name, value in item.items() if name not in LEASE}
            yield {"PutRequest": {"Item": kept}}


def _write(dynamodb: Any, name: str, requests: Iterable[Item]) -> None:
    for chunk in batched(requests, 25):
        remaining = {name: list(chunk)}
        while remaining:  # DynamoDB may leave some out
            remaining = dynamodb.batch_write_item(RequestItems=remaining)["UnprocessedItems"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Copies a restored table into a stack's table.")
    parser.add_argument("restored")
    parser.add_argument("table", choices=sorted(KINDS))
    parser.add_argument("--stack", required=True)
    parser.add_argument("--connection")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    try:
        stack = deployed_stack(given.stack)
        target = stack.outputs[f"{given.table.title()}TableName"]
        print(f"From {given.restored} into {target}:")
        copy_restored(
            stack.client("dynamodb"),
            given.restored,
            target,
            given.table,
            connection_id=given.connection or None,
            write=given.write,
            say=print,
        )
    except NotStarted as error:
        sys.exit(str(error))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS refused: {error}")


if __name__ == "__main__":
    main()
