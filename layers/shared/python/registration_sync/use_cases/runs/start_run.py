"""A run that somebody asks for: stored as pending, then started in the export function."""

import datetime as dt
from dataclasses import dataclass, replace

from registration_sync.domain.errors import AlreadyRunning, Conflict, Unavailable
from registration_sync.domain.runs.run import (
    LEASED,
    MANUAL,
    Run,
    RunError,
    RunRequest,
    RunStatus,
    pending_run,
)
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import ExportStarter, Runs


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that somebody asks for now, and what it takes to start it."""

    run_id: str
    requested_by: str
    now: dt.datetime
    runs: Runs
    leases: LeaseReader
    starter: ExportStarter

    def request(self, connection_id: str, kind: str) -> RunRequest:
        return RunRequest(
            connection_id,
            self.run_id,
            trigger=MANUAL,
            requested_by=self.requested_by,
            kind=kind,
        )

    def start(self, request: RunRequest) -> Run:
        """The pending run. One that takes the lease is alone; a dry run goes beside others.

        Raises AlreadyRunning, with the id, while another is pending or in progress, and
        Unavailable if it could not be started.
        """
        run = pending_run(request, self.now)
        if request.kind in LEASED:
            now_ms = int(self.now.timestamp() * 1000)
            running = self.leases.running(request.connection_id, now_ms)
            if running:
                raise AlreadyRunning(
                    "An export of this connection is already running.", run_id=running
                )
            self.runs.request(run)
        else:
            self.runs.save(run)
        try:
            self.starter.start(request)
        except Unavailable as error:
            failed = replace(
                run,
                status=RunStatus.FAILED,
                finished_at=self.now,
                message="The run was not started; the students stay due.",
                error=RunError(error.code, error.message),
            )
            try:
                self.runs.cancel(run.connection_id, run.run_id, failed.to_json())
            except Conflict:
                return run  # only the answer was lost: it has begun, and its own record stands
            raise
        return run
