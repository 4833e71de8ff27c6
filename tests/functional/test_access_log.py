"""The access log: who read student data of a connection, and who was refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from local.docs.openapi_document import OPERATIONS
from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.api import Route
from registration_sync.domain.access_log import StudentData
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import HeldRow, RunStatus, YearOutcome
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.deleted import delete_and_purge
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
)
from tests.functional.support.events import (
    ADMINISTRATOR,
    OPERATOR,
    STRANGER,
    VIEWER,
    api_event,
    program,
)
from tests.functional.support.programs import bind_samples
from tests.functional.test_api_examples import (
    CREATE,
    ROUTES,
    cancel_started,
    example_event,
    handler_of,
    prepare,
)
from tests.functional.test_events import NORTH as SAMPLE
from tests.functional.test_events import past_run, receive
from tests.support.sftp_servers import AsyncSftpServer
from tests.unit.test_openapi import DOCUMENT

ONE = "/connections/{connection_id}"
RUN = f"{ONE}/exports/{{run_id}}"
RECEIPT = f"{ONE}/registrations/{{school_year}}/{{student_id}}"
STUDENT, HELD = "4711-only-here", "8812-held"
DOWNLOADS: dict[str, Any] = CONNECTION | {"delivery": "download", "example_students": [STUDENT]}
READER = program("enroll", "sync/read")


@pytest.fixture
def north(started: StartedExports) -> StartedExports:
    """A connection with a mapping, an exported student and a held one."""
    assert call(configuration, "POST", "/connections", DOWNLOADS)[0] == 201
    save(MAPPING)
    send(registration(STUDENT, "Xaverine"), registration(HELD, "Quentin", grade="no code"))
    return started


def access_log(
    claims: dict[str, str] = ADMINISTRATOR, connection_id: str = NORTH, **query: str
) -> tuple[int, Any]:
    event = api_event(
        "GET", f"{ONE}/access-log", claims=claims, query=query, connection_id=connection_id
    )
    response = configuration.handler(event, None)
    return response["statusCode"], json.loads(response["body"])


def entries() -> list[dict[str, Any]]:
    """All entries, newest first."""
    status, page = access_log(limit="100")
    assert (status, page["next"]) == (200, None)
    items: list[dict[str, Any]] = page["items"]
    return items


def noted(entry: dict[str, Any]) -> tuple[str, str, int]:
    return entry["by"], entry["kind"], entry["students"]


def read(
    resource: str,
    *,
    claims: dict[str, str] = VIEWER,
    query: dict[str, str] | None = None,
    **path: Any,
) -> Any:
    """The answer to a GET."""
    path = {"connection_id": NORTH} | path
    event = api_event("GET", resource, claims=claims, query=query, **path)
    response = configuration.handler(event, context())
    assert response["statusCode"] == 200, response["body"]
    return json.loads(response["body"])


def test_each_kind_of_read_is_recorded_with_the_number_of_students(north: StartedExports) -> None:
    exported = run_export()
    dry = run_export(dry_run=True, contents="all", school_years=[2025])
    record = run_export(action="test_record", student_id=STUDENT)
    file = {"run_id": exported["run_id"], "school_year": "2025", "name": "students.csv"}

    read(RECEIPT, school_year="2025", student_id=STUDENT)
    read(f"{ONE}/registrations", query={"student_id": HELD})
    read(f"{ONE}/registrations", query={"school_year": "2025", "status": "held"})
    read(f"{ONE}/students", query={"search": "e"})
    read(f"{ONE}/fields")
    read(f"{ONE}/fields", query={"path": "students.fname"})
    call(configuration, "POST", f"{ONE}/mapping/preview", claims=VIEWER)
    read(f"{RUN}/files/{{school_year}}/{{name}}", **file)
    read(RUN, run_id=exported["run_id"])
    read(RUN, run_id=dry["run_id"])
    read(RUN, run_id=record["run_id"])
    read(f"{ONE}/exports")

    assert [noted(entry) for entry in reversed(entries())] == [
        ("vic", "receipt", 1),
        ("vic", "receipt", 1),
        ("vic", "list", 1),
        ("vic", "search", 2),
        ("vic", "fields", 2),
        ("vic", "fields", 2),
        ("vic", "preview", 1),
        ("vic", "file", 1),
        ("vic", "run", 1),
        ("vic", "dry_run", 2),
        ("vic", "test_record", 1),
        ("vic", "runs", 2),
    ]
    assert {kind.value for kind in StudentData} == {entry["kind"] for entry in entries()} | {
        "refused"
    }


def test_an_entry_says_who_by_name_and_by_the_id_that_is_never_given_again(
    north: StartedExports,
) -> None:
    exported = run_export()
    read(RUN, run_id=exported["run_id"])

    (entry,) = entries()

    assert entry.pop("at").startswith("20")
    assert entry.pop("request_id").startswith("request-")
    assert entry == {
        "by": "vic",
        "sub": VIEWER["sub"],
        "caller": "person",
        "kind": "run",
        "students": 1,
        "route": f"GET {RUN}",
        "run_id": exported["run_id"],
    }


def test_a_read_by_a_program_is_recorded_with_its_client_id(north: StartedExports) -> None:
    read(RECEIPT, claims=READER, school_year="2025", student_id=STUDENT)

    (entry,) = entries()

    assert (entry["by"], entry["sub"], entry["caller"]) == ("enroll", "enroll", "program")


def test_an_answer_without_a_student_is_not_recorded(north: StartedExports) -> None:
    read(f"{ONE}/students", query={"search": "nobody is named like this"})
    read(f"{ONE}/registrations", query={"student_id": "nobody"})
    read(f"{ONE}/exports")
    read(ONE)
    read(f"{ONE}/status")
    call(configuration, "POST", f"{ONE}/mapping/preview", {"student_ids": []}, claims=VIEWER)

    assert entries() == []


@pytest.mark.parametrize("claims", [STRANGER, program("other", "sync/read")])
def test_a_refused_read_is_recorded(north: StartedExports, claims: dict[str, str]) -> None:
    path = {"school_year": "2025", "student_id": STUDENT}

    assert call(configuration, "GET", RECEIPT, claims=claims, **path)[0] == 403

    (entry,) = entries()
    assert (entry["kind"], entry["students"]) == ("refused", 0)
    assert entry["route"] == f"GET {RECEIPT}"
    assert entry["by"] == claims.get("username", "other")


def test_a_refused_sync_is_recorded(north: StartedExports) -> None:
    assert send(registration("1"), claims=STRANGER)[0] == 403
    assert send(registration("1"), claims=VIEWER)[0] == 403

    assert [noted(entry) for entry in entries()] == [("vic", "refused", 0), ("sam", "refused", 0)]


def test_a_refusal_inside_a_route_is_recorded(north: StartedExports) -> None:
    moved = DOWNLOADS | {"district": "south"}

    assert call(configuration, "PUT", ONE, moved)[0] == 403

    assert [noted(entry) for entry in entries()] == [("ada", "refused", 0)]


def test_a_request_for_an_unknown_connection_is_not_recorded(north: StartedExports) -> None:
    before = stored_items()

    path = {"connection_id": "nowhere", "school_year": "2025", "student_id": STUDENT}
    assert call(configuration, "GET", RECEIPT, claims=VIEWER, **path)[0] == 404
    assert call(configuration, "GET", RECEIPT, claims=READER, **path)[0] == 403

    assert stored_items() == before


def test_student_data_is_refused_when_its_read_cannot_be_recorded(
    north: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    monkeypatch.setattr(DynamoDBAudit, "add_access", fail)
    path = {"school_year": "2025", "student_id": STUDENT}

    status, answer = call(configuration, "GET", RECEIPT, claims=VIEWER, **path)

    assert (status, answer["error"]["code"]) == (503, "unavailable")
    assert STUDENT not in json.dumps(answer)
    assert call(configuration, "GET", f"{ONE}/status", claims=VIEWER)[0] == 200
    assert call(configuration, "GET", RECEIPT, claims=STRANGER, **path)[0] == 403


def test_no_entry_contains_a_student_and_each_expires(north: StartedExports) -> None:
    read(RECEIPT, school_year="2025", student_id=STUDENT)
    read(f"{ONE}/students", query={"search": "Xaver"})
    call(configuration, "GET", RECEIPT, claims=STRANGER, school_year="2025", student_id=STUDENT)

    found = [item for item in stored_items() if item["pk"]["S"] == f"ACCESS#{NORTH}"]

    assert len(found) == 3
    assert not re.search(f"{STUDENT}|Xaver", json.dumps(found))
    assert all(int(item["expires_at"]["N"]) > 0 for item in found)


def test_the_log_survives_a_purge(north: StartedExports) -> None:
    read(RECEIPT, school_year="2025", student_id=STUDENT)

    delete_and_purge()
    call(configuration, "POST", "/connections", DOWNLOADS)

    assert [noted(entry) for entry in entries()] == [("vic", "receipt", 1)]


def test_the_log_is_read_page_by_page_by_full_access(north: StartedExports) -> None:
    for _ in range(3):
        read(RECEIPT, school_year="2025", student_id=STUDENT)

    _, first = access_log(limit="2")
    _, second = access_log(limit="2", after=first["next"])

    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["next"] is None
    assert first["items"] + second["items"] == entries()
    assert access_log(program("enroll", "sync/configuration.write"))[0] == 200
    assert access_log(OPERATOR)[0] == 200
    for refused in (VIEWER, STRANGER, READER):
        assert access_log(refused)[0] == 403
    assert access_log(limit="0")[0] == 400


def test_a_connection_that_is_being_deleted_shows_its_log(north: StartedExports) -> None:
    read(RECEIPT, school_year="2025", student_id=STUDENT)
    assert call(configuration, "DELETE", ONE)[0] == 204

    assert [noted(entry) for entry in entries()] == [("vic", "receipt", 1)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


MADE_UP = "Zephyring"
"""A value of each student of the connection of the samples: no other text has it."""

HELD_YEAR = (YearOutcome(2025, RunStatus.PARTIAL, held=(HeldRow(f"{MADE_UP}-9", "", "", "", ""),)),)
"""Of the runs that the routes decide about."""

SETTINGS = "example_students"
"""Ids that a person wrote into the settings: these are not read from what Enroll sent."""


@pytest.mark.lint
def test_every_route_that_shows_a_student_records_it(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    """Each route of OPERATIONS answers its example, on a connection whose students are in every
    place that may have one."""
    bind_samples()
    held = registration(f"{MADE_UP}-9", MADE_UP, grade=MADE_UP)
    past_run(server, SAMPLE, held, status="partial")
    receive(SAMPLE, *(registration(one, f"{MADE_UP} {one}") for one in ("007", "06520")))
    export.handler({"connection_id": SAMPLE, "trigger": "hand", "action": "check"}, context())
    routes = [one for one in ROUTES if (one.method, one.resource) != CREATE]
    assert {(one.method, one.resource) for one in routes} | {CREATE} == OPERATIONS.keys()

    tried = [route for route in routes if not route.public]
    wrong = [found for route in tried if (found := undeclared(route, started))]

    assert wrong == [], "give the Answer of these routes `shown=Shown(StudentData.…, students)`"


def undeclared(route: Route, started: StartedExports) -> str:
    """The route, if it answers with student data without an entry in the access log."""
    prepare(route, years=HELD_YEAR)
    described = DOCUMENT["paths"][route.resource][route.method.lower()]
    request, before = example_event(route, described), len(log_items())
    response = handler_of(route)(request, context())
    cancel_started(started)
    assert response["statusCode"] < 300, (route.method, route.resource, response["body"])
    sent = json.dumps([request["body"], request["pathParameters"]])
    texts = texts_of(json.loads(response["body"] or "null"))
    shown = [text for text in texts if is_of_a_student(text) and text not in sent]
    if not shown or len(log_items()) > before:
        return ""
    return f"{route.method} {route.resource}: {shown[:3]}"


def log_items() -> list[dict[str, Any]]:
    return [item for item in stored_items() if item["pk"]["S"] == f"ACCESS#{SAMPLE}"]


def texts_of(body: Any) -> Iterator[str]:
    match body:
        case str():
            yield body
        case list():
            for each in body:
                yield from texts_of(each)
        case dict():
            for name, each in body.items():
                if name != SETTINGS:
                    yield from texts_of(each)


def is_of_a_student(text: str) -> bool:
    """A student's name or id, or a link to a file of students."""
    is_row = text.startswith(("007,", "06520,"))
    return is_row or text in {"007", "06520"} or MADE_UP in text or "X-Amz-Signature" in text
