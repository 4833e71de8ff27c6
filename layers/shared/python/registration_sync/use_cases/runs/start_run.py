"""Starts a requested run: stores it as pending, and starts the export function."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from registration_sync.domain.errors import (
    AlreadyRunning,
    Conflict,
    RegistrationSyncError,
    Unavailable,
)
from registration_sync.domain.runs.run import (
    Run,
    RunError,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
)
from registration_sync.ports.connections import Connections
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import CheckAttempts, CheckSlots, ExportStarter, Runs
from registration_sync.use_cases.runs.check_attempts import admit_attempt
from registration_sync.use_cases.runs.read_run import with_effective_status

MAX_CHECK_DURATION = dt.timedelta(minutes=4)
"""From the request to the end: the service's own limit, and a slow start."""

MAX_CHECKS = 10
"""Of all connections at a time: a server may make each check take its whole time."""


@dataclass(frozen=True, slots=True)
class RunStarter:
    """Starts one run for a caller of the API."""

    run_id: str
    requested_by: str
    now: dt.datetime
    runs: Runs
    leases: LeaseReader
    starter: ExportStarter
    check_slots: CheckSlots
    check_attempts: CheckAttempts

    def start(
        self, connection_id: str, request: RunRequest, admit: Callable[[], None] = lambda: None
    ) -> Run:
        """The pending run; `admit` may refuse it. Raises AlreadyRunning, with the id, for a run
        that holds the lease while another one is pending or in progress, Conflict while too many
        checks are running, and Unavailable if it could not be started."""
        run = Run(
            connection_id=connection_id,
            run_id=self.run_id,
            trigger=RunTrigger.API,
            requested_by=self.requested_by,
            requested_at=self.now,
            request=request,
        )
        if run.holds_lease:
            require_none_running(connection_id, leases=self.leases, now=self.now)
            with_free_slot(
                connection_id,
                partial(self.runs.request, run),
                runs=self.runs,
                leases=self.leases,
                now=self.now,
            )
        else:
            if request.kind is RunKind.CHECK:
                self._take_check_slots(connection_id)
            try:
                admit()
            except RegistrationSyncError:
                self.check_slots.free(run.run_id)
                raise
            self.runs.save(run)
        try:
            self.starter.start(connection_id, run.run_id)
        except Unavailable as error:
            self.check_slots.free(run.run_id)
            try:
                self.runs.cancel(self._not_started(run, error))
            except Conflict:
                return run  # the run has started; only the response was lost
            raise
        return run

    def _take_check_slots(self, connection_id: str) -> None:
        take_connection_slot(connection_id, self.run_id, self.now, self.check_slots)
        if not self.check_slots.take(
            self.run_id, self.now, most=MAX_CHECKS, lasts=MAX_CHECK_DURATION
        ):
            self.check_slots.free(self.run_id)
            raise Conflict(
                f"{MAX_CHECKS} connection checks are running, the most at a time. Try again in a "
                "few minutes."
            )

    def _not_started(self, run: Run, error: Unavailable) -> Run:
        return replace(
            run,
            status=RunStatus.FAILED,
            finished_at=self.now,
            message="The run was not started. The students wait for the next export.",
            error=RunError(error.code, error.message),
        )


def take_connection_slot(
    connection_id: str, run_id: str, now: dt.datetime, slots: CheckSlots
) -> None:
    """Takes the connection's slot for a check. Raises AlreadyRunning, with the id, while another
    check has it."""
    holder = slots.holder(connection_id, run_id, now, lasts=MAX_CHECK_DURATION)
    if holder != run_id:
        raise AlreadyRunning("A check of this connection is already running.", run_id=holder)


def require_none_running(connection_id: str, *, leases: LeaseReader, now: dt.datetime) -> None:
    """Raises AlreadyRunning, with the id, while a run holds the lease."""
    running = leases.running(connection_id, int(now.timestamp() * 1000))
    if running:
        raise AlreadyRunning("An export of this connection is already running.", run_id=running)


def with_free_slot(
    connection_id: str,
    take: Callable[[], None],
    *,
    runs: Runs,
    leases: LeaseReader,
    now: dt.datetime,
) -> None:
    """Calls `take`, which takes the slot for a requested run, and frees the slot before if its run
    is over or was interrupted: that one could not. Raises AlreadyRunning while another run has it.
    """
    try:
        take()
    except AlreadyRunning as error:
        holder = runs.find(connection_id, error.run_id)
        shown = with_effective_status(
            connection_id, [holder] if holder else [], runs=runs, leases=leases, now=now
        )
        if not any(run.is_over or run.status is RunStatus.FAILED for run in shown):
            raise
        runs.free_slot(connection_id, error.run_id)
        take()


def request_run(
    connection_id: str, request: RunRequest, *, connections: Connections, starter: RunStarter
) -> Run:
    """Requests a check, a test record or an erasure of an existing connection; raises NotFound,
    TooManyAttempts, and the errors of `RunStarter.start`."""
    connection = connections.get(connection_id)
    admit = partial(admit_attempt, connection, attempts=starter.check_attempts, now=starter.now)
    return starter.start(connection_id, request, admit)
