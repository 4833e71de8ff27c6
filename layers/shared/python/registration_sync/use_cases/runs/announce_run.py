"""Announces a run that ended or waits: metrics, an event for programs, messages to people."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.setup import is_live
from registration_sync.domain.errors import (
    NotFound,
    RegistrationSyncError,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.runs.alerts import Alert, Concern, alert_of, concerns_of, delivery_of
from registration_sync.domain.runs.run import Run
from registration_sync.domain.runs.summary import Counts, newly_held, run_event, run_metrics
from registration_sync.ports.connections import Connections, Schedules
from registration_sync.ports.notifications import Alerts, Events, Metrics
from registration_sync.ports.recipients import Recipients, Subscriptions
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.connections.mail_recipients import mail_recipients

RUN_FINISHED, RUN_WAITS = "Export run finished", "Export run waits"
"""The detail-types of the events; a run waits for a confirmation."""

MAX_EARLIER_RUNS = 200
"""Runs searched for the last export that lists held students. If there is none, every held student
counts as new."""


def announce_run(
    run: Run,
    *,
    connections: Connections,
    schedules: Schedules,
    runs: Runs,
    metrics: Metrics,
    events: Events,
    alerts: Alerts,
    recipients: Recipients,
    subscriptions: Subscriptions,
    now: Callable[[], dt.datetime],
) -> list[RegistrationSyncError]:
    """Announces a stored run, unless another invocation does or did, and returns what failed.

    Errors do not change the run, so they are returned, not raised. The metrics are first: they need
    no other service, and their alarms fire even if the alert is lost. The run is marked as
    announced last, so that an interrupted announcement is repeated. A connection that is being set
    up rings nobody: its metrics for alarms are 0, and people get no alert.
    """
    if not _is_ours_to_announce(run, runs, now()):
        return []
    newly = _newly_held(run, runs) if run.holds_lease else {}
    errors: list[RegistrationSyncError] = []
    concerns = concerns_of(run, newly) if run.holds_lease else []
    connection = cache(lambda: _find(run.connection_id, connections))  # only if there is a message
    is_quiet = bool(concerns) and _is_being_set_up(connection(), schedules)
    if run.holds_lease:
        about = {"connection_id": run.connection_id, "run_id": run.run_id}
        metrics.count(run_metrics(run, newly, is_quiet=is_quiet), about)
    try:
        events.put(RUN_FINISHED if run.finished else RUN_WAITS, run_event(run, newly))
    except Unavailable as error:
        errors.append(error)
    if run.holds_lease and not is_quiet:
        errors += _inform_people(run, concerns, connection, alerts, recipients, subscriptions)
    if not errors:
        with suppress(Unavailable, ServiceRefused):  # a second announcement is better than none
            runs.mark_announced(run)
    return errors


def _inform_people(
    run: Run,
    concerns: Sequence[Concern],
    connection: Callable[[], Connection | None],
    alerts: Alerts,
    recipients: Recipients,
    subscriptions: Subscriptions,
) -> list[RegistrationSyncError]:
    """Operators get the concerns, recipients what they asked for."""
    delivery = delivery_of(run)
    for_recipients = [*concerns, *([delivery] if delivery else [])]
    if not for_recipients:
        return []

    def message(about_what: Sequence[Concern]) -> Alert:
        found = connection()
        name, zone = (found.name, found.zone) if found else (run.connection_id, ZoneInfo("UTC"))
        return alert_of(run, about_what, name=name, zone=zone)

    errors: list[RegistrationSyncError] = []
    try:
        if concerns:
            alerts.publish(message(concerns))
    except Unavailable as error:
        errors.append(error)
    mailed = mail_recipients(
        run.connection_id,
        [concern.kind for concern in for_recipients],
        lambda: message(for_recipients),
        recipients=recipients,
        subscriptions=subscriptions,
    )
    return [*errors, *mailed.errors]


def _is_ours_to_announce(run: Run, runs: Runs, now: dt.datetime) -> bool:
    try:
        return runs.claim_announcement(run, now)
    except (Unavailable, ServiceRefused):
        return True  # a second announcement is better than none


def _newly_held(run: Run, runs: Runs) -> Counts:
    if not any(year.held_count for year in run.years):
        return {}
    return newly_held(run, islice(_earlier(run, runs), MAX_EARLIER_RUNS))


def _earlier(run: Run, runs: Runs) -> Iterator[Run]:
    with suppress(Unavailable, ServiceRefused):  # an unnecessary alert is better than none
        yield from runs.all(run.connection_id, after=run.run_id)


def _find(connection_id: str, connections: Connections) -> Connection | None:
    with suppress(NotFound, Unavailable, ServiceRefused):
        return connections.get(connection_id)
    return None


def _is_being_set_up(connection: Connection | None, schedules: Schedules) -> bool:
    if connection is None or connection.setup is None:
        return False
    with suppress(Unavailable, ServiceRefused):  # an unnecessary alert is better than none
        return not is_live(connection.setup, schedules.get(connection.connection_id))
    return False
