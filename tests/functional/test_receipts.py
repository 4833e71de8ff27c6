"""Every student is accounted for: receipts, lists and the status, through the real handlers."""

import copy
import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.bootstrap import export_function, sync_function
from registration_sync.domain.registrations.batches import Current, DueMark, version_of
from registration_sync.use_cases.ledger import retire_batches
from registration_sync.use_cases.students import read_status as bounds
from tests.functional.conftest import stored_items
from tests.functional.support.district import (
    ENROLL,
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
from tests.functional.support.events import ADMINISTRATOR, api_event
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

STUDENTS = "/connections/{connection_id}/registrations"
ONE = f"{STUDENTS}/{{school_year}}/{{student_id}}"
ALL_IDS = {"school_years": [2025], "contents": "all"}


@pytest.fixture(autouse=True)
def server(tmp_path: Path, aws: None) -> Iterator[AsyncSftpServer]:
    """The server of the connection, which exists with its mapping."""
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        yield running


@pytest.fixture
def ended_after_commit(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Ends runs right after the commit, until undone."""
    monkeypatch.setattr(export_function, "retire_batches", lambda *_, **__: None)
    return monkeypatch


def receipt(student_id: str = "007", year: int = 2025) -> dict[str, Any]:
    status, answer = call(configuration, "GET", ONE, school_year=str(year), student_id=student_id)
    assert status == 200, answer
    shown: dict[str, Any] = answer
    return shown


def status_of(*students: str) -> list[str]:
    return [receipt(student)["status"] for student in students]


def listed(**query: str) -> tuple[int, Any]:
    event = api_event("GET", STUDENTS, claims=ADMINISTRATOR, query=query, connection_id=NORTH)
    response = configuration.handler(event, context())
    return response["statusCode"], json.loads(response["body"])


def ids(**query: str) -> list[str]:
    status, answer = listed(school_year="2025", **query)
    assert status == 200, answer
    return [one["student_id"] for one in answer["items"]]


def year_of_status() -> dict[str, Any]:
    """The year's status; its totals must add up."""
    code, answer = call(configuration, "GET", "/connections/{connection_id}/status")
    assert code == 200, answer
    (year,) = answer["years"]
    assert year["synced"] == sum(year[part] for part in ("exported", "left_out", "held", "due"))
    shown: dict[str, Any] = year
    return shown


def totals() -> tuple[int, int, int, int]:
    """The counts of exported, left out, held and due students."""
    year = year_of_status()
    return year["exported"], year["left_out"], year["held"], year["due"]


def remove(student_id: str) -> None:
    status, _ = call(sync, "DELETE", ONE, claims=ENROLL, school_year="2025", student_id=student_id)
    assert status == 204


def mapping_without(fname: str, **file: Any) -> dict[str, Any]:
    """The mapping without a row for students of this first name."""
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0] |= {"where": [{"field": "students.fname", "not_equal": fname}], **file}
    return mapping


def test_the_receipt_of_an_exported_student_has_the_line_on_the_server(
    server: AsyncSftpServer,
) -> None:
    send(registration("007"), registration("06520", 'José "Pepe"'), registration("1e5"))

    run = run_export()

    shown = receipt("06520")
    content = (server.root / "SISData/exports/2025/students.csv").read_bytes()
    (file,) = shown["exported"].pop("files")
    assert content.decode().split("\r\n")[file["row"]] == file["line"] == '06520,"José ""Pepe""",0'
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert (file["name"], file["path"]) == ("students.csv", "SISData/exports/2025/students.csv")
    assert shown["exported"] == {
        "run_id": run["run_id"],
        "exported_at": year_of_status()["last_export"]["exported_at"],
        "kept": True,
    }
    assert (shown["status"], shown["held"], shown["exported_before"]) == ("exported", None, True)
    assert shown["request_id"].startswith("request-")
    assert totals() == (3, 0, 0, 0)
    assert year_of_status()["last_export"]["students"] == 3


def test_the_receipt_of_a_student_due_again_shows_the_exported_line() -> None:
    send(registration("007", "Ann"))
    assert (receipt()["status"], receipt()["exported"], totals()) == ("due", None, (0, 0, 0, 1))
    run_export()

    send(registration("007", "Anna"))

    shown = receipt()
    assert (shown["status"], shown["exported_before"]) == ("due", True)
    assert shown["exported"]["files"][0]["line"] == "007,Ann,0"
    assert totals() == (0, 0, 0, 1)
    assert year_of_status()["never_exported"] == 0
    run_export()
    assert receipt()["exported"]["files"][0]["line"] == "007,Anna,0"
    assert totals() == (1, 0, 0, 0)


def test_the_receipt_of_a_held_student_has_reasons_and_time_until_the_next_version() -> None:
    send(registration("007", grade="PK"), registration("1e5"))
    run_export()
    first = receipt()
    assert (first["status"], totals()) == ("held", (1, 0, 1, 0))
    assert first["held"]["reasons"] == [
        {"file": "students.csv", "field": "Grade", "rule": "match_codes"}
        | {"message": first["held"]["reasons"][0]["message"], "value": "PK"}
    ]
    set_since("2026-01-01T00:00:00Z")

    run_export()
    assert receipt()["held"]["since"] == "2026-01-01T00:00:00Z"
    send(registration("007", grade="PK"))
    assert status_of("007") == ["due"]
    run_export()

    assert receipt()["held"]["since"] > "2026-01-01T00:00:00Z"
    assert (receipt()["status"], totals()) == ("held", (1, 0, 1, 0))
    send(registration("007"))
    run_export()
    assert (receipt()["status"], receipt()["held"], totals()) == ("exported", None, (2, 0, 0, 0))


def set_since(moment: str) -> None:
    """Dates the marks of held students back."""
    table = boto3.client("dynamodb")
    for item in stored_items("registrations"):
        if "reasons" in item:
            table.put_item(TableName="registrations", Item={**item, "since": {"S": moment}})


def test_a_left_out_student_counts_as_left_out_until_a_file_has_a_row() -> None:
    save(mapping_without("Bob"))
    send(registration("1"), registration("2", "Bob"))
    run_export()
    assert (status_of("1", "2"), totals()) == (["exported", "left_out"], (1, 1, 0, 0))
    assert (receipt("2")["exported"], receipt("2")["exported_before"]) == (None, False)

    save(MAPPING)
    run = run_export(**ALL_IDS)

    assert (status_of("1", "2"), totals()) == (["exported", "exported"], (2, 0, 0, 0))
    assert receipt("2")["exported"]["run_id"] == run["run_id"]
    save(mapping_without("Bob"))
    run_export(**ALL_IDS)
    shown = receipt("2")
    assert (shown["status"], shown["exported_before"], totals()) == ("left_out", True, (1, 1, 0, 0))
    assert shown["exported"]["run_id"] == run["run_id"]


def test_a_student_missing_from_a_full_file_keeps_the_earlier_row() -> None:
    mapping = mapping_without("Bob", contents="all")
    mapping["files"].append({**copy.deepcopy(MAPPING["files"][0]), "name": "changes"})
    save(mapping)
    send(registration("1"), registration("2", "Bob"))
    run_export()
    assert totals() == (2, 0, 0, 0)

    send(registration("1", "Anna"))
    run_export()

    assert totals() == (2, 0, 0, 0)
    assert receipt("2")["exported"]["files"][0]["name"] == "changes.csv"


def test_a_removed_student_leaves_the_totals_at_once() -> None:
    send(registration("1"), registration("2"))
    run_export()

    remove("1")

    assert (status_of("1"), totals()) == (["removed"], (1, 0, 0, 0))
    run_export()
    assert (status_of("1", "2"), totals()) == (["removed", "exported"], (1, 0, 0, 0))
    send(registration("1"))
    assert (status_of("1"), totals()) == (["due"], (1, 0, 0, 1))
    run_export()
    assert totals() == (2, 0, 0, 0)


def test_a_student_who_was_removed_before_any_export_is_never_counted() -> None:
    send(registration("1"), registration("2"))
    remove("1")
    assert totals() == (0, 0, 0, 1)

    run_export()

    assert (status_of("1"), totals()) == (["removed"], (1, 0, 0, 0))


def test_a_removal_that_no_file_can_express_is_held_until_one_can() -> None:
    mapping = copy.deepcopy(MAPPING)
    send(registration("A-1"), registration("2"))
    run_export()
    student_id = {"from": "registration.student_id", "mapping_type": "direct", "to": "ID"}
    mapping["files"][0]["fields"][0] = student_id
    mapping["files"][0] |= {"removals": "row", "separator": "-", "text_identifier": "none"}
    save(mapping)
    remove("A-1")
    assert (totals(), status_of("A-1")) == ((1, 0, 0, 0), ["removed"])

    run = run_export()

    assert run["years"][0]["held_count"] == 1
    shown = receipt("A-1")
    assert (shown["status"], shown["held"]["reasons"][0]["rule"]) == ("held", "text_identifier")
    assert (totals(), ids(status="held")) == ((1, 0, 1, 0), ["A-1"])
    assert ids(status="never_exported") == []
    save(mapping | {"files": [mapping["files"][0] | {"separator": ","}]})
    assert run_export()["years"][0]["held_count"] == 0
    assert (totals(), status_of("A-1")) == ((1, 0, 0, 0), ["removed"])


def test_a_failed_export_leaves_the_totals_unchanged(server: AsyncSftpServer) -> None:
    send(registration("1"))
    run_export()
    send(registration("1", "Anna"), registration("2"))
    server.faults.failing.add("open")

    assert run_export()["status"] == "failed"

    assert (status_of("1", "2"), totals()) == (["due", "due"], (0, 0, 0, 2))


def test_a_student_who_was_never_synced_has_no_receipt() -> None:
    send(registration("1"))

    assert call(configuration, "GET", ONE, school_year="2025", student_id="9")[0] == 404
    assert call(configuration, "GET", ONE, school_year="2024", student_id="1")[0] == 404
    assert call(configuration, "GET", ONE, school_year="25", student_id="1")[0] == 400
    assert call(configuration, "GET", ONE, school_year="2025", student_id="a b")[0] == 400


def test_a_student_has_a_receipt_for_each_year() -> None:
    send(registration("007", year=2024), registration("007", year=2025), registration("1"))

    status, answer = listed(student_id="007")

    assert status == 200
    assert [(one["school_year"], one["status"]) for one in answer["items"]] == [
        (2025, "due"),
        (2024, "due"),
    ]
    assert (answer["items"][0], answer["next"]) == (receipt("007"), None)
    assert listed(student_id="9")[1] == {"items": [], "next": None}


def test_the_receipt_of_an_unconfirmed_sync_shows_the_exported_version() -> None:
    send(registration("1"), registration("2"))
    run_export()
    stalled = version_of(1_800_000_000_000, "stalled", 0)
    table = sync_function.dependencies().table

    empty = b'J{"data":{}}'
    table.put_current(
        NORTH, 2025, [Current("1", stalled, 1, empty), Current("3", stalled, 1, empty)]
    )

    assert (status_of("1", "2", "3"), totals()) == (
        ["unconfirmed", "exported", "unconfirmed"],
        (2, 0, 0, 0),
    )
    assert "again" in receipt("1")["message"]


def test_the_receipt_outlives_the_archive() -> None:
    send(registration("1"))
    run = run_export()
    s3 = boto3.client("s3")
    for kept in s3.list_objects_v2(Bucket="archive")["Contents"]:
        s3.delete_object(Bucket="archive", Key=kept["Key"])

    shown = receipt("1")

    assert (shown["status"], shown["exported"]["run_id"]) == ("exported", run["run_id"])
    assert (shown["exported"]["kept"], shown["exported"]["files"]) == (False, [])
    assert totals() == (1, 0, 0, 0)


def test_receipts_are_complete_right_after_the_commit(
    ended_after_commit: pytest.MonkeyPatch,
) -> None:
    save(mapping_without("Bob"))
    send(registration("1"), registration("2", "Bob"), registration("3", grade="PK"))
    first = run_export()
    send(registration("1", "Anna"), registration("2", "Bob"))

    assert status_of("1", "2", "3") == ["due", "due", "held"]
    assert (totals(), year_of_status()["never_exported"]) == ((0, 0, 1, 2), 2)
    assert receipt("1")["exported"]["run_id"] == first["run_id"]
    assert ids(status="never_exported") == ["2", "3"]
    run_export()
    assert (status_of("1", "2"), totals()) == (["exported", "left_out"], (1, 1, 1, 0))
    ended_after_commit.undo()
    remove("1")
    run_export()
    assert (status_of("1", "2", "3"), totals()) == (["removed", "left_out", "held"], (0, 1, 1, 0))


def test_due_marks_complete_the_receipt_after_a_loss_of_the_archive(
    ended_after_commit: pytest.MonkeyPatch,
) -> None:
    send(registration("1"), registration("2"), registration("3", grade="PK"))
    run_export()
    s3 = boto3.client("s3")
    for kept in s3.list_objects_v2(Bucket="archive")["Contents"]:
        s3.delete_object(Bucket="archive", Key=kept["Key"])
    ended_after_commit.undo()

    run_export()
    send(registration("1", "Anna"))

    assert (status_of("1", "2", "3"), totals()) == (["due", "exported", "held"], (1, 0, 1, 1))


def test_exports_older_than_the_ledger_are_counted_once_and_kept() -> None:
    send(registration("1"), registration("2"), registration("3"), registration("4", grade="PK"))
    remove("3")
    run_export()
    remove_ledger()
    send(registration("2", "Bob"))
    assert (status_of("1", "2", "3", "4"), totals()) == (
        ["exported", "due", "removed", "held"],
        (1, 0, 1, 1),
    )
    assert receipt("1")["exported"] is None

    run_export()

    assert totals() == (2, 0, 1, 0)
    assert receipt("2")["exported"]["files"][0]["line"] == "2,Bob,0"
    send(registration("1", "Anna"))
    assert (receipt("1")["exported_before"], totals()) == (True, (1, 0, 1, 1))
    remove("2")
    run_export()
    assert totals() == (1, 0, 1, 0)


def remove_ledger() -> None:
    """Restores the table to its form before the ledger."""
    table = boto3.client("dynamodb")
    for item in stored_items("registrations"):
        if item["pk"]["S"].startswith("LEDGER#"):
            key = {name: item[name] for name in ("pk", "sk")}
            table.delete_item(TableName="registrations", Key=key)
        elif item["pk"]["S"].startswith("CURRENT#"):
            known = ("outcome", "settled_in", "exported_in")
            left = {name: value for name, value in item.items() if name not in known}
            table.put_item(TableName="registrations", Item=left)


def test_due_held_and_new_students_are_listed_page_by_page() -> None:
    send(*(registration(str(number)) for number in range(3)))
    run_export()
    send(registration("0", "Zoe"), registration("7", grade="PK"))
    run_export()
    send(registration("1", "Anna"), registration("8"), registration("9"))

    assert ids(status="due") == ["1", "8", "9"]
    assert ids(status="held") == ["7"]
    assert ids(status="never_exported") == ["7", "8", "9"]
    _, first = listed(school_year="2025", status="due", limit="2")
    assert ([one["student_id"] for one in first["items"]], first["next"]) == (["1", "8"], "8")
    assert ids(status="due", limit="2", after="8") == ["9"]
    _, held = listed(school_year="2025", status="held")
    assert held["items"][0]["reasons"][0]["field"] == "Grade"
    status, other_year = listed(school_year="1999", status="due")
    assert (status, other_year["items"], other_year["next"]) == (200, [], None)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"school_year": "2025", "status": "gone"}, "status"),
        ({"school_year": "2025"}, "status"),
        ({"status": "due"}, "school_year"),
        ({"school_year": "2025", "status": "due", "limit": "0"}, "limit"),
        ({"school_year": "2025", "status": "due", "name": "Ann"}, "name"),
        ({"student_id": "a b"}, "student_id"),
        ({"student_id": "1", "status": "due"}, "status"),
    ],
)
def test_an_invalid_list_request_is_refused(query: dict[str, str], path: str) -> None:
    status, answer = listed(**query)

    assert (status, [one["path"] for one in answer["error"]["problems"]]) == (400, [path])


