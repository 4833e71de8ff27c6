"""The only place that builds clients and adapters: one function for each function, on first use.

Adapters are imported inside, so that a function loads only what it uses: the sync function no
pydantic and no paramiko.
"""

# ruff: noqa: PLC0415  # the imports inside are the point of this module

import datetime as dt
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import (
    Audit,
    Clock,
    ConnectionAccessReader,
    Connections,
    Mappings,
    ReadyMadeMappings,
    Schedules,
    Secrets,
)
from registration_sync.ports.notifications import Metrics
from registration_sync.ports.registrations import LeaseReader, RegistrationsTable, Snapshots, Traces
from registration_sync.ports.runs import ExportStarter, Runs, Ticker
from registration_sync.ports.sftp import Deliveries, SftpServers
from registration_sync.settings import (
    ConfigurationSettings,
    ExportSettings,
    SyncSettings,
    read_settings,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from registration_sync.use_cases.run_kinds.lifecycle import Outside

ANSWERED_BY_API = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,
)
"""For functions behind the API, which gives up after 29 seconds."""

TELLS_QUICKLY = Config(
    connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)
"""For what is told of a run when it is done: ten seconds at most each, and nobody waits for it."""

SIGNS_LINKS = ANSWERED_BY_API.merge(
    Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
)

CHECKED_BY_DYNAMODB = ANSWERED_BY_API.merge(Config(parameter_validation=False))
"""DynamoDB looks at each request anyway: boto3's own look takes a third of the time of a read."""


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=CHECKED_BY_DYNAMODB)


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
    snapshots: Snapshots
    ready_made: ReadyMadeMappings
    schedules: Schedules
    clock: Clock
    starter: ExportStarter
    archive: Archive
    dry_runs: Archive
    audit: Audit
    metrics: Metrics
    enroll_client: str
    """The id of Enroll as a program, which connections name."""


def _clock(settings: ConfigurationSettings) -> Clock:
    from registration_sync.adapters.aws.scheduler import EventBridgeClock, ScheduleTarget

    return EventBridgeClock(
        boto3.client("scheduler", config=ANSWERED_BY_API),
        ScheduleTarget(
            group=settings.schedule_group,
            function=settings.schedule_target,
            role=settings.schedule_role,
            failures=settings.schedule_failures,
        ),
    )


@cache
def configuration() -> Configuration:
    """Raises NotConfigured with every setting that is missing."""
    from registration_sync.adapters.aws.archive import DRY_RUNS, S3Archive
    from registration_sync.adapters.aws.export_function import LambdaExportStarter
    from registration_sync.adapters.aws.notifications import EmbeddedMetrics
    from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
    from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
    from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
    from registration_sync.adapters.dynamodb.connections_table import (
        DynamoDBConnections,
        DynamoDBMappings,
    )
    from registration_sync.adapters.dynamodb.registrations_table import DynamoDBRegistrationsTable
    from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
    from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
    from registration_sync.adapters.ready_made_mappings import PackagedMappings

    settings = read_settings(ConfigurationSettings, os.environ)
    dynamodb, table = _dynamodb(), settings.connections_table
    registrations = DynamoDBRegistrationsTable(dynamodb, settings.registrations_table)
    s3 = boto3.client("s3", config=SIGNS_LINKS)
    return Configuration(
        access=DynamoDBConnectionAccess(dynamodb, table),
        connections=DynamoDBConnections(dynamodb, table),
        mappings=DynamoDBMappings(dynamodb, table),
        secrets=SecretsManagerSecrets(
            boto3.client("secretsmanager", config=ANSWERED_BY_API), settings.secret_prefix
        ),
        runs=DynamoDBRuns(dynamodb, table, retention_days=settings.retention_days),
        leases=registrations,
        snapshots=registrations,
        ready_made=PackagedMappings(),
        schedules=DynamoDBSchedules(dynamodb, table),
        clock=_clock(settings),
        starter=LambdaExportStarter(
            boto3.client("lambda", config=ANSWERED_BY_API), settings.export_function
        ),
        archive=S3Archive(s3, settings.archive_bucket),
        dry_runs=S3Archive(s3, settings.archive_bucket, prefix=DRY_RUNS),
        audit=DynamoDBAudit(dynamodb, table, retention_days=settings.retention_days),
        metrics=EmbeddedMetrics(),
        enroll_client=settings.enroll_client,
    )


@cache
def openapi() -> Any:
    """The API's own description, a file of this package (a link to docs/openapi.json)."""
    text = (files("registration_sync") / "openapi.json").read_text(encoding="utf-8")
    return json.loads(text)


# Sync function


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """What the sync function uses."""

    access: ConnectionAccessReader
    table: RegistrationsTable
    audit: Audit


@cache
def sync() -> Sync:
    """Raises NotConfigured with every setting that is missing."""
    from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
    from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
    from registration_sync.adapters.dynamodb.registrations_table import DynamoDBRegistrationsTable

    settings = read_settings(SyncSettings, os.environ)
    dynamodb, table = _dynamodb(), settings.connections_table
    return Sync(
        access=DynamoDBConnectionAccess(dynamodb, table),
        table=DynamoDBRegistrationsTable(dynamodb, settings.registrations_table),
        audit=DynamoDBAudit(dynamodb, table, retention_days=settings.retention_days),
    )


