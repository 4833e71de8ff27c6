"""Batches and the marker: what says, without any clock, which students are due.

Syncs put marks into the open batch of a (connection, school year). An export closes that batch,
delivers what stands in it, and commits it as exported. docs/architecture.md tells the protocol.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

SHARDS = 8
"""For ever: a student's shard is part of the key of everything stored about the student."""

LEASE_SECONDS = 180
LEASE_RENEWAL_SECONDS = 45
LEASE_SECONDS_FOR_RENAMES = 60
"""The lease must last this long yet before the renames begin."""


def shard_of(student_id: str) -> int:
    """The partition of a student, by crc32: one partition takes 1,000 writes a second."""
    return zlib.crc32(student_id.encode()) % SHARDS


def version_of(arrived_at_ms: int, request_id: str, place: int) -> str:
    """A version: texts compare like arrivals; equal means the same place in the same request."""
    return f"{arrived_at_ms:015d}#{request_id}#{place:04d}"


def arrived_at_ms(version: str) -> int:
    """When the request of a version arrived at the API, in milliseconds since 1970."""
    return int(version.split("#", 1)[0])


def request_id(version: str) -> str:
    """The request that brought a version."""
    return version.partition("#")[2].rpartition("#")[0]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to export a connection; `token` is fresh for each attempt."""

    token: str
    run_id: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class YearMarker:
    """Numbers of batches: the open one, from 1; the last exported, from 0; and the last whose
    marks were cleared away, from 0."""

    open: int
    exported: int
    retired: int = 0


@dataclass(frozen=True, slots=True)
class ExportMarker:
    """The marker of a connection: its lease, and its years."""

    lease: Lease | None = None
    years: Mapping[int, YearMarker] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueMark:
    """A student stands in a batch; `version`, `reasons` (JSON) and `since` (ISO 8601) only where
    an export held it."""

    student_id: str
    version: str = ""
    reasons: str = ""
    since: str = ""

    def holds(self, current: "Current") -> bool:
        """Whether it is this very version that was held."""
        return bool(self.reasons) and self.version == current.version


@dataclass(frozen=True, slots=True)
class Current:
    """The latest snapshot of a student; `snapshot` None is a tombstone (removed).

    What exports did with the student outlives the snapshots: `outcome` of the last one (an
    Outcome, or "" for none), the batch it was `settled_in`, and the last one `exported_in` (0:
    never).
    """

    student_id: str
    version: str
    batch: int
    snapshot: bytes | None
    outcome: str = ""
    settled_in: int = 0
    exported_in: int = 0


class Stored(Enum):
    """What became of a conditional write of a snapshot."""

    WRITTEN = "written"
    SUPERSEDED = "superseded"
    UNCONFIRMED = "unconfirmed"
