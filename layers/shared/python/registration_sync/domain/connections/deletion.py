"""The deletion of a connection: it can be taken back until its time, then all items are purged.

Does not import pydantic, so that the sync function starts fast.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from registration_sync.domain.audit import SettingChange
from registration_sync.domain.errors import InvalidRequest, Problem

MIN_GRACE = dt.timedelta(minutes=20)
"""From the request to the purge, at the least. From the request on, no sync, change or run begins,
and every invocation of a function ends after at most 15 minutes (the template's Timeout). Therefore
nothing writes items of the connection when the purge begins."""

DEFAULT_GRACE_DAYS, MAX_GRACE_DAYS = 7, 30


@dataclass(frozen=True, slots=True)
class Purged:
    """How many items a purge has removed; an interrupted one may have removed a few more. `others`
    are mapping versions, the ledger and what was remembered of deliveries and checks."""

    snapshots: int = 0
    marks: int = 0
    runs: int = 0
    files: int = 0
    others: int = 0

    def plus(self, kind: str, count: int) -> "Purged":
        counts = asdict(self)
        return Purged(**{**counts, kind: counts[kind] + count})


@dataclass(frozen=True, slots=True)
class Deletion:
    """The deletion of a connection; times are UTC. `position` is how far its purge has come.

    `is_closed`: the purge has begun, and the deletion cannot be taken back.
    """

    requested_at: dt.datetime
    requested_by: str
    purge_at: dt.datetime
    is_closed: bool = False
    position: int = 0
    purged: Purged = field(default_factory=Purged)
    finished_at: dt.datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "requested_at": self.requested_at.isoformat(timespec="seconds"),
            "requested_by": self.requested_by,
            "purge_at": self.purge_at.isoformat(timespec="seconds"),
        }

    def record(self) -> dict[str, Any]:
        """What the purge has done so far: the shape of the export function's answer."""
        return {
            **self.to_json(),
            "finished_at": self.finished_at and self.finished_at.isoformat(timespec="seconds"),
            "purged": asdict(self.purged),
        }

    def changes(self) -> tuple[SettingChange, ...]:
        """The counts of the purge, for the audit."""
        return tuple(SettingChange(name, n, 0) for name, n in asdict(self.purged).items())


def new_deletion(requested_by: str, now: dt.datetime, grace_days: int) -> Deletion:
    return Deletion(now, requested_by, now + max(dt.timedelta(days=grace_days), MIN_GRACE))


def parse_grace_days(text: str | None) -> int:
    """The days of a request, 7 if it has none. Raises InvalidRequest."""
    if text is None:
        return DEFAULT_GRACE_DAYS
    if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MAX_GRACE_DAYS:
        return int(text)
    problem = Problem("grace_days", f"Enter a number of days from 0 to {MAX_GRACE_DAYS}.")
    raise InvalidRequest("The connection was not deleted.", problems=[problem])


def encode_deletion(deletion: Deletion) -> str:
    return json.dumps(asdict(deletion), default=dt.datetime.isoformat)


def decode_deletion(text: str) -> Deletion:
    stored = json.loads(text)
    # After a deployment was rolled back, there may be keys of the newer version.
    known = {one.name: stored[one.name] for one in fields(Deletion) if one.name in stored}
    times = {
        name: dt.datetime.fromisoformat(known[name])
        for name in ("requested_at", "purge_at", "finished_at")
        if known.get(name)
    }
    return Deletion(**{**known, **times, "purged": Purged(**known.get("purged", {}))})
