"""Dry runs, resends, the override and .done files, with real handlers and SFTP server."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.domain.errors import AlreadyRunning
from registration_sync.domain.runs.run import RunKind
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
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
from tests.functional.support.events import STRANGER, VIEWER, program
from tests.functional.test_run_history import ONE_RUN, hold_lease, link, request_export
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

STUDENTS = "SISData/exports/2025/students.csv"
HEADER = "ID,First,Grade\r\n"
FULL = {"files": [MAPPING["files"][0] | {"contents": "all"}]}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def on_server(server: AsyncSftpServer) -> dict[str, str]:
    """Every file on the server by its path, hidden files included."""
    return {
        path.relative_to(server.root).as_posix(): path.read_bytes().decode()
        for path in server.root.rglob("*")
        if path.is_file()
    }


def archived(key: str) -> str:
    content: bytes = boto3.client("s3").get_object(Bucket="archive", Key=key)["Body"].read()
    return content.decode()


# Dry run


def test_a_dry_run_shows_the_next_file_and_changes_nothing(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1", "Eve"))
    run_export()
    send(registration("007", "José"), registration("06520", "Bo", grade="X"))
    before, files = stored_items("registrations"), on_server(server)

    run = run_export(dry_run=True)

    assert stored_items("registrations") == before
    assert on_server(server) == files
    (year,) = run["years"]
    assert (run["status"], run["kind"], year["rows"]) == ("partial", "dry_run", 1)
    assert [(held["student_id"], held["rule"]) for held in year["held"]] == [
        ("06520", "match_codes")
    ]
    status, record = call(configuration, "GET", ONE_RUN, run_id=run["run_id"])
    (file,) = record["years"][0]["files"]
    assert (status, file) == (200, year["files"][0])
    assert file["lines"] == [HEADER, "007,José,0\r\n"]
    kept = f"dry_runs/{NORTH}/{run['run_id']}/2025/files/students.csv"
    assert hashlib.sha256(archived(kept).encode()).hexdigest() == file["sha256"]
    assert archived(kept) == f"{HEADER}007,José,0\r\n"
    assert f"/{kept}?" in link(run["run_id"])[1]["url"]


def test_an_export_after_a_dry_run_delivers_the_lines_shown(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("007"))
    shown = run_export(dry_run=True)

    run = run_export()

    (dry,), (real,) = shown["years"][0]["files"], run["years"][0]["files"]
    assert (dry["sha256"], dry["rows"]) == (real["sha256"], real["rows"])
    assert run_export(dry_run=True)["status"] == "nothing_to_export"


def test_a_dry_run_runs_beside_an_export_and_shows_only_the_first_lines(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(*(registration(f"{number:03}") for number in range(30)))
    hold_lease("another", 120)

    run_id = request_export(dry_run=True)

    (run,) = started.runs
    assert run.kind is RunKind.DRY_RUN
    run_export(dry_run=True, run_id=run_id, trigger="manual")
    _, record = call(configuration, "GET", ONE_RUN, run_id=run_id)
    assert (record["status"], record["requested_by"]) == ("succeeded", "vic")
    assert len(record["years"][0]["files"][0]["lines"]) == 21


def test_a_dry_run_and_its_files_expire_after_a_day(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration())
    run = run_export(dry_run=True)
    (item,) = [item for item in stored_items() if item["sk"]["S"] == run["run_id"]]
    asked = int(item["expires_at"]["N"]) - 24 * 3600

    assert abs(asked - time.time()) < 60
    assert link(run["run_id"])[0] == 200
    # The lifecycle rule deletes files by the day and late; links expire by the hour.
    monkeypatch.setattr(
        "registration_sync.use_cases.runs.link_file.DRY_RUN_RETENTION", dt.timedelta(0)
    )
    assert link(run["run_id"])[0] == 404


def test_a_dry_run_reports_a_full_file_that_an_export_would_not_send(
    server: AsyncSftpServer,
) -> None:
    set_up(server, FULL)
    send(registration("1"), registration("2", grade="X"))

    (year,) = run_export(dry_run=True)["years"]

    assert (year["status"], year["error"]["code"]) == ("failed", "held_in_full_file")
    assert year["held"][0]["student_id"] == "2"


# Resend


def resend(run_id: str, body: object = None, **more: Any) -> tuple[int, Any]:
    return call(configuration, "POST", f"{ONE_RUN}/resend", body, run_id=run_id, **more)


def two_runs(server: AsyncSftpServer) -> tuple[dict[str, Any], dict[str, Any]]:
    """Exports two students of 2025 and one of 2024, then a third of 2025."""
    set_up(server)
    send(registration("007", "José"), registration("1e5"), registration("8", year=2024))
    first = run_export()
    send(registration("9", "Zoe"))
    return first, run_export()


def test_a_resend_sends_the_same_bytes_to_the_same_paths_and_changes_nothing(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    first, _ = two_runs(server)
    send(registration("10"))
    before = stored_items("registrations")

    status, answer = resend(first["run_id"], claims=VIEWER)
    run = export.handler(started.events[-1], context())

    assert (status, answer["resend_of"]) == (202, first["run_id"])
    assert "older data" in answer["message"]
    assert (run["status"], run["kind"], run["resend_of"], run["requested_by"]) == (
        "succeeded",
        "resend",
        first["run_id"],
        "vic",
    )
    assert "older data" in run["message"]
    for year, repeated in zip(run["years"], first["years"], strict=True):
        (file,), (then,) = year["files"], repeated["files"]
        on_disk = (server.root / then["path"]).read_bytes()
        assert hashlib.sha256(on_disk).hexdigest() == then["sha256"] == file["sha256"]
        assert year["rows"] == repeated["rows"]
    assert marker_without_lease(stored_items("registrations")) == marker_without_lease(before)
    assert run_export()["years"][1]["rows"] == 1  # due students stay due
    assert link(run["run_id"])[0] == 200


def marker_without_lease(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A released lease leaves the time at which it was taken."""
    return [
        {name: value for name, value in item.items() if not name.startswith("lease_")}
        for item in items
    ]


