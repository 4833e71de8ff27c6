"""Checks and test records are limited; why one did not reach the server, few callers see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.routes.run_bodies import NOT_REACHED
from registration_sync.use_cases.runs import check_attempts
from tests.functional.conftest import StartedExports
from tests.functional.support.district import (
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import ADMINISTRATOR, VIEWER, api_event, program
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
STUDENT = {"student_id": "7"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def request_check() -> dict[str, Any]:
    """The whole response; a check that was started is done afterwards."""
    event = api_event("POST", f"{ONE}/check", claims=ADMINISTRATOR, connection_id=NORTH)
    response: dict[str, Any] = configuration.handler(event, context())
    if response["statusCode"] == 202:
        run_id = json.loads(response["body"])["run_id"]
        export.handler({"connection_id": NORTH, "run_id": run_id}, context())
    return response


def change(**changes: Any) -> None:
    _, connection = call(configuration, "GET", ONE)
    assert call(configuration, "PUT", ONE, connection | changes)[0] == 200


def test_checks_and_test_records_of_a_connection_are_limited(
    server: AsyncSftpServer, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    monkeypatch.setattr(check_attempts, "MAX_OF_CONNECTION", 2)
    assert request_check()["statusCode"] == 202
    assert call(configuration, "POST", f"{ONE}/test-record", STUDENT)[0] == 202
    count = len(started.runs)

    refused = request_check(), call(configuration, "POST", f"{ONE}/test-record", STUDENT)

    assert (refused[0]["statusCode"], refused[1][0]) == (429, 429)
    assert 1 <= int(refused[0]["headers"]["Retry-After"]) <= 3_600
    assert refused[1][1]["error"]["code"] == "too_many_attempts"
    assert len(started.runs) == count
    assert call(configuration, "POST", f"{ONE}/exports")[0] == 202


@pytest.mark.parametrize("body", [{}, {"dry_run": True}])
def test_exports_by_request_try_no_passwords_without_end(
    body: dict[str, Any],
    server: AsyncSftpServer,
    started: StartedExports,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(server)
    monkeypatch.setattr(check_attempts, "MAX_OF_CONNECTION", 2)
    statuses = []
    for guess in ("one", "two", "three"):
        send(registration("7"))
        change(password=guess, username="somebody")
        status, answer = call(configuration, "POST", f"{ONE}/exports", body)
        statuses.append(status)
        if status == 202:
            export.handler({"connection_id": NORTH, "run_id": answer["run_id"]}, context())

    assert statuses == [202, 202, 429]
    assert "three" not in server.offered
    assert run_export()["status"] == "failed"  # as a schedule or an operator starts it
    assert "three" in server.offered


def test_a_check_that_is_refused_keeps_no_slot(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    monkeypatch.setattr(check_attempts, "MAX_OF_CONNECTION", 1)
    assert [request_check()["statusCode"] for _ in range(2)] == [202, 429]
    monkeypatch.setattr(check_attempts, "MAX_OF_CONNECTION", 2)

    assert request_check()["statusCode"] == 202


def test_a_refused_sign_in_delays_checks_and_test_records_but_no_export(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    send(registration("7"))
    change(password="wrong")
    assert request_check()["statusCode"] == 202
    signed_in = len(server.sign_ins)

    response = request_check()

    assert response["statusCode"] == 429
    assert response["headers"]["Retry-After"] in {"29", "30"}  # a second may have passed
    assert "refused the last 1 sign-in" in json.loads(response["body"])["error"]["message"]
    assert call(configuration, "POST", f"{ONE}/test-record", STUDENT)[0] == 429
    assert len(server.sign_ins) == signed_in
    assert call(configuration, "POST", f"{ONE}/exports")[0] == 202


def test_a_change_of_the_settings_ends_the_delay(server: AsyncSftpServer) -> None:
    set_up(server)
    change(password="wrong")
    request_check()
    assert request_check()["statusCode"] == 429

    change(password=server.account().credentials.password)

    assert [request_check()["statusCode"] for _ in range(2)] == [202, 202]


def test_a_refused_test_record_delays_too(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("7"))
    change(password="wrong")
    export.handler({"connection_id": NORTH, "action": "test_record", **STUDENT}, context())

    assert request_check()["statusCode"] == 429


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"port": 1}, "connection"),
        ({"host": "no-such-host.invalid"}, "name"),
        ({"host": "192.0.2.1", "port": 22}, "name"),
    ],
    ids=["closed port", "unknown name", "refused address"],
)
def test_why_a_check_did_not_reach_the_server_is_seen_by_those_who_configure(
    server: AsyncSftpServer, changes: dict[str, Any], step: str
) -> None:
    set_up(server)
    change(**changes, password="secret")
    run = export.handler({"connection_id": NORTH, "action": "check"}, context())
    run_id = {"run_id": run["run_id"]}

    def seen(claims: dict[str, str]) -> list[Any]:
        one = call(configuration, "GET", f"{ONE}/exports/{{run_id}}", claims=claims, **run_id)[1]
        listed = call(configuration, "GET", f"{ONE}/exports", claims=claims)[1]["items"][0]
        last = call(configuration, "GET", f"{ONE}/check", claims=claims)[1]
        return [one, listed, last]

    for found in seen(ADMINISTRATOR):
        assert found["message"] not in {"", NOT_REACHED}
    one, *_ = seen(ADMINISTRATOR)
    assert {s["step"] for s in one["steps"] if s["result"] == "failed"} == {step}

    for claims in (VIEWER, program("enroll", "sync/read", "sync/exports.run")):
        one, listed, last = seen(claims)
        assert {found["message"] for found in (one, listed, last)} == {NOT_REACHED}
        assert one["steps"] == listed["steps"]
        results = {s["step"]: s["result"] for s in one["steps"]}
        assert results == last["steps"]
        assert [results[name] for name in ("name", "connection", "sign_in")] == [
            "failed",
            "failed",
            "skipped",
        ]
        assert all(s["seconds"] == 0 and s["host_key"] is None for s in one["steps"])


def test_a_limited_person_sees_what_fails_on_the_right_server(server: AsyncSftpServer) -> None:
    set_up(server)
    change(password="wrong")
    run = export.handler({"connection_id": NORTH, "action": "check"}, context())

    path = {"run_id": run["run_id"]}
    _, seen = call(configuration, "GET", f"{ONE}/exports/{{run_id}}", claims=VIEWER, **path)

    failed = [step["step"] for step in seen["steps"] if step["result"] == "failed"]
    assert failed == ["sign_in"]
