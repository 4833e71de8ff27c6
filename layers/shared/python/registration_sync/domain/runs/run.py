"""The record of one export run, as the API shows it and as it is stored."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.check import CheckStep

BY_HAND, MANUAL, SCHEDULED = "hand", "manual", "schedule"
"""What started a run: an operator's own invocation, Export Students, or the clock."""

EXPORT, DRY_RUN, RESEND, CHECK, TEST_RECORD = "export", "dry_run", "resend", "check", "test_record"
ERASURE = "erasure"
"""The kinds of runs; all are kept in one history."""

ONCE = frozenset({CHECK, TEST_RECORD})
"""The kinds that AWS does not try again: each try signs in, and servers lock out who repeats a
sign-in that was refused."""

OF_RECORD = "*"
"""Stands in an event for students whom only the run's record names: an event that fails lies in a
queue, where no student belongs."""

LEASED = frozenset({EXPORT, RESEND, ERASURE})
"""The kinds that hold the connection's lease while they run."""

DRY_RUN_RETENTION = dt.timedelta(days=1)
"""A dry run, its record and its files; the template's lifecycle rule of dry_runs/ agrees."""

MAX_HELD_LISTED = 1000
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


MESSAGES = {
    EXPORT: {
        RunStatus.SUCCEEDED: "Delivered.",
        RunStatus.PARTIAL: "Some students were not delivered and stay due.",
        RunStatus.NOTHING_TO_EXPORT: "Nothing to export: no sync since the last.",
        RunStatus.FAILED: "No file was delivered; the students stay due.",
        RunStatus.AWAITING_CONFIRMATION: "Not all was sent: something is unusual, see the "
        "findings. Confirm the run, or cancel it. The students stay due.",
    },
    DRY_RUN: {
        RunStatus.SUCCEEDED: "A dry run: nothing was sent, and everyone stays due.",
        RunStatus.PARTIAL: "A dry run: an export now would not deliver some students.",
        RunStatus.NOTHING_TO_EXPORT: "A dry run: an export now would find nothing to export.",
        RunStatus.FAILED: "A dry run: an export now would deliver no file.",
    },
    RESEND: {
        RunStatus.SUCCEEDED: "Sent again. The files replaced what lay there, and may have brought "
        "older data; who is due has not changed.",
        RunStatus.PARTIAL: "Some years could not be sent again; who is due has not changed.",
        RunStatus.NOTHING_TO_EXPORT: "There was nothing to send again.",
        RunStatus.FAILED: "Nothing was sent again; who is due has not changed.",
    },
}
"""What a finished run says of itself, by kind and status."""


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
    """A file as it was archived and put on the server; `bytes` is its size, `lines` what a dry
    run shows of it, `modified` when the server says it was written (seconds since 1970)."""

    name: str
    path: str
    rows: int
    bytes: int
    sha256: str
    replaced_by: str | None = None
    lines: tuple[str, ...] = ()
    modified: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guard found unusual in a year; with the action `hold` it waits for a person.

    `run_id` is the export to send again, where that is the remedy. No student is named.
    """

    guard: str
    action: str
    file: str | None
    message: str
    run_id: str | None = None


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
    a match code, whatever became of them. One that awaits confirmation has sent nothing."""

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
    duration_seconds: float | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ResendSelection:
    """What a re-send repeats: a run, of it some files (year and name; none: all of them), and of
    those the rows of some students (none: whole files)."""

    run_id: str
    files: tuple[tuple[int, str], ...] = ()
    student_ids: tuple[str, ...] = ()


NO_RESEND = ResendSelection("")


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away: snapshots of the student, lines of how many kept files, and what
    how many records of runs told of the student."""

    snapshots: int = 0
    lines: int = 0
    files: int = 0
    runs: int = 0

    def plus(self, other: "Erased") -> "Erased":
        return Erased(
            self.snapshots + other.snapshots,
            self.lines + other.lines,
            self.files + other.files,
            self.runs + other.runs,
        )


NOTHING_ERASED = Erased()


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked of an export; `school_years` None means every year with something due.

    `scheduled_for` is the time that a schedule names. `override_held` delivers a file of all
    students without those who are held, `override_guards` whatever the guards find.
    `student_ids` has the student of a test record or an erasure. `confirmed_by` let a run go on
    that awaited it; `years` is what became of its years so far, and `erased` what an earlier
    attempt of an erasure took away.
    """

    connection_id: str
    run_id: str
    trigger: str = BY_HAND
    school_years: tuple[int, ...] | None = None
    contents: str = "changes"
    requested_by: str = ""
    scheduled_for: dt.datetime | None = None
    kind: str = EXPORT
    override_held: bool = False
    again: ResendSelection = NO_RESEND
    student_ids: tuple[str, ...] = ()
    override_guards: bool = False
    confirmed_by: str = ""
    years: tuple[YearOutcome, ...] = ()
    erased: Erased = NOTHING_ERASED


