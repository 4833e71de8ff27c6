"""A lost marker: the connection stops without it, and a rebuild loses no student."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.adapters.dynamodb.registrations import marker_recovery
from registration_sync.bootstrap import aws_clients, export_function
from registration_sync.domain.school_year import SCHOOL_YEARS
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
)
from tests.functional.support.events import sample
from tests.functional.support.stored import in_bucket
from tests.functional.test_erasure import (
    RECEIPT,
    Killed,
    Writes,
    assert_totals_add_up,
    end_lease,
    receipt,
    status,
)

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
MARKER = {"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}}
POOL = [(year, student) for year in (2024, 2025) for student in ("1", "2", "3", "4")]
SEEDS = range(3)
"""Hundreds passed once."""


@pytest.fixture
def download(started: StartedExports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Creates a connection that delivers by download. A rebuild searches only the years of these
    tests; one test searches all possible years, in a thousand requests."""
    monkeypatch.setattr(marker_recovery, "SCHOOL_YEARS", range(2023, 2027))
    assert (
        call(configuration, "POST", "/connections", CONNECTION | {"delivery": "download"})[0] == 201
    )
    save(MAPPING)


@pytest.fixture
def writes() -> Iterator[Writes]:
    counted = Writes()
    clients = (
        aws_clients.dynamodb(),
        export_function.dependencies().archive._client,
    )
    events = ("before-call", "after-call")
    for client in clients:
        for event in events:
            client.meta.events.register(event, counted, unique_id=event)
    yield counted
    for client in clients:
        for event in events:
            client.meta.events.unregister(event, unique_id=event)


def delete_marker() -> None:
    boto3.client("dynamodb").delete_item(TableName="registrations", Key=MARKER)


def rebuild(**event: Any) -> dict[str, Any]:
    wanted = sample("export_rebuild_marker") | {"connection_id": NORTH} | event
    answer: dict[str, Any] = export.handler(wanted, context())
    return answer


def numbers() -> dict[str, int]:
    """The marker items without leases."""
    (marker,) = [item for item in stored_items("registrations") if item["pk"] == MARKER["pk"]]
    return {
        name: int(value["N"])
        for name, value in marker.items()
        if name.startswith(("open", "exported", "retired"))
    }


def exported_rows(run: dict[str, Any]) -> set[tuple[int, str]]:
    """The students in the files of the run."""
    files = in_bucket()
    return {
        (year["school_year"], line.split(",")[0])
        for year in run["years"]
        if year["files"]
        for line in files[f"{NORTH}/{run['run_id']}/{year['school_year']}/files/students.csv"]
        .decode()
        .splitlines()[1:]
    }


def test_a_connection_without_its_marker_refuses_syncs_and_exports(
    download: None, started: StartedExports
) -> None:
    send(registration("1"))
    delete_marker()

    synced = send(registration("2"))
    of_another_year = send(registration("2", year=2030))
    exported = run_export()
    dry = run_export(dry_run=True)

    for code, answer in (synced, of_another_year):
        assert (code, answer["error"]["code"]) == (503, "marker_lost")
        assert "No student is lost" in answer["error"]["message"]
    for run in (exported, dry):
        assert (run["status"], run["error"]["code"]) == ("failed", "marker_lost")
    assert call(configuration, "GET", f"{ONE}/status")[0] == 503
    assert call(configuration, "GET", f"{ONE}/exports")[0] == 200
    assert [item for item in stored_items("registrations") if item["sk"]["S"] == "2"] == []


def test_a_rebuilt_marker_lets_syncs_and_exports_continue(download: None) -> None:
    send(registration("1"), registration("2"), registration("1", year=2024))
    run_export()
    send(registration("2", "New"))
    before = numbers()
    delete_marker()

    answer = rebuild()

    assert answer["connection_id"] == NORTH
    assert [year["school_year"] for year in answer["years"]] == [2024, 2025]
    after = numbers()
    assert after["exported_2025"] == before["exported_2025"]
    assert after["open_2025"] >= before["open_2025"]
    assert exported_rows(run_export()) == {(2025, "2")}
    assert_totals_add_up()
    assert send(registration("3"))[1]["synced"] == 1


def test_a_rebuild_changes_nothing_while_the_marker_exists(download: None) -> None:
    send(registration("1"))
    before = stored_items("registrations")

    refused = rebuild()

    assert refused["error"]["code"] == "conflict"
    assert stored_items("registrations") == before