def test_a_resend_of_some_students_keeps_the_header_of_the_file(server: AsyncSftpServer) -> None:
    first, _ = two_runs(server)

    run = run_export(resend_of=first["run_id"], student_ids=["1e5"])

    assert on_server(server)[STUDENTS] == f"{HEADER}1e5,Ann,0\r\n"
    (year,) = run["years"]
    assert (year["school_year"], year["rows"], year["files"][0]["rows"]) == (2025, 1, 1)
    assert run["student_ids"] == ["1e5"]


def test_a_resend_of_some_students_keeps_the_byte_order_mark_and_adds_no_header(
    server: AsyncSftpServer,
) -> None:
    file = MAPPING["files"][0] | {"encoding": "utf-8-bom", "header": False}
    set_up(server, {"files": [file]})
    send(registration("1"), registration("2", "José"))
    first = run_export()

    run_export(resend_of=first["run_id"], student_ids=["2"])

    assert on_server(server)[STUDENTS] == "\ufeff2,José,0\r\n"


def test_a_resend_may_select_one_year_or_one_file(server: AsyncSftpServer) -> None:
    first, _ = two_runs(server)
    newest = on_server(server)[STUDENTS]

    by_year = run_export(resend_of=first["run_id"], school_years=[2024])
    named = [{"school_year": 2024, "name": "students.csv"}]
    by_name = run_export(resend_of=first["run_id"], files=named)

    assert [year["school_year"] for year in by_year["years"] + by_name["years"]] == [2024, 2024]
    assert on_server(server)[STUDENTS] == newest


def test_a_resend_with_an_unknown_student_sends_nothing(
    server: AsyncSftpServer,
) -> None:
    first, _ = two_runs(server)
    before = on_server(server)

    run = run_export(resend_of=first["run_id"], student_ids=["007", "9"])

    assert (run["status"], run["error"]["code"]) == ("failed", "invalid_request")
    assert "student_ids[1]" in run["error"]["message"]
    assert on_server(server) == before


