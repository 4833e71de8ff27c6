"""The configuration function: its real handler with emulated DynamoDB and Secrets Manager."""

import datetime as dt
import json
import re
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import asyncssh
import boto3
import pytest

from functions.configuration.app import handler
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.guard_settings import Guards
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import Lease
from registration_sync.domain.runs.run import RunStatus
from tests.functional.conftest import StartedExports, secret_names
from tests.functional.support.deleted import make_due, purge
from tests.functional.support.events import (
    ADMINISTRATOR,
    OPERATOR,
    STRANGER,
    VIEWER,
    api_event,
    person,
    program,
    sample,
)
from tests.functional.support.programs import bind, bind_samples, stored_of_connections
from tests.functional.support.secrets import stored_secrets

ONE = "/connections/{connection_id}"
MAPPING: dict[str, Any] = json.loads(sample("configuration_save_mapping")["body"])
CONNECTION: dict[str, Any] = json.loads(sample("configuration_create_connection")["body"])
NORTH = "north-powerschool"
NOTHING_DONE = {
    "live": False,
    "connected": False,
    "mapping": False,
    "test_record": False,
    "schedule": False,
}
BEGUN = {
    "setup": NOTHING_DONE,
    "sign_in": {
        "has_password": True,
        "password_saved_at": ANY,
        "password_saved_by": ANY,
        "has_private_key": False,
        "private_key_saved_at": None,
        "private_key_saved_by": None,
        "refused_at": None,
    },
}
SHOWN = {name: value for name, value in CONNECTION.items() if name != "password"} | {
    "sis": "",
    "write_in_place": False,
    "keep_links": False,
    "done_file": False,
    "guards": Guards().model_dump(mode="json"),
    "name_fields": ["students.fname", "students.mname", "students.lname"],
    "takes": {"school_years": [], "where": []},
}


@pytest.fixture(autouse=True)
def programs(started: StartedExports) -> None:
    bind_samples()


def send(
    method: str,
    resource: str,
    body: object = None,
    *,
    claims: dict[str, str] = ADMINISTRATOR,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    **path: str,
) -> tuple[int, Any]:
    """Returns status and body of the response; the connection is NORTH unless given."""
    if "{connection_id}" in resource:
        path.setdefault("connection_id", NORTH)
    event = api_event(
        method, resource, claims=claims, body=body, headers=headers, query=query, **path
    )
    response = handler(event, None)
    return response["statusCode"], json.loads(response["body"] or "null")


def create(**changes: object) -> None:
    status, answer = send("POST", "/connections", {**CONNECTION, **changes}, claims=OPERATOR)
    assert status == 201, answer


def save(mapping: object = MAPPING, **more: Any) -> tuple[int, Any]:
    return send("PUT", f"{ONE}/mapping", mapping, **more)


def secrets_of(connection_id: str = NORTH) -> Credentials:
    return stored_secrets(connection_id)


# Connections


def test_the_sample_events_set_up_a_connection_and_export(started: StartedExports) -> None:
    answers = [
        handler(sample(f"configuration_{case}"), None)
        for case in (
            "create_connection",
            "list_connections",
            "read_connection",
            "save_mapping",
            "request_export",
        )
    ]

    assert [answer["statusCode"] for answer in answers] == [201, 200, 200, 200, 202]
    assert json.loads(answers[0]["body"]) == SHOWN
    assert json.loads(answers[1]["body"]) == {"items": [SHOWN], "next": None}
    assert json.loads(answers[2]["body"]) == SHOWN | BEGUN
    assert answers[3]["headers"]["ETag"] == '"1"'
    assert [run.request.school_years for run in started.runs] == [(2025,)]


def test_secrets_are_stored_and_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    create()

    assert secrets_of() == Credentials(password="only-an-example")
    assert "only-an-example" not in json.dumps(stored_of_connections(), default=str)
    assert "only-an-example" not in json.dumps(send("GET", ONE))
    assert "only-an-example" not in capsys.readouterr().out


