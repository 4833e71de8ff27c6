"""HTTP in and out: statuses, the shape of errors, and what is logged."""

import base64
import datetime as dt
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.logging import Logger

from registration_sync import api, entries
from registration_sync.api import STATUS, Answer, Request, Route, error_answer, handle
from registration_sync.domain import errors
from registration_sync.domain.access import ConnectionAccess, Permission
from registration_sync.domain.access_log import AccessEntry
from registration_sync.domain.audit import AuditEntry, Note, SettingChange
from registration_sync.logs import describe_exception
from registration_sync.settings import NotConfigured

NORTH = ConnectionAccess("north", "north", frozenset({"enroll"}))
PERSON = {"username": "ada", "cognito:groups": "full-access,district:north"}


def event(**changes: Any) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "resource": "/connections/{connection_id}/things/{student_id}",
        "path": "/connections/north/things/S-1001",
        "pathParameters": {"connection_id": "north", "student_id": "S-1001%40x"},
        "queryStringParameters": None,
        "headers": {"If-Match": '"3"'},
        "body": '{"student": "S-1001"}',
        "requestContext": {"requestId": "r-1", "authorizer": {"claims": PERSON}},
        **changes,
    }


@pytest.fixture
def lines(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[[], list[dict[str, Any]]]:
    """Reads the lines that were logged."""
    stream = io.StringIO()
    # A logger keeps its stream for good: each test uses its own name.
    logger = Logger(service=request.node.name, stream=stream)
    for module in (api, entries):
        monkeypatch.setattr(module, "logger", lambda: logger)

    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def log(lines: Callable[[], list[dict[str, Any]]]) -> Callable[[], dict[str, Any]]:
    """Reads the one line that was logged."""

    def only_line() -> dict[str, Any]:
        (line,) = lines()
        return line

    return only_line


class ListedAudit:
    """An audit that is a list, or fails on request."""

    def __init__(self, *, fails: bool = False) -> None:
        self.entries: list[tuple[str, AuditEntry]] = []
        self.reads: list[tuple[str, AccessEntry]] = []
        self.fails = fails

    def add(self, connection_id: str, entry: AuditEntry) -> None:
        if self.fails:
            raise errors.Unavailable("AWS did not answer in time: please try again.")
        self.entries.append((connection_id, entry))

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AuditEntry], str | None]:
        return [], None

    def add_access(self, connection_id: str, entry: AccessEntry) -> None:
        if self.fails:
            raise errors.Unavailable("AWS did not answer in time: please try again.")
        self.reads.append((connection_id, entry))

    def newest_access(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[AccessEntry], str | None]:
        return [], None


def answered(
    use: Callable[[Request], Answer], audit: ListedAudit | None = None, **changes: Any
) -> dict[str, Any]:
    method, resource = "POST", "/connections/{connection_id}/things/{student_id}"
    route = Route(method, resource, Permission.CONFIGURE, use)
    return handle(
        event(**changes),
        [route],
        access_of=lambda name: NORTH if name == "north" else None,
        audit_of=lambda: audit or ListedAudit(),
        districts_of=lambda _: None,
    )


def raising(error: Exception) -> Callable[[Request], Answer]:
    def use(_: Request) -> Answer:
        raise error

    return use


def test_a_route_gets_the_request_and_its_result_is_sent() -> None:
    def use(request: Request) -> Answer:
        assert request.connection_id == "north"
        assert request.path["student_id"] == "S-1001@x"
        assert request.headers["if-match"] == '"3"'
        assert request.query == {}
        assert request.caller.name == "ada"
        return Answer(201, {"got": request.json()}, {"ETag": '"4"'})

    response = answered(use)

    assert response == {
        "statusCode": 201,
        "headers": {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "ETag": '"4"',
        },
        "body": '{"got": {"student": "S-1001"}}',
        "isBase64Encoded": False,
    }


def test_an_audit_entry_of_a_route_has_caller_and_time() -> None:
    audit = ListedAudit()
    change = SettingChange("name", "North", "Northern")

    answered(lambda _: Answer(200, {}, note=Note("renamed", (change,))), audit)
    answered(lambda _: Answer(201, {}, note=Note("created", (), "south")), audit)
    answered(lambda _: Answer(200, {}), audit)

    (north, renamed), (south, created) = audit.entries
    assert (north, renamed.by, renamed.action, renamed.request_id) == (
        "north",
        "ada",
        "renamed",
        "r-1",
    )
    assert renamed.changes == (change,)
    assert abs((dt.datetime.now(dt.UTC) - renamed.at).total_seconds()) < 60
    assert (south, created.action) == ("south", "created")


