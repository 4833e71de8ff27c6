"""Every answer of the API is taken as what it declares to be, and is kept nowhere."""

import re
from itertools import product
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from local.docs.openapi_document import OPERATIONS
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    save,
    send,
)
from tests.functional.support.events import OPERATOR, STRANGER, api_event
from tests.functional.test_service_errors import BODIES, PATH, QUERIES

CALLERS: tuple[dict[str, str], ...] = (OPERATOR, STRANGER, ENROLL, {})


@pytest.mark.usefixtures("started")
def test_every_answer_declares_its_type_and_is_not_stored() -> None:
    body = CONNECTION | {"delivery": "download"}
    assert call(configuration, "POST", "/connections", body, claims=OPERATOR)[0] == 201
    save(MAPPING)
    send(registration("007"))
    of_sync = {(route.method, route.resource) for route in sync.ROUTES}
    statuses: set[int] = set()

    for (method, resource), claims in product(sorted(OPERATIONS), CALLERS):
        connection_id = "nowhere" if method == "DELETE" else NORTH
        known = {**PATH, "connection_id": connection_id}
        path = {name: known[name] for name in re.findall(r"{(\w+)}", resource)}
        key = (method, resource)
        event = api_event(*key, claims=claims, body=BODIES.get(key), query=QUERIES.get(key), **path)
        app: Any = sync if key in of_sync else configuration
        answer = app.handler(event, context())

        statuses.add(answer["statusCode"])
        headers = {name.lower(): text for name, text in answer["headers"].items()}
        assert headers["x-content-type-options"] == "nosniff", key
        assert headers["content-type"].startswith("application/"), key
        assert headers["cache-control"] == "no-store", key

    assert {200, 403, 404} < statuses
