"""A run runs once, whatever happens to its event; checks and test records have one attempt, no
student in their event, and touch no live file."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.adapters.aws.export_function import LambdaExportStarter
from registration_sync.bootstrap import aws_clients, export_function
from registration_sync.domain.errors import AlreadyRunning, InternalError, Unavailable
from registration_sync.domain.runs.run import Run
from registration_sync.use_cases.run_kinds import export as export_registrations
from tests.functional.conftest import StartedExports
from tests.functional.random_day.faults import refusal
from tests.functional.support.district import (
    CONNECTION,
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.support.sftp_servers import AsyncSftpServer

EXPORTS = "/connections/{connection_id}/exports"

pytestmark = pytest.mark.usefixtures("started")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


class Announced:
    """Replaces EventBridge and SNS: records the status of each announced run."""

    def __init__(self) -> None:
        self.statuses: list[str] = []

    def put(self, kind: str, detail: Any) -> None:
        self.statuses.append(detail["status"])

    def publish(self, alert: Any) -> None: ...


@pytest.fixture
def announced(started: StartedExports, monkeypatch: pytest.MonkeyPatch) -> Announced:
    announced = Announced()
    deps = export_function.dependencies()
    deps = replace(deps, events=announced, alerts=announced)
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    return announced


def stored_run(run_id: str) -> Run | None:
    return export_function.dependencies().runs.find(NORTH, run_id)


EVENTS: dict[str, dict[str, Any]] = {
    "export": {},
    "dry_run": {"dry_run": True},
    "resend": {"resend_of": "20260302T200000Z-first"},
    "check": {"action": "check"},
    "test_record": {"action": "test_record", "student_id": "1"},
    "erasure": {"action": "erasure", "student_id": "1"},
}


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_that_comes_twice_runs_once_even_if_the_second_read_the_run_before(
    kind: str, server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))
    run_export(run_id="20260302T200000Z-first")
    send(registration("2"))
    announced.statuses.clear()
    event = {"connection_id": NORTH, "trigger": "hand", "run_id": "20260302T210000Z-twice"}
    runs = export_function.dependencies().runs
    find, first = runs.find, []

    def find_then_run(connection_id: str, run_id: str) -> Run | None:
        found = find(connection_id, run_id)
        monkeypatch.setattr(runs, "find", find)
        first.append(export.handler(event | EVENTS[kind], context()))
        return found

    monkeypatch.setattr(runs, "find", find_then_run)

    second = export.handler(event | EVENTS[kind], context())

    assert (second["kind"], second["status"]) == (kind, "succeeded")
    assert first == [second]
    assert announced.statuses == ["succeeded"]


def expire_lease() -> None:
    boto3.client("dynamodb").update_item(
        TableName="registrations",
        Key={"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}},
        UpdateExpression="SET lease_expires = :zero",
        ExpressionAttributeValues={":zero": {"N": "0"}},
    )


def interrupt(monkeypatch: pytest.MonkeyPatch, during: str, act: Callable[[], object]) -> None:
    """Calls `act` once, before or after the first year of an export."""
    real = export_registrations.export_year

    def export_year(*given: Any, **others: Any) -> Any:
        monkeypatch.setattr(export_registrations, "export_year", real)
        if during == "before":
            act()
        outcome = real(*given, **others)
        if during == "after":
            act()
        return outcome

    monkeypatch.setattr(export_registrations, "export_year", export_year)


@pytest.mark.parametrize("during", ["before", "after"])
def test_an_attempt_that_lost_its_lease_leaves_the_record_of_its_successor(
    during: str, server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))
    event = {"connection_id": NORTH, "trigger": "hand", "run_id": "20260302T210000Z-late"}
    successors = []

    def succeed() -> None:
        expire_lease()
        successors.append(export.handler(event, context()))

    interrupt(monkeypatch, during, succeed)

    late = export.handler(event, context())

    assert (late["status"], late["attempt"], late["years"][0]["rows"]) == ("succeeded", 2, 1)
    assert successors == [late]
    assert announced.statuses == ["succeeded"]


def test_an_attempt_that_lost_its_lease_to_another_run_stores_its_own_record(
    server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))

    def succeed() -> None:
        expire_lease()
        run_export()

    interrupt(monkeypatch, "before", succeed)

    late = run_export()

    assert (late["status"], late["years"][0]["error"]["code"]) == ("failed", "lease_lost")
    assert announced.statuses == ["succeeded", "failed"]


def test_a_refusal_that_comes_late_leaves_the_record_of_the_run(
    server: AsyncSftpServer, announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second invocation finds another run in progress, the first one waits for its end."""
    set_up(server)
    send(registration("1"))
    event = {"connection_id": NORTH, "trigger": "hand", "run_id": "20260302T210000Z-twice"}
    table = export_function.dependencies().table
    take = table.take_lease
    runs = []

    def refuse_late(*given: Any) -> None:
        monkeypatch.setattr(table, "take_lease", take)
        runs.append(export.handler(event, context()))
        raise AlreadyRunning("An export has been running.", run_id="another")

    monkeypatch.setattr(table, "take_lease", refuse_late)

    refused = export.handler(event, context())

    stored = stored_run(event["run_id"])
    assert refused["error"]["code"] == "already_running"
    assert stored is not None
    assert (stored.status, runs[0]["status"]) == ("succeeded", "succeeded")
    assert announced.statuses == ["succeeded"]


