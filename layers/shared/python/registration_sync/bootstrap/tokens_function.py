"""The dependencies of the tokens function. Without pydantic and boto3 it starts fast."""

import os
from dataclasses import dataclass
from functools import cache

from registration_sync.adapters.dynamodb.people.providers import DynamoDBProviders
from registration_sync.adapters.dynamodb.people.sign_ins import DynamoDBSignIns
from registration_sync.bootstrap.aws_clients import dynamodb
from registration_sync.ports.people import Providers, SignIns
from registration_sync.settings import TokensSettings, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    sign_ins: SignIns
    providers: Providers


@cache
def dependencies() -> Dependencies:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(TokensSettings, os.environ)
    table = settings.connections_table
    return Dependencies(
        sign_ins=DynamoDBSignIns(dynamodb(), table, retention_days=settings.retention_days),
        providers=DynamoDBProviders(dynamodb(), table),
    )
