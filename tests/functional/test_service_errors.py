"""Every error that AWS names for a call of ours, raised once: no route answers 500.

The errors are those of botocore's service models, and those that every service may return. Each
kind of call gets all of them, in one route; the other routes get one at each kind of their calls.
"""

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.adapters.aws import errors
from registration_sync.adapters.dynamodb import requests
from registration_sync.api import Route
from registration_sync.bootstrap import aws_clients, configuration_function
from registration_sync.domain.connections.recipients import MailKind, Recipient
from registration_sync.use_cases.connections import recipients
from tests.functional.support.district import CONNECTION, ENROLL, MAPPING, context, registration
from tests.functional.support.events import OPERATOR, api_event
from tests.functional.support.iam import Rights
from tests.functional.support.user_pool import add_person
from tests.functional.test_events import ANYTOWN, RUN, past_run
from tests.support.sftp_servers import AsyncSftpServer

COMMON = {
    "AccessDeniedException",
    "ConflictException",
    "ExpiredTokenException",
    "InternalFailure",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnrecognizedClientException",
    "ValidationException",
}
"""Errors that any service may return, whatever its model names."""

GOOGLE = {
    "type": "oidc",
    "issuer": "https://accounts.google.com",
    "client_id": "our-client",
    "client_secret": "never-to-be-read",
    "tenant_claim": "hd",
    "tenant": "north.org",
    "districts": ["north"],
    "role": "limited_access",
}
SCHEDULE = {"enabled": True, "time": "21:00", "time_zone": "America/Chicago"}
STUDENT = {"student_id": "007", "school_year": 2025}
ONE = "/connections/{connection_id}"

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/connections"): CONNECTION | {"delivery": "download", "password": "secret"},
    ("PUT", "/programs/{client_id}"): {"districts": ["north", "east"]},
    ("PUT", ONE): CONNECTION | {"delivery": "download", "password": None},
    ("PUT", f"{ONE}/mapping"): {"files": [MAPPING["files"][0] | {"name": "others"}]},
    ("PUT", f"{ONE}/mapping/draft"): {"mapping": MAPPING, "base_version": 1},
    ("POST", f"{ONE}/mapping/convert"): MAPPING,
    ("POST", f"{ONE}/mapping/preview"): {"student_ids": ["007"]},
    ("PUT", f"{ONE}/schedule"): SCHEDULE,
    ("POST", f"{ONE}/schedule/preview"): SCHEDULE,
    ("POST", "/people"): {
        "email": "made@north.org",
        "role": "limited_access",
        "districts": ["north"],
    },
    ("PUT", "/people/{person_id}"): {"role": "full_access", "districts": ["north"]},
    ("PUT", f"{ONE}/recipients/{{email}}"): {"for": ["failed"], "ask_again": True},
    ("PUT", "/providers/{name}"): GOOGLE,
    ("POST", f"{ONE}/test-record"): STUDENT,
    ("POST", f"{ONE}/erasures"): STUDENT,
    ("POST", f"{ONE}/registrations"): {"registrations": [registration("007")]},
}
QUERIES = {
    ("GET", f"{ONE}/registrations"): {"school_year": "2025", "status": "due"},
    ("GET", f"{ONE}/students"): {"search": "Ann"},
    ("GET", f"{ONE}/exports/{{run_id}}/held"): {"school_year": "2025"},
}
PATH = {
    "run_id": RUN,
    "school_year": "2025",
    "student_id": "007",
    "version": "1",
    "name": "students.csv",
    "client_id": "nightly",
    "person_id": "pat",
    "email": "ada@anytown.example.org",
}


class Calls:
    """Replaces botocore's calls: records each, and raises one error at the first of a kind."""

    def __init__(self) -> None:
        self.made: dict[tuple[str, str], list[str]] = {}
        self.refused: tuple[tuple[str, str], str] | None = None
        self.real = BaseClient._make_api_call

    def call(self, client: BaseClient, operation: str, given: Any) -> Any:
        kind = client.meta.service_model.service_name, operation
        model = client.meta.service_model.operation_model(operation)
        self.made.setdefault(kind, sorted({shape.name for shape in model.error_shapes} | COMMON))
        if self.refused and self.refused[0] == kind:
            code, self.refused = self.refused[1], None
            answer = {"Error": {"Code": code, "Message": "refused"}}
            raise client.exceptions.from_code(code)(answer, operation)
        if kind == ("lambda", "Invoke"):
            return {"StatusCode": 202}
        return self.real(client, operation, given)


