"""The people who get mail about a connection, and what each of them asked for."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem

MAX_RECIPIENTS = 20
"""Of a connection."""

MAX_ADDRESS_CHARACTERS, MAX_LOCAL_CHARACTERS = 254, 64
"""RFC 5321, 4.5.3.1, less the angle brackets of a path."""

_LOCAL = re.compile(r"[A-Za-z0-9_'+-]+(\.[A-Za-z0-9_'+-]+)*", re.ASCII)
"""Fewer characters than RFC 5322 allows in a local part: those that people have in addresses, and
none with a meaning in a URL (% / ? #) or a list of addresses (, ; < >)."""

_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", re.ASCII)
_NOT_AN_ADDRESS = (
    "Enter one email address, such as ada@anytown.example.org: letters, digits and . _ ' + - "
    "before the @, then a domain name."
)


class MailKind(StrEnum):
    """What a mail is about."""

    FAILED = "failed"
    NEEDS_APPROVAL = "needs_approval"
    NEEDS_ATTENTION = "needs_attention"
    NOT_COLLECTED = "not_collected"
    OVERDUE = "overdue"
    SUCCEEDED = "succeeded"
    WEEKLY_SUMMARY = "weekly_summary"


class SubscriptionState(StrEnum):
    """Whether the owner of the address agreed. `unsubscribed`: by the link in a mail, or the
    request was not confirmed in time, or could not be sent."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """`kinds` in the order of MailKind; `asked_at` is when the owner of the address was last asked
    to confirm, None if that never succeeded. Times are UTC."""

    email: str
    kinds: tuple[MailKind, ...]
    added_by: str
    added_at: dt.datetime
    asked_at: dt.datetime | None = None

    def to_json(self, state: SubscriptionState) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "email": self.email,
            "for": list(self.kinds),
            "state": state.value,
            "added_by": self.added_by,
            "added_at": self.added_at.isoformat(timespec="seconds"),
            "asked_at": self.asked_at and self.asked_at.isoformat(timespec="seconds"),
        }


def parse_email(text: str) -> str:
    """The address in lower case, so that no address is listed twice. Raises InvalidRequest."""
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    if (
        len(text) <= MAX_ADDRESS_CHARACTERS
        and len(local) <= MAX_LOCAL_CHARACTERS
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1].isdigit()
    ):
        return text.lower()
    problem = Problem("email", _NOT_AN_ADDRESS)
    raise InvalidRequest("The recipient was not saved.", problems=[problem])


def parse_kinds(value: object) -> tuple[MailKind, ...]:
    """The kinds of a list, each once, in the order of MailKind. Raises InvalidRequest."""
    known = [kind.value for kind in MailKind]
    items = value if isinstance(value, list) else []
    if items and all(isinstance(item, str) and item in known for item in items):
        return kinds_of(items)
    problem = Problem("for", f"Enter a list of what to mail: {', '.join(known)}.")
    raise InvalidRequest("The recipient was not saved.", problems=[problem])


def kinds_of(names: Collection[str]) -> tuple[MailKind, ...]:
    """The known kinds among the names: a newer version may have stored others."""
    return tuple(kind for kind in MailKind if kind.value in names)
