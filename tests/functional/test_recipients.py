"""The recipients of mail through the real handlers: saved, asked, mailed, removed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from registration_sync.bootstrap import aws_clients, configuration_function, export_function
from registration_sync.domain.connections.recipients import MAX_RECIPIENTS
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.use_cases.connections.recipients import MAX_ASKED
from tests.functional.conftest import stored_items
from tests.functional.support import mailboxes
from tests.functional.support.deleted import delete_and_purge
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
from tests.functional.support.events import STRANGER, VIEWER, person, sample
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

RECIPIENTS = "/connections/{connection_id}/recipients"
ONE = f"{RECIPIENTS}/{{email}}"
ADA, BEN = "ada@north.example.org", "ben@north.example.org"
STUDENT = "4711-only-here"
ALL_OF_A_RUN = ["failed", "needs_approval", "needs_attention", "not_collected", "succeeded"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        yield running


@pytest.fixture
def download(started: object) -> None:
    body = CONNECTION | {"delivery": "download"}
    assert call(configuration, "POST", "/connections", body)[0] == 201


def put(email: str = ADA, *kinds: str, **body: Any) -> tuple[int, Any]:
    asked = {"for": list(kinds or ["failed"])} | body
    return call(configuration, "PUT", ONE, asked, email=email)


def listed(connection_id: str = NORTH) -> dict[str, str]:
    """The state of each recipient."""
    status, answer = call(configuration, "GET", RECIPIENTS, connection_id=connection_id)
    assert status == 200
    return {one["email"]: one["state"] for one in answer["items"]}


# Adding, changing, removing


@pytest.mark.usefixtures("download")
def test_a_recipient_is_asked_once_and_may_be_changed() -> None:
    status, added = put("Ada@North.Example.org", "succeeded", "failed")
    changed = put(ADA, "weekly_summary")[1]

    assert status == 200
    assert added["email"] == ADA
    assert added["for"] == ["failed", "succeeded"]
    assert added["state"] == "confirmed"  # the SNS of these tests asks nobody
    assert added["added_by"] == "ada"
    assert changed == added | {"for": ["weekly_summary"]}
    (topic,) = mailboxes.topics()
    assert topic.startswith("stack_north_")
    assert "ada" not in topic


@pytest.mark.usefixtures("download")
def test_the_state_of_a_recipient_is_that_of_the_subscription() -> None:
    for email in (ADA, BEN):
        put(email)

    mailboxes.set_state(ADA, "PendingConfirmation")
    mailboxes.set_state(BEN, "Deleted")
    first = listed()
    mailboxes.unsubscribe(ADA)
    boto3.client("sns").delete_topic(
        TopicArn=f"arn:aws:sns:us-east-1:123456789012:{mailboxes.topics()[0]}"
    )

    assert first == {ADA: "waiting", BEN: "unsubscribed"}
    assert listed() == {ADA: "unsubscribed", BEN: "unsubscribed"}


@pytest.mark.usefixtures("download")
def test_who_has_unsubscribed_is_asked_again_only_on_request() -> None:
    put(ADA)
    mailboxes.unsubscribe(ADA)

    changed = put(ADA, "overdue")[1]
    again = put(ADA, "overdue", ask_again=True)[1]

    assert (changed["state"], again["state"]) == ("unsubscribed", "confirmed")


@pytest.mark.usefixtures("download")
def test_an_address_is_asked_only_a_few_times_an_hour() -> None:
    answers = [put(ADA, ask_again=True) for _ in range(MAX_ASKED + 1)]
    call(configuration, "DELETE", ONE, email=ADA)
    other = CONNECTION | {"delivery": "download", "connection_id": "other", "folder": "other"}
    call(configuration, "POST", "/connections", other)
    elsewhere = call(
        configuration, "PUT", ONE, {"for": ["failed"]}, email=ADA, connection_id="other"
    )

    assert [status for status, _ in answers] == [200] * MAX_ASKED + [429]
    assert "in this hour" in answers[-1][1]["error"]["message"]
    assert elsewhere[0] == 429
    assert listed("other") == {}
    assert mailboxes.topics() == []


@pytest.mark.usefixtures("download")
def test_a_failed_request_is_sent_again_by_repeating_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deps = configuration_function.dependencies()

    class Failing:
        def ask(self, _connection_id: str, _email: str) -> None:
            raise Unavailable("AWS did not answer in time: please try again.")

    failing: Any = replace(deps, subscriptions=Failing())
    with monkeypatch.context() as patch:
        patch.setattr(configuration_function, "dependencies", lambda: failing)
        failed = put(ADA)
    before = listed()
    repeated = put(ADA)

    assert failed[0] == 503
    assert before == {ADA: "unsubscribed"}
    assert repeated[1]["state"] == "confirmed"


@pytest.mark.usefixtures("download")
def test_a_removed_recipient_leaves_nothing() -> None:
    put(ADA)
    put(BEN)

    removed = call(configuration, "DELETE", ONE, email="ADA@north.example.org")
    again = call(configuration, "DELETE", ONE, email=ADA)

    assert (removed[0], again[0]) == (204, 404)
    assert listed() == {BEN: "confirmed"}
    assert len(mailboxes.topics()) == 1


@pytest.mark.usefixtures("download")
def test_a_connection_has_a_limited_number_of_recipients() -> None:
    table = configuration_function.dependencies().recipients
    put(ADA)
    (ada,) = table.all(NORTH)
    for number in range(MAX_RECIPIENTS - 1):
        table.put(NORTH, replace(ada, email=f"n{number}@north.example.org"))

    status, answer = put(BEN)

    assert status == 409
    assert f"at most {MAX_RECIPIENTS}" in answer["error"]["message"]
    assert put(ADA, "overdue")[0] == 200


@pytest.mark.usefixtures("download")
@pytest.mark.parametrize(
    ("email", "body", "path"),
    [
        ("no-address", {"for": ["failed"]}, "email"),
        (f"{ADA},{BEN}", {"for": ["failed"]}, "email"),
        ("Ada <ada@north.example.org>", {"for": ["failed"]}, "email"),
        (ADA, {}, "for"),
        (ADA, {"for": []}, "for"),
        (ADA, {"for": "failed"}, "for"),
        (ADA, {"for": ["failed", "lunch"]}, "for"),
        (ADA, {"for": [["failed"]]}, "for"),
        (ADA, {"for": ["failed"], "ask_again": "yes"}, "ask_again"),
        (ADA, {"for": ["failed"], "name": "Ada"}, "name"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(email: str, body: Any, path: str) -> None:
    status, answer = call(configuration, "PUT", ONE, body, email=email)

    assert status == 400
    assert [one["path"] for one in answer["error"]["problems"]] == [path]
    assert (listed(), mailboxes.topics()) == ({}, [])


@pytest.mark.usefixtures("download")
def test_only_people_who_configure_the_connection_change_recipients() -> None:
    for claims, status in ((VIEWER, 403), (STRANGER, 403), (person("limited-access"), 403)):
        assert call(configuration, "DELETE", ONE, claims=claims, email=ADA)[0] == status
        body = {"for": ["failed"]}
        assert call(configuration, "PUT", ONE, body, claims=claims, email=ADA)[0] == status
    assert call(configuration, "GET", RECIPIENTS, claims=VIEWER)[0] == 200
    assert call(configuration, "GET", RECIPIENTS, claims=STRANGER)[0] == 403


# Mails about runs


def test_each_recipient_gets_the_kinds_that_it_asked_for(server: AsyncSftpServer) -> None:
    put(ADA, "failed", "needs_attention")
    put(BEN, "succeeded")
    send(registration("1"))

    run_export()
    after_success = (len(mailboxes.received(ADA)), len(mailboxes.received(BEN)))
    send(registration(STUDENT, grade="unknown"))
    run = run_export()
    server.faults.forbidden = {"open"}
    send(registration("2"))
    run_export()

    assert after_success == (0, 1)
    assert [subject for subject, _ in mailboxes.received(ADA)] == [
        "North, PowerSchool: 1 more student needs attention",
        "North, PowerSchool: the export failed",
    ]
    ((subject, text),) = mailboxes.received(BEN)
    assert subject == "North, PowerSchool: the export delivered 1 student"
    assert "School year 2025-26: delivered 1 student in 1 file." in text
    assert f"#/connections/north/runs/{run['run_id']}" in mailboxes.received(ADA)[0][1]


def test_no_mail_names_a_student(server: AsyncSftpServer) -> None:
    put(ADA, *ALL_OF_A_RUN)
    send(registration(STUDENT, fname="Zyzzyva", grade="unknown"), registration("1"))

    run_export()

    ((subject, text),) = mailboxes.received(ADA)
    assert subject == "North, PowerSchool: 1 more student needs attention"
    assert "delivered 1 student in 1 file" in text
    assert STUDENT not in text
    assert "Zyzzyva" not in text


def test_mail_stays_within_its_connection(server: AsyncSftpServer) -> None:
    south = CONNECTION | {
        "connection_id": "north-south",
        "district": "south",
        "delivery": "download",
    }
    call(configuration, "POST", "/connections", south, claims=STRANGER)
    call(
        configuration,
        "PUT",
        ONE,
        {"for": ALL_OF_A_RUN},
        claims=STRANGER,
        connection_id="north-south",
        email="sam@south.example.org",
    )
    put(ADA, *ALL_OF_A_RUN)
    send(registration("1"))

    run_export()

    assert len(mailboxes.received(ADA)) == 1
    assert mailboxes.received("sam@south.example.org") == []


def test_a_run_ends_well_though_no_mail_can_be_sent(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        put(f"n{number}@north.example.org", "succeeded")
    attempts = []

    class Failing:
        def send(self, _connection_id: str, email: str, _alert: object) -> None:
            attempts.append(email)
            raise Unavailable("A mail was not sent: InternalError.")

    failing: Any = replace(export_function.dependencies(), subscriptions=Failing())
    monkeypatch.setattr(export_function, "dependencies", lambda: failing)
    send(registration("1"))

    assert run_export()["status"] == "succeeded"
    assert len(attempts) == 2


# Reminders


def at(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets the clock of the configuration function."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return dt.datetime.fromisoformat(moment).astimezone(tz)

    monkeypatch.setattr(configuration.dt, "datetime", Clock)


def remind(action: str = "configuration_send_weekly_summaries") -> dict[str, Any]:
    answer: dict[str, Any] = configuration.handler(sample(action), context())
    return answer


def test_the_week_is_summed_up_once_on_monday_morning(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(ADA, "weekly_summary")
    put(BEN, "failed")
    now = dt.datetime.now(dt.UTC)
    send(registration("1"), registration("2"))
    run_export(run_id=run_id_of(now, "first"))
    send(registration("3"), registration(STUDENT, fname="Zyzzyva", grade="unknown"))
    run_export(run_id=run_id_of(now, "second"))
    monday = _next_monday()

    at(f"{monday}T06:37:00-06:00", monkeypatch)
    early = remind()
    at(f"{monday}T07:37:00-06:00", monkeypatch)
    first, second = remind(), remind()
    at(f"{monday + dt.timedelta(days=1)}T07:37:00-06:00", monkeypatch)
    tuesday = remind()

    nothing = {"mails": 0, "errors": 0}
    assert (early, first, second, tuesday) == (nothing, nothing | {"mails": 1}, nothing, nothing)
    assert mailboxes.received(BEN) == []
    ((subject, text),) = mailboxes.received(ADA)
    assert subject == "North, PowerSchool: weekly summary"
    assert "2 exports.\n- 1 delivered everything\n- 1 delivered a part\n" in text
    assert "3 students sent." in text
    assert "Ready to send now: 0 students. Needs attention: 1 student." in text
    assert "No export is scheduled." in text
    assert STUDENT not in text
    assert "Zyzzyva" not in text


def _next_monday() -> dt.date:
    """In Chicago, after now."""
    today = dt.datetime.now(dt.UTC).date()
    return today + dt.timedelta(days=7 - today.weekday())


@pytest.mark.usefixtures("download")
def test_a_summary_that_could_not_be_sent_is_sent_by_the_next_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(ADA, "weekly_summary")
    go_live()
    deps = configuration_function.dependencies()

    class Failing:
        def send(self, _connection_id: str, _email: str, _alert: object) -> None:
            raise Unavailable("A mail was not sent: InternalError.")

    failing: Any = replace(deps, subscriptions=Failing())
    at(f"{_next_monday()}T12:00:00-06:00", monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(configuration_function, "dependencies", lambda: failing)
        failed = remind()

    assert failed == {"mails": 0, "errors": 1}
    assert remind() == {"mails": 1, "errors": 0}


@pytest.mark.usefixtures("download")
def test_without_time_left_a_summary_waits_for_the_next_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(ADA, "weekly_summary")
    go_live()
    at(f"{_next_monday()}T12:00:00-06:00", monkeypatch)
    event = sample("configuration_send_weekly_summaries")

    assert configuration.handler(event, context(5)) == {"mails": 0, "errors": 0}
    assert remind() == {"mails": 1, "errors": 0}


@pytest.mark.usefixtures("download")
def test_an_overdue_export_is_mailed_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    put(ADA, "overdue")
    put(BEN, "failed")
    go_live()
    schedule = {"enabled": True, "time": "00:00", "time_zone": "UTC"}
    call(configuration, "PUT", "/connections/{connection_id}/schedule", schedule)
    key = {"pk": {"S": "SCHEDULES"}, "sk": {"S": NORTH}}
    aws_clients.dynamodb().update_item(
        TableName="connections",
        Key=key,
        UpdateExpression="SET set_at = :long_ago",
        ExpressionAttributeValues={":long_ago": {"S": "2026-01-01T00:00:00+00:00"}},
    )

    counts = []
    for moment in ("11-29T12:17", "11-29T13:17", "11-30T11:17", "11-30T12:17"):
        at(f"2026-{moment}:00+00:00", monkeypatch)
        answer = remind("configuration_watch_schedules")
        assert answer["overdue"] == [NORTH]
        counts.append(answer["mails"])

    assert counts == [1, 0, 0, 1]
    assert mailboxes.received(BEN) == []
    subject, text = mailboxes.received(ADA)[0]
    assert subject == "North, PowerSchool: the export is overdue"
    assert "#/connections/north/runs" in text


@pytest.mark.usefixtures("download")
def test_a_connection_that_is_being_set_up_sends_no_summary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(ADA, "weekly_summary")
    at(f"{_next_monday()}T12:00:00-06:00", monkeypatch)

    before = remind()
    go_live()

    assert (before["mails"], remind()["mails"]) == (0, 1)


# The purge


@pytest.mark.usefixtures("download")
def test_a_purge_removes_recipients_topics_and_reminders(monkeypatch: pytest.MonkeyPatch) -> None:
    put(ADA, "weekly_summary")
    put(BEN)
    go_live()
    with monkeypatch.context() as patch:
        at(f"{_next_monday()}T12:00:00-06:00", patch)
        assert remind()["mails"] == 1

    delete_and_purge(NORTH)

    assert mailboxes.topics() == []
    kinds = {item["pk"]["S"].partition("#")[0] for item in stored_items()}
    assert not kinds & {"RECIPIENTS", "SENT"}
