"""The dependencies of the tokens function. Without pydantic and boto3 it starts fast."""

import os
from dataclasses import dataclass
from functools import cache

from registration_sync.adapters.dynamodb.people.sign_ins import DynamoDBSignIns
from registration_sync.bootstrap.aws_clients import dynamodb
from registration_sync.ports.people import SignIns
from registration_sync.settings import TokensSettings, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    sign_ins: SignIns


@cache
def dependencies() -> Dependencies:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(TokensSettings, os.environ)
    return Dependencies(
        sign_ins=DynamoDBSignIns(
            dynamodb(), settings.connections_table, retention_days=settings.retention_days
        )
    )
