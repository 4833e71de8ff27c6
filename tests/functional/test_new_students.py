"""Files of new students: each student is delivered once, and no later change is sent."""

from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.domain.errors import LeaseLost
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    call,
    registration,
    run_export,
    save,
    send,
)

ONE = "/connections/{connection_id}"
NEW = MAPPING | {"files": [MAPPING["files"][0] | {"contents": "new"}]}


@pytest.fixture(autouse=True)
def connection(aws: None) -> None:
    created = call(configuration, "POST", "/connections", CONNECTION | {"delivery": "download"})
    assert created[0] == 201, created
    save(NEW)


def year_of(run: dict[str, Any]) -> dict[str, Any]:
    (year,) = run["years"]
    return dict(year)


def receipt(student_id: str) -> dict[str, Any]:
    path = {"school_year": "2025", "student_id": student_id}
    resource = f"{ONE}/registrations/{{school_year}}/{{student_id}}"
    status, answer = call(configuration, "GET", resource, **path)
    assert status == 200, answer
    return dict(answer)


def totals() -> tuple[int, ...]:
    _, answer = call(configuration, "GET", f"{ONE}/status")
    (year,) = answer["years"]
    return tuple(year[name] for name in ("synced", "exported", "left_out", "held", "due"))


def test_a_student_is_delivered_once_and_the_run_names_the_changes_that_it_does_not_send() -> None:
    send(registration("1", "Ann"), registration("2", "Bo"))
    assert year_of(run_export())["rows"] == 2

    send(registration("1", "Anna"), registration("3", "Cy"))
    year = year_of(run_export())

    assert (year["rows"], year["left_out"]) == (1, 1)
    assert (year["delivered_before_count"], year["delivered_before"]) == (1, ["1"])
    assert year["warnings"] == [
        "Changes of 1 student were not sent: an earlier export sent these students, and a file "
        "has only new students."
    ]
    assert totals() == (3, 2, 1, 0, 0)
    found = receipt("1")
    assert (found["status"], found["exported_before"]) == ("left_out", True)
    assert "only new students" in found["message"]
    assert receipt("2")["status"] == "exported"


def test_a_run_with_nothing_new_sends_no_file() -> None:
    send(registration("1"))
    run_export()
    send(registration("1", "Anna"))

    year = year_of(run_export())

    assert (year["status"], year["rows"], year["files"]) == ("nothing_to_export", 0, [])
    assert year_of(run_export())["delivered_before"] == []


def test_a_dry_run_shows_the_same_right_after_an_export() -> None:
    send(registration("1"))
    run_export()
    send(registration("1", "Anna"), registration("2"))

    year = year_of(run_export(dry_run=True))

    assert (year["rows"], year["delivered_before"]) == (1, ["1"])


def test_a_held_student_is_new_until_a_row_is_delivered() -> None:
    send(registration("1", grade="7"))
    assert year_of(run_export())["held_count"] == 1
    send(registration("1", grade="K"))
    assert year_of(run_export())["rows"] == 1


def test_a_student_who_left_and_returned_is_not_new() -> None:
    send(registration("1"))
    run_export()
    path = {"school_year": "2025", "student_id": "1"}
    resource = f"{ONE}/registrations/{{school_year}}/{{student_id}}"
    assert call(sync, "DELETE", resource, **path)[0] == 204
    run_export()
    send(registration("1"))
    assert year_of(run_export())["delivered_before"] == ["1"]


def test_mistakes_in_a_file_of_new_students_do_not_hold_a_delivered_one() -> None:
    save({"files": [*NEW["files"], MAPPING["files"][0] | {"name": "changes", "fields": PLAIN}]})
    send(registration("1", grade="K"))
    run_export()
    send(registration("1", grade="7"))

    year = year_of(run_export())

    assert (year["rows"], year["held_count"], year["left_out"]) == (1, 0, 0)
    assert year["delivered_before"] == ["1"]
    assert [file["name"] for file in year["files"]] == ["changes.csv"]


PLAIN = MAPPING["files"][0]["fields"][:2]


def test_a_run_that_ended_before_its_commit_delivers_its_students_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send(registration("1"))

    def lost(*_: object) -> None:
        raise LeaseLost("another run")

    with monkeypatch.context() as patched:
        patched.setattr(DynamoDBRegistrationsTable, "commit", lost)
        assert year_of(run_export())["status"] == "failed"

    assert year_of(run_export())["rows"] == 1


def test_a_full_export_sends_every_student() -> None:
    send(registration("1"), registration("2"))
    run_export()

    year = year_of(run_export(school_years=[2025], contents="all"))

    assert (year["rows"], year["delivered_before_count"]) == (2, 0)


def test_an_erased_student_leaves_the_list(tmp_path: Path) -> None:
    send(registration("1"))
    run_export()
    send(registration("1", "Anna"))
    run = run_export()
    assert year_of(run)["delivered_before"] == ["1"]

    erased = run_export(action="erasure", student_id="1")
    assert erased["status"] == "succeeded", erased

    path = {"run_id": run["run_id"]}
    _, shown = call(configuration, "GET", f"{ONE}/exports/{{run_id}}", **path)
    assert shown["years"][0]["delivered_before"] == []
