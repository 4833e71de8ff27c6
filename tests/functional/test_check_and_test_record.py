"""Check Connection and Send Record over the real handlers and a real SFTP server."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
from registration_sync.domain.runs.run import Run
from registration_sync.use_cases.run_kinds import check as check_run
from registration_sync.use_cases.run_kinds import test_record as test_records
from registration_sync.use_cases.runs import start_run
from tests.functional.conftest import StartedExports, stored_items
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
from tests.functional.support.events import STRANGER, VIEWER
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
RUN = f"{ONE}/exports/{{run_id}}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def invoke(**event: Any) -> dict[str, Any]:
    """The run's whole record."""
    run: dict[str, Any] = export.handler({"connection_id": NORTH, **event}, context())
    _, record = call(configuration, "GET", RUN, run_id=run["run_id"])
    found: dict[str, Any] = record
    return found


def check() -> dict[str, Any]:
    return invoke(action="check")


def test_record(**options: Any) -> dict[str, Any]:
    return invoke(action="test_record", **{"student_id": "7"} | options)


test_record.__test__ = False  # type: ignore[attr-defined]  # named like the action


def delivered(server: AsyncSftpServer) -> dict[str, str]:
    return {
        path.relative_to(server.root).as_posix(): path.read_bytes().decode()
        for path in server.root.rglob("*")
        if path.is_file()
    }


def students() -> list[dict[str, Any]]:
    return sorted(stored_items("registrations"), key=str)


# Requests through the API


def test_a_check_and_a_test_record_start_in_the_background(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)

    checked = call(configuration, "POST", f"{ONE}/check", claims=VIEWER)
    sent = call(configuration, "POST", f"{ONE}/test-record", {"student_id": 7, "school_year": 2025})

    assert (checked[0], sent[0]) == (202, 202)
    assert [run.kind for run in started.runs] == ["check", "test_record"]
    assert started.runs[1].student_ids == ("7",)
    assert started.runs[1].request.school_years == (2025,)
    _, record = call(configuration, "GET", RUN, run_id=checked[1]["run_id"])
    assert (record["kind"], record["status"]) == ("check", "pending")