def test_a_connection_without_a_sync_has_nothing_to_rebuild(download: None) -> None:
    assert rebuild()["error"]["code"] == "not_found"
    assert run_export()["status"] == "nothing_to_export"
    assert send(registration("1"))[1]["synced"] == 1


@pytest.mark.parametrize("event", [{"connection_id": ""}, {"school_year": 2025}])
def test_a_rebuild_event_with_other_fields_is_refused(download: None, event: Any) -> None:
    assert rebuild(**event)["error"]["code"] == "invalid_request"


def test_a_run_with_an_uncertain_commit_counts_as_not_committed(
    download: None, writes: Writes
) -> None:
    send(registration("1"), registration("2"))
    run_export()
    send(registration("2", "New"))
    kill_at_commit(writes)
    assert numbers()["exported_2025"] == 2  # the write took effect, but the response was lost
    delete_marker()

    rebuild()

    assert numbers()["exported_2025"] == 1
    assert exported_rows(run_export()) == {(2025, "2")}  # the same row twice
    assert_totals_add_up()
    assert receipt("2")["status"] == "exported"


def kill_at_commit(writes: Writes) -> None:
    table = export_function.dependencies().table
    commit = table.commit

    def commit_and_kill(*arguments: Any) -> None:
        commit(*arguments)
        raise Killed

    table.commit = commit_and_kill  # type: ignore[method-assign]
    try:
        with suppress(Killed):
            run_export()
    finally:
        del table.commit
    end_lease()


def run_random_steps(chance: random.Random, writes: Writes) -> None:
    """Draws a dozen steps, some of them cut short before or after any write."""
    for _ in range(12):
        event = chance.choice(["sync", "sync", "sync", "remove", "export", "export", "erase"])
        killed = chance.random() < 0.4
        writes.done = 0
        writes.killed_before = chance.randint(1, 30) if killed else 0
        writes.after = chance.random() < 0.5
        with suppress(Killed):
            run_step(event, chance)
        writes.killed_before = 0
        end_lease()


def run_step(event: str, chance: random.Random) -> None:
    year, student = chance.choice(POOL)
    if event == "sync":
        some = chance.sample(POOL, chance.randint(1, 4))
        send(
            *(
                registration(
                    student_id,
                    f"N{chance.randint(0, 99)}",
                    year=school_year,
                    grade=chance.choice("K1X"),
                )
                for school_year, student_id in some
            )
        )
    elif event == "remove":
        call(sync, "DELETE", RECEIPT, claims=ENROLL, school_year=str(year), student_id=student)
    elif event == "export":
        run_export()
    else:
        run_export(action="erasure", student_id=student)


def statuses() -> dict[tuple[int, str], str]:
    found = {}
    for year, student in POOL:
        answer = receipt(student, year)
        found[year, student] = answer if isinstance(answer, int) else answer["status"]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_due_student_is_in_the_next_file_after_any_history(
    download: None, writes: Writes, seed: int
) -> None:
    send(*(registration(student_id, year=year) for year, student_id in POOL[::3]))
    run_random_steps(random.Random(seed), writes)
    before, years = statuses(), status()
    delete_marker()

    rebuild()

    after = statuses()
    for student_id, was in before.items():
        if was in {"due", "held"}:
            assert after[student_id] in {"due", "held"}, student_id
        elif was in {"exported", "left_out"}:
            assert after[student_id] in {was, "due", "held"}, student_id
        else:
            assert after[student_id] == was, student_id
    assert_totals_add_up()
    assert [year["synced"] for year in status()] == [year["synced"] for year in years]
    rows = exported_rows(run_export())
    assert {student_id for student_id, was in after.items() if was == "due"} - held_now() <= rows
    assert_totals_add_up()
    assert [year["synced"] for year in status()] == [year["synced"] for year in years]
    assert not {"due"} & set(statuses().values())


def held_now() -> set[tuple[int, str]]:
    return {student_id for student_id, now in statuses().items() if now == "held"}


def test_the_rebuild_result_names_no_student(
    download: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marker_recovery, "SCHOOL_YEARS", SCHOOL_YEARS)
    send(registration("4711-only-here"))
    run_export()
    delete_marker()

    assert "4711" not in json.dumps(rebuild())