def test_a_new_connection_has_no_secret_that_a_deleted_stack_left() -> None:
    secrets = configuration_function.dependencies().secrets
    old = Credentials(password="old", private_key="old", passphrase="old")
    secrets.write(NORTH, old, GivenFor("old.example.org", 22, "old", frozenset()))

    create()

    assert secrets_of() == Credentials(password="only-an-example")


def test_a_change_keeps_the_secrets_that_it_does_not_name() -> None:
    create()

    status, answer = send("PUT", ONE, {**SHOWN, "name": "Renamed"})

    assert (status, answer["name"]) == (200, "Renamed")
    assert send("GET", ONE) == (200, {**SHOWN, "name": "Renamed", **BEGUN})
    assert secrets_of() == Credentials(password="only-an-example")


def test_a_connection_says_which_secrets_are_saved_since_when_and_by_whom() -> None:
    create()
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    kate = person("full-access", "district:north", username="kate")

    send("PUT", ONE, {**SHOWN, "name": "Renamed", "private_key": key}, claims=kate)
    both = send("GET", ONE)[1]["sign_in"]
    send("PUT", ONE, {**SHOWN, "password": None})
    one = send("GET", ONE)[1]["sign_in"]

    assert (both["has_password"], both["password_saved_by"] != "kate") == (True, True)
    assert (both["has_private_key"], both["private_key_saved_by"]) == (True, "kate")
    assert both["private_key_saved_at"] >= both["password_saved_at"]
    assert (one["has_password"], one["password_saved_at"], one["password_saved_by"]) == (
        False,
        None,
        None,
    )
    assert {name: one[name] for name in both if name.startswith("private")} == {
        name: both[name] for name in both if name.startswith("private")
    }


def test_nobody_knows_of_secrets_that_an_earlier_version_saved() -> None:
    create()
    key = {"pk": {"S": "CONNECTIONS"}, "sk": {"S": NORTH}}
    update = "REMOVE password_saved, private_key_saved"
    table = configuration_function.dependencies().connections._table
    table.update(key, update, "")

    assert send("GET", ONE)[1]["sign_in"] == dict.fromkeys(BEGUN["sign_in"])


def test_a_purged_connection_leaves_no_secret() -> None:
    create()

    assert send("DELETE", ONE) == (204, None)
    make_due(NORTH)
    purge(NORTH)

    assert secret_names() == []
    assert send("GET", ONE)[0] == 404
    assert send("GET", "/connections") == (200, {"items": [], "next": None})


def test_a_purged_connection_can_be_recreated_and_a_restored_one_keeps_its_mapping() -> None:
    create()
    save()
    send("DELETE", ONE)
    send("POST", f"{ONE}/restore")
    assert send("GET", f"{ONE}/mapping")[1]["version"] == 1
    send("DELETE", ONE)
    make_due(NORTH)
    purge(NORTH)

    create(password="another")

    assert send("GET", f"{ONE}/mapping")[0] == 404
    assert secrets_of() == Credentials(password="another")


def test_another_district_cannot_take_the_id_of_a_deleted_connection() -> None:
    create()
    send("DELETE", ONE)
    make_due(NORTH)
    purge(NORTH)

    status, _ = send("POST", "/connections", {**CONNECTION, "district": "south"}, claims=STRANGER)

    assert status == 409
    assert secret_names() == []


def test_creating_a_connection_with_a_taken_id_changes_neither_connection_nor_secrets() -> None:
    create()
    before = stored_of_connections()

    status, answer = send(
        "POST", "/connections", {**CONNECTION, "password": "thief", "name": "Another"}
    )

    assert (status, answer["error"]["code"]) == (409, "conflict")
    assert [problem["path"] for problem in answer["error"]["problems"]] == ["connection_id"]
    assert stored_of_connections() == before
    assert secrets_of() == Credentials(password="only-an-example")


def test_the_options_list_the_programs_that_a_connection_may_name() -> None:
    status, answer = send("GET", "/programs", claims=VIEWER)

    assert status == 200
    enroll = {"client_id": "enroll", "name": "SchoolMint Enroll", "districts": ["*"]}
    assert answer["items"][0] == enroll


