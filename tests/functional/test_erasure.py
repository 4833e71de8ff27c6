"""Erasure through the real handlers: it removes all stored data of the student, and changes no
data of others."""

import datetime as dt
import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.bootstrap import aws_clients, export_function
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.redaction import ROWS_CUT
from registration_sync.domain.runs.run import Run, RunKind, RunRequest, RunStatus, RunTrigger
from registration_sync.logs import logger
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    run_export,
    save,
    send,
    set_up,
)
from tests.functional.support.district import registration as small
from tests.functional.support.events import VIEWER, api_event
from tests.functional.support.stored import in_bucket, put_back, state, traces
from tests.functional.test_dry_run_and_resend import on_server
from tests.functional.test_run_history import ONE_RUN, hold_lease
from tests.support.sftp_servers import AsyncSftpServer

ONE = "/connections/{connection_id}"
RECEIPT = f"{ONE}/registrations/{{school_year}}/{{student_id}}"
ERASURES = f"{ONE}/erasures"
STUDENT, FIRST, GRADE = "4711-gone", "Xaverinë", "Grade of nobody else"
"""The student to erase, with unique values."""

FILES = [
    {
        "name": "students",
        "encoding": "utf-8-bom",
        "fields": [
            {"from": "students.id", "mapping_type": "direct", "to": "ID", "required": True},
            {"from": "students.fname", "mapping_type": "direct", "to": "First"},
            {"from": "students.email", "mapping_type": "direct", "to": "Email", "unique": True},
            {
                "from": "students.grade",
                "mapping_type": "match_codes",
                "codes": {"K": "0", "1": "1"},
                "to": "Grade",
            },
        ],
    },
    {
        "name": "contacts",
        "extension": "txt",
        "separator": "tab",
        "encoding": "windows-1252",
        "rows": {"each": "contacts"},
        "fields": [
            {"from": "students.id", "mapping_type": "direct", "to": "ID"},
            {"from": "entry.name", "mapping_type": "direct", "to": "Name"},
        ],
    },
]
PACKED = {"files": FILES, "package": {"name": "set"}}


@pytest.fixture
def server(tmp_path: Path, started: StartedExports) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Reads the log so far."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger().registered_formatter)
    logger().addHandler(handler)
    yield lambda: lines.getvalue() + capsys.readouterr().out
    logger().removeHandler(handler)


def registration(student_id: str, fname: str, *contacts: str, **changes: Any) -> dict[str, Any]:
    year = changes.pop("year", 2025)
    data = {"id": student_id, "fname": fname, "grade": "K", "email": f"{student_id}@x", **changes}
    return {
        "registration_id": f"r-{student_id}",
        "student_id": student_id,
        "school_year": year,
        "status": "Registration Approved",
        "data": {"students": data, "contacts": [{"name": name} for name in contacts]},
    }


def erased_student(**changes: Any) -> dict[str, Any]:
    contacts = (f"{FIRST}s Mutter", f"{FIRST}s Vater")
    return registration(STUDENT, FIRST, *contacts, email="family@x", **changes)


def request_erasure(
    student_id: str = STUDENT, claims: dict[str, str] | None = None
) -> tuple[int, Any]:
    body = {"student_id": student_id}
    return call(configuration, "POST", ERASURES, body, **({"claims": claims} if claims else {}))


def erase(student_id: str, started: StartedExports) -> dict[str, Any]:
    """Requests the erasure through the API and runs it."""
    status, answer = request_erasure(student_id)
    assert status == 202, answer
    event = started.events[-1]
    assert student_id not in event.values()
    assert set(event) == {"connection_id", "run_id"}
    run: dict[str, Any] = export.handler(event, context())
    assert run["run_id"] == answer["run_id"]
    return run


def receipt(student_id: str, year: int = 2025) -> Any:
    status, answer = call(
        configuration, "GET", RECEIPT, school_year=str(year), student_id=student_id
    )
    return answer if status == 200 else status


def status() -> list[dict[str, Any]]:
    years: list[dict[str, Any]] = call(configuration, "GET", f"{ONE}/status")[1]["years"]
    return years


def assert_totals_add_up() -> None:
    for year in status():
        counts = [year[name] for name in ("exported", "left_out", "held", "due")]
        assert year["synced"] == sum(counts), year