class Invoked:
    """Replaces the Lambda client: keeps the events that the starter sends."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def invoke(self, *, Payload: str, **_: Any) -> None:  # noqa: N803  # the names of boto3
        self.events.append(Payload)


def test_an_event_contains_no_student_id(server: AsyncSftpServer, started: StartedExports) -> None:
    set_up(server)
    send(registration("unmistakable"))
    invoked = Invoked()
    started.start = LambdaExportStarter(invoked, "export").start  # type: ignore[assignment,arg-type]

    route = "/connections/{connection_id}/test-record"
    status, _ = call(configuration, "POST", route, {"student_id": "unmistakable"})

    (event,) = invoked.events
    run = export.handler(json.loads(event), context())
    assert (status, "unmistakable" in event) == (202, False)
    assert (run["status"], run["student_ids"]) == ("succeeded", ["unmistakable"])


def test_a_resend_reads_its_students_from_the_record_and_not_from_the_event(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(registration("unmistakable"), registration("8"))
    first = run_export()
    invoked = Invoked()
    started.start = LambdaExportStarter(invoked, "export").start  # type: ignore[assignment,arg-type]

    route = "/connections/{connection_id}/exports/{run_id}/resend"
    body = {"student_ids": ["unmistakable"]}
    status, _ = call(configuration, "POST", route, body, run_id=first["run_id"])

    (event,) = invoked.events
    run = export.handler(json.loads(event), context())
    assert (status, "unmistakable" in event) == (202, False)
    assert (run["status"], run["years"][0]["rows"]) == ("succeeded", 1)
    file = server.root / "SISData/exports/2025/students.csv"
    assert file.read_text().splitlines()[1:] == ["unmistakable,Ann,0"]


@pytest.mark.parametrize("action", ["check", "test_record"])
def test_an_interrupted_check_is_not_repeated(
    action: str, server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server, password="wrong")
    send(registration("1"))
    event = {"action": action, "connection_id": NORTH, "run_id": "20260302T210000Z-dead"}
    event |= {"student_id": "1"} if action == "test_record" else {}
    runs = type(export_function.dependencies().runs)
    save = runs.save

    def kill(self: Any, run: Run) -> None:
        if run.finished:
            raise ZeroDivisionError
        save(self, run)

    with monkeypatch.context() as during:
        during.setattr(runs, "save", kill)
        with pytest.raises(InternalError):
            export.handler(event, context())

    run = export.handler(event, context())

    assert server.sign_ins.count("password") == 1
    assert (run["status"], "start a new one" in run["message"]) == ("failed", True)


def test_a_test_record_never_overwrites_live_files_of_another_connection(
    server: AsyncSftpServer,
) -> None:
    set_up(server, folder="inbox")
    send(registration("1"))
    account = server.account()
    south = CONNECTION | {
        "connection_id": "south",
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "password": "x",
        "folder": "inbox/test",
    }
    assert call(configuration, "POST", "/connections", south)[0] == 201

    run = export.handler(
        {"action": "test_record", "connection_id": NORTH, "student_id": "1"}, context()
    )

    assert (run["error"]["code"], list(server.root.rglob("*.csv"))) == ("conflict", [])


def test_an_event_with_only_a_run_id_starts_a_stored_run_and_no_other(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("1"))
    event = {"connection_id": NORTH, "run_id": "20260302T210000Z-own"}

    refused = export.handler(event, context())
    assert (refused["error"]["code"], list(server.root.rglob("*.csv"))) == ("not_found", [])
    assert '"trigger": "hand"' in refused["error"]["message"]

    first = export.handler(event | {"trigger": "hand"}, context())
    again = export.handler(event, context())

    assert (first["status"], again) == ("succeeded", first)


def test_a_scheduled_event_is_keyed_by_its_time_whatever_run_id_it_has(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration("1"))
    event = {
        "connection_id": NORTH,
        "trigger": "schedule",
        "scheduled_time": "2026-03-02T21:00:00Z",
        "run_id": "own",
    }

    first = export.handler(event, context())
    send(registration("2"))
    second = export.handler(event, context())

    assert (first["run_id"], second) == ("20260302T210000Z-schedule", first)


def test_a_run_that_is_over_holds_up_no_other_if_its_slot_was_not_freed(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(registration("1"))
    call(configuration, "POST", EXPORTS, {})
    events = aws_clients.dynamodb().meta.events

    def refuse(model: Any, **_: object) -> None:
        raise refusal(model.name)

    events.register("before-call.dynamodb.DeleteItem", refuse)
    with pytest.raises(Unavailable):
        export.handler(started.events[0], context())
    events.unregister("before-call.dynamodb.DeleteItem", refuse)

    status, answer = call(configuration, "POST", EXPORTS, {})

    assert status == 202, answer
