"""One request for all connections of a program, and connections that take only some."""

import json
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.domain.errors import Unavailable
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
)
from tests.functional.support.events import OPERATOR, api_event, person, program

EAST, OTHER = "east", "other-district"
TAKES_K: dict[str, Any] = {"where": [{"field": "students.grade", "equals": "K"}]}


def create(connection_id: str, **changes: Any) -> None:
    wanted = CONNECTION | {"connection_id": connection_id, "delivery": "download"} | changes
    status, answer = call(configuration, "POST", "/connections", wanted, claims=OPERATOR)
    assert status == 201, answer
    path = "/connections/{connection_id}/mapping"
    folder = f"{connection_id}_students"
    mapping = {"files": [MAPPING["files"][0] | {"name": folder}]}
    status, answer = call(
        configuration, "PUT", path, mapping, claims=OPERATOR, connection_id=connection_id
    )
    assert status == 200, answer


@pytest.fixture(autouse=True)
def connections(aws: None) -> None:
    create(NORTH)
    create(EAST)
    create(OTHER, district="south")
    create("unlisted", programs=[])


def post(
    *registrations: dict[str, Any],
    claims: dict[str, str] = ENROLL,
    seconds: float = 300,
    **query: str,
) -> tuple[int, Any]:
    body = {"registrations": list(registrations)}
    event = api_event("POST", "/registrations", claims=claims, body=body, query=query or None)
    response = sync.handler(event, context(seconds))
    return response["statusCode"], json.loads(response["body"])


def change(connection_id: str, **changes: Any) -> None:
    path = {"connection_id": connection_id}
    status, answer = call(
        configuration, "GET", "/connections/{connection_id}", claims=OPERATOR, **path
    )
    assert status == 200
    status, answer = call(
        configuration,
        "PUT",
        "/connections/{connection_id}",
        answer | changes,
        claims=OPERATOR,
        **path,
    )
    assert status == 200, answer


def results(answer: dict[str, Any]) -> list[dict[str, tuple[str, str]]]:
    """For each registration, the result and code in each connection, and of all as ""."""
    return [
        {"": (one["result"], one["code"])}
        | {item["connection_id"]: (item["result"], item["code"]) for item in one["connections"]}
        for one in answer["registrations"]
    ]


SYNCED, NOT_TAKEN = ("synced", "synced"), ("refused", "not_taken")


def exported(connection_id: str) -> int:
    """How many rows an export of the connection writes."""
    years = run_export(connection_id=connection_id)["years"]
    return sum(year["rows"] for year in years)


# All connections of a program


def test_a_registration_is_stored_for_each_connection_that_lists_the_program() -> None:
    status, answer = post(registration("1", "Ann"), registration("2", "Bo", status="Started"))

    assert status == 200
    refused = ("refused", "not_approved")
    assert results(answer) == [
        dict.fromkeys(("", NORTH, EAST, OTHER), SYNCED),
        dict.fromkeys(("", NORTH, EAST, OTHER), refused),
    ]
    assert (answer["synced"], answer["refused"]) == (1, 1)
    assert [exported(one) for one in (NORTH, EAST, OTHER, "unlisted")] == [1, 1, 1, 0]


def test_a_district_restricts_the_connections() -> None:
    _, answer = post(registration("1"), district="south")
    assert results(answer) == [{"": SYNCED, OTHER: SYNCED}]


@pytest.mark.parametrize(
    ("claims", "query"),
    [
        (ENROLL, {"district": "west"}),
        (program("unknown", "sync/registrations.write"), {}),
        (person("full-access", "district:north"), {}),
        (OPERATOR, {}),
    ],
)
def test_a_caller_without_connections_is_refused(
    claims: dict[str, str], query: dict[str, str]
) -> None:
    status, answer = post(registration("1"), claims=claims, **query)
    assert status == 403, answer
    assert exported(NORTH) == 0


def test_an_unknown_parameter_stores_nothing() -> None:
    status, answer = post(registration("1"), distrct="south")
    assert status == 400
    assert "district" in answer["error"]["problems"][0]["message"]
    assert exported(OTHER) == 0


