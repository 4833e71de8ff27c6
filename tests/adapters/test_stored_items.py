"""Items as version 0.1.0 has stored them: every later version must read them.

Do not change an item here to make a test pass; write the reading code so that it passes.
"""

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
from registration_sync.adapters.dynamodb.connections_table import (
    DynamoDBConnections,
    DynamoDBMappings,
)
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.access_log import AccessEntry, StudentData
from registration_sync.domain.audit import AuditEntry, SettingChange
from registration_sync.domain.connections.connection import (
    Connection,
    Importer,
    SavedMapping,
    parse_connection,
)
from registration_sync.domain.connections.schedule import SetSchedule, parse_schedule
from registration_sync.domain.errors import AlreadyRunning, InvalidRequest, MarkerLost, NotFound
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    Lease,
    YearMarker,
)
from registration_sync.domain.registrations.ledger import (
    LastExport,
    LedgerEntry,
    LedgerFile,
    Totals,
)
from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.domain.registrations.row_history import RowHistory
from registration_sync.domain.runs.run import HeldRow, Run, RunStatus, RunTrigger, YearOutcome
from registration_sync.domain.runs.uploads import Habits, LastUpload
from tests.adapters.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC)
VERSION = "001772445600000#4b1c9a3e-0000-4000-8000-1234567890ab#0003"


def store(dynamodb: "DynamoDBClient", *items: dict[str, Any]) -> None:
    for item in items:
        dynamodb.put_item(TableName=TABLE, Item=item)


# RegistrationsTable


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> DynamoDBRegistrationsTable:
    return DynamoDBRegistrationsTable(dynamodb, TABLE, workers=4)


CREATION_RECORD = {"pk": {"S": "WITNESS#north"}, "sk": {"S": "WITNESS"}}


def test_a_marker_with_its_lease_is_read(
    dynamodb: "DynamoDBClient", table: DynamoDBRegistrationsTable
) -> None:
    marker = {
        "pk": {"S": "MARKER#north"},
        "sk": {"S": "MARKER"},
        "witnessed": {"BOOL": True},
        "open_2024": {"N": "12"},
        "exported_2024": {"N": "11"},
        "retired_2024": {"N": "10"},
        "settled_2024_to": {"S": "007"},
        "open_2025": {"N": "1"},
        "exported_2025": {"N": "0"},
        "lease_token": {"S": "f00d"},
        "lease_run": {"S": "20260302T210000Z-1a2b3c4d"},
        "lease_since": {"N": "1772485200000"},
        "lease_expires": {"N": "1772485380000"},
    }
    store(dynamodb, CREATION_RECORD, marker)

    assert table.marker("north") == ExportMarker(
        Lease("f00d", "20260302T210000Z-1a2b3c4d", 1772485380000),
        {2024: YearMarker(12, 11, 10), 2025: YearMarker(1, 0)},
    )
    assert table.marker("north").years[2024].settled_to == "007"
    with pytest.raises(AlreadyRunning, match="2026-03-02 21:00 UTC"):
        table.take_lease("north", Lease("other", "run", 0), 1772485300000)


def test_a_creation_record_without_a_marker_is_read(
    dynamodb: "DynamoDBClient", table: DynamoDBRegistrationsTable
) -> None:
    store(dynamodb, CREATION_RECORD)

    with pytest.raises(MarkerLost):
        table.marker("north")


SNAPSHOT = {
    "registration_id": "r-1",
    "student_id": "007",
    "school_year": "2025",
    "synced_at": "2026-03-02T10:00:00.000Z",
    "data": {"students": {"fname": "Zoë", "dob": "2015-03-02"}},
}
COMPRESSED = base64.b64decode(
    "WngB7ZTBCsMwCIZfZXhehstoD7ntHXbaJUiTdYHOQGIPpeTdl1D2EiMgoh+/HkTdIfk5ZEkkIbINDgwkpeEMWVbnWQ6E46"
    "Cxwekd42I3T6kKNeqhwY0n7yzJgUaFN4X6cUWDzS6I+KwyR0Jg9l/j3OIX08fXsjtzVXCUliyR51N3fQZ9D/oZ9FfwV58Q"
    "SilfE2ZNZg=="
)


