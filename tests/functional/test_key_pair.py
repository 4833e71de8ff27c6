"""A key pair made by the service, against OpenSSH: the public half is installed by hand, the former
sign-in works until the new key has signed in, and is deleted then."""

import datetime as dt
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import asyncssh
import boto3
import pytest

from functions.configuration import app as configuration
from registration_sync.adapters.sftp.key_pairs import make_key_pair
from registration_sync.bootstrap import configuration_function, export_function
from registration_sync.domain.connections.key_pairs import KeyPairs, KeyType
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import Unavailable
from tests.functional.conftest import StartedExports, secret_names, stored_items
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    save,
    send,
)
from tests.functional.support.events import ADMINISTRATOR, VIEWER, sample
from tests.support.sftp_servers import PASSWORD, AsyncSftpServer, OpenSshServer, openssh_server

ONE = "/connections/{connection_id}"
KEY = f"{ONE}/key"


@pytest.fixture
def server(started: StartedExports, tmp_path: Path) -> Iterator[OpenSshServer]:
    """With a connection that signs in with a key of its administrator."""
    with openssh_server(tmp_path) as running:
        account = running.account()
        body = CONNECTION | {
            "host": account.host,
            "port": account.port,
            "username": account.username,
            "host_keys": list(account.host_keys),
            "private_key": running.private_key,
        }
        assert call(configuration, "POST", "/connections", body)[0] == 201
        save(MAPPING)
        yield running


def authorized(server: OpenSshServer) -> Path:
    return server.root.parent / "authorized_keys"


def generate(**body: str) -> dict[str, Any]:
    """The public half of a new pair."""
    status, answer = call(configuration, "POST", KEY, body or None)
    assert status == 201, answer
    waiting: dict[str, Any] = answer["waiting"]
    return waiting


def read() -> dict[str, Any]:
    status, answer = call(configuration, "GET", KEY)
    assert status == 200
    found: dict[str, Any] = answer
    return found


def sign_in_step() -> tuple[str, str]:
    """The result and the message of the step in a check."""
    run = run_export(action="check")
    (step,) = [one for one in run["steps"] if one["step"] == "sign_in"]
    return step["result"], step["message"]


def of_connection() -> list[str]:
    return sorted(name.rpartition("/")[2] for name in secret_names())


def stored_versions(kind: str) -> list[str]:
    """All values that can be read of a secret."""
    client = boto3.client("secretsmanager")
    name = f"stack/connections/{NORTH}/{kind}"
    stages = client.describe_secret(SecretId=name)["VersionIdsToStages"].values()
    return [
        client.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"].strip()
        for stage in chain.from_iterable(stages)
    ]


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_generated_key_signs_in_once_it_is_installed_and_replaces_the_former_one(
    kind: str, server: OpenSshServer
) -> None:
    former = authorized(server).read_text()
    attempts = configuration_function.dependencies().check_attempts
    key = generate(type=kind)
    attempts.note_refused(NORTH, dt.datetime.now(dt.UTC) - dt.timedelta(hours=5))
    assert key["public_key"].startswith("ssh-ed25519 " if kind == "ed25519" else "ssh-rsa ")
    assert key["public_key"].endswith(" registration-sync:north")

    waiting = sign_in_step()
    assert waiting[0] == "warning"
    assert attempts.refused(NORTH) == (0, None)
    assert "does not accept the new key yet" in waiting[1]
    send(registration("1"))
    assert run_export()["status"] == "succeeded"
    assert read()["waiting"] == key
    assert of_connection() == ["new_key", "private_key"]

    authorized(server).write_text(f"{former.strip()}\n{key['public_key']}\n")
    assert sign_in_step() == (
        "ok",
        f"Signed in as {server.account().username}. The new key has signed in; the former one was "
        "deleted.",
    )

    found = read()
    assert found["waiting"] is None
    assert found["in_use"]["public_key"] == key["public_key"]
    assert found["in_use"]["signed_in_at"]
    assert of_connection() == ["private_key"]
    assert server.private_key.strip() not in stored_versions("private_key")
    authorized(server).write_text(f"{key['public_key']}\n")
    send(registration("2"))
    assert run_export()["status"] == "succeeded"
    assert sign_in_step()[0] == "ok"


