"""Conditional updates of the snapshot of one student in RegistrationsTable."""

from registration_sync.adapters.dynamodb.registrations.registration_items import (
    current_key,
    current_of,
    number,
)
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import NO_BATCH, Current, Stored
from registration_sync.domain.registrations.ledger import Outcome
from registration_sync.domain.registrations.registration import has_same_content

_SETTLE = {
    Outcome.EXPORTED: "SET outcome = :outcome, settled_in = :batch, exported_in = :batch",
    Outcome.LEFT_OUT: "SET outcome = :outcome, settled_in = :batch",
    Outcome.REMOVED: "SET settled_in = :batch",
}


def put_snapshot(table: Table, connection_id: str, school_year: int, current: Current) -> Stored:
    # An update, so that the outcome of earlier exports stays. It returns the former snapshot, which
    # shows whether anything changed without a read.
    update = "SET version = :version, in_batch = :batch"
    values: Item = {":version": {"S": current.version}, ":batch": number(current.batch)}
    if current.snapshot is None:
        update += " REMOVE #snapshot, expires_at"
    else:
        update += ", #snapshot = :snapshot REMOVE expires_at"
        values[":snapshot"] = {"B": current.snapshot}
    try:
        done, item = table.exchange(
            current_key(connection_id, school_year, current.student_id),
            update,
            "attribute_not_exists(pk) OR version < :version"
            " OR (version = :version AND in_batch <= :batch)",
            values,
        )
    except Unavailable:
        return Stored.UNCONFIRMED
    if not done and not item:  # refused, without the stored item
        return Stored.UNCONFIRMED
    is_own = "version" in item and item["version"]["S"] == current.version
    if not done:
        return Stored.WRITTEN if is_own else Stored.SUPERSEDED
    before = item["snapshot"]["B"] if "snapshot" in item and not is_own else None
    if before and current.snapshot and has_same_content(before, current.snapshot):
        return Stored.UNCHANGED
    return Stored.WRITTEN


def put_unknown(table: Table, key: Item, version: str, expires_at: int) -> bool:
    refused = table.update(
        key,
        "SET version = :version, in_batch = :none, expires_at = :expires",
        "attribute_not_exists(pk) OR (in_batch = :none AND version < :version)",
        {":version": {"S": version}, ":none": number(NO_BATCH), ":expires": number(expires_at)},
    )
    # A retry inside boto3 may find its own first try, and a repeat a newer removal.
    return not refused or int(refused["in_batch"]["N"]) == NO_BATCH


def raise_batch(
    table: Table, connection_id: str, school_year: int, batch: int, student_id: str, version: str
) -> None:
    table.update(
        current_key(connection_id, school_year, student_id),
        "SET in_batch = :batch REMOVE expires_at",
        "version = :version AND in_batch < :batch",
        {":batch": number(batch), ":version": {"S": version}},
    )


def set_carried(
    table: Table, connection_id: str, school_year: int, batch: int, student_id: str
) -> None:
    table.update(
        current_key(connection_id, school_year, student_id),
        "SET carried_in = :batch",
        "attribute_exists(pk) AND (attribute_not_exists(carried_in) OR carried_in < :batch)",
        {":batch": number(batch)},
    )


def settle(
    table: Table,
    connection_id: str,
    school_year: int,
    batch: int,
    student_id: str,
    outcome: str,
    expires_at: int,
) -> None:
    key = current_key(connection_id, school_year, student_id)
    update = _SETTLE[Outcome(outcome)]
    values: Item = {":batch": number(batch), ":outcome": {"S": outcome}}
    remove = ""
    if outcome == Outcome.REMOVED:
        del values[":outcome"]
        remove = " REMOVE outcome"
    not_yet = "(attribute_not_exists(settled_in) OR settled_in < :batch)"
    refused = table.update(
        key,
        f"{update}, expires_at = :expires{remove}",
        f"in_batch <= :batch AND {not_yet}",
        {**values, ":expires": number(expires_at)},
    )
    if refused and current_of({**refused, **key}).settled_in < batch:
        # Synced again since: the student is due, so the snapshot must not expire.
        table.update(key, f"{update}{remove}", f"attribute_exists(pk) AND {not_yet}", values)
