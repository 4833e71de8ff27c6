"""Reads the stored secrets of a connection, which no answer has."""

import json
from typing import Any

import boto3

from registration_sync.adapters.aws.secrets import KINDS
from registration_sync.domain.connections.sftp import Credentials
from tests.functional.conftest import secret_names


def stored_secrets(connection_id: str) -> Credentials:
    """The secrets, whatever server the password was given for."""
    found = {kind: _value(f"stack/connections/{connection_id}/{kind}") for kind in KINDS}
    if found["password"]:
        found["password"] = json.loads(found["password"])["password"]
    return Credentials(**found)


def _value(name: str) -> Any:
    if name not in secret_names():
        return None
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