def test_a_generated_key_is_replaced_by_another_one_in_a_nightly_export(
    server: OpenSshServer,
) -> None:
    first = generate()
    authorized(server).write_text(f"{first['public_key']}\n")
    assert sign_in_step()[0] == "ok"

    second = generate()
    send(registration("1"))
    assert run_export()["status"] == "succeeded"  # by the first
    found = read()
    assert found["in_use"]["public_key"] == first["public_key"]
    assert found["waiting"] == second
    authorized(server).write_text(f"{second['public_key']}\n")
    send(registration("2"))
    assert run_export()["status"] == "succeeded"

    assert read()["in_use"]["public_key"] == second["public_key"]
    assert of_connection() == ["private_key"]


def test_the_fingerprint_is_that_of_ssh_keygen(server: OpenSshServer, tmp_path: Path) -> None:
    key = generate()
    (tmp_path / "line").write_text(key["public_key"])

    printed = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "line")], capture_output=True, text=True, check=True
    ).stdout

    assert key["fingerprint"].split()[1] == printed.split()[1]


def test_a_key_of_rsa_has_3072_bits(server: OpenSshServer) -> None:
    line = generate(type="rsa")["public_key"]

    assert asyncssh.import_public_key(line).pyca_key.key_size == 3072


def test_nobody_gets_the_private_half(server: OpenSshServer) -> None:
    generate()

    seen = json.dumps([read(), call(configuration, "GET", ONE)[1], *stored_items("connections")])
    audit = call(configuration, "GET", f"{ONE}/audit")[1]["items"][0]

    assert "PRIVATE KEY" not in seen
    assert (audit["action"], [one["field"] for one in audit["changes"]]) == (
        "key_generated",
        ["private_key", "fingerprint"],
    )
    assert "PRIVATE KEY" not in json.dumps(audit)


def test_a_discarded_key_is_not_tried_and_another_one_takes_its_place(
    server: OpenSshServer,
) -> None:
    first, second = generate(), generate()
    assert first["public_key"] != second["public_key"]
    assert read()["waiting"] == second

    assert call(configuration, "DELETE", KEY)[0] == 204
    assert call(configuration, "DELETE", KEY)[0] == 204

    assert read() == {"waiting": None, "in_use": None}
    assert of_connection() == ["private_key"]
    assert sign_in_step()[1] == f"Signed in as {server.account().username}."
    actions = [one["action"] for one in call(configuration, "GET", f"{ONE}/audit")[1]["items"]]
    assert actions.count("key_discarded") == 1


def test_another_private_key_ends_the_generated_ones(server: OpenSshServer) -> None:
    key = generate()
    authorized(server).write_text(f"{key['public_key']}\n")
    sign_in_step()
    generate()
    connection = call(configuration, "GET", ONE)[1]

    changed = connection | {"private_key": server.private_key}
    assert call(configuration, "PUT", ONE, changed)[0] == 200

    assert read() == {"waiting": None, "in_use": None}
    assert of_connection() == ["private_key"]


