"""Cancels a run that has not begun, or awaits confirmation."""

import datetime as dt
from contextlib import suppress
from typing import Any

from registration_sync.domain.errors import Conflict
from registration_sync.domain.runs.liveness import with_waiting_years
from registration_sync.domain.runs.run import ERASURE, Run, RunStatus
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.runs.read_run import stored_export


def cancel_run(
    connection_id: str, run_id: str, *, cancelled_by: str, now: dt.datetime, runs: Runs
) -> dict[str, Any]:
    """The record of the cancelled run: the function that was started for it does nothing, and
    what awaited confirmation is not sent.

    Raises NotFound, and Conflict once the run has begun: a delivery is not broken off halfway.
    """
    record = stored_export(connection_id, run_id, runs=runs)
    if record["status"] == RunStatus.CANCELLED:
        return record
    if record["finished_at"]:
        raise Conflict("The run is finished: there is nothing left to cancel.")
    awaits = record["status"] == RunStatus.AWAITING_CONFIRMATION
    if record["status"] != RunStatus.PENDING and not awaits:
        raise Conflict(
            "The run has begun, and is not broken off halfway; it ends by itself within minutes."
        )
    when = "instead of confirmed" if awaits else "before it began"
    message = f"Cancelled by {cancelled_by} {when}; everyone stays due."
    return _cancel(record, message, now, runs)


def cancel_superseded_run(run: Run, *, now: dt.datetime, runs: Runs) -> None:
    """Cancels the run that awaits confirmation, as another export begins and takes its students:
    confirmed later, it would find nobody, or send what nobody looked at. Raises Unavailable."""
    record = runs.awaiting(run.connection_id)
    if record is None or record["run_id"] == run.run_id:
        return
    message = f"Nobody had confirmed it when run {run.run_id} began; everyone stays due."
    with suppress(Conflict):  # somebody was quicker
        _cancel(record, message, now, runs)


def _cancel(record: dict[str, Any], message: str, now: dt.datetime, runs: Runs) -> dict[str, Any]:
    cancelled = {
        **record,
        "status": RunStatus.CANCELLED.value,
        "message": message,
        "finished_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "years": with_waiting_years(record, RunStatus.CANCELLED),
        "student_ids": [] if record["kind"] == ERASURE else record["student_ids"],
    }
    runs.cancel(record["connection_id"], record["run_id"], cancelled)
    return cancelled
