"""The items of RegistrationsTable: their keys and attributes.

| item     | pk            | sk         | attributes                                               |
| marker   | MARKER#c      | MARKER     | lease_token, lease_run, lease_since, lease_expires;      |
|          |               |            | for each year open_Y, exported_Y, retired_Y, first_Y     |
|          |               |            | (epoch ms of the last export that began with the year),  |
|          |               |            | settled_Y_to (a student id, while a batch is retired);   |
|          |               |            | witnessed (true: it has a creation record)               |
| creation | WITNESS#c     | WITNESS    | none: a marker was created, so it must exist             |
| snapshot | CURRENT#c#Y#h | student id | version, in_batch, snapshot (absent once removed),       |
|          |               |            | expires_at (once exported); kept across syncs:           |
|          |               |            | outcome, settled_in, exported_in, carried_in             |
| mark     | BATCH#c#Y#b#h | student id | version, reasons, since (each only on a held student)    |
| ledger   | LEDGER#c#Y    | last batch | first_batch, entry (JSON); never expires                 |

c is the connection, Y the school year, b the batch, h the shard of the student.
"""

import json
import re
from dataclasses import asdict

from registration_sync.adapters.dynamodb.table import Item
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    Lease,
    YearMarker,
    shard_of,
)
from registration_sync.domain.registrations.ledger import LedgerEntry, ledger_entry

HELD_ATTRIBUTES = ("version", "reasons", "since")


def export_marker_of(item: Item) -> ExportMarker:
    lease = None
    if "lease_token" in item:
        lease = Lease(
            item["lease_token"]["S"], item["lease_run"]["S"], int(item["lease_expires"]["N"])
        )
    numbers = {name: int(value["N"]) for name, value in item.items() if re.search(r"_\d{4}$", name)}
    years = {
        int(name[-4:]): YearMarker(
            open=opened,
            exported=numbers[f"exported_{name[-4:]}"],
            retired=numbers.get(f"retired_{name[-4:]}", 0),
            settled_to=item.get(f"settled_{name[-4:]}_to", {"S": ""})["S"],
            first_at_ms=numbers.get(f"first_{name[-4:]}", 0),
        )
        for name, opened in numbers.items()
        if name.startswith("open_")
    }
    return ExportMarker(lease, years)


def current_of(item: Item) -> Current:
    return Current(
        item["sk"]["S"],
        item["version"]["S"],
        int(item["in_batch"]["N"]),
        item["snapshot"]["B"] if "snapshot" in item else None,
        item["outcome"]["S"] if "outcome" in item else "",
        int(item["settled_in"]["N"]) if "settled_in" in item else 0,
        int(item["exported_in"]["N"]) if "exported_in" in item else 0,
        int(item["carried_in"]["N"]) if "carried_in" in item else 0,
    )


def due_mark_of(item: Item) -> DueMark:
    student_id = item["sk"]["S"]
    if "version" not in item:  # not held, as most
        return DueMark(student_id)
    return DueMark(
        student_id, *(item[name]["S"] if name in item else "" for name in HELD_ATTRIBUTES)
    )


def due_mark_item(connection_id: str, school_year: int, batch: int, mark: DueMark) -> Item:
    held = {"version": mark.version, "reasons": mark.reasons, "since": mark.since}
    return {
        **due_mark_key(connection_id, school_year, batch, mark.student_id),
        **{name: {"S": text} for name, text in held.items() if text},
    }


def ledger_item(connection_id: str, school_year: int, entry: LedgerEntry) -> Item:
    return {
        "pk": {"S": ledger_pk(connection_id, school_year)},
        "sk": {"S": ledger_sk(entry.last)},
        "first_batch": number(entry.first),
        "entry": {"S": json.dumps(asdict(entry))},
    }


def entry_of(item: Item) -> LedgerEntry:
    return ledger_entry(json.loads(item["entry"]["S"]))


def number(value: int) -> Item:
    return {"N": str(value)}


def marker_key(connection_id: str) -> Item:
    return {"pk": {"S": f"MARKER#{connection_id}"}, "sk": {"S": "MARKER"}}


def creation_record_key(connection_id: str) -> Item:
    return {"pk": {"S": f"WITNESS#{connection_id}"}, "sk": {"S": "WITNESS"}}


def current_key(connection_id: str, school_year: int, student_id: str) -> Item:
    pk = current_pk(connection_id, school_year, shard_of(student_id))
    return {"pk": {"S": pk}, "sk": {"S": student_id}}


def due_mark_key(connection_id: str, school_year: int, batch: int, student_id: str) -> Item:
    pk = batch_pk(connection_id, school_year, batch, shard_of(student_id))
    return {"pk": {"S": pk}, "sk": {"S": student_id}}


def ledger_pk(connection_id: str, school_year: int) -> str:
    return f"LEDGER#{connection_id}#{school_year}"


def ledger_sk(batch: int) -> str:
    """Zero-padded, so that sort keys are in the order of the numbers."""
    return f"{batch:09d}"


def current_pk(connection_id: str, school_year: int, shard: int) -> str:
    return f"CURRENT#{connection_id}#{school_year}#{shard}"


def batch_pk(connection_id: str, school_year: int, batch: int, shard: int) -> str:
    return f"BATCH#{connection_id}#{school_year}#{batch}#{shard}"