def test_snapshots_of_both_codecs_and_a_tombstone_are_read(
    dynamodb: "DynamoDBClient", table: DynamoDBRegistrationsTable
) -> None:
    plain = b"J" + json.dumps(SNAPSHOT, ensure_ascii=False, separators=(",", ":")).encode()
    store(
        dynamodb,
        {
            "pk": {"S": "CURRENT#north#2025#6"},
            "sk": {"S": "007"},
            "version": {"S": VERSION},
            "in_batch": {"N": "4"},
            "snapshot": {"B": plain},
            "outcome": {"S": "exported"},
            "settled_in": {"N": "4"},
            "exported_in": {"N": "4"},
            "expires_at": {"N": "1814400000"},
        },
        {
            "pk": {"S": "CURRENT#north#2025#0"},
            "sk": {"S": "06520"},
            "version": {"S": VERSION},
            "in_batch": {"N": "5"},
            "snapshot": {"B": COMPRESSED},
        },
        {
            "pk": {"S": "CURRENT#north#2025#4"},
            "sk": {"S": "1e5"},
            "version": {"S": VERSION},
            "in_batch": {"N": "3"},
            "settled_in": {"N": "3"},
            "exported_in": {"N": "2"},
        },
    )
    students = ["007", "06520", "1e5"]

    found = [current for _, current in table.current("north", 2025, iter(students))]

    assert found == [
        Current("007", VERSION, 4, plain, "exported", 4, 4),
        Current("06520", VERSION, 5, COMPRESSED),
        Current("1e5", VERSION, 3, None, "", 3, 2),
    ]
    assert list(table.all_current("north", 2025)) == found
    assert decode_snapshot(plain) == SNAPSHOT
    decoded = decode_snapshot(COMPRESSED)
    assert (decoded["student_id"], decoded["data"]["students"]["fname"]) == ("06520", "Ann")


REASONS = '[{"file": "students", "field": "DOB", "rule": "date", "message": "Not a date."}]'


def test_marks_are_read(dynamodb: "DynamoDBClient", table: DynamoDBRegistrationsTable) -> None:
    store(
        dynamodb,
        {"pk": {"S": "BATCH#north#2025#4#6"}, "sk": {"S": "007"}},
        {
            "pk": {"S": "BATCH#north#2025#5#0"},
            "sk": {"S": "06520"},
            "version": {"S": VERSION},
            "reasons": {"S": REASONS},
            "since": {"S": "2026-03-01T21:00:00Z"},
        },
    )

    held = DueMark("06520", VERSION, REASONS, "2026-03-01T21:00:00Z")
    assert list(table.marks("north", 2025, range(4, 6))) == [DueMark("007"), held]
    assert table.newest_mark("north", 2025, "06520", range(1, 6)) == held


def test_ledger_entries_are_read(
    dynamodb: "DynamoDBClient", table: DynamoDBRegistrationsTable
) -> None:
    entry = """{"first": 3, "last": 4, "run_id": "r4", "exported_at": "2026-03-02T21:00:00Z",
        "settled": 2, "totals": {"exported": 7, "left_out": 1},
        "files": [{"number": 0, "name": "students.csv", "path": "out/students.csv", "rows": 2,
            "sha256": "ab12", "encoding": "utf-8"}],
        "last_export": {"run_id": "r4", "exported_at": "2026-03-02T21:00:00Z", "students": 2},
        "histories": [{"file": "students.csv", "all_students": false, "rows": [2, 0],
            "rows_if_any": [2]}]}"""
    without_histories = """{"first": 1, "last": 2, "run_id": "r2",
        "exported_at": "2026-03-01T21:00:00Z", "settled": 0,
        "totals": {"exported": 6, "left_out": 0}, "files": [], "last_export": null}"""
    store(
        dynamodb,
        {
            "pk": {"S": "LEDGER#north#2025"},
            "sk": {"S": "000000004"},
            "first_batch": {"N": "3"},
            "entry": {"S": entry},
        },
        {
            "pk": {"S": "LEDGER#north#2025"},
            "sk": {"S": "000000002"},
            "first_batch": {"N": "1"},
            "entry": {"S": without_histories},
        },
    )

    assert table.ledger("north", 2025, 1) == LedgerEntry(
        1, 2, "r2", "2026-03-01T21:00:00Z", 0, Totals(6, 0)
    )
    assert table.ledger("north", 2025, 4) == LedgerEntry(
        3,
        4,
        "r4",
        "2026-03-02T21:00:00Z",
        2,
        Totals(7, 1),
        (LedgerFile(0, "students.csv", "out/students.csv", 2, "ab12", "utf-8"),),
        LastExport("r4", "2026-03-02T21:00:00Z", 2),
        (RowHistory("students.csv", False, (2, 0), (2,)),),
    )


