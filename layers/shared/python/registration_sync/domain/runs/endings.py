"""How a run ends: its status, its message and its error."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.domain.runs.run import Run, RunError, RunKind, RunStatus, YearOutcome

MESSAGES = {
    RunKind.EXPORT: {
        RunStatus.SUCCEEDED: "Delivered.",
        RunStatus.PARTIAL: "Some students were not sent. The next export tries them again.",
        RunStatus.NOTHING_TO_EXPORT: "Nothing to export: no student was synced since the "
        "last export.",
        RunStatus.FAILED: "No file was delivered. The students wait for the next export.",
        RunStatus.AWAITING_CONFIRMATION: "Not everything was sent: something looks unusual. "
        "Review it, then send the files anyway, or don't send them. The students wait.",
    },
    RunKind.DRY_RUN: {
        RunStatus.SUCCEEDED: "Preview: nothing was sent, and the students wait for the next "
        "export.",
        RunStatus.PARTIAL: "Preview: an export now would not send some students.",
        RunStatus.NOTHING_TO_EXPORT: "Preview: an export now would find nothing to export.",
        RunStatus.FAILED: "Preview: an export now would deliver no file.",
    },
    RunKind.RESEND: {
        RunStatus.SUCCEEDED: "Re-sent. The files replaced the current files on the server, and may "
        "have brought older data. Students ready to send are not affected.",
        RunStatus.PARTIAL: "Some school years could not be re-sent. Students ready to send are "
        "not affected.",
        RunStatus.NOTHING_TO_EXPORT: "There was nothing to re-send.",
        RunStatus.FAILED: "Nothing was re-sent. Students ready to send are not affected.",
    },
}
"""The message of a finished run, by kind and status."""


def finished_run(run: Run, years: Iterable[YearOutcome], now: dt.datetime) -> Run:
    """The run with the outcome of its years, which decides its status and message.

    With a year that awaits confirmation it is not finished.
    """
    years = tuple(sorted(years, key=lambda year: year.school_year))
    statuses = {year.status for year in years}
    if RunStatus.AWAITING_CONFIRMATION in statuses:
        status = RunStatus.AWAITING_CONFIRMATION
    elif statuses <= {RunStatus.NOTHING_TO_EXPORT}:
        status = RunStatus.NOTHING_TO_EXPORT
    elif statuses == {RunStatus.FAILED}:
        status = RunStatus.FAILED
    elif statuses & {RunStatus.FAILED, RunStatus.PARTIAL}:
        status = RunStatus.PARTIAL
    else:
        status = RunStatus.SUCCEEDED
    message = MESSAGES.get(run.kind, MESSAGES[RunKind.EXPORT])[status]
    finished_at = None if status is RunStatus.AWAITING_CONFIRMATION else now
    return replace(
        run, status=status, years=years, message=message, finished_at=finished_at, phase=None
    )


def failed_run(run: Run, error: RegistrationSyncError, now: dt.datetime) -> Run:
    """The run, failed as a whole, and with it the years that awaited confirmation."""
    run_error, waiting = RunError.of(error), run.waiting_years
    return replace(
        run,
        status=RunStatus.FAILED,
        message=error.message,
        error=run_error,
        finished_at=now,
        phase=None,
        next_attempt_by=None,
        years=tuple(
            YearOutcome(year.school_year, RunStatus.FAILED, error=run_error)
            if year.school_year in waiting
            else year
            for year in run.years
        ),
    )
