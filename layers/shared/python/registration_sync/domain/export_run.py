"""The record of one export run, as the API shows it and as it is stored."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from registration_sync.domain.unmatched import UnmatchedValue

BY_HAND, MANUAL, SCHEDULED = "hand", "manual", "schedule"
"""What started a run: an operator's own invocation, Export Students, or the clock."""

EXPORT, DRY_RUN, RESEND, CHECK, TEST_RECORD = "export", "dry_run", "resend", "check", "test_record"
"""The kinds of runs; all are kept in one history."""

HELD_LISTED = 1000
"""Held rows listed per year in a run's record; all of them are in the archive's held.jsonl."""


class RunStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    NOTHING_TO_EXPORT = "nothing_to_export"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Why a student was left out; `message` never quotes a value."""

    student_id: str
    file: str
    field: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file as it was archived and put on the server; `bytes` is its size."""

    name: str
    path: str
    rows: int
    bytes: int
    sha256: str
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class RunError:
    """What ended a year or a run: a stable code, and a sentence with the remedy. `passing`: the
    same may well succeed a little later without anybody's help."""

    code: str
    message: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class YearOutcome:
    """One school year of a run. `rows` counts the students exported, `held_count` those held, and
    `left_out` those whom the mapping's conditions give no row; `unmatched` has the values without
    a match code, whatever became of them."""

    school_year: int
    status: RunStatus
    rows: int = 0
    held_count: int = 0
    held: tuple[HeldRow, ...] = ()
    files: tuple[DeliveredFile, ...] = ()
    warnings: tuple[str, ...] = ()
    error: RunError | None = None
    left_out: int = 0
    unmatched: tuple[UnmatchedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is asked of an export; `school_years` None means every year with something due, and
    `scheduled_for` is the time that a schedule names."""

    connection_id: str
    run_id: str
    trigger: str = BY_HAND
    school_years: tuple[int, ...] | None = None
    contents: str = "changes"
    requested_by: str = ""
    scheduled_for: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportRun:
    """One execution and its record; times are UTC."""

    run_id: str
    connection_id: str
    status: RunStatus
    trigger: str
    contents: str
    school_years: tuple[int, ...] | None
    requested_by: str
    requested_at: dt.datetime
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    mapping_version: int | None = None
    years: tuple[YearOutcome, ...] = ()
    message: str = ""
    error: RunError | None = None
    attempt: int = 0
    kind: str = EXPORT

    @property
    def finished(self) -> bool:
        return self.finished_at is not None

    def to_json(self) -> dict[str, Any]:
        """The run as plain JSON values: the shape of `GET …/exports/{run}`."""
        record = asdict(self)
        for name in ("requested_at", "started_at", "finished_at"):
            moment = record[name]
            record[name] = moment.isoformat(timespec="seconds") if moment else None
        plain: dict[str, Any] = json.loads(json.dumps(record))  # lists for tuples, text for enums
        return plain


def requested_run(request: ExportRequest, now: dt.datetime) -> ExportRun:
    """The pending record of a request."""
    return ExportRun(
        run_id=request.run_id,
        connection_id=request.connection_id,
        status=RunStatus.PENDING,
        trigger=request.trigger,
        contents=request.contents,
        school_years=request.school_years,
        requested_by=request.requested_by,
        requested_at=now,
    )


def finished_run(run: ExportRun, years: tuple[YearOutcome, ...], now: dt.datetime) -> ExportRun:
    """The run with its outcome: the status is told by its years."""
    statuses = {year.status for year in years}
    if statuses <= {RunStatus.NOTHING_TO_EXPORT}:
        status, message = RunStatus.NOTHING_TO_EXPORT, "Nothing to export: no sync since the last."
    elif statuses == {RunStatus.FAILED}:
        status, message = RunStatus.FAILED, "No file was delivered; the students stay due."
    elif statuses & {RunStatus.FAILED, RunStatus.PARTIAL}:
        status, message = RunStatus.PARTIAL, "Some students were left out and stay due."
    else:
        status, message = RunStatus.SUCCEEDED, "Delivered."
    return replace(run, status=status, years=years, message=message, finished_at=now)
