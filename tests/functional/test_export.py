"""From Enroll's call to the file on the server: real handlers, emulated DynamoDB and S3, and
a real SFTP server."""

import copy
import errno
import io
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.bootstrap import aws_clients, export_function
from registration_sync.domain.errors import AlreadyRunning, InternalError, Unavailable
from registration_sync.domain.mapping.compiled.mapping import CompiledMapping
from registration_sync.domain.runs.run import Run
from registration_sync.logs import logger
from registration_sync.use_cases.run_kinds import export as export_registrations
from tests.functional.conftest import stored_items
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
    set_up,
)
from tests.functional.support.events import STRANGER, program
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def delivered(server: AsyncSftpServer) -> dict[str, str]:
    """Every file on the server by its path, hidden files included."""
    return {
        path.relative_to(server.root).as_posix(): path.read_bytes().decode()
        for path in server.root.rglob("*")
        if path.is_file()
    }


def test_synced_students_are_delivered_as_mapped_in_order_of_id(server: AsyncSftpServer) -> None:
    set_up(server)
    status, answer = send(registration("1e5", "José", grade="1"), registration("007", "O'Brien"))
    assert status == 200, answer

    run = run_export()

    assert run["status"] == "succeeded"
    assert delivered(server) == {
        "SISData/exports/2025/students.csv": "ID,First,Grade\r\n007,O'Brien,0\r\n1e5,José,1\r\n"
    }
    file = run["years"][0]["files"][0]
    assert (file["rows"], file["path"]) == (2, "SISData/exports/2025/students.csv")


def test_only_approved_registrations_are_accepted_and_the_others_get_a_reason(
    server: AsyncSftpServer,
) -> None:
    set_up(server)

    _, answer = send(registration("1"), registration("2", status="In Processing"))

    results = [(item["student_id"], item["result"]) for item in answer["registrations"]]
    assert results == [("1", "synced"), ("2", "refused")]
    assert answer["registrations"][1]["code"] == "not_approved"
    assert "In Processing" in answer["registrations"][1]["message"]
    assert (answer["synced"], answer["refused"]) == (1, 1)


def test_an_export_without_changes_writes_no_file_and_leaves_the_old_file(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration())
    run_export()
    path = server.root / "SISData/exports/2025/students.csv"
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)

    run = run_export()

    assert run["status"] == "nothing_to_export"
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_each_school_year_has_its_own_folder(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))

    run_export()

    assert delivered(server) == {
        "SISData/exports/2024/students.csv": "ID,First,Grade\r\n1,Ann,0\r\n",
        "SISData/exports/2025/students.csv": "ID,First,Grade\r\n2,Ann,0\r\n",
    }


