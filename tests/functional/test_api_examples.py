"""The functions answer every example of the OpenAPI document as it says, without unknown keys."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.api import Route
from registration_sync.bootstrap import aws_clients, configuration_function
from registration_sync.domain.mapping.definition.unpublished import MappingDraft
from registration_sync.domain.runs.run import RunStatus
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.deleted import make_due, purge
from tests.functional.support.district import context, registration
from tests.functional.support.events import OPERATOR, api_event, program
from tests.functional.support.programs import bind_samples
from tests.functional.support.user_pool import add_person, remove_person
from tests.functional.test_events import NORTH, ONE, RUN, past_run, pending, receive
from tests.support.sftp_servers import AsyncSftpServer
from tests.unit.test_openapi import CLOSED, DOCUMENT, closed

FIRST = ("GET", "PUT", "POST")
AFTER_A_RUN = ("/cancel", "/confirm")
ROUTES = sorted(
    (*sync.ROUTES, *configuration.ROUTES),
    key=lambda route: (
        route.method not in FIRST,
        route.resource.endswith(AFTER_A_RUN),
        FIRST.index(route.method) if route.method in FIRST else 0,
        -len(route.resource),
    ),
)
"""In an order that satisfies each route's needs: the connection is deleted at the end."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def test_every_route_answers_its_example_as_described(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    bind_samples()
    past_run(server, NORTH)
    receive(NORTH, registration("007", grade="13"))
    export.handler({"connection_id": NORTH, "trigger": "hand", "action": "check"}, context())
    create = next(route for route in ROUTES if (route.method, route.resource) == CREATE)

    found = {route: problems_of(route, started) for route in ROUTES if route is not create}
    make_due(NORTH)
    purge(NORTH)
    found[create] = problems_of(create, started)

    wrong = {f"{route.method} {route.resource}": found[route] for route in ROUTES if found[route]}
    assert wrong == {}


CREATE = ("POST", "/connections")
GRACE = "grace@anytown.org"
"""The person of the examples."""

LISTED = program("2abcdefghijklmnopqrstuvwxy", "sync/registrations.write")
"""The program of the sample connection."""


def problems_of(route: Route, started: StartedExports) -> list[str]:
    """What the document does not say about the answer to the route's example."""
    prepare(route)
    described = DOCUMENT["paths"][route.resource][route.method.lower()]
    response = handler_of(route)(example_event(route, described), context())
    cancel_started(started)
    status, text = str(response["statusCode"]), response["body"]
    if status not in described["responses"]:
        return [f"{status} {text}"]
    answer = described["responses"][status]
    if "content" not in answer:
        return [text] if text else []
    schema = {**closed(answer["content"]["application/json"]["schema"]), "components": CLOSED}
    return [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(text))]


def prepare(route: Route, **changes: Any) -> None:
    """Stores the run or the person that the route is about in the status that the route needs."""
    if route.resource.startswith("/people"):
        remove_person(GRACE)
        if "{person_id}" in route.resource:
            is_invited = route.resource.endswith("/invitation")
            state = "FORCE_CHANGE_PASSWORD" if is_invited else "CONFIRMED"
            add_person(GRACE, "limited-access", "district:anytown", state=state)
    if route.resource.endswith("/mapping/draft"):
        draft = MappingDraft({"files": []}, 1, "2026-11-30T18:51:02.125+00:00")
        person = OPERATOR["sub"]
        drafts = configuration_function.dependencies().mapping_drafts
        drafts.put(NORTH, person, draft, replaces=None)
    statuses = {"/cancel": RunStatus.PENDING, "/confirm": RunStatus.AWAITING_CONFIRMATION}
    for ending, status in statuses.items():
        if route.resource.endswith(ending):
            delete_run()  # an ended run cannot begin again
            run = replace(pending(), status=status, **changes)
            configuration_function.dependencies().runs.save(run)


def delete_run() -> None:
    for item in stored_items():
        if item["sk"]["S"] == RUN:
            key = {"pk": item["pk"], "sk": item["sk"]}
            aws_clients.dynamodb().delete_item(TableName="connections", Key=key)


def handler_of(route: Route) -> Any:
    return sync.handler if route in sync.ROUTES else configuration.handler


def example_event(route: Route, described: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    for parameter in described["parameters"]:
        if "example" in parameter:
            values[parameter["in"]][parameter["name"]] = str(parameter["example"])
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    return api_event(
        route.method,
        route.resource,
        claims=LISTED if route.resource == "/registrations" else OPERATOR,
        body=body.get("example"),
        headers=values["header"],
        query=values["query"],
        **values["path"],
    )


def cancel_started(started: StartedExports) -> None:
    """Cancels the runs that were started: they would refuse the next ones."""
    while started.events:
        run_id = started.events.pop()["run_id"]
        path = {"connection_id": NORTH, "run_id": run_id}
        resource = f"{ONE}/exports/{{run_id}}/cancel"
        configuration.handler(api_event("POST", resource, claims=OPERATOR, **path), context())
