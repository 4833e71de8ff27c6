"""A connection that was never live rings nobody, and shows what is left to do."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.bootstrap import aws_clients, configuration_function, export_function
from tests.functional.support.district import (
    CONNECTION,
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
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
LEFT = {"live": False, "connected": False, "mapping": True, "test_record": False, "schedule": False}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


class Rung:
    """Replaces SNS and the metrics' log lines."""

    def __init__(self) -> None:
        self.alerts: list[str] = []
        self.metrics: list[dict[str, int]] = []

    def publish(self, alert: Any) -> None:
        self.alerts.append(alert.subject)

    def count(self, metrics: dict[str, int], about: Any) -> None:
        self.metrics.append(metrics)


@pytest.fixture
def rung(started: object, monkeypatch: pytest.MonkeyPatch) -> Rung:
    rung = Rung()
    deps = replace(export_function.dependencies(), alerts=rung, metrics=rung)
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    return rung


def setup() -> dict[str, Any]:
    """The same in the connection and in the overview."""
    _, connection = call(configuration, "GET", ONE)
    _, overview = call(configuration, "GET", "/overview")
    (facts,) = overview["items"]
    assert facts["setup"] == connection["setup"]
    shown: dict[str, Any] = connection["setup"]
    return shown


def run(**event: Any) -> dict[str, Any]:
    done: dict[str, Any] = export.handler({"connection_id": NORTH, **event}, context())
    assert done["status"] == "succeeded", done
    return done


def schedule(*, enabled: bool = True) -> None:
    body = {"enabled": enabled, "time": "00:00", "time_zone": "UTC"}
    assert call(configuration, "PUT", f"{ONE}/schedule", body)[0] == 200


def test_each_step_is_shown_until_the_first_delivery(server: AsyncSftpServer) -> None:
    account = server.account()
    body = CONNECTION | {
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "password": account.credentials.password,
        "host_keys": list(account.host_keys),
    }
    assert call(configuration, "POST", "/connections", body)[0] == 201
    shown = [setup()]
    save(MAPPING)
    shown.append(setup())
    run(action="check")
    shown.append(setup())
    send(registration("1"))
    run(action="test_record", student_id="1")
    shown.append(setup())
    run_export()

    assert shown == [
        LEFT | {"mapping": False},
        LEFT,
        LEFT | {"connected": True},
        LEFT | {"connected": True, "test_record": True},
    ]
    assert setup() == {"live": True}
    (item,) = boto3.client("dynamodb").query(
        TableName="connections",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "CONNECTIONS"}},
    )["Items"]
    assert "setup" not in item


def test_a_change_needs_another_check_and_keeps_the_other_steps(server: AsyncSftpServer) -> None:
    set_up(server, live=False)
    run(action="check")
    _, shown = call(configuration, "GET", ONE)

    renamed, _ = call(configuration, "PUT", ONE, shown | {"name": "Another"})  # what was read
    still = setup()
    status, _ = call(configuration, "PUT", ONE, shown | {"folder": "elsewhere"})

    assert (renamed, still) == (200, LEFT | {"connected": True})
    assert (status, setup()) == (200, LEFT)


def test_failures_and_held_students_ring_nobody_before_the_first_delivery(
    server: AsyncSftpServer, rung: Rung
) -> None:
    set_up(server, live=False, password="wrong")
    send(registration("1"))
    schedule()
    event = {"trigger": "schedule", "scheduled_time": "2026-03-02T21:00:00Z"}

    by_hand = run_export()
    at_night = export.handler({"connection_id": NORTH, **event}, context())
    save({"files": [MAPPING["files"][0] | {"name": "{school_year}"}]})
    send(registration("1", grade="?"))
    held = run_export()

    assert [one["status"] for one in (by_hand, at_night, held)] == ["failed", "failed", "partial"]
    assert "rejected" in by_hand["years"][0]["error"]["message"]  # the person that tried sees it
    assert rung.alerts == []
    assert {metrics["FailedRuns"] for metrics in rung.metrics} == {0}
    assert {metrics["NewlyHeldStudents"] for metrics in rung.metrics} == {0}
    assert (setup()["live"], setup()["schedule"]) == (False, True)