def remove(student_id: str, claims: dict[str, str] = ENROLL) -> int:
    return call(sync, "DELETE", RECEIPT, claims=claims, school_year="2025", student_id=student_id)[
        0
    ]


def store_everywhere(server: AsyncSftpServer, mapping: dict[str, Any]) -> dict[str, Any]:
    """Stores the student everywhere, among others; returns the run that delivered all."""
    set_up(server, mapping, example_students=[STUDENT, "1001"])
    send(
        registration("1001", "Ann", "Anns Mutter"),
        erased_student(),
        registration("9002", "Zoë", "Zoës Vater", "Zoës Oma"),
        erased_student(year=2024),
    )
    delivered = run_export()
    run_export(action="test_record", student_id=STUDENT)
    run_export(resend_of=delivered["run_id"])
    if "package" not in mapping:
        run_export(resend_of=delivered["run_id"], student_ids=[STUDENT, "9002"])
        run_export(resend_of=delivered["run_id"], student_ids=["1001"])
    send(erased_student(grade=GRADE))
    assert run_export()["years"][1]["held_count"] == 1
    send(erased_student(), registration("9003", "Tom", email="family@x"))
    assert run_export()["years"][1]["held_count"] == 1  # Tom is held, with the other student's name
    send(erased_student(), registration("1001", "Anna", "Anns Mutter"))
    run_export(dry_run=True)
    return delivered


@pytest.mark.parametrize("mapping", [{"files": FILES}, PACKED], ids=["files", "package"])
def test_an_erasure_removes_all_data_of_the_student_and_none_of_others(
    server: AsyncSftpServer,
    started: StartedExports,
    log: Callable[[], str],
    mapping: dict[str, Any],
) -> None:
    delivered = store_everywhere(server, mapping)
    assert len(traces(STUDENT, FIRST, GRADE)) > 20
    before = {student: receipt(student) for student in ("1001", "9002")}
    server_files = on_server_bytes(server)

    run = erase(STUDENT, started)

    assert traces(STUDENT, FIRST, GRADE) == []
    assert STUDENT not in log()
    assert (run["status"], run["kind"], run["student_ids"]) == ("succeeded", "erasure", [])
    assert "belong to the SIS" in run["message"]
    assert run["requested_by"] == "ada"
    assert run["erased"]["snapshots"] == 2
    assert min(run["erased"].values()) > 0
    assert {student: receipt(student) for student in ("1001", "9002")} == before
    assert (receipt(STUDENT), receipt(STUDENT, 2024)) == (404, 404)
    assert_totals_add_up()
    assert on_server_bytes(server) == server_files
    assert ROWS_CUT in run_of(delivered)["years"][1]["warnings"]
    tom = receipt("9003")
    assert tom["held"]["reasons"][0]["message"].startswith("Another student has the same value")
    examples = call(configuration, "GET", ONE)[1]["example_students"]
    assert examples == ["1001"]

    following = run_export()

    assert [year["rows"] for year in following["years"]] == [0, 2]  # Tom's value is unique now
    assert_totals_add_up()


def on_server_bytes(server: AsyncSftpServer) -> dict[str, bytes]:
    return {
        path.relative_to(server.root).as_posix(): path.read_bytes()
        for path in server.root.rglob("*")
        if path.is_file()
    }


