"""Whatever a body has in place of any of its values, no route answers 500 or breaks a limit of
DynamoDB, and no answer is larger than AWS takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.api import MAX_ANSWER_BYTES, Route
from tests.functional.conftest import limits
from tests.functional.support.district import CONNECTION, ENROLL, context
from tests.functional.support.events import OPERATOR, api_event
from tests.functional.test_events import ANYTOWN, past_run
from tests.functional.test_service_errors import BODIES, PATH, free_slot
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
MAPPING = {
    "files": [
        {
            "name": "students",
            "where": [{"field": "students.grade", "is": ["K"]}],
            "fields": [
                {
                    "from": "students.dob",
                    "mapping_type": "transformation",
                    "transformations": [
                        {"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"},
                        {"type": "character_limit", "length": 5},
                    ],
                    "to": "DOB",
                    "max_length": 10,
                },
                {
                    "from": "students.grade",
                    "mapping_type": "match_codes",
                    "codes": {"K": "0"},
                    "to": "Grade",
                },
            ],
        }
    ]
}
SCHEDULE = {
    "enabled": True,
    "time": "21:00",
    "time_zone": "America/Chicago",
    "pauses": [{"from": "2025-12-20", "to": "2026-01-05"}],
}
WHOLE_BODIES: dict[tuple[str, str], Any] = {
    **BODIES,
    ("POST", "/connections"): CONNECTION
    | {
        "connection_id": "hostile",
        "delivery": "sftp",
        "host": "127.0.0.1",
        "port": 22,
        "username": "u",
        "password": "p",
        "host_keys": [],
        "example_students": ["007"],
        "guards": {"row_change": {"action": "warn", "percent": 30}},
    },
    ("PUT", f"{ONE}/mapping"): {**MAPPING, "version": 1},
    ("POST", f"{ONE}/mapping/convert"): MAPPING,
    ("POST", f"{ONE}/mapping/preview"): {
        "mapping": MAPPING,
        "student_ids": ["007"],
        "school_year": 2025,
        "unfinished": True,
    },
    ("PUT", f"{ONE}/schedule"): SCHEDULE,
    ("POST", f"{ONE}/schedule/preview"): SCHEDULE,
    ("POST", f"{ONE}/exports"): {
        "school_years": [2025],
        "contents": "all",
        "dry_run": False,
        "override_held": True,
        "override_guards": True,
        "carry_over": True,
    },
    ("POST", f"{ONE}/exports/{{run_id}}/resend"): {
        "school_years": [2025],
        "files": [{"school_year": 2025, "name": "students.csv"}],
        "student_ids": ["007"],
    },
    ("POST", f"{ONE}/registrations"): {
        "registrations": BODIES["POST", f"{ONE}/registrations"]["registrations"],
        "as_of": "2026-03-02T10:00:00Z",
    },
}

DIGITS = "9" * 4_301
"""One more than Python's int() and str() take (docs.python.org: "Integer string conversion length
limitation")."""

JSON_TOKENS = (
    "null",
    "true",
    "-1",
    "1.5",
    "1e400",
    "-1e400",
    "1e-400",
    DIGITS,
    DIGITS[1:],
    f"1e{DIGITS}",
    "9223372036854775808",
    "[]",
    "{}",
    "[" * 60 + "]" * 60,
    '{"a": {"b": [1, null]}}',
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u202e<b>\\n"',
    '"0001-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59-14:00"',
    '"0001-01-01"',
    '"9999-12-31"',
    '"24:00"',
    json.dumps("x" * 70_000),
    json.dumps("é" * 3_000),
)
YAML_TOKENS = (
    DIGITS,
    f"0x{'f' * 5_000}",
    f"0b{'1' * 20_000}",
    f"0{'7' * 6_000}",
    "1:" * 3_000 + "1",
    "1" * 400 + ".0e+400",
    "1:" * 300 + "1.5",
    ".inf",
    ".nan",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "2025-02-30",
    "2025-01-01T00:00:00.999999999999-99:99",
    "!!binary aGk=",
    "!!binary é",
    "!!set {a, b}",
    "!!omap [a: 1]",
    "!!pairs [a: 1]",
    "!!omap x",
    "!!int x",
    "!!float x",
    "!!bool x",
    "!!timestamp x",
    "!!null x",
    "!!str [a]",
    "!!python/object/apply:os.getcwd []",
    "{<<: x}",
    "{<<: [x, {a: 1}]}",
    "{<<: {a: 1}}",
    "{? [a] : 1}",
    "{=: 1}",
    "=",
    "&a x",
    "~",
    '"\\ud800"',
)
STEP = 5
"""Coprime to the numbers of tokens, so that all tokens reach each route."""

HERE = "value-to-replace"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def variations(content: Any) -> Iterator[Any]:
    """The content once for each of its values, which is HERE in it; also the names of objects."""
    yield HERE
    if isinstance(content, dict):
        for name, value in content.items():
            yield from ({**content, name: inner} for inner in variations(value))
        yield {**content, HERE: 1}
    elif isinstance(content, list):
        for index, value in enumerate(content):
            for inner in variations(value):
                yield [*content[:index], inner, *content[index + 1 :]]


def bodies() -> Iterator[tuple[Any, Route, dict[str, str], str]]:
    """Each route with tokens in each position of its body, as JSON; mappings also as YAML.

    The next position gets the next tokens; a conversion, which parses whole mappings, gets all.
    """
    for app in (configuration, sync):
        for route in app.ROUTES:
            body = WHOLE_BODIES.get((route.method, route.resource))
            step = 1 if route.resource.endswith("/convert") else STEP
            for index, changed in enumerate(variations(body) if body else ()):
                text, first = json.dumps(changed), index % step
                for token in JSON_TOKENS[first::step]:
                    is_name = f'"{HERE}":' in text
                    if is_name and not token.startswith('"'):
                        continue
                    yield app, route, {}, text.replace(f'"{HERE}"', token)
                if route.resource.endswith(("/mapping", "/convert")):
                    yaml = {"Content-Type": "application/yaml"}
                    for token in YAML_TOKENS[first::step]:
                        yield app, route, yaml, text.replace(f'"{HERE}"', token)


def send(app: Any, route: Route, headers: dict[str, str], body: str) -> Any:
    names = [name for name in PATH if f"{{{name}}}" in route.resource]
    path = {name: PATH[name] for name in names}
    if "{connection_id}" in route.resource:
        path["connection_id"] = ANYTOWN
    claims = ENROLL if app is sync else OPERATOR
    return app.handler(
        api_event(route.method, route.resource, claims=claims, body=body, headers=headers, **path),
        context(),
    )


def test_no_value_in_a_body_leads_to_500(server: AsyncSftpServer) -> None:
    past_run(server, ANYTOWN)
    free_slot()

    wrong = []
    for app, route, headers, body in bodies():
        answer = send(app, route, headers, body)
        if answer["statusCode"] < 400:  # a refused request changes nothing
            free_slot()
        size = len(answer["body"])
        if answer["statusCode"] == 500 or limits.broken or size > MAX_ANSWER_BYTES:
            case = body if len(body) < 900 else f"{body[:450]}…{body[-450:]}"
            wrong.append((route.method, route.resource, case, answer["statusCode"], size))
            limits.broken.clear()

    assert "\n".join(map(str, wrong[:40])) == ""
