"""Each cell of docs/security_table.md: every route with every kind of caller, of every district.

A refused request changes nothing that is stored and starts nothing.
"""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from local.docs.access_table import COLUMNS, NO, OWN, YES, Column
from registration_sync.api import Route
from tests.functional.conftest import StartedExports, secret_names
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    save,
)
from tests.functional.support.district import send as sync_students
from tests.functional.support.events import OPERATOR, api_event
from tests.functional.support.programs import bind, forget_binding
from tests.functional.support.stored import put_back, state
from tests.functional.support.user_pool import add_person, people_stored
from tests.functional.test_service_errors import BODIES, QUERIES

PAGE = (Path(__file__).parents[2] / "docs" / "security_table.md").read_text(encoding="utf-8")
ROWS = {
    (method, resource): dict(zip([one.name for one in COLUMNS], cells.split(" | "), strict=True))
    for method, resource, cells in re.findall(r"^\| `(\w+) (\S+)` \| (.+) \|$", PAGE, re.MULTILINE)
}
ROUTES = [*sync.ROUTES, *configuration.ROUTES]
RUN = "20261123T030000Z-schedule"
PATH = {
    "connection_id": NORTH,
    "school_year": "2025",
    "student_id": "007",
    "run_id": RUN,
    "version": "1",
    "name": "students.csv",
    "client_id": "elsewhere",
    "person_id": "pat",
    "email": "ada@north.example.org",
}
PROGRAMS = ["enroll", "elsewhere", "legacy"]
LOGGED = ("ACCESS",)
"""The beginnings of keys of items that record a refused request."""


@pytest.fixture
def north(started: StartedExports) -> StartedExports:
    """A connection of the district north with a mapping, a student, and a run with files. It names
    a program that was bound to another district since, and one as if it was never bound."""
    for client_id in ("elsewhere", "legacy"):
        bind(client_id, "north")
    body = CONNECTION | {"delivery": "download", "programs": PROGRAMS}
    assert call(configuration, "POST", "/connections", body, claims=OPERATOR)[0] == 201
    bind("elsewhere", "south")
    put_provider = {"body": BODIES["PUT", "/providers/{name}"], "name": "north-google"}
    event = api_event("PUT", "/providers/{name}", claims=OPERATOR, **put_provider)
    assert configuration.handler(event, context())["statusCode"] == 200
    forget_binding("legacy")
    add_person("pat", "limited-access", "district:north")
    save(MAPPING)
    sync_students(registration("007"))
    ada = {"email": PATH["email"]}
    recipient = "/connections/{connection_id}/recipients/{email}"
    assert call(configuration, "PUT", recipient, {"for": ["failed"]}, **ada)[0] == 200
    event = {"trigger": "schedule", "scheduled_time": "2026-11-23T03:00:00Z"}
    run = export.handler({"connection_id": NORTH, **event}, context())
    assert (run["run_id"], run["status"]) == (RUN, "succeeded")
    return started


def send(route: Route, claims: dict[str, str]) -> tuple[int, Any]:
    key = route.method, route.resource
    path = {name: PATH[name] for name in re.findall(r"{(\w+)}", route.resource)}
    if route.resource == "/mappings/{name}":
        path["name"] = "plain"
    if route.resource == "/providers/{name}":
        path["name"] = "north-google"
    body = BODIES.get(key)
    if key == ("PUT", "/connections/{connection_id}"):
        body = body | {"programs": PROGRAMS}  # a program cannot change them
    if key == ("POST", "/connections"):
        body = body | {"connection_id": "made", "folder": "made/{school_year}"}
    event = api_event(*key, claims=claims, body=body, query=QUERIES.get(key), **path)
    app: Any = sync if route in sync.ROUTES else configuration
    response = app.handler(event, context())
    return response["statusCode"], json.loads(response["body"] or "null")


def stored(exports: StartedExports) -> Any:
    """All that a request may change: items, files, secrets, started runs and people."""
    tables, files = state()
    items = {
        table: [one for one in items if not one["pk"]["S"].startswith(LOGGED)]
        for table, items in tables.items()
    }
    return items, files, secret_names(), len(exports.events), people_stored()


def test_the_table_has_each_route_and_each_answer() -> None:
    assert [*ROWS] == [(route.method, route.resource) for route in ROUTES]
    assert {cell for row in ROWS.values() for cell in row.values()} == {YES, OWN, NO}


def is_refused(route: Route, column: Column) -> bool:
    cell = ROWS[route.method, route.resource][column.name]
    return cell == NO or (cell == OWN and route.method == "POST")


def test_each_caller_that_the_table_refuses_is_refused_and_changes_nothing(
    north: StartedExports,
) -> None:
    before, wrong, tried = stored(north), [], 0

    for route in ROUTES:
        for column in COLUMNS:
            if is_refused(route, column):
                status, answer = send(route, dict(column.claims))
                tried += 1
                refused = status, answer["error"]["code"]
                unseen = refused == (404, "not_found") and "{person_id}" in route.resource
                if refused != (403, "access_denied") and not unseen:
                    wrong.append((route.method, route.resource, column.name, status, answer))
        if stored(north) != before:
            wrong.append((route.method, route.resource, "changed what is stored", 0, None))
            before = stored(north)

    assert wrong == []
    assert tried > 440


def test_each_caller_that_the_table_admits_is_admitted(north: StartedExports) -> None:
    kept, wrong = state(), []

    for route, column in product(ROUTES, COLUMNS):
        if is_refused(route, column):
            continue
        status, answer = send(route, dict(column.claims))
        is_own = ROWS[route.method, route.resource][column.name] == OWN
        if status in {401, 403} or status >= 500 or (is_own and answer["items"]):
            wrong.append((route.method, route.resource, column.name, status, answer))
        if status < 300 and route.method != "GET":
            put_back(kept)

    assert wrong == []


def test_without_a_token_only_the_description_is_read(north: StartedExports) -> None:
    before = stored(north)

    admitted = [route.resource for route in ROUTES if send(route, {})[0] != 403]

    assert admitted == ["/openapi.json"]
    assert stored(north) == before