def test_a_receipt_finds_a_row_in_a_package_in_the_encoding_of_its_file() -> None:
    mapping = copy.deepcopy(MAPPING) | {"package": {"name": "all"}}
    mapping["files"][0] |= {"encoding": "windows-1252"}
    save(mapping)
    send(registration("1", "José"))

    run_export()

    (file,) = receipt("1")["exported"]["files"]
    assert (file["name"], file["line"]) == ("students.csv", "1,José,0")
    assert file["path"] == "SISData/exports/2025/all.zip"


def test_a_student_whose_distinct_row_came_from_another_is_exported_without_a_line() -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"] = [
        {
            "name": "grades",
            "rows": {"distinct": "students.grade"},
            "fields": [{"from": "students.grade", "mapping_type": "direct", "to": "Grade"}],
        }
    ]
    save(mapping)
    send(registration("1"), registration("2"))

    run_export()

    assert (receipt("2")["status"], receipt("2")["exported"]["files"]) == ("exported", [])
    assert receipt("1")["exported"]["files"][0]["row"] == 1
    assert totals() == (2, 0, 0, 0)


def test_a_due_mark_without_a_snapshot_counts_as_missing() -> None:
    send(registration("1"))
    sync_function.dependencies().table.put_marks(NORTH, 2025, 1, [DueMark("9")])

    assert (totals(), year_of_status()["missing"]) == ((0, 0, 0, 1), 1)
    assert ids(status="due") == ["1"]