@pytest.mark.parametrize("change", [{"host": "evil.example.org"}, {"port": 2}, {"username": "eve"}])
@pytest.mark.parametrize("in_use", [False, True])
def test_a_generated_key_goes_to_no_other_server_or_account_without_a_choice(
    change: dict[str, Any], in_use: bool, server: OpenSshServer
) -> None:
    key = generate()
    if in_use:
        authorized(server).write_text(f"{key['public_key']}\n")
        assert sign_in_step()[0] == "ok"
    before, kept = call(configuration, "GET", ONE)[1], read()
    moved = before | change | {"password": "of-the-new-server"}

    status, answer = call(configuration, "PUT", ONE, moved)

    assert (status, answer["error"]["problems"][0]["path"]) == (400, "private_key")
    assert call(configuration, "GET", ONE)[1] == before
    assert read() == kept
    assert call(configuration, "PUT", ONE, moved | {"private_key": None})[0] == 200
    assert read() == {"waiting": None, "in_use": None}
    assert of_connection() == ["password"]


def test_a_new_host_key_of_the_same_host_keeps_the_generated_key(server: OpenSshServer) -> None:
    key = generate()
    connection = call(configuration, "GET", ONE)[1] | {"password": None}

    assert call(configuration, "PUT", ONE, connection | {"host_keys": []})[0] == 200

    assert read()["waiting"] == key