def test_the_disk_holds_one_year_at_a_time(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    there: list[list[str]] = []
    real = export_registrations.export_year

    def export_year(*given: Any, workspace: Path, **others: Any) -> Any:
        there.append([folder.name for folder in workspace.parent.iterdir()])
        return real(*given, workspace=workspace, **others)

    monkeypatch.setattr(export_registrations, "export_year", export_year)

    assert run_export()["status"] == "succeeded"
    assert [set(names) & {"2024", "2025"} for names in there] == [set(), set()]


@pytest.mark.parametrize(
    ("fault", "code", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full", "ExportStorageMegabytes"),
        (MemoryError(), "too_large", "more memory"),
    ],
)
def test_a_year_that_exceeds_disk_or_memory_does_not_affect_other_years(
    fault: Exception,
    code: str,
    remedy: str,
    server: AsyncSftpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    real_map = CompiledMapping.map

    def failing_map(compiled: CompiledMapping, *given: Any, **others: Any) -> Any:
        if compiled.run.school_year == 2024:
            raise fault
        return real_map(compiled, *given, **others)

    monkeypatch.setattr(CompiledMapping, "map", failing_map)

    runs = [run_export(dry_run=True), run_export()]

    for run in runs:
        first, second = run["years"]
        assert (run["status"], second["status"]) == ("partial", "succeeded")
        assert first["error"]["code"] == code
        assert remedy in first["error"]["message"]
    monkeypatch.setattr(CompiledMapping, "map", real_map)
    assert run_export()["status"] == "succeeded"
    assert [path.split("/")[2] for path in delivered(server)] == ["2024", "2025"]


def test_a_disk_that_is_full_after_the_delivery_does_not_change_the_result(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))

    def retire_batches(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export_function, "retire_batches", retire_batches)

    assert run_export()["status"] == "succeeded"


def test_a_run_begins_with_an_empty_folder_after_one_that_was_killed(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("007"))
    folder = Path(tempfile.gettempdir())
    left = folder / "registration-sync-export" / "2025" / "students.csv"
    left.parent.mkdir(parents=True)
    left.write_text("a student of a run that was killed")
    real = export_registrations.export_year

    def export_year(*given: Any, **others: Any) -> Any:
        assert not left.exists()
        return real(*given, **others)

    monkeypatch.setattr(export_registrations, "export_year", export_year)

    assert run_export()["status"] == "succeeded"
    assert list(folder.glob("*")) == []


def test_a_refusal_of_aws_fails_the_year_and_is_in_the_record(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("007"))
    client = aws_clients.dynamodb()
    real = client.put_item

    def refuse(**given: Any) -> Any:
        if given["Item"]["pk"]["S"].startswith("LEDGER#"):
            error = {"Error": {"Code": "AccessDeniedException"}}
            raise client.exceptions.from_code("AccessDeniedException")(error, "PutItem")
        return real(**given)

    monkeypatch.setattr(client, "put_item", refuse)

    run = run_export()

    assert run["status"] == "failed"
    assert run["years"][0]["error"]["code"] == "service_refused"
    assert "AccessDeniedException" in run["years"][0]["error"]["message"]


def test_two_years_due_for_one_path_are_refused(server: AsyncSftpServer) -> None:
    set_up(server, folder="inbox")
    send(registration("1", year=2024), registration("2", year=2025))

    run = run_export()

    assert run["status"] == "failed"
    assert {year["error"]["code"] for year in run["years"]} == {"conflict"}
    assert "inbox/students.csv" in run["years"][0]["error"]["message"]
    assert delivered(server) == {}
    assert run_export(school_years=[2025])["status"] == "succeeded"


def test_a_held_student_is_named_and_delivered_once_the_mapping_is_corrected(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("1"), registration("2", grade="PK"))

    run = run_export()

    year = run["years"][0]
    assert (run["status"], year["rows"], year["held_count"]) == ("partial", 1, 1)
    assert [(row["student_id"], row["file"], row["field"]) for row in year["held"]] == [
        ("2", "students.csv", "Grade")
    ]
    assert "PK" not in year["held"][0]["message"]

    corrected = copy.deepcopy(MAPPING)
    corrected["files"][0]["fields"][2]["codes"]["PK"] = "-1"
    save(corrected)
    assert run_export()["status"] == "succeeded"
    assert list(delivered(server).values()) == ["ID,First,Grade\r\n2,Ann,-1\r\n"]


def test_a_full_run_contains_all_current_students_and_requires_school_years(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("1"), registration("2"))
    run_export()
    send(registration("3"))
    call(
        sync,
        "DELETE",
        "/connections/{connection_id}/registrations/{school_year}/{student_id}",
        school_year="2025",
        student_id="2",
    )

    run = run_export(contents="all", school_years=[2025])

    assert run["status"] == "succeeded"
    assert list(delivered(server).values()) == ["ID,First,Grade\r\n1,Ann,0\r\n3,Ann,0\r\n"]
    assert run_export(contents="all")["error"]["code"] == "invalid_request"


def test_a_full_file_is_not_delivered_while_a_student_is_held(
    server: AsyncSftpServer,
) -> None:
    full_mapping = copy.deepcopy(MAPPING)
    full_mapping["files"][0]["contents"] = "all"
    set_up(server, full_mapping)
    send(registration("1"), registration("2", grade="PK"))

    run = run_export()

    (year,) = run["years"]
    assert (year["error"]["code"], year["rows"], year["held_count"]) == ("held_in_full_file", 0, 1)
    assert [(row["student_id"], row["field"]) for row in year["held"]] == [("2", "Grade")]
    assert delivered(server) == {}


def test_every_file_is_archived_with_a_manifest_and_an_index(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1"), registration("2", grade="PK"))

    run = run_export()

    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="archive", Prefix=f"{NORTH}/{run['run_id']}/")
    kept = {
        item["Key"].partition("/2025/")[2]: s3.get_object(Bucket="archive", Key=item["Key"])[
            "Body"
        ].read()
        for item in listed["Contents"]
    }
    assert set(kept) == {"files/students.csv", "manifest.json", "index-1.tsv", "held.jsonl"}
    entry = kept["index-1.tsv"].decode().rstrip("\n").split("\t")
    student, _version, outcome, number, offset, length, row = entry
    line = kept["files/students.csv"][int(offset) : int(offset) + int(length)]
    assert (student, outcome, number, row, line) == ("1", "exported", "0", "1", b"1,Ann,0\r\n")
    manifest = json.loads(kept["manifest.json"])
    assert manifest["files"][0]["sha256"] == run["years"][0]["files"][0]["sha256"]
    assert json.loads(kept["held.jsonl"])["student_id"] == "2"


def test_a_download_connection_archives_the_files_advances_the_marker_and_sends_nothing(
    server: AsyncSftpServer,
) -> None:
    set_up(server, delivery="download")
    send(registration())

    assert run_export()["status"] == "succeeded"
    assert run_export()["status"] == "nothing_to_export"
    assert delivered(server) == {}


def test_a_failed_write_leaves_the_old_file_and_all_students_due(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1"))
    run_export()
    old = delivered(server)
    send(*(registration(str(number), "A" * 2000) for number in range(100, 300)))
    server.faults.fail_write = 5

    failed = run_export()

    assert (failed["status"], failed["years"][0]["error"]["code"]) == (
        "failed",
        "upload_incomplete",
    )
    assert delivered(server) == old

    server.faults.fail_write = None
    assert run_export()["years"][0]["rows"] == 200


def test_nothing_is_delivered_before_all_of_it_is_archived(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))
    run_export()
    old = delivered(server)
    send(registration("2"))
    archive = type(export_function.dependencies().archive)
    store = archive.store

    def fail(self: Any, connection_id: str, run_id: str, name: str, source: Path) -> None:
        if name.endswith("manifest.json"):  # the last one
            raise Unavailable("S3 did not answer.")
        store(self, connection_id, run_id, name, source)

    with monkeypatch.context() as during:
        during.setattr(archive, "store", fail)
        failed = run_export()

    assert (failed["status"], failed["years"][0]["error"]["code"]) == ("failed", "unavailable")
    assert delivered(server) == old
    assert run_export()["years"][0]["rows"] == 1


def test_students_whose_reasons_could_not_be_stored_stay_due(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB may store some of the marks, and throttle the others."""
    set_up(server)
    send(registration("1"), registration("2", grade="PK"), registration("3", grade="PK"))
    table = type(export_function.dependencies().table)
    put_marks = table.put_marks

    def throttled(self: Any, *batch: Any) -> set[str]:
        *place, marks = batch
        return put_marks(self, *place, [mark for mark in marks if mark.student_id != "3"])

    with monkeypatch.context() as during:
        during.setattr(table, "put_marks", throttled)
        failed = run_export()

    assert (failed["status"], failed["years"][0]["error"]["code"]) == ("failed", "unavailable")
    assert delivered(server) == {}
    (year,) = run_export()["years"]
    assert (year["rows"], [row["student_id"] for row in year["held"]]) == (1, ["2", "3"])
    again = run_export()["years"][0]
    assert [row["student_id"] for row in again["held"]] == ["2", "3"]


def test_a_changed_host_key_stops_the_delivery_before_the_sign_in(
    server: AsyncSftpServer, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with AsyncSftpServer(tmp_path / "other") as other:
        keys = list(other.account().host_keys)
    set_up(server, host_keys=keys)
    send(registration("1", year=2024), registration("1"))

    run = run_export()

    errors = [year["error"] for year in run["years"]]
    assert [error["code"] for error in errors] == ["host_key_mismatch"] * 2
    assert errors[0]["message"].count("SHA256:") == 2
    assert server.sign_ins == []


def test_a_failed_year_does_not_delay_another(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1", year=2024), registration("2", year=2025))
    (server.root / "SISData/exports").mkdir(parents=True)
    (server.root / "SISData/exports/2024").write_text("a file where the folder should be")

    run = run_export()

    assert [year["status"] for year in run["years"]] == ["failed", "succeeded"]
    assert run["status"] == "partial"


def test_a_second_run_of_the_same_scheduled_time_does_nothing(server: AsyncSftpServer) -> None:
    set_up(server)
    event = {
        "connection_id": NORTH,
        "trigger": "schedule",
        "scheduled_time": "2026-03-02T21:00:00Z",
    }
    send(registration("1"))
    first = export.handler(event, context())
    send(registration("2"))

    repeated = export.handler(event, context())

    assert repeated == first
    assert "1,Ann" in "".join(delivered(server).values())


def test_a_run_during_another_is_refused_and_a_scheduled_run_waits(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration())
    table = boto3.client("dynamodb")
    table.update_item(
        TableName="registrations",
        Key={"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}},
        UpdateExpression="SET lease_token = :t, lease_run = :r, lease_expires = :e,"
        " lease_since = :s",
        ExpressionAttributeValues={
            ":t": {"S": "other"},
            ":r": {"S": "the-other-run"},
            ":e": {"N": str(10**14)},
            ":s": {"N": "1772485200000"},
        },
    )

    answer = run_export()

    assert answer["error"]["code"] == "already_running"
    assert "since 2026-03-02 21:00 UTC: the-other-run" in answer["error"]["message"]
    with pytest.raises(AlreadyRunning):
        run_export(trigger="schedule", scheduled_time="2026-03-02T21:00:00Z")
    assert delivered(server) == {}


@pytest.mark.parametrize("another_between", [False, True])
def test_a_retried_run_keeps_the_deliveries_of_its_interrupted_attempt(
    another_between: bool, server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"), registration("2", grade="PK"))
    runs = type(export_function.dependencies().runs)
    save = runs.save

    def kill(self: Any, run: Run) -> None:
        if run.years:
            raise ZeroDivisionError
        save(self, run)

    with monkeypatch.context() as during:
        during.setattr(runs, "save", kill)
        with pytest.raises(InternalError):
            run_export(run_id="20260302T210000Z-died")
    if another_between:
        run_export()
    send(registration("10", "Somebody else"))

    run = run_export(run_id="20260302T210000Z-died")

    (year,) = run["years"]
    assert (run["status"], year["rows"], year["held_count"]) == ("partial", 1, 1)
    assert "An earlier attempt" in year["warnings"][0]
    route = "/connections/{connection_id}/registrations/{school_year}/{student_id}"
    _, receipt = call(configuration, "GET", route, school_year="2025", student_id="1")
    (file,) = receipt["exported"]["files"]
    assert (file["line"], file["sha256"]) == ("1,Ann,0", year["files"][0]["sha256"])
    assert run_export()["years"][0]["rows"] == 1


def test_a_transient_error_is_retried_with_the_same_run_and_then_recorded(
    server: AsyncSftpServer,
) -> None:
    set_up(server, port=1)
    send(registration())
    event = {"connection_id": NORTH, "run_id": "20260302T210000Z-asked", "trigger": "manual"}

    for _ in range(2):
        with pytest.raises(Unavailable):
            export.handler(event, context())
    run = export.handler(event, context())

    assert (run["status"], run["attempt"]) == ("failed", 3)
    assert run["years"][0]["error"]["code"] == "connection_failed"


def test_a_run_without_a_mapping_states_the_remedy(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration())
    boto3.client("dynamodb").delete_item(
        TableName="connections",
        Key={"pk": {"S": f"MAPPING#{NORTH}"}, "sk": _newest_mapping_key()},
    )

    run = run_export()

    assert (run["status"], run["error"]["code"]) == ("failed", "invalid_request")
    assert "no mapping" in run["message"]


def _newest_mapping_key() -> Any:
    return next(item["sk"] for item in stored_items() if item["pk"]["S"].startswith("MAPPING#"))


def test_exported_snapshots_expire_and_due_snapshots_do_not(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1"), registration("2", grade="PK"))

    run_export()

    expiring = {
        item["sk"]["S"]: "expires_at" in item
        for item in stored_items("registrations")
        if item["pk"]["S"].startswith("CURRENT#")
    }
    marks = [
        item["sk"]["S"]
        for item in stored_items("registrations")
        if item["pk"]["S"].startswith("BATCH#")
    ]
    assert expiring == {"1": True, "2": False}
    assert marks == ["2"]


@pytest.mark.parametrize(
    "claims",
    [
        program("enroll", "sync/read"),
        program("another", "sync/registrations.write"),
        STRANGER,
    ],
    ids=["another scope", "another program", "another district"],
)
def test_a_caller_without_access_gets_403_and_stores_nothing(
    claims: dict[str, str], server: AsyncSftpServer
) -> None:
    set_up(server)

    status, answer = send(registration(), claims=claims)

    assert (status, answer["error"]["code"]) == (403, "access_denied")
    assert stored_items("registrations") == []


def test_no_log_line_contains_student_data(
    server: AsyncSftpServer,
) -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger().registered_formatter)
    logger().addHandler(handler)
    set_up(server)
    send(registration("4711", "Mallory"), registration("4712", grade="Secret grade"))
    run_export()

    logger().removeHandler(handler)
    logged = lines.getvalue()
    assert "run finished" in logged
    for private in ("4711", "4712", "Mallory", "Secret grade", CONNECTION["name"]):
        assert private not in logged
