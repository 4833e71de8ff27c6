"""A run: one execution of an export, resend, check, …, from its request to its outcome."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from registration_sync.domain.errors import AlreadyRunning, RegistrationSyncError, is_transient
from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.printable import MAX_MESSAGE_CHARACTERS, printable
from registration_sync.domain.runs.check import CheckStep


class RunKind(StrEnum):
    """All kinds are kept in one history."""

    EXPORT = "export"
    DRY_RUN = "dry_run"
    RESEND = "resend"
    CHECK = "check"
    TEST_RECORD = "test_record"
    ERASURE = "erasure"


class RunTrigger(StrEnum):
    """What started a run: an operator's own invocation, the API, or the schedule."""

    OPERATOR = "hand"
    API = "manual"
    SCHEDULE = "schedule"


class Contents(StrEnum):
    """The students in the files: those due, or all current ones."""

    CHANGES = "changes"
    ALL = "all"


class RunStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    NOTHING_TO_EXPORT = "nothing_to_export"
    FAILED = "failed"
    CANCELLED = "cancelled"


NOT_RETRIED = frozenset({RunKind.CHECK, RunKind.TEST_RECORD})
"""Kinds that run once: each attempt signs in, and servers lock accounts after failed sign-ins."""

HOLDS_LEASE = frozenset({RunKind.EXPORT, RunKind.RESEND, RunKind.ERASURE})
"""Kinds that hold the connection's lease while they run."""

_DELIVERED = frozenset({RunStatus.SUCCEEDED, RunStatus.PARTIAL})

DRY_RUN_RETENTION = dt.timedelta(days=1)
"""For the record and the files of a dry run; the template's lifecycle rule of dry_runs/ agrees."""

MAX_HELD_LISTED, MAX_HELD_GROUPS = 1000, 100
"""Held rows and reasons per year in a run record; the archive's held.jsonl lists all students."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """The reason why a student was held; `message` never quotes a value."""

    student_id: str
    file: str
    field: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """How many students were held for one reason; without a message, which may name a student."""

    file: str
    field: str
    rule: str
    students: int


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file as it was archived and delivered; `bytes` is its size, `lines` are those that a dry
    run shows, `modified` is the server's modification time (seconds since 1970)."""

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
    """Something unusual that a guard found in a year; the action `hold` needs a confirmation.

    `run_id` is the export to send again, where that is the remedy. It names no student.
    """

    guard: str
    action: str
    file: str | None
    message: str
    run_id: str | None = None

    def __post_init__(self) -> None:
        """Names of files, folders and columns may have any character."""
        object.__setattr__(self, "message", printable(self.message, MAX_MESSAGE_CHARACTERS))


@dataclass(frozen=True, slots=True)
class ReplacedFile:
    """Our earlier file at a path: the run that delivered it, when (ISO 8601), the number of its
    rows (None if an older version delivered it), and whether the importer has collected it, so that
    nothing is replaced: `yes`, `no` or `unknown`. `full`: the new file has all students, so that
    none is lost."""

    path: str
    delivered_at: str
    run_id: str
    rows: int | None
    collected: str
    full: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """Students of an earlier file at `path`, which the importer is not known to have collected:
    they are in this run's files, too. `run_id` delivered that file; `students` counts them, and
    `missing` those that are no longer stored. If `is_listed` is False, the archive no longer has
    the list of its students, and none could be carried over."""

    path: str
    run_id: str
    students: int = 0
    missing: int = 0
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class RunError:
    """The reason why a year or a run failed: a stable code, and a sentence with the remedy.

    `transient`: the same may succeed a little later without anybody's help.
    """

    code: str
    message: str
    transient: bool = False

    @classmethod
    def of(cls, error: RegistrationSyncError) -> "RunError":
        return cls(error.code, error.message, is_transient(error))


@dataclass(frozen=True, slots=True)
class YearOutcome:
    """One school year of a run. `rows` counts the students exported, `held_count` those held, and
    `left_out` those without a row. `delivered_before` lists the first students that files of new
    students leave out, `unmatched` the values without a match code. A waiting year sent nothing.
    `header_only` has the paths of files that were replaced by their header, because nothing was
    due. `oldest_due_at` is the earliest of the last syncs of the due students of an export.
    `replaces` are our earlier files at the paths of this year's files, `carried_over` the
    uncollected ones whose students are in this year's files, too. `held_groups` counts all held
    students by reason, the most frequent first."""

    school_year: int
    status: RunStatus
    rows: int = 0
    held_count: int = 0
    held: tuple[HeldRow, ...] = ()
    files: tuple[DeliveredFile, ...] = ()
    warnings: tuple[str, ...] = ()
    error: RunError | None = None
    left_out: int = 0
    delivered_before_count: int = 0
    delivered_before: tuple[str, ...] = ()
    unmatched: tuple[UnmatchedValue, ...] = ()
    duration_seconds: float | None = None
    findings: tuple[Finding, ...] = ()
    header_only: tuple[str, ...] = ()
    oldest_due_at: dt.datetime | None = None
    carried_over: tuple[Carried, ...] = ()
    replaces: tuple[ReplacedFile, ...] = ()
    held_groups: tuple[HeldGroup, ...] = ()

    def __post_init__(self) -> None:
        """Warnings name files and accounts."""
        lines = tuple(printable(one, MAX_MESSAGE_CHARACTERS) for one in self.warnings)
        object.__setattr__(self, "warnings", lines)


