"""Stores a pending run and starts the export function for it."""

import datetime as dt
from dataclasses import replace

from registration_sync.domain.errors import AlreadyRunning, Unavailable
from registration_sync.domain.export_run import (
    LEASED,
    ExportRequest,
    ExportRun,
    RunError,
    RunStatus,
    requested_run,
)
from registration_sync.ports import ExportStarter, LeaseReader, Runs


def start_run(
    request: ExportRequest,
    *,
    now: dt.datetime,
    runs: Runs,
    leases: LeaseReader,
    starter: ExportStarter,
) -> ExportRun:
    """The pending run. One that takes the lease is alone; a dry run goes beside others.

    Raises AlreadyRunning, with the id, while another is pending or in progress, and Unavailable
    if it could not be started.
    """
    run = requested_run(request, now)
    if request.kind in LEASED:
        running = leases.running(request.connection_id, int(now.timestamp() * 1000))
        if running:
            raise AlreadyRunning("An export of this connection is already running.", run_id=running)
        runs.request(run)
    else:
        runs.save(run)
    try:
        starter.start(request)
    except Unavailable as error:
        # Should it have started all the same, it replaces this record with its own.
        runs.save(
            replace(
                run,
                status=RunStatus.FAILED,
                finished_at=now,
                message="The run was not started; the students stay due.",
                error=RunError(error.code, error.message),
            )
        )
        raise
    return run
