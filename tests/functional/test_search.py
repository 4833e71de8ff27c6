"""Finding students by name, Enroll id and the SIS's number, through the real handlers."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from registration_sync.use_cases.students import registration_sample
from tests.functional.support.district import (
    MAPPING,
    NORTH,
    context,
    registration,
    save,
    send,
    set_up,
)
from tests.functional.support.events import ADMINISTRATOR, api_event
from tests.support.sftp_servers import AsyncSftpServer

STUDENTS = "/connections/{connection_id}/students"

pytestmark = pytest.mark.usefixtures("started")


@pytest.fixture(autouse=True)
def server(tmp_path: Path, aws: None) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        mapping = copy.deepcopy(MAPPING)
        mapping["files"][0]["fields"].append(
            {
                "from": "students.local",
                "mapping_type": "transformation",
                "transformations": [{"type": "pad", "width": 6, "with": "0", "side": "left"}],
                "to": "Student_Number",
            }
        )
        save(mapping)
        yield running


def ask(**query: str) -> tuple[int, Any]:
    event = api_event("GET", STUDENTS, claims=ADMINISTRATOR, query=query, connection_id=NORTH)
    response = configuration.handler(event, context())
    return response["statusCode"], json.loads(response["body"])


def found(search: str, **query: str) -> list[str]:
    status, answer = ask(search=search, **query)
    assert status == 200, answer
    return [one["student_id"] for one in answer["items"]]


def student(student_id: str, first: str, last: str, number: str = "", **more: Any) -> Any:
    whole = registration(student_id, first, **more)
    whole["data"]["students"] |= {"lname": last, "local": number}
    return whole


@pytest.fixture
def school() -> None:
    send(
        student("000333", "Tomás", "Evans", "1014"),
        student("21", "Mary Kate", "O\u2019Brien-García", "333999"),
        student("s-22", "Łukasz", "Ñandú", "2"),
        student("1333", "Zoë", "Müller", "77"),
        student("1333", "Zoe", "Muller", "77", year=2024),
    )


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("Tomás Evans", ["000333"]),
        ("evans tomas", ["000333"]),
        ("Evans, Tomás", ["000333"]),
        ("TOMA\u0301S", ["000333"]),
        ("garcia", ["21"]),
        ("obrien garcia", ["21"]),
        ("o'brien-garcia, mary", ["21"]),
        ("Lukasz nandu", ["s-22"]),
        ("S-22", ["s-22"]),
        ("zoe", ["1333"]),
        ("333", ["000333", "1333", "21"]),
        ("0000333", ["000333", "1333", "21"]),
        ("001014", ["000333"]),
        ("1014", ["000333"]),
        ("01014 evans", ["000333"]),
        ("1334", []),
        ("!", []),
        ("", ["000333", "1333", "21", "s-22"]),
    ],
)
def test_students_are_found_by_name_id_and_number(search: str, ids: list[str]) -> None:
    assert found(search) == ids


@pytest.mark.usefixtures("school")
def test_names_and_numbers_of_ids_are_read_together() -> None:
    status, answer = ask(ids="1333,nobody,000333,a b")

    assert (status, answer["next"]) == (200, None)
    assert [(one["student_id"], one["school_year"]) for one in answer["items"]] == [
        ("1333", 2025),
        ("000333", 2025),
    ]
    assert answer["items"][1]["name"] == "Tomás Evans"
    assert [one["number"] for one in answer["items"]] == ["000077", "001014"]


def test_a_search_continues_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    send(*(student(f"{number:03}", "Ann", "Ng") for number in range(30)))
    send(student("030", "Ben", "Ng", "4711"), student("000", "Ann", "Ng", year=2024))

    _, first = ask(search="ann")
    _, last = ask(search="ann", after=first["next"])

    assert (len(first["items"]), first["complete"], first["next"]) == (20, False, "2025/019")
    assert [one["student_id"] for one in last["items"]] == [
        f"{one:03}" for one in range(20, 30)
    ] + ["000"]
    assert (last["complete"], last["next"]) == (True, None)
    assert found("4711") == ["030"]
    monkeypatch.setattr(registration_sample, "MAX_STUDENTS", 12)
    _, answer = ask(search="4711")
    assert (answer["items"], answer["looked_at"], answer["next"]) == ([], 12, "2025/011")
    _, answer = ask(search="4711", after="2025/020")
    assert ([one["student_id"] for one in answer["items"]], answer["next"]) == (["030"], None)


def test_an_exact_number_is_found_behind_many_that_contain_it() -> None:
    send(*(student(f"{number:03}", "Ann", "Ng", f"5{number:03}1") for number in range(100, 125)))
    send(student("900", "Ben", "Ng", "510"))

    assert found("510")[0] == "900"
    assert len(found("510")) == 11
    assert found("10")[:2] == ["100", "101"]


@pytest.mark.parametrize("after", ["1001", "2025/", "2025/a b", "x/1", "20255/1"])
def test_a_wrong_position_is_refused(after: str) -> None:
    status, answer = ask(search="ann", after=after)

    (problem,) = answer["error"]["problems"]
    assert (status, problem["path"]) == (400, "after")
