"""Guards on the deployed functions: uncollected files, and deliveries that await confirmation."""

import copy
from typing import Any

from local.stack import LocalStack
from registration_sync.domain.runs.uploads import DELIVERIES_TO_LEARN
from tests.stack.support.district import MAPPING, District, new_district, registration
from tests.stack.support.inbox import Inbox
from tests.stack.test_receipts import read
from tests.stack.test_run_history import resend

HOLD = {"unmatched": {"action": "hold", "count": 0}}


def guarded(stack: LocalStack) -> District:
    """A district whose delivery awaits confirmation if a value has no match code."""
    district = new_district(stack, guards=HOLD)
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["fields"][1] = {
        "from": "students.fname",
        "mapping_type": "match_codes",
        "codes": {"Ann": "A"},
        "unmatched": "keep",
        "to": "First",
    }
    saved = stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert saved.status == 200, saved.body
    return district


def findings(run: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one["guard"], one["run_id"]) for year in run["years"] for one in year["findings"]]


def collect(district: District) -> None:
    """Collects the files, as the importer does."""
    (district.folder / "exports/2025/students.csv").unlink()


def test_an_importer_that_stops_collecting_is_reported_and_its_students_are_resent(
    stack: LocalStack, people: Inbox
) -> None:
    district = new_district(stack)
    for number in range(DELIVERIES_TO_LEARN):
        district.sync(registration(f"collected-{number}", "Ann"))
        assert findings(district.export()) == []
        collect(district)
    district.sync(registration("2-of-nobody-else", "Bobbi"))
    left = district.export()  # learns the importer's habit
    assert findings(left) == []
    before = read(district, "registrations/2025/2-of-nobody-else")

    district.sync(registration("3", "Cy"))
    next_run = district.export()

    assert (next_run["status"], findings(next_run)) == (
        "succeeded",
        [("not_collected", left["run_id"])],
    )
    assert district.names() == ["Cy"]
    subject, body = people.first_about(district)
    assert subject == "Anytown, SFTP: the SIS did not import the last file"
    assert next_run["years"][0]["findings"][0]["message"] in body
    assert f"re-send run {left['run_id']}:" in body
    assert [word for word in ("2-of-nobody-else", "Bobbi") if word in body] == []
    collect(district)
    resent = resend(district, left, student_ids=["2-of-nobody-else"])
    assert resent["status"] == "succeeded"
    after = read(district, "registrations/2025/2-of-nobody-else")
    assert (after, after["exported"]["run_id"]) == (before, left["run_id"])
    assert district.files()["2025/students.csv"].splitlines()[1:] == [
        after["exported"]["files"][0]["line"]
    ]


def test_a_held_delivery_is_reported_and_sent_once_confirmed(
    stack: LocalStack, people: Inbox
) -> None:
    district = guarded(stack)
    district.sync(registration("1", "Ann"))
    assert district.export()["status"] == "succeeded"  # live: from now on people are informed
    collect(district)
    district.sync(registration("2", "Bob"))
    run = district.export()
    assert (run["status"], run["finished_at"]) == ("awaiting_confirmation", None)
    assert district.files() == {}
    subject, body = people.first_about(district)
    assert subject == "Anytown, SFTP: the export needs your approval"
    assert run["years"][0]["findings"][0]["message"] in body
    assert f"/runs/{run['run_id']}" in body

    path = f"{district.path}/exports/{run['run_id']}/confirm"
    refused = stack.call("POST", path, role="limited_access")
    answer = stack.call("POST", path, role="full_access")

    assert refused.status == 403
    assert (answer.status, answer.json()) == (202, {"run_id": run["run_id"]})
    after = district.finished(run["run_id"])
    assert (after["status"], after["confirmed_by"] != "") == ("succeeded", True)
    assert district.names() == ["Bob"]


def test_the_nightly_run_supersedes_an_unconfirmed_run(stack: LocalStack) -> None:
    district = guarded(stack)
    district.sync(registration("1", "Bob"))
    run = district.export()

    nightly = district.nightly_export("2026-03-03T03:00:00Z")

    path = f"{district.path}/exports/{run['run_id']}"
    before = stack.call("GET", path, role="limited_access").json()
    assert (before["status"], nightly["status"]) == ("cancelled", "awaiting_confirmation")
    assert nightly["run_id"] in before["message"]
    refused = stack.call("POST", f"{path}/confirm", role="full_access")
    assert refused.status == 409
