"""Programs are bound to districts: they reach, create and change nothing elsewhere."""

import json
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.domain.access import SCOPES
from tests.functional.conftest import StartedExports, secret_names, stored_items
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    NORTH,
    call,
    context,
    registration,
    send,
)
from tests.functional.support.events import (
    ADMINISTRATOR,
    OPERATOR,
    STRANGER,
    VIEWER,
    api_event,
    person,
    program,
)
from tests.functional.support.programs import bind, forget_binding

ONE, PROGRAM = "/connections/{connection_id}", "/programs/{client_id}"
NIGHTLY = "nightly"
CLAIMS = program(NIGHTLY, *SCOPES)
"""A program of the district north, with all scopes."""
SOUTH = "south-school"
SETTINGS: dict[str, Any] = CONNECTION | {"delivery": "download", "programs": [NIGHTLY]}


@pytest.fixture(autouse=True)
def connection(started: StartedExports) -> None:
    """The connection of the north, which lists the program."""
    bind(NIGHTLY, "north")
    assert call(configuration, "POST", "/connections", SETTINGS)[0] == 201


def stored() -> Any:
    kept = [one for one in stored_items() if not one["pk"]["S"].startswith("ACCESS#")]
    tables = [kept, stored_items("registrations")]
    kept = [[one for one in items if "REQUEST" not in one["pk"]["S"]] for items in tables]
    return kept, secret_names()


def put(claims: dict[str, str] = CLAIMS, **changes: Any) -> tuple[int, Any]:
    return call(configuration, "PUT", ONE, SETTINGS | changes, claims=claims)


def listed(claims: dict[str, str]) -> list[dict[str, Any]]:
    status, answer = call(configuration, "GET", "/programs", claims=claims)
    assert status == 200
    items: list[dict[str, Any]] = answer["items"]
    return items


def is_reached(connection_id: str = NORTH, claims: dict[str, str] = CLAIMS) -> bool:
    path = {"connection_id": connection_id}
    statuses = {
        call(configuration, "GET", ONE, claims=claims, **path)[0],
        send(registration("1"), claims=claims, connection_id=connection_id)[0],
    }
    assert statuses in ({200}, {403})
    return statuses == {200}


def sent_to(claims: dict[str, str] = CLAIMS) -> list[str]:
    """The connections that one request of the program reaches."""
    body = {"registrations": [registration("1")]}
    event = api_event("POST", "/registrations", claims=claims, body=body)
    response = sync.handler(event, context())
    answer = json.loads(response["body"])
    if response["statusCode"] == 403:
        return []
    (one,) = answer["registrations"]
    return [item["connection_id"] for item in one["connections"]]


# What a program changes


@pytest.mark.parametrize(
    "change",
    [
        {"district": "south"},
        {"programs": [NIGHTLY, "other"]},
        {"programs": [NIGHTLY, "enroll"]},
        {"programs": ["enroll"]},
        {"programs": []},
        {"district": "south", "programs": [NIGHTLY, "enroll"]},
    ],
)
@pytest.mark.parametrize("bound", [["north"], ["north", "south"], ["*"]])
def test_a_program_never_changes_the_district_or_the_programs_of_a_connection(
    change: dict[str, Any], bound: list[str]
) -> None:
    bind(NIGHTLY, *bound)
    before = stored()

    status, answer = put(**change)

    assert (status, answer["error"]["code"]) == (403, "access_denied")
    assert stored() == before


def test_a_program_changes_other_settings_of_its_connection() -> None:
    assert put(name="Changed")[0] == 200


@pytest.mark.parametrize("bound", [None, [], ["south"], ["north2"], ["nort"]])
def test_a_program_creates_no_connection_in_a_district_that_it_is_not_bound_to(
    bound: list[str] | None,
) -> None:
    """`None`: never bound."""
    made_up = "made-up"
    if bound is not None:
        bind(made_up, *bound)
    before = stored()

    body = SETTINGS | {"connection_id": "made", "folder": "made", "programs": [made_up]}
    status, _ = call(configuration, "POST", "/connections", body, claims=program(made_up, *SCOPES))

    assert status == 403
    assert stored() == before


@pytest.mark.parametrize("bound", [["north"], ["east", "north"], ["*"]])
def test_a_bound_program_creates_connections_of_its_districts(bound: list[str]) -> None:
    bind(NIGHTLY, *bound)
    body = SETTINGS | {"connection_id": "made", "folder": "made"}

    assert call(configuration, "POST", "/connections", body, claims=CLAIMS)[0] == 201
    assert is_reached("made")


# What a program reaches


@pytest.mark.parametrize(
    ("bound", "reaches"), [(["north"], True), (["*"], True), (["south"], False), ([], False)]
)
def test_a_program_reaches_only_connections_of_its_districts(
    bound: list[str], *, reaches: bool
) -> None:
    bind(NIGHTLY, *bound)

    assert is_reached() is reaches
    assert sent_to() == ([NORTH] if reaches else [])


def test_one_request_for_all_connections_reaches_those_of_the_programs_districts() -> None:
    bind(NIGHTLY, "*")
    of_south = SETTINGS | {"connection_id": SOUTH, "district": "south"}
    assert call(configuration, "POST", "/connections", of_south, claims=STRANGER)[0] == 201

    everywhere = sent_to()
    bind(NIGHTLY, "south")

    assert everywhere == [NORTH, SOUTH]
    assert sent_to() == [SOUTH]


def test_a_program_that_a_connection_lists_since_before_bindings_reaches_it() -> None:
    """An upgrade stops no program; the connections that it may not create, it still may not."""
    forget_binding(NIGHTLY)

    assert is_reached()
    assert sent_to() == [NORTH]
    assert put(name="Changed")[0] == 200
    assert put(ADMINISTRATOR, name="By a person")[0] == 200
    assert put(district="south")[0] == 403


