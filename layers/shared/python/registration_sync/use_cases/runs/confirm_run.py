"""Confirms a run that awaits confirmation: the delivery that a guard held continues."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from functools import partial

from registration_sync.domain.errors import Conflict, Unavailable
from registration_sync.domain.runs.run import RunStatus
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import ExportStarter, Runs
from registration_sync.use_cases.runs.read_run import stored_run
from registration_sync.use_cases.runs.start_run import require_none_running, with_free_slot


def confirm_run(
    connection_id: str,
    run_id: str,
    *,
    confirmed_by: str,
    now: dt.datetime,
    runs: Runs,
    leases: LeaseReader,
    starter: ExportStarter,
) -> None:
    """Makes the run pending again and starts it, to export the then due students of the waiting
    years.

    Raises NotFound, Conflict if the run does not await confirmation, AlreadyRunning while another
    run is pending or in progress, and Unavailable if the run could not be started and still waits.
    """
    waiting = stored_run(connection_id, run_id, runs=runs)
    if waiting.status is not RunStatus.AWAITING_CONFIRMATION:
        raise Conflict(f"The run does not need approval: its status is {waiting.status}.")
    require_none_running(connection_id, leases=leases, now=now)
    confirmed = replace(
        waiting,
        status=RunStatus.PENDING,
        message=f"Approved by {confirmed_by}.",
        confirmed_by=confirmed_by,
        confirmed_at=now,
        first_started_at=waiting.first_started_at or waiting.started_at,
        requested_at=now,
        attempt=0,
    )
    confirm = partial(runs.confirm, confirmed)
    with_free_slot(connection_id, confirm, runs=runs, leases=leases, now=now)
    try:
        starter.start(connection_id, run_id)
    except Unavailable:
        with suppress(Conflict):  # the run has started nevertheless
            runs.cancel(waiting)
        raise
