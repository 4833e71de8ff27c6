"""Every route that takes a body says what is wrong with one that it cannot read."""

import base64
import gzip
import json
import re
import time
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.api import Route
from registration_sync.domain.errors import MAX_PROBLEMS
from tests.functional.support.district import CONNECTION, ENROLL, NORTH, call, context
from tests.functional.support.events import OPERATOR, api_event
from tests.unit.test_openapi import DOCUMENT

pytestmark = pytest.mark.usefixtures("started")

ROUTES = [
    route
    for route in (*sync.ROUTES, *configuration.ROUTES)
    if "requestBody" in DOCUMENT["paths"][route.resource][route.method.lower()]
]

NOT_JSON = {
    "a trailing comma": ('{\n "a": [1, 2,]\n}', "line 2, column "),
    "a text that ends early": ('{"a": "b"', "line 1, column 10"),
    "a single quote": ("{'a': 1}", "line 1, column 2"),
    "two values": ("{}\n{}", "line 2, column 1"),
    "NaN": ('{"a": 1,\n "b": NaN}', "line 2, column 7"),
    "Infinity": ('{"a": -Infinity}', "line 1, column 7"),
    "a form": ("student_id=007", "line 1, column 1"),
    "a comment": ('{"a": 1} // one', "line 1, column 10"),
}

UNREADABLE: dict[str, tuple[bytes, dict[str, str], str]] = {
    "gzip without its header": (gzip.compress(b"{}"), {}, "Content-Encoding: gzip"),
    "gzip twice": (gzip.compress(b"{}"), {"Content-Encoding": "gzip"}, "Content-Encoding: gzip"),
    "brotli": (b"\x0b\x00\x80{}", {"Content-Encoding": "br"}, "gzip, or without compression"),
    "UTF-16": (
        "{}".encode("utf-16"),
        {"Content-Type": "application/json; charset=utf-16"},
        "UTF-8",
    ),
    "Latin-1": (b'{"a": "\xe9"}', {"Content-Type": 'text/plain;charset="ISO-8859-1"'}, "UTF-8"),
}


@pytest.fixture(autouse=True)
def connection(started: object) -> None:
    body = CONNECTION | {"delivery": "download"}
    assert call(configuration, "POST", "/connections", body)[0] == 201


def name_of(route: Route) -> str:
    return f"{route.method} {route.resource}"


def answer_to(route: Route, body: str) -> tuple[int, str]:
    """The status and the body that the route answers."""
    response = respond(route, body, {}, is_base64=False)
    return response["statusCode"], response["body"]


def refusal(route: Route, body: str, headers: dict[str, str], *, is_base64: bool) -> str:
    """The message of the 400 that the route answers."""
    response = respond(route, body, headers, is_base64=is_base64)
    error = json.loads(response["body"])["error"]
    assert (response["statusCode"], error["code"]) == (400, "invalid_request"), name_of(route)
    message: str = error["message"]
    return message


def respond(route: Route, body: str, headers: dict[str, str], *, is_base64: bool) -> Any:
    path = {
        one["name"]: str(one["example"])
        for one in DOCUMENT["paths"][route.resource][route.method.lower()]["parameters"]
        if one["in"] == "path"
    }
    path |= {"connection_id": NORTH} if path else {}
    claims = ENROLL if route.programs_only else OPERATOR
    event = api_event(
        route.method, route.resource, claims=claims, body=body, headers=headers, **path
    )
    event["isBase64Encoded"] = is_base64
    handler: Any = sync.handler if route in sync.ROUTES else configuration.handler
    return handler(event, context())


@pytest.mark.parametrize("case", NOT_JSON)
def test_a_mistake_in_json_is_answered_with_line_and_column(case: str) -> None:
    text, where = NOT_JSON[case]

    found = {name_of(route): refusal(route, text, {}, is_base64=False) for route in ROUTES}

    assert {name: message for name, message in found.items() if where not in message} == {}


@pytest.mark.parametrize("case", UNREADABLE)
@pytest.mark.parametrize("is_base64", [True, False], ids=["as bytes", "as the gateway's text"])
def test_an_encoding_that_is_not_read_is_answered_with_what_to_send(
    case: str, is_base64: bool
) -> None:
    content, headers, remedy = UNREADABLE[case]
    body = base64.b64encode(content).decode() if is_base64 else content.decode(errors="replace")

    found = {name_of(route): refusal(route, body, headers, is_base64=is_base64) for route in ROUTES}

    assert {name: message for name, message in found.items() if remedy not in message} == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "application/json;charset=UTF8"},
        {"Content-Type": "application/x-www-form-urlencoded"},  # what curl -d sends
        {"Content-Encoding": "gzip"},  # the gateway decompresses, and keeps the header
        {"Content-Encoding": "identity"},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "byte order mark"])
def test_a_body_that_can_be_read_is_read(headers: dict[str, str], mark: str) -> None:
    found = {
        name_of(route): refusal(route, f"{mark}[]", headers, is_base64=False) for route in ROUTES
    }

    assert {name: message for name, message in found.items() if "not JSON" in message} == {}


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_many_unknown_keys_get_a_short_answer_in_time(route: Route) -> None:
    text = json.dumps({f"key{number}-{'x' * 20}": number for number in range(100_000)})
    started = time.process_time()

    status, answer = answer_to(route, text)

    assert (status, len(answer) < 60_000) in {(400, True), (413, True)}
    problems = json.loads(answer)["error"]["problems"]
    assert len(problems) <= MAX_PROBLEMS + 1
    if len(problems) > MAX_PROBLEMS:  # with the fields that are missing
        assert re.fullmatch(r"And 99,90\d more\.", problems[-1]["message"])
    assert time.process_time() - started < 10  # a search for similar names took half a minute


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_long_name_is_not_repeated_in_full(route: Route) -> None:
    text = json.dumps({"k" * 1_000_000: {"k" * 1_000_000: 1}})

    status, answer = answer_to(route, text)

    assert (status, len(answer) < 5_000) in {(400, True), (413, True)}


def test_the_routes_with_a_body_are_found() -> None:
    assert len(ROUTES) > 10