@dataclass(frozen=True, slots=True)
class ResendSelection:
    """The part of a past run to send again: some files (year and name; none: all of them), and the
    rows of some students (None: whole files; empty: all those asked for were erased since)."""

    run_id: str
    files: tuple[tuple[int, str], ...] = ()
    student_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure removed: the student's snapshots, lines of kept files, the number of these
    files, and of run records that named the student."""

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


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked of a run; `school_years` None means every year with something due.

    `override_held` delivers a full file without the held students, `override_guards` ignores what
    the guards find. `carry_over` sends the students of files that were not collected again.
    `student_id` is the student of a test record or an erasure.
    """

    kind: RunKind = RunKind.EXPORT
    school_years: tuple[int, ...] | None = None
    contents: Contents = Contents.CHANGES
    override_held: bool = False
    override_guards: bool = False
    carry_over: bool = False
    resend: ResendSelection | None = None
    student_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution; times are UTC. `steps` are those of a check.

    `sent_to` is the account on the server, `phase` the current step of a run in progress, and its
    year. `next_attempt_by`: it failed with a transient error, and AWS retries it before then.
    `attempt_token` identifies the latest attempt, the only one that may store the run.
    `confirmed_by` confirmed a run that awaited confirmation, at `confirmed_at`; its first start was
    at `first_started_at`. `erased` counts over all attempts.
    """

    connection_id: str
    run_id: str
    trigger: RunTrigger
    requested_at: dt.datetime
    requested_by: str = ""
    request: RunRequest = RunRequest()
    status: RunStatus = RunStatus.PENDING
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    mapping_version: int | None = None
    years: tuple[YearOutcome, ...] = ()
    message: str = ""
    error: RunError | None = None
    attempt: int = 0
    attempt_token: str = ""
    sent_to: str = ""
    phase: str | None = None
    next_attempt_by: dt.datetime | None = None
    steps: tuple[CheckStep, ...] = ()
    confirmed_by: str = ""
    confirmed_at: dt.datetime | None = None
    first_started_at: dt.datetime | None = None
    erased: Erased = Erased()

    @property
    def kind(self) -> RunKind:
        return self.request.kind

    @property
    def holds_lease(self) -> bool:
        return self.kind in HOLDS_LEASE

    @property
    def was_refused(self) -> bool:
        """Whether it never began, because another run of the connection was in progress."""
        return self.error is not None and self.error.code == AlreadyRunning.code

    @property
    def finished(self) -> bool:
        return self.finished_at is not None

    @property
    def has_progress(self) -> bool:
        """Whether the record shows a run between its start and its end."""
        return self.status is RunStatus.IN_PROGRESS and bool(self.phase or self.years)

    @property
    def is_over(self) -> bool:
        """Whether the run has nothing to do, unless a person confirms it."""
        return self.finished or self.status is RunStatus.AWAITING_CONFIRMATION

    @property
    def duration_seconds(self) -> float | None:
        if not self.started_at or not self.finished_at:
            return None
        return round((self.finished_at - self.started_at).total_seconds(), 1)

    @property
    def student_ids(self) -> tuple[str, ...]:
        """The students that the run is about, and its record names: none for a finished erasure."""
        if self.request.resend:
            return self.request.resend.student_ids or ()
        is_erased = self.kind is RunKind.ERASURE and self.finished
        return () if is_erased or not self.request.student_id else (self.request.student_id,)

    @property
    def waiting_years(self) -> tuple[int, ...]:
        """The school years that await confirmation."""
        waiting = (year for year in self.years if year.status is RunStatus.AWAITING_CONFIRMATION)
        return tuple(year.school_year for year in waiting)

    @property
    def delivered_years(self) -> tuple[YearOutcome, ...]:
        """The years that are done: no attempt of this run delivers them again."""
        return tuple(year for year in self.years if year.status in _DELIVERED)

    @property
    def years_to_export(self) -> tuple[int, ...] | None:
        """None for each year with something due. A confirmed run exports only the years that
        waited: nobody has seen the findings of any other."""
        return self.waiting_years if self.confirmed_by else self.request.school_years

    def with_waiting_years(self, status: RunStatus) -> tuple[YearOutcome, ...]:
        """The years, where those that await confirmation get this status."""
        waiting = self.waiting_years
        return tuple(
            replace(year, status=status) if year.school_year in waiting else year
            for year in self.years
        )