def test_a_connection_that_moves_is_no_longer_reached() -> None:
    both = person("full-access", "district:north", "district:south")

    refused = put(both, district="south")
    moved = put(both, district="south", programs=[])
    bind(NIGHTLY, "south")
    listed_again = put(both, district="south")
    reached = is_reached()
    bind(NIGHTLY, "north")

    assert [status for status, _ in (refused, moved, listed_again)] == [400, 200, 200]
    assert reached
    assert not is_reached()


# Which programs a connection may list


@pytest.mark.parametrize("bound", [None, [], ["south"]])
def test_a_person_lists_only_programs_that_are_bound_to_the_district(
    bound: list[str] | None,
) -> None:
    """Otherwise a person of one district could get what another district's program sends."""
    if bound is not None:
        bind("of-south", *bound)
    before = stored()

    status, answer = put(ADMINISTRATOR, programs=[NIGHTLY, "of-south"])

    assert (status, answer["error"]["code"]) == (400, "invalid_request")
    assert [one["path"] for one in answer["error"]["problems"]] == ["programs[1]"]
    assert stored() == before
    assert put(ADMINISTRATOR, programs=[NIGHTLY, "enroll"])[0] == 200
    assert is_reached(claims=ENROLL)


# Binding


def test_an_operator_binds_a_program_and_its_audit_says_so() -> None:
    bind("importer", "south", "north", name="Importer of both")
    bind("importer", "north", name="Importer of both")

    path = {"claims": OPERATOR, "client_id": "importer"}
    status, audit = call(configuration, "GET", f"{PROGRAM}/audit", **path)  # type: ignore[arg-type]
    newest, oldest = audit["items"]

    assert status == 200
    assert (newest["by"], newest["action"]) == ("olga", "program_bound")
    change = {"field": "districts", "from": ["north", "south"], "to": ["north"]}
    assert newest["changes"] == [change]
    assert {one["field"]: one["to"] for one in oldest["changes"]} == {
        "client_id": "importer",
        "name": "Importer of both",
        "districts": ["north", "south"],
    }


def test_a_binding_that_changes_nothing_is_not_audited() -> None:
    before = stored()
    bind(NIGHTLY, "north")
    assert stored() == before


@pytest.mark.parametrize(
    "claims",
    [
        ADMINISTRATOR,
        VIEWER,
        STRANGER,
        person("limited-access", "operators"),
        person("operators"),
        CLAIMS,
        program("enroll", *SCOPES),
    ],
)
def test_only_operators_with_full_access_bind_programs(claims: dict[str, str]) -> None:
    before = stored()

    status, _ = call(
        configuration, "PUT", PROGRAM, {"districts": ["*"]}, claims=claims, client_id=NIGHTLY
    )

    assert status == 403
    assert stored() == before


@pytest.mark.parametrize(
    ("client_id", "body", "path"),
    [
        ("a", {}, "districts"),
        ("a", {"districts": "north"}, "districts"),
        ("a", {"districts": ["north"] * 501}, "districts"),
        ("a", {"districts": [None]}, "districts[0]"),
        ("a", {"districts": ["north", "two words"]}, "districts[1]"),
        ("a", {"districts": ["nörth"]}, "districts[0]"),
        ("a", {"districts": ["**"]}, "districts[0]"),
        ("a", {"districts": [], "name": 5}, "name"),
        ("a", {"districts": [], "name": "x" * 201}, "name"),
        ("a", {"districts": [], "more": 1}, "more"),
        ("a b", {"districts": []}, "client_id"),
        ("x" * 129, {"districts": []}, "client_id"),
        ("é", {"districts": []}, "client_id"),
    ],
)
def test_an_invalid_binding_is_refused(client_id: str, body: Any, path: str) -> None:
    before = stored()

    status, answer = call(configuration, "PUT", PROGRAM, body, claims=OPERATOR, client_id=client_id)

    assert status == 400, answer
    assert path in [one["path"] for one in answer["error"]["problems"]]
    assert stored() == before


def test_enrolls_own_program_is_bound_to_all_districts() -> None:
    status, _ = call(
        configuration, "PUT", PROGRAM, {"districts": ["south"]}, claims=OPERATOR, client_id="enroll"
    )
    put(ADMINISTRATOR, programs=["enroll"])

    assert status == 400
    assert sent_to(ENROLL) == [NORTH]


def test_each_caller_sees_the_programs_of_their_districts() -> None:
    bind("of-both", "south", "north", "east")
    bind("of-all", "*")
    bind("of-none")
    enroll = {"client_id": "enroll", "name": "SchoolMint Enroll", "districts": ["*"]}
    nightly = {"client_id": NIGHTLY, "name": NIGHTLY, "districts": ["north"]}
    of_all = {"client_id": "of-all", "name": "of-all", "districts": ["*"]}
    both = {"client_id": "of-both", "name": "of-both"}

    assert listed(VIEWER) == [enroll, nightly, of_all, both | {"districts": ["north"]}]
    assert listed(STRANGER) == [enroll, of_all, both | {"districts": ["south"]}]
    assert [one["client_id"] for one in listed(OPERATOR)] == [
        "enroll",
        NIGHTLY,
        "of-all",
        "of-both",
        "of-none",
    ]
    assert listed(CLAIMS) == [enroll, nightly]
    assert listed(program("unknown", *SCOPES)) == [enroll]


def test_a_program_sees_its_districts() -> None:
    assert call(configuration, "GET", "/me", claims=CLAIMS)[1]["districts"] == ["north"]
    assert call(configuration, "GET", "/me", claims=ENROLL)[1]["districts"] == ["*"]
    assert call(configuration, "GET", "/me", claims=program("x"))[1]["districts"] == []
