"""Every event in events/ has the effect that docs/operations.md describes."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.runs.run import ResendSelection, Run, RunKind, RunStatus, RunTrigger
from tests.functional.conftest import StartedExports
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    call,
    context,
    registration,
    set_up,
)
from tests.functional.support.district import send as sync
from tests.functional.support.events import FOLDER, OPERATOR, sample
from tests.functional.support.programs import bind_samples
from tests.functional.support.secrets import stored_secrets
from tests.functional.test_dry_run_and_resend import on_server
from tests.support.sftp_servers import AsyncSftpServer


@pytest.fixture(autouse=True)
def programs(started: StartedExports) -> None:
    bind_samples()


ONE = "/connections/{connection_id}"
ANYTOWN, NORTH = "anytown", "north-powerschool"
RUN = "20261123T030000Z-schedule"
"""The run id in the events about a past run."""

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")

EXPORTS: dict[str, tuple[str, str, dict[int, int]]] = {
    "now": ("export", "hand", {2024: 1, 2025: 1}),
    "one_year": ("export", "hand", {2025: 1}),
    "all_of_a_year": ("export", "hand", {2025: 2}),
    "override_held": ("export", "hand", {2025: 2}),
    "override_guards": ("export", "hand", {2024: 1, 2025: 1}),
    "carry_over": ("export", "hand", {2024: 1, 2025: 2}),
    "scheduled": ("export", "schedule", {2024: 1, 2025: 1}),
    "dry_run": ("dry_run", "hand", {2024: 1, 2025: 1}),
    "resend": ("resend", "hand", {2024: 1, 2025: 2}),
    "resend_students": ("resend", "hand", {2025: 2}),
    "test_record": ("test_record", "hand", {2025: 1}),
    "check": ("check", "hand", {}),
    "erase_student": ("erasure", "hand", {}),
}
"""By event: the kind of run, its trigger, and the rows of each year."""

CONFIGURATIONS = {
    "create_connection": 201,
    "bind_program": 200,
    "list_connections": 200,
    "read_connection": 200,
    "save_mapping": 200,
    "preview_mapping": 200,
    "set_schedule": 200,
    "save_recipient": 200,
    "check_connection": 202,
    "send_test_record": 202,
    "request_export": 202,
    "change_secret": 200,
    "rotate_host_key": 200,
    "move_to_new_server": 200,
    "invite_person": 201,
    "change_person": 200,
    "set_provider": 200,
}
"""The status of the response by event, in an order that satisfies each event's needs."""

