"""A password goes only to the server that it was given for: host, port, account and host key."""

from collections.abc import Callable, Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from functions.configuration import app as configuration
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.adapters.dynamodb.connections_table import DynamoDBConnections
from registration_sync.domain.errors import Unavailable
from tests.functional.support.district import NORTH, call, registration, run_export, send, set_up
from tests.functional.support.secrets import stored_secrets
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

ONE = "/connections/{connection_id}"
FIELDS = ("host", "port", "username", "host_keys")
CHANGES = list(chain.from_iterable(combinations(FIELDS, size) for size in range(1, 5)))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    """The server that the password was given for."""
    (tmp_path / "old").mkdir()
    with AsyncSftpServer(tmp_path / "old") as server:
        yield server


@pytest.fixture
def new(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    """Another server on this machine."""
    (tmp_path / "new").mkdir()
    with AsyncSftpServer(tmp_path / "new") as server:
        yield server


@pytest.fixture(autouse=True)
def connection(old: AsyncSftpServer, started: object) -> None:
    set_up(old)
    send(registration("1"))


def moved(new: AsyncSftpServer, fields: tuple[str, ...] = FIELDS) -> dict[str, Any]:
    """The changed settings; on one machine, the port decides which server is reached."""
    changed = {
        "host": "localhost",
        "port": new.port,
        "username": "somebody",
        "host_keys": list(new.host_keys),
    }
    return {field: changed[field] for field in fields}


def settings() -> dict[str, Any]:
    shown: dict[str, Any] = call(configuration, "GET", ONE)[1]
    return shown


def put(**changes: Any) -> tuple[int, Any]:
    return call(configuration, "PUT", ONE, settings() | changes)


def run_everything() -> list[str]:
    """The statuses of a check, a test record and an export."""
    runs = [
        run_export(action="check"),
        run_export(action="test_record", student_id="1"),
        run_export(),
    ]
    return [run["status"] for run in runs]


# Changes over the API


@pytest.mark.parametrize("fields", CHANGES, ids="-".join)
def test_a_change_of_the_server_without_the_password_is_refused(
    fields: tuple[str, ...], old: AsyncSftpServer, new: AsyncSftpServer
) -> None:
    before = settings()

    status, answer = put(**moved(new, fields))

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "password")
    assert settings() == before
    assert stored_secrets(NORTH).password == PASSWORD
    assert run_export()["status"] == "succeeded"
    assert set(old.offered) == {PASSWORD}
    assert new.offered == []


@pytest.mark.parametrize("fields", CHANGES, ids="-".join)
def test_a_password_that_is_replaced_by_a_key_goes_to_no_server(
    fields: tuple[str, ...], old: AsyncSftpServer, new: AsyncSftpServer
) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()

    assert put(**moved(new, fields), private_key=key)[0] == 200
    run_everything()

    assert stored_secrets(NORTH).password is None
    assert old.offered == new.offered == []


@pytest.mark.parametrize("fields", CHANGES, ids="-".join)
def test_a_new_password_goes_to_the_new_server_only(
    fields: tuple[str, ...], old: AsyncSftpServer, new: AsyncSftpServer
) -> None:
    assert put(**moved(new, fields), password="another")[0] == 200
    run_everything()

    assert {*old.offered, *new.offered} <= {"another"}
    reached = new if "port" in fields else old
    shows_pinned_key = ("host_keys" in fields) == ("port" in fields)
    assert bool(reached.offered) is shows_pinned_key


def test_the_first_key_needs_no_password_and_a_key_is_not_replaced_in_two_steps(
    old: AsyncSftpServer, new: AsyncSftpServer
) -> None:
    pinned = list(old.host_keys)

    assert put(host_keys=[])[0] == 400
    assert put(host_keys=[], password=PASSWORD)[0] == 200
    assert put(host_keys=pinned)[0] == 200
    assert put(host_keys=list(new.host_keys))[0] == 400
    assert put(host_keys=[*pinned, *new.host_keys])[0] == 400
    assert put(host_keys=[*pinned, *new.host_keys], password=PASSWORD)[0] == 200
    assert put(host_keys=pinned)[0] == 200
    assert run_export()["status"] == "succeeded"


def test_another_spelling_of_the_host_is_the_same_server() -> None:
    assert put(host="localhost", password=PASSWORD)[0] == 200

    assert put(host="localhost.")[0] == 200
    assert put(host="LocalHost")[0] == 200
    assert run_export()["status"] == "succeeded"


# Between the two writes of a change, and beside a run


def test_no_password_goes_to_another_server_while_a_change_is_half_done(
    old: AsyncSftpServer, new: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = during(DynamoDBConnections, "replace", run_everything, monkeypatch)

    assert put(**moved(new, ("port", "host_keys")), password="of the new server")[0] == 200

    assert between == [["failed"] * 3]
    assert old.offered == new.offered == []


def test_no_password_goes_to_another_server_after_a_change_that_failed(
    old: AsyncSftpServer, new: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    with monkeypatch.context() as fault:
        during(DynamoDBConnections, "replace", fail, fault)
        assert put(**moved(new, ("port", "host_keys")), password="of the new server")[0] == 503

    failed = run_export()
    assert failed["years"][0]["error"]["code"] == "password_of_another_server"
    assert run_export(action="check")["steps"][0]["result"] == "failed"
    assert old.offered == new.offered == []
    assert put(password=PASSWORD)[0] == 200
    assert run_export()["status"] == "succeeded"


def test_a_run_that_began_before_a_change_does_not_send_the_new_password(
    old: AsyncSftpServer, new: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        assert put(**moved(new, ("port", "host_keys")), password="of the new server")[0] == 200

    during(SecretsManagerSecrets, "read", change, monkeypatch)

    run = run_export()

    assert run["years"][0]["error"]["code"] == "password_of_another_server"
    assert old.offered == new.offered == []


def during(
    adapter: type, method: str, action: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    """Does the action once, before the adapter's method; returns a list that gets its result."""
    real, results = getattr(adapter, method), list[Any]()
    pending = [action]

    def call_first(*given: Any, **options: Any) -> Any:
        if pending:
            results.append(pending.pop()())
        return real(*given, **options)

    monkeypatch.setattr(adapter, method, call_first)
    return results
