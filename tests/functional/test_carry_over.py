"""Carry over: the students of a file that the importer did not collect go again in the file that
replaces it, as they are now."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.bootstrap import export_function
from registration_sync.domain.errors import LeaseLost, Unavailable
from tests.functional.conftest import stored_items
from tests.functional.support.district import (
    MAPPING,
    call,
    registration,
    run_export,
    save,
    send,
    set_up,
)
from tests.functional.test_years import change
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
FOLDER = "SISData/exports/2025"
CARRY_OVER: dict[str, Any] = {"not_collected": {"action": "carry_over"}}
STUDENTS = MAPPING["files"][0]
CHANGES_AND_NEW = {"files": [STUDENTS, STUDENTS | {"name": "new", "contents": "new"}]}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def names(server: AsyncSftpServer, file: str = "students", folder: str = FOLDER) -> list[str]:
    """The first columns of the file: id and first name of each student."""
    lines = (server.root / folder / f"{file}.csv").read_text().splitlines()[1:]
    return [line.rpartition(",")[0] for line in lines]


def collect(server: AsyncSftpServer, file: str = "students") -> None:
    (server.root / FOLDER / f"{file}.csv").unlink()


def year_of(run: dict[str, Any]) -> dict[str, Any]:
    (year,) = run["years"]
    return dict(year)


def carried(run: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [
        (one["path"].rpartition("/")[2], one["run_id"], one["students"])
        for one in year_of(run)["carried_over"]
    ]


def findings(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["guard"], one["action"]) for one in year_of(run)["findings"]]


def totals() -> tuple[int, ...]:
    _, answer = call(configuration, "GET", f"{ONE}/status")
    (year,) = answer["years"]
    return tuple(year[name] for name in ("synced", "exported", "left_out", "held", "due"))


def receipt(student_id: str) -> dict[str, Any]:
    path = {"school_year": "2025", "student_id": student_id}
    resource = f"{ONE}/registrations/{{school_year}}/{{student_id}}"
    status, answer = call(configuration, "GET", resource, **path)
    assert status == 200, answer
    return dict(answer)


def remove(student_id: str) -> None:
    resource = f"{ONE}/registrations/{{school_year}}/{{student_id}}"
    status, _ = call(sync, "DELETE", resource, school_year="2025", student_id=student_id)
    assert status < 300


@pytest.mark.parametrize("importer", ["removes", "unknown", "leaves"])
def test_the_students_of_an_uncollected_file_go_again_as_they_are_now(
    server: AsyncSftpServer, importer: str
) -> None:
    set_up(server, importer=importer, guards=CARRY_OVER)
    send(registration("1", "Ann"), registration("2", "Bo"), registration("3", "Cy"))
    first = run_export()
    remove("3")
    send(registration("1", "Anna"), registration("4", "Di"))

    second = run_export()

    assert names(server) == ["1,Anna", "2,Bo", "4,Di"]
    assert carried(second) == [("students.csv", first["run_id"], 2)]
    assert findings(second) == ([("not_collected", "carry_over")] if importer == "removes" else [])
    assert totals() == (3, 3, 0, 0, 0)
    found = receipt("2")
    assert (found["status"], found["exported"]["run_id"]) == ("exported", second["run_id"])


def test_carried_students_are_carried_again_until_the_file_is_collected(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    for number in range(3):
        send(registration(f"{number}"))
        run = run_export()
    assert names(server) == ["0,Ann", "1,Ann", "2,Ann"]
    assert [students for _, _, students in carried(run)] == [2]
    collect(server)
    send(registration("3"))

    last = run_export()

    assert (names(server), carried(last), findings(last)) == (["3,Ann"], [], [])
    assert totals() == (4, 4, 0, 0, 0)


def test_without_anything_due_the_old_file_stays_as_it_is(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    server.requests.clear()

    run = run_export()

    assert (year_of(run)["status"], carried(run)) == ("nothing_to_export", [])
    assert server.requests == []
    assert totals() == (1, 1, 0, 0, 0)


def test_a_run_may_carry_over_although_the_guard_does_not(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes", guards={"not_collected": {"action": "hold"}})
    send(registration("1"))
    first = run_export()
    send(registration("2"))
    assert run_export()["status"] == "awaiting_confirmation"

    run = run_export(carry_over=True)

    assert (run["status"], run["carry_over"]) == ("succeeded", True)
    assert (names(server), carried(run)) == (
        ["1,Ann", "2,Ann"],
        [("students.csv", first["run_id"], 1)],
    )


def test_a_run_that_carries_over_also_has_the_students_whose_file_was_lost_before(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes")
    runs = []
    for number in range(3):
        send(registration(f"{number}"))
        runs.append(run_export()["run_id"])
    assert names(server) == ["2,Ann"]
    collect(server)
    send(registration("3"))

    run = run_export(carry_over=True)

    assert names(server) == ["0,Ann", "1,Ann", "3,Ann"]
    assert carried(run) == [("students.csv", run_id, 1) for run_id in runs[:2]]
    collect(server)
    send(registration("4"))
    assert carried(run_export(carry_over=True)) == []


def test_a_resend_moves_no_mark_and_the_next_export_has_the_students_that_it_replaced(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    first = run_export()["run_id"]
    collect(server)
    send(registration("2"))
    second = run_export()["run_id"]

    resent = run_export(resend_of=first)

    assert "The next export sends its students again" in str(year_of(resent)["warnings"])
    assert (names(server), totals()) == (["1,Ann"], (2, 2, 0, 0, 0))
    collect(server)
    send(registration("3"))
    run = run_export()
    assert (names(server), carried(run)) == (
        ["2,Ann", "3,Ann"],
        [("students.csv", second, 1)],
    )


def test_a_held_student_is_carried_once_and_stays_held_since_the_same_time(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"), registration("2"))
    run_export()
    send(registration("2", grade="9"))
    run_export()
    assert (names(server), receipt("2")["status"]) == (["1,Ann"], "held")
    since = receipt("2")["held"]["since"]
    send(registration("3"))

    run_export()

    assert (names(server), receipt("2")["held"]["since"]) == (["1,Ann", "3,Ann"], since)
    assert totals() == (3, 2, 0, 1, 0)


def test_only_the_file_that_was_not_collected_carries_its_students(
    server: AsyncSftpServer,
) -> None:
    elder = STUDENTS | {
        "name": "elder",
        "where": [{"field": "students.grade", "equals": "1"}],
    }
    set_up(server, {"files": [STUDENTS, elder]}, importer="removes", guards=CARRY_OVER)
    send(registration("1"), registration("2", grade="1"))
    run_export()
    collect(server)
    send(registration("3"))

    run = run_export()

    assert (names(server), names(server, "elder")) == (["2,Ann", "3,Ann"], ["2,Ann"])
    assert [(file, students) for file, _, students in carried(run)] == [("elder.csv", 1)]


def test_a_student_of_an_uncollected_file_of_new_students_is_new_again(
    server: AsyncSftpServer,
) -> None:
    set_up(server, CHANGES_AND_NEW, importer="removes", guards=CARRY_OVER)
    send(registration("1"), registration("2"), registration("3"))
    run_export()
    collect(server)
    # 1 is due by itself, and 2 is held while carried over.
    send(registration("1", "Anna"), registration("2", grade="9"))

    run_export()

    assert (names(server), names(server, "new")) == (["1,Anna", "3,Ann"], ["1,Anna", "3,Ann"])
    send(registration("2", "Bo"))
    collect(server)
    collect(server, "new")
    run_export()
    assert (names(server), names(server, "new")) == (["2,Bo"], ["2,Bo"])
    collect(server)
    collect(server, "new")
    send(registration("2", "Bob"))
    run_export()
    assert names(server) == ["2,Bob"]
    assert not (server.root / FOLDER / "new.csv").exists()
    assert totals() == (3, 3, 0, 0, 0)


def test_a_collected_file_of_new_students_does_not_repeat_them(server: AsyncSftpServer) -> None:
    set_up(server, CHANGES_AND_NEW, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    collect(server, "new")
    send(registration("2"))

    run_export()

    assert (names(server), names(server, "new")) == (["1,Ann", "2,Ann"], ["2,Ann"])


def test_the_removal_of_a_student_goes_again(server: AsyncSftpServer) -> None:
    removing = STUDENTS | {
        "removals": "row",
        "fields": [
            {"from": "registration.student_id", "mapping_type": "direct", "to": "ID"},
            {"from": "registration.removed_at", "mapping_type": "direct", "to": "Left"},
        ],
    }
    set_up(server, {"files": [removing]}, importer="removes", guards=CARRY_OVER)
    send(registration("1"), registration("2"))
    run_export()
    collect(server)
    remove("1")
    run_export()
    rows = (server.root / FOLDER / "students.csv").read_text().splitlines()[1:]
    send(registration("3"))

    run_export()

    again = (server.root / FOLDER / "students.csv").read_text().splitlines()[1:]
    assert (len(rows), again[0], len(again)) == (1, rows[0], 2)
    assert totals() == (2, 2, 0, 0, 0)


def test_a_file_of_all_students_carries_nothing(server: AsyncSftpServer) -> None:
    roster = {"files": [STUDENTS | {"contents": "all"}]}
    set_up(server, roster, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    send(registration("2"))

    run = run_export()

    assert (names(server), carried(run)) == (["1,Ann", "2,Ann"], [])
    assert findings(run) == [("not_collected", "carry_over")]


def test_students_of_another_year_at_the_same_path_are_due_in_their_own_year(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER, folder="out")
    send(registration("1", year=2024), registration("2"))
    first = run_export(school_years=[2024])

    run = run_export(school_years=[2025])

    assert names(server, folder="out") == ["2,Ann"]
    assert carried(run) == [("students.csv", first["run_id"], 1)]
    collect_other = server.root / "out" / "students.csv"
    collect_other.unlink()
    run_export(school_years=[2024])
    assert names(server, folder="out") == ["1,Ann"]


def test_an_erased_student_stays_out(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"), registration("2"))
    run_export()
    run_export(action="erasure", student_id="1")
    send(registration("3"))

    run = run_export()

    assert names(server) == ["2,Ann", "3,Ann"]
    assert [students for _, _, students in carried(run)] == [1]


def test_a_student_who_is_due_again_does_not_expire(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    assert "expires_at" in snapshot("1")
    send(registration("2"))
    server.faults.forbidden.add("open")

    assert run_export()["status"] == "failed"

    assert "expires_at" not in snapshot("1")
    assert totals() == (2, 0, 0, 0, 2)


def snapshot(student_id: str) -> dict[str, Any]:
    (found,) = [
        item
        for item in stored_items("registrations")
        if item["pk"]["S"].startswith("CURRENT#") and item["sk"]["S"] == student_id
    ]
    return found


def test_an_upload_that_an_older_version_recorded_is_carried_over(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    with monkeypatch.context() as older:
        real = DynamoDBDeliveries.remember

        def remember(self: Any, c: str, account: str, upload: Any, token: str | None) -> None:
            real(self, c, account, replace(upload, source=None, rows=None), token)

        older.setattr(DynamoDBDeliveries, "remember", remember)
        run_export()
    send(registration("2"))

    run_export()

    assert names(server) == ["1,Ann", "2,Ann"]


def test_a_lost_archive_is_reported(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    first = run_export()["run_id"]
    deps = export_function.dependencies()
    for run_id, name, _ in [*deps.archive.kept("north")]:
        if "index" in name:
            deps.archive.remove("north", run_id, name)
    send(registration("2"))

    run = run_export()

    assert names(server) == ["2,Ann"]
    assert "no list of them any longer" in str(year_of(run)["warnings"])
    assert year_of(run)["carried_over"][0]["is_listed"] is False
    assert first in str(year_of(run)["findings"])


@pytest.mark.parametrize(
    ("owner", "call_name", "error"),
    [
        (DynamoDBRegistrationsTable, "put_marks", Unavailable("throttled")),
        (DynamoDBRegistrationsTable, "raise_batch", Unavailable("throttled")),
        (DynamoDBDeliveries, "remember", Unavailable("throttled")),
        (DynamoDBRegistrationsTable, "put_ledger", Unavailable("throttled")),
        (DynamoDBRegistrationsTable, "commit", LeaseLost("taken over")),
    ],
)
def test_nobody_is_lost_if_a_step_fails(
    server: AsyncSftpServer,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    call_name: str,
    error: Exception,
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    send(registration("2"))

    def fail(*_: Any) -> None:
        raise error

    with monkeypatch.context() as during:
        during.setattr(owner, call_name, fail)
        assert run_export()["status"] == "failed"
    send(registration("3"))

    run_export()

    assert names(server) == ["1,Ann", "2,Ann", "3,Ann"]
    assert totals() == (3, 3, 0, 0, 0)


def test_many_students_are_carried_over_in_several_runs_if_the_time_is_short(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    monkeypatch.setattr("registration_sync.use_cases.exporting.carry_over.BATCH_SIZE", 2)
    send(*[registration(f"{number}") for number in range(5)])
    run_export()
    send(registration("9"))
    deps = export_function.dependencies()
    left = iter([900.0] * 2 + [10.0] * 9)
    monkeypatch.setattr(type(deps), "seconds_left", lambda _: next(left))

    first = run_export()

    assert first["years"][0]["error"]["code"] == "unavailable"
    assert totals()[4] > 1  # those marked so far are due
    monkeypatch.setattr(type(deps), "seconds_left", lambda _: 900.0)
    run = run_export()
    assert len(names(server)) == 6
    assert [students for _, _, students in carried(run)] == [5]


def test_a_mapping_in_a_package_carries_over(server: AsyncSftpServer) -> None:
    package = {"name": "enroll", "manifest": None}
    mapping = CHANGES_AND_NEW | {"package": {k: v for k, v in package.items() if v}}
    set_up(server, mapping, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    send(registration("2"))

    run = run_export()

    assert [students for _, _, students in carried(run)] == [1]
    assert {file["rows"] for file in year_of(run)["files"]} != {0}


def test_the_option_is_checked(server: AsyncSftpServer) -> None:
    set_up(server)

    status, answer = call(configuration, "POST", f"{ONE}/exports", {"carry_over": "yes"})

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "carry_over")


def test_other_guards_do_not_carry_over(server: AsyncSftpServer) -> None:
    set_up(server)
    status, answer = call(
        configuration,
        "PUT",
        ONE,
        {"guards": {"unmatched": {"action": "carry_over"}}},
    )
    assert status == 400
    assert "guards.unmatched.action" in str(answer["error"]["problems"])
    save(MAPPING)


# What a run replaces


def replaced(year: dict[str, Any]) -> list[tuple[str, str, int, str]]:
    return [(one["path"], one["run_id"], one["rows"], one["collected"]) for one in year["replaces"]]


def read(run_id: str) -> dict[str, Any]:
    status, answer = call(configuration, "GET", f"{ONE}/exports/{{run_id}}", run_id=run_id)
    assert status == 200, answer
    return dict(answer)


@pytest.mark.parametrize(
    ("importer", "left"), [("removes", "no"), ("unknown", "unknown"), ("leaves", "unknown")]
)
def test_a_run_its_preview_and_a_resend_name_the_file_that_they_replace(
    server: AsyncSftpServer, importer: str, left: str
) -> None:
    set_up(server, importer=importer)
    send(registration("1"), registration("2"))
    first = run_export()
    assert replaced(year_of(first)) == []
    send(registration("3"))

    preview = run_export(dry_run=True)
    second = run_export()

    path, of_first = f"{FOLDER}/students.csv", first["run_id"]
    assert replaced(year_of(preview)) == [(path, of_first, 2, left)]
    assert replaced(year_of(second)) == [(path, of_first, 2, left)]
    assert year_of(second)["replaces"][0]["delivered_at"][-6:] in {"-06:00", "-05:00"}
    shown = read(first["run_id"])["resend_replaces"]
    assert [(one["run_id"], one["rows"], one["collected"]) for one in shown] == [
        (second["run_id"], 1, "unknown")
    ]
    resent = run_export(resend_of=of_first)
    assert replaced(year_of(resent)) == [(path, second["run_id"], 1, left)]
    collect(server)
    send(registration("4"))
    gone = "unknown" if importer == "leaves" else "yes"
    assert replaced(year_of(run_export())) == [(path, resent["run_id"], 2, gone)]


def test_a_dry_run_shows_the_students_that_an_export_would_carry_over(
    server: AsyncSftpServer,
) -> None:
    set_up(server, CHANGES_AND_NEW, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    first = run_export()["run_id"]
    assert year_of(run_export(dry_run=True))["status"] == "nothing_to_export"
    send(registration("1", "Anna"), registration("2"))
    before = totals()

    run = run_export(dry_run=True)

    lines = [file["lines"][1:] for file in year_of(run)["files"]]
    assert lines == [["1,Anna,0\r\n", "2,Ann,0\r\n"]] * 2
    assert carried(run) == [("students.csv", first, 1), ("new.csv", first, 1)]
    assert totals() == before
    assert names(server) == ["1,Ann"]


@pytest.mark.parametrize("fault", ["sign_in", "stat"])
def test_a_dry_run_needs_no_answer_of_the_server(server: AsyncSftpServer, fault: str) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"))
    run_export()
    send(registration("2"))
    if fault == "sign_in":
        change(importer="removes", guards=CARRY_OVER, password="wrong")
    else:
        server.faults.drop_before.add("stat")

    for _ in range(2):
        run = run_export(dry_run=True)
        assert run["status"] == "succeeded"
        assert [one[3] for one in replaced(year_of(run))] == ["unknown"]
        assert [students for _, _, students in carried(run)] == [1]


def test_a_test_record_names_the_one_before(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes", guards=CARRY_OVER)
    send(registration("1"), registration("2"))
    body = {"student_ids": ["1"], "school_year": 2025}

    def test_file() -> dict[str, Any]:
        resource = f"{ONE}/mapping/preview"
        status, answer = call(configuration, "POST", resource, body)
        assert status == 200, answer
        (found,) = answer["students"][0]["test_files"]
        return dict(found)

    assert test_file()["replaces"] is None
    first = run_export(action="test_record", student_id="1")
    assert replaced(year_of(first)) == []

    found = test_file()["replaces"]
    second = run_export(action="test_record", student_id="2")

    path = f"{FOLDER}/test/students.csv"
    assert (found["run_id"], found["rows"]) == (first["run_id"], 1)
    assert replaced(year_of(second)) == [(path, first["run_id"], 1, "unknown")]
    (server.root / path).unlink()
    assert replaced(year_of(run_export(action="test_record", student_id="1"))) == []