# ConnectionsTable


def test_connections_are_read(dynamodb: "DynamoDBClient") -> None:
    document = """{"connection_id": "north", "name": "North", "sis": "", "host": "sftp.example.org",
        "port": 22, "username": "enroll", "host_keys": [],
        "folder": "SISData/exports/{school_year}", "delivery": "sftp", "importer": "unknown",
        "write_in_place": false, "done_file": false,
        "guards": {"row_count": {"action": "warn", "percent": 50, "at_least": 10},
            "blank_required": {"action": "warn", "percent": 50, "at_least": 10},
            "unmatched": {"action": "off", "count": 50}, "not_collected": {"action": "warn"}},
        "district": "north", "time_zone": "America/Chicago", "example_students": ["007"],
        "programs": ["enroll"]}"""
    store(
        dynamodb,
        {
            "pk": {"S": "CONNECTIONS"},
            "sk": {"S": "north"},
            "document": {"S": document},
            "district": {"S": "north"},
            "programs": {"L": [{"S": "enroll"}]},
            "last_check": {"S": '{"status": "succeeded"}'},
        },
        {
            "pk": {"S": "CONNECTIONS"},
            "sk": {"S": "old"},
            "district": {"S": "north"},
            "removed": {"BOOL": True},
        },
    )
    connections = DynamoDBConnections(dynamodb, TABLE)
    access = DynamoDBConnectionAccess(dynamodb, TABLE)

    north = Connection(
        connection_id="north",
        name="North",
        host="sftp.example.org",
        username="enroll",
        time_zone="America/Chicago",
        district="north",
        programs=("enroll",),
        example_students=("007",),
    )
    assert connections.all() == [connections.get("north")] == [north]
    assert connections.last_check("north") == {"status": "succeeded"}
    assert access.access("north") == ConnectionAccess("north", "north", frozenset({"enroll"}))
    with pytest.raises(NotFound):
        connections.get("old")
    assert access.access("old") is None


def test_what_today_s_rules_refuse_to_save_is_read(dynamodb: "DynamoDBClient") -> None:
    refused = {
        "time_zone": "EST",
        "district": "Zürich",
        "host": "sftp.example.org/in",
        "host_keys": ["ssh-dss AAAA"],
        "folder": "~/in",
        "sis": " x",
        "example_students": ["1001.0 "],
    }
    document = {"connection_id": "north", "name": "North", "username": "enroll", **refused}
    with pytest.raises(InvalidRequest) as error:
        parse_connection(document)
    assert len(error.value.problems) == len(refused)
    schedule = {"enabled": True, "time": "21:00", "time_zone": "EST", "pauses": []}
    stored = {"CONNECTIONS": document, "SCHEDULES": schedule}
    for pk, content in stored.items():
        item = {"pk": {"S": pk}, "sk": {"S": "north"}, "document": {"S": json.dumps(content)}}
        store(dynamodb, {**item, "set_at": {"S": "2026-03-02T21:00:00+00:00"}})

    connection = DynamoDBConnections(dynamodb, TABLE).get("north").to_json()
    assert {name: connection[name] for name in refused} == refused
    (found,) = DynamoDBSchedules(dynamodb, TABLE).all()
    assert found.schedule.to_json().items() >= schedule.items()


def test_mappings_and_schedules_are_read(dynamodb: "DynamoDBClient") -> None:
    schedule = """{"enabled": true, "time": "21:00", "time_zone": "America/Chicago",
        "pauses": []}"""
    store(
        dynamodb,
        {
            "pk": {"S": "MAPPING#north"},
            "sk": {"S": "00000011"},
            "document": {"S": '{"files": [{"name": "students", "fields": [{"to": "A\\u00f1o"}]}]}'},
            "saved_by": {"S": "ada"},
            "saved_at": {"S": "2026-03-02T21:00:00+00:00"},
        },
        {
            "pk": {"S": "SCHEDULES"},
            "sk": {"S": "north"},
            "document": {"S": schedule},
            "set_at": {"S": "2026-03-02T21:00:00+00:00"},
        },
    )

    definition = {"files": [{"name": "students", "fields": [{"to": "Año"}]}]}
    assert DynamoDBMappings(dynamodb, TABLE).latest("north") == SavedMapping(
        version=11, definition=definition, saved_by="ada", saved_at=NOW
    )
    nightly = parse_schedule({"enabled": True, "time": "21:00"}, "America/Chicago")
    schedules = DynamoDBSchedules(dynamodb, TABLE)
    assert schedules.all() == [SetSchedule("north", nightly, NOW)]
    assert schedules.get("north") == nightly


