"""Syncs and removals through the real handlers: what is answered, stored and exported."""

import base64
import json
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from registration_sync.adapters.dynamodb.registrations.registration_items import current_key
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.domain.errors import Unavailable
from registration_sync.use_cases.registrations import sync_registrations as use_case
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
)
from tests.functional.support.events import api_event

REGISTRATIONS = "/connections/{connection_id}/registrations"
PREVIEW = "/connections/{connection_id}/mapping/preview"
ONE = f"{REGISTRATIONS}/{{school_year}}/{{student_id}}"


@pytest.fixture(autouse=True)
def download(aws: None) -> None:
    """Creates a connection without a server, and its mapping."""
    wanted = CONNECTION | {"delivery": "download"}
    status, answer = call(configuration, "POST", "/connections", wanted)
    assert status == 201, answer
    save(MAPPING)


def results(*registrations: dict[str, Any]) -> list[dict[str, Any]]:
    status, answer = send(*registrations)
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["registrations"]
    return found


def unchanged(*registrations: dict[str, Any]) -> list[bool]:
    """For each result, which must be synced, whether it says `unchanged`."""
    found = results(*registrations)
    assert {result["result"] for result in found} == {"synced"}
    assert {result.get("unchanged") for result in found} <= {None, True}
    return ["unchanged" in result for result in found]


# A repeat


def test_a_repeat_that_changes_nothing_is_answered_as_unchanged_and_exported() -> None:
    ann, bo = registration("1", "Ann"), registration("2", "Bo")
    assert unchanged(ann, bo) == [False, False]
    assert unchanged(ann, registration("2", "Bob")) == [True, False]
    run_export()

    assert unchanged(ann, bo) == [True, False]

    run = run_export()
    assert run["years"][0]["rows"] == 2


def test_a_repeat_is_unchanged_if_ids_and_fields_are_the_same() -> None:
    first = registration("1", "Ann")
    students = first["data"]["students"]
    changes: dict[str, tuple[dict[str, Any], bool]] = {
        "nothing": ({}, True),
        "the order": ({"data": {"students": dict(reversed(students.items()))}}, True),
        "a dotted name": ({"data": {"students.id": 1, "students": {**students}}}, True),
        "types": ({"student_id": 1, "school_year": "2025"}, True),
        "the registration": ({"registration_id": "r-2"}, False),
        "the year": ({"school_year": 2026}, False),
        "a value": ({"data": {"students": {**students, "grade": "1"}}}, False),
        "one field less": ({"data": {"students": {"id": "1", "fname": "Ann"}}}, False),
        "a blank field more": ({"data": {"students": {**students, "x": None}}}, False),
    }
    del changes["a dotted name"][0]["data"]["students"]["id"]

    found = {}
    for name, (change, _) in changes.items():
        send(first)
        (found[name],) = unchanged(first | change)

    assert found == {name: same for name, (_, same) in changes.items()}


def test_a_sync_after_a_removal_and_of_a_long_registration_are_compared_too() -> None:
    long = registration("1", "Ann" * 1000)
    send(long)
    assert unchanged(long) == [True]
    call(sync, "DELETE", ONE, claims=ENROLL, school_year="2025", student_id="1")

    assert unchanged(long) == [False]


@pytest.mark.parametrize("same", [True, False])
def test_a_repeat_stays_unchanged_if_an_export_closes_the_batch_meanwhile(
    monkeypatch: pytest.MonkeyPatch, same: bool
) -> None:
    send(registration("1", "Ann"), registration("2"))
    write, exports = use_case._write, iter([True])

    def write_while_an_export_runs(*arguments: Any) -> Any:
        written = write(*arguments)
        if next(exports, False):
            run_export()
        return written

    monkeypatch.setattr(use_case, "_write", write_while_an_export_runs)

    assert unchanged(registration("1", "Ann" if same else "Anna")) == [same]


# Names, times and years


def test_a_school_year_far_off_is_refused_and_the_others_are_stored() -> None:
    years = (1889, 1990, 2014, 2015, 2025, 2030, 2031, 2100, 9999)

    found = results(*(registration(f"{year}", year=year) for year in years))

    refused = [one["school_year"] for one in found if one["result"] == "refused"]
    assert refused == [1889, 1990, 2014, 2031, 2100, 9999]
    assert {one["code"] for one in found if one["school_year"] in refused} == {
        "school_year_too_far_off"
    }
    assert "The school years 2015 to 2030" in found[0]["message"]
    _, status = call(configuration, "GET", "/connections/{connection_id}/status")
    assert [year["school_year"] for year in status["years"]] == [2015, 2025, 2030]


