"""The dependencies of the export function."""

import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from inspect import Parameter, signature
from secrets import token_hex
from typing import Any

from registration_sync.adapters.aws.archive import DRY_RUNS, S3Archive
from registration_sync.adapters.aws.notifications import (
    EmbeddedMetrics,
    EventBridgeEvents,
    SnsAlerts,
)
from registration_sync.adapters.aws.recipient_topics import SnsSubscriptions
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.adapters.dynamodb.check_slots import (
    DynamoDBCheckAttempts,
    DynamoDBCheckSlots,
)
from registration_sync.adapters.dynamodb.connections_table import (
    DynamoDBConnections,
    DynamoDBMappings,
)
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.key_pairs_table import DynamoDBKeyPairs
from registration_sync.adapters.dynamodb.recipients_table import DynamoDBRecipients
from registration_sync.adapters.dynamodb.registrations.marker_recovery import DynamoDBMarkerRecovery
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.dynamodb.registrations.student_erasure import DynamoDBStudentErasure
from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.adapters.dynamodb.sign_ins_table import DynamoDBSignIns
from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.ticker import ThreadTicker
from registration_sync.bootstrap.aws_clients import NOTIFICATION_CONFIG, dynamodb
from registration_sync.bootstrap.boto3_session import boto3_session
from registration_sync.bootstrap.workspace import workspace
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import SftpAccount
from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.domain.runs.run import Run, RunKind
from registration_sync.logs import log_errors
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import (
    Connections,
    Mappings,
    PublicKeys,
    Schedules,
    Secrets,
)
from registration_sync.ports.notifications import Alerts, Events, Metrics
from registration_sync.ports.recipients import Recipients, Subscriptions
from registration_sync.ports.registrations import (
    MarkerRecoveryStore,
    RegistrationsTable,
    StudentErasureStore,
)
from registration_sync.ports.runs import CheckAttempts, CheckSlots, Runs, Ticker
from registration_sync.ports.sftp import Deliveries, SftpServers, SftpSession
from registration_sync.ports.sign_ins import SignIns
from registration_sync.settings import ExportSettings, read_settings
from registration_sync.use_cases.connections.shared_destinations import claim_account
from registration_sync.use_cases.delivery.account import account_of
from registration_sync.use_cases.delivery.deliver_files import RunConnection, after_sign_in
from registration_sync.use_cases.exporting.export_year import ExportResources
from registration_sync.use_cases.ledger.retire_batches import retire_batches
from registration_sync.use_cases.mappings.known_fields import RecentFields
from registration_sync.use_cases.run_kinds.check import run_check
from registration_sync.use_cases.run_kinds.dry_run import run_dry_run
from registration_sync.use_cases.run_kinds.erasure import ErasureStores, run_erasure
from registration_sync.use_cases.run_kinds.export import run_export
from registration_sync.use_cases.run_kinds.lifecycle import RunExecutor
from registration_sync.use_cases.run_kinds.marker_recovery import rebuild_marker
from registration_sync.use_cases.run_kinds.resend import run_resend
from registration_sync.use_cases.run_kinds.test_record import run_test_record
from registration_sync.use_cases.runs.announce_run import announce_run
from registration_sync.use_cases.runs.lease import HeldLease, hold_lease

KEYWORD = Parameter.KEYWORD_ONLY


