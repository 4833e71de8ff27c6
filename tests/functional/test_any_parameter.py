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
from tests.unit.test_openapi import DOCUMENT

pytestmark = pytest.mark.usefixtures("started")

TEXTS = [
    *["", "x" * 1_025, "é" * 600, "a/b", "\x00", "\ud800", "-1", "0", "9" * 4_301, "٣", "1e400"],
    *["0001-01-01", "9999-12-31", "2025-02-30", "%", "%ff", "..", "#", "99999999", "\u202e\n"],
]
HEADERS = ("If-Match", "Accept", "Content-Type", "Content-Encoding")

LIST = {"school_year": "2025", "status": "due"}
"""What the list of students needs, besides the parameter that is tried."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def requests() -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each route with each text in each parameter that the API's description names, in the path,
    the query and the headers."""
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
            described = DOCUMENT["paths"][route.resource][route.method.lower()]["parameters"]
            queried = [one["name"] for one in described if one["in"] == "query"]
            base = LIST if {*LIST} <= {*queried} else {}
            for name, text in product(queried, TEXTS):
                query = {**base, name: text}
                yield app, api_event(route.method, route.resource, query=query, **options, **path)
            for name, text in product(HEADERS, TEXTS[::4]):
                headers = {name: text}
                event = api_event(route.method, route.resource, **options, **path)
                yield app, {**event, "headers": event["headers"] | headers}


def test_no_parameter_leads_to_500_or_breaks_a_limit_of_dynamodb(server: AsyncSftpServer) -> None:
    past_run(server, ANYTOWN)

    wrong = []
    for app, event in requests():
        status = app.handler(event, context())["statusCode"]
        if status >= 500 or limits.broken:
            given = event["pathParameters"], event["queryStringParameters"]
            wrong.append((event["httpMethod"], event["resource"], str(given)[:200], status))
            wrong[-1] += (str(limits.broken)[:200],)
            limits.broken.clear()

    assert wrong == []
