"""Executes the run of an event: finds, starts, executes, stores and announces it."""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.setup import SetupStep
from registration_sync.domain.errors import (
    AlreadyRunning,
    AttemptEnded,
    BeingDeleted,
    Conflict,
    DiskFull,
    InvalidRequest,
    MarkerLost,
    NotFound,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.runs.endings import failed_run
from registration_sync.domain.runs.liveness import starts_too_late
from registration_sync.domain.runs.requests import connection_of, parse_event
from registration_sync.domain.runs.run import (
    NOT_RETRIED,
    Run,
    RunKind,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.domain.runs.run_id import RUN_ID, scheduled_time
from registration_sync.ports.connections import Connections, Schedules
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.connections.schedule_exports import should_run
from registration_sync.use_cases.exporting.workspace import full_disk_as_error
from registration_sync.use_cases.runs.lease import HeldLease

MAX_ATTEMPTS = 3
"""Lambda invokes an asynchronous event again after one and two minutes, if it raises."""

NEXT_ATTEMPT_TIMEOUT = dt.timedelta(minutes=10)

_INTERRUPTED = "The run was interrupted and is not retried: start a new one."
_NO_SUCH_RUN = (
    "There is no run with this id, or it has expired. To start a new export with an id of your "
    'own, add "trigger": "hand" to the event.'
)
_SENT_TO = "An earlier attempt delivered this year to"
_STUDENTS_ERASED = "The students were erased; nothing was re-sent."


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a run in progress; `workspace` is a folder that is deleted afterwards."""

    run: Run
    connection: Connection
    workspace: Path


type Runner = Callable[[Attempt], Run]
"""Executes a kind of run without the lease, and returns the finished run, which is not stored yet.
May raise Unavailable, and errors that a person must correct."""

type LeasedRunner = Callable[[Attempt, HeldLease], Run]
"""The same for a kind of run that holds the lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExecutor:
    """Executes the run of an event. `announce` announces a run once, and never raises; `retire`
    clears up after an export; `workspace` yields an empty folder and deletes it afterwards."""

    connections: Connections
    runs: Runs
    schedules: Schedules
    runners: Mapping[RunKind, Runner]
    leased_runners: Mapping[RunKind, LeasedRunner]
    hold_lease: Callable[[str, str], AbstractContextManager[HeldLease]]
    announce: Callable[[Run], None]
    retire: Callable[[str, Path], None]
    workspace: Callable[[], AbstractContextManager[Path]]
    now: Callable[[], dt.datetime]
    new_token: Callable[[], str]

    def execute(self, event: Mapping[str, Any], request_id: str) -> Run | None:
        """The run, which is also stored: finished, or awaiting confirmation. None for a scheduled
        event whose schedule is off or paused, or whose connection is being deleted. An event that
        is delivered twice runs once; after another attempt took over, the run is as that attempt
        stored it.

        Errors that a person must correct are in the record. Raises InvalidRequest for the event
        itself, NotFound, AlreadyRunning while another run holds the lease, and Unavailable if
        another attempt will follow.
        """
        run = self._find(event, request_id)
        if is_scheduled(event):
            moment = scheduled_time(run.run_id)
            if not should_run(run.connection_id, moment, schedules=self.schedules):
                return None
        if run.is_over:
            return self._announced(run)
        ended = self._ended_before_start(run)
        if ended:
            return self._ended(ended)
        with self.workspace() as workspace:
            try:
                finished = self._attempt(run, workspace)
            except AttemptEnded:
                return self._announced(self._stored(run))
            except BeingDeleted:
                # Nothing is stored: the purge may begin at any time.
                if is_scheduled(event):
                    return None
                raise
            except AlreadyRunning as error:
                self._refuse(run, error, event)
                raise
            self.announce(finished)
            if finished.kind is RunKind.EXPORT:
                # The export is complete; the next one retires what is left.
                stopped = suppress(Unavailable, MarkerLost, DiskFull, ServiceRefused)
                with stopped, full_disk_as_error():
                    self.retire(finished.connection_id, workspace)
        return finished

    def _find(self, event: Mapping[str, Any], request_id: str) -> Run:
        """The stored run of the event, or a new one."""
        if event.get("run_id") and not is_scheduled(event):
            connection_id, run_id = connection_of(event), str(event["run_id"])
            stored = self.runs.find(connection_id, run_id) if RUN_ID.fullmatch(run_id) else None
            if stored:
                return stored
            if event.keys() == {"connection_id", "run_id"}:
                raise NotFound(_NO_SUCH_RUN)
            return parse_event(event, self.now(), request_id)
        run = parse_event(event, self.now(), request_id)
        return self._stored(run)

    def _stored(self, run: Run) -> Run:
        """The run as it was last stored."""
        return self.runs.find(run.connection_id, run.run_id) or run

    def _ended_before_start(self, run: Run) -> Run | None:
        """The run, if it ends before it starts."""
        too_late = starts_too_late(run, self.now())
        ended = replace(too_late or run, finished_at=self.now(), next_attempt_by=None)
        if too_late:
            return ended
        if run.kind in NOT_RETRIED and run.attempt > 0:
            return replace(ended, status=RunStatus.FAILED, message=_INTERRUPTED)
        if run.request.resend and run.request.resend.student_ids == ():
            return replace(ended, status=RunStatus.NOTHING_TO_EXPORT, message=_STUDENTS_ERASED)
        return None

    def _attempt(self, run: Run, workspace: Path) -> Run:
        connection = self.connections.get(run.connection_id)
        if connection.deletion:
            raise BeingDeleted
        started = _started(run, connection, self.now(), self.new_token())
        attempt = Attempt(started, connection, workspace)
        if run.holds_lease:
            leased_runner = self.leased_runners[run.kind]
            with self.hold_lease(run.connection_id, run.run_id) as lease:
                self.runs.begin(started, run.attempt_token)
                finished = self._execute(started, lambda: leased_runner(attempt, lease))
        else:
            self.runs.begin(started, run.attempt_token)
            finished = self._execute(started, lambda: self.runners[run.kind](attempt))
        if connection.setup:
            self._note_setup(finished)
        return finished

    def _note_setup(self, finished: Run) -> None:
        """Notes what the run of a connection that is being set up has shown."""
        with suppress(Unavailable, ServiceRefused):  # the next such run is noted
            if finished.kind is RunKind.EXPORT and any(year.files for year in finished.years):
                self.connections.end_setup(finished.connection_id)
            elif finished.kind is RunKind.TEST_RECORD and finished.status is RunStatus.SUCCEEDED:
                self.connections.note_setup(finished.connection_id, SetupStep.TEST_RECORD)

    def _execute(self, started: Run, execute: Callable[[], Run]) -> Run:
        try:
            with full_disk_as_error():
                run = execute()
        except AttemptEnded:
            raise
        except (
            InvalidRequest,
            NotFound,
            Conflict,
            MarkerLost,
            DiskFull,
            ServiceRefused,
        ) as error:
            run = failed_run(started, error, self.now())
        if not _is_retried(run):
            self.runs.save(run)
            return run
        self.runs.save(
            replace(
                started,
                mapping_version=run.mapping_version,
                erased=run.erased,
                message="It will be retried in a minute or two.",
                next_attempt_by=self.now() + NEXT_ATTEMPT_TIMEOUT,
            )
        )
        raise Unavailable("The run failed with a transient error and will be retried.")

    def _refuse(self, run: Run, error: AlreadyRunning, event: Mapping[str, Any]) -> None:
        """Records that the run was refused; a scheduled run is retried instead."""
        if error.run_id == run.run_id:  # invoked twice: the other attempt keeps the record
            raise Unavailable("Another attempt of this run may still be in progress.") from error
        if not is_scheduled(event):
            self._ended(failed_run(run, error, self.now()))

    def _ended(self, run: Run) -> Run:
        """Stores and announces a run that ends before it starts, unless an attempt has begun."""
        try:
            self.runs.save(run)
        except AttemptEnded:
            run = self._stored(run)
        return self._announced(run)

    def _announced(self, run: Run) -> Run:
        """The run of an event that AWS delivered twice, or of an attempt that was interrupted
        before the announcement. A run that was cancelled before it started is not announced."""
        never_started = run.status is RunStatus.CANCELLED and not run.started_at
        if run.is_over and not never_started:
            self.announce(run)
        return run


def is_scheduled(event: Mapping[str, Any]) -> bool:
    """Whether the event comes from a schedule."""
    return event.get("trigger") == RunTrigger.SCHEDULE


def _started(run: Run, connection: Connection, now: dt.datetime, token: str) -> Run:
    """The run with a new attempt."""
    sent_to = _account_name(run.kind, connection)
    return replace(
        run,
        status=RunStatus.IN_PROGRESS,
        started_at=now,
        finished_at=None,
        attempt=run.attempt + 1,
        attempt_token=token,
        sent_to=sent_to,
        years=_kept_years(run, sent_to),
        message="",
        error=None,
        phase=None,
        next_attempt_by=None,
    )


def _kept_years(run: Run, sent_to: str) -> tuple[YearOutcome, ...]:
    """The years that earlier attempts delivered; those delivered to another account say so. A
    confirmed run keeps all years."""
    kept = run.years if run.confirmed_by else run.delivered_years
    if sent_to == run.sent_to:
        return kept
    return tuple(
        replace(year, warnings=(*year.warnings, f"{_SENT_TO} {run.sent_to}."))
        if year.files and not any(text.startswith(_SENT_TO) for text in year.warnings)
        else year
        for year in kept
    )


def _account_name(kind: RunKind, connection: Connection) -> str:
    if kind is RunKind.ERASURE:
        return ""
    if connection.delivery is not DeliveryMethod.SFTP:
        return DeliveryMethod.DOWNLOAD.value
    return connection.account_name


def _is_retried(run: Run) -> bool:
    """Whether nothing was delivered, every error is transient, and Lambda invokes us again."""
    is_invoked_again = run.trigger in {RunTrigger.API, RunTrigger.SCHEDULE}
    if not (run.holds_lease and is_invoked_again and run.attempt < MAX_ATTEMPTS):
        return False
    errors = [run.error] if run.error else [year.error for year in run.years if year.error]
    only_transient = bool(errors) and all(error.transient for error in errors)
    return only_transient and run.status is RunStatus.FAILED