class Invocation:
    """The current invocation: adapters outlive it in a warm function, its time limit does not."""

    def __init__(self) -> None:
        self.context: Any = None

    def seconds_left(self) -> float:
        """Until Lambda ends the invocation."""
        return float(self.context.get_remaining_time_in_millis()) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The adapters; the functions below give each use case those that it needs."""

    connections: Connections
    mappings: Mappings
    sign_ins: SignIns
    secrets: Secrets
    public_keys: PublicKeys
    schedules: Schedules
    runs: Runs
    check_slots: CheckSlots
    check_attempts: CheckAttempts
    table: RegistrationsTable
    student_data: StudentErasureStore
    marker_recovery: MarkerRecoveryStore
    archive: Archive
    dry_runs: Archive
    recent_fields: RecentFields
    servers: SftpServers
    deliveries: Deliveries
    metrics: Metrics
    events: Events
    alerts: Alerts
    recipients: Recipients
    subscriptions: Subscriptions
    ticker: Ticker
    now: Callable[[], dt.datetime]
    pause: Callable[[float], None]
    new_token: Callable[[], str]
    retention_days: int
    invocation: Invocation

    def account_of(self, connection: Connection) -> SftpAccount:
        return account_of(connection, self.secrets, self.connections, self.public_keys, self.now)

    def server_of(self, connection: Connection) -> RunConnection:
        return RunConnection(
            self.servers, lambda: self.account_of(connection), lambda: self.claim(connection)
        )

    def sign_in(self, connection: Connection) -> SftpSession:
        session = self.servers.connect(self.account_of(connection))
        return after_sign_in(session, lambda: self.claim(connection))

    def claim(self, connection: Connection) -> None:
        claim_account(
            connection,
            connections=self.connections,
            mappings=self.mappings,
            sign_ins=self.sign_ins,
            today=self.now().date(),
        )

    def resources_of(self, server: RunConnection, lease: HeldLease) -> ExportResources:
        return ExportResources(
            table=self.table,
            archive=self.archive,
            server=server,
            lease=lease,
            pause=self.pause,
            now=self.now,
            seconds_left=self.seconds_left,
        )

    @property
    def stores(self) -> ErasureStores:
        return ErasureStores(
            connections=self.connections,
            runs=self.runs,
            table=self.table,
            student_data=self.student_data,
            archive=self.archive,
            dry_runs=self.dry_runs,
        )

    def seconds_left(self) -> float:
        return self.invocation.seconds_left()


@cache
def dependencies() -> Dependencies:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(ExportSettings, os.environ)
    client, connections_table = dynamodb(), settings.connections_table
    registrations_table, days = settings.registrations_table, settings.retention_days
    networks = settings.allowed_private_networks
    aws = boto3_session()
    archive = partial(S3Archive, aws.client("s3"), settings.archive_bucket)
    events = aws.client("events", config=NOTIFICATION_CONFIG)
    sns = aws.client("sns", config=NOTIFICATION_CONFIG)
    invocation = Invocation()
    table = DynamoDBRegistrationsTable(client, registrations_table)
    return Dependencies(
        connections=DynamoDBConnections(client, connections_table),
        mappings=DynamoDBMappings(client, connections_table),
        sign_ins=DynamoDBSignIns(client, connections_table),
        secrets=SecretsManagerSecrets(aws.client("secretsmanager"), settings.secret_prefix),
        public_keys=DynamoDBKeyPairs(client, connections_table),
        schedules=DynamoDBSchedules(client, connections_table),
        runs=DynamoDBRuns(client, connections_table, retention_days=days),
        check_slots=DynamoDBCheckSlots(client, connections_table),
        check_attempts=DynamoDBCheckAttempts(client, connections_table),
        table=table,
        recent_fields=RecentFields(table, time.monotonic),
        student_data=DynamoDBStudentErasure(client, registrations_table),
        marker_recovery=DynamoDBMarkerRecovery(client, registrations_table),
        archive=archive(),
        dry_runs=archive(prefix=DRY_RUNS),
        servers=ParamikoSftpServers(networks, seconds_left=invocation.seconds_left),
        deliveries=_deliveries(settings),
        metrics=EmbeddedMetrics(),
        events=EventBridgeEvents(events, settings.powertools_metrics_namespace),
        alerts=SnsAlerts(sns, settings.alerts_topic),
        recipients=DynamoDBRecipients(client, connections_table),
        subscriptions=SnsSubscriptions(sns, settings.recipient_topics),
        ticker=ThreadTicker(),
        now=_now,
        pause=time.sleep,
        new_token=lambda: token_hex(8),
        retention_days=days,
        invocation=invocation,
    )


def _deliveries(settings: ExportSettings) -> DynamoDBDeliveries:
    return DynamoDBDeliveries(
        dynamodb(),
        settings.connections_table,
        markers=settings.registrations_table,
        retention_days=settings.retention_days,
        now=_now,
    )


def executor() -> RunExecutor:
    """Executes runs of all kinds; raises NotConfigured."""
    deps = dependencies()
    return RunExecutor(
        connections=deps.connections,
        runs=deps.runs,
        schedules=deps.schedules,
        runners={
            RunKind.DRY_RUN: _bind(run_dry_run, deps),
            RunKind.CHECK: _bind(run_check, deps),
            RunKind.TEST_RECORD: _bind(run_test_record, deps),
        },
        leased_runners={
            RunKind.EXPORT: _bind(run_export, deps),
            RunKind.RESEND: _bind(run_resend, deps),
            RunKind.ERASURE: _bind(run_erasure, deps),
        },
        hold_lease=_bind(hold_lease, deps),
        announce=partial(_announce, _bind(announce_run, deps)),
        retire=_bind(retire_batches, deps),
        workspace=partial(workspace, "export"),
        now=deps.now,
        new_token=deps.new_token,
    )


def _bind[**P, T](use_case: Callable[P, T], deps: Dependencies) -> Callable[..., T]:
    """The use case with its keyword-only parameters, which name the dependencies that it needs."""
    parameters = signature(use_case).parameters.values()
    names = [parameter.name for parameter in parameters if parameter.kind is KEYWORD]
    return partial(use_case, **{name: getattr(deps, name) for name in names})


def _announce(announce: Callable[[Run], list[RegistrationSyncError]], run: Run) -> None:
    """Never raises: AWS would retry a run that has delivered."""
    about = {"connection_id": run.connection_id, "run_id": run.run_id}
    log_errors("notification failed", about, lambda: announce(run))


def rebuild(connection_id: str) -> dict[str, Any]:
    """Rebuilds a lost marker; raises the errors of `rebuild_marker`, and NotConfigured."""
    return _bind(rebuild_marker, dependencies())(connection_id)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
