"""Who changed what of a connection and when; secrets and students only as "changed"."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

CHANGED = "changed"
"""Stands for a value that nobody is to read in an audit."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field, with plain JSON values; None where there was nothing, or is nothing now."""

    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "from": self.before, "to": self.after}


@dataclass(frozen=True, slots=True)
class Note:
    """What a request did, for the audit of its connection: the one in its path, unless named."""

    action: str
    changes: tuple[Change, ...] = ()
    connection_id: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A note with who did it and when (UTC), and in which request."""

    at: dt.datetime
    by: str
    action: str
    changes: tuple[Change, ...]
    request_id: str

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "by": self.by,
            "action": self.action,
            "changes": [change.to_json() for change in self.changes],
            "request_id": self.request_id,
        }


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any], *, unread: Collection[str] = ()
) -> tuple[Change, ...]:
    """The fields whose values differ; of those in `unread` only that they do."""
    return tuple(
        Change(name, None, CHANGED)
        if name in unread
        else Change(name, before.get(name), after.get(name))
        for name in {**after, **before}
        if before.get(name) != after.get(name)
    )


def note_of(action: str, changes: tuple[Change, ...]) -> Note | None:
    """None for a request that changed nothing."""
    return Note(action, changes) if changes else None


def run_note(action: str, run_id: str) -> Note:
    """Somebody asked for a run, or decided about one; what is in it says its record."""
    return Note(action, (Change("run_id", None, run_id),))
