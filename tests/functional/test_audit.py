"""The audit entries that each route adds through the real handlers."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.sync import app as sync
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.deleted import delete_and_purge
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    registration,
    run_export,
    send,
)
from tests.functional.support.events import ADMINISTRATOR, STRANGER, VIEWER, api_event, program
from tests.support.sftp_servers import AsyncSftpServer

ONE = "/connections/{connection_id}"
RUN = f"{ONE}/exports/{{run_id}}"
STUDENT = "4711-only-here"
DOWNLOADS: dict[str, Any] = CONNECTION | {
    "delivery": "download",
    "password": "never-to-be-read",
    "example_students": [STUDENT],
}


@pytest.fixture(autouse=True)
def connection(started: StartedExports) -> None:
    assert call(configuration, "POST", "/connections", DOWNLOADS)[0] == 201


def audit(claims: dict[str, str] = ADMINISTRATOR, **query: str) -> tuple[int, Any]:
    event = api_event("GET", f"{ONE}/audit", claims=claims, query=query, connection_id=NORTH)
    response = configuration.handler(event, None)
    return response["statusCode"], json.loads(response["body"])


def entries() -> list[dict[str, Any]]:
    """All audit entries, newest first."""
    status, page = audit(limit="100")
    assert (status, page["next"]) == (200, None)
    items: list[dict[str, Any]] = page["items"]
    return items


def newest() -> tuple[str, str, dict[str, tuple[Any, Any]]]:
    """Caller, action, and the changes by field."""
    entry = entries()[0]
    changes = {change["field"]: (change["from"], change["to"]) for change in entry["changes"]}
    return entry["by"], entry["action"], changes


def change(**changes: Any) -> None:
    answer = call(configuration, "PUT", ONE, DOWNLOADS | {"password": "another"} | changes)
    assert answer[0] == 200, answer


def save(mapping: dict[str, Any] = MAPPING) -> None:
    assert call(configuration, "PUT", f"{ONE}/mapping", mapping)[0] == 200


def without_password(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in DOWNLOADS.items() if name != "password"} | changes


def test_the_audit_records_the_settings_of_a_new_connection() -> None:
    by, action, changes = newest()

    assert (by, action) == ("ada", "connection_created")
    assert changes["name"] == (None, "North, PowerSchool")
    assert changes["password"] == (None, "changed")
    assert changes["example_students"] == (None, "changed")


def test_the_audit_records_a_change_by_field_without_the_values_of_secrets_and_students() -> None:
    change(name="Northern", importer="removes", example_students=["7"])

    assert newest() == (
        "ada",
        "connection_changed",
        {
            "name": ("North, PowerSchool", "Northern"),
            "importer": ("unknown", "removes"),
            "example_students": (None, "changed"),
            "password": (None, "changed"),
        },
    )


def test_a_request_without_a_change_adds_no_audit_entry() -> None:
    save()
    schedule = {"enabled": True, "time": "21:00"}
    call(configuration, "PUT", f"{ONE}/schedule", schedule)
    before = entries()

    call(configuration, "PUT", ONE, without_password())
    save()
    call(configuration, "PUT", f"{ONE}/schedule", schedule)
    call(configuration, "POST", f"{ONE}/mapping/versions/{{version}}/restore", version="1")
    call(configuration, "POST", f"{ONE}/mapping/preview", {"student_ids": []})

    assert entries() == before
    call(configuration, "DELETE", ONE)


def test_a_refused_request_adds_no_audit_entry() -> None:
    before = entries()

    call(configuration, "PUT", ONE, without_password(port=0))
    call(configuration, "PUT", ONE, without_password(), claims=VIEWER)
    call(configuration, "PUT", f"{ONE}/mapping", {"files": []})
    call(configuration, "POST", f"{ONE}/exports")  # no mapping yet

    assert entries() == before


def test_the_audit_records_the_versions_of_a_mapping() -> None:
    save()
    first = newest()
    renamed: dict[str, Any] = json.loads(json.dumps(MAPPING))
    renamed["files"][0]["name"] = "pupils"
    save(renamed)
    second = newest()
    call(configuration, "POST", f"{ONE}/mapping/versions/{{version}}/restore", version="1")

    assert first == ("ada", "mapping_saved", {"version": (None, 1)})
    assert second == ("ada", "mapping_saved", {"version": (1, 2)})
    assert newest() == (
        "ada",
        "mapping_restored",
        {"version": (2, 3), "restored_version": (None, 1)},
    )


def test_the_audit_records_the_changed_fields_of_a_schedule() -> None:
    call(configuration, "PUT", f"{ONE}/schedule", {"enabled": True, "time": "21:00"})
    call(configuration, "PUT", f"{ONE}/schedule", {"enabled": False, "time": "21:00"})

    assert newest() == ("ada", "schedule_set", {"enabled": (True, False)})


def test_the_audit_records_the_request_and_the_cancellation_of_a_run_with_its_id() -> None:
    save()
    _, asked = call(configuration, "POST", f"{ONE}/exports", {}, claims=VIEWER)
    requested = newest()
    for _ in range(2):
        call(configuration, "POST", f"{RUN}/cancel", run_id=asked["run_id"])
    cancelled = newest()
    _, dry = call(configuration, "POST", f"{ONE}/exports", {"dry_run": True})

    assert requested == ("vic", "export_requested", {"run_id": (None, asked["run_id"])})
    assert cancelled == ("ada", "export_cancelled", {"run_id": (None, asked["run_id"])})
    assert newest() == ("ada", "dry_run_requested", {"run_id": (None, dry["run_id"])})
    assert [entry["action"] for entry in entries()].count("export_cancelled") == 1


def test_the_audit_records_a_check_a_test_record_and_a_resend(tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        account = server.account()
        change(
            delivery="sftp",
            host=account.host,
            port=account.port,
            username=account.username,
            password=account.credentials.password,
            host_keys=list(account.host_keys),
        )
        save()
        send(registration(STUDENT))
        delivered = run_export()
        asked = [
            call(configuration, "POST", f"{ONE}/check"),
            call(configuration, "POST", f"{ONE}/test-record", {"student_id": STUDENT}),
            call(configuration, "POST", f"{RUN}/resend", {}, run_id=delivered["run_id"]),
        ]

    assert [status for status, _ in asked] == [202] * 3
    noted = [(entry["action"], entry["changes"][0]["to"]) for entry in entries()[:3]]
    assert noted == [
        (action, answer["run_id"])
        for action, (_, answer) in zip(
            ["resend_requested", "test_record_requested", "check_requested"],
            reversed(asked),
            strict=True,
        )
    ]


def test_the_audit_records_a_removal_without_the_student_and_no_sync_by_a_program() -> None:
    send(registration(STUDENT))
    before = entries()
    status, _ = call(
        sync,
        "DELETE",
        f"{ONE}/registrations/{{school_year}}/{{student_id}}",
        claims=ENROLL,
        school_year="2025",
        student_id=STUDENT,
    )

    assert status == 204
    assert newest() == ("enroll", "registration_removed", {"school_year": (2025, None)})
    assert entries()[1:] == before


def test_the_audit_records_a_sync_by_a_person_without_the_students() -> None:
    assert send(registration(STUDENT), registration("2"), claims=ADMINISTRATOR)[0] == 200

    assert newest() == ("ada", "registrations_synced", {"synced": (None, 2)})


def test_a_sync_by_a_person_that_stores_nothing_adds_no_audit_entry() -> None:
    send(registration(STUDENT))
    before = entries()
    older = {"registrations": [registration(STUDENT)], "as_of": "2026-03-01T00:00:00Z"}
    status, answer = call(sync, "POST", f"{ONE}/registrations", older)

    assert (status, answer["superseded"]) == (200, 1)
    assert entries() == before


def test_the_audit_records_an_erasure_with_its_run_and_without_the_student() -> None:
    _, asked = call(configuration, "POST", f"{ONE}/erasures", {"student_id": STUDENT})

    assert newest() == ("ada", "erasure_requested", {"run_id": (None, asked["run_id"])})


def test_no_audit_entry_contains_a_secret_or_a_student() -> None:
    save()
    change(example_students=["7"])
    call(
        configuration,
        "POST",
        f"{ONE}/test-record",
        {"student_id": STUDENT},
    )
    call(
        sync,
        "DELETE",
        f"{ONE}/registrations/{{school_year}}/{{student_id}}",
        claims=ENROLL,
        school_year="2025",
        student_id=STUDENT,
    )
    call(configuration, "POST", f"{ONE}/erasures", {"student_id": STUDENT})
    send(registration(STUDENT), claims=ADMINISTRATOR)

    audited = [item for item in stored_items() if item["pk"]["S"].startswith("AUDIT#")]
    assert len(audited) >= 6
    for private in (STUDENT, "never-to-be-read", "another"):
        assert private not in json.dumps(audited)
    assert all(int(item["expires_at"]["N"]) > 0 for item in audited)


def test_a_deleted_connection_keeps_its_audit_entries() -> None:
    delete_and_purge()
    call(configuration, "POST", "/connections", DOWNLOADS)

    assert [entry["action"] for entry in entries()] == [
        "connection_created",
        "connection_purged",
        "connection_deleted",
        "connection_created",
    ]


def test_the_audit_is_read_page_by_page() -> None:
    for name in ("B", "C", "D"):
        change(name=name)

    _, first = audit(limit="3")
    _, second = audit(limit="3", after=first["next"])

    assert [len(page["items"]) for page in (first, second)] == [3, 1]
    assert second["next"] is None
    assert first["items"] + second["items"] == entries()
    at = [entry["at"] for entry in entries()]
    assert at == sorted(at, reverse=True)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "²", "", "9" * 5000])
def test_an_invalid_limit_is_refused(limit: str) -> None:
    status, answer = audit(limit=limit)

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "limit")


def test_an_unknown_page_token_is_no_error() -> None:
    assert audit(after="é" * 5000)[0] == 200
    assert audit(after="0")[1] == {"items": [], "next": None}


def test_a_reader_of_the_connection_may_read_its_audit() -> None:
    assert audit(VIEWER)[0] == 200
    assert audit(program("enroll", "sync/read"))[0] == 200
    assert audit(STRANGER)[0] == 403


def test_the_audit_records_that_students_are_sent_again_without_their_ids() -> None:
    send(registration(STUDENT))
    body = {"school_year": 2025, "student_ids": [STUDENT, "nobody"]}
    assert call(sync, "POST", f"{ONE}/registrations/due", body)[0] == 200

    assert newest() == (
        "ada",
        "students_due_again",
        {"school_year": (None, 2025), "students": (None, 0)},
    )


def test_the_audit_records_the_recipients_of_mail() -> None:
    recipient, ada = f"{ONE}/recipients/{{email}}", {"email": "ada@north.example.org"}

    call(configuration, "PUT", recipient, {"for": ["failed"]}, **ada)
    added = newest()
    call(configuration, "PUT", recipient, {"for": ["overdue"]}, **ada)
    changed = newest()
    call(configuration, "PUT", recipient, {"for": ["overdue"]}, **ada)
    unchanged = len(entries())
    call(configuration, "DELETE", recipient, **ada)

    asked = {"ada@north.example.org asked to confirm": (None, True)}
    assert added == ("ada", "recipient_saved", {ada["email"]: (None, ["failed"])} | asked)
    assert changed[1:] == ("recipient_saved", {ada["email"]: (["failed"], ["overdue"])})
    assert newest()[1:] == ("recipient_removed", {ada["email"]: (["overdue"], None)})
    assert len(entries()) == unchanged + 1


NOT_AUDITED = {
    # By programs only: hundreds a day; each receipt shows the result.
    ("POST", "/registrations"),
    ("POST", f"{ONE}/mapping/preview"),  # these change nothing
    ("POST", f"{ONE}/mapping/convert"),
    ("PUT", f"{ONE}/mapping/draft"),  # of one person, every few seconds; no export uses it
    ("DELETE", f"{ONE}/mapping/draft"),
    ("POST", f"{ONE}/schedule/preview"),
}

NOTED = {
    ("POST", f"{ONE}/registrations"): "registrations_synced",  # by a person
    ("POST", f"{ONE}/registrations/due"): "students_due_again",
    ("DELETE", f"{ONE}/registrations/{{school_year}}/{{student_id}}"): "registration_removed",
    ("POST", "/connections"): "connection_created",
    ("PUT", ONE): "connection_changed",
    ("DELETE", ONE): "connection_deleted",
    ("POST", f"{ONE}/restore"): "deletion_taken_back",  # tested in test_purge
    ("POST", f"{ONE}/key"): "key_generated",  # both are tested in test_key_pair
    ("DELETE", f"{ONE}/key"): "key_discarded",
    ("PUT", f"{ONE}/mapping"): "mapping_saved",
    ("POST", f"{ONE}/mapping/versions/{{version}}/restore"): "mapping_restored",
    ("POST", f"{ONE}/check"): "check_requested",
    ("POST", f"{ONE}/test-record"): "test_record_requested",
    ("PUT", f"{ONE}/schedule"): "schedule_set",
    ("PUT", f"{ONE}/recipients/{{email}}"): "recipient_saved",
    ("DELETE", f"{ONE}/recipients/{{email}}"): "recipient_removed",
    ("POST", f"{ONE}/exports"): "export_requested",
    ("POST", f"{RUN}/resend"): "resend_requested",
    ("POST", f"{RUN}/cancel"): "export_cancelled",
    ("POST", f"{ONE}/erasures"): "erasure_requested",
    ("PUT", "/programs/{client_id}"): "program_bound",  # tested in test_programs
    ("POST", f"{RUN}/confirm"): "export_confirmed",  # tested in test_guards
    ("POST", "/people"): "person_invited",  # these are tested in test_people
    ("PUT", "/people/{person_id}"): "person_changed",
    ("DELETE", "/people/{person_id}"): "person_removed",
    ("POST", "/people/{person_id}/invitation"): "invitation_sent",
    ("POST", "/people/{person_id}/password-reset"): "password_reset",
    ("POST", "/people/{person_id}/mfa-reset"): "mfa_reset",
    ("PUT", "/providers/{name}"): "provider_set",  # these are tested in test_providers
    ("DELETE", "/providers/{name}"): "provider_removed",
}
"""The audit actions of all routes that change something; each has a test above."""


@pytest.mark.lint
def test_every_route_that_changes_something_adds_an_audit_entry() -> None:
    routes = [*sync.ROUTES, *configuration.ROUTES]
    changing = {(route.method, route.resource) for route in routes if route.method != "GET"}
    without = changing - NOTED.keys() - NOT_AUDITED

    assert without == set(), (
        "add to NOTED in tests/functional/test_audit.py what they write, and a test above it; or "
        "to NOT_AUDITED with the reason"
    )
    assert changing == NOTED.keys() | NOT_AUDITED