def test_a_requested_resend_with_an_unknown_student_is_refused_before_a_run_is_made(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    first, _ = two_runs(server)

    status, refused = resend(first["run_id"], {"student_ids": ["007", "9", "8", "x"]})

    problems = [problem["path"] for problem in refused["error"]["problems"]]
    assert (status, problems) == (400, ["student_ids[1]", "student_ids[3]"])
    of_2024 = {"school_years": [2024], "student_ids": ["007"]}
    assert resend(first["run_id"], of_2024)[0] == 400
    assert resend(first["run_id"], {"student_ids": ["8", "007"]})[0] == 202
    assert len(started.events) == 1


def test_a_resend_takes_the_number_in_the_file_and_says_which_student_may_be_meant(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    fields = [
        {"from": "students.lname", "mapping_type": "direct", "to": "Last"},
        {
            "from": "students.number",
            "mapping_type": "direct",
            "to": "Student_Number",
            "unique": True,
        },
    ]
    file = MAPPING["files"][0] | {"encoding": "windows-1252", "fields": fields}
    set_up(server, {"files": [file]})
    for student, number in (("333", "001014"), ("444", "001015"), ("00555", "001016")):
        one = registration(student)
        one["data"]["students"] |= {"lname": 'Müller, "M"\n001016', "number": number}
        send(one)
    first = run_export()

    status, refused = resend(first["run_id"], {"student_ids": ["1014", "333", "555", "999"]})
    exporter = program("enroll", "sync/exports.run")  # may not read students
    blind = resend(first["run_id"], {"student_ids": ["1014", "555"]}, claims=exporter)[1]
    accepted = resend(first["run_id"], {"student_ids": ["001015", "333", "444"]})[1]

    missing = "No student with Enroll ID {} in the files of this run."
    assert (status, refused["error"]["problems"]) == (
        400,
        [
            {
                "path": "student_ids[0]",
                "message": missing.format("1014") + " Did you mean 333 (Student_Number 001014)?",
            },
            {"path": "student_ids[2]", "message": missing.format("555") + " Did you mean 00555?"},
            {"path": "student_ids[3]", "message": missing.format("999")},
        ],
    )
    assert [one["message"] for one in blind["error"]["problems"]] == [
        missing.format("1014"),
        missing.format("555"),
    ]
    log = call(configuration, "GET", "/connections/{connection_id}/access-log")[1]["items"]
    assert [(one["kind"], one["students"]) for one in log] == [("run", 2)]
    (event,) = started.events
    assert event["run_id"] == accepted["run_id"]
    path = "/connections/{connection_id}/exports/{run_id}"
    assert call(configuration, "GET", path, run_id=event["run_id"])[1]["student_ids"] == [
        "444",
        "333",
    ]


def test_a_requested_resend_of_some_students_of_a_full_file_is_refused(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, FULL)
    send(registration("1"), registration("2"))
    first = run_export()

    status, refused = resend(first["run_id"], {"student_ids": ["1"]})

    assert (status, refused["error"]["code"], started.events) == (409, "conflict", [])


def test_a_resend_of_some_students_of_a_full_file_is_refused(server: AsyncSftpServer) -> None:
    set_up(server, FULL)
    send(registration("1"), registration("2"))
    first = run_export()

    run = run_export(resend_of=first["run_id"], student_ids=["1"])

    assert (run["status"], run["error"]["code"]) == ("failed", "conflict")
    assert on_server(server)[STUDENTS].count("\n") == 3


def test_no_export_runs_during_a_resend(server: AsyncSftpServer) -> None:
    first, _ = two_runs(server)
    hold_lease("an-export", 120)

    assert resend(first["run_id"])[0] == 409
    answer = run_export(resend_of=first["run_id"])
    assert answer["error"]["code"] == AlreadyRunning.code


def test_a_resend_refuses_a_missing_or_changed_archived_file(server: AsyncSftpServer) -> None:
    first, second = two_runs(server)
    before = on_server(server)
    s3 = boto3.client("s3")
    s3.delete_object(Bucket="archive", Key=f"{NORTH}/{first['run_id']}/2025/files/students.csv")
    changed = f"{NORTH}/{second['run_id']}/2025/files/students.csv"
    s3.put_object(Bucket="archive", Key=changed, Body=b"ID\r\n")

    assert resend(first["run_id"])[0] == 404
    assert run_export(resend_of=first["run_id"])["error"]["code"] == "not_found"
    assert run_export(resend_of=second["run_id"])["error"]["code"] == "conflict"
    assert on_server(server) == before


def test_an_impossible_resend_is_refused_with_the_reason(server: AsyncSftpServer) -> None:
    first, _ = two_runs(server)
    dry = run_export(dry_run=True)
    resent = run_export(resend_of=first["run_id"])
    nothing = run_export()

    assert resend("20250101T000000Z-00000000")[0] == 404
    assert resend(first["run_id"], claims=STRANGER)[0] == 403
    assert resend(dry["run_id"])[0] == 409
    status, answer = resend(resent["run_id"])
    assert status == 409
    assert f"Re-send {first['run_id']} instead" in answer["error"]["message"]
    assert resend(nothing["run_id"])[0] == 409
    for body, path in (
        ({"school_years": [2023]}, "school_years"),
        ({"files": [{"school_year": 2025, "name": "x.csv"}]}, "files"),
        ({"files": [{"name": "x.csv"}]}, "files[0]"),
        ({"student_ids": ["a b"]}, "student_ids[0]"),
        ({"students": []}, "students"),
    ):
        status, answer = resend(first["run_id"], body)
        assert (status, answer["error"]["problems"][0]["path"]) == (400, path)


def test_a_resend_does_not_write_to_the_path_of_another_connection(server: AsyncSftpServer) -> None:
    first, _ = two_runs(server)
    connection = call(configuration, "GET", "/connections/{connection_id}")[1]
    moved = connection | {"folder": "elsewhere/{school_year}"}
    assert call(configuration, "PUT", "/connections/{connection_id}", moved)[0] == 200
    other = connection | {"connection_id": "twin", "password": "p"}
    assert call(configuration, "POST", "/connections", other)[0] == 201
    path = "/connections/{connection_id}/mapping"
    assert call(configuration, "PUT", path, MAPPING, connection_id="twin")[0] == 200

    status, answer = resend(first["run_id"])

    assert (status, '"twin"' in answer["error"]["message"]) == (409, True)


def test_a_resend_of_a_moved_connection_goes_to_the_current_server_with_a_notice(
    server: AsyncSftpServer, tmp_path: Path
) -> None:
    first, _ = two_runs(server)
    (tmp_path / "new").mkdir()
    with AsyncSftpServer(tmp_path / "new") as new:
        account = new.account()
        connection = call(configuration, "GET", "/connections/{connection_id}")[1]
        moved = connection | {
            "host": account.host,
            "port": account.port,
            "username": account.username,
            "password": account.credentials.password,
            "host_keys": list(account.host_keys),
        }
        assert call(configuration, "PUT", "/connections/{connection_id}", moved)[0] == 200

        run = run_export(resend_of=first["run_id"])

        assert on_server(new)[STUDENTS] == f"{HEADER}007,José,0\r\n1e5,Ann,0\r\n"
        assert first["sent_to"] in run["years"][0]["warnings"][1]


# The override


def test_an_override_sends_a_full_file_without_held_students_who_stay_due(
    server: AsyncSftpServer,
) -> None:
    set_up(server, FULL)
    send(registration("1"), registration("2"))
    run_export()
    id_and_name, grade = MAPPING["files"][0]["fields"][:2], MAPPING["files"][0]["fields"][2]
    without_k = [*id_and_name, grade | {"codes": {"1": "1"}}]
    save({"files": [FULL["files"][0] | {"fields": without_k}]})
    send(registration("1", grade="1"), registration("3"))
    refused = run_export()

    run = run_export(override_held=True, requested_by="ada")

    assert refused["years"][0]["error"]["code"] == "held_in_full_file"
    assert on_server(server)[STUDENTS] == f"{HEADER}1,Ann,1\r\n"
    (year,) = run["years"]
    assert (run["override_held"], year["status"]) == (True, "partial")
    assert "ada sent a full file" in year["warnings"][0]
    assert sorted(held["student_id"] for held in year["held"]) == ["2", "3"]
    save({"files": [MAPPING["files"][0]]})
    run_export()
    assert on_server(server)[STUDENTS] == f"{HEADER}2,Ann,0\r\n3,Ann,0\r\n"


def test_only_full_access_may_override_held_students(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    path = "/connections/{connection_id}/exports"

    assert call(configuration, "POST", path, {"override_held": True}, claims=VIEWER)[0] == 403
    assert started.events == []
    assert call(configuration, "POST", path, {"override_held": True})[0] == 202
    assert started.runs[0].request.override_held


# .done files


@pytest.mark.parametrize("lacks_posix_rename", [False, True])
def test_an_importer_never_finds_a_done_file_beside_a_half_replaced_set(
    server: AsyncSftpServer, lacks_posix_rename: bool
) -> None:
    two = {"files": [MAPPING["files"][0], MAPPING["files"][0] | {"name": "contacts"}]}
    set_up(server, two, done_file=True)
    folder = server.root / "SISData/exports/2025"
    seen: list[dict[str, str]] = []
    server.requests = Watched(lambda: seen.append(visible(folder)))
    if lacks_posix_rename:
        server.faults.unsupported.add("posix_rename")
    send(registration("1", "Old"))
    run_export()
    send(registration("2", "New"))
    seen.clear()

    run = run_export()

    assert run["status"] == "succeeded"
    assert [file["name"] for file in run["years"][0]["files"]] == ["students.csv", "contacts.csv"]
    assert visible(folder) == {
        "students.csv": f"{HEADER}2,New,0\r\n",
        "students.csv.done": "",
        "contacts.csv": f"{HEADER}2,New,0\r\n",
        "contacts.csv.done": "",
    }
    for state in seen:
        if any(name.endswith(".done") for name in state):
            assert state["students.csv"] == state["contacts.csv"]
    assert any(not any(name.endswith(".done") for name in state) for state in seen)


class Watched(list[tuple[str, str]]):
    """The requests of a server; calls `look` before each."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self._look = look

    def append(self, request: tuple[str, str]) -> None:
        self._look()
        super().append(request)


def test_a_resend_writes_done_files(server: AsyncSftpServer) -> None:
    set_up(server, done_file=True)
    send(registration("1"))
    first = run_export()
    (server.root / f"{STUDENTS}.done").unlink()  # the importer collected it

    run_export(resend_of=first["run_id"])

    assert on_server(server)[f"{STUDENTS}.done"] == ""


def test_a_resend_of_a_package_sends_all_of_it_and_a_done_file(server: AsyncSftpServer) -> None:
    set_up(server, {"files": MAPPING["files"], "package": {"name": "set"}}, done_file=True)
    send(registration("1"), registration("2"))
    dry, first = run_export(dry_run=True), run_export()
    zipped = server.root / "SISData/exports/2025/set.zip"
    before = zipped.read_bytes()
    send(registration("3"))
    run_export()
    (server.root / "SISData/exports/2025/set.zip.done").unlink()

    some = run_export(resend_of=first["run_id"], student_ids=["1"])
    run_export(resend_of=first["run_id"])

    shown = [(file["name"], file["path"]) for file in dry["years"][0]["files"]]
    assert shown == [("students.csv", "SISData/exports/2025/set.zip")]
    assert some["status"] == "failed"
    assert "package" in some["message"]
    assert zipped.read_bytes() == before
    assert sorted(path.name for path in zipped.parent.iterdir()) == ["set.zip", "set.zip.done"]


def visible(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_bytes().decode()
        for path in folder.glob("*")
        if not path.name.startswith(".")
    }