@pytest.fixture
def calls(aws: None, monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()

    def call(client: BaseClient, *given: Any) -> Any:
        return calls.call(client, *given)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    monkeypatch.setattr(requests, "FIRST_PAUSE_SECONDS", 0)
    return calls


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def send(app: Any, route: Route) -> tuple[int, Any]:
    key = route.method, route.resource
    names = [name for name in PATH if f"{{{name}}}" in route.resource]
    path = {name: PATH[name] for name in names}
    if "{connection_id}" in route.resource:
        path["connection_id"] = ANYTOWN
    if route.resource == "/mappings/{name}":
        path["name"] = "powerschool"
    if route.resource == "/providers/{name}":
        path["name"] = "north-google"
    event = api_event(
        route.method,
        route.resource,
        claims=ENROLL if app is sync else OPERATOR,
        body=body_of(route),
        query=QUERIES.get(key),
        **path,
    )
    answer = app.handler(event, context())
    return answer["statusCode"], json.loads(answer["body"] or "null")


def body_of(route: Route) -> Any:
    """The body, different each time where the same one would change nothing."""
    body = BODIES.get((route.method, route.resource))
    number = next(_numbers)
    if route.resource == "/connections" and body:
        return body | {"connection_id": f"made-{number}"}
    if route.resource == "/people" and body:
        return body | {"email": f"made-{number}@north.org"}
    if route.resource == "/people/{person_id}" and body:
        return body | {"districts": [f"south-{number}"], "enabled": number % 2 == 0}
    if route.method == "PUT" and route.resource.endswith("/mapping"):
        return {"files": [body["files"][0] | {"name": f"others-{number}"}]}
    return body


_numbers = itertools.count()


def free_slot() -> None:
    """Lets the next request for a run pass, as if the one before were done, and the next one about
    the recipient, who is there but has no topic."""
    key = {"pk": {"S": f"REQUESTED#{ANYTOWN}"}, "sk": {"S": "REQUESTED"}}
    aws_clients.dynamodb().delete_item(TableName="connections", Key=key)
    deps, email = configuration_function.dependencies(), PATH["email"]
    now = dt.datetime.now(dt.UTC)
    deps.recipients.put(ANYTOWN, Recipient(email, (MailKind.FAILED,), "ada", now))
    deps.subscriptions.remove(ANYTOWN, email)


def answers_500(
    calls: Calls, routes: list[tuple[Any, Route]]
) -> tuple[list[tuple[str, ...]], set[tuple[str, str]]]:
    """Method, resource, service, operation and error code of each 500; and the kinds of calls that
    raised their errors."""
    wrong, raised = list[tuple[str, ...]](), set[tuple[str, str]]()
    for app, route in routes:
        calls.made.clear()
        status, body = send(app, route)
        assert status < 500, (route.resource, body)
        for kind, codes in list(calls.made.items()):
            for code in ["AccessDeniedException"] if kind in raised else codes:
                free_slot()
                calls.refused = kind, code
                status, _ = send(app, route)
                if status == 500:
                    wrong.append((route.method, route.resource, *kind, code))
                if calls.refused is None:
                    raised.add(kind)
                calls.refused = None
    return wrong, raised


def test_no_route_answers_500_to_an_error_of_aws(
    server: AsyncSftpServer, calls: Calls, rights: Rights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "MAX_ASKED", 10_000)
    monkeypatch.setattr(recipients, "MAX_ASKED_BY_CONNECTION", 10_000)
    past_run(server, ANYTOWN)
    add_person("pat", "limited-access", "district:north")
    routes = [(app, route) for app in (configuration, sync) for route in app.ROUTES]
    routes.sort(key=lambda one: (one[1].method == "DELETE", len(one[1].resource)))

    wrong, raised = answers_500(calls, routes)
    rights.denied.clear()  # a read ahead of a request that failed may run during the next one

    assert wrong == []
    assert {service for service, _ in raised} == {
        "cognito-idp",
        "dynamodb",
        "lambda",
        "s3",
        "scheduler",
        "secretsmanager",
        "sns",
    }


def test_an_error_that_is_not_mapped_is_found(
    server: AsyncSftpServer, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    past_run(server, ANYTOWN)
    planted = "InternalServerError"

    def is_transient(error: Exception) -> bool:
        if isinstance(error, ClientError) and errors.error_code(error) == planted:
            raise error
        return False

    monkeypatch.setattr(errors, "is_transient", is_transient)
    routes = [one for one in configuration.ROUTES if (one.method, one.resource) == ("GET", ONE)]

    wrong, _ = answers_500(calls, [(configuration, route) for route in routes])

    assert ("GET", ONE, "dynamodb", "GetItem", planted) in wrong
    assert {code for *_, code in wrong} == {planted}
