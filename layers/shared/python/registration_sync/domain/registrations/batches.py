"""Batches and the export marker: they determine, without any clock, which students are due.

Syncs put due marks into the open batch of a (connection, school year). An export closes that
batch, delivers its students, and commits it as exported. docs/architecture.md has the protocol.
"""

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

SHARDS = 8
"""Never change this: the shard is part of the key of everything stored about a student."""

NO_BATCH = 0
"""The batch of a tombstone of a student without a registration, who is in no batch."""

LEASE_SECONDS = 180
LEASE_RENEWAL_SECONDS = 45
LEASE_SECONDS_FOR_RENAMES = 60
"""The renames begin only while the lease lasts at least this long."""


def shard_of(student_id: str) -> int:
    """The shard of a student, by crc32: a partition of DynamoDB takes 1,000 writes a second."""
    return zlib.crc32(student_id.encode()) % SHARDS


def version_of(arrived_at_ms: int, request_id: str, index: int) -> str:
    """The version of a registration: a later arrival has the greater text, and every index of a
    request has its own."""
    return f"{arrived_at_ms:015d}#{request_id}#{index:04d}"


def arrived_at(version: str) -> dt.datetime:
    """The arrival of the request that made the version, in UTC."""
    return dt.datetime.fromtimestamp(int(version.split("#", 1)[0]) / 1000, dt.UTC)


def request_id(version: str) -> str:
    """The id of the request that made the version."""
    return version.partition("#")[2].rpartition("#")[0]


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to export a connection; each attempt has a new `token`."""

    token: str
    run_id: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class YearMarker:
    """The batch numbers of a school year: the open batch, from 1; the last exported and the last
    retired batch, each 0 for none. `settled_to` is the last settled student of the batches that are
    being retired, "" for none. `first_at_ms` is the time of the last export that began with this
    year; 0 for none."""

    open: int
    exported: int
    retired: int = 0
    settled_to: str = field(default="", compare=False)
    first_at_ms: int = 0

    @property
    def due_batches(self) -> range:
        """The batches that are not exported, including the open one."""
        return range(self.exported + 1, self.open + 1)


@dataclass(frozen=True, slots=True)
class ExportMarker:
    """The lease of a connection, and the batch numbers of each school year."""

    lease: Lease | None = None
    years: Mapping[int, YearMarker] = field(default_factory=dict)


class DueMark(NamedTuple):
    """Marks a student as due. Only the mark of a held student has a `version`, `reasons` (JSON) and
    `since` (ISO 8601)."""

    student_id: str
    version: str = ""
    reasons: str = ""
    since: str = ""

    def holds(self, current: "Current") -> bool:
        """Whether exactly this version was held."""
        return bool(self.reasons) and self.version == current.version


@dataclass(frozen=True, slots=True)
class DueCount:
    """The students that are due and those that are held; `at_least`: there may be more."""

    due: int = 0
    held: int = 0
    at_least: bool = False


class Current(NamedTuple):
    """The latest snapshot of a student; `snapshot` is None for a removed student (a tombstone).

    Later syncs keep the result of exports: the last `outcome` (an Outcome, or "" for none), the
    batch of that export (`settled_in`), and the last batch with a row of the student
    (`exported_in`); 0 for never. `carried_in` is the batch into which the student was carried over
    because a file of new students was not collected: until a later export delivers the student,
    earlier ones do not count for such files.
    """

    student_id: str
    version: str
    batch: int
    snapshot: bytes | None
    outcome: str = ""
    settled_in: int = 0
    exported_in: int = 0
    carried_in: int = 0

    @property
    def is_new(self) -> bool:
        """Whether no export has delivered the student to a file that was collected, as far as is
        known."""
        return self.exported_in == 0 or self.exported_in < self.carried_in


class Stored(Enum):
    """The result of a conditional write of a snapshot."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    """Written, over a snapshot with the same content."""

    SUPERSEDED = "superseded"
    UNCONFIRMED = "unconfirmed"