def test_one_connection_that_does_not_confirm_makes_the_registration_fail_and_a_repeat_is_safe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put = DynamoDBRegistrationsTable.put_marks

    def refuse(self: Any, connection_id: str, *rest: Any) -> Any:
        if connection_id == EAST:
            raise Unavailable("no answer")
        return put(self, connection_id, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(DynamoDBRegistrationsTable, "put_marks", refuse)
        status, answer = post(registration("1"))
    assert status == 503
    failed = ("failed", "not_confirmed")
    assert results(answer) == [{"": failed, EAST: failed, NORTH: SYNCED, OTHER: SYNCED}]

    status, answer = post(registration("1"))

    assert (status, answer["synced"]) == (200, 1)
    assert [exported(one) for one in (NORTH, EAST, OTHER)] == [1, 1, 1]


def test_a_request_that_runs_out_of_time_says_which_connections_have_the_student() -> None:
    _, answer = post(registration("1"), seconds=1)
    failed = ("failed", "not_confirmed")
    assert results(answer) == [dict.fromkeys(("", EAST, NORTH, OTHER), failed)]


def test_without_time_left_a_registration_that_is_not_taken_fails_too() -> None:
    change(NORTH, takes=TAKES_K)
    _, answer = post(registration("1", grade="1"), seconds=1)
    assert results(answer)[0][NORTH] == ("failed", "not_confirmed")


def test_writes_are_bounded() -> None:
    many = [registration(str(number)) for number in range(500)]
    for number in range(2):
        create(f"further-{number}")
    status, answer = post(*many)
    assert status == 413
    assert "at most 400 registrations" in answer["error"]["message"]
    assert exported(NORTH) == 0


def test_a_connection_that_is_being_deleted_is_left_out() -> None:
    path = {"connection_id": EAST}
    deleted = call(configuration, "DELETE", "/connections/{connection_id}", claims=OPERATOR, **path)
    assert deleted[0] == 204
    _, answer = post(registration("1"), district="north")
    assert results(answer) == [{"": SYNCED, NORTH: SYNCED}]


# What a connection takes


def test_a_connection_takes_the_registrations_of_its_years_and_conditions() -> None:
    change(NORTH, takes=TAKES_K)
    change(EAST, takes={"school_years": [2026]})
    change(OTHER, takes={"where": [{"field": "students.grade", "equals": "3"}]})

    status, answer = post(
        registration("1", grade="K"), registration("2", grade="1"), registration("3", year=2026)
    )

    assert status == 200
    assert results(answer) == [
        {"": SYNCED, NORTH: SYNCED, EAST: NOT_TAKEN, OTHER: NOT_TAKEN},
        {"": NOT_TAKEN, NORTH: NOT_TAKEN, EAST: NOT_TAKEN, OTHER: NOT_TAKEN},
        {"": SYNCED, NORTH: SYNCED, EAST: SYNCED, OTHER: NOT_TAKEN},
    ]
    assert "No connection takes" in answer["registrations"][1]["message"]
    assert [exported(one) for one in (NORTH, EAST, OTHER)] == [2, 1, 0]


def test_a_student_who_is_no_longer_taken_is_removed_once() -> None:
    change(NORTH, takes=TAKES_K)
    post(registration("1", grade="K"), registration("2", grade="K"))
    assert exported(NORTH) == 2

    for _ in range(2):
        _, answer = send(registration("1", grade="1"))
        assert answer["registrations"][0]["code"] == "not_taken"
        assert current(NORTH) == {"2"}
    assert exported(NORTH) == 0

    _, answer = send(registration("1", grade="K"))
    assert answer["synced"] == 1
    assert current(NORTH) == {"1", "2"}


def test_a_late_sync_does_not_undo_that_a_student_is_not_taken() -> None:
    change(NORTH, takes=TAKES_K)
    send(registration("1", grade="1"))
    body = {"registrations": [registration("1", grade="K")], "as_of": "2025-09-01T00:00:00Z"}
    status, answer = call(
        sync, "POST", "/connections/{connection_id}/registrations", body, claims=ENROLL
    )
    assert (status, answer["superseded"]) == (200, 1)
    assert current(NORTH) == set()


def test_of_two_registrations_of_a_student_the_last_decides() -> None:
    change(NORTH, takes=TAKES_K)
    taken, other = registration("1", grade="K"), registration("1", grade="1")
    _, answer = send(taken, other)
    assert [one["code"] for one in answer["registrations"]] == ["superseded", "not_taken"]
    assert current(NORTH) == set()
    _, answer = send(other, taken)
    assert [one["code"] for one in answer["registrations"]] == ["superseded", "synced"]
    assert current(NORTH) == {"1"}


def test_a_condition_that_fails_refuses_the_registration_and_changes_nothing() -> None:
    send(registration("1", grade="K"))
    change(NORTH, takes={"where": [{"field": "students.grade", "less": "3"}]})
    _, answer = send(registration("1", grade="K"))
    assert answer["registrations"][0]["code"] == "undecided"
    assert "K" not in answer["registrations"][0]["message"].split()
    assert current(NORTH) == {"1"}


@pytest.mark.parametrize(
    ("takes", "path", "part"),
    [
        ({"where": [{"field": "a", "equal": "K"}]}, "takes.where[0].equal", "did you mean equals"),
        ({"where": [{"equals": "K"}]}, "takes.where[0].field", "the field's path"),
        ({"where": [{"field": "a"}]}, "takes.where[0]", "exactly one of"),
        ({"where": [{"field": "run.started_at", "equals": "1"}]}, "takes.where[0]", "not known"),
        ({"where": [{"field": "a", "equals": 1}]}, "takes.where[0].equals", "in quotes"),
        ({"where": [5]}, "takes.where[0]", "20 conditions"),
        ({"where": [{"field": "a", "equals": "1"}] * 21}, "takes.where", "at most 20"),
        ({"school_years": ["2025"]}, "takes.school_years[0]", "20 start years"),
        ({"school_years": [25]}, "takes.school_years[0]", "four digits"),
        ({"school_year": [2025]}, "takes.school_year", "did you mean school_years"),
        (5, "takes", "an object such as"),
    ],
)
def test_a_wrong_setting_names_its_path_and_the_remedy(takes: Any, path: str, part: str) -> None:
    wanted = CONNECTION | {"connection_id": "n", "delivery": "download", "takes": takes}
    status, answer = call(configuration, "POST", "/connections", wanted, claims=OPERATOR)
    assert status == 400, answer
    problems = {one["path"]: one["message"] for one in answer["error"]["problems"]}
    assert part in problems.get(path, ""), problems


def test_the_setting_is_stored_as_it_was_written() -> None:
    takes = {"school_years": [2025], "where": [{"field": "students.grade", "one_of": ["K", "1"]}]}
    change(NORTH, takes=takes)
    _, answer = call(configuration, "GET", "/connections/{connection_id}", claims=OPERATOR)
    assert answer["takes"] == takes


def current(connection_id: str) -> set[str]:
    """The ids of the students of 2025 who are stored and not removed."""
    table = DynamoDBRegistrationsTable(boto3.client("dynamodb"), "registrations")
    found = table.all_current(connection_id, 2025)
    return {one.student_id for one in found if one.snapshot is not None}
