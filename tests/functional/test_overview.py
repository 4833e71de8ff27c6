"""GET /overview: the facts of each connection that the caller may see, by a bounded read."""

import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from registration_sync.adapters.dynamodb.registrations import due_counts
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.bootstrap import aws_clients, configuration_function
from registration_sync.domain.connections.schedule import parse_schedule
from registration_sync.domain.errors import AlreadyRunning, Unavailable
from tests.functional.conftest import stored_items
from tests.functional.support.district import (
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import OPERATOR, STRANGER, VIEWER, api_event, program
from tests.functional.support.programs import bind
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def overview(claims: dict[str, str] = OPERATOR, **query: str) -> Any:
    event = api_event("GET", "/overview", claims=claims, query=query)
    response = configuration.handler(event, context())
    assert response["statusCode"] == 200, response["body"]
    return json.loads(response["body"])


def facts() -> dict[str, Any]:
    (found,) = overview()["items"]
    return dict(found)


def test_it_shows_the_last_export_and_the_students_since(server: AsyncSftpServer) -> None:
    set_up(server)
    new = facts()
    send(registration("1"), registration("2", grade="X"), registration("8", year=2024))
    run = run_export()
    send(registration("1", "New"), registration("3"))

    shown = facts()

    assert (new["last_export"], new["due"], new["held"]) == (None, 0, 0)
    assert (shown["connection_id"], shown["district"]) == (NORTH, "north")
    assert (shown["due"], shown["held"], shown["at_least"]) == (2, 1, False)
    last = shown["last_export"]
    assert (last["run_id"], last["status"]) == (run["run_id"], "partial")
    assert [(year["rows"], year["held_count"]) for year in last["years"]] == [(1, 0), (1, 1)]
    assert [(year["held"], year["files"]) for year in last["years"]] == [([], [])] * 2


def test_only_exports_count_and_a_failed_one_says_why(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1"))
    call(configuration, "PUT", "/connections/{connection_id}", wrong_password())
    failed = run_export()
    run_export(dry_run=True)
    run_export(action="check")

    last = facts()["last_export"]

    assert (last["run_id"], last["status"]) == (failed["run_id"], "failed")
    assert last["years"][0]["error"]["code"] == "sign_in_refused"


def test_a_refused_run_does_not_hide_the_last_export(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))
    sent = run_export()

    def busy(*_: object, **__: object) -> None:
        raise AlreadyRunning("An export is running.", run_id="20260302T030000Z-other")

    with monkeypatch.context() as patch:
        patch.setattr(DynamoDBRegistrationsTable, "take_lease", busy)
        refused = run_export()
    run_export(resend_of=sent["run_id"])

    last = facts()["last_export"]

    assert refused["error"]["code"] == "already_running"
    assert (last["run_id"], last["status"]) == (sent["run_id"], "succeeded")


def test_a_waiting_run_is_shown_as_it_was_decided(server: AsyncSftpServer) -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["fields"][2]["unmatched"] = "keep"
    set_up(server, mapping, guards={"unmatched": {"action": "hold", "count": 0}})
    send(registration("1", grade="PK"))
    run = run_export()
    waiting = facts()["last_export"]["status"]
    path = "/connections/{connection_id}/exports/{run_id}/cancel"
    call(configuration, "POST", path, run_id=run["run_id"])

    assert (waiting, facts()["last_export"]["status"]) == ("awaiting_confirmation", "cancelled")


def wrong_password() -> dict[str, Any]:
    _, connection = call(configuration, "GET", "/connections/{connection_id}")
    return {**connection, "password": "wrong"}


def test_a_student_who_is_synced_again_after_being_held_is_due(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1", grade="X"))
    run_export()
    before = facts()
    send(registration("1"))

    assert (before["due"], before["held"]) == (0, 1)
    assert (facts()["due"], facts()["held"]) == (1, 0)


def test_more_students_than_are_read_are_counted_as_at_least(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(*(registration(str(number)) for number in range(40)))
    monkeypatch.setattr(due_counts, "MAX_MARKS", 2)

    shown = facts()

    assert (shown["due"], shown["at_least"]) == (16, True)


def test_a_killed_export_is_shown_as_interrupted(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DynamoDBRegistrationsTable, "close_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        run_export()

    last = facts()["last_export"]
    assert (last["status"], last["error"]["code"]) == ("failed", "stopped")


def test_an_export_by_an_older_version_is_found(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1"))
    run = run_export()
    run_export(action="check")
    key = {"pk": {"S": "LAST"}, "sk": {"S": NORTH}}
    boto3.client("dynamodb").delete_item(TableName="connections", Key=key)

    assert facts()["last_export"]["run_id"] == run["run_id"]


def test_a_connection_without_an_export_since_its_schedule_was_on_is_overdue(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    now = dt.datetime.now(dt.UTC)
    at = f"{now - dt.timedelta(hours=5):%H:%M}"
    schedule = parse_schedule({"enabled": True, "time": at}, "UTC")
    deps = configuration_function.dependencies()
    deps.schedules.put(NORTH, schedule, now - dt.timedelta(days=3))

    before = facts()
    run_export()

    assert (before["overdue"], facts()["overdue"]) == (True, False)
    at = dt.datetime.fromisoformat(before["next_export"])
    assert now < at < now + dt.timedelta(days=1)


def test_a_caller_sees_only_their_connections_page_by_page(server: AsyncSftpServer) -> None:
    set_up(server)
    bind("sis", "south")
    for number in range(3):
        connection = {
            "connection_id": f"south-{number}",
            "name": f"South {number}",
            "delivery": "download",
            "district": "south",
            "time_zone": "UTC",
            "programs": ["sis"],
        }
        assert call(configuration, "POST", "/connections", connection, claims=STRANGER)[0] == 201

    def seen(claims: dict[str, str]) -> list[str]:
        return [one["connection_id"] for one in overview(claims)["items"]]

    of_south = ["south-0", "south-1", "south-2"]
    assert (seen(OPERATOR), seen(VIEWER), seen(STRANGER)) == ([NORTH, *of_south], [NORTH], of_south)
    assert seen(program("sis", "sync/read")) == of_south
    some = overview(STRANGER, connections=f"{NORTH},south-2,nowhere,south-1")["items"]
    assert [one["connection_id"] for one in some] == ["south-1", "south-2"]
    first = overview(STRANGER, limit="2")
    second = overview(STRANGER, limit="2", after=first["next"])
    assert [one["connection_id"] for one in first["items"] + second["items"]] == of_south
    assert second["next"] is None
    assert (
        call(configuration, "GET", "/overview", claims=program("sis", "sync/exports.run"))[0] == 403
    )


UNREADABLE = {
    "last_export": (DynamoDBRuns, "last_exports"),
    "students": (due_counts.DynamoDBDueCounts, "_shard"),
    "schedule": (DynamoDBSchedules, "all"),
}


@pytest.mark.parametrize("fact", UNREADABLE)
def test_a_fact_that_cannot_be_read_costs_no_other(
    fact: str, server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))
    run_export()
    send(registration("2"))
    today = dt.datetime.now(dt.UTC).date()
    pauses = [{"from": f"{today}", "to": f"{today}"}]
    pauses.append({"from": f"{today + dt.timedelta(1)}", "to": f"{today + dt.timedelta(9)}"})
    schedule = parse_schedule({"enabled": True, "time": "23:59", "pauses": pauses}, "UTC")
    configuration_function.dependencies().schedules.put(NORTH, schedule, dt.datetime.now(dt.UTC))
    whole = facts()

    def fail(*_: object, **__: object) -> None:
        raise Unavailable("The table is busy.")

    monkeypatch.setattr(*UNREADABLE[fact], fail)
    shown = facts()

    lost = {
        "last_export": {"last_export"},
        "students": {"due", "held", "at_least"},
        "schedule": {"scheduled", "paused_until", "next_export"},
    }
    assert (whole["unavailable"], shown["unavailable"]) == ([], [fact])
    changed = {name for name in whole if shown[name] != whole[name]}
    assert changed == {"unavailable"} | lost[fact]
    assert whole["paused_until"] == f"{today + dt.timedelta(9)}"
    assert not any(shown[name] for name in lost[fact])


def test_the_read_does_not_grow_with_students_and_runs(server: AsyncSftpServer) -> None:
    set_up(server)
    send(*(registration(str(number)) for number in range(10)))
    run_export()
    calls: list[str] = []

    def record(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events = aws_clients.dynamodb().meta.events
    events.register("before-call.dynamodb", record)

    def counted() -> list[str]:
        calls.clear()
        overview()
        return sorted(calls)

    few = counted()
    send(*(registration(str(number)) for number in range(50)))
    run_export()
    run_export()
    many = counted()

    # Connections, schedules and last exports; the markers; and a shard's marks each.
    assert few == many == ["BatchGetItem", *["Query"] * (3 + 8)]
    calls.clear()
    overview(connections="another")
    events.unregister("before-call.dynamodb", record)
    assert calls == ["Query"] * 3


def test_the_last_export_names_no_student(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("only-held", grade="X"), registration("exported"))
    run_export()

    (item,) = [item for item in stored_items() if item["pk"]["S"] == "LAST"]

    assert "only-held" not in json.dumps(facts())
    assert int(item["expires_at"]["N"]) > 0
