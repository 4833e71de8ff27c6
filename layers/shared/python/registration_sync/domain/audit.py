"""The audit of a connection: entries with the caller, the time and the changes.

An entry does not hold the values of secrets and students, only "changed".
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

CHANGED = "changed"
"""Replaces a value that the audit must not show."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """The change of one field, with plain JSON values; None for no value."""

    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "from": self.before, "to": self.after}


@dataclass(frozen=True, slots=True)
class Note:
    """An audit entry in the making: the change that a request made to a connection, by default
    the one in its path; or to a program, see `of_program`."""

    action: str
    changes: tuple[SettingChange, ...] = ()
    connection_id: str = ""


def of_program(client_id: str) -> str:
    """What the entries of a program are kept under, beside those of connections: no connection's id
    has a capital or a `#`."""
    return f"PROGRAM#{client_id}"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A note with its caller, time (UTC) and request."""

    at: dt.datetime
    by: str
    action: str
    changes: tuple[SettingChange, ...]
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
    before: Mapping[str, Any], after: Mapping[str, Any], *, hidden: Collection[str] = ()
) -> tuple[SettingChange, ...]:
    """The fields with different values; for `hidden` fields, CHANGED replaces the values."""
    return tuple(
        SettingChange(name, None, CHANGED)
        if name in hidden
        else SettingChange(name, before.get(name), after.get(name))
        for name in {**after, **before}
        if before.get(name) != after.get(name)
    )


def note_of(action: str, changes: tuple[SettingChange, ...]) -> Note | None:
    """A note of the changes, None if there are none."""
    return Note(action, changes) if changes else None


def run_note(action: str, run_id: str) -> Note:
    """A note of a request or decision about a run; the run's record has the details."""
    return Note(action, (SettingChange("run_id", None, run_id),))