RUN_REQUESTS = {
    "read_export": 200,
    "link_file": 200,
    "list_failed_exports": 200,
    "resend_export": 202,
    "read_receipt": 200,
    "find_student": 200,
    "list_students_due": 200,
    "read_status": 200,
    "read_access_log": 200,
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def night(connection_id: str, status: str = "succeeded") -> dict[str, Any]:
    """The export of 23 November."""
    event = {"trigger": "schedule", "scheduled_time": "2026-11-23T03:00:00Z"}
    run: dict[str, Any] = export.handler({"connection_id": connection_id, **event}, context())
    assert (run["run_id"], run["status"]) == (RUN, status)
    return run


def past_run(
    server: AsyncSftpServer,
    connection_id: str,
    *more: dict[str, Any],
    status: str = "succeeded",
) -> None:
    """Creates a connection whose export of 23 November had two students of 2025 and one of 2024,
    and `more`."""
    account = server.account()
    connection = CONNECTION | {
        "connection_id": connection_id,
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "password": account.credentials.password,
        "host_keys": list(account.host_keys),
    }
    assert call(configuration, "POST", "/connections", connection, claims=OPERATOR)[0] == 201
    named = {"connection_id": connection_id, "claims": OPERATOR}
    assert call(configuration, "PUT", f"{ONE}/mapping", MAPPING, **named)[0] == 200  # type: ignore[arg-type]
    three = [registration("007"), registration("06520"), registration("8", year=2024)]
    receive(connection_id, *three, *more)
    night(connection_id, status)


def receive(connection_id: str, *registrations: dict[str, Any]) -> None:
    assert sync(*registrations, connection_id=connection_id)[0] == 200


def answer(case: str) -> tuple[int, Any]:
    response = configuration.handler(sample(f"configuration_{case}"), context())
    return response["statusCode"], json.loads(response["body"] or "null")


def test_every_sample_event_is_tested_and_documented() -> None:
    tested = [f"export_{case}" for case in EXPORTS]
    # test_announcements.py tests watch_schedules, test_recipients.py the summaries,
    # test_lost_marker.py rebuild_marker, test_purge.py deletions, test_key_pair.py generate_key.
    tested_elsewhere = ("cancel_export", "confirm_export", "request_erasure", "watch_schedules")
    tested_elsewhere += ("delete_connection", "take_back_deletion", "send_weekly_summaries")
    tested_elsewhere += ("generate_key",)
    tested += ["export_rebuild_marker", "export_purge"]
    tested += [
        f"configuration_{case}" for case in (*CONFIGURATIONS, *RUN_REQUESTS, *tested_elsewhere)
    ]

    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(tested)
    assert [case for case in tested if f"events/{case}.json" not in OPERATIONS] == []


@pytest.mark.parametrize("case", EXPORTS)
def test_an_event_of_the_export_function_runs_the_kind_in_its_name(
    case: str, server: AsyncSftpServer
) -> None:
    past_run(server, ANYTOWN)
    receive(ANYTOWN, registration("007", "New"), registration("8", "New", year=2024))
    kind, trigger, rows = EXPORTS[case]

    run = export.handler(sample(f"export_{case}"), context())

    assert (run["kind"], run["trigger"], run["status"]) == (kind, trigger, "succeeded"), run
    assert {year["school_year"]: year["rows"] for year in run["years"]} == rows


def test_the_events_of_the_configuration_function_create_and_change_a_connection(
    started: StartedExports,
) -> None:
    found = {case: answer(case) for case in CONFIGURATIONS}

    assert {case: status for case, (status, _) in found.items()} == CONFIGURATIONS
    assert [run.kind for run in started.runs] == ["check", "test_record", "export"]
    first, keys, moved = (
        found[case][1] for case in ("create_connection", "rotate_host_key", "move_to_new_server")
    )
    assert found["change_secret"][1] == first
    assert keys == first | {"host_keys": [*first["host_keys"], keys["host_keys"][1]]}
    assert moved["host"] != first["host"]
    secrets = stored_secrets(NORTH)
    assert secrets == Credentials(password="of-the-new-server")


def test_the_event_that_changes_a_secret_stores_and_hides_the_secret() -> None:
    answer("create_connection")

    _, shown = answer("change_secret")

    assert stored_secrets(NORTH) == Credentials(password="the-new-one")
    assert "the-new-one" not in json.dumps(shown)


def test_the_events_of_a_past_run_find_that_run(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    past_run(server, NORTH)

    found = {case: answer(case) for case in RUN_REQUESTS}

    assert {case: status for case, (status, _) in found.items()} == RUN_REQUESTS
    assert found["read_export"][1]["run_id"] == RUN
    assert found["read_receipt"][1]["exported"]["run_id"] == RUN
    assert [run.request.resend for run in started.runs] == [ResendSelection(RUN)]


def test_the_erasure_event_requests_an_erasure(started: StartedExports) -> None:
    answer("create_connection")

    status, asked = answer("request_erasure")

    assert (status, asked["run_id"]) == (202, started.events[0]["run_id"])
    assert (started.runs[0].kind, started.runs[0].student_ids) == (RunKind.ERASURE, ("007",))


def pending() -> Run:
    return Run(
        connection_id=NORTH,
        run_id=RUN,
        trigger=RunTrigger.API,
        requested_at=dt.datetime.now(dt.UTC),
    )


def test_the_cancel_event_cancels_a_pending_run() -> None:
    answer("create_connection")
    configuration_function.dependencies().runs.save(pending())

    status, run = answer("cancel_export")

    assert (status, run["status"]) == (200, "cancelled")


def test_the_confirm_event_confirms_a_run_that_awaits_confirmation(started: StartedExports) -> None:
    answer("create_connection")
    waiting = replace(pending(), status=RunStatus.AWAITING_CONFIRMATION)
    configuration_function.dependencies().runs.save(waiting)

    assert answer("confirm_export") == (202, {"run_id": RUN})
    assert [event["run_id"] for event in started.events] == [RUN]


MISSPELT: list[tuple[dict[str, Any], str]] = [
    ({"dryrun": True}, "dryrun"),
    ({"school_year": 2025}, "school_year"),
    ({"student_ids": ["007"]}, "student_ids"),
    ({"trigger": "Schedule"}, "trigger"),
    ({"trigger": None}, "trigger"),
    ({"resend_of": RUN, "students": ["007"]}, "students"),
    ({"action": "check", "dry_run": True}, "dry_run"),
    ({"action": "test_record", "student_id": "007", "dry_run": True}, "dry_run"),
    ({"action": "erasure", "student_id": "9", "school_year": 2025}, "school_year"),
    ({"action": "rebuild_marker", "school_years": [2025]}, "school_years"),
]


@pytest.mark.parametrize(("wrong", "path"), MISSPELT, ids=str)
def test_an_event_with_a_misspelled_field_does_nothing(
    wrong: dict[str, Any], path: str, server: AsyncSftpServer
) -> None:
    set_up(server)
    sync(registration("9"))

    refused = export.handler({"connection_id": "north", **wrong}, context())

    assert [problem["path"] for problem in refused["error"]["problems"]] == [path]
    assert on_server(server) == {}
