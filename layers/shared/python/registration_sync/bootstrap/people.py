"""The user pool and what is stored of people, for the routes about people.

Built by the first request that needs them: other requests start without the client.
"""

import os
from dataclasses import dataclass
from functools import cache

from registration_sync.adapters.aws.identity_providers import CognitoIdentityProviders
from registration_sync.adapters.aws.user_pool import CognitoUserPool
from registration_sync.adapters.dynamodb.people.providers import DynamoDBProviders
from registration_sync.adapters.dynamodb.people.sign_ins import DynamoDBSignIns
from registration_sync.bootstrap.aws_clients import API_CONFIG, dynamodb
from registration_sync.bootstrap.boto3_session import boto3_session
from registration_sync.ports.people import IdentityProviders, Providers, SignIns, UserPool
from registration_sync.settings import ConfigurationSettings, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    pool: UserPool
    sign_ins: SignIns
    providers: Providers
    identity_providers: IdentityProviders


@cache
def people() -> People:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(ConfigurationSettings, os.environ)
    cognito = boto3_session().client("cognito-idp", config=API_CONFIG)
    return People(
        pool=CognitoUserPool(cognito, settings.user_pool),
        providers=DynamoDBProviders(dynamodb(), settings.connections_table),
        identity_providers=CognitoIdentityProviders(cognito, settings.user_pool),
        sign_ins=DynamoDBSignIns(
            dynamodb(), settings.connections_table, retention_days=settings.retention_days
        ),
    )
