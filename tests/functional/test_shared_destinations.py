"""Two connections never write one file, and no district learns of or claims another's folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from registration_sync.adapters.dynamodb.sign_ins_table import DynamoDBSignIns
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import ADMINISTRATOR, STRANGER
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer

ONE = "/connections/{connection_id}"
SOUTH = "south-school"
FILE = "SISData/exports/2025/students.csv"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


@pytest.fixture(autouse=True)
def north(server: AsyncSftpServer, started: StartedExports) -> None:
    set_up(server)
    send(registration("1"))


def settings(server: AsyncSftpServer, **changes: Any) -> dict[str, Any]:
    """The connection of the south, with the account and the folder of the north."""
    account = server.account()
    return {
        **CONNECTION,
        "connection_id": SOUTH,
        "name": "South",
        "district": "south",
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "password": account.credentials.password,
        "host_keys": list(account.host_keys),
        **changes,
    }


def of_south(method: str, resource: str, body: Any = None, **path: str) -> tuple[int, Any]:
    named = {"connection_id": SOUTH} if "{connection_id}" in resource else {}
    return call(configuration, method, resource, body, claims=STRANGER, **named, **path)


def create_south(server: AsyncSftpServer, **changes: Any) -> None:
    status, answer = of_south("POST", "/connections", settings(server, **changes))
    assert status == 201, answer
    assert of_south("PUT", f"{ONE}/mapping", MAPPING)[0] == 200
    send(registration("2", "Bo"), connection_id=SOUTH)


def run_south(**event: Any) -> dict[str, Any]:
    run = run_export(connection_id=SOUTH, **event)
    assert_names_nobody(run)
    return run


def assert_names_nobody(answer: Any) -> None:
    text = json.dumps(answer).replace(SOUTH, "")
    assert "North" not in text
    assert '"north' not in text
    assert 'north"' not in text


def error_of(run: dict[str, Any]) -> str:
    errors = [run["error"], *(year["error"] for year in run["years"])]
    return next((str(error["code"]) for error in errors if error), "")


def delivered(server: AsyncSftpServer) -> str:
    return (server.root / FILE).read_text()


# Another district


@pytest.mark.parametrize("wrong", [{"password": "a guess"}, {"host_keys": []}])
def test_a_destination_is_not_claimed_by_name(
    wrong: dict[str, Any], server: AsyncSftpServer
) -> None:
    create_south(server, **wrong)  # before north has ever signed in
    run_south(action="check")
    run_south()

    assert run_export()["status"] == "succeeded"
    changed = {"files": [{**MAPPING["files"][0], "fields": MAPPING["files"][0]["fields"][:2]}]}
    assert call(configuration, "PUT", f"{ONE}/mapping", changed)[0] == 200


@pytest.mark.parametrize("wrong", [{"password": "a guess"}, {"host_keys": []}])
def test_a_district_does_not_learn_that_another_one_delivers_to_a_folder(
    wrong: dict[str, Any], server: AsyncSftpServer
) -> None:
    run_export()

    create_south(server, **wrong)
    check, exported = run_south(action="check"), run_south()
    record = run_south(action="test_record", student_id="2")

    assert check["steps"][-1]["result"] == "skipped"
    refused = "sign_in_refused" if "password" in wrong else "invalid_request"  # no host key
    assert {error_of(record), error_of(exported)} == {refused}
    assert of_south("PUT", ONE, settings(server, **wrong, folder="elsewhere"))[0] == 200
    assert of_south("PUT", ONE, settings(server, **wrong))[0] == 200


def test_the_second_district_that_signs_in_overwrites_nothing(server: AsyncSftpServer) -> None:
    run_export()
    before = delivered(server)

    create_south(server)
    check, exported = run_south(action="check"), run_south()

    assert [step["step"] for step in check["steps"] if step["result"] == "failed"] == ["folder"]
    assert FILE.replace("2025", "") not in check["message"]
    assert "Another connection of this service also delivers to" in check["message"]
    assert error_of(exported) == "destination_taken"
    assert delivered(server) == before
    assert of_south("PUT", ONE, settings(server, folder="of-south"))[0] == 200
    assert run_south()["status"] == "succeeded"
    assert run_export()["status"] == "nothing_to_export"


def test_a_connection_that_has_signed_in_cannot_be_moved_onto_the_file(
    server: AsyncSftpServer,
) -> None:
    run_export()
    create_south(server, folder="of-south")
    assert run_south()["status"] == "succeeded"
    onto_it = settings(server, folder="SISData/exports/{school_year}")
    other = {"files": [MAPPING["files"][0] | {"name": "pupils"}]}

    moved = of_south("PUT", ONE, onto_it)
    assert of_south("PUT", f"{ONE}/mapping", other)[0] == 200
    assert of_south("PUT", ONE, onto_it)[0] == 200
    renamed = of_south("PUT", f"{ONE}/mapping", MAPPING)

    assert (moved[0], renamed[0]) == (409, 409)
    for _, answer in (moved, renamed):
        assert_names_nobody(answer)
        assert "Another connection of this service" in answer["error"]["message"]


def test_a_resend_to_another_server_overwrites_no_file_of_another_district(
    server: AsyncSftpServer, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    with AsyncSftpServer(tmp_path / "own") as own:
        create_south(own)
        past = run_south()
    assert past["status"] == "succeeded"
    run_export()
    before = delivered(server)
    changed = {"files": [MAPPING["files"][0] | {"name": "pupils"}]}
    assert of_south("PUT", f"{ONE}/mapping", changed)[0] == 200
    assert of_south("PUT", ONE, settings(server))[0] == 200

    asked, answer = of_south("POST", f"{ONE}/exports/{{run_id}}/resend", {}, run_id=past["run_id"])
    run = run_south(run_id=answer["run_id"], trigger="manual", requested_by="sam")

    assert asked == 202
    assert (error_of(run), delivered(server)) == ("conflict", before)


def test_a_test_record_does_not_go_into_the_live_folder_of_another_district(
    server: AsyncSftpServer,
) -> None:
    call(
        configuration,
        "PUT",
        ONE,
        settings(server, connection_id=NORTH, district="north", folder="x/test"),
    )
    assert run_export()["status"] == "succeeded"
    create_south(server, folder="x")

    run = run_south(action="test_record", student_id="2")

    assert error_of(run) == "conflict"
    assert [path.name for path in (server.root / "x").rglob("*.csv")] == ["students.csv"]


def test_of_two_first_deliveries_at_once_at_most_one_is_sent(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_south(server)
    real, others = DynamoDBSignIns.note, []

    def note(table: DynamoDBSignIns, connection_id: str, account: str) -> None:
        if not others:
            others.append(None)
            others[0] = run_south()
        real(table, connection_id, account)

    monkeypatch.setattr(DynamoDBSignIns, "note", note)

    ours = run_export()

    assert [ours["status"], others[0]["status"]].count("succeeded") <= 1
    assert "destination_taken" in {error_of(run) for run in (ours, others[0])}


# The same district


def test_a_connection_of_the_same_district_is_named_at_once(server: AsyncSftpServer) -> None:
    body = settings(server, district="north", connection_id="twin")
    assert call(configuration, "POST", "/connections", body)[0] == 201

    status, answer = call(
        configuration, "PUT", f"{ONE}/mapping", MAPPING, claims=ADMINISTRATOR, connection_id="twin"
    )

    assert status == 409
    assert f'"{NORTH}"' in answer["error"]["message"]


def test_a_purge_deletes_the_sign_in(server: AsyncSftpServer) -> None:
    run_export()

    noted = [item for item in stored_items() if item["sk"]["S"] == "SIGNED_IN"]

    account = server.account()
    assert [item["pk"]["S"] for item in noted] == [f"DELIVERED#{NORTH}"]
    assert noted[0]["account"]["S"] == f"{account.username}@{account.host}:{account.port}"
    assert PASSWORD not in json.dumps(noted)