def test_a_refused_request_adds_no_audit_entry() -> None:
    audit = ListedAudit()

    answered(raising(errors.Conflict("taken")), audit)

    assert audit.entries == []


def test_a_failed_audit_write_is_logged_and_keeps_the_change(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    note = Note("renamed", (SettingChange("name", "North", "Northern"),))

    response = answered(lambda _: Answer(200, {}, note=note), ListedAudit(fails=True))

    assert response["statusCode"] == 200
    lost, line = lines()
    assert (lost["message"], lost["level"]) == ("audit write failed", "ERROR")
    assert (lost["by"], lost["action"], lost["fields"]) == ("ada", "renamed", ["name"])
    assert (line["status"], line["action"]) == (200, "renamed")


def test_every_error_has_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = [kind for kind in kinds if issubclass(kind, errors.RegistrationSyncError)]

    statuses = {kind.code: error_answer(kind("m")).status for kind in raised}

    assert statuses == {
        "error": 500,
        "invalid_request": 400,
        "too_large": 413,
        "access_denied": 403,
        "not_found": 404,
        "conflict": 409,
        "already_running": 409,
        "being_deleted": 409,
        "attempt_ended": 409,
        "cancelled": 409,
        "version_mismatch": 412,
        "too_many_attempts": 429,
        "unavailable": 503,
        "disk_full": 500,
        "lease_lost": 409,
        "marker_lost": 503,
        "run_unreadable": 500,
        "service_refused": 502,
        "internal_error": 500,
    } | dict.fromkeys((kind.code for kind in raised if issubclass(kind, errors.DeliveryError)), 502)
    assert set(STATUS) <= set(raised)


def test_an_error_has_one_shape() -> None:
    problem = errors.Problem("files[0].name", "Write a name.")

    response = answered(raising(errors.InvalidRequest("Mistakes.", problems=[problem])))

    assert response["statusCode"] == 400
    assert json.loads(response["body"]) == {
        "error": {
            "code": "invalid_request",
            "message": "Mistakes.",
            "problems": [{"path": "files[0].name", "message": "Write a name."}],
        }
    }


def test_a_conflict_names_the_blocking_run() -> None:
    response = answered(raising(errors.AlreadyRunning("Running.", run_id="run-1")))

    body = json.loads(response["body"])
    assert (response["statusCode"], body["run_id"], body["error"]["run_id"]) == (
        409,
        "run-1",
        "run-1",
    )


def test_too_many_attempts_say_how_long_to_wait() -> None:
    response = answered(raising(errors.TooManyAttempts("Later.", 90)))

    assert (response["statusCode"], response["headers"]["Retry-After"]) == (429, "90")


def test_an_answer_that_aws_would_not_carry_is_refused() -> None:
    response = answered(lambda _: Answer(200, {"text": "é" * 1_000_000}))

    assert response["statusCode"] == 413
    assert json.loads(response["body"])["error"]["code"] == "too_large"


def test_unavailable_has_a_retry_after_header() -> None:
    response = answered(raising(errors.Unavailable("Later.")))

    assert (response["statusCode"], response["headers"]["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"resource": "/nowhere"}, 404),
        ({"httpMethod": "PATCH"}, 404),
        ({"pathParameters": {"connection_id": "south", "student_id": "1"}}, 404),
        ({"pathParameters": {"connection_id": "No Id!", "student_id": "1"}}, 404),
        ({"requestContext": {}}, 403),
        ({"requestContext": None}, 403),
        ({"requestContext": {"authorizer": {"claims": {"username": "x"}}}}, 403),
        ({"body": "{"}, 400),
        ({"body": "[NaN]"}, 400),
        ({"body": "[" * 100_000}, 400),
        ({"body": "1" * 5000}, 400),
        ({"body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True}, 400),
        ({"body": base64.b64encode(b"[1]").decode(), "isBase64Encoded": True}, 200),
        ({"body": None}, 200),
        ({"headers": None}, 200),
    ],
)
def test_invalid_requests_are_refused(changes: dict[str, Any], status: int) -> None:
    response = answered(lambda request: Answer(200, {"got": request.json()}), **changes)

    assert response["statusCode"] == status


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[1,]", "The body is not JSON: illegal trailing comma before end of array at line 1,"),
        ('{"a":\n Infinity}', "The body is not JSON: Infinity at line 2, column 2:"),
        ('{"a": {"b": 1, "b": 2}}', '"a.b" appears twice in one object: remove one.'),
        ('{"a": "Jos\ufffd"}', "The body has U+FFFD at line 1, column 11: the text was not UTF-8."),
        (
            b'{"a":\n "Jos\xe9"}',
            "The body is not UTF-8 at line 2, column 6 (byte E9): send it as UTF-8.",
        ),
        (
            b"\xff\xfe{\x00",
            "The body is not UTF-8 at line 1, column 1 (byte FF): send it as UTF-8.",
        ),
    ],
)
def test_a_refused_body_says_why_and_where(body: str | bytes, message: str) -> None:
    encoded = body if isinstance(body, str) else base64.b64encode(body).decode()
    is_base64 = isinstance(body, bytes)

    response = answered(
        lambda request: Answer(200, request.json()), body=encoded, isBase64Encoded=is_base64
    )

    assert response["statusCode"] == 400
    assert json.loads(response["body"])["error"]["message"].startswith(message)


@pytest.mark.parametrize("body", ["\ufeff[1]", "\ufeff \n[1]", b"\xef\xbb\xbf[1]", '["\\ufffd"]'])
def test_a_byte_order_mark_and_an_escaped_replacement_character_are_accepted(
    body: str | bytes,
) -> None:
    encoded = body if isinstance(body, str) else base64.b64encode(body).decode()
    is_base64 = isinstance(body, bytes)

    response = answered(
        lambda request: Answer(200, request.json()), body=encoded, isBase64Encoded=is_base64
    )

    assert response["statusCode"] == 200


def test_nothing_is_read_for_a_caller_without_the_permission() -> None:
    claims = {"username": "vic", "cognito:groups": "limited-access,district:north"}
    context = {"authorizer": {"claims": claims}}

    response = answered(raising(AssertionError("reached")), requestContext=context, body="{")

    assert response["statusCode"] == 403


def test_an_outcome_is_logged_without_ids_of_students(
    log: Callable[[], dict[str, Any]],
) -> None:
    answered(raising(errors.NotFound("No student S-1001.")))

    line = log()
    assert {
        name: line[name]
        for name in ("route", "status", "code", "caller", "connection_id", "request_id")
    } == {
        "route": "POST /connections/{connection_id}/things/{student_id}",
        "status": 404,
        "code": "not_found",
        "caller": "person",
        "connection_id": "north",
        "request_id": "r-1",
    }
    assert "S-1001" not in json.dumps(line)


def test_an_unexpected_error_has_a_plain_response_and_is_logged_by_type_and_location(
    log: Callable[[], dict[str, Any]],
) -> None:
    def use(_: Request) -> Answer:
        statuses: dict[str, int] = {}
        try:
            return Answer(statuses["S-1001"])
        except KeyError as error:
            raise ValueError("S-1001 again") from error

    response = answered(use)

    assert response["statusCode"] == 500
    assert json.loads(response["body"])["error"]["code"] == "internal_error"
    line = log()
    assert line["level"] == "ERROR"
    assert [entry.split()[0] for entry in line["raised"]] == ["ValueError", "KeyError"]
    assert "test_api.py" in line["raised"][0]
    assert "S-1001" not in json.dumps(line) + response["body"]


def test_an_exception_that_is_its_own_cause_is_described_once() -> None:
    error = ValueError("S-1001")
    error.__cause__ = error

    assert [entry.split()[0] for entry in describe_exception(error)] == ["ValueError"]


def test_a_response_that_is_not_json_is_an_unexpected_error() -> None:
    assert answered(lambda _: Answer(200, {"at": object()}))["statusCode"] == 500


def test_missing_settings_are_logged(
    log: Callable[[], dict[str, Any]],
) -> None:
    response = answered(raising(NotConfigured("ARCHIVE_BUCKET is missing.")))

    assert response["statusCode"] == 500
    assert log()["reason"] == "ARCHIVE_BUCKET is missing."


def loaded_by(code: str) -> list[str]:
    """The costly libraries that a fresh process has loaded after this code."""
    costly = "pydantic", "paramiko", "boto3"
    code = f"{code}\nimport sys; print(*(name for name in {costly} if name in sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(Path(api.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_sync_function_loads_no_unused_library() -> None:
    loaded = loaded_by("""
import registration_sync.bootstrap.aws_clients
import registration_sync.adapters.dynamodb.connection_access
import registration_sync.ports, registration_sync.settings
""")

    assert loaded == []


def test_http_and_access_load_no_aws_client() -> None:
    assert loaded_by("import registration_sync.api, registration_sync.domain.access") == []


def test_the_search_for_costly_libraries_finds_them() -> None:
    assert loaded_by("import registration_sync.domain.connections.connection") == ["pydantic"]


def test_a_body_over_the_limit_is_refused_by_every_route() -> None:
    response = answered(
        lambda request: Answer(200, request.json()), body='"' + "x" * 5_400_000 + '"'
    )

    assert response["statusCode"] == 413
    assert json.loads(response["body"])["error"]["code"] == "too_large"
