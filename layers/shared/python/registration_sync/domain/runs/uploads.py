"""Our last upload to each path, and what is known of the importer that collects the files."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from registration_sync.domain.connections.connection import Importer
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.runs.run import ReplacedFile

RENAME_SECONDS = 600
"""A server that renames by copying sets a new time: within these seconds after the upload, the file
still counts as unchanged."""

MAX_LOST = 20
"""Uploads that are remembered because a later one replaced them before they were collected."""

DELIVERIES_TO_LEARN = 3
"""So many deliveries in a row with the same end show what the importer does with the files."""

IMPORTER_HOURS = dt.timedelta(hours=20)
"""A file that is still there shows something only after about a day: the importer may run once a
night."""


@dataclass(frozen=True, slots=True)
class UploadedRows:
    """Where the rows of an upload are listed: the archived run, the name of its run index, and the
    numbers of the files in it; no number stands for all rows. `batch` is the last batch of an
    export, 0 for a resend. An upload that an older version recorded has no index: the manifest of
    the run names it."""

    run_id: str
    school_year: int | None = None
    index: str = ""
    numbers: tuple[int, ...] = ()
    batch: int = 0


@dataclass(frozen=True, slots=True)
class LastUpload:
    """Our last upload to a path: its run, and the export that made its rows (that run, or the one
    that it resends). `delivered_at` is in the time zone of the connection, `modified` the server's
    modification time, in seconds since 1970. `lost` are earlier uploads to the path that were
    replaced before they were collected, and whose students no later file has."""

    path: str
    run_id: str
    of_export: str
    delivered_at: str
    size: int
    sha256: str
    modified: int | None = None
    rows: int | None = None
    source: UploadedRows | None = None
    lost: tuple[UploadedRows, ...] = ()

    def matches(self, found: RemoteFile) -> bool:
        """Whether `found` is this upload, unchanged; a size or time that the server does not report
        counts as equal."""
        if found.size is not None and found.size != self.size:
            return False
        if found.modified is None or self.modified is None:
            return True
        return 0 <= found.modified - self.modified <= RENAME_SECONDS

    def replaced(
        self, collected: "Collected", zone: dt.tzinfo, *, full: bool = False
    ) -> ReplacedFile:
        """The upload as the run that replaces it names it; `full`: by a file of all students."""
        moment = self.delivered_in(zone).isoformat()
        return ReplacedFile(self.path, moment, self.run_id, self.rows, collected.value, full)

    @property
    def delivered_text(self) -> str:
        """The time of the delivery as people write it: March 2, 2026, 9:00 PM."""
        at = self.delivered_in(dt.UTC)
        return f"{at:%B} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M %p}"

    @property
    def own_rows(self) -> UploadedRows:
        return self.source or UploadedRows(self.run_id)

    def delivered_in(self, zone: dt.tzinfo) -> dt.datetime:
        """The time of the delivery, to the minute."""
        return dt.datetime.strptime(self.delivered_at, "%Y-%m-%d %H:%M").replace(tzinfo=zone)


def last_upload(record: Mapping[str, Any]) -> LastUpload:
    """The upload from its record (made by `asdict`); keys of a newer version are ignored."""
    source = record.get("source")
    lost = tuple(_uploaded_rows(one) for one in record.get("lost", ()))
    known = {name: record[name] for name in _names(LastUpload) if name in record}
    return LastUpload(**known | {"source": source and _uploaded_rows(source), "lost": lost})


def _uploaded_rows(record: Mapping[str, Any]) -> UploadedRows:
    known = {name: record[name] for name in _names(UploadedRows) if name in record}
    return UploadedRows(**known | {"numbers": tuple(record.get("numbers", ()))})


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


class Collected(StrEnum):
    """Whether the importer collected a file."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FoundUpload:
    """Our last upload to a path that is about to be written, and what became of it. `learned`: our
    deliveries, and no setting, show that the importer removes files. `is_due`: its run ended before
    it moved the marker, so all its students are due and in the new file."""

    last: LastUpload
    collected: Collected
    learned: bool = False
    is_due: bool = False

    @property
    def uncarried(self) -> tuple[UploadedRows, ...]:
        """The rows that no importer is known to have collected, and no file will have."""
        is_safe = self.is_safe or self.collected is Collected.YES
        return (*self.last.lost, *(() if is_safe else (self.last.own_rows,)))

    @property
    def is_safe(self) -> bool:
        """Whether no student is lost with the upload: it has no row, or all are due."""
        return self.is_due or self.last.rows == 0

    def lost_with(self, *, unknown_too: bool) -> tuple[UploadedRows, ...]:
        """What the next upload to the path is to remember, if it has not these students."""
        is_lost = self.collected is Collected.NO or (
            unknown_too and self.collected is Collected.UNKNOWN
        )
        own = (self.last.own_rows,) if is_lost and not self.is_safe else ()
        rows = (*self.last.lost, *own)
        return tuple(dict.fromkeys(rows))[-MAX_LOST:]


@dataclass(frozen=True, slots=True)
class Habits:
    """What our deliveries show of an importer: its habit, and the last deliveries: the run of each,
    and whether a file of it was found removed."""

    habit: Importer = Importer.UNKNOWN
    deliveries: tuple[tuple[str, bool], ...] = ()

    def with_delivery(self, run_id: str, *, is_gone: bool) -> "Habits":
        """After a look at what was last delivered. Another look at the same delivery changes it
        only from there to removed. The habit changes after several deliveries with the same end:
        one file that somebody moved, or one night without the importer, shows nothing."""
        ends = self.deliveries
        if ends and ends[-1][0] == run_id:
            is_gone, ends = is_gone or ends[-1][1], ends[:-1]
        ends = (*ends, (run_id, is_gone))[-DELIVERIES_TO_LEARN:]
        seen = {gone for _, gone in ends}
        if len(ends) < DELIVERIES_TO_LEARN or len(seen) > 1:
            return replace(self, deliveries=ends)
        return Habits(Importer.REMOVES if seen == {True} else Importer.LEAVES, ends)


def habits_of(record: Mapping[str, Any]) -> Habits:
    """The habits from their record (made by `asdict`)."""
    ends = tuple((str(run_id), bool(gone)) for run_id, gone in record["deliveries"])
    return Habits(Importer(record["habit"]), ends)