def test_the_connection_id_is_the_one_in_the_path() -> None:
    create()

    status, answer = send("PUT", ONE, {**SHOWN, "connection_id": "south"})
    without_id = {name: value for name, value in SHOWN.items() if name != "connection_id"}

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "connection_id")
    assert send("PUT", ONE, without_id)[0] == 200


def test_a_stored_password_is_not_sent_to_another_server() -> None:
    create()
    moved = {**SHOWN, "host": "sftp.elsewhere.example.org"}

    status, answer = send("PUT", ONE, moved)

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "password")
    assert send("GET", ONE)[1]["host"] == CONNECTION["host"]
    assert send("PUT", ONE, {**moved, "password": None})[0] == 200
    assert secrets_of() == Credentials()


def test_a_change_to_download_and_back_does_not_send_the_password_to_another_server() -> None:
    create()
    send("PUT", ONE, {**SHOWN, "delivery": "download", "host": ""})

    status, _ = send("PUT", ONE, {**SHOWN, "host": "sftp.elsewhere.example.org"})

    assert status == 400


def test_all_mistakes_are_reported_together_and_nothing_is_stored() -> None:
    status, answer = send(
        "POST", "/connections", {**CONNECTION, "port": 0, "host": "x y", "folder": ".."}
    )

    assert status == 400
    assert [problem["path"] for problem in answer["error"]["problems"]] == [
        "host",
        "port",
        "folder",
    ]
    assert (stored_of_connections(), secret_names()) == ([], [])


