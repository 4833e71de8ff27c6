"""Cancels a run that has not started, or awaits confirmation."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace

from registration_sync.domain.errors import Conflict
from registration_sync.domain.runs.run import Run, RunStatus
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.runs.read_run import stored_run


def cancel_run(
    connection_id: str, run_id: str, *, cancelled_by: str, now: dt.datetime, runs: Runs
) -> tuple[Run, bool]:
    """The cancelled run, and whether this call cancelled it. Raises NotFound, and Conflict once the
    run has started: a delivery is not stopped halfway."""
    run = stored_run(connection_id, run_id, runs=runs)
    if run.status is RunStatus.CANCELLED:
        return run, False
    if run.finished:
        raise Conflict("The run is finished: there is nothing to cancel.")
    awaits = run.status is RunStatus.AWAITING_CONFIRMATION
    if run.status is not RunStatus.PENDING and not awaits:
        raise Conflict("The run has started and is not stopped halfway; it ends within minutes.")
    when = "instead of approved" if awaits else "before it started"
    message = f"Canceled by {cancelled_by} {when}. The students wait for the next export."
    return _cancel(run, message, now, runs), True


def cancel_superseded_run(run: Run, *, now: dt.datetime, runs: Runs) -> None:
    """Cancels the run that awaits confirmation, because `run` delivers its students: confirmed
    later, it would find no students, or send unseen ones. Raises Unavailable."""
    awaiting = runs.awaiting(run.connection_id)
    if awaiting is None or awaiting.run_id == run.run_id:
        return
    message = f"Nobody approved it before run {run.run_id} started, which includes its students."
    with suppress(Conflict):  # the run was just confirmed or cancelled
        _cancel(awaiting, message, now, runs)


def _cancel(run: Run, message: str, now: dt.datetime, runs: Runs) -> Run:
    cancelled = replace(
        run,
        status=RunStatus.CANCELLED,
        message=message,
        finished_at=now,
        years=run.with_waiting_years(RunStatus.CANCELLED),
    )
    runs.cancel(cancelled)
    return cancelled
