"""Whatever a caller writes into a path or a query, no route answers 500, and no key is too long.

The fixture `aws` fails if a request breaks a limit of DynamoDB.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from tests.functional.conftest import limits
from tests.functional.support.district import ENROLL, context
from tests.functional.support.events import OPERATOR, api_event
from tests.functional.test_events import ANYTOWN, past_run
from tests.functional.test_service_errors import BODIES, PATH
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

TEXTS = ["", "x" * 1_025, "é" * 600, "a/b", "\x00", "\ud800", "-1"]
QUERIES = {
    "/audit": ("after", "limit"),
    "/overview": ("after", "limit"),
    "/exports": ("after", "limit", "status", "kind", "trigger", "school_year", "from", "to"),
    "/fields": ("path", "each", "delimiter"),
    "/registrations": ("after", "limit", "status", "school_year", "student_id"),
    "/students": ("search", "ids"),
    "/versions": ("after", "before", "limit"),
}
"""The parameters of a read, by the end of its path."""

LIST = {"school_year": "2025", "status": "due"}
"""What the list of students needs, besides the parameter that is tried."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def requests() -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each route with each text in each parameter of its path, and of the query of a read."""
    for app in (configuration, sync):
        for route in app.ROUTES:
            path = {name: PATH[name] for name in PATH if f"{{{name}}}" in route.resource}
            if "{connection_id}" in route.resource:
                path["connection_id"] = ANYTOWN
            if route.method == "DELETE" and "student_id" not in path:
                continue  # it would remove the connection of the others
            options: dict[str, Any] = {
                "claims": ENROLL if app is sync else OPERATOR,
                "body": BODIES.get((route.method, route.resource)),
            }
            for name, text in product(path, TEXTS):
                changed = {**path, name: text}
                yield app, api_event(route.method, route.resource, **options, **changed)
            end = f"/{route.resource.rpartition('/')[2]}"
            queried = QUERIES.get(end, ()) if route.method == "GET" else ()
            base = LIST if route.resource.endswith("/registrations") else {}
            for name, text in product(queried, TEXTS):
                query = {**base, name: text}
                yield app, api_event(route.method, route.resource, query=query, **options, **path)


def test_no_parameter_leads_to_500_or_breaks_a_limit_of_dynamodb(server: AsyncSftpServer) -> None:
    past_run(server, ANYTOWN)

    wrong = []
    for app, event in requests():
        status = app.handler(event, context())["statusCode"]
        if status >= 500 or limits.broken:
            given = event["pathParameters"], event["queryStringParameters"]
            wrong.append((event["httpMethod"], event["resource"], str(given)[:200], status))
            limits.broken.clear()

    assert wrong == []
