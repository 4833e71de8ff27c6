"""What the export function uses."""

import datetime as dt
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import boto3

from registration_sync.adapters.aws.archive import DRY_RUNS, S3Archive
from registration_sync.adapters.aws.notifications import (
    EmbeddedMetrics,
    EventBridgeEvents,
    SnsAlerts,
)
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.adapters.dynamodb.connections_table import (
    DynamoDBConnections,
    DynamoDBMappings,
)
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.marker_recovery import DynamoDBMarkerRecovery
from registration_sync.adapters.dynamodb.registrations_table import DynamoDBRegistrationsTable
from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.adapters.dynamodb.student_erasure import DynamoDBStudentErasure
from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.ticker import ThreadTicker
from registration_sync.bootstrap.aws_clients import NOTIFICATION_CONFIG, dynamodb
from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.ports.connections import Connections, Schedules
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.ports.runs import Runs
from registration_sync.settings import ExportSettings, read_settings
from registration_sync.use_cases.run_kinds.lifecycle import Outside
from registration_sync.use_cases.run_kinds.marker_recovery import rebuild_marker
from registration_sync.use_cases.runs.announce_run import announce_run


class Invocation:
    """The current invocation: adapters outlive it in a warm function, its time limit does not."""

    def __init__(self) -> None:
        self.context: Any = None

    def seconds_left(self) -> float:
        """Until Lambda ends the invocation."""
        return float(self.context.get_remaining_time_in_millis()) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """`outside` still needs the `workspace` of a run."""

    runs: Runs
    table: RegistrationsTable
    schedules: Schedules
    announce: Callable[[dict[str, Any]], list[RegistrationSyncError]]
    outside: Callable[..., Outside]
    rebuild_marker: Callable[[str], dict[str, Any]]
    invocation: Invocation


@cache
def dependencies() -> Dependencies:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(ExportSettings, os.environ)
    client, connections_table = dynamodb(), settings.connections_table
    runs = DynamoDBRuns(client, connections_table, retention_days=settings.retention_days)
    table = DynamoDBRegistrationsTable(client, settings.registrations_table)
    connections = DynamoDBConnections(client, connections_table)
    archive = partial(S3Archive, boto3.client("s3"), settings.archive_bucket)
    invocation = Invocation()
    outside = partial(
        Outside,
        connections=connections,
        mappings=DynamoDBMappings(client, connections_table),
        secrets=SecretsManagerSecrets(boto3.client("secretsmanager"), settings.secret_prefix),
        runs=runs,
        table=table,
        traces=DynamoDBStudentErasure(client, settings.registrations_table),
        archive=archive(),
        dry_runs=archive(prefix=DRY_RUNS),
        servers=ParamikoSftpServers(
            settings.allowed_private_networks, seconds_left=invocation.seconds_left
        ),
        deliveries=DynamoDBDeliveries(
            client, connections_table, retention_days=settings.retention_days, now=_now
        ),
        ticker=ThreadTicker(),
        now=_now,
        pause=time.sleep,
        new_token=_new_token,
        retention_days=settings.retention_days,
    )
    return Dependencies(
        runs=runs,
        table=table,
        schedules=DynamoDBSchedules(client, connections_table),
        announce=_announce(settings, connections, runs),
        outside=outside,
        rebuild_marker=_rebuild_marker(settings, table, runs),
        invocation=invocation,
    )


def _announce(
    settings: ExportSettings, connections: Connections, runs: Runs
) -> Callable[[dict[str, Any]], list[RegistrationSyncError]]:
    events = boto3.client("events", config=NOTIFICATION_CONFIG)
    sns = boto3.client("sns", config=NOTIFICATION_CONFIG)
    return partial(
        announce_run,
        connections=connections,
        runs=runs,
        metrics=EmbeddedMetrics(),
        events=EventBridgeEvents(events, settings.powertools_metrics_namespace),
        alerts=SnsAlerts(sns, settings.alerts_topic),
    )


def _rebuild_marker(
    settings: ExportSettings, table: RegistrationsTable, runs: Runs
) -> Callable[[str], dict[str, Any]]:
    """A function of the connection's id."""
    return lambda connection_id: rebuild_marker(
        connection_id,
        table=table,
        remains=DynamoDBMarkerRecovery(dynamodb(), settings.registrations_table),
        runs=runs,
        ticker=ThreadTicker(),
        token=_new_token(),
        now=_now,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _new_token() -> str:
    return secrets.token_hex(8)
