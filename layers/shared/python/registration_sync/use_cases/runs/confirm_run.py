"""Confirms a run that awaits it: the delivery that looked unusual goes on as it is."""

import datetime as dt
from contextlib import suppress

from registration_sync.domain.errors import AlreadyRunning, Conflict, Unavailable
from registration_sync.domain.runs.run import MANUAL, RunRequest, RunStatus
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import ExportStarter, Runs
from registration_sync.use_cases.runs.read_run import stored_export


def confirm_run(
    connection_id: str,
    run_id: str,
    *,
    confirmed_by: str,
    now: dt.datetime,
    runs: Runs,
    leases: LeaseReader,
    starter: ExportStarter,
) -> str:
    """The id of the run, which is pending again; it exports what is due by then, of the years that
    waited.

    Raises NotFound, Conflict if it awaits no confirmation (any more), AlreadyRunning while another
    run is pending or in progress, and Unavailable if it could not be started: it waits still.
    """
    record = stored_export(connection_id, run_id, runs=runs)
    if record["status"] != RunStatus.AWAITING_CONFIRMATION:
        raise Conflict(f"The run does not await confirmation: it is {record['status']}.")
    running = leases.running(connection_id, int(now.timestamp() * 1000))
    if running:
        raise AlreadyRunning("An export of this connection is already running.", run_id=running)
    pending = {
        **record,
        "status": RunStatus.PENDING.value,
        "message": f"Confirmed by {confirmed_by}.",
        "confirmed_by": confirmed_by,
        "requested_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "attempt": 0,
    }
    runs.confirm(connection_id, run_id, pending)
    years = record["school_years"]
    try:
        # The run's record has the rest, and who confirmed: an event of it that AWS brings twice
        # finds the same.
        starter.start(
            RunRequest(
                connection_id,
                run_id,
                trigger=MANUAL,
                school_years=tuple(years) if years else None,
                contents=record["contents"],
                requested_by=record["requested_by"],
            )
        )
    except Unavailable:
        with suppress(Conflict):  # should it have started all the same
            runs.cancel(connection_id, run_id, record)
        raise
    return run_id
