"""Cancels a run that has not begun."""

import datetime as dt
from typing import Any

from registration_sync.domain.errors import Conflict
from registration_sync.domain.export_run import RunStatus
from registration_sync.ports import Runs
from registration_sync.use_cases.read_export import stored_export


def cancel_export(
    connection_id: str, run_id: str, *, cancelled_by: str, now: dt.datetime, runs: Runs
) -> dict[str, Any]:
    """The record of the cancelled run: the function that was started for it does nothing.

    Raises NotFound, and Conflict once the run has begun: a delivery is not broken off halfway.
    """
    record = stored_export(connection_id, run_id, runs=runs)
    if record["status"] == RunStatus.CANCELLED:
        return record
    if record["finished_at"]:
        raise Conflict("The run is finished: there is nothing left to cancel.")
    if record["status"] != RunStatus.PENDING:
        raise Conflict(
            "The run has begun, and is not broken off halfway; it ends by itself within minutes."
        )
    cancelled = {
        **record,
        "status": RunStatus.CANCELLED.value,
        "message": f"Cancelled by {cancelled_by} before it began; everyone stays due.",
        "finished_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
    }
    runs.cancel(connection_id, run_id, cancelled)
    return cancelled
