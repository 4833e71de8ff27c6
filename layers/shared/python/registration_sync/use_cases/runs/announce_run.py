"""Announces a run that ended or waits: metrics, an event for programs, messages to people."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from registration_sync.domain.errors import NotFound, RegistrationSyncError, Unavailable
from registration_sync.domain.runs.alerts import Alert, Concern, alert_of, concerns_of, delivery_of
from registration_sync.domain.runs.run import Run
from registration_sync.domain.runs.summary import Counts, newly_held, run_event, run_metrics
from registration_sync.ports.connections import Connections
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
    announced last, so that an interrupted announcement is repeated.
    """
    if not _is_ours_to_announce(run, runs, now()):
        return []
    newly = _newly_held(run, runs) if run.holds_lease else {}
    errors: list[RegistrationSyncError] = []
    if run.holds_lease:
        about = {"connection_id": run.connection_id, "run_id": run.run_id}
        metrics.count(run_metrics(run, newly), about)
    try:
        events.put(RUN_FINISHED if run.finished else RUN_WAITS, run_event(run, newly))
    except Unavailable as error:
        errors.append(error)
    if run.holds_lease:
        errors += _inform_people(run, newly, connections, alerts, recipients, subscriptions)
    if not errors:
        with suppress(Unavailable):  # a second announcement is better than none
            runs.mark_announced(run)
    return errors


def _inform_people(
    run: Run,
    newly: Counts,
    connections: Connections,
    alerts: Alerts,
    recipients: Recipients,
    subscriptions: Subscriptions,
) -> list[RegistrationSyncError]:
    """Operators get the concerns, recipients what they asked for."""
    concerns, delivery = concerns_of(run, newly), delivery_of(run)
    for_recipients = [*concerns, *([delivery] if delivery else [])]
    if not for_recipients:
        return []

    @cache  # read at most once, and only if there is a message
    def about() -> tuple[str, ZoneInfo]:
        return _name_and_zone(run.connection_id, connections)

    def message(about_what: Sequence[Concern]) -> Alert:
        name, zone = about()
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
    except Unavailable:
        return True  # a second announcement is better than none


def _newly_held(run: Run, runs: Runs) -> Counts:
    if not any(year.held_count for year in run.years):
        return {}
    return newly_held(run, islice(_earlier(run, runs), MAX_EARLIER_RUNS))


def _earlier(run: Run, runs: Runs) -> Iterator[Run]:
    with suppress(Unavailable):  # an unnecessary alert is better than none
        yield from runs.all(run.connection_id, after=run.run_id)


def _name_and_zone(connection_id: str, connections: Connections) -> tuple[str, ZoneInfo]:
    try:
        connection = connections.get(connection_id)
    except (NotFound, Unavailable):
        return connection_id, ZoneInfo("UTC")
    return connection.name, connection.zone
