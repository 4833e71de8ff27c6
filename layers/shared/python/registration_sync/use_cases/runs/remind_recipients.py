"""Mails what no run causes: that an export is overdue, and the weekly summary."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import batched

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.recipients import MailKind
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.reminders import (
    Week,
    overdue_alert,
    week_to_report,
    weekly_alert,
)
from registration_sync.domain.runs.run_id import run_id_of
from registration_sync.ports.connections import Connections, Schedules
from registration_sync.ports.recipients import Recipients, SentMails, Subscriptions
from registration_sync.ports.registrations import DueCounts, LeaseReader
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.connections.mail_recipients import Mailed, mail_once
from registration_sync.use_cases.connections.overdue_exports import MAX_RUN_DURATION
from registration_sync.use_cases.runs.overview import ConnectionFacts, read_overview

OVERDUE_AGAIN = dt.timedelta(hours=23, minutes=30)
"""The hourly check does not start at the same second each day."""

MIN_SECONDS_LEFT = 12.0
"""To mail about one connection: some requests to AWS."""

TOGETHER = 25
"""Connections whose facts are read together."""


def mail_overdue(
    overdue: Collection[str],
    *,
    connections: Connections,
    recipients: Recipients,
    subscriptions: Subscriptions,
    sent: SentMails,
    now: dt.datetime,
) -> list[Mailed]:
    """Mails the recipients of each overdue connection, at most once a day. Raises Unavailable."""
    return [
        mail_once(
            connection.connection_id,
            MailKind.OVERDUE,
            overdue_alert(connection),
            now.isoformat(timespec="seconds"),
            unless_since=(now - OVERDUE_AGAIN).isoformat(timespec="seconds"),
            recipients=recipients,
            subscriptions=subscriptions,
            sent=sent,
        )
        for connection in (connections.all() if overdue else ())
        if connection.connection_id in overdue
    ]


def send_weekly_summaries(
    *,
    connections: Connections,
    schedules: Schedules,
    runs: Runs,
    leases: LeaseReader,
    due_counts: DueCounts,
    recipients: Recipients,
    subscriptions: Subscriptions,
    sent: SentMails,
    now: dt.datetime,
    seconds_left: Callable[[], float],
) -> list[Mailed]:
    """Mails the summary of the past week where it is Monday morning, once a week; not while a
    connection is being set up.

    It is called every hour of that day, so connections for which no time is left have their turn in
    a later call. Raises Unavailable.
    """
    mailed: list[Mailed] = []
    waiting = _waiting(connections.all(), recipients, sent.last(MailKind.WEEKLY_SUMMARY), now)
    for some in batched(waiting, TOGETHER):
        if seconds_left() < MIN_SECONDS_LEFT:
            break
        facts = read_overview(
            [connection for connection, _ in some],
            schedules=schedules,
            runs=runs,
            leases=leases,
            due_counts=due_counts,
            now=now,
        )
        for (_, week), fact in zip(some, facts, strict=True):
            if seconds_left() < MIN_SECONDS_LEFT:
                return mailed
            if fact.setup["live"]:
                mailed.append(_send(fact, week, runs, recipients, subscriptions, sent))
    return mailed


def _waiting(
    connections: Sequence[Connection],
    recipients: Recipients,
    sent: Mapping[str, str],
    now: dt.datetime,
) -> Iterator[tuple[Connection, Week]]:
    """The connections whose week is not reported yet, and for which somebody asked."""
    for connection in connections:
        week = None if connection.deletion else week_to_report(connection, now)
        if week is None or sent.get(connection.connection_id, "") >= week.monday.isoformat():
            continue
        asked = recipients.all(connection.connection_id)
        if any(MailKind.WEEKLY_SUMMARY in one.kinds for one in asked):
            yield connection, week


def _send(
    facts: ConnectionFacts,
    week: Week,
    runs: Runs,
    recipients: Recipients,
    subscriptions: Subscriptions,
    sent: SentMails,
) -> Mailed:
    if facts.unavailable or facts.students is None:
        raise Unavailable("The facts of a connection could not be read.")
    connection = facts.connection
    since = run_id_of(week.begins - MAX_RUN_DURATION, "")
    found = runs.all(connection.connection_id, since=since)
    monday = week.monday.isoformat()
    return mail_once(
        connection.connection_id,
        MailKind.WEEKLY_SUMMARY,
        weekly_alert(connection, week, found, facts.students, facts.next_export),
        monday,
        unless_since=monday,
        recipients=recipients,
        subscriptions=subscriptions,
        sent=sent,
    )
