"""The dependencies of the configuration function."""

import datetime as dt
import json
import os
import time
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import boto3

from registration_sync.adapters.aws.archive import DRY_RUNS, S3Archive
from registration_sync.adapters.aws.export_function import LambdaExportStarter
from registration_sync.adapters.aws.notifications import EmbeddedMetrics
from registration_sync.adapters.aws.recipient_topics import SnsSubscriptions
from registration_sync.adapters.aws.scheduler import EventBridgeScheduler, ScheduleTarget
from registration_sync.adapters.aws.secrets import SecretsManagerSecrets
from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.adapters.dynamodb.check_slots import (
    DynamoDBCheckAttempts,
    DynamoDBCheckSlots,
)
from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
from registration_sync.adapters.dynamodb.connections_table import (
    DynamoDBConnections,
    DynamoDBMappings,
)
from registration_sync.adapters.dynamodb.deletions_table import DynamoDBDeletions
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.key_pairs_table import DynamoDBKeyPairs
from registration_sync.adapters.dynamodb.mapping_drafts_table import DynamoDBMappingDrafts
from registration_sync.adapters.dynamodb.programs_table import DynamoDBPrograms
from registration_sync.adapters.dynamodb.recipients_table import (
    DynamoDBRecipients,
    DynamoDBSentMails,
)
from registration_sync.adapters.dynamodb.registrations.due_counts import DynamoDBDueCounts
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.dynamodb.runs_table import DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.adapters.dynamodb.sign_ins_table import DynamoDBSignIns
from registration_sync.adapters.ready_made_mappings import PackagedMappings
from registration_sync.adapters.sftp.key_pairs import make_key_pair
from registration_sync.bootstrap.aws_clients import API_CONFIG, PRESIGN_CONFIG, dynamodb
from registration_sync.bootstrap.boto3_session import boto3_session
from registration_sync.domain.connections.key_pairs import MakeKeyPair
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import (
    Audit,
    ConnectionAccessReader,
    Connections,
    MappingDrafts,
    Mappings,
    Programs,
    PublicKeys,
    ReadyMadeMappings,
    Scheduler,
    Schedules,
    Secrets,
)
from registration_sync.ports.deletions import Deletions, PurgeSchedule
from registration_sync.ports.notifications import Metrics
from registration_sync.ports.recipients import Recipients, SentMails, Subscriptions
from registration_sync.ports.registrations import DueCounts, LeaseReader, StudentPages
from registration_sync.ports.runs import CheckAttempts, CheckSlots, ExportStarter, Runs
from registration_sync.ports.sftp import Deliveries
from registration_sync.ports.sign_ins import SignIns
from registration_sync.settings import ConfigurationSettings, read_settings
from registration_sync.use_cases.mappings.known_fields import RecentFields


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """`enroll_client` is the client id with which SchoolMint Enroll signs in as a program."""

    access: ConnectionAccessReader
    programs: Programs
    connections: Connections
    mappings: Mappings
    mapping_drafts: MappingDrafts
    sign_ins: SignIns
    secrets: Secrets
    public_keys: PublicKeys
    make_key_pair: MakeKeyPair
    runs: Runs
    check_slots: CheckSlots
    check_attempts: CheckAttempts
    leases: LeaseReader
    snapshots: StudentPages
    due_counts: DueCounts
    recent_fields: RecentFields
    ready_made: ReadyMadeMappings
    schedules: Schedules
    scheduler: Scheduler
    deletions: Deletions
    purge_schedule: PurgeSchedule
    starter: ExportStarter
    archive: Archive
    dry_runs: Archive
    audit: Audit
    deliveries: Deliveries
    metrics: Metrics
    recipients: Recipients
    subscriptions: Subscriptions
    sent_mails: SentMails
    enroll_client: str


@cache
def dependencies() -> Dependencies:
    """Raises NotConfigured with every setting that is missing."""
    settings = read_settings(ConfigurationSettings, os.environ)
    client, table, aws = dynamodb(), settings.connections_table, boto3_session()
    registrations = DynamoDBRegistrationsTable(client, settings.registrations_table)
    s3 = aws.client("s3", config=PRESIGN_CONFIG)
    scheduler = _scheduler(aws, settings)
    return Dependencies(
        access=DynamoDBConnectionAccess(client, table),
        programs=DynamoDBPrograms(client, table, enroll_client=settings.enroll_client),
        connections=DynamoDBConnections(client, table),
        mappings=DynamoDBMappings(client, table),
        mapping_drafts=DynamoDBMappingDrafts(client, table),
        secrets=_secrets(aws, settings),
        public_keys=DynamoDBKeyPairs(client, table),
        make_key_pair=make_key_pair,
        sign_ins=DynamoDBSignIns(client, table),
        runs=DynamoDBRuns(client, table, retention_days=settings.retention_days),
        check_slots=DynamoDBCheckSlots(client, table),
        check_attempts=DynamoDBCheckAttempts(client, table),
        leases=registrations,
        snapshots=registrations,
        due_counts=DynamoDBDueCounts(client, settings.registrations_table),
        recent_fields=RecentFields(registrations, time.monotonic),
        ready_made=PackagedMappings(),
        schedules=DynamoDBSchedules(client, table),
        scheduler=scheduler,
        deletions=DynamoDBDeletions(client, table),
        purge_schedule=scheduler,
        starter=LambdaExportStarter(
            aws.client("lambda", config=API_CONFIG), settings.export_function
        ),
        archive=S3Archive(s3, settings.archive_bucket),
        dry_runs=S3Archive(s3, settings.archive_bucket, prefix=DRY_RUNS),
        audit=DynamoDBAudit(client, table, retention_days=settings.retention_days),
        deliveries=_deliveries(settings),
        metrics=EmbeddedMetrics(),
        recipients=DynamoDBRecipients(client, table),
        subscriptions=_subscriptions(aws, settings),
        sent_mails=DynamoDBSentMails(client, table),
        enroll_client=settings.enroll_client,
    )


def _subscriptions(aws: boto3.Session, settings: ConfigurationSettings) -> SnsSubscriptions:
    sns = aws.client("sns", config=API_CONFIG)
    return SnsSubscriptions(sns, settings.recipient_topics, key=settings.secrets_key)


def _secrets(aws: boto3.Session, settings: ConfigurationSettings) -> SecretsManagerSecrets:
    client = aws.client("secretsmanager", config=API_CONFIG)
    return SecretsManagerSecrets(client, settings.secret_prefix, key=settings.secrets_key)


def _deliveries(settings: ConfigurationSettings) -> DynamoDBDeliveries:
    """This function only reads them."""
    return DynamoDBDeliveries(
        dynamodb(),
        settings.connections_table,
        markers=settings.registrations_table,
        retention_days=settings.retention_days,
        now=lambda: dt.datetime.now(dt.UTC),
    )


def _scheduler(aws: boto3.Session, settings: ConfigurationSettings) -> EventBridgeScheduler:
    target = ScheduleTarget(
        group=settings.schedule_group,
        function=settings.schedule_target,
        role=settings.schedule_role,
        failures=settings.schedule_failures,
    )
    return EventBridgeScheduler(aws.client("scheduler", config=API_CONFIG), target)


@cache
def openapi() -> Any:
    """The API's own description, a file of this package (a link to docs/openapi.json)."""
    text = (files("registration_sync") / "openapi.json").read_text(encoding="utf-8")
    return json.loads(text)
