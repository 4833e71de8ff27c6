"""Lists of students by status, with names, values and exports, through the real handlers."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.bootstrap import export_function, sync_function
from registration_sync.domain.registrations.batches import Current, version_of
from registration_sync.routes import students as route
from registration_sync.use_cases.students import list_students as bounds
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
from tests.functional.support.events import ADMINISTRATOR, VIEWER, api_event
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

CONNECTION = "/connections/{connection_id}"
STUDENTS = f"{CONNECTION}/registrations"
ONE = f"{STUDENTS}/{{school_year}}/{{student_id}}"


@pytest.fixture(autouse=True)
def server(tmp_path: Path, aws: None) -> Iterator[AsyncSftpServer]:
    """The server of the connection, which exists with its mapping."""
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        yield running


def ask(claims: dict[str, str] = ADMINISTRATOR, **query: str) -> tuple[int, Any]:
    query = {"school_year": "2025"} | query
    event = api_event("GET", STUDENTS, claims=claims, query=query, connection_id=NORTH)
    response = configuration.handler(event, context())
    return response["statusCode"], json.loads(response["body"])


def page(**query: str) -> dict[str, Any]:
    status, answer = ask(**query)
    assert status == 200, answer
    shown: dict[str, Any] = answer
    return shown


def items(**query: str) -> list[dict[str, Any]]:
    """The students of all pages."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        answer = page(**query, after=after)
        found += answer["items"]
        after = answer["next"]
        if after is None:
            return found


def statuses(**query: str) -> dict[str, str]:
    return {one["student_id"]: one["status"] for one in items(**query)}


def remove(student_id: str) -> None:
    status, _ = call(sync, "DELETE", ONE, claims=ENROLL, school_year="2025", student_id=student_id)
    assert status == 204


def named(student_id: str, *names: str, **changes: Any) -> dict[str, Any]:
    """A registration with these first, middle and last names."""
    whole = registration(student_id, **changes)
    whole["data"]["students"] |= dict(zip(("fname", "mname", "lname"), names, strict=True))
    return whole


def without_row_of(fname: str) -> dict[str, Any]:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0] |= {"where": [{"field": "students.fname", "not_equal": fname}]}
    return mapping


def every_status() -> dict[str, str]:
    """A student of each status, and one of another year."""
    save(without_row_of("Zoe"))
    send(*(registration(one) for one in ("1-exported", "2-removed", "3-gone", "5-again")))
    send(registration("4-left", "Zoe"), registration("6-held", grade="PK"))
    send(registration("other", year=2024))
    run_export()
    remove("2-removed")
    run_export()
    remove("3-gone")
    send(registration("5-again", "Anna"), registration("7-new"))
    unconfirmed("8-failed")
    return {
        "1-exported": "exported",
        "2-removed": "removed",
        "3-gone": "removed",
        "4-left": "left_out",
        "5-again": "due",
        "6-held": "held",
        "7-new": "due",
        "8-failed": "unconfirmed",
    }


def unconfirmed(student_id: str) -> None:
    """Stores a sync whose mark was too late for the export of its batch."""
    table = sync_function.dependencies().table
    version = version_of(1_767_225_600_000, "request-late", 0)
    current = Current(student_id, version, 2, b'J{"data":{},"student_id":"x","school_year":"2025"}')
    table.put_current(NORTH, 2025, [current])


@pytest.mark.parametrize("limit", ["1", "3", "500"])
def test_students_are_listed_by_each_status(limit: str) -> None:
    expected = every_status()

    assert statuses(status="all", limit=limit) == expected
    for status in ("exported", "removed", "left_out", "due", "held", "unconfirmed"):
        of_status = {id_: shown for id_, shown in expected.items() if shown == status}
        assert statuses(status=status, limit=limit) == of_status
    assert list(statuses(status="all", limit=limit)) == sorted(expected)


def test_a_list_of_all_shows_what_the_receipts_show() -> None:
    every_status()

    for student in items(status="all"):
        path = {"school_year": "2025", "student_id": student["student_id"]}
        _, receipt = call(configuration, "GET", ONE, **path)
        assert {name: student[name] for name in student if name in receipt} == {
            name: receipt[name] for name in receipt if name in student
        }


