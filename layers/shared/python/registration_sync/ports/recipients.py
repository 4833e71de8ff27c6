"""The recipients of mail about a connection: who they are, their subscriptions, what was sent.

Every method may raise Unavailable.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from registration_sync.domain.connections.recipients import (
        MailKind,
        Recipient,
        SubscriptionState,
    )
    from registration_sync.domain.runs.alerts import Alert


class Recipients(Protocol):
    """The stored recipients of each connection."""

    def all(self, connection_id: str) -> "list[Recipient]":
        """Sorted by address."""

    def put(self, connection_id: str, recipient: "Recipient") -> None:
        """Adds or replaces the recipient with this address."""

    def remove(self, connection_id: str, email: str) -> None:
        """Removes the recipient, if there is one."""


class Subscriptions(Protocol):
    """The subscription of each recipient, which the owner of the address confirms by mail."""

    def ask(self, connection_id: str, email: str) -> None:
        """Asks the owner to confirm; sends nothing if that is done already."""

    def state(self, connection_id: str, email: str) -> "SubscriptionState": ...

    def send(self, connection_id: str, email: str, alert: "Alert") -> None:
        """Sends the message if the subscription is confirmed, else nothing. Raises Unavailable for
        any failure."""

    def remove(self, connection_id: str, email: str) -> None:
        """Removes the subscription, also one that is not confirmed yet."""


class SentMails(Protocol):
    """When the mails that no run causes were last sent."""

    def last(self, kind: "MailKind") -> Mapping[str, str]:
        """What `claim` stored, by connection."""

    def claim(self, connection_id: str, kind: "MailKind", at: str, *, unless_since: str) -> bool:
        """Stores `at` as the last time of the kind, unless the stored one is `unless_since` or
        later; returns whether it did. Texts that sort by time."""

    def release(self, connection_id: str, kind: "MailKind", at: str) -> None:
        """Forgets what `claim` stored."""
