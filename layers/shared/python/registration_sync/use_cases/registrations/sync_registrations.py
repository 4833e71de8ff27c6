"""Stores a snapshot of each approved registration and marks the student as due."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    ExportMarker,
    Stored,
    version_of,
)
from registration_sync.domain.registrations.registration import (
    Refusal,
    RefusalCode,
    Registration,
    encode_snapshot,
)
from registration_sync.domain.registrations.sync_request import SyncRequest
from registration_sync.domain.school_year import synced_school_years
from registration_sync.ports.registrations import RegistrationsTable

MIN_SECONDS_LEFT = 5.0
"""Time for one round of writes. With less left, unconfirmed registrations get `failed`."""

type Key = tuple[int, str]
"""(school year, student id)"""

type ResultCode = Literal["synced", "superseded", "not_confirmed"] | RefusalCode

_SUPERSEDED = "A later sync of this student is stored already."
_NOT_CONFIRMED = "Not confirmed: please send this registration again."


@dataclass(frozen=True, slots=True)
class StudentChange:
    """The change that a request makes to a student; `snapshot` is None for a removal."""

    school_year: int
    student_id: str
    version: str
    snapshot: bytes | None

    @property
    def key(self) -> Key:
        return self.school_year, self.student_id


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The result for one registration: synced, superseded, refused or failed."""

    student_id: str
    school_year: int
    result: str
    code: ResultCode
    message: str = ""
    unchanged: bool = False
    """Synced, over a snapshot with the same content. The student is due all the same."""


def sync_registrations(
    connection_id: str,
    request: SyncRequest,
    *,
    request_id: str,
    arrived_at: dt.datetime,
    table: RegistrationsTable,
    seconds_left: Callable[[], float],
) -> list[SyncResult]:
    """Stores the approved registrations; returns a result for each, in the order of the request.

    The request's `as_of` replaces a later time of arrival. The client sends `failed` registrations
    again, and corrects `refused` ones first. Raises InvalidRequest for an impossible `as_of`.
    """
    registrations = request.registrations
    moment = request.moment(arrived_at)
    encoded = _encode(registrations, moment, synced_school_years(arrived_at.date()))
    changes = {
        (registration.school_year, registration.student_id): StudentChange(
            registration.school_year,
            registration.student_id,
            version_of(int(moment.timestamp() * 1000), request_id, registration.index),
            snapshot,
        )
        for registration, snapshot in zip(registrations, encoded, strict=True)
        if not isinstance(snapshot, Refusal)
    }  # of several registrations of a student, only the last is stored
    outcomes = store_changes(
        connection_id, changes.values(), table=table, seconds_left=seconds_left
    )

    def result(registration: Registration, snapshot: bytes | Refusal) -> SyncResult:
        year, student = registration.school_year, registration.student_id
        if isinstance(snapshot, Refusal):
            return SyncResult(student, year, "refused", snapshot.code, snapshot.message)
        outcome = outcomes[year, student]
        is_last = changes[year, student].snapshot is snapshot
        if outcome is Stored.UNCONFIRMED:
            return SyncResult(student, year, "failed", "not_confirmed", _NOT_CONFIRMED)
        if outcome is Stored.SUPERSEDED or not is_last:
            return SyncResult(student, year, "superseded", "superseded", _SUPERSEDED)
        unchanged = outcome is Stored.UNCHANGED
        return SyncResult(student, year, "synced", "synced", unchanged=unchanged)

    return [result(*pair) for pair in zip(registrations, encoded, strict=True)]


def _encode(
    registrations: Iterable[Registration], moment: dt.datetime, school_years: range
) -> list[bytes | Refusal]:
    synced_at = moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    too_far_off = Refusal(
        "school_year_too_far_off",
        f"The school years {school_years[0]} to {school_years[-1]} can be synced now: correct the "
        "school year.",
    )
    return [
        encode_snapshot(registration, synced_at)
        if registration.school_year in school_years
        else too_far_off
        for registration in registrations
    ]


def store_changes(
    connection_id: str,
    changes: Iterable[StudentChange],
    *,
    table: RegistrationsTable,
    seconds_left: Callable[[], float],
) -> dict[Key, Stored]:
    """Marks the students in the open batch, stores their snapshots, and confirms both.

    A write is confirmed if the same batch is still open after all writes. If an export closed the
    batch meanwhile, everything is written to the new batch, superseded students too: their marks in
    the closed batch may have been too late for that export.
    """
    waiting = {change.key: change for change in changes}
    outcomes = dict.fromkeys(waiting, Stored.UNCONFIRMED)
    unchanged: set[Key] = set()  # by the first write: a second one finds the first
    if not waiting:
        return outcomes
    try:
        batches = _open_batches(connection_id, {year for year, _ in waiting}, table)
        while waiting and seconds_left() > MIN_SECONDS_LEFT:
            written = _write(connection_id, waiting.values(), batches, table)
            now_open = _batches_of(table.marker(connection_id))
            unchanged |= {key for key, outcome in written.items() if outcome is Stored.UNCHANGED}
            for key, outcome in written.items():
                if outcome is Stored.UNCONFIRMED:
                    del waiting[key]
                elif batches[key[0]] == now_open[key[0]]:
                    same = outcome is Stored.WRITTEN and key in unchanged
                    outcomes[key] = Stored.UNCHANGED if same else outcome
                    del waiting[key]
            batches = now_open
    except Unavailable:
        pass  # changes without an outcome stay unconfirmed
    return outcomes


def _open_batches(connection_id: str, years: set[int], table: RegistrationsTable) -> dict[int, int]:
    batches = _batches_of(table.marker(connection_id))
    absent = sorted(years - batches.keys())
    for year in absent:
        table.add_year(connection_id, year)
    return _batches_of(table.marker(connection_id)) if absent else batches


def _batches_of(marker: ExportMarker) -> dict[int, int]:
    return {year: numbers.open for year, numbers in marker.years.items()}


def _write(
    connection_id: str,
    changes: Iterable[StudentChange],
    batches: dict[int, int],
    table: RegistrationsTable,
) -> dict[Key, Stored]:
    by_year: dict[int, list[StudentChange]] = {}
    for change in changes:
        by_year.setdefault(change.school_year, []).append(change)
    written: dict[Key, Stored] = {}
    for year, group in by_year.items():
        batch = batches[year]
        marks = [DueMark(change.student_id) for change in group]
        marked = table.put_marks(connection_id, year, batch, marks)
        # A snapshot without a mark would never be exported, so it needs a confirmed mark.
        snapshots = [
            Current(change.student_id, change.version, batch, change.snapshot)
            for change in group
            if change.student_id in marked
        ]
        stored = table.put_current(connection_id, year, snapshots)
        for change in group:
            written[change.key] = stored.get(change.student_id, Stored.UNCONFIRMED)
    return written
