"""The announcement of a run by the real handlers: metrics in the log, an event, a message."""

import datetime as dt
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from functions.configuration import app as configuration
from registration_sync.bootstrap import aws_clients, export_function
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.printable import mail_text
from registration_sync.domain.runs.alerts import Alert
from registration_sync.domain.runs.run import Run, RunKind, RunRequest, RunTrigger
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.logs import logger
from registration_sync.routes.run_bodies import run_body
from tests.functional.support.district import (
    CONNECTION,
    NORTH,
    call,
    context,
    go_live,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import sample
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

STUDENT = "4711-only-here"
ZEROS = {"FailedRuns": 0, "ExportedStudents": 0, "HeldStudents": 0, "NewlyHeldStudents": 0}


class Announcements:
    """Replaces EventBridge and SNS: records announcements, or fails on request."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.alerts: list[Alert] = []
        self.fault: Exception | None = None

    def put(self, kind: str, detail: Mapping[str, Any]) -> None:
        self._fail()
        assert kind == ("Export run finished" if detail["finished_at"] else "Export run waits")
        self.events.append(json.loads(json.dumps(detail)))

    def publish(self, alert: Alert) -> None:
        self._fail()
        self.alerts.append(alert)

    def _fail(self) -> None:
        if self.fault:
            raise self.fault

    @property
    def subjects(self) -> list[str]:
        return [alert.subject for alert in self.alerts]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        yield running


@pytest.fixture
def announced(started: object, monkeypatch: pytest.MonkeyPatch) -> Announcements:
    announced = Announcements()
    deps = export_function.dependencies()
    deps = replace(deps, events=announced, alerts=announced)
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    return announced


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Reads the new log lines, then the metrics in them."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger().registered_formatter)
    logger().addHandler(handler)

    def read() -> str:
        text = lines.getvalue() + capsys.readouterr().out
        lines.seek(0)
        lines.truncate()
        return text

    yield read
    logger().removeHandler(handler)


def metrics_in(log: str) -> list[dict[str, int]]:
    """The metrics in the log, one mapping for each metrics line."""
    lines = [json.loads(line) for line in log.splitlines() if '"_aws"' in line]
    found = []
    for line in lines:
        (one,) = line["_aws"]["CloudWatchMetrics"]
        assert (one["Namespace"], one["Dimensions"]) == ("stack", [["service"]])
        found.append({metric["Name"]: int(line[metric["Name"]][0]) for metric in one["Metrics"]})
    return found


def test_a_successful_run_puts_an_event_and_sends_no_message(
    server: AsyncSftpServer, announced: Announcements, log: Callable[[], str]
) -> None:
    send(registration("1"), registration("2"))
    log()

    run = run_export(trigger="manual")

    (event,) = announced.events
    assert (event["connection_id"], event["run_id"]) == (NORTH, run["run_id"])
    assert (event["status"], event["kind"], event["trigger"]) == ("succeeded", "export", "manual")
    assert [(year["school_year"], year["exported"]) for year in event["years"]] == [(2025, 2)]
    assert announced.alerts == []
    assert metrics_in(log()) == [ZEROS | {"ExportedStudents": 2, "OldestDueHours": ANY}]


def test_what_a_server_says_is_in_the_run_and_in_no_mail(
    server: AsyncSftpServer, announced: Announcements, log: Callable[[], str]
) -> None:
    send(registration(STUDENT))
    server.faults.failing = {"open"}
    server.faults.reason = "Call\n\u202ehttp://evil.example\x1b[31m now”"
    log()

    run = run_export()

    said = '(its message: “Call \ufffdhttp://evil.example [31m now"”)'
    assert said in run["years"][0]["error"]["message"]
    (alert,) = announced.alerts
    assert "(its message: (see the run))" in alert.body
    assert "evil" not in alert.subject + alert.body + json.dumps(announced.events) + log()


def test_a_failed_run_sends_a_message_with_the_cause_and_the_remedy(
    server: AsyncSftpServer, announced: Announcements, log: Callable[[], str]
) -> None:
    send(registration(STUDENT))
    server.faults.forbidden = {"open"}
    log()

    run = run_export(trigger="schedule", scheduled_time="2026-03-03T03:00:00Z")

    assert run["status"] == "failed"
    (alert,) = announced.alerts
    assert alert.subject == "North, PowerSchool: the scheduled export failed"
    assert mail_text(run["years"][0]["error"]["message"]) in alert.body
    assert f"#/connections/north/runs/{run['run_id']}" in alert.body
    assert [event["status"] for event in announced.events] == ["failed"]
    assert metrics_in(log()) == [ZEROS | {"FailedRuns": 1, "OldestDueHours": ANY}]


def test_a_held_student_is_announced_once_and_without_a_name(
    server: AsyncSftpServer, announced: Announcements, log: Callable[[], str]
) -> None:
    send(registration("1"), registration(STUDENT, "Only-Here", grade="unheard-of"))
    log()

    first, second = run_export(), run_export()
    send(registration("2", grade="unheard-of"))
    third = run_export()

    assert [run["status"] for run in (first, second, third)] == ["partial"] * 3
    assert announced.subjects == ["North, PowerSchool: 1 more student needs attention"] * 2
    assert "1 more student needs attention, 2 in all. Why: Grade, " in announced.alerts[1].body
    logged = log()
    assert [numbers["NewlyHeldStudents"] for numbers in metrics_in(logged)] == [1, 0, 1]
    everything = json.dumps(announced.events) + str(announced.alerts) + logged
    for secret in (STUDENT, "Only-Here", "unheard-of"):
        assert secret not in everything


def test_a_student_held_many_runs_ago_is_not_announced_again(
    server: AsyncSftpServer, announced: Announcements
) -> None:
    send(registration(STUDENT, grade="unheard-of"))
    first = run_export()
    for number in range(45):
        dry = Run(
            connection_id=NORTH,
            run_id=f"{first['run_id']}-{number:02}",
            trigger=RunTrigger.API,
            requested_at=dt.datetime.now(dt.UTC),
            request=RunRequest(RunKind.DRY_RUN),
        )
        export_function.dependencies().runs.save(dry)

    last = run_export()

    assert first["run_id"] < dry.run_id < last["run_id"]
    assert announced.subjects == ["North, PowerSchool: 1 more student needs attention"]
    assert [event["years"][0]["newly_held"] for event in announced.events] == [1, 0]


def test_a_dry_run_and_a_check_put_events_and_send_no_message(
    server: AsyncSftpServer, announced: Announcements, log: Callable[[], str]
) -> None:
    send(registration("1", grade="unheard-of"))
    log()

    run_export(dry_run=True)
    run_export(action="check")

    assert [event["kind"] for event in announced.events] == ["dry_run", "check"]
    assert (announced.alerts, metrics_in(log())) == ([], [])


def test_a_repeated_event_is_announced_once(
    server: AsyncSftpServer, announced: Announcements
) -> None:
    server.faults.forbidden = {"open"}
    send(registration("1"))

    for _ in range(2):
        run_export(run_id="20260302T210000Z-twice")

    assert (len(announced.events), len(announced.alerts)) == (1, 1)


def test_the_next_attempt_announces_a_run_that_was_killed_before_its_announcement(
    server: AsyncSftpServer, announced: Announcements, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(registration("1"), registration(STUDENT, grade="unheard-of"))
    killed = "20260302T210000Z-killed"
    deps = export_function.dependencies()

    class KilledOnPut:
        def put(self, kind: str, detail: object) -> None:
            raise SystemExit

    a_minute_ago = lambda: deps.now() - dt.timedelta(minutes=1)  # noqa: E731  # Lambda waits
    killing = replace(deps, events=KilledOnPut(), now=a_minute_ago)
    with monkeypatch.context() as during:
        during.setattr(export_function, "dependencies", lambda: killing)
        with pytest.raises(SystemExit):
            run_export(run_id=killed)

    retried, twice = run_export(run_id=killed), run_export(run_id=killed)

    assert retried == twice
    assert [event["run_id"] for event in announced.events] == [killed]
    assert announced.subjects == ["North, PowerSchool: 1 more student needs attention"]


def test_two_invocations_at_once_announce_a_run_once(
    server: AsyncSftpServer, announced: Announcements, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.forbidden = {"open"}
    send(registration("1"))
    put = announced.put

    def put_during_another(kind: str, detail: Mapping[str, Any]) -> None:
        monkeypatch.setattr(announced, "put", put)
        run_export(run_id="20260302T210000Z-twice")
        put(kind, detail)

    monkeypatch.setattr(announced, "put", put_during_another)

    run_export(run_id="20260302T210000Z-twice")

    assert (len(announced.events), len(announced.alerts)) == (1, 1)


@pytest.mark.parametrize(
    "fault", [Unavailable("The message was not published: NotFound."), KeyError(STUDENT)]
)
def test_a_failed_announcement_leaves_the_run_unchanged(
    server: AsyncSftpServer, announced: Announcements, fault: Exception, log: Callable[[], str]
) -> None:
    send(registration("1"), registration(STUDENT, grade="unheard-of"))
    announced.fault = fault
    log()

    run = run_export()

    assert run["status"] == "partial"
    stored = export_function.dependencies().runs.find(NORTH, run["run_id"])
    assert stored is not None
    assert run_body(stored)["status"] == "partial"
    assert run_body(stored)["finished_at"] == run["finished_at"]
    file = server.root / "SISData/exports/2025/students.csv"
    assert file.read_text().splitlines()[1:] == ["1,Ann,0"]
    logged = log()
    (line,) = [json.loads(line) for line in logged.splitlines() if "notification failed" in line]
    assert (line["level"], line["run_id"]) == ("ERROR", run["run_id"])
    assert line["reasons"]
    assert STUDENT not in logged
    assert metrics_in(logged)[0]["NewlyHeldStudents"] == 1
    assert run_export()["status"] == "partial"


def test_a_message_about_a_deleted_connection_uses_its_id(
    server: AsyncSftpServer, announced: Announcements, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.forbidden = {"open"}
    send(registration("1"))
    deps = export_function.dependencies()

    class DeletedAfterStart:
        """Finds the connection on the first read only."""

        found = False

        def get(self, connection_id: str) -> Any:
            if self.found:
                raise Unavailable("AWS did not answer in time: try again.")
            self.found = True
            return deps.connections.get(connection_id)

        def last_check(self, connection_id: str) -> None: ...

        def all(self) -> list[Any]:
            return []

    gone: Any = DeletedAfterStart()
    monkeypatch.setattr(export_function, "dependencies", lambda: replace(deps, connections=gone))
    run_export()

    assert announced.subjects == ["north: the export failed"]
    assert "(UTC)" in announced.alerts[0].body


# The hourly check for overdue schedules


def watch(log: Callable[[], str]) -> tuple[list[str], int]:
    """The overdue connections, and the metric of the alarm."""
    log()
    answer = configuration.handler(sample("configuration_watch_schedules"), context())
    ((number),) = metrics_in(log())
    return answer["overdue"], number["OverdueConnections"]


def backdate_schedule(connection_id: str) -> None:
    """Dates the start of the schedule back to January."""
    key = {"pk": {"S": "SCHEDULES"}, "sk": {"S": connection_id}}
    aws_clients.dynamodb().update_item(
        TableName="connections",
        Key=key,
        UpdateExpression="SET set_at = :long_ago",
        ExpressionAttributeValues={":long_ago": {"S": "2026-01-01T00:00:00+00:00"}},
    )


def test_a_schedule_is_overdue_until_an_export_finishes(
    announced: Announcements, log: Callable[[], str]
) -> None:
    for name in (NORTH, "new", "off"):
        body = CONNECTION | {"delivery": "download", "connection_id": name, "folder": name}
        assert call(configuration, "POST", "/connections", body)[0] == 201
        schedule = {"enabled": name != "off", "time": "00:00", "time_zone": "UTC"}
        route = "/connections/{connection_id}/schedule"
        call(configuration, "PUT", route, schedule, connection_id=name)
        go_live(name)
    for name in (NORTH, "off"):
        backdate_schedule(name)

    before = watch(log)
    now = dt.datetime.now(dt.UTC)
    run_export(run_id=run_id_of(now, "dry"), dry_run=True)
    still = watch(log)
    call(configuration, "PUT", route, {"enabled": True, "time": "00:00", "time_zone": "UTC"})
    saved = watch(log)
    run_export(run_id=run_id_of(now, "now"))
    after = watch(log)

    assert before == still == saved == ([NORTH], 1)
    assert after == ([], 0)
    for name in (NORTH, "new"):
        call(configuration, "DELETE", "/connections/{connection_id}", connection_id=name)
