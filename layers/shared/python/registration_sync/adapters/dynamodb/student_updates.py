"""Conditional updates of the snapshot of one student in RegistrationsTable."""

from registration_sync.adapters.dynamodb.registration_items import current_key, current_of, number
from registration_sync.adapters.dynamodb.table import Item, Table
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import Current, Stored
from registration_sync.domain.registrations.ledger import Outcome

_SETTLE = {
    Outcome.EXPORTED: "SET outcome = :outcome, settled_in = :batch, exported_in = :batch",
    Outcome.LEFT_OUT: "SET outcome = :outcome, settled_in = :batch",
    Outcome.REMOVED: "SET settled_in = :batch",
}


def put_snapshot(table: Table, connection_id: str, school_year: int, current: Current) -> Stored:
    # An update, so that the outcome of earlier exports stays.
    update = "SET version = :version, in_batch = :batch"
    values: Item = {":version": {"S": current.version}, ":batch": number(current.batch)}
    if current.snapshot is None:
        update += " REMOVE #snapshot, expires_at"
    else:
        update += ", #snapshot = :snapshot REMOVE expires_at"
        values[":snapshot"] = {"B": current.snapshot}
    try:
        newer = table.update(
            current_key(connection_id, school_year, current.student_id),
            update,
            "attribute_not_exists(pk) OR version < :version"
            " OR (version = :version AND in_batch <= :batch)",
            values,
        )
    except Unavailable:
        return Stored.UNCONFIRMED
    if newer == {}:  # refused, without the stored item
        return Stored.UNCONFIRMED
    if newer is None or newer["version"]["S"] == current.version:
        return Stored.WRITTEN
    return Stored.SUPERSEDED


def raise_batch(
    table: Table, connection_id: str, school_year: int, batch: int, student_id: str, version: str
) -> None:
    table.update(
        current_key(connection_id, school_year, student_id),
        "SET in_batch = :batch REMOVE expires_at",
        "version = :version AND in_batch < :batch",
        {":batch": number(batch), ":version": {"S": version}},
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
