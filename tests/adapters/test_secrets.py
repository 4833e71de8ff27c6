"""Secrets of connections in Secrets Manager, and the start of the export function."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from registration_sync.adapters.aws.export_function import LambdaExportStarter
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import PasswordOfAnotherServer, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEYS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
SERVER = GivenFor("sftp.example.org", 22, "sync", frozenset({"k1", "k2"}))
PASSWORD_OF_SERVER = json.dumps({"password": "p", "given_for": SERVER.to_json()})
PREFIX = "stack/connections/"
RUN = "20260302T210000Z-1a2b3c4d"


@cache
def _kept_client() -> "SecretsManagerClient":
    """Made once: that takes longer than most tests."""
    return boto3.client("secretsmanager", **KEYS)


@pytest.fixture
def client() -> Iterator["SecretsManagerClient"]:
    with mock_aws():
        yield _kept_client()


@pytest.fixture
def secrets(client: "SecretsManagerClient") -> SecretsManagerSecrets:
    return SecretsManagerSecrets(client, PREFIX)


def names(client: "SecretsManagerClient") -> list[str]:
    return sorted(secret["Name"] for secret in client.list_secrets()["SecretList"])


def test_new_secrets_use_the_key_of_the_stack(client: "SecretsManagerClient") -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"

    SecretsManagerSecrets(client, PREFIX, key=key).write("north", Credentials(password="p"), SERVER)

    assert client.describe_secret(SecretId=f"{PREFIX}north/password")["KmsKeyId"] == key


def test_a_secret_that_was_never_set_is_none(secrets: SecretsManagerSecrets) -> None:
    assert secrets.read("north", SERVER) == Credentials()


def test_each_secret_is_named_after_the_stack_and_the_connection(
    client: "SecretsManagerClient", secrets: SecretsManagerSecrets
) -> None:
    secrets.write("north", Credentials(password="p", private_key="k", passphrase="pp"), SERVER)

    assert secrets.read("north", SERVER) == Credentials(
        password="p", private_key="k", passphrase="pp"
    )
    assert secrets.read("nort", SERVER) == Credentials()
    assert names(client) == [
        "stack/connections/north/passphrase",
        "stack/connections/north/password",
        "stack/connections/north/private_key",
    ]


def test_a_partial_change_keeps_the_others(secrets: SecretsManagerSecrets) -> None:
    secrets.write("north", Credentials(password="old", private_key="k"), SERVER)

    secrets.write("north", Credentials(password="new"), SERVER)

    assert secrets.read("north", SERVER) == Credentials(password="new", private_key="k")


def test_an_empty_text_removes_a_secret(secrets: SecretsManagerSecrets) -> None:
    secrets.write("north", Credentials(password="p", private_key="k"), SERVER)

    secrets.write("north", Credentials(password="", passphrase=""), SERVER)

    assert secrets.read("north", SERVER) == Credentials(private_key="k")


def test_a_removed_secret_can_be_set_again(
    client: "SecretsManagerClient", secrets: SecretsManagerSecrets
) -> None:
    secrets.write("north", Credentials(password="p", private_key="k"), SERVER)
    secrets.write("south", Credentials(password="south's"), SERVER)

    secrets.remove("north")
    secrets.remove("north")
    secrets.write("north", Credentials(password="again"), SERVER)

    assert secrets.read("north", SERVER) == Credentials(password="again")
    assert secrets.read("south", SERVER) == Credentials(password="south's")


@pytest.mark.parametrize(
    "other",
    [
        replace(SERVER, host="sftp2.example.org"),
        replace(SERVER, port=23),
        replace(SERVER, username="Sync"),
        replace(SERVER, host_keys=frozenset({"k1", "k3"})),
        replace(SERVER, host_keys=frozenset({"k1", "k2", "k3"})),
        replace(SERVER, host_keys=frozenset()),
    ],
)
def test_a_password_is_not_read_for_a_server_that_it_was_not_given_for(
    other: GivenFor, secrets: SecretsManagerSecrets
) -> None:
    secrets.write("north", Credentials(password="sesame", private_key="k"), SERVER)

    with pytest.raises(PasswordOfAnotherServer) as refused:
        secrets.read("north", other)

    assert "sesame" not in refused.value.message
    secrets.write("north", Credentials(password=""), SERVER)
    assert secrets.read("north", other) == Credentials(private_key="k")


def test_a_password_is_read_for_fewer_keys_and_for_the_first_key(
    secrets: SecretsManagerSecrets,
) -> None:
    secrets.write("north", Credentials(password="p"), SERVER)
    assert secrets.read("north", replace(SERVER, host_keys=frozenset({"k2"}))).password == "p"

    secrets.write("north", Credentials(password="p"), replace(SERVER, host_keys=frozenset()))
    assert secrets.read("north", SERVER).password == "p"


@pytest.mark.parametrize("stored", ["plain", '{"a": 1}', '{"password": "x"}', "[1]", "7", '"a"'])
def test_a_password_of_an_earlier_version_is_plain_text(
    stored: str, client: "SecretsManagerClient", secrets: SecretsManagerSecrets
) -> None:
    client.create_secret(Name=f"{PREFIX}north/password", SecretString=stored)

    assert secrets.read("north", SERVER) == Credentials(password=stored)


def test_writing_needs_no_permission_to_read() -> None:
    client = boto3.client("secretsmanager", **KEYS)
    with Stubber(client) as stub:  # any other call fails
        stub.add_response(
            "put_secret_value",
            {},
            {"SecretId": "stack/connections/north/password", "SecretString": PASSWORD_OF_SERVER},
        )
        stub.add_client_error("put_secret_value", "ResourceNotFoundException")
        stub.add_response(
            "create_secret",
            {},
            {"Name": "stack/connections/north/private_key", "SecretString": "k"},
        )

        SecretsManagerSecrets(client, PREFIX).write(
            "north", Credentials(password="p", private_key="k"), SERVER
        )

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("put_secret_value", "InvalidRequestException"),  # it is being deleted
        ("put_secret_value", "ThrottlingException"),
        ("put_secret_value", "InternalServiceError"),
    ],
)
def test_a_secret_that_cannot_be_written_now_is_unavailable(operation: str, code: str) -> None:
    client = boto3.client("secretsmanager", **KEYS)
    with Stubber(client) as stub:
        stub.add_client_error(operation, code)

        with pytest.raises(Unavailable) as refused:
            SecretsManagerSecrets(client, PREFIX).write(
                "north", Credentials(password="sesame"), SERVER
            )

    assert "sesame" not in refused.value.message


def test_the_event_of_a_requested_run_has_its_id_and_nothing_else() -> None:
    sent: dict[str, Any] = {}

    class Client:
        def invoke(self, **call: Any) -> None:
            sent.update(call)

    client: Any = Client()
    LambdaExportStarter(client, "export").start("north", RUN)

    assert (sent["FunctionName"], sent["InvocationType"]) == ("export", "Event")
    assert json.loads(sent["Payload"]) == {"connection_id": "north", "run_id": RUN}


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ResourceNotFoundException"])
def test_an_export_that_does_not_start_is_unavailable(code: str) -> None:
    client = boto3.client("lambda", **KEYS)
    with Stubber(client) as stub:
        stub.add_client_error("invoke", code)

        with pytest.raises(Unavailable):
            LambdaExportStarter(client, "export").start("north", "r1")
