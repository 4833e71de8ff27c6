"""Erasure and a lost marker on the deployed functions, with their own permissions."""

import json
from typing import Any

from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration
from tests.stack.support.everything import everything
from tests.stack.test_run_history import resend

STUDENT, FIRST = "4711-only-on-the-stack", "Xaverine-only"


def erase(district: District, student_id: str) -> dict[str, Any]:
    path = f"{district.path}/erasures"
    refused = district.stack.call("POST", path, {"student_id": student_id}, role="limited_access")
    assert refused.status == 403
    answer = district.stack.call("POST", path, {"student_id": student_id}, role="full_access")
    assert answer.status == 202, answer.body
    assert "belong to the SIS" in answer.json()["message"]
    return district.finished(answer.json()["run_id"])


def traces(kept: list[tuple[str, bytes]]) -> list[str]:
    wanted = (STUDENT.encode(), FIRST.encode())
    return [path for path, content in kept if any(text in content for text in wanted)]


def receipt(district: District, student_id: str) -> tuple[int, Any]:
    path = f"{district.path}/registrations/2025/{student_id}"
    answer = district.stack.call("GET", path, role="limited_access")
    return answer.status, answer.json()


def test_after_an_erasure_no_store_and_no_log_contains_the_student(
    stack: LocalStack,
) -> None:
    district = new_district(stack, example_students=[STUDENT])
    district.sync(registration(STUDENT, FIRST), registration("1", "Ann"), registration("2", "Bob"))
    district.sync(registration(STUDENT, FIRST, year=2024))
    run = district.export()
    resend(district, run)
    resend(district, run, student_ids=[STUDENT])
    sent = {"student_id": STUDENT}
    answer = stack.call("POST", f"{district.path}/test-record", sent, role="limited_access")
    district.finished(answer.json()["run_id"])
    district.sync(registration(STUDENT, FIRST))
    district.export(dry_run=True)
    _, before = receipt(district, "2")
    assert len(traces([*everything(stack)])) > 10

    erased = erase(district, STUDENT)

    assert (erased["status"], erased["student_ids"]) == ("succeeded", []), erased
    assert erased["erased"]["snapshots"] == 2
    kept = [*everything(stack)]
    assert traces(kept) == []
    assert any(b'"kind":"erasure"' in line for _, line in kept)  # the logs are read
    assert receipt(district, "2") == (200, before)
    assert receipt(district, STUDENT)[0] == 404
    status = stack.call("GET", f"{district.path}/status", role="limited_access").json()
    assert [(year["synced"], year["exported"]) for year in status["years"]] == [(0, 0), (2, 2)]
    resent = resend(district, run, school_years=[2025])
    assert resent["status"] == "succeeded"
    assert district.names() == ["Ann", "Bob"]


def test_a_lost_marker_stops_the_connection_until_it_is_rebuilt(stack: LocalStack) -> None:
    district = new_district(stack)
    district.sync(registration("1", "Ann"))
    district.export()
    district.sync(registration("2", "Bob"))
    stack.client("dynamodb").delete_item(
        TableName=stack.outputs["RegistrationsTableName"],
        Key={"pk": {"S": f"MARKER#{district.connection_id}"}, "sk": {"S": "MARKER"}},
    )
    body = {"registrations": [registration("3", "Cy")]}
    refused = stack.call("POST", f"{district.path}/registrations", body, role="enroll")
    assert (refused.status, json.loads(refused.body)["error"]["code"]) == (503, "marker_lost")

    district.invoke_export(action="rebuild_marker")

    district.sync(registration("3", "Cy"))
    assert district.export()["status"] == "succeeded"
    assert district.names() == ["Bob", "Cy"]