def test_an_as_of_far_off_is_refused() -> None:
    body = {"registrations": [registration()], "as_of": "2026-03-03T00:00:00Z"}

    status, answer = call(sync, "POST", REGISTRATIONS, body, claims=ENROLL)

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "as_of")


def test_dotted_names_are_mapped() -> None:
    dotted = {"students.id": "7", "students.fname": "Ana", "students": {"grade": "K"}}

    assert results(registration("7") | {"data": dotted})[0]["result"] == "synced"

    status, answer = call(configuration, "POST", PREVIEW, {"student_ids": ["7"]})
    assert (status, answer["students"][0]["files"][0]["line"]) == (200, "7,Ana,0")


def test_a_sync_may_begin_with_a_byte_order_mark_and_must_be_utf_8() -> None:
    text = json.dumps({"registrations": [registration("7", "Ana")]})
    bodies = {"\ufeff": 200, b"\xef\xbb\xbf": 200, b"": 200, b"\xff": 400}

    for mark, status in bodies.items():
        is_base64 = isinstance(mark, bytes)
        body = base64.b64encode(mark + text.encode()).decode() if is_base64 else mark + text
        event = api_event("POST", REGISTRATIONS, claims=ENROLL, body=body, connection_id=NORTH)

        response = sync.handler(event | {"isBase64Encoded": is_base64}, context())

        assert response["statusCode"] == status


def test_only_damaged_registrations_of_a_request_are_refused() -> None:
    items = [registration("1", "José"), registration("2", "Jos\ufffd")]
    body = json.dumps({"registrations": items}, ensure_ascii=False)

    status, answer = call(sync, "POST", REGISTRATIONS, body, claims=ENROLL)

    assert (status, answer["synced"], answer["refused"]) == (200, 1, 1)
    assert answer["registrations"][1]["code"] == "invalid_text"
    assert "U+FFFD as character 4" in answer["registrations"][1]["message"]


# Removals


def removal(student_id: str, year: int = 2025) -> Any:
    """The answer to a removal: None for a student who was removed."""
    path = {"school_year": str(year), "student_id": student_id}
    status, answer = call(sync, "DELETE", ONE, claims=ENROLL, **path)
    assert status == (204 if answer is None else 200)
    return answer


def with_removals(**file: Any) -> dict[str, Any]:
    """The mapping, whose file has a row for each removal."""
    student_id = {"from": "registration.student_id", "mapping_type": "direct", "to": "ID"}
    removed = {"from": "registration.removed_at", "mapping_type": "direct", "to": "removed"}
    fields = [student_id, removed]
    return {"files": [{"name": "students", "fields": fields, "removals": "row"} | file]}


def rows(run: dict[str, Any]) -> dict[int, list[str]]:
    """For each year with files, the students in the first one; a removed one begins with "-"."""
    found = {}
    for year in run["years"]:
        for file in year["files"]:
            year_name = str(year["school_year"])
            content = archived(run["run_id"], year_name, file["name"])
            lines = [line.split(",") for line in content.splitlines()[1:]]
            found[year["school_year"]] = [f"{'-' * bool(at)}{one}" for one, at in lines]
    return found


def archived(run_id: str, year: str, name: str) -> str:
    key = f"{NORTH}/{run_id}/{year}/files/{name}"
    body = boto3.client("s3").get_object(Bucket="archive", Key=key)["Body"]
    content: str = body.read().decode()
    return content


def status_years() -> list[int]:
    _, status = call(configuration, "GET", "/connections/{connection_id}/status")
    return [year["school_year"] for year in status["years"]]


def test_a_removal_of_a_student_who_was_never_synced_is_answered_as_unknown_and_not_sent() -> None:
    save(with_removals())
    send(registration("7"))
    run_export()

    answers = [removal("typo"), removal("7", 1999), removal("7", 2026), removal("typo")]

    assert {answer["result"] for answer in answers} == {"unknown"}
    assert answers[0]["student_id"] == "typo"
    assert "no registration of this student" in answers[0]["message"]
    assert rows(run_export()) == {}
    assert status_years() == [2025]
    assert call(configuration, "GET", ONE, school_year="2025", student_id="typo")[0] == 404
    assert removal("7") is None
    assert rows(run_export()) == {2025: ["-7"]}


