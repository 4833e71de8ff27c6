"""Stores a snapshot of each approved registration and marks the student as due."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import (
    NO_BATCH,
    Current,
    DueMark,
    ExportMarker,
    Stored,
    version_of,
)
from registration_sync.domain.registrations.registration import (
    NOT_TAKEN,
    Refusal,
    RefusalCode,
    Registration,
    Selector,
    encode_snapshot,
)
from registration_sync.domain.registrations.sync_request import SyncRequest
from registration_sync.domain.school_year import retained_until, synced_school_years
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
    select: Selector | None,
    table: RegistrationsTable,
    retention_days: int,
    seconds_left: Callable[[], float],
) -> list[SyncResult]:
    """Stores the approved registrations; returns a result for each, in the order of the request.

    `select` is None for a connection that takes all registrations. A registration that is not taken
    removes the student's earlier one: the student may have moved to another school. The request's
    `as_of` replaces a later time of arrival. The client sends `failed` registrations again, and
    corrects `refused` ones first. Raises InvalidRequest for an impossible `as_of`, and Unavailable
    if nothing could be stored.
    """
    registrations = request.registrations
    moment = request.moment(arrived_at)
    years = synced_school_years(arrived_at.date())
    encoded = list(_encode(registrations, moment, years, select))
    changes = {
        (registration.school_year, registration.student_id): StudentChange(
            registration.school_year,
            registration.student_id,
            version_of(int(moment.timestamp() * 1000), request_id, registration.index),
            None if isinstance(snapshot, Refusal) else snapshot,
        )
        for registration, snapshot in zip(registrations, encoded, strict=True)
        if not isinstance(snapshot, Refusal) or snapshot is NOT_TAKEN
    }  # of several registrations of a student, only the last is stored
    removals = [change for change in changes.values() if change.snapshot is None]
    if removals and seconds_left() <= MIN_SECONDS_LEFT:
        raise Unavailable("There was no time left to store anything: please try again.")
    absent = _absent(connection_id, removals, table, arrived_at, retention_days)
    stored = store_changes(
        connection_id,
        [change for key, change in changes.items() if key not in absent],
        table=table,
        seconds_left=seconds_left,
    )
    outcomes = stored | dict.fromkeys(absent, Stored.WRITTEN)

    return [_result(*pair, changes, outcomes) for pair in zip(registrations, encoded, strict=True)]


def _result(
    registration: Registration,
    snapshot: bytes | Refusal,
    changes: Mapping[Key, StudentChange],
    outcomes: Mapping[Key, Stored],
) -> SyncResult:
    year, student = registration.school_year, registration.student_id
    refusal = snapshot if isinstance(snapshot, Refusal) else None
    if refusal and refusal is not NOT_TAKEN:
        return SyncResult(student, year, "refused", refusal.code, refusal.message)
    outcome = outcomes[year, student]
    is_last = changes[year, student].snapshot is (None if refusal else snapshot)
    if outcome is Stored.UNCONFIRMED:
        return not_confirmed(student, year)
    if outcome is Stored.SUPERSEDED or not is_last:
        return SyncResult(student, year, "superseded", "superseded", _SUPERSEDED)
    if refusal:
        return SyncResult(student, year, "refused", refusal.code, refusal.message)
    unchanged = outcome is Stored.UNCHANGED
    return SyncResult(student, year, "synced", "synced", unchanged=unchanged)


def not_confirmed(student_id: str, school_year: int) -> SyncResult:
    """The result of a registration that may be stored or not."""
    return SyncResult(student_id, school_year, "failed", "not_confirmed", _NOT_CONFIRMED)


def _encode(
    registrations: Iterable[Registration],
    moment: dt.datetime,
    school_years: range,
    select: Selector | None,
) -> Iterator[bytes | Refusal]:
    synced_at = moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    too_far_off = Refusal(
        "school_year_too_far_off",
        f"The school years {school_years[0]} to {school_years[-1]} can be synced now: correct the "
        "school year.",
    )
    for registration in registrations:
        if registration.school_year not in school_years:
            yield too_far_off
            continue
        snapshot = encode_snapshot(registration, synced_at)
        is_valid = not isinstance(snapshot, Refusal)
        yield (select(registration) if select and is_valid else None) or snapshot


def _absent(
    connection_id: str,
    removals: Iterable[StudentChange],
    table: RegistrationsTable,
    arrived_at: dt.datetime,
    retention_days: int,
) -> set[Key]:
    """The students that the connection has not, or no longer, so that there is nothing to remove. A
    tombstone keeps a late sync from undoing that. Raises Unavailable."""
    by_year: dict[int, list[StudentChange]] = {}
    for change in removals:
        by_year.setdefault(change.school_year, []).append(change)
    absent: set[Key] = set()
    for year, group in by_year.items():
        expires_at = int(retained_until(year, arrived_at, retention_days).timestamp())
        tombstones = [Current(one.student_id, one.version, NO_BATCH, None) for one in group]
        unknown = table.put_unknown(connection_id, year, tombstones, expires_at)
        known = (one.student_id for one in group if one.student_id not in unknown)
        removed = {
            student_id
            for student_id, current in table.current(connection_id, year, known)
            if current is None or current.snapshot is None
        }
        absent |= {(year, student_id) for student_id in unknown | removed}
    return absent


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