def test_the_first_delivery_rings_at_once(server: AsyncSftpServer, rung: Rung) -> None:
    set_up(server, live=False)
    send(registration("1"), registration("2", grade="?"))

    assert run_export()["status"] == "partial"

    assert rung.alerts == ["North, PowerSchool: 1 more student needs attention"]
    assert rung.metrics[-1]["NewlyHeldStudents"] == 1
    server.faults.failing = {"open"}
    send(registration("3"))
    run_export()
    assert rung.metrics[-1]["FailedRuns"] == 1
    assert len(rung.alerts) == 2


def test_the_first_delivery_counts_although_aws_refuses_to_store_that_the_setup_is_done(
    server: AsyncSftpServer, rung: Rung
) -> None:
    set_up(server, live=False)
    send(registration("1"), registration("2", grade="?"))
    events = aws_clients.dynamodb().meta.events

    def refuse(params: dict[str, Any], **_: object) -> None:
        if b"REMOVE #setup" in params["body"]:
            code: Any = {"Error": {"Code": "AccessDeniedException"}}
            raise ClientError(code, "UpdateItem")

    events.register("before-call.dynamodb.UpdateItem", refuse)
    run = run_export()
    events.unregister("before-call.dynamodb.UpdateItem", refuse)

    assert run["status"] == "partial"
    assert len(rung.metrics) == 1


def test_a_connection_with_nothing_left_to_do_rings_before_it_delivers(
    server: AsyncSftpServer, rung: Rung
) -> None:
    set_up(server, live=False)
    run(action="check")
    send(registration("1"))
    run(action="test_record", student_id="1")
    schedule()
    live = setup()
    server.faults.failing = {"open"}

    assert run_export()["status"] == "failed"

    assert live == {"live": True}
    assert (len(rung.alerts), rung.metrics[-1]["FailedRuns"]) == (1, 1)


def test_a_connection_that_was_live_stays_live_after_a_change(
    server: AsyncSftpServer, rung: Rung
) -> None:
    set_up(server, live=False)
    run(action="check")
    send(registration("1"))
    run(action="test_record", student_id="1")
    schedule()
    configuration.handler({"action": "watch_schedules"}, context())
    _, shown = call(configuration, "GET", ONE)

    call(configuration, "PUT", ONE, shown | {"name": "Another"})  # which discards the check
    server.faults.failing = {"open"}
    run_export()

    assert setup() == {"live": True}
    assert (len(rung.alerts), rung.metrics[-1]["FailedRuns"]) == (1, 1)


def test_a_schedule_alone_is_not_overdue(server: AsyncSftpServer) -> None:
    set_up(server, live=False)
    schedule()
    deps = configuration_function.dependencies()
    kept = deps.schedules.get(NORTH)
    assert kept
    deps.schedules.put(NORTH, kept, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

    quiet = configuration.handler({"action": "watch_schedules"}, context())
    _, overview = call(configuration, "GET", "/overview")
    deps.connections.end_setup(NORTH)
    live = configuration.handler({"action": "watch_schedules"}, context())

    assert (quiet["overdue"], live["overdue"]) == ([], [NORTH])
    assert overview["items"][0]["overdue"] is False


def test_a_connection_of_an_older_version_is_live(server: AsyncSftpServer, rung: Rung) -> None:
    set_up(server)  # nothing is stored of its set-up
    server.faults.failing = {"open"}
    send(registration("1"))

    run_export()

    assert setup() == {"live": True}
    assert len(rung.alerts) == 1


def test_a_connection_by_download_needs_no_check(started: object) -> None:
    body = CONNECTION | {"delivery": "download"}
    assert call(configuration, "POST", "/connections", body)[0] == 201
    save(MAPPING)

    assert setup() == LEFT | {"connected": True}
    send(registration("1"))
    run_export()
    assert setup() == {"live": True}