# Export function


class Invocation:
    """The invocation under way: adapters outlive it in a warm function, its time does not."""

    def __init__(self) -> None:
        self.context: Any = None

    def seconds_left(self) -> float:
        """Until Lambda ends the invocation."""
        return float(self.context.get_remaining_time_in_millis()) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What the export function uses; `outside` still wants the `workspace` of a run."""

    runs: Runs
    table: RegistrationsTable
    schedules: Schedules
    announce: Callable[[dict[str, Any]], list[RegistrationSyncError]]
    outside: Callable[..., "Outside"]
    rebuild_marker: Callable[[str], dict[str, Any]]
    invocation: Invocation


def _servers(settings: ExportSettings, invocation: Invocation) -> SftpServers:
    from registration_sync.adapters.sftp.servers import ParamikoSftpServers

    return ParamikoSftpServers(
        settings.allowed_private_networks, seconds_left=invocation.seconds_left
    )


def _announce(
    settings: ExportSettings, connections: Connections, runs: Runs
) -> Callable[[dict[str, Any]], list[RegistrationSyncError]]:
    from registration_sync.adapters.aws.notifications import (
        EmbeddedMetrics,
        EventBridgeEvents,
        SnsAlerts,
    )
    from registration_sync.use_cases.runs.announce_run import announce_run

    return partial(
        announce_run,
        connections=connections,
        runs=runs,
        metrics=EmbeddedMetrics(),
        events=EventBridgeEvents(
            boto3.client("events", config=TELLS_QUICKLY), settings.powertools_metrics_namespace
        ),
        alerts=SnsAlerts(boto3.client("sns", config=TELLS_QUICKLY), settings.alerts_topic),
    )


def _archives(settings: ExportSettings) -> tuple[Archive, Archive]:
    """Where the files of exports are kept, and those of dry runs."""
    from registration_sync.adapters.aws.archive import DRY_RUNS, S3Archive

    archive = partial(S3Archive, boto3.client("s3"), settings.archive_bucket)
    return archive(), archive(prefix=DRY_RUNS)


def _deliveries(settings: ExportSettings) -> Deliveries:
    from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries

    return DynamoDBDeliveries(
        _dynamodb(),
        settings.connections_table,
        retention_days=settings.retention_days,
        now=_now,
    )


def _registrations(settings: ExportSettings) -> tuple[RegistrationsTable, Traces]:
    """The table, and what it holds of a single student."""
    from registration_sync.adapters.dynamodb.registrations_table import DynamoDBRegistrationsTable
    from registration_sync.adapters.dynamodb.student_erasure import DynamoDBTraces

    name = settings.registrations_table
    return DynamoDBRegistrationsTable(_dynamodb(), name), DynamoDBTraces(_dynamodb(), name)


def _rebuild_marker(
    settings: ExportSettings, table: RegistrationsTable, runs: Runs
) -> Callable[[str], dict[str, Any]]:
    """By the id of the connection."""
    from registration_sync.adapters.dynamodb.marker_recovery import DynamoDBRemains
    from registration_sync.use_cases.run_kinds.marker_recovery import rebuild_marker

    return lambda connection_id: rebuild_marker(
        connection_id,
        table=table,
        remains=DynamoDBRemains(_dynamodb(), settings.registrations_table),
        runs=runs,
        ticker=_ticker(),
        token=secrets.token_hex(8),
        now=_now,
    )


def _ticker() -> Ticker:
    from registration_sync.adapters.ticker import ThreadTicker

    return ThreadTicker()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@cache
def export() -> Export:
    """Raises NotConfigured with every setting that is missing."""
    from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
    from registration_sync.adapters.dynamodb.connections_table import (
        DynamoDBConnections,
        DynamoDBMappings,
    )
    from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
    from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
    from registration_sync.use_cases.run_kinds.lifecycle import Outside

    settings = read_settings(ExportSettings, os.environ)
    dynamodb, connections_table = _dynamodb(), settings.connections_table
    runs = DynamoDBRuns(dynamodb, connections_table, retention_days=settings.retention_days)
    table, traces = _registrations(settings)
    connections = DynamoDBConnections(dynamodb, connections_table)
    archive, dry_runs = _archives(settings)
    invocation = Invocation()
    outside = partial(
        Outside,
        connections=connections,
        mappings=DynamoDBMappings(dynamodb, connections_table),
        secrets=SecretsManagerSecrets(boto3.client("secretsmanager"), settings.secret_prefix),
        runs=runs,
        table=table,
        traces=traces,
        archive=archive,
        dry_runs=dry_runs,
        servers=_servers(settings, invocation),
        deliveries=_deliveries(settings),
        ticker=_ticker(),
        now=_now,
        pause=time.sleep,
        new_token=lambda: secrets.token_hex(8),
        retention_days=settings.retention_days,
    )
    return Export(
        runs=runs,
        table=table,
        schedules=DynamoDBSchedules(dynamodb, connections_table),
        announce=_announce(settings, connections, runs),
        outside=outside,
        rebuild_marker=_rebuild_marker(settings, table, runs),
        invocation=invocation,
    )