def test_a_status_reads_a_bounded_number_of_due_students_and_says_at_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "MAX_DUE_READ", 3)
    send(*(registration(f"{number}") for number in range(3)))
    run_export()
    assert (totals(), year_of_status()["at_least"]) == ((3, 0, 0, 0), False)

    send(*(registration(f"{number}", "New") for number in range(5)))

    assert (totals(), year_of_status()["at_least"]) == ((0, 0, 0, 3), True)


def test_an_export_without_time_to_settle_the_last_one_goes_on_in_the_next_run(
    ended_after_commit: pytest.MonkeyPatch, server: AsyncSftpServer
) -> None:
    ended_after_commit.setattr(retire_batches, "BATCH_SIZE", 2)
    send(*(registration(f"{number}") for number in range(5)))
    run_export()
    send(registration("0", "New"), registration("5"))
    seconds = itertools.chain([400, 400], itertools.repeat(200))
    hurried = context()
    hurried.get_remaining_time_in_millis = lambda: next(seconds) * 1000
    event = {"connection_id": NORTH, "trigger": "hand"}

    stopped = export.handler(event | {"run_id": "20260401T210000Z-1"}, hurried)

    assert (stopped["status"], totals()) == ("failed", (4, 0, 0, 2))
    assert "still being stored" in stopped["years"][0]["error"]["message"]
    numbers = export_function.dependencies().table.marker(NORTH).years[2025]
    assert (numbers.exported, numbers.retired, numbers.settled_to) == (1, 0, "3")
    assert run_export()["status"] == "succeeded"
    assert totals() == (6, 0, 0, 0)
    assert b"New" in (server.root / "SISData/exports/2025/students.csv").read_bytes()
