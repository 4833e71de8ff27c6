"""Mails a message to the recipients of a connection who asked for its kind."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registration_sync.domain.connections.recipients import MailKind, Recipient
from registration_sync.domain.errors import RegistrationSyncError, ServiceRefused, Unavailable
from registration_sync.ports.recipients import Recipients, SentMails, Subscriptions

if TYPE_CHECKING:
    from registration_sync.domain.runs.alerts import Alert

MAX_ERRORS = 2
"""Then the mail service does not work: each further attempt would take seconds."""

_FAILURES = (Unavailable, ServiceRefused)


@dataclass(frozen=True, slots=True)
class Mailed:
    """How many messages were sent, and which errors there were."""

    count: int = 0
    errors: tuple[RegistrationSyncError, ...] = ()


def mail_recipients(
    connection_id: str,
    kinds: Collection[MailKind],
    alert: "Callable[[], Alert]",
    *,
    recipients: Recipients,
    subscriptions: Subscriptions,
) -> Mailed:
    """One message to each recipient who asked for any of the kinds; `alert` makes it. Raises
    nothing: a mail must not fail what it is about."""
    try:
        asked = _asked_for(connection_id, kinds, recipients)
    except _FAILURES as error:
        return Mailed(errors=(error,))
    return _send(connection_id, asked, alert(), subscriptions) if asked else Mailed()


def mail_once(
    connection_id: str,
    kind: MailKind,
    alert: "Alert",
    at: str,
    *,
    unless_since: str,
    recipients: Recipients,
    subscriptions: Subscriptions,
    sent: SentMails,
) -> Mailed:
    """Mails a message that no run causes, unless one of its kind was sent since `unless_since`
    (`SentMails.claim`). If no mail could be sent, the next call tries again. Raises nothing."""
    try:
        asked = _asked_for(connection_id, [kind], recipients)
        if not asked or not sent.claim(connection_id, kind, at, unless_since=unless_since):
            return Mailed()
    except _FAILURES as error:
        return Mailed(errors=(error,))
    mailed = _send(connection_id, asked, alert, subscriptions)
    if mailed.errors and not mailed.count:
        with suppress(*_FAILURES):
            sent.release(connection_id, kind, at)
    return mailed


def _asked_for(
    connection_id: str, kinds: Collection[MailKind], recipients: Recipients
) -> list[Recipient]:
    return [one for one in recipients.all(connection_id) if set(one.kinds) & set(kinds)]


def _send(
    connection_id: str, asked: Sequence[Recipient], alert: "Alert", subscriptions: Subscriptions
) -> Mailed:
    count, errors = 0, []
    for recipient in asked:
        try:
            subscriptions.send(connection_id, recipient.email, alert)
            count += 1
        except Unavailable as error:
            errors.append(error)
            if len(errors) == MAX_ERRORS:
                break
    return Mailed(count, tuple(errors))
