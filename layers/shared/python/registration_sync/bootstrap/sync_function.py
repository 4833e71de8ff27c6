"""The dependencies of the sync function. Without pydantic and paramiko it starts fast."""

import os
from dataclasses import dataclass
from functools import cache

from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
from registration_sync.adapters.dynamodb.programs_table import DynamoDBPrograms
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.bootstrap.aws_clients import dynamodb
from registration_sync.ports.connections import Audit, ConnectionAccessReader, Programs
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.settings import SyncSettings, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    access: ConnectionAccessReader
    programs: Programs
    table: RegistrationsTable
    audit: Audit
    retention_days: int


@cache
def dependencies() -> Dependencies:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(SyncSettings, os.environ)
    client, table = dynamodb(), settings.connections_table
    return Dependencies(
        access=DynamoDBConnectionAccess(client, table),
        programs=DynamoDBPrograms(client, table, enroll_client=settings.enroll_client),
        table=DynamoDBRegistrationsTable(client, settings.registrations_table),
        audit=DynamoDBAudit(client, table, retention_days=settings.retention_days),
        retention_days=settings.retention_days,
    )