def test_a_list_is_right_before_the_batches_of_a_run_are_retired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_function, "retire_batches", lambda *_, **__: None)
    save(without_row_of("Zoe"))
    send(registration("1"), registration("2"), registration("3", "Zoe"))

    run_export()
    remove("2")
    run_export()

    assert statuses(status="all") == {"1": "exported", "2": "removed", "3": "left_out"}


def test_long_lists_are_read_in_bounded_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    students = [f"{number:03}" for number in range(70)]
    send(*map(registration, students))
    run_export()
    remove("069")
    monkeypatch.setattr(bounds, "FIRST_READ", 8)
    monkeypatch.setattr(bounds, "READ_AT_ONCE", 8)
    monkeypatch.setattr(bounds, "MAX_LOOKED_AT", 20)

    first = page(status="removed")

    assert (first["items"], first["next"]) == ([], "019")
    assert statuses(status="removed") == {"069": "removed"}
    assert list(statuses(status="all", limit="7")) == students
    assert page(status="exported", after="068") == page(status="due", after="069")


def test_the_names_are_those_that_the_connection_chooses() -> None:
    send(named("1", "Ann", "", " Ng "), registration("2", "Ben"))
    run_export()
    remove("2")

    shown = page(status="all")
    assert shown["name_fields"] == ["students.fname", "students.mname", "students.lname"]
    assert [one["names"] for one in shown["items"]] == [["Ann", "", "Ng"], []]
    choose(["students.lname", "students", "students.id.more", "none.such"])

    shown = page(status="all")
    assert shown["name_fields"][0] == "students.lname"
    assert shown["items"][0]["names"] == ["Ng", "", "", ""]
    _, found = call(configuration, "GET", f"{CONNECTION}/students")
    assert [one["name"] for one in found["items"]] == ["Ng"]


def choose(name_fields: list[Any]) -> tuple[int, Any]:
    _, connection = call(configuration, "GET", CONNECTION)
    return call(configuration, "PUT", CONNECTION, connection | {"name_fields": name_fields})


@pytest.mark.parametrize(
    ("name_fields", "path", "part"),
    [
        (["registration.student_id"], "name_fields[0]", "data"),
        (["students.fname", "a..b"], "name_fields[1]", "1 to 10 names"),
        (["a"] * 6, "name_fields", "at most 5"),
        ([5], "name_fields[0]", "at most 5 fields"),
    ],
)
def test_a_wrong_name_field_is_refused(name_fields: list[Any], path: str, part: str) -> None:
    status, answer = choose(name_fields)

    (problem,) = answer["error"]["problems"]
    assert (status, problem["path"]) == (400, path)
    assert part in problem["message"]


def test_details_show_the_value_at_fault_and_the_last_export() -> None:
    send(registration("1"), registration("2", grade="PK"), registration("3"))
    first = run_export()
    send(registration("3", "Anna", grade="TK"))
    run_export()

    exported, held, both = items(status="all", details="true")

    assert exported["exported"]["run_id"] == both["exported"]["run_id"] == first["run_id"]
    assert exported["exported"]["exported_at"].endswith("Z")
    assert (exported["reasons"], exported["held_since"], held["exported"]) == ([], None, None)
    assert [one["value"] for one in held["reasons"]] == ["PK"]
    assert [one["value"] for one in both["reasons"]] == ["TK"]
    assert held["held_since"] <= both["held_since"]
    plain = items(status="held")
    assert "value" not in plain[0]["reasons"][0]
    assert "exported" not in plain[0]