def test_one_check_of_a_connection_runs_at_a_time(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    _, first = call(configuration, "POST", f"{ONE}/check")

    status, refused = call(configuration, "POST", f"{ONE}/check")

    assert (status, refused["error"]["code"]) == (409, "already_running")
    assert refused["error"]["run_id"] == first["run_id"]
    assert len(started.runs) == 1
    invoke(action="check", run_id=first["run_id"])
    assert call(configuration, "POST", f"{ONE}/check")[0] == 202


def test_of_two_requests_at_once_one_starts_a_check(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    monkeypatch.setattr(DynamoDBRuns, "all", lambda *_args, **_options: iter(()))

    statuses = [call(configuration, "POST", f"{ONE}/check")[0] for _ in range(2)]

    assert statuses == [202, 409]
    assert len(started.runs) == 1


def test_an_operators_check_waits_for_no_other_and_runs_beside_none(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    _, first = call(configuration, "POST", f"{ONE}/check")

    refused = check()

    assert refused["error"]["code"] == "already_running"
    assert invoke(action="check", run_id=first["run_id"])["status"] == "succeeded"
    assert check()["status"] == "succeeded"


def test_few_checks_of_all_connections_run_at_a_time(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_run, "MAX_CHECKS", 2)
    for name in ("north", "east", "west"):
        set_up(server, connection_id=name, folder=f"exports/{name}/{{school_year}}")

    def request(name: str) -> tuple[int, Any]:
        return call(configuration, "POST", f"{ONE}/check", connection_id=name)

    first, second, third = map(request, ("north", "east", "west"))

    assert (first[0], second[0], third[0]) == (202, 202, 409)
    assert "2 connection checks are running" in third[1]["error"]["message"]
    assert len(started.runs) == 2
    invoke(action="check", run_id=first[1]["run_id"])
    assert request("west")[0] == 202


def test_a_check_that_could_not_be_started_leaves_its_slot(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_run, "MAX_CHECKS", 1)
    set_up(server)
    started.fails = True
    assert call(configuration, "POST", f"{ONE}/check")[0] == 503
    started.fails = False

    assert call(configuration, "POST", f"{ONE}/check")[0] == 202


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (None, []),
        ({}, ["student_id"]),
        ({"student_id": "a b", "school_year": "x", "y": 1}, ["school_year", "student_id", "y"]),
        ({"student_id": True}, ["student_id"]),
    ],
)
def test_a_test_record_without_a_student_is_refused(
    body: object, paths: list[str], server: AsyncSftpServer
) -> None:
    set_up(server)

    status, answer = call(configuration, "POST", f"{ONE}/test-record", body)

    assert status == 400
    assert sorted(problem["path"] for problem in answer["error"]["problems"]) == paths


def test_other_districts_may_start_neither_a_check_nor_a_test_record(
    server: AsyncSftpServer,
) -> None:
    set_up(server)

    assert call(configuration, "POST", f"{ONE}/check", claims=STRANGER)[0] == 403
    assert call(configuration, "POST", f"{ONE}/test-record", {}, claims=STRANGER)[0] == 403


# Check


def test_a_check_shows_every_step_and_is_kept_until_the_connection_changes(
    server: AsyncSftpServer,
) -> None:
    set_up(server, folder="inbox")
    (server.root / "inbox").mkdir()
    assert call(configuration, "GET", f"{ONE}/check")[0] == 404

    run = check()

    assert (run["status"], run["kind"]) == ("succeeded", "check")
    assert {step["result"] for step in run["steps"]} == {"ok"}
    assert delivered(server) == {}
    _, last = call(configuration, "GET", f"{ONE}/check", claims=VIEWER)
    assert (last["run_id"], last["status"]) == (run["run_id"], "succeeded")
    assert (last["replaced_by"], last["steps"]["sign_in"]) == ("posix_rename", "ok")
    _, connection = call(configuration, "GET", ONE)
    connection |= {"name": "Renamed", "example_students": ["7"], "importer": "removes"}
    assert call(configuration, "PUT", ONE, connection)[0] == 200
    assert call(configuration, "GET", f"{ONE}/check") == (200, last)
    assert call(configuration, "PUT", ONE, connection | {"done_file": True})[0] == 200
    assert call(configuration, "GET", f"{ONE}/check")[0] == 404
    check()
    assert call(configuration, "PUT", ONE, connection | {"password": PASSWORD})[0] == 200
    assert call(configuration, "GET", f"{ONE}/check")[0] == 404


def test_a_check_is_not_that_of_settings_that_were_changed_meanwhile(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    real = check_run.check_connection

    def change_meanwhile(*given: Any, **others: Any) -> Any:
        result = real(*given, **others)
        connection = call(configuration, "GET", ONE)[1]
        assert call(configuration, "PUT", ONE, connection | {"folder": "elsewhere"})[0] == 200
        return result

    with monkeypatch.context() as patched:
        patched.setattr(check_run, "check_connection", change_meanwhile)
        assert check()["status"] == "succeeded"
    assert call(configuration, "GET", f"{ONE}/check")[0] == 404

    check()
    assert call(configuration, "GET", f"{ONE}/check")[0] == 200


def test_a_check_compares_the_permissions_of_the_mapped_files(server: AsyncSftpServer) -> None:
    set_up(server, folder="inbox")
    (server.root / "inbox").mkdir()
    for name in ("students.csv", "other.csv"):
        (server.root / "inbox" / name).touch(0o604)

    (replace,) = (step for step in check()["steps"] if step["step"] == "replace")

    assert replace["result"] == "warning"
    assert "students.csv has the permissions 0604" in replace["message"]
    assert "other.csv" not in replace["message"]


def test_a_failed_check_states_the_remedy(server: AsyncSftpServer) -> None:
    set_up(server, password="wrong")

    run = check()

    assert run["status"] == "failed"
    assert "rejected the user name district or its password" in run["message"]
    assert [step["result"] for step in run["steps"]][4:6] == ["failed", "skipped"]


def test_a_refused_sign_in_is_shown_until_it_changes(server: AsyncSftpServer) -> None:
    set_up(server, password="wrong")

    def change(**changes: Any) -> Any:
        _, connection = call(configuration, "GET", ONE)
        assert call(configuration, "PUT", ONE, connection | changes)[0] == 200
        return call(configuration, "GET", ONE)[1]["sign_in"]["refused_at"]

    assert change(name="Renamed") is None
    run = check()
    assert change(folder="elsewhere") == run["finished_at"]
    assert change(password="another") is None


def test_a_check_shows_the_host_key_to_confirm(server: AsyncSftpServer) -> None:
    set_up(server, host_keys=[])

    run = check()

    shown = next(step for step in run["steps"] if step["step"] == "host_key")
    assert (shown["host_key"],) == server.host_keys
    assert server.sign_ins == []


def test_each_step_of_a_check_is_recorded_as_soon_as_it_is_done(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    seen: list[tuple[str, int]] = []
    store = DynamoDBRuns._store

    def store_and_record(runs: DynamoDBRuns, run: Run, token: str) -> None:
        store(runs, run, token)
        _, read = call(configuration, "GET", RUN, run_id=run.run_id)
        seen.append((read["status"], len(read["steps"])))

    monkeypatch.setattr(DynamoDBRuns, "_store", store_and_record)

    check()

    assert seen == [*(("in_progress", steps) for steps in range(10)), ("succeeded", 9)]


def test_checks_leave_no_more_files_each_time_where_nothing_can_be_deleted(
    server: AsyncSftpServer,
) -> None:
    set_up(server, write_in_place=True)
    server.faults.unsupported = {"rename", "posix_rename"}
    server.faults.forbidden = {"remove"}

    counts = []
    for _ in range(3):
        assert check()["status"] == "succeeded"
        counts.append(len(delivered(server)))

    assert counts[0] == counts[1] == counts[2]


def test_a_download_connection_has_nothing_to_check() -> None:
    call(configuration, "POST", "/connections", CONNECTION | {"delivery": "download"})

    run = check()

    assert (run["status"], run["steps"]) == ("succeeded", [])
    assert "manual download" in run["message"]


def test_a_check_during_an_export_changes_nothing(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("7"))
    before = students()

    check()

    assert students() == before


# Test record


def test_a_test_record_is_sent_beside_the_real_file_and_the_student_stays_due(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("7", "José"), registration("8"))
    run_export()
    send(registration("7", "Changed"))
    before, files_before = students(), delivered(server)

    run = test_record()

    (file,) = run["years"][0]["files"]
    assert (run["status"], run["kind"], file["rows"]) == ("succeeded", "test_record", 1)
    assert file["path"] == "SISData/exports/2025/test/students.csv"
    assert file["lines"] == ["ID,First,Grade", "7,Changed,0"]
    assert len(file["sha256"]) == 64
    assert delivered(server) == files_before | {
        "SISData/exports/2025/test/students.csv": "ID,First,Grade\r\n7,Changed,0\r\n"
    }
    assert students() == before
    assert run_export()["years"][0]["rows"] == 1


def test_the_test_record_of_a_held_student_is_not_sent_and_shows_the_reasons(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("7", grade="12"))

    run = test_record()

    (held,) = run["years"][0]["held"]
    assert (run["status"], held["field"], held["rule"]) == ("failed", "Grade", "match_codes")
    assert "needs attention" in run["message"]
    assert delivered(server) == {}


def test_a_disk_that_is_full_is_reported(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("7"))

    def write_files(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(test_records, "write_files", write_files)

    run = test_record()

    assert (run["status"], run["error"]["code"]) == ("failed", "disk_full")


def test_a_test_record_without_a_row_is_not_sent(server: AsyncSftpServer) -> None:
    file = MAPPING["files"][0] | {"where": [{"field": "students.grade", "equals": "none"}]}
    set_up(server, {"files": [file]})
    send(registration("7"))

    run = test_record()

    assert (run["status"], delivered(server)) == ("nothing_to_export", {})
    assert "conditions" in run["message"]


def test_a_test_record_is_sent_in_the_package_of_an_export(server: AsyncSftpServer) -> None:
    set_up(server, MAPPING | {"package": {"name": "set"}})
    send(registration("7"))

    run = test_record()

    (file,) = run["years"][0]["files"]
    assert file["path"] == "SISData/exports/2025/test/set.zip"
    assert file["lines"] == ["ID,First,Grade", "7,Ann,0"]


def test_a_test_record_of_an_unknown_student_is_reported(server: AsyncSftpServer) -> None:
    set_up(server)

    run = test_record(student_id="99")

    assert (run["status"], run["error"]["code"]) == ("failed", "not_found")


def test_a_test_record_may_name_a_school_year(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("7", "Old", year=2024), registration("7", "New"))

    run = test_record(school_year=2024)

    assert run["years"][0]["files"][0]["path"] == "SISData/exports/2024/test/students.csv"


def test_a_refusal_by_the_server_is_reported_and_no_file_of_ours_stays(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("7"))
    server.faults.forbidden.update({"rename", "posix_rename"})

    run = test_record()

    assert run["status"] == "failed"
    assert run["years"][0]["error"]["code"] == "permission_refused"
    assert delivered(server) == {}


def test_a_download_connections_record_is_archived() -> None:
    call(configuration, "POST", "/connections", CONNECTION | {"delivery": "download"})
    save(MAPPING)
    send(registration("7"))

    run = test_record()

    (file,) = run["years"][0]["files"]
    assert (run["status"], file["replaced_by"]) == ("succeeded", "download")
    status, link = call(
        configuration,
        "GET",
        f"{RUN}/files/{{school_year}}/{{name}}",
        run_id=run["run_id"],
        school_year="2025",
        name="students.csv",
    )
    assert (status, "url" in link) == (200, True)


def test_an_export_starts_with_what_the_check_has_learned(server: AsyncSftpServer) -> None:
    set_up(server)
    server.faults.unsupported.add("posix_rename")
    checked = check()
    send(registration("1"))
    run_export()
    send(registration("2"))
    server.requests.clear()

    run = run_export()

    assert checked["steps"][7]["result"] == "warning"
    assert run["years"][0]["files"][0]["replaced_by"] == "aside_and_rename"
    assert "posix_rename" not in [operation for operation, _ in server.requests]


def test_a_run_says_what_the_account_may_not_do(server: AsyncSftpServer) -> None:
    """A leftover of an interrupted run that cannot be removed does not stop the delivery."""
    set_up(server)
    send(registration("1"))
    run_export()
    (server.root / "SISData/exports/2025/.students.csv.dead.part").write_bytes(b"old")
    server.faults.forbidden.update({"remove", "listing"})
    send(registration("2"))

    refused_to_list = run_export()
    server.faults.forbidden.discard("listing")
    send(registration("3"))
    refused_to_remove = run_export()

    for run, words in ((refused_to_list, "does not list"), (refused_to_remove, "may not delete")):
        assert run["status"] == "succeeded"
        assert any(words in warning for warning in run["years"][0]["warnings"])
