"""Roles and routes: every cell of the documented table through the real handlers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from tests.functional.support.district import CONNECTION, NORTH, context
from tests.functional.support.events import OPERATOR, api_event, person, program

pytestmark = pytest.mark.usefixtures("started")

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
TABLE = re.findall(
    r"^\| `(\w+) (\S+)` \| ([^|]+) \| (yes|no) \| (yes|no) \| `?([^`]+?)`? \|$",
    PAGE,
    re.MULTILINE,
)
SCOPES = ("sync/registrations.write", "sync/exports.run", "sync/configuration.write", "sync/read")
FOR_OPERATORS = (
    "/programs/{client_id}",
    "/programs/{client_id}/audit",
    "/providers",
    "/providers/{name}",
)
PATH = {
    "connection_id": NORTH,
    "school_year": "2025",
    "student_id": "7",
    "run_id": "none",
    "version": "1",
    "name": "plain",
    "client_id": "other",
    "person_id": "none",
    "email": "ada@north.example.org",
}


def routes() -> list[Any]:
    return [*sync.ROUTES, *configuration.ROUTES]


def is_admitted(method: str, resource: str, claims: dict[str, str]) -> bool:
    """Whether the response is not a refusal of the caller."""
    app = sync if (method, resource) in {(r.method, r.resource) for r in sync.ROUTES} else None
    names = re.findall(r"{(\w+)}", resource)
    path = {name: PATH[name] for name in names}
    event = api_event(method, resource, claims=claims, body={}, **path)
    response = (app or configuration).handler(event, context())
    assert response["statusCode"] != 500
    body = json.loads(response["body"] or "null")
    return response["statusCode"] != 403 or body["error"]["code"] != "access_denied"


def create_connection() -> None:
    """Creates a connection of the district north that names one program."""
    event = api_event(
        "POST", "/connections", claims=OPERATOR, body=CONNECTION | {"delivery": "download"}
    )
    configuration.handler(event, context())


@pytest.mark.lint
def test_every_path_parameter_has_a_test_value() -> None:
    names = {name for route in routes() for name in re.findall(r"{(\w+)}", route.resource)}

    assert names - PATH.keys() == set(), "add values for them to PATH in test_roles.py"


def test_the_table_has_every_route() -> None:
    assert [(method, resource) for method, resource, *_ in TABLE] == [
        (route.method, route.resource) for route in routes()
    ]


@pytest.mark.parametrize(
    ("method", "resource", "full", "limited", "scope"),
    [(row[0], row[1], row[3], row[4], row[5]) for row in TABLE],
)
def test_each_role_may_use_exactly_the_routes_in_the_table(
    method: str, resource: str, full: str, limited: str, scope: str
) -> None:
    public = scope in {"none", "any"}
    of_connection = "{connection_id}" in resource
    expected = {
        "full access": (person("full-access", "district:north"), full == "yes"),
        "limited access": (person("limited-access", "district:north"), limited == "yes"),
        "another district": (
            person("full-access", "district:south"),
            public or (full == "yes" and not of_connection),
        ),
        "no district": (
            person("full-access"),
            public or (full == "yes" and not of_connection),
        ),
        "operator": (OPERATOR, True if resource in FOR_OPERATORS else public or full == "yes"),
        "no role": (person("district:north"), public),
        "no group": (person(), public),
        "anonymous": ({}, scope == "none"),
        **{
            f"named program with {one}": (program("enroll", one), public or one == scope)
            for one in SCOPES
        },
        "program without a scope": (program("enroll"), public),
        "program that is not named": (
            program("other", *SCOPES),
            public
            or (
                scope in SCOPES
                and not (of_connection or resource == "/registrations" or resource in FOR_OPERATORS)
            ),
        ),
    }

    found = {}
    for role, (claims, _) in expected.items():
        create_connection()  # an earlier route may have deleted it
        found[role] = is_admitted(method, resource, claims)

    assert found == {role: may for role, (_, may) in expected.items()}
