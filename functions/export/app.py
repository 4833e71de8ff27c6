"""Executes the run of an event from the schedule, the API or an operator."""

import time
from typing import Any

from registration_sync.api import error_answer
from registration_sync.bootstrap import export_function, purge
from registration_sync.bootstrap.init import build_during_init
from registration_sync.domain.errors import (
    AlreadyRunning,
    MarkerLost,
    RegistrationSyncError,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.fields import Fields
from registration_sync.domain.runs.requests import connection_of
from registration_sync.domain.runs.run import Run, RunStatus
from registration_sync.last_catch import catch_last
from registration_sync.logs import logger
from registration_sync.routes.run_bodies import short_run_body
from registration_sync.use_cases.run_kinds.lifecycle import is_scheduled
from registration_sync.use_cases.run_kinds.marker_recovery import REBUILD_MARKER
from registration_sync.use_cases.run_kinds.purge import (
    LIST_DELETIONS,
    PURGE,
    list_deletions,
    purge_connection,
)


@catch_last
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Returns the run, or an error in the API's shape.

    Raises only where Lambda's retry helps: a transient error, and a scheduled run that must wait
    for another one. Also raises a refusal of AWS that no run could record: the event goes to the
    queue of failed ones, with an alarm.
    """
    export_function.dependencies().invocation.context = context
    started_at = time.monotonic()
    try:
        if event.get("action") == REBUILD_MARKER:
            return _rebuild(event)
        if event.get("action") == PURGE:
            return _purge(event)
        if event.get("action") == LIST_DELETIONS:
            return _list_deletions(event)
        run = export_function.executor().execute(event, context.aws_request_id)
    except RegistrationSyncError as error:
        logger().error("run failed", extra={"code": error.code})
        waits = isinstance(error, AlreadyRunning) and is_scheduled(event)
        waits |= isinstance(error, MarkerLost) and event.get("action") == PURGE
        if waits or isinstance(error, Unavailable | ServiceRefused):
            raise
        body: dict[str, Any] = error_answer(error).body  # type: ignore[assignment]
        return body
    if run is None:
        return _skipped(event)
    _log(run, time.monotonic() - started_at)
    return short_run_body(run)


def _rebuild(event: dict[str, Any]) -> dict[str, Any]:
    """An operator's task, not a run: returns the numbers of the rebuilt marker."""
    numbers = export_function.rebuild(connection_of(event, "action", "connection_id"))
    logger().info("marker rebuilt", extra=numbers)
    return numbers


def _purge(event: dict[str, Any]) -> dict[str, Any]:
    """A step of a deletion, not a run: returns its record."""
    record = purge_connection(event, purge.resources())
    about = {name: record.get(name) for name in ("connection_id", "status", "purged")}
    logger().info("purge step finished", extra=about)
    return record


def _list_deletions(event: dict[str, Any]) -> dict[str, Any]:
    fields = Fields(event).refuse_unknown("action", "district")
    district = fields.get("district")
    if not isinstance(district, str):
        fields.add_problem("district", "Enter the name of the district.")
    fields.raise_problems("Nothing was listed.")
    return {"items": list_deletions(str(district), deletions=purge.deletions())}


def _skipped(event: dict[str, Any]) -> dict[str, Any]:
    logger().info("run skipped", extra={"connection_id": event["connection_id"]})
    return {
        "connection_id": event["connection_id"],
        "run_id": None,
        "status": RunStatus.CANCELLED,
        "message": "The schedule is off or paused on this day, or the connection is being deleted: "
        "nothing was done.",
    }


def _log(run: Run, seconds: float) -> None:
    logger().info(
        "run finished",
        extra={
            "connection_id": run.connection_id,
            "run_id": run.run_id,
            "kind": run.kind,
            "status": run.status,
            "rows": sum(year.rows for year in run.years),
            "held": sum(year.held_count for year in run.years),
            "codes": sorted({year.error.code for year in run.years if year.error}),
            "duration_ms": round(seconds * 1000),
        },
    )


build_during_init(export_function.dependencies)
