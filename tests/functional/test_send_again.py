"""Students who were exported before go again with the next export, through the real handlers."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.bootstrap import sync_function
from registration_sync.domain.errors import Unavailable
from tests.functional.conftest import stored_items
from tests.functional.support.district import (
    ENROLL,
    MAPPING,
    call,
    registration,
    run_export,
    save,
    send,
    set_up,
)
from tests.functional.support.events import ADMINISTRATOR, VIEWER, program
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

STUDENTS = "/connections/{connection_id}/registrations"
ONE = f"{STUDENTS}/{{school_year}}/{{student_id}}"
PROGRAM = program("enroll", "sync/exports.run")


@pytest.fixture(autouse=True)
def server(tmp_path: Path, aws: None) -> Iterator[AsyncSftpServer]:
    """The server of the connection, which exists with its mapping."""
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        yield running


def again(
    *student_ids: str, year: int = 2025, claims: dict[str, str] = ADMINISTRATOR
) -> tuple[int, Any]:
    body = {"school_year": year, "student_ids": list(student_ids)}
    return call(sync, "POST", f"{STUDENTS}/due", body, claims=claims)


def results(*student_ids: str, **options: Any) -> dict[str, str]:
    status, answer = again(*student_ids, **options)
    assert status == 200, answer
    return {one["student_id"]: one["result"] for one in answer["students"]}


def status_of(student_id: str) -> str:
    _, receipt = call(configuration, "GET", ONE, school_year="2025", student_id=student_id)
    status: str = receipt["status"]
    return status


def totals() -> tuple[int, ...]:
    _, answer = call(configuration, "GET", "/connections/{connection_id}/status")
    (year,) = answer["years"]
    return tuple(year[name] for name in ("synced", "exported", "held", "due"))


def rows(server: AsyncSftpServer) -> list[str]:
    text = (server.root / "SISData/exports/2025/students.csv").read_text()
    return text.splitlines()[1:]


def snapshot(student_id: str) -> dict[str, Any]:
    return next(
        item
        for item in stored_items("registrations")
        if item["pk"]["S"].startswith("CURRENT#") and item["sk"]["S"] == student_id
    )


@pytest.mark.parametrize("claims", [ADMINISTRATOR, VIEWER, PROGRAM])
def test_students_go_again_with_the_next_export_as_they_were_synced(
    server: AsyncSftpServer, claims: dict[str, str]
) -> None:
    send(registration("1", "Ann"), registration("2", "Ben"), registration("3", "Cy"))
    run_export()
    before = snapshot("1")
    assert "expires_at" in before

    assert results("1", "3", claims=claims) == {"1": "due", "3": "due"}

    assert (status_of("1"), status_of("2"), totals()) == ("due", "exported", (3, 1, 0, 2))
    after = snapshot("1")
    assert "expires_at" not in after
    assert (after["snapshot"], after["version"]) == (before["snapshot"], before["version"])
    send(registration("4", "Dee"))
    run_export()
    assert rows(server) == ["1,Ann,0", "3,Cy,0", "4,Dee,0"]
    assert (status_of("1"), totals()) == ("exported", (4, 4, 0, 0))


def test_due_held_removed_and_unknown_students_are_left_as_they_are() -> None:
    send(registration("held", grade="PK"), registration("gone"), registration("out"))
    run_export()
    call(sync, "DELETE", ONE, claims=ENROLL, school_year="2025", student_id="gone")
    run_export()
    send(registration("due"))
    held = call(configuration, "GET", ONE, school_year="2025", student_id="held")[1]["held"]

    assert results("held", "gone", "due", "nobody", "out") == {
        "held": "already_due",
        "gone": "unknown",
        "due": "already_due",
        "nobody": "unknown",
        "out": "due",
    }
    assert results("out", year=2019) == {"out": "unknown"}
    _, receipt = call(configuration, "GET", ONE, school_year="2025", student_id="held")
    assert receipt["held"] == held


def test_a_student_who_was_left_out_goes_with_the_next_export() -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0] |= {"where": [{"field": "students.fname", "not_equal": "Ann"}]}
    save(mapping)
    send(registration("1", "Ann"))
    run_export()
    assert status_of("1") == "left_out"
    save(MAPPING)

    assert results("1") == {"1": "due"}
    run_export()
    assert status_of("1") == "exported"


def test_an_export_in_between_does_not_lose_the_students(monkeypatch: pytest.MonkeyPatch) -> None:
    send(registration("1"))
    run_export()
    table = sync_function.dependencies().table
    mark = table.put_marks

    def late(*given: Any) -> set[str]:
        monkeypatch.setattr(table, "put_marks", mark)
        send(registration("2"))
        run_export()  # closes the batch in which the student is marked next
        return mark(*given)

    monkeypatch.setattr(table, "put_marks", late)

    assert results("1") == {"1": "due"}
    assert status_of("1") == "due"
    run_export()
    assert (status_of("1"), totals()) == ("exported", (2, 2, 0, 0))


def test_a_student_who_is_not_confirmed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    send(registration("1"), registration("2"))
    run_export()
    table = sync_function.dependencies().table
    monkeypatch.setattr(table, "put_marks", lambda *_: {"1"})

    status, answer = again("1", "2")

    assert (status, answer["error"]["code"]) == (503, Unavailable.code)
    assert status_of("2") == "exported"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"school_year": 2025}, "student_ids"),
        ({"student_ids": ["1"]}, "school_year"),
        ({"school_year": 2025, "student_ids": []}, "student_ids"),
        ({"school_year": 2025, "student_ids": ["1"] * 501}, "student_ids"),
        ({"school_year": 2025, "student_ids": ["a b"]}, "student_ids[0]"),
        ({"school_year": 2025, "student_ids": ["1"], "run": 1}, "run"),
    ],
)
def test_an_invalid_request_is_refused(body: dict[str, Any], path: str) -> None:
    status, answer = call(sync, "POST", f"{STUDENTS}/due", body)

    assert (status, [one["path"] for one in answer["error"]["problems"]]) == (400, [path])


def test_a_sync_program_may_not_send_again() -> None:
    assert again("1", claims=program("enroll", "sync/registrations.write"))[0] == 403
