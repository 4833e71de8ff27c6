"""The dependencies of a purge, beside those of the export function: most invocations need none."""

import os
from functools import partial

from registration_sync.adapters.aws.scheduler import EventBridgeScheduler, ScheduleTarget
from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.adapters.dynamodb.connection_items import DynamoDBConnectionItems
from registration_sync.adapters.dynamodb.deletions_table import DynamoDBDeletions
from registration_sync.bootstrap.aws_clients import dynamodb
from registration_sync.bootstrap.boto3_session import boto3_session
from registration_sync.bootstrap.export_function import dependencies
from registration_sync.ports.deletions import Deletions
from registration_sync.settings import ExportSettings, read_settings
from registration_sync.use_cases.run_kinds.purge import PurgeResources
from registration_sync.use_cases.runs.lease import hold_lease


def deletions() -> Deletions:
    """Raises NotConfigured."""
    settings = read_settings(ExportSettings, os.environ)
    return DynamoDBDeletions(dynamodb(), settings.connections_table)


def resources() -> PurgeResources:
    """Raises NotConfigured."""
    settings, deps, client = read_settings(ExportSettings, os.environ), dependencies(), dynamodb()
    scheduler = EventBridgeScheduler(
        boto3_session().client("scheduler"), ScheduleTarget(settings.schedule_group)
    )
    return PurgeResources(
        deletions=deletions(),
        items=DynamoDBConnectionItems(
            client, settings.registrations_table, settings.connections_table
        ),
        archives=(deps.archive, deps.dry_runs),
        secrets=deps.secrets,
        recipients=deps.recipients,
        subscriptions=deps.subscriptions,
        scheduler=scheduler,
        purge_schedule=scheduler,
        audit=DynamoDBAudit(
            client, settings.connections_table, retention_days=settings.retention_days
        ),
        hold_lease=partial(
            hold_lease,
            new_token=deps.new_token,
            table=deps.table,
            ticker=deps.ticker,
            now=deps.now,
        ),
        now=deps.now,
        seconds_left=deps.seconds_left,
    )