def run_of(run: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = call(configuration, "GET", ONE_RUN, run_id=run["run_id"])[1]
    return record


def test_an_erasure_keeps_the_other_rows_byte_for_byte(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, {"files": FILES})
    send(
        registration("70", "Ann", "a"),
        registration("7", "Bo", "b", "c"),
        registration("700", "Cy"),
    )
    run = run_export()
    prefix = f"{NORTH}/{run['run_id']}/2025/"
    before = in_bucket()

    erase("7", started)

    after = in_bucket()
    students, contacts = f"{prefix}files/students.csv", f"{prefix}files/contacts.txt"
    assert after[students] == before[students].replace(b"7,Bo,7@x,0\r\n", b"")
    assert after[students].startswith(b"\xef\xbb\xbfID")
    assert after[contacts] == b"ID\tName\r\n70\ta\r\n"
    manifest = json.loads(after[f"{prefix}manifest.json"])
    entry = manifest["files"][0]
    delivered = json.loads(before[f"{prefix}manifest.json"])["files"][0]
    assert (manifest["students"], entry["rows"]) == (2, 2)
    assert entry["bytes"] == len(after[students])
    assert entry["delivered"] == {name: delivered[name] for name in ("rows", "bytes", "sha256")}
    assert [receipt(student)["exported"]["files"][0]["row"] for student in ("70", "700")] == [2, 3]


def test_the_other_rows_can_be_resent_and_the_run_lists_the_missing_rows(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small("1"), small("2"), small("3"))
    run = run_export()
    erase("2", started)

    whole = run_export(resend_of=run["run_id"])
    lines = on_server(server)["SISData/exports/2025/students.csv"].splitlines()
    some = run_export(resend_of=run["run_id"], student_ids=["3"])
    gone = run_export(resend_of=run["run_id"], student_ids=["2"])

    assert lines == ["ID,First,Grade", "1,Ann,0", "3,Ann,0"]
    assert "students.csv is without the rows" in " ".join(whole["years"][0]["warnings"])
    assert on_server(server)["SISData/exports/2025/students.csv"].splitlines()[1:] == ["3,Ann,0"]
    assert (whole["status"], some["status"], gone["status"]) == (
        "succeeded",
        "succeeded",
        "failed",
    )


def test_a_repeated_resend_of_an_erased_student_sends_nothing(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small("1"), small("2"))
    run = run_export()
    body = {"student_ids": ["2"]}
    status, answer = call(configuration, "POST", f"{ONE_RUN}/resend", body, run_id=run["run_id"])
    assert status == 202, answer
    event = started.events[-1]
    send(small("3"))
    run_export()
    before = on_server(server)
    run_export(action="erasure", student_id="2")

    ended = export.handler(event, context())

    assert (ended["status"], ended["message"], ended["student_ids"]) == (
        "nothing_to_export",
        "The students were erased; nothing was re-sent.",
        [],
    )
    assert run_of(ended) == ended
    assert on_server(server) == before


def test_a_file_of_the_erased_student_alone_cannot_be_resent(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small("1"))
    run = run_export()
    send(small("2"))
    run_export()
    before = on_server(server)
    erase("1", started)

    resent = run_export(resend_of=run["run_id"])

    assert (resent["status"], on_server(server)) == ("nothing_to_export", before)


def test_an_erasure_repacks_a_package_without_the_rows(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, PACKED)
    send(registration("1", "Ann", "a"), registration("2", "Bo", "b"))
    run = run_export()

    erase("1", started)

    kept = in_bucket()[f"{NORTH}/{run['run_id']}/2025/files/set.zip"]
    with zipfile.ZipFile(io.BytesIO(kept)) as package:
        assert package.read("contacts.txt") == b"ID\tName\r\n2\tb\r\n"
        assert package.read("students.csv").endswith(b"Grade\r\n2,Bo,2@x,0\r\n")
    assert run_export(resend_of=run["run_id"])["status"] == "succeeded"


def test_an_erasure_covers_the_last_export_of_an_older_version(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, PACKED)
    send(registration(STUDENT, FIRST), registration("2", "Bo"))
    run_export()
    for item in stored_items("registrations"):
        if item["pk"]["S"].startswith("LEDGER#"):
            entry = json.loads(item["entry"]["S"])
            del entry["histories"]
            item["entry"]["S"] = json.dumps(entry)
            boto3.client("dynamodb").put_item(TableName="registrations", Item=item)

    assert erase(STUDENT, started)["status"] == "succeeded"
    assert traces(STUDENT, FIRST) == []


def test_a_sync_after_an_erasure_stores_the_student_as_new(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small(STUDENT), small("2"))
    run_export()
    erase(STUDENT, started)

    send(small(STUDENT, "New"))

    assert receipt(STUDENT)["status"] == "due"
    assert receipt(STUDENT)["exported"] is None
    assert run_export()["years"][0]["rows"] == 1
    assert_totals_add_up()
    assert status()[0]["synced"] == 2


def test_a_sync_during_an_erasure_is_complete_or_erased(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sync writes between marks and snapshot: the new snapshot stays, older data is erased."""
    set_up(server)
    send(small(STUDENT), small("2"))
    run_export()
    table = export_function.dependencies().table
    close = table.close_batch

    def close_and_sync(*arguments: Any) -> None:
        close(*arguments)
        send(small(STUDENT, "New"))

    monkeypatch.setattr(table, "close_batch", close_and_sync)
    erase(STUDENT, started)
    monkeypatch.undo()

    assert receipt(STUDENT)["status"] == "due"
    assert receipt(STUDENT)["exported_before"] is False
    assert_totals_add_up()
    assert status()[0]["synced"] == 2


class Killed(BaseException):
    """Not an Exception, so no handler catches it."""


class Writes:
    """Counts the writes to tables and bucket, and kills the writer before one of them, or
    `after` it."""

    def __init__(self) -> None:
        self.done = 0
        self.killed_before = 0
        self.after = False

    def __call__(self, model: Any, event_name: str, **_: Any) -> None:
        if model.name.startswith(("Get", "BatchGet", "Query", "Scan", "List", "Head")):
            return
        if event_name.startswith("after-call") != self.after:
            return
        if self.done == self.killed_before - 1:
            raise Killed
        self.done += 1


@pytest.fixture
def writes() -> Iterator[Writes]:
    counted = Writes()
    clients = (
        aws_clients.dynamodb(),
        export_function.dependencies().archive._client,
    )
    for client in clients:
        client.meta.events.register("before-call", counted, unique_id="counted")
    yield counted
    for client in clients:
        client.meta.events.unregister("before-call", unique_id="counted")


@pytest.mark.parametrize("mapping", [{"files": FILES}, PACKED], ids=["files", "package"])
def test_an_erasure_killed_at_any_write_completes_when_repeated(
    server: AsyncSftpServer, started: StartedExports, writes: Writes, mapping: dict[str, Any]
) -> None:
    store_everywhere(server, mapping)
    others = {student: receipt(student) for student in ("1001", "9002")}
    assert request_erasure()[0] == 202
    event = started.events[-1]
    before = state()
    writes.done = 0
    whole = export.handler(event, context())

    for number in range(8 * len(mapping), writes.done, 29):  # every write passed once
        put_back(before)
        writes.done, writes.killed_before = 0, number
        with pytest.raises(Killed):
            export.handler(event, context())
        writes.killed_before = 0
        assert_correct_or_missing(others)
        end_lease()
        run = export.handler(event, context())

        assert (run["status"], run["attempt"]) == ("succeeded", 2), number
        assert traces(STUDENT, FIRST, GRADE) == [], number
        assert {student: receipt(student) for student in others} == others, number
        assert_totals_add_up()
        assert run["erased"]["lines"] <= whole["erased"]["lines"]


def end_lease() -> None:
    """Ends the lease, as three minutes without renewal do."""
    boto3.client("dynamodb").update_item(
        TableName="registrations",
        Key={"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}},
        UpdateExpression="REMOVE lease_token, lease_run, lease_expires, lease_since",
    )


def assert_correct_or_missing(others: dict[str, Any]) -> None:
    """A receipt during the erasure has the earlier line or none, never another student's."""
    for student, before in others.items():
        now = receipt(student)
        assert now["exported"] == before["exported"] or not now["exported"]["kept"]


def test_an_erasure_deletes_a_whole_file_without_an_index_unless_it_contains_only_others(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, delivery="download")
    send(small("1"), small(STUDENT))
    run = run_export()
    of_other = run_export(action="test_record", student_id="1")
    client, prefix = boto3.client("s3"), f"{NORTH}/{run['run_id']}/2025/"
    client.delete_object(Bucket="archive", Key=f"{prefix}manifest.json")

    erase(STUDENT, started)

    kept = in_bucket()
    assert f"{prefix}files/students.csv" not in kept
    assert f"{NORTH}/{of_other['run_id']}/2025/files/students.csv" in kept
    assert traces(STUDENT) == []
    assert receipt("1")["exported"]["kept"] is False


def test_an_erasure_deletes_a_whole_file_that_differs_from_its_manifest(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    """An interrupted attempt overwrote the file of the attempt before."""
    set_up(server)
    send(small("1"), small(STUDENT))
    run = run_export()
    key = f"{NORTH}/{run['run_id']}/2025/files/students.csv"
    other = in_bucket()[key].replace(b"1,Ann,0", b"1,Bob,0")
    boto3.client("s3").put_object(Bucket="archive", Key=key, Body=other)

    erase(STUDENT, started)

    assert key not in in_bucket()
    assert traces(STUDENT) == []


@pytest.mark.parametrize("mapping", [{"files": FILES}, PACKED], ids=["files", "package"])
@pytest.mark.parametrize("later", ["students.csv", "students-later.csv"])
def test_an_erasure_deletes_whole_files_that_an_interrupted_attempt_overwrote(
    server: AsyncSftpServer, started: StartedExports, mapping: dict[str, Any], later: str
) -> None:
    """The index has no row of the student, or no file of that name."""
    set_up(server, mapping)
    send(registration("1", "Ann", "Anns Mutter"), *[erased_student()][: later != "students.csv"])
    folder = f"{NORTH}/{run_export()['run_id']}/2025/files/"
    body = in_bucket()[f"{folder}students.csv"] + f"{STUDENT},{FIRST},,0\r\n".encode()
    boto3.client("s3").put_object(Bucket="archive", Key=f"{folder}{later}", Body=body)

    erase(STUDENT, started)

    assert in_bucket(folder).keys() == {
        f"{folder}{name}" for name in ("students.csv", "contacts.txt") if name != later
    }
    assert traces(STUDENT, FIRST) == []


def test_an_erasure_runs_again_after_a_dry_run_beside_it(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small(STUDENT))
    now = dt.datetime.now(dt.UTC)
    begun = Run(
        connection_id=NORTH,
        run_id="20260302T210000Z-dry",
        trigger=RunTrigger.API,
        requested_at=now,
        request=RunRequest(RunKind.DRY_RUN),
        status=RunStatus.IN_PROGRESS,
        started_at=now,
    )
    export_function.dependencies().runs.save(begun)
    _, asked = request_erasure()
    event = started.events[-1]

    for _ in range(2):
        with pytest.raises(Unavailable):
            export.handler(event, context())
    failed = export.handler(event, context())

    assert (failed["status"], failed["student_ids"]) == ("failed", [])
    assert "request it again" in failed["message"]
    assert traces(STUDENT) == []
    export_function.dependencies().runs.save(
        replace(begun, status=RunStatus.SUCCEEDED, finished_at=now)
    )
    assert asked["run_id"] == failed["run_id"]
    assert erase(STUDENT, started)["status"] == "succeeded"


def test_an_unreadable_run_record_fails_the_erasure_after_all_else_is_erased(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small(STUDENT))
    for _ in range(3):
        run_export(dry_run=True)
    damaged, *_ = [item for item in stored_items() if item["pk"]["S"].startswith("RUNS#")]
    client = aws_clients.dynamodb()
    client.put_item(TableName="connections", Item=damaged | {"record": {"B": b"X{}"}})

    failed = erase(STUDENT, started)

    assert (failed["status"], failed["error"]["code"]) == ("failed", "run_unreadable")
    assert damaged["sk"]["S"] in failed["message"]
    assert traces(STUDENT) == []
    client.delete_item(TableName="connections", Key={"pk": damaged["pk"], "sk": damaged["sk"]})
    assert erase(STUDENT, started)["status"] == "succeeded"


def test_an_export_that_lost_its_lease_archives_nothing_more(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(small(STUDENT))
    deps, late = export_function.dependencies(), [dt.timedelta()]
    monkeypatch.setattr(
        "registration_sync.use_cases.exporting.export_year.mark_held_students",
        lambda *_, **__: late.__setitem__(0, dt.timedelta(hours=1)),
    )
    late_deps = replace(deps, now=lambda: dt.datetime.now(dt.UTC) + late[0])
    monkeypatch.setattr(export_function, "dependencies", lambda: late_deps)

    with pytest.raises(Unavailable):
        run_export(trigger="manual")

    assert in_bucket() == {}


def test_an_erasure_holds_the_lease_like_an_export(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small(STUDENT))
    hold_lease("20260302T210000Z-other", 60)

    assert request_erasure()[0] == 409
    by_operator = run_export(action="erasure", student_id=STUDENT)

    assert by_operator["error"]["code"] == "already_running"
    assert len(traces(STUDENT)) == 2  # snapshot and due mark, not the run record


def test_a_cancelled_erasure_names_no_student(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    _, asked = request_erasure()
    waiting = run_of(asked)

    call(configuration, "POST", f"{ONE_RUN}/cancel", run_id=asked["run_id"])

    assert (waiting["status"], waiting["student_ids"]) == ("pending", [STUDENT])
    assert run_of(asked)["status"] == "cancelled"
    assert traces(STUDENT) == []


def test_an_erasure_that_could_not_start_names_no_student(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    started.fails = True

    assert request_erasure()[0] == 503
    assert traces(STUDENT) == []


@pytest.mark.parametrize(
    "body", [None, {}, {"student_id": "a b"}, {"student_id": 1.5}, {"student_id": "7", "year": 1}]
)
def test_an_erasure_without_a_student_is_refused(
    server: AsyncSftpServer, started: StartedExports, body: Any
) -> None:
    set_up(server)

    assert call(configuration, "POST", ERASURES, body)[0] == 400
    assert started.events == []


def test_the_history_lists_erasures_and_limited_access_may_not_request_one(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    run = erase("never-seen", started)
    event = api_event(
        "GET", f"{ONE}/exports", claims=VIEWER, query={"kind": "erasure"}, connection_id=NORTH
    )

    page = json.loads(configuration.handler(event, context())["body"])

    assert [item["run_id"] for item in page["items"]] == [run["run_id"]]
    assert run["erased"] == {"snapshots": 0, "lines": 0, "files": 0, "runs": 0}
    assert request_erasure(claims=VIEWER)[0] == 403


# Removal


def test_a_full_file_omits_a_removed_student_who_is_neither_due_nor_current(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, {"files": [MAPPING["files"][0] | {"contents": "all"}]})
    send(small("1"), small("2"))
    run_export()
    send(small("2", "New"))

    assert remove("2") == 204
    removed, run = receipt("2"), run_export()

    assert (removed["status"], removed["exported_before"]) == ("removed", True)
    assert removed["synced_at"]
    assert run["years"][0]["rows"] == 1
    assert on_server(server)["SISData/exports/2025/students.csv"].splitlines()[1:] == ["1,Ann,0"]
    assert receipt("2")["status"] == "removed"
    assert_totals_add_up()
    assert status()[0]["synced"] == 1
    preview = {"student_ids": ["2"]}
    previewed = call(configuration, "POST", f"{ONE}/mapping/preview", preview)[1]
    assert "message" in previewed["students"][0]


def test_a_file_of_changes_omits_a_removed_student_and_people_may_remove(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small("1"), small("2"))

    assert remove("2", claims=VIEWER) == 403
    assert call(sync, "DELETE", RECEIPT, school_year="2025", student_id="2")[0] == 204
    assert run_export()["years"][0]["rows"] == 1
    assert_totals_add_up()


def test_a_removed_student_can_be_erased_too(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small(STUDENT), small("2"))
    run_export()
    remove(STUDENT)

    erase(STUDENT, started)

    assert traces(STUDENT) == []
    assert_totals_add_up()


# Loss of the archive


def test_without_the_archive_exports_continue_and_receipts_and_resends_report_the_loss(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(small("1"), small("2"))
    run = run_export()
    send(small("1", "New"))
    second = run_export()
    for key in in_bucket():
        boto3.client("s3").delete_object(Bucket="archive", Key=key)

    counts = receipt("2")
    resend = f"{ONE_RUN}/resend"
    refused = call(configuration, "POST", resend, {}, run_id=run["run_id"])
    by_operator = run_export(resend_of=second["run_id"])
    send(small("3"))
    following = run_export()

    assert (counts["status"], counts["exported"]["kept"]) == ("exported", False)
    assert "no longer kept" in counts["message"]
    assert (refused[0], "no longer kept" in refused[1]["error"]["message"]) == (404, True)
    assert (by_operator["status"], "no longer kept" in by_operator["message"]) == ("failed", True)
    assert (following["status"], following["years"][0]["rows"]) == ("succeeded", 1)
    assert_totals_add_up()
    assert erase("1", started)["status"] == "succeeded"
    assert_totals_add_up()


def test_a_loss_of_the_archive_before_a_run_retires_its_batch_loses_no_student(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(small("1"), small("2"), small("3", grade="X"))
    monkeypatch.setattr(export_function, "retire_batches", lambda *_, **__: None)
    run_export()
    monkeypatch.undo()
    for key in in_bucket():
        boto3.client("s3").delete_object(Bucket="archive", Key=key)
    save(MAPPING | {"files": [MAPPING["files"][0]]})

    run = run_export()

    assert run["years"][0]["held_count"] == 1
    assert [receipt(student)["status"] for student in "123"] == ["exported", "exported", "held"]
    assert_totals_add_up()
    assert stored_items("registrations")