def test_a_connection_whose_secrets_cannot_be_stored_is_not_created(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    with monkeypatch.context() as fault:
        fault.setattr(SecretsManagerSecrets, "write", refuse)
        assert send("POST", "/connections", CONNECTION)[0] == 503

    assert send("GET", ONE)[0] == 404
    assert send("POST", "/connections", CONNECTION)[0] == 201


def test_a_change_whose_secrets_cannot_be_stored_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    create()
    with monkeypatch.context() as fault:
        fault.setattr(SecretsManagerSecrets, "write", refuse)
        assert send("PUT", ONE, {**SHOWN, "name": "Changed", "password": "new"})[0] == 503

    assert send("GET", ONE) == (200, {**SHOWN, **BEGUN})


# Access


REFUSED_AT_CREATION = {
    "of another district": STRANGER,
    "with limited access": VIEWER,
    "without a role": person("district:north"),
    "without a group": person(),
    "a program without the scope": program("enroll", "sync/read"),
    "a program that is not named": program("other", "sync/configuration.write"),
}


@pytest.mark.parametrize("claims", REFUSED_AT_CREATION.values(), ids=REFUSED_AT_CREATION)
def test_a_refused_caller_leaves_nothing_stored(claims: dict[str, str]) -> None:
    status, answer = send(
        "POST", "/connections", {**CONNECTION, "programs": ["enroll"]}, claims=claims
    )

    assert (status, answer["error"]["code"]) == (403, "access_denied")
    assert (stored_of_connections(), secret_names()) == ([], [])


ROUTES = [
    ("GET", ONE, None),
    ("PUT", ONE, {**SHOWN, "name": "Changed"}),
    ("DELETE", ONE, None),
    ("GET", f"{ONE}/mapping", None),
    ("PUT", f"{ONE}/mapping", {"files": [{**MAPPING["files"][0], "name": "changed"}]}),
    ("GET", f"{ONE}/exports", None),
    ("POST", f"{ONE}/exports", None),
    ("GET", f"{ONE}/exports/{{run_id}}", None),
]


@pytest.mark.parametrize(
    "claims",
    [STRANGER, person(), person("operators"), program("other", "sync/configuration.write")],
    ids=["stranger", "no group", "no role", "unbound program"],
)
@pytest.mark.parametrize(("method", "resource", "body"), ROUTES)
def test_every_route_of_a_connection_refuses_a_caller_without_access(
    method: str,
    resource: str,
    body: object,
    claims: dict[str, str],
    started: StartedExports,
) -> None:
    create()
    save()
    before = stored_of_connections()
    more = {"run_id": "r1"} if "run_id" in resource else {}

    status, answer = send(method, resource, body, claims=claims, **more)

    assert (status, answer["error"]["code"]) == (403, "access_denied")
    logged = [item for item in stored_of_connections() if item["pk"]["S"].startswith("ACCESS#")]
    assert [item for item in stored_of_connections() if item not in logged] == before
    assert [item["kind"]["S"] for item in logged] == ["refused"]
    assert secrets_of() == Credentials(password="only-an-example")
    assert started.events == []


@pytest.mark.parametrize(("method", "resource", "body"), ROUTES)
def test_limited_access_may_read_and_run_but_change_nothing(
    method: str, resource: str, body: object
) -> None:
    create()
    save()
    more = {"run_id": "r1"} if "run_id" in resource else {}

    status, _ = send(method, resource, body, claims=VIEWER, **more)

    assert (status == 403) is (method in {"PUT", "DELETE"})


def test_a_list_shows_the_connections_that_the_caller_may_read() -> None:
    create()
    create(connection_id="south", district="south", folder="south", programs=["enroll"])

    def listed_for(claims: dict[str, str]) -> list[str]:
        return [
            item["connection_id"] for item in send("GET", "/connections", claims=claims)[1]["items"]
        ]

    assert listed_for(OPERATOR) == [NORTH, "south"]
    assert listed_for(VIEWER) == [NORTH]
    assert listed_for(STRANGER) == ["south"]
    assert listed_for(program("enroll", "sync/read")) == ["south"]
    assert listed_for(program("other", "sync/read")) == []


def test_a_connection_cannot_move_to_a_district_of_another_caller() -> None:
    create()

    status, _ = send("PUT", ONE, {**SHOWN, "district": "south", "password": "new"})

    assert status == 403
    assert send("GET", ONE) == (200, {**SHOWN, **BEGUN})
    assert secrets_of() == Credentials(password="only-an-example")


def test_a_caller_of_both_districts_may_move_a_connection() -> None:
    create()
    both = person("full-access", "district:north", "district:south")

    assert send("PUT", ONE, {**SHOWN, "district": "south"}, claims=both)[0] == 200
    assert send("GET", ONE)[0] == 403


def test_a_program_creates_a_connection_that_names_it_and_cannot_remove_itself() -> None:
    claims = program("terraform", "sync/configuration.write", "sync/read")
    bind("terraform", "north")
    named = {**SHOWN, "programs": ["terraform"]}

    assert send("POST", "/connections", named, claims=claims)[0] == 201
    assert send("PUT", ONE, {**named, "programs": []}, claims=claims)[0] == 403
    assert send("GET", ONE, claims=claims)[1]["programs"] == ["terraform"]


@pytest.mark.parametrize(
    ("claims", "status"),
    [(OPERATOR, 404), (STRANGER, 404), (program("enroll", "sync/read"), 403), (person(), 403)],
)
def test_an_unknown_connection_is_not_found_or_refused(claims: dict[str, str], status: int) -> None:
    assert send("GET", ONE, claims=claims)[0] == status


# Mappings


def test_a_saved_mapping_has_a_version_and_its_author() -> None:
    create()
    changed = {"files": [{**MAPPING["files"][0], "name": "changed"}]}
    assert send("GET", f"{ONE}/mapping")[0] == 404

    first, second = save()[1], save(changed)[1]

    assert (first["version"], second["version"]) == (1, 2)
    status, shown = send("GET", f"{ONE}/mapping", claims=VIEWER)
    assert (status, shown["files"], shown["version"], shown["saved_by"]) == (
        200,
        changed["files"],
        2,
        "ada",
    )


def test_saving_an_unchanged_mapping_makes_no_new_version() -> None:
    create()
    save()

    assert save()[1]["version"] == 1
    assert save(send("GET", f"{ONE}/mapping")[1])[1]["version"] == 1


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"', "*"])
def test_a_change_of_the_latest_version_is_saved(tag: str) -> None:
    create()
    save()

    status, answer = save(
        {"files": [{**MAPPING["files"][0], "name": "changed"}]}, headers={"If-Match": tag}
    )

    assert (status, answer["version"]) == (200, 2)


@pytest.mark.parametrize("tag", ['"1"', "0", '"3"'])
def test_a_change_of_a_stale_version_is_not_saved(tag: str) -> None:
    create()
    save()
    save({"files": [{**MAPPING["files"][0], "name": "changed"}]})

    status, answer = save(headers={"If-Match": tag})

    assert (status, answer["error"]["code"]) == (412, "version_mismatch")
    assert send("GET", f"{ONE}/mapping")[1]["version"] == 2


def test_the_version_in_the_body_counts_like_if_match() -> None:
    create()
    read = save()[1]
    save({"files": [{**MAPPING["files"][0], "name": "changed"}]})

    assert save(read)[0] == 412


@pytest.mark.parametrize("tag", ['"three"', "9" * 5000])
def test_if_match_is_an_etag(tag: str) -> None:
    create()

    status, answer = save(headers={"If-Match": tag})

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "If-Match")