def test_a_key_is_promoted_again_after_an_interruption(
    server: OpenSshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = generate()
    authorized(server).write_text(f"{key['public_key']}\n")
    secrets = type(export_function.dependencies().secrets)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    for step in ("promote_new_key", "_put", "_delete"):
        with monkeypatch.context() as during:
            during.setattr(secrets, step, killed)
            with pytest.raises(Killed):
                run_export(action="check")
        assert read()["in_use"]["public_key"] == key["public_key"]

    assert sign_in_step()[0] == "ok"
    assert of_connection() == ["private_key"]
    assert sign_in_step()[0] == "ok"


def test_a_sign_in_of_the_generated_key_does_not_undo_the_choice_of_another_one(
    server: OpenSshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = f"{authorized(server).read_text().strip()}\n{generate()['public_key']}\n"
    authorized(server).write_text(both)
    connection = call(configuration, "GET", ONE)[1]
    secrets = type(configuration_function.dependencies().secrets)
    stored = secrets.write_new_key

    def write_after_a_sign_in(*arguments: Any) -> None:
        monkeypatch.undo()
        assert sign_in_step()[0] == "ok"
        stored(*arguments)

    monkeypatch.setattr(secrets, "write_new_key", write_after_a_sign_in)
    assert (
        call(configuration, "PUT", ONE, connection | {"private_key": server.private_key})[0] == 200
    )

    assert read() == {"waiting": None, "in_use": None}
    client = boto3.client("secretsmanager")
    current = client.get_secret_value(SecretId=f"stack/connections/{NORTH}/private_key")
    assert current["SecretString"] == server.private_key


def test_a_key_that_was_replaced_meanwhile_replaces_nothing(server: OpenSshServer) -> None:
    first, second = generate(), generate()
    public_keys = configuration_function.dependencies().public_keys
    now = configuration_function.dependencies().public_keys.get(NORTH).waiting
    assert now

    assert not public_keys.promote(NORTH, first["public_key"], now.made_at)
    assert public_keys.promote(NORTH, second["public_key"], now.made_at)
    assert public_keys.promote(NORTH, second["public_key"], now.made_at)
    assert not public_keys.promote(NORTH, first["public_key"], now.made_at)


def test_a_key_generated_during_the_first_sign_in_of_another_does_not_replace_it(
    server: OpenSshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = generate()
    authorized(server).write_text(f"{first['public_key']}\n")
    (private,) = stored_versions("new_key")
    secrets = configuration_function.dependencies().secrets
    secrets.write_new_key(NORTH, "a later key")  # after the run has read the first one
    stored = type(secrets).read

    def read_before(*arguments: Any) -> Credentials:
        return replace(stored(*arguments), new_key=private)

    with monkeypatch.context() as during:
        during.setattr(type(secrets), "read", read_before)
        assert sign_in_step()[0] == "ok"

    assert read()["in_use"]["public_key"] == first["public_key"]
    assert {*stored_versions("private_key")} == {private}
    assert "a later key" in stored_versions("new_key")


def test_of_two_keys_generated_at_once_the_one_that_is_shown_signs_in(
    server: OpenSshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deps = configuration_function.dependencies()
    shown: list[dict[str, Any]] = []

    def make_slowly(kind: KeyType, comment: str) -> tuple[str, str]:
        monkeypatch.undo()
        shown.append(generate())
        return make_key_pair(kind, comment)

    slow = replace(deps, make_key_pair=make_slowly)
    monkeypatch.setattr(configuration_function, "dependencies", lambda: slow)
    assert call(configuration, "POST", KEY)[0] == 409

    assert read()["waiting"] == shown[0]
    authorized(server).write_text(f"{shown[0]['public_key']}\n")
    assert sign_in_step()[0] == "ok"


def test_a_key_whose_private_half_could_not_be_stored_is_not_shown(
    server: OpenSshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    secrets = type(configuration_function.dependencies().secrets)
    with monkeypatch.context() as fault:
        fault.setattr(secrets, "write_new_key", fail)
        assert call(configuration, "POST", KEY)[0] == 503

    assert read() == {"waiting": None, "in_use": None}
    assert sign_in_step()[0] == "ok"
    generate()


def test_a_first_key_is_the_only_sign_in_of_a_connection(server: OpenSshServer) -> None:
    connection = call(configuration, "GET", ONE)[1]
    assert call(configuration, "PUT", ONE, connection | {"private_key": None})[0] == 200
    assert of_connection() == []
    key = generate()
    assert sign_in_step()[0] == "failed"

    authorized(server).write_text(f"{key['public_key']}\n")

    assert sign_in_step()[1].endswith("The new key has signed in, and is used from now on.")
    assert of_connection() == ["private_key"]


def test_a_first_key_waits_beside_the_password(started: StartedExports, tmp_path: Path) -> None:
    with AsyncSftpServer(tmp_path) as server:
        account = server.account()
        body = CONNECTION | {
            "host": account.host,
            "port": account.port,
            "username": account.username,
            "host_keys": list(account.host_keys),
            "password": PASSWORD,
        }
        assert call(configuration, "POST", "/connections", body)[0] == 201
        generate()

        result, message = sign_in_step()

        assert result in {"ok", "warning"}
        assert message.startswith("Signed in as")
        assert of_connection() == ["new_key", "password", "private_key"]
        assert stored_versions("private_key") == ["none yet"]


def test_the_sample_event_generates_a_key(server: OpenSshServer) -> None:
    event = sample("configuration_generate_key")
    event["pathParameters"]["connection_id"] = NORTH
    event["requestContext"]["authorizer"] = {"claims": ADMINISTRATOR}

    answer = configuration.handler(event, context())

    assert answer["statusCode"] == 201
    assert json.loads(answer["body"]) == read()


def test_only_who_may_configure_generates_a_key(server: OpenSshServer) -> None:
    assert call(configuration, "POST", KEY, claims=VIEWER)[0] == 403
    assert call(configuration, "DELETE", KEY, claims=VIEWER)[0] == 403
    assert call(configuration, "GET", KEY, claims=VIEWER) == (
        200,
        {"waiting": None, "in_use": None},
    )


@pytest.mark.parametrize("body", [{"type": "dsa"}, {"type": 7}, {"kind": "rsa"}, ["rsa"]])
def test_another_type_is_refused(body: object, server: OpenSshServer) -> None:
    status, answer = call(configuration, "POST", KEY, body)

    assert (status, answer["error"]["code"]) == (400, "invalid_request")
    assert configuration_function.dependencies().public_keys.get(NORTH) == KeyPairs()


@pytest.mark.usefixtures("started")
def test_a_download_has_no_key() -> None:
    body = CONNECTION | {"delivery": "download"}
    assert call(configuration, "POST", "/connections", body)[0] == 201

    assert call(configuration, "POST", KEY)[0] == 409
