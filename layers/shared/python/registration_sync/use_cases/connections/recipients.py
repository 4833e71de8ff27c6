"""Lists, saves and removes the people who get mail about a connection."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from registration_sync.domain.audit import SettingChange
from registration_sync.domain.connections.recipients import (
    MAX_RECIPIENTS,
    MailKind,
    Recipient,
    SubscriptionState,
)
from registration_sync.domain.errors import Conflict, NotFound, TooManyAttempts
from registration_sync.ports.recipients import Recipients, Subscriptions
from registration_sync.ports.runs import CheckAttempts

MAX_ASKED, MAX_ASKED_BY_CONNECTION = 3, 30
"""Requests to confirm in an hour of the clock: to an address, by all connections of this service,
and by a connection. Without limits, anyone who may configure could fill a stranger's mailbox."""


def list_recipients(
    connection_id: str, *, recipients: Recipients, subscriptions: Subscriptions
) -> list[tuple[Recipient, SubscriptionState]]:
    """The recipients by address. Raises Unavailable."""
    return [
        (recipient, subscriptions.state(connection_id, recipient.email))
        for recipient in recipients.all(connection_id)
    ]


def save_recipient(
    connection_id: str,
    email: str,
    kinds: tuple[MailKind, ...],
    *,
    asks_again: bool,
    by: str,
    now: dt.datetime,
    recipients: Recipients,
    subscriptions: Subscriptions,
    attempts: CheckAttempts,
) -> tuple[Recipient, SubscriptionState, tuple[SettingChange, ...]]:
    """Adds or changes a recipient, and asks a new one to confirm; returns also the changes.

    A recipient who has unsubscribed is asked again only with `asks_again`. The recipient is stored
    before the request is sent, so no subscription is without one. Raises Conflict when there are
    too many, TooManyAttempts and Unavailable.
    """
    known = recipients.all(connection_id)
    before = _find(email, known)
    if before is None and len(known) >= MAX_RECIPIENTS:
        message = f"A connection has at most {MAX_RECIPIENTS} recipients: first remove another one."
        raise Conflict(message)
    recipient = replace(before, kinds=kinds) if before else Recipient(email, kinds, by, now)
    asks = asks_again or recipient.asked_at is None
    if asks:
        _admit(connection_id, email, attempts, now)
    if recipient != before:
        recipients.put(connection_id, recipient)
    if asks:
        subscriptions.ask(connection_id, email)
        recipient = replace(recipient, asked_at=now)
        recipients.put(connection_id, recipient)
    state = subscriptions.state(connection_id, email)
    return recipient, state, _changes(before, recipient)


def remove_recipient(
    connection_id: str, email: str, *, recipients: Recipients, subscriptions: Subscriptions
) -> tuple[SettingChange, ...]:
    """Removes the recipient and the subscription; returns the changes. May be repeated after an
    error. Raises NotFound, Unavailable."""
    before = _find(email, recipients.all(connection_id))
    if before is None:
        raise NotFound("This connection has no such recipient.")
    subscriptions.remove(connection_id, email)
    recipients.remove(connection_id, email)
    return (SettingChange(email, list(before.kinds), None),)


def remove_all_recipients(
    connection_id: str, *, recipients: Recipients, subscriptions: Subscriptions
) -> None:
    """Removes each recipient and subscription of a connection. Raises Unavailable."""
    for recipient in recipients.all(connection_id):
        subscriptions.remove(connection_id, recipient.email)
        recipients.remove(connection_id, recipient.email)


def _find(email: str, known: Collection[Recipient]) -> Recipient | None:
    return next((one for one in known if one.email == email), None)


def _admit(connection_id: str, email: str, attempts: CheckAttempts, now: dt.datetime) -> None:
    limits = {
        f"asked_by#{connection_id}": (MAX_ASKED_BY_CONNECTION, "for this connection"),
        f"asked#{email}": (MAX_ASKED, "to this address"),
    }
    for group, (most, of) in limits.items():
        if not attempts.count(group, now, most=most):
            next_hour = now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
            raise TooManyAttempts(
                f"There were {most} requests to confirm {of} in this hour, the most allowed: try "
                f"again after {next_hour:%H:%M} UTC.",
                max(1, int((next_hour - now).total_seconds())),
            )


def _changes(before: Recipient | None, after: Recipient) -> tuple[SettingChange, ...]:
    was, now = list(before.kinds) if before else None, list(after.kinds)
    changes = [SettingChange(after.email, was, now)] if was != now else []
    if after.asked_at != (before and before.asked_at):
        changes.append(SettingChange(f"{after.email} asked to confirm", None, True))
    return tuple(changes)