@dataclass(frozen=True, slots=True)
class Run:
    """One execution and its record; times are UTC. `steps` are those of a check.

    `sent_to` is the account on the server, `phase` what a running one is at, and of which year.
    `next_attempt_by`: it failed in passing, and AWS tries it again before then. `confirmed_by`
    let it go on after it had awaited confirmation. A finished erasure names no student.
    """

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
    override_held: bool = False
    again: ResendSelection = NO_RESEND
    sent_to: str = ""
    phase: str | None = None
    next_attempt_by: dt.datetime | None = None
    steps: tuple[CheckStep, ...] = ()
    student_ids: tuple[str, ...] = ()
    override_guards: bool = False
    confirmed_by: str = ""
    erased: Erased = NOTHING_ERASED

    @property
    def years_wanted(self) -> tuple[int, ...] | None:
        """The years to work on, None for each with something due; of a confirmed run those that
        wait still, and no other, of which nobody has seen what the guards find."""
        return waiting_years(self.years) if self.confirmed_by else self.school_years

    @property
    def finished(self) -> bool:
        return self.finished_at is not None

    def to_json(self) -> dict[str, Any]:
        """The run as plain JSON values: the shape of `GET …/exports/{run}`."""
        record = asdict(self)
        for name in ("requested_at", "started_at", "finished_at", "next_attempt_by"):
            moment = record[name]
            record[name] = moment.isoformat(timespec="seconds") if moment else None
        again = record.pop("again")
        record |= {
            "resend_of": again["run_id"] or None,
            "student_ids": again["student_ids"] or record["student_ids"],
        }
        if self.kind == ERASURE and self.finished:
            record["student_ids"] = ()
        record["duration_seconds"] = None
        if self.started_at and self.finished_at:
            seconds = (self.finished_at - self.started_at).total_seconds()
            record["duration_seconds"] = round(seconds, 1)
        plain: dict[str, Any] = json.loads(json.dumps(record))  # lists for tuples, text for enums
        return plain


def pending_run(request: RunRequest, now: dt.datetime) -> Run:
    """The pending record of a request."""
    return Run(
        run_id=request.run_id,
        connection_id=request.connection_id,
        status=RunStatus.PENDING,
        trigger=request.trigger,
        contents=request.contents,
        school_years=request.school_years,
        requested_by=request.requested_by,
        requested_at=now,
        kind=request.kind,
        override_held=request.override_held,
        again=request.again,
        student_ids=request.student_ids,
        override_guards=request.override_guards,
        confirmed_by=request.confirmed_by,
        years=request.years,
        erased=request.erased,
    )


def waiting_years(years: Iterable[YearOutcome]) -> tuple[int, ...]:
    """The school years that await confirmation."""
    return tuple(
        year.school_year for year in years if year.status is RunStatus.AWAITING_CONFIRMATION
    )


def finished_run(run: Run, years: tuple[YearOutcome, ...], now: dt.datetime) -> Run:
    """The run with its outcome: the status is told by its years, the message by its kind too.

    With a year that awaits confirmation it is not finished: it rests.
    """
    statuses = {year.status for year in years}
    if RunStatus.AWAITING_CONFIRMATION in statuses:
        status = RunStatus.AWAITING_CONFIRMATION
    elif statuses <= {RunStatus.NOTHING_TO_EXPORT}:
        status = RunStatus.NOTHING_TO_EXPORT
    elif statuses == {RunStatus.FAILED}:
        status = RunStatus.FAILED
    elif statuses & {RunStatus.FAILED, RunStatus.PARTIAL}:
        status = RunStatus.PARTIAL
    else:
        status = RunStatus.SUCCEEDED
    message = MESSAGES.get(run.kind, MESSAGES[EXPORT])[status]
    rests = status is RunStatus.AWAITING_CONFIRMATION
    finished_at = None if rests else now
    return replace(
        run, status=status, years=years, message=message, finished_at=finished_at, phase=None
    )