def test_deliveries_are_read(dynamodb: "DynamoDBClient") -> None:
    document = """{"path": "f/students.csv", "run_id": "r2", "of_export": "r1",
        "delivered_at": "2026-03-02 21:00", "size": 120, "sha256": "ab", "modified": 5000}"""
    store(
        dynamodb,
        {
            "pk": {"S": "DELIVERED#north"},
            "sk": {"S": "f/students.csv"},
            "account": {"S": "a@b:22"},
            "document": {"S": document},
            "expires_at": {"N": "1814400000"},
        },
        {"pk": {"S": "DELIVERED#north"}, "sk": {"S": "IMPORTER"}, "account": {"S": "a@b:22"}},
    )
    deliveries = DynamoDBDeliveries(
        dynamodb, TABLE, markers=TABLE, retention_days=400, now=lambda: NOW
    )

    assert deliveries.last("north", "a@b:22", "f/students.csv") == LastUpload(
        "f/students.csv", "r2", "r1", "2026-03-02 21:00", 120, "ab", modified=5000
    )
    assert deliveries.habits("north", "a@b:22") == Habits(Importer.REMOVES)


def test_audit_entries_are_read(dynamodb: "DynamoDBClient") -> None:
    store(
        dynamodb,
        {
            "pk": {"S": "AUDIT#north"},
            "sk": {"S": "20260302T210000.000000Z-request-1"},
            "at": {"S": "2026-03-02T21:00:00+00:00"},
            "by": {"S": "ada"},
            "action": {"S": "connection_changed"},
            "changes": {"S": '[{"field": "name", "from": "North", "to": null}]'},
            "request_id": {"S": "request-1"},
            "expires_at": {"N": "1814400000"},
        },
    )

    found, _ = DynamoDBAudit(dynamodb, TABLE, retention_days=400).newest("north", 10, None)

    change = SettingChange("name", "North", None)
    assert found == [AuditEntry(NOW, "ada", "connection_changed", (change,), "request-1")]


def test_entries_of_the_access_log_are_read(dynamodb: "DynamoDBClient") -> None:
    store(
        dynamodb,
        {
            "pk": {"S": "ACCESS#north"},
            "sk": {"S": "20260302T210000.000000Z-request-1"},
            "at": {"S": "2026-03-02T21:00:00+00:00"},
            "by": {"S": "ada"},
            "sub": {"S": "7f1c"},
            "caller": {"S": "person"},
            "kind": {"S": "receipt"},
            "students": {"N": "1"},
            "route": {"S": "GET /connections"},
            "run_id": {"S": ""},
            "request_id": {"S": "request-1"},
            "expires_at": {"N": "1814400000"},
        },
    )

    found, _ = DynamoDBAudit(dynamodb, TABLE, retention_days=400).newest_access("north", 10, None)

    assert found == [
        AccessEntry(
            at=NOW,
            by="ada",
            sub="7f1c",
            caller="person",
            kind=StudentData.RECEIPT,
            students=1,
            route="GET /connections",
            run_id="",
            request_id="request-1",
        )
    ]


RECORD = base64.b64decode(
    "WnicjVLBbtswDP0VQ9clhZ2uh+Q49N5De1oxGIxF20JlyaOopkGRfy9lyW0w9LDACKQn8vHxke+KomuNVge1q3d39b65e2r2tf"
    "x+bxvYHW+7n1ptVOedw46NL7HOE4+CBwaOQYAZiA1YgZjMMCAJNoIruYyOU1Qn0IAhJXaj97Y9I5A8uGjtRhH+jRgYdXs8SzBo"
    "UNcgcBG5rffbReahruX7sfxnMbQGZsbeOBPG/8mdYJ6NG9pXpCBdrgRF3/P7tWB1SEzfNk/+JMDtRo1oddv56KRwk6+ZhqMWM7"
    "KLj9tGJZEW5VJewoIs4er+4VfijMu7BsYkFEOAIQFPI1YJrKSM1ZXzXB2xIgR9oy5/Mm/SLscTkJPuyg2JPK0dWuy59VFk1hsV"
    "3QTciWE5UEeCZeYBZYg6XNmqV7pU6UvTo5+wWjupTki46NJojTiLupKVkHc4VzrijfpHCzDjNGcpL1JDCPFtllWTQC/5ZDS22c"
    "oebEAZQfKSvQRKyDxCwJXL4Ru3hXDZpwzLJs3Fhq9RFOCzxBCBEliKSO+9oWndy0W1VBIVMk8Hcxh92m4RbY3DfCrm12l8Lh0u"
    "aZVFrm59v4r53t/LB7NfLvA="
)