def test_a_mapping_with_mistakes_is_not_saved() -> None:
    create()
    file = MAPPING["files"][0]

    status, answer = save({"files": [{**file, "name": ""}, {**file, "name": ""}]})

    assert status == 400
    assert [problem["path"] for problem in answer["error"]["problems"]] == [
        "files[0].name",
        "files[1].name",
    ]
    assert send("GET", f"{ONE}/mapping")[0] == 404


# Connections that share a file


def test_two_mappings_may_not_write_the_same_file() -> None:
    create()
    save()
    create(connection_id="twin", host=CONNECTION["host"].upper())

    status, answer = save(connection_id="twin", claims=OPERATOR)

    assert (status, answer["error"]["code"]) == (409, "conflict")
    assert '"north-powerschool"' in answer["error"]["message"]
    assert send("GET", f"{ONE}/mapping", connection_id="twin", claims=OPERATOR)[0] == 404


def test_a_connection_may_not_be_moved_onto_anothers_file() -> None:
    create()
    save()
    create(connection_id="twin", folder="elsewhere")
    assert save(connection_id="twin", claims=OPERATOR)[0] == 200

    status, answer = send(
        "PUT",
        ONE,
        {**SHOWN, "connection_id": "twin", "folder": "SISData//exports/2025/"},
        connection_id="twin",
        claims=OPERATOR,
    )

    assert (status, answer["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    "difference",
    [
        {"port": 2222},
        {"folder": "elsewhere/{school_year}"},
        {"username": "another"},
        {"delivery": "download"},
        {"host": "other.example.org"},
    ],
)
def test_connections_with_different_destinations_may_share_file_names(
    difference: dict[str, object],
) -> None:
    create()
    save()
    create(**{**difference, "connection_id": "twin"})

    assert save(connection_id="twin", claims=OPERATOR)[0] == 200


def test_an_absolute_folder_is_another_one_for_another_account() -> None:
    """Each account may have its own root, as on servers that confine accounts."""
    create(folder="/in")
    save()
    create(connection_id="twin", username="another", folder="/in")

    assert save(connection_id="twin", claims=OPERATOR)[0] == 200


# Exports


def ask(body: object = None, **more: Any) -> tuple[int, Any]:
    return send("POST", f"{ONE}/exports", body, **more)


def test_a_requested_export_is_pending(started: StartedExports) -> None:
    create()
    save()

    status, answer = ask(claims=VIEWER)

    assert status == 202
    assert re.fullmatch(r"\d{8}T\d{6}Z-\d{3}-[0-9a-f]{8}", answer["run_id"])
    (run_,) = started.runs
    assert (run_.run_id, run_.requested_by, run_.request.school_years) == (
        answer["run_id"],
        "vic",
        None,
    )
    _, run = send("GET", f"{ONE}/exports/{{run_id}}", run_id=answer["run_id"])
    assert (run["status"], run["trigger"], run["requested_by"]) == ("pending", "manual", "vic")
    assert send("GET", f"{ONE}/exports") == (200, {"items": [run], "next": None})


def test_a_second_request_returns_the_id_of_the_first(started: StartedExports) -> None:
    create()
    save()
    first = ask()[1]["run_id"]

    status, answer = ask()

    assert (status, answer["run_id"], answer["error"]["run_id"]) == (409, first, first)
    assert answer["error"]["code"] == "already_running"
    assert len(started.events) == 1


def test_a_run_that_holds_the_lease_blocks_a_request(started: StartedExports) -> None:
    create()
    save()
    table = DynamoDBRegistrationsTable(boto3.client("dynamodb"), "registrations")
    in_an_hour = 4_102_444_800_000
    table.take_lease(NORTH, Lease("token", "scheduled-run", in_an_hour), 0)

    status, answer = ask()

    assert (status, answer["run_id"]) == (409, "scheduled-run")
    assert started.events == []
    assert send("GET", f"{ONE}/exports")[1]["items"] == []


def test_an_export_that_could_not_start_is_recorded_and_blocks_no_request(
    started: StartedExports,
) -> None:
    create()
    save()
    started.fails = True

    assert ask()[0] == 503

    (run,) = send("GET", f"{ONE}/exports")[1]["items"]
    assert (run["status"], run["error"]["code"]) == ("failed", "unavailable")
    started.fails = False
    assert ask()[0] == 202


def test_an_export_that_began_although_the_response_was_lost_keeps_its_record(
    started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    save()

    def begin(connection_id: str, run_id: str) -> None:
        runs, now = configuration_function.dependencies().runs, dt.datetime.now(dt.UTC)
        run = runs.find(connection_id, run_id)
        assert run is not None
        runs.save(replace(run, status=RunStatus.SUCCEEDED, started_at=now, finished_at=now))
        raise Unavailable("No answer came.")

    monkeypatch.setattr(started, "start", begin)

    assert ask()[0] == 202

    (run,) = send("GET", f"{ONE}/exports")[1]["items"]
    assert run["status"] == "succeeded"


def test_an_export_request_passes_on_years_and_contents(started: StartedExports) -> None:
    create()
    save()

    assert ask({"school_years": [2025, 2024, 2025], "contents": "all"})[0] == 202

    request = started.runs[0].request
    assert (request.school_years, request.contents) == ((2024, 2025), "all")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"contents": "all"}, ["school_years"]),
        ({"contents": "some"}, ["contents"]),
        ({"school_years": []}, ["school_years"]),
        ({"school_years": 2025}, ["school_years"]),
        ({"school_years": [2025, 20255, "x", True]}, [f"school_years[{n}]" for n in (1, 2, 3)]),
        ({"override_held": "yes"}, ["override_held"]),
        ({"dry_run": []}, ["dry_run"]),
        ({"school_year": 2025, "contents": []}, ["school_year", "contents"]),
        ([], []),
    ],
)
def test_an_invalid_request_starts_nothing(
    body: object, paths: list[str], started: StartedExports
) -> None:
    create()
    save()

    status, answer = ask(body)

    assert status == 400
    assert [problem["path"] for problem in answer["error"]["problems"]] == paths
    assert started.events == []
    assert send("GET", f"{ONE}/exports")[1]["items"] == []


def test_an_export_without_a_mapping_states_the_remedy() -> None:
    create()

    status, answer = ask()

    assert (status, answer["error"]["message"]) == (
        400,
        "This connection has no mapping yet: save one, then export.",
    )


def test_a_connection_without_a_host_key_sends_nothing() -> None:
    create(host_keys=[])
    save()

    status, answer = ask()

    assert (status, "confirmed the server" in answer["error"]["message"]) == (400, True)


def test_a_download_needs_no_host_key() -> None:
    create(host_keys=[], delivery="download")
    save()

    assert ask()[0] == 202


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "²", "9" * 5000])
def test_a_page_limit_is_bounded(limit: str) -> None:
    create()

    status, answer = send("GET", f"{ONE}/exports", query={"limit": limit})

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "limit")


@pytest.mark.parametrize("run_id", ["20250101T000000Z-00000000", "x" * 2000, "a b", "../x"])
def test_an_unknown_run_is_not_found(run_id: str) -> None:
    create()

    assert send("GET", f"{ONE}/exports/{{run_id}}", run_id=run_id)[0] == 404
