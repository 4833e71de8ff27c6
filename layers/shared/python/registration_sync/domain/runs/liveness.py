"""What the history shows of a run that is not finished: whether it lives, decided at reading.

Nobody writes down that a run died: a process that was killed cannot, and a judge with a clock of
its own would now and then bury a live one.
"""

import datetime as dt
from typing import Any

from registration_sync.domain.runs.run import ERASURE, LEASED, RESEND, RunStatus

STARTS_WITHIN = dt.timedelta(minutes=20)
"""As long as a pending run keeps the next request waiting."""

LASTS_AT_MOST = dt.timedelta(minutes=16)
"""An invocation of the export function ends after 15 minutes, whatever it does."""

LEASE_GRACE = dt.timedelta(minutes=1)
"""After a lease's end its holder still counts as alive: its renewal, or our clock, may be late."""


def needs_lease_check(record: dict[str, Any]) -> bool:
    """Whether only the lease tells if this run is alive."""
    return record["status"] == RunStatus.IN_PROGRESS and record["kind"] in LEASED


def with_waiting_years(record: dict[str, Any], status: RunStatus) -> list[dict[str, Any]]:
    """The years of a run that ends: those that await confirmation have this status, too."""
    return [
        {**year, "status": status.value}
        if year["status"] == RunStatus.AWAITING_CONFIRMATION
        else year
        for year in record["years"]
    ]


def effective_record(
    record: dict[str, Any], *, running: str | None, now: dt.datetime
) -> dict[str, Any]:
    """The record, as failed where the run is dead; `running` is the run that holds the lease."""
    if record["status"] == RunStatus.PENDING:
        if now - dt.datetime.fromisoformat(record["requested_at"]) > STARTS_WITHIN:
            return _failed(
                record, "never_started", "It never started: nothing was sent. Ask again."
            )
    elif record["status"] == RunStatus.IN_PROGRESS and not _is_alive(record, running, now):
        return _failed(record, "stopped", _what_next(record["kind"]))
    return record


def _is_alive(record: dict[str, Any], running: str | None, now: dt.datetime) -> bool:
    again_by = record.get("next_attempt_by")
    if again_by and now < dt.datetime.fromisoformat(again_by):
        return True
    if record["kind"] in LEASED:
        return bool(record["run_id"] == running)
    return now - dt.datetime.fromisoformat(record["started_at"]) < LASTS_AT_MOST


def _what_next(kind: str) -> str:
    if kind == RESEND:
        return "It stopped in the middle. Look which files are there, and send them again."
    if kind == ERASURE:
        return "It stopped in the middle. Ask again: it goes on with what is left."
    if kind in LEASED:
        return "It stopped in the middle; the students stay due, and the next export delivers them."
    return "It stopped in the middle. It moved nothing: ask again."


def _failed(record: dict[str, Any], code: str, message: str) -> dict[str, Any]:
    error = {"code": code, "message": message, "passing": True}
    return {
        **record,
        "status": RunStatus.FAILED.value,
        "message": message,
        "error": error,
        "years": with_waiting_years(record, RunStatus.FAILED),
    }