def test_the_students_whom_a_run_held_are_listed_with_names_and_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send(named("1", "Ann", "", "Ng", grade="PK"), registration("2"), registration("3", grade="TK"))
    run = run_export()
    send(registration("3"))

    def held(**query: str) -> tuple[int, Any]:
        query = {"school_year": "2025"} | query
        resource = f"{CONNECTION}/exports/{{run_id}}/held"
        path = {"connection_id": NORTH, "run_id": run["run_id"]}
        event = api_event("GET", resource, claims=VIEWER, query=query, **path)
        response = configuration.handler(event, context())
        return response["statusCode"], json.loads(response["body"])

    _, answer = held()
    rows = [(one["student_id"], one["name"], one["field"], one["value"]) for one in answer["items"]]
    assert rows == [("1", "Ann Ng", "Grade", "PK"), ("3", "Ann", "Grade", None)]
    assert answer["next"] is None
    assert held(school_year="2024")[1] == {"items": [], "next": None}
    monkeypatch.setattr(route, "MAX_SECONDS", -1.0)
    assert (len(held()[1]["items"]), held()[1]["next"]) == (1, "1")
    assert held(after="1")[1]["items"] == answer["items"][1:]
    assert [held(after="x")[0], held(school_year="")[0]] == [400, 400]
    run["run_id"] = "20260101T000000Z-00000000"
    assert held()[0] == 404


def test_the_value_at_fault_is_found_in_a_file_with_the_date_in_its_name() -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["name"] = "students {date} {time}"
    mapping["files"].append(
        {
            "name": "more",
            "fields": [{"from": "students.grade", "mapping_type": "direct", "to": "G"}],
        }
    )
    save(mapping)
    send(registration("1", grade="PK"))
    run_export()

    ((reason,),) = [one["reasons"] for one in items(status="held", details="true")]

    assert reason["value"] == "PK"
    mapping["files"][0]["fields"].pop()
    save(mapping)
    ((reason,),) = [one["reasons"] for one in items(status="held", details="true")]
    assert reason["value"] is None


def test_mapped_values_of_chosen_columns_are_listed() -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["fields"].insert(0, {"mapping_type": "do_not_map", "from": "students.x"})
    mapping["files"].append(
        {
            "name": "contacts",
            "rows": {"each": "contacts"},
            "fields": [{"from": "entry.name", "mapping_type": "direct", "to": "Name"}],
        }
    )
    save(mapping)
    both = registration("1")
    both["data"]["contacts"] = [{"name": "Ada"}, {"name": "Bob"}]
    send(both, registration("2", grade="PK"), registration("3"))
    run_export()
    remove("3")

    shown = items(status="all", columns="0.3,1.0,0.1")

    assert [one["values"] for one in shown] == [
        [["0"], ["Ada", "Bob"], ["1"]],
        [["PK"], [], ["2"]],
        [[], [], []],
    ]


@pytest.mark.parametrize(
    ("query", "path", "part"),
    [
        ({"status": "gone"}, "status", "unconfirmed"),
        ({"status": "all", "details": "yes"}, "details", "true, false"),
        ({"status": "all", "columns": "0"}, "columns", "such as 0.2"),
        ({"status": "all", "columns": ",".join(["0.1"] * 11)}, "columns", "at most 10"),
        ({"status": "all", "columns": "0.9"}, "columns", "no column 0.9"),
        ({"status": "all", "after": "a b"}, "after", "next"),
    ],
)
def test_an_invalid_list_request_is_refused(query: dict[str, str], path: str, part: str) -> None:
    status, answer = ask(**query)

    (problem,) = answer["error"]["problems"]
    assert (status, problem["path"]) == (400, path)
    assert part in problem["message"]


def test_a_page_whose_mapping_takes_long_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    send(*map(registration, "123"))
    monkeypatch.setattr(route, "MAX_SECONDS", -1.0)

    shown = page(status="all", columns="0.0")

    assert ([one["student_id"] for one in shown["items"]], shown["next"]) == (["1"], "1")
    assert len(items(status="all", columns="0.0")) == 3


def test_a_list_of_a_connection_without_a_mapping_has_no_values(
    server: AsyncSftpServer,
) -> None:
    set_up(server, connection_id="south", district="north")
    event = api_event(
        "GET",
        STUDENTS,
        claims=VIEWER,
        query={"school_year": "2025", "status": "all", "details": "true"},
        connection_id="south",
    )
    assert configuration.handler(event, context())["statusCode"] == 200
