"""The secrets of connections in AWS Secrets Manager.

The secrets of a connection are separate (`PREFIX<connection id>/password`, `/private_key`,
`/passphrase`, and `/new_key` for a generated key that has not signed in yet), because the function
that sets secrets may not read any: in one combined secret it could not change one and keep the
others.

A password is stored as `{"password", "given_for": {"host", "port", "username", "host_keys"}}`, in
one value, because the connection and its secrets change in two writes: between them, and if the
second fails, no run may send the password of one server to the other. One that an earlier version
stored is plain text, and counts as given for any server: the next change of the server replaces it.
"""

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import PasswordOfAnotherServer, ServiceRefused, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KINDS = tuple(field.name for field in fields(Credentials))

_MISSING = "ResourceNotFoundException"
_BEING_DELETED = "InvalidRequestException"
_TRY_LATER = "The stored secret is being changed or removed: please try again in a minute."


_NO_KEY = "none yet"
"""The value of a private key that a generated one is to replace, if there was none before."""

_PASSWORD, _SERVER = "password", "given_for"


class SecretsManagerSecrets:
    """Implements the port Secrets; `prefix` begins with the stack's name and ends with a slash.
    New secrets are encrypted with the KMS key `key`, or with Secrets Manager's own."""

    def __init__(self, client: "SecretsManagerClient", prefix: str, *, key: str = "") -> None:
        self._client = client
        self._prefix = prefix
        self._key: dict[str, Any] = {"KmsKeyId": key} if key else {}

    def read(self, connection_id: str, server: GivenFor) -> Credentials:
        stored = {kind: self._read(self._name(connection_id, kind)) for kind in KINDS}
        if stored["private_key"] == _NO_KEY:
            stored["private_key"] = None
        if stored["password"]:
            stored["password"] = _password_for(server, stored["password"])
        return Credentials(**stored)

    def write(self, connection_id: str, credentials: Credentials, server: GivenFor) -> None:
        for kind in KINDS:
            value: str | None = getattr(credentials, kind)
            name = self._name(connection_id, kind)
            if value and kind == "password":
                self._put(name, json.dumps({_PASSWORD: value, _SERVER: server.to_json()}))
            elif value:
                self._put(name, value)
            elif value is not None:
                self._delete(name)

    def write_new_key(self, connection_id: str, private_key: str) -> None:
        name = self._name(connection_id, "new_key")
        if not private_key:
            self._delete(name)
            return
        # The export function creates no secret: it would have to know the KMS key.
        try:
            with aws_errors():
                self._client.create_secret(
                    Name=self._name(connection_id, "private_key"),
                    SecretString=_NO_KEY,
                    **self._key,
                )
        except ServiceRefused as error:
            if error.reason == _BEING_DELETED:
                raise Unavailable(_TRY_LATER) from error
            if error.reason != "ResourceExistsException":
                raise
        self._put(name, private_key)

    def promote_new_key(self, connection_id: str, key: str) -> None:
        stored = self._read(self._name(connection_id, "new_key"))
        if stored is None:
            return
        # In this order: a repeat after any step ends the same way. A passphrase that is left is
        # ignored, because the key has none.
        name = self._name(connection_id, "private_key")
        self._put(name, key)
        self._put(name, key)  # Secrets Manager keeps the value before the last one, AWSPREVIOUS
        self._delete(self._name(connection_id, "passphrase"))
        if stored == key:
            self._delete(self._name(connection_id, "new_key"))

    def remove(self, connection_id: str) -> None:
        for kind in KINDS:
            self._delete(self._name(connection_id, kind))

    def _name(self, connection_id: str, kind: str) -> str:
        return f"{self._prefix}{connection_id}/{kind}"

    def _read(self, name: str) -> str | None:
        try:
            with aws_errors():
                return self._client.get_secret_value(SecretId=name)["SecretString"]
        except ServiceRefused as error:
            if error.reason in {_MISSING, _BEING_DELETED}:
                return None
            raise

    def _put(self, name: str, value: str) -> None:
        try:
            with aws_errors():
                try:
                    self._client.put_secret_value(SecretId=name, SecretString=value)
                except self._client.exceptions.ResourceNotFoundException:
                    self._client.create_secret(Name=name, SecretString=value, **self._key)
        except ServiceRefused as error:
            if error.reason in {"ResourceExistsException", _BEING_DELETED}:
                raise Unavailable(_TRY_LATER) from error
            raise

    def _delete(self, name: str) -> None:
        # With a recovery window, the name could not be reused for at least a week.
        try:
            with aws_errors():
                self._client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        except ServiceRefused as error:
            if error.reason not in {_MISSING, _BEING_DELETED}:
                raise


def _password_for(server: GivenFor, stored: str) -> str:
    """The stored password, if it may go to this server. Raises PasswordOfAnotherServer."""
    try:
        value = json.loads(stored)
    except ValueError:  # of an earlier version, as below
        return stored
    if not isinstance(value, dict) or value.keys() != {_PASSWORD, _SERVER}:
        return stored
    if not GivenFor.from_json(value[_SERVER]).covers(server):
        raise PasswordOfAnotherServer(
            "The stored password was given for another host, port, user name or host key, so it "
            "was not sent: enter the password again in the settings."
        )
    return str(value[_PASSWORD])
