"""A file with the name of another's done file is refused when it is saved, and in every run."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from registration_sync.bootstrap import configuration_function
from tests.functional.support.district import (
    MAPPING,
    NORTH,
    call,
    registration,
    run_export,
    send,
    set_up,
)
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def two_files(name: str = "students.csv", extension: str = "done") -> dict[str, Any]:
    mapping = copy.deepcopy(MAPPING)
    named = {"name": name, "extension": extension}
    mapping["files"].append(copy.deepcopy(mapping["files"][0]) | named)
    return mapping


def on_server(server: AsyncSftpServer) -> dict[str, int]:
    """The size of each file."""
    found = (path for path in server.root.rglob("*") if path.is_file())
    return {path.name: path.stat().st_size for path in found}


def turn_on_done_files() -> None:
    """As an earlier version let it be saved."""
    connections = configuration_function.dependencies().connections
    connections.replace(connections.get(NORTH).model_copy(update={"done_file": True}))


@pytest.mark.parametrize("name", ["students.csv", "Students.CSV"])
def test_a_mapping_with_the_name_of_a_done_file_is_not_saved(
    name: str, server: AsyncSftpServer
) -> None:
    set_up(server, done_file=True)

    status, answer = call(configuration, "PUT", f"{ONE}/mapping", two_files(name))

    assert (status, answer["error"]["code"]) == (400, "invalid_request")
    assert [problem["path"] for problem in answer["error"]["problems"]] == ["files[1].name"]


def test_done_files_are_not_turned_on_beside_such_a_mapping(server: AsyncSftpServer) -> None:
    set_up(server, two_files())
    before = call(configuration, "GET", ONE)[1]

    status, answer = call(configuration, "PUT", ONE, before | {"done_file": True})

    assert status == 400
    assert [problem["path"] for problem in answer["error"]["problems"]] == ["done_file"]
    assert call(configuration, "GET", ONE)[1] == before


def test_without_done_files_the_name_is_like_any_other(server: AsyncSftpServer) -> None:
    set_up(server, two_files())
    send(registration("1"))

    assert run_export()["status"] == "succeeded"
    sizes = on_server(server)
    assert sizes["students.csv"] == sizes["students.csv.done"] > 0


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_sends_nothing_if_both_were_saved_by_an_earlier_version(
    dry_run: bool, server: AsyncSftpServer
) -> None:
    set_up(server, two_files())
    send(registration("1"))
    turn_on_done_files()

    run = run_export(dry_run=dry_run)

    assert run["status"] == "failed"
    assert "students.csv.done" in run["message"]
    assert on_server(server) == {}


def test_a_resend_does_not_empty_a_file_of_an_earlier_run(server: AsyncSftpServer) -> None:
    set_up(server, two_files())
    send(registration("1"))
    first = run_export()
    before = on_server(server)
    turn_on_done_files()

    run = run_export(resend_of=first["run_id"])

    assert run["status"] == "failed"
    assert "students.csv.done" in run["message"]
    assert on_server(server) == before


def test_a_done_file_is_not_put_over_a_file_of_another_connection(server: AsyncSftpServer) -> None:
    set_up(server, two_files("other"), folder="inbox")
    other = call(configuration, "GET", ONE)[1]
    south = other | {"connection_id": "south", "folder": "INBOX", "done_file": True}
    assert call(configuration, "POST", "/connections", south | {"password": "x"})[0] == 201
    mapping = {"files": [MAPPING["files"][0] | {"name": "OTHER", "extension": ""}]}

    status, answer = call(configuration, "PUT", f"{ONE}/mapping", mapping, connection_id="south")

    assert (status, answer["error"]["code"]) == (409, "conflict")
    assert '"north" also delivers to INBOX/OTHER.done' in answer["error"]["message"]
