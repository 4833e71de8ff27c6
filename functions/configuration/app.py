"""The API's routes except sync: connections, mappings, students, schedules and runs."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from registration_sync.api import handle
from registration_sync.bootstrap import configuration_function
from registration_sync.bootstrap.init import build_during_init
from registration_sync.bootstrap.people import people as built_people
from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.last_catch import catch_last
from registration_sync.logs import log_errors, logger
from registration_sync.routes import (
    connections,
    key,
    mapping,
    mapping_draft,
    people,
    programs,
    providers,
    recipients,
    runs,
    schedule,
    students,
)
from registration_sync.use_cases.connections.mail_recipients import Mailed
from registration_sync.use_cases.connections.overdue_exports import count_overdue_exports
from registration_sync.use_cases.people.set_up_provider import offer_providers
from registration_sync.use_cases.runs.remind_recipients import mail_overdue, send_weekly_summaries


@catch_last
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if event.get("action") == WATCH_SCHEDULES:  # the hourly schedule; API events have no action
        return _check_overdue()
    if event.get("action") == SEND_WEEKLY_SUMMARIES:
        return _send_weekly_summaries(context)
    return handle(
        event,
        ROUTES,
        access_of=_access_of,
        audit_of=lambda: configuration_function.dependencies().audit,
        districts_of=_districts_of,
    )


def _check_overdue() -> dict[str, Any]:
    log_errors("providers not offered", {}, _offer_providers)
    deps, now = configuration_function.dependencies(), dt.datetime.now(dt.UTC)
    overdue = count_overdue_exports(
        connections=deps.connections,
        schedules=deps.schedules,
        runs=deps.runs,
        metrics=deps.metrics,
        now=now,
    )
    record = logger().error if overdue else logger().info
    record("overdue check completed", extra={"overdue": overdue})
    mailed = mail_overdue(
        overdue,
        connections=deps.connections,
        recipients=deps.recipients,
        subscriptions=deps.subscriptions,
        sent=deps.sent_mails,
        now=now,
    )
    return {"overdue": overdue, **_summed(mailed)}


def _send_weekly_summaries(context: Any) -> dict[str, Any]:
    deps = configuration_function.dependencies()
    mailed = send_weekly_summaries(
        connections=deps.connections,
        schedules=deps.schedules,
        runs=deps.runs,
        leases=deps.leases,
        due_counts=deps.due_counts,
        recipients=deps.recipients,
        subscriptions=deps.subscriptions,
        sent=deps.sent_mails,
        now=dt.datetime.now(dt.UTC),
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return _summed(mailed)


def _summed(mailed: Sequence[Mailed]) -> dict[str, int]:
    """The numbers of mails and of errors, which are logged without an address."""
    errors = [error for one in mailed for error in one.errors]
    for error in errors:
        logger().error("mail failed", extra={"code": error.code, "reason": error.message})
    return {"mails": sum(one.count for one in mailed), "errors": len(errors)}


def _offer_providers() -> list[RegistrationSyncError]:
    parts = built_people()
    if offer_providers(providers=parts.providers, identity_providers=parts.identity_providers):
        logger().warning("providers offered again: a deployment had reset the app client")
    return []


def _access_of(connection_id: str) -> ConnectionAccess | None:
    return configuration_function.dependencies().access.access(connection_id)


def _districts_of(client_id: str) -> frozenset[str] | None:
    return configuration_function.dependencies().programs.districts(client_id)


WATCH_SCHEDULES, SEND_WEEKLY_SUMMARIES = "watch_schedules", "send_weekly_summaries"

ROUTES = (
    *programs.ROUTES,
    *connections.ROUTES,
    *mapping.ROUTES,
    *mapping_draft.ROUTES,
    *students.ROUTES,
    *schedule.ROUTES,
    *recipients.ROUTES,
    *key.ROUTES,
    *runs.ROUTES,
    *people.ROUTES,
    *providers.ROUTES,
)

build_during_init(configuration_function.dependencies)
