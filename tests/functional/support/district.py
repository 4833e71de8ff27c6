"""A small district for tests: its connection, mapping and registrations."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.bootstrap import configuration_function
from tests.functional.support.events import ADMINISTRATOR, api_event, program

NORTH = "north"
ENROLL = program("enroll", "sync/registrations.write", "sync/read")

CONNECTION: dict[str, Any] = {
    "connection_id": NORTH,
    "name": "North, PowerSchool",
    "folder": "SISData/exports/{school_year}",
    "delivery": "sftp",
    "district": "north",
    "time_zone": "America/Chicago",
    "programs": ["enroll"],
}

MAPPING: dict[str, Any] = {
    "files": [
        {
            "name": "students",
            "fields": [
                {"from": "students.id", "mapping_type": "direct", "to": "ID", "required": True},
                {"from": "students.fname", "mapping_type": "direct", "to": "First"},
                {
                    "from": "students.grade",
                    "mapping_type": "match_codes",
                    "codes": {"K": "0", "1": "1"},
                    "to": "Grade",
                },
            ],
        }
    ]
}


def registration(
    student_id: str = "007", fname: str = "Ann", *, year: int = 2025, **changes: Any
) -> dict[str, Any]:
    """A registration in the shape of the API; `grade` and `status` may be changed."""
    return {
        "registration_id": f"r-{student_id}",
        "student_id": student_id,
        "school_year": year,
        "status": changes.get("status", "Registration Approved"),
        "data": {
            "students": {
                "id": student_id,
                "fname": fname,
                "grade": changes.get("grade", "K"),
            }
        },
    }


def context(seconds: float = 300) -> Any:
    """A Lambda context with this much time left."""
    return SimpleNamespace(
        aws_request_id="12345678-1234-1234-1234-123456789012",
        get_remaining_time_in_millis=lambda: int(seconds * 1000),
    )


def call(
    app: Any,
    method: str,
    resource: str,
    body: object = None,
    *,
    claims: dict[str, str] = ADMINISTRATOR,
    running: Any = None,
    **path: str,
) -> tuple[int, Any]:
    """Calls a function's handler; the connection is NORTH unless given, and the Lambda context
    that of `context`."""
    if "{connection_id}" in resource:
        path.setdefault("connection_id", NORTH)
    event = api_event(method, resource, claims=claims, body=body, **path)
    response = app.handler(event, running or context())
    return response["statusCode"], json.loads(response["body"] or "null")


def set_up(
    server: Any, mapping: dict[str, Any] = MAPPING, *, live: bool = True, **changes: Any
) -> None:
    """Creates the connection to the server, and saves its mapping; `live`, as after a delivery."""
    account = server.account()
    connection = CONNECTION | {
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "password": account.credentials.password,
        "host_keys": list(account.host_keys),
    }
    status, answer = call(configuration, "POST", "/connections", connection | changes)
    assert status == 201, answer
    save(mapping)
    if live:
        go_live()


def go_live(connection_id: str = NORTH) -> None:
    """Ends the set-up, as the first delivery does."""
    configuration_function.dependencies().connections.end_setup(connection_id)


def save(mapping: dict[str, Any]) -> None:
    status, answer = call(configuration, "PUT", "/connections/{connection_id}/mapping", mapping)
    assert status == 200, answer


def send(
    *registrations: dict[str, Any],
    claims: dict[str, str] = ENROLL,
    connection_id: str = NORTH,
) -> tuple[int, Any]:
    """Sends registrations, as Enroll does."""
    return call(
        sync,
        "POST",
        "/connections/{connection_id}/registrations",
        {"registrations": list(registrations)},
        claims=claims,
        connection_id=connection_id,
    )


def run_export(**event: Any) -> dict[str, Any]:
    """Invokes the export function as an operator does; each call is a new run."""
    _runs.append(len(_runs))
    run_id = f"20260302T210000Z-{len(_runs):04}"
    by_operator = {"connection_id": NORTH, "trigger": "hand", "run_id": run_id}
    run: dict[str, Any] = export.handler(by_operator | event, context())
    return run


_runs: list[int] = []

type Files = Callable[[], dict[str, str]]
