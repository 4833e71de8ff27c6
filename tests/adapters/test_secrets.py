"""Secrets of connections in Secrets Manager, and the start of the export function."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from registration_sync.adapters.aws.export_function import LambdaExportStarter
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEYS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
PREFIX = "stack/connections/"
RUN = "20260302T210000Z-1a2b3c4d"


@pytest.fixture
def client() -> Iterator["SecretsManagerClient"]:
    with mock_aws():
        yield boto3.client("secretsmanager", **KEYS)


@pytest.fixture
def secrets(client: "SecretsManagerClient") -> SecretsManagerSecrets:
    return SecretsManagerSecrets(client, PREFIX)


def names(client: "SecretsManagerClient") -> list[str]:
    return sorted(secret["Name"] for secret in client.list_secrets()["SecretList"])


def test_new_secrets_use_the_key_of_the_stack(client: "SecretsManagerClient") -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"

    SecretsManagerSecrets(client, PREFIX, key=key).write("north", Credentials(password="p"))

    assert client.describe_secret(SecretId=f"{PREFIX}north/password")["KmsKeyId"] == key


def test_a_secret_that_was_never_set_is_none(secrets: SecretsManagerSecrets) -> None:
    assert secrets.read("north") == Credentials()


def test_each_secret_is_named_after_the_stack_and_the_connection(
    client: "SecretsManagerClient", secrets: SecretsManagerSecrets
) -> None:
    secrets.write("north", Credentials(password="p", private_key="k", passphrase="pp"))

    assert secrets.read("north") == Credentials(password="p", private_key="k", passphrase="pp")
    assert secrets.read("nort") == Credentials()
    assert names(client) == [
        "stack/connections/north/passphrase",
        "stack/connections/north/password",
        "stack/connections/north/private_key",
    ]


def test_a_partial_change_keeps_the_others(secrets: SecretsManagerSecrets) -> None:
    secrets.write("north", Credentials(password="old", private_key="k"))

    secrets.write("north", Credentials(password="new"))

    assert secrets.read("north") == Credentials(password="new", private_key="k")


def test_an_empty_text_removes_a_secret(secrets: SecretsManagerSecrets) -> None:
    secrets.write("north", Credentials(password="p", private_key="k"))

    secrets.write("north", Credentials(password="", passphrase=""))

    assert secrets.read("north") == Credentials(private_key="k")


def test_a_removed_secret_can_be_set_again(
    client: "SecretsManagerClient", secrets: SecretsManagerSecrets
) -> None:
    secrets.write("north", Credentials(password="p", private_key="k"))
    secrets.write("south", Credentials(password="south's"))

    secrets.remove("north")
    secrets.remove("north")
    secrets.write("north", Credentials(password="again"))

    assert secrets.read("north") == Credentials(password="again")
    assert secrets.read("south") == Credentials(password="south's")


def test_writing_needs_no_permission_to_read() -> None:
    client = boto3.client("secretsmanager", **KEYS)
    with Stubber(client) as stub:  # any other call fails
        stub.add_response(
            "put_secret_value",
            {},
            {"SecretId": "stack/connections/north/password", "SecretString": "p"},
        )
        stub.add_client_error("put_secret_value", "ResourceNotFoundException")
        stub.add_response(
            "create_secret",
            {},
            {"Name": "stack/connections/north/private_key", "SecretString": "k"},
        )

        SecretsManagerSecrets(client, PREFIX).write(
            "north", Credentials(password="p", private_key="k")
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
            SecretsManagerSecrets(client, PREFIX).write("north", Credentials(password="sesame"))

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