def test_runs_are_read(dynamodb: "DynamoDBClient") -> None:
    run_id = "20250915T190000Z-1a2b3c4d"
    store(
        dynamodb,
        {
            "pk": {"S": "RUNS#north"},
            "sk": {"S": run_id},
            "record": {"B": RECORD},
            "status": {"S": "partial"},
            "expires_at": {"N": "1814400000"},
            "told": {"BOOL": True},
        },
        {"pk": {"S": "AWAITING#north"}, "sk": {"S": "AWAITING"}, "run_id": {"S": run_id}},
    )
    runs = DynamoDBRuns(dynamodb, TABLE, retention_days=400)

    run = Run(
        connection_id="north",
        run_id=run_id,
        trigger=RunTrigger("hand"),
        requested_at=dt.datetime(2025, 9, 15, 19, 0, tzinfo=dt.UTC),
        requested_by="ada",
        status=RunStatus.PARTIAL,
        finished_at=dt.datetime(2025, 9, 15, 19, 0, tzinfo=dt.UTC),
        years=(
            YearOutcome(
                2025,
                RunStatus.PARTIAL,
                rows=3,
                held_count=1,
                held=(HeldRow("S-1", "students", "DOB", "date", "The date could not be read."),),
            ),
        ),
        message="Some students were not delivered and stay due.",
    )
    assert runs.find("north", run_id) == run
    assert runs.newest("north", 10, None) == ([run], None)
    assert not runs.claim_announcement(run, run.requested_at)  # it was announced
    assert runs.awaiting("north") is None  # it awaited confirmation earlier


# Items of a newer version, after a deployment was rolled back


def test_keys_of_a_newer_version_are_ignored(
    dynamodb: "DynamoDBClient", table: DynamoDBRegistrationsTable
) -> None:
    connection = """{"connection_id": "north", "name": "North", "delivery": "download",
        "guards": {"row_count": {"action": "hold", "newer": 1}, "newer": {}},
        "district": "north", "time_zone": "UTC", "newer": {"a": 1}}"""
    schedule = """{"enabled": true, "time": "21:00", "time_zone": "UTC", "newer": 1,
        "pauses": [{"from": "2026-06-30", "to": "2026-07-31", "newer": 1}]}"""
    entry = """{"first": 1, "last": 2, "run_id": "r2", "exported_at": "2026-03-01T21:00:00Z",
        "settled": 0, "totals": {"exported": 6, "left_out": 0, "newer": 1}, "newer": 1,
        "files": [{"number": 0, "name": "s.csv", "path": "s.csv", "rows": 2, "sha256": "ab",
            "encoding": "utf-8", "newer": 1}],
        "last_export": {"run_id": "r2", "exported_at": "x", "students": 2, "newer": 1},
        "histories": [{"file": "s.csv", "all_students": false, "rows": [2], "rows_if_any": [2],
            "newer": 1}]}"""
    store(
        dynamodb,
        {"pk": {"S": "CONNECTIONS"}, "sk": {"S": "north"}, "document": {"S": connection}},
        {
            "pk": {"S": "SCHEDULES"},
            "sk": {"S": "north"},
            "document": {"S": schedule},
            "set_at": {"S": "2026-03-02T21:00:00+00:00"},
        },
        {
            "pk": {"S": "LEDGER#north#2025"},
            "sk": {"S": "000000002"},
            "first_batch": {"N": "1"},
            "entry": {"S": entry},
        },
    )

    assert DynamoDBConnections(dynamodb, TABLE).get("north").guards.row_count.action == "hold"
    nightly = DynamoDBSchedules(dynamodb, TABLE).get("north")
    assert nightly
    assert len(nightly.pauses) == 1
    assert table.ledger("north", 2025, 1) == LedgerEntry(
        1,
        2,
        "r2",
        "2026-03-01T21:00:00Z",
        0,
        Totals(6, 0),
        (LedgerFile(0, "s.csv", "s.csv", 2, "ab", "utf-8"),),
        LastExport("r2", "x", 2),
        (RowHistory("s.csv", False, (2,), (2,)),),
    )
