"""Detects stale runs when they are read: no job updates the record of an interrupted run.

A killed process cannot record its end, and a reaper with its own clock could mark a live run as
failed.
"""

import datetime as dt
from dataclasses import replace

from registration_sync.domain.runs.run import Run, RunError, RunKind, RunStatus

START_TIMEOUT = dt.timedelta(minutes=20)
"""As long as a pending run blocks the next request."""

MAX_DURATION = dt.timedelta(minutes=16)
"""An invocation of the export function ends after 15 minutes."""

LEASE_GRACE = dt.timedelta(minutes=1)
"""After its lease expired a run still counts as alive: its renewal, or our clock, may be late."""


START_LIMIT = START_TIMEOUT - LEASE_GRACE
"""A pending run starts only this long after its request, so no run starts that is shown as never
started. A throttled event may arrive up to six hours late
(docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)."""

RETRY_LIMIT = dt.timedelta(minutes=30)
"""A resend is retried only this long after its last start: a later one would put old files over
those that were sent meanwhile."""

_NEVER_STARTED = "It never started: nothing was sent. Start a new run."


def needs_lease_check(run: Run) -> bool:
    """Whether only the lease shows if this run is alive."""
    return run.status is RunStatus.IN_PROGRESS and run.holds_lease


def effective_run(run: Run, *, lease_holder: str | None, now: dt.datetime) -> Run:
    """The run, as failed if it is stale; `lease_holder` is the run that holds the lease."""
    if run.status is RunStatus.PENDING and now - run.requested_at > START_TIMEOUT:
        return _never_started(run)
    if run.status is RunStatus.IN_PROGRESS and not _is_alive(run, lease_holder, now):
        return _failed(run, RunError("stopped", _next_step(run), transient=True))
    return run


def starts_too_late(run: Run, now: dt.datetime) -> Run | None:
    """The run as failed, if it may no longer start."""
    if run.status is RunStatus.PENDING and now - run.requested_at > START_LIMIT:
        return _never_started(run)
    if run.kind is RunKind.RESEND and run.started_at and now - run.started_at > RETRY_LIMIT:
        return _failed(run, RunError("stopped", _next_step(run), transient=True))
    return None


def _never_started(run: Run) -> Run:
    return _failed(run, RunError("never_started", _NEVER_STARTED, transient=True))


def _is_alive(run: Run, lease_holder: str | None, now: dt.datetime) -> bool:
    if run.next_attempt_by and now < run.next_attempt_by:
        return True
    if run.holds_lease:
        return run.run_id == lease_holder
    return run.started_at is not None and now - run.started_at < MAX_DURATION


def _next_step(run: Run) -> str:
    if run.kind is RunKind.RESEND:
        return "The run was interrupted. Check which files were delivered, then re-send them."
    if run.kind is RunKind.ERASURE:
        return "The erasure was interrupted. Request it again: it continues with what is left."
    if run.holds_lease:
        return "The run was interrupted. No student is lost: the next export sends them."
    return "The run was interrupted. It changed nothing: start a new one."


def _failed(run: Run, error: RunError) -> Run:
    return replace(
        run,
        status=RunStatus.FAILED,
        message=error.message,
        error=error,
        years=run.with_waiting_years(RunStatus.FAILED),
    )
