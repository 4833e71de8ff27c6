"""Access through the gateway: 401 without a token, 403 for other callers, and nothing stored."""

import json
import re
import time
from typing import Any

from local.processes import ROOT
from local.stack import LocalStack
from tests.stack.support.district import District, connection_of, new_district, registration
from tests.stack.support.people import as_, bind_program, new_token

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
BODY = {"registrations": [registration("4711")]}


type Items = dict[tuple[str, str, str], dict[str, Any]]
"""By table, partition and sort key."""


def everything(stack: LocalStack) -> Items:
    """All items of both tables."""
    dynamodb = stack.client("dynamodb")
    tables = (stack.outputs["RegistrationsTableName"], stack.outputs["ConnectionsTableName"])
    return {
        (table, item["pk"]["S"], item["sk"]["S"]): item
        for table in tables
        for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        for item in page["Items"]
    }


def at_rest(stack: LocalStack) -> Items:
    """All items, once none changes for a second: runs of earlier tests may not have ended yet."""
    ends_at = time.monotonic() + 60
    before, now = None, everything(stack)
    while now != before:
        assert time.monotonic() < ends_at, "a run of an earlier test does not end"
        time.sleep(1)
        before, now = now, everything(stack)
    return now


def test_without_a_token_every_route_answers_401_and_stores_nothing(stack: LocalStack) -> None:
    district = new_district(stack)
    before = at_rest(stack)
    routes = [
        (method.upper(), path)
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        if operation.get("security") != []
    ]

    found = {
        (method, path): stack.call(method, _filled(path, district), BODY, role=None).status
        for method, path in routes
    }

    assert len(routes) > 25
    assert found == dict.fromkeys(routes, 401)
    assert everything(stack) == before


def _filled(path: str, district: District) -> str:
    """The path with this connection, and with values for its other parameters."""
    named = path.replace("{connection_id}", district.connection_id)
    return re.sub("{[a-z_]+}", "2025", named)


def only_logged(stack: LocalStack, before: Items, district: District) -> list[str]:
    """The routes of the refused requests that the access log of the connection recorded since,
    oldest first; fails if anything else was stored, changed or removed."""
    after = everything(stack)
    assert [key for key in before if before[key] != after.get(key)] == []
    added = sorted((after[key] for key in after.keys() - before), key=lambda one: one["sk"]["S"])
    assert {item["pk"]["S"] for item in added} <= {f"ACCESS#{district.connection_id}"}
    assert {item["kind"]["S"] for item in added} <= {"refused"}
    return [item["route"]["S"] for item in added]


def test_another_scope_gets_403(stack: LocalStack) -> None:
    district = new_district(stack)
    before = at_rest(stack)

    answer = stack.call("POST", f"{district.path}/exports", {}, role="enroll")

    assert (answer.status, answer.json()["error"]["code"]) == (403, "access_denied")
    assert only_logged(stack, before, district) == ["POST /connections/{connection_id}/exports"]


def test_another_programs_connection_gets_403(stack: LocalStack) -> None:
    bind_program(stack, "another-program", "anytown")
    district = new_district(stack, programs=["another-program"])
    before = at_rest(stack)

    answer = stack.call("POST", f"{district.path}/registrations", BODY, role="enroll")

    assert (answer.status, answer.json()["error"]["code"]) == (403, "access_denied")
    route = "POST /connections/{connection_id}/registrations"
    assert only_logged(stack, before, district) == [route]


def test_another_districts_person_gets_403(stack: LocalStack) -> None:
    stack = as_(stack, "elsewhere", new_token(stack, "full-access", "district:b"))
    district = new_district(stack)
    before = at_rest(stack)

    reading = stack.call("GET", district.path, role="elsewhere")
    changing = stack.call(
        "PUT", district.path, connection_of(stack, district.connection_id), role="elsewhere"
    )
    syncing = stack.call("POST", f"{district.path}/registrations", BODY, role="elsewhere")

    assert [answer.status for answer in (reading, changing, syncing)] == [403] * 3
    assert stack.call("GET", "/connections", role="elsewhere").json()["items"] == []
    assert only_logged(stack, before, district) == [
        "GET /connections/{connection_id}",
        "PUT /connections/{connection_id}",
        "POST /connections/{connection_id}/registrations",
    ]


def test_limited_access_may_run_but_not_configure(stack: LocalStack) -> None:
    district = new_district(stack)

    changing = stack.call("PUT", f"{district.path}/mapping", {}, role="limited_access")

    assert changing.status == 403
    assert district.export()["status"] == "nothing_to_export"


def test_a_stored_secret_can_be_read_by_the_export_function_only(stack: LocalStack) -> None:
    district = new_district(stack)
    answer = stack.call("GET", district.path, role="full_access")
    assert stack.sftp.password not in answer.body

    district.sync(registration("1"))
    assert district.export()["status"] == "succeeded"
