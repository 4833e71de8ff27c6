"""Exports a connection: from the schedule, the API and an operator's hand alike."""

import datetime as dt
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from registration_sync.api import describe_exception, error_answer, logger
from registration_sync.bootstrap import export_function
from registration_sync.domain.errors import (
    AlreadyRunning,
    MarkerLost,
    RegistrationSyncError,
    RunCancelled,
    Unavailable,
)
from registration_sync.domain.runs.run import (
    CHECK,
    DRY_RUN,
    ERASURE,
    EXPORT,
    RESEND,
    SCHEDULED,
    TEST_RECORD,
    RunRequest,
    RunStatus,
)
from registration_sync.use_cases.connections.schedule_exports import should_run
from registration_sync.use_cases.ledger.retire_batches import retire_batches
from registration_sync.use_cases.run_kinds.check import run_check
from registration_sync.use_cases.run_kinds.dry_run import dry_run
from registration_sync.use_cases.run_kinds.erasure import erase_student
from registration_sync.use_cases.run_kinds.export import export_registrations
from registration_sync.use_cases.run_kinds.lifecycle import refused_run
from registration_sync.use_cases.run_kinds.marker_recovery import REBUILD_MARKER
from registration_sync.use_cases.run_kinds.resend import resend_files
from registration_sync.use_cases.run_kinds.stored_request import as_asked, ended_before
from registration_sync.use_cases.run_kinds.test_record import send_test_record
from registration_sync.use_cases.runs.list_runs import shortened
from registration_sync.use_cases.runs.request_export import connection_of, parse_export_event

AWAITING = RunStatus.AWAITING_CONFIRMATION

USES = {
    DRY_RUN: dry_run,
    RESEND: resend_files,
    CHECK: run_check,
    TEST_RECORD: send_test_record,
    ERASURE: erase_student,
}
"""What each kind of run but an export uses."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with the run's record, or with an error in the API's shape.

    Raises only where Lambda's retry helps: a passing fault, and a scheduled run that has to wait
    for another one.
    """
    deps = export_function.dependencies()
    deps.invocation.context = context
    started = time.monotonic()
    try:
        if event.get("action") == REBUILD_MARKER:
            return _rebuilt(event, deps)
        request = parse_export_event(event, dt.datetime.now(dt.UTC), context.aws_request_id)
        if _sleeps(request, deps):
            return _not_run(request)
        run = _run(request, deps)
    except RegistrationSyncError as error:
        logger().error("export refused", extra={"code": error.code})
        if isinstance(error, Unavailable) or _waits(event, error):
            raise
        body: dict[str, Any] = error_answer(error).body  # type: ignore[assignment]
        return body
    logger().info(
        "exported",
        extra={
            "connection_id": run["connection_id"],
            "run_id": run["run_id"],
            "kind": run["kind"],
            "status": run["status"],
            "rows": sum(year["rows"] for year in run["years"]),
            "held": sum(year["held_count"] for year in run["years"]),
            "codes": sorted({year["error"]["code"] for year in run["years"] if year["error"]}),
            "duration_ms": round((time.monotonic() - started) * 1000),
        },
    )
    return shortened(run)


def _rebuilt(event: dict[str, Any], deps: export_function.Dependencies) -> dict[str, Any]:
    """An operator's task, and no run: the marker's numbers as they are now."""
    numbers = deps.rebuild_marker(connection_of(event, known={"action", "connection_id"}))
    logger().info("marker rebuilt", extra=numbers)
    return numbers


def _sleeps(request: RunRequest, deps: export_function.Dependencies) -> bool:
    moment = request.scheduled_for
    return moment is not None and not should_run(
        request.connection_id, moment, schedules=deps.schedules
    )


def _not_run(request: RunRequest) -> dict[str, Any]:
    """The answer to a schedule that is off or pauses: no run, and nothing in the history."""
    logger().info("not exported", extra={"connection_id": request.connection_id})
    return {
        "connection_id": request.connection_id,
        "run_id": None,
        "status": RunStatus.CANCELLED,
        "message": "The schedule is off, or pauses on this day: nothing was done.",
    }


def _waits(event: dict[str, Any], error: RegistrationSyncError) -> bool:
    return isinstance(error, AlreadyRunning) and event.get("trigger") == SCHEDULED


def _run(request: RunRequest, deps: export_function.Dependencies) -> dict[str, Any]:
    earlier = deps.runs.find(request.connection_id, request.run_id)
    if earlier and (earlier["finished_at"] or earlier["status"] == AWAITING):
        return _done(earlier, deps)
    request = as_asked(request, earlier)
    attempts: int = earlier["attempt"] if earlier else 0
    now = dt.datetime.now(dt.UTC)
    ended = ended_before(request, attempted=attempts > 0, runs=deps.runs, now=now)
    if ended:
        return _announced(ended.to_json(), deps)
    # Student data: the folder goes with the run, also in a function that stays warm.
    use = USES.get(request.kind, export_registrations)
    with tempfile.TemporaryDirectory() as workspace:
        outside = deps.outside(workspace=Path(workspace))
        try:
            run = use(request, attempt=attempts + 1, outside=outside)
        except RunCancelled:
            return deps.runs.find(request.connection_id, request.run_id) or {}
        except AlreadyRunning as error:
            if error.run_id == request.run_id:  # invoked twice: the other one keeps the record
                raise Unavailable("Another attempt of this run may still be under way.") from error
            if request.scheduled_for is None:
                refused = refused_run(request, error, outside.now())
                deps.runs.save(refused)
                _announced(refused.to_json(), deps)
            raise
        record = _announced(run.to_json(), deps)
        if request.kind == EXPORT:
            with suppress(
                Unavailable, MarkerLost
            ):  # the run is done; the next one settles what is left
                retire_batches(
                    request.connection_id,
                    table=outside.table,
                    archive=outside.archive,
                    workspace=outside.workspace,
                    retention_days=outside.retention_days,
                    now=outside.now(),
                    seconds_left=deps.invocation.seconds_left,
                )
    return record


def _done(record: dict[str, Any], deps: export_function.Dependencies) -> dict[str, Any]:
    """The record of a run that Lambda or the scheduler delivered twice; or it was killed when it
    had stored how it ended, and is still to be told. Of one that was cancelled before it began
    there is nothing to tell."""
    never_began = record["status"] == RunStatus.CANCELLED and not record["started_at"]
    if never_began or deps.runs.is_announced(record["connection_id"], record["run_id"]):
        return record
    return _announced(record, deps)


def _announced(record: dict[str, Any], deps: export_function.Dependencies) -> dict[str, Any]:
    """The run's record, after it was told to whom it concerns. It is stored, and whatever goes
    wrong here is logged and leaves it as it is."""
    try:
        reasons = [fault.message for fault in deps.announce(record)]
    except Exception as error:  # noqa: BLE001  # or AWS would try a run again that has delivered
        reasons = describe_exception(error)
    if reasons:
        told = {name: record[name] for name in ("connection_id", "run_id")}
        logger().error("not announced", extra=told | {"reasons": reasons})
    return record
