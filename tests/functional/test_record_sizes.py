"""Every stored record fits into an item of DynamoDB, 400 kB, and says what was cut.

The fixture `aws` fails if a request breaks a limit of DynamoDB.
"""

import base64
import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.adapters.dynamodb.run_items import MAX_ITEM_BYTES, decode, encode, run_key
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.audit import CHANGED, AuditEntry, SettingChange
from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.domain.runs.run import (
    DeliveredFile,
    Finding,
    HeldRow,
    Run,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.domain.runs.shortening import SHORTENED
from registration_sync.use_cases.exporting.export_year import reasons_of_mark
from tests.functional.support.district import (
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    send,
    set_up,
)
from tests.functional.support.programs import bind
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
RANDOM = random.Random(7)


def noise(characters: int) -> str:
    """Text that does not compress well."""
    return RANDOM.randbytes(characters // 2).hex()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def test_a_large_test_record_is_delivered_and_recorded_in_part(server: AsyncSftpServer) -> None:
    file = MAPPING["files"][0]
    names = [f"students{number}" for number in range(4)]
    set_up(server, {"files": [file | {"name": name} for name in names]})
    send(registration("7", noise(300_000)))

    event = {"connection_id": NORTH, "action": "test_record", "student_id": "7"}
    run = export.handler(event, context())

    assert run["status"] == "succeeded"
    _, stored = call(configuration, "GET", f"{ONE}/exports/{{run_id}}", run_id=run["run_id"])
    (year,) = stored["years"]
    assert SHORTENED in year["warnings"]
    assert [file["name"] for file in year["files"]] == [f"{name}.csv" for name in names]
    assert all(file["lines"][0] == "ID,First,Grade" for file in year["files"])
    sent = (server.root / "SISData/exports/2025/test/students0.csv").read_text()
    assert len(sent) > 300_000


def large_run(years: int, of_each: int) -> Run:
    year = YearOutcome(
        2025,
        RunStatus.PARTIAL,
        rows=7,
        held_count=5_000,
        held=tuple(
            HeldRow(noise(64), "students", noise(60), "one_of", noise(120)) for _ in range(of_each)
        ),
        files=(
            DeliveredFile("s.csv", "x/s.csv", 7, 9, noise(64), lines=(noise(1_000),) * of_each),
        ),
        warnings=(noise(3_000),) * of_each,
        unmatched=tuple(
            UnmatchedValue("students", noise(60), noise(200), 3, (noise(64),))
            for _ in range(of_each)
        ),
        findings=tuple(
            Finding("row_count", "warn", "students", noise(500)) for _ in range(of_each)
        ),
    )
    return Run(
        connection_id=NORTH,
        run_id="20261130T000000Z-1",
        trigger=RunTrigger.API,
        requested_at=NOW,
        years=tuple(replace(year, school_year=2000 + number) for number in range(years)),
        steps=(CheckStep("sign_in", StepResult.FAILED, 1.0, noise(4_000)),),
        message=noise(5_000),
    )


@pytest.mark.parametrize(("years", "of_each"), [(1, 1_000), (8, 100), (20, 30)])
def test_a_large_run_record_is_stored_in_part(years: int, of_each: int) -> None:
    run = large_run(years, of_each)

    stored = decode({**run_key(NORTH, run.run_id), "record": {"B": encode(run)}})

    assert len(encode(run)) <= MAX_ITEM_BYTES
    for before, after in zip(run.years, stored.years, strict=True):
        assert after.warnings[0] == SHORTENED
        assert (after.rows, after.held_count) == (before.rows, before.held_count)
        assert [file.sha256 for file in after.files] == [file.sha256 for file in before.files]


def test_a_shortened_record_is_shortened_once() -> None:
    run = large_run(40, 30)
    stored = decode({**run_key(NORTH, run.run_id), "record": {"B": encode(run)}})

    assert decode({**run_key(NORTH, run.run_id), "record": {"B": encode(stored)}}) == stored


def test_an_ordinary_run_record_is_stored_whole() -> None:
    run = replace(large_run(1, 10), message="Delivered.", steps=())

    assert decode({**run_key(NORTH, run.run_id), "record": {"B": encode(run)}}) == run


def test_an_audit_entry_with_large_values_says_only_that_they_changed() -> None:
    changes = tuple(SettingChange(f"field{n}", "a", noise(40_000)) for n in range(30))
    audit = configuration_function.dependencies().audit

    audit.add(NORTH, AuditEntry(NOW, "ada", "connection_changed", changes, "request"))

    ((entry,), _) = audit.newest(NORTH, 10, None)
    assert {change.after for change in entry.changes} == {CHANGED}


def test_the_mark_of_a_held_student_has_as_many_reasons_as_fit() -> None:
    reason = {"file": "students", "field": "x", "rule": "required", "message": "m" * 200}

    short, long = ([reason | {"field": name}] * 80 for name in ("x", "\U0001f600" * 2_000))

    assert len(json.loads(reasons_of_mark(short))) == 50
    assert 1 <= len(json.loads(reasons_of_mark(long))) < 50
    assert len(reasons_of_mark(long)) <= 200_000


def test_the_longest_settings_of_a_connection_can_be_stored_and_audited() -> None:
    key = "ssh-rsa " + "AAAAB3NzaC1yc2EAAAADAQAB"  # its type, and the exponent
    long: dict[str, Any] = {
        "connection_id": "c" * 40,
        "name": "😀" * 200,
        "sis": "😀" * 200,
        "host": ".".join(["h" * 63] * 3),
        "port": 65535,
        "username": "😀" * 200,
        "password": "p" * 16_384,
        "folder": "/".join(["é" * 20] * 23),
        "host_keys": [f"{key}{modulus(number)}" for number in range(10)],
        "district": "north",
        "time_zone": "America/North_Dakota/New_Salem",
        "example_students": [f"{number}{'s' * 63}" for number in range(5)],
        "programs": [f"{number:03}{'p' * 125}" for number in range(20)],
    }

    for client_id in long["programs"]:
        bind(client_id, "north")

    status, answer = call(configuration, "POST", "/connections", long)

    assert status == 201, answer


def modulus(number: int) -> str:
    """The base64 of the last field of an RSA key of 16,384 bits."""
    content = (2_049).to_bytes(4) + bytes([0, 200 + number]) + b"\x07" * 2_047
    return base64.b64encode(content).decode()