def test_the_tombstone_of_an_unknown_student_outlives_a_late_sync_and_yields_to_a_new_one() -> None:
    save(with_removals())
    send(registration("other", year=2026))
    removal("7")

    body = {"registrations": [registration("7")], "as_of": "2026-03-01T00:00:00Z"}
    _, late = call(sync, "POST", REGISTRATIONS, body, claims=ENROLL)
    run = run_export()

    assert late["superseded"] == 1
    assert rows(run) == {2026: ["other"]}
    assert results(registration("7"))[0]["result"] == "synced"
    assert rows(run_export()) == {2025: ["7"]}
    assert removal("7") is None
    assert rows(run_export()) == {2025: ["-7"]}


@pytest.mark.parametrize("file", [{}, {"contents": "all", "removals": "omit"}])
def test_a_student_who_was_synced_and_removed_before_any_export_is_not_sent(
    file: dict[str, Any],
) -> None:
    save(with_removals(**file))
    send(registration("7", year=2024), registration("8"))
    assert removal("7", 2024) is None
    dry_run = {"connection_id": NORTH, "dry_run": True}

    assert run_export(**dry_run)["years"][0]["files"] == []
    assert rows(run_export()) == {2025: ["8"]}

    assert removal("8") is None
    run = run_export()
    assert rows(run) == {2025: ["-8"] if not file else []}
    assert [one["name"] for one in run["years"][1]["files"]] == ["students.csv"]


def test_a_held_student_who_is_removed_is_not_sent() -> None:
    mapping = with_removals()
    mapping["files"][0]["fields"].append(
        {"from": "students.x", "mapping_type": "direct", "to": "X", "required": True}
    )
    save(mapping)
    send(registration("7"))
    assert run_export()["years"][0]["held_count"] == 1

    assert removal("7") is None

    save(with_removals())
    assert rows(run_export()) == {}


def test_a_removal_is_sent_after_a_run_that_may_have_delivered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save(with_removals())
    send(registration("7"))
    with monkeypatch.context() as patched:
        patched.setattr(DynamoDBRegistrationsTable, "put_ledger", unavailable)
        assert run_export()["status"] == "failed"

    assert removal("7") is None

    assert rows(run_export()) == {2025: ["-7"]}


def unavailable(*_: Any) -> None:
    raise Unavailable("AWS did not answer.")


@pytest.mark.parametrize("is_older", [True, False])
def test_a_removal_is_sent_if_the_export_of_the_student_is_older_than_the_ledger(
    is_older: bool,
) -> None:
    save(with_removals())
    send(registration("7"), registration("8"))
    run_export()
    if is_older:
        forget_outcomes("7", "8")
    assert removal("7") is None

    assert rows(run_export()) == {2025: ["-7"]}

    assert removal("8") is None
    assert rows(run_export()) == {2025: ["-8"]}


def forget_outcomes(*student_ids: str) -> None:
    """As an older version left them: without a ledger, and without outcomes of students."""
    dynamodb = boto3.client("dynamodb")
    keys = [{"pk": {"S": f"LEDGER#{NORTH}#2025"}, "sk": {"S": f"{1:09d}"}}]
    for key in keys:
        dynamodb.delete_item(TableName="registrations", Key=key)
    for student_id in student_ids:
        dynamodb.update_item(
            TableName="registrations",
            Key=current_key(NORTH, 2025, student_id),
            UpdateExpression="REMOVE outcome, settled_in, exported_in",
        )


def test_the_tombstone_of_an_unknown_student_is_erased_and_expires() -> None:
    removal("7", 1999)
    key = current_key(NORTH, 1999, "7")
    dynamodb = boto3.client("dynamodb")
    item = dynamodb.get_item(TableName="registrations", Key=key)["Item"]
    assert int(item["expires_at"]["N"]) > 1_772_485_200

    run = run_export(action="erasure", student_id="7")

    assert run["status"] == "succeeded"
    assert "Item" not in dynamodb.get_item(TableName="registrations", Key=key)
