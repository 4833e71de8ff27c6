"""The only place that builds clients and adapters: one function for each function, on first use.

Adapters are imported inside, so that a function loads only what it uses: the sync function no
pydantic and no paramiko.
"""

# ruff: noqa: PLC0415  # the imports inside are the point of this module

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from registration_sync.ports import (
    ConnectionAccessReader,
    Connections,
    ExportStarter,
    LeaseReader,
    Mappings,
    Runs,
    Secrets,
)
from registration_sync.settings import ConfigurationSettings, read_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANSWERED_BY_API = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)
"""For functions behind the API, which gives up after 29 seconds."""


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=ANSWERED_BY_API)


# Configuration function


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the configuration function uses."""

    access: ConnectionAccessReader
    connections: Connections
    mappings: Mappings
    secrets: Secrets
    runs: Runs
    leases: LeaseReader
    starter: ExportStarter


@cache
def configuration() -> Configuration:
    """Raises NotConfigured with every setting that is missing."""
    from registration_sync.adapters.connection_access import DynamoDBConnectionAccess
    from registration_sync.adapters.connections_table import DynamoDBConnections, DynamoDBMappings
    from registration_sync.adapters.export_function import LambdaExportStarter
    from registration_sync.adapters.registrations_table import DynamoDBRegistrationsTable
    from registration_sync.adapters.runs_table import DynamoDBRuns
    from registration_sync.adapters.secrets import SecretsManagerSecrets

    settings = read_settings(ConfigurationSettings, os.environ)
    dynamodb, table = _dynamodb(), settings.connections_table
    return Configuration(
        access=DynamoDBConnectionAccess(dynamodb, table),
        connections=DynamoDBConnections(dynamodb, table),
        mappings=DynamoDBMappings(dynamodb, table),
        secrets=SecretsManagerSecrets(
            boto3.client("secretsmanager", config=ANSWERED_BY_API), settings.secret_prefix
        ),
        runs=DynamoDBRuns(dynamodb, table, retention_days=settings.retention_days),
        leases=DynamoDBRegistrationsTable(dynamodb, settings.registrations_table),
        starter=LambdaExportStarter(
            boto3.client("lambda", config=ANSWERED_BY_API), settings.export_function
        ),
    )


# Sync function

# Export function
