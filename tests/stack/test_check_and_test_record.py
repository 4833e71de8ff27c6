"""Check Connection and Send Record over HTTP on the deployed template."""

from typing import Any

from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration


def asked(district: District, route: str, body: object = None) -> dict[str, Any]:
    """Requests the run and waits for its end."""
    answer = district.stack.call("POST", f"{district.path}/{route}", body, role="limited_access")
    assert answer.status == 202, answer.body
    return district.finished(answer.json()["run_id"])


def test_a_check_finds_everything_in_order_and_is_remembered(stack: LocalStack) -> None:
    district = new_district(stack)

    first, run = (asked(district, "check") for _ in range(2))

    results = [step["result"] for step in first["steps"]]
    assert results == ["ok"] * 5 + ["warning"] + ["ok"] * 3, "the first creates the folder"
    assert [step["result"] for step in run["steps"]] == ["ok"] * 9, run["steps"]
    last = stack.call("GET", f"{district.path}/check", role="limited_access").json()
    assert (last["run_id"], last["replaced_by"]) == (run["run_id"], "posix_rename")
    assert [path for path in district.folder.rglob("*") if path.is_file()] == []


def test_a_test_record_is_written_beside_the_real_file_and_the_student_stays_due(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    district.sync(registration("007", "José"))

    run = asked(district, "test-record", {"student_id": "007"})

    (file,) = run["years"][0]["files"]
    assert (run["status"], file["lines"][1]) == ("succeeded", "007,José,4/5/2015")
    assert list(district.files()) == ["2025/test/students.csv"]
    assert district.export()["years"][0]["rows"] == 1
    assert district.names() == ["José"]
