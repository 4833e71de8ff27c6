"""What a run takes from its stored record, and the one attempt of a check and a test record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registration_sync.domain.export_run import (
    OF_RECORD,
    TEST_RECORD,
    ExportRequest,
    ExportRun,
    RunStatus,
    requested_run,
)
from registration_sync.ports import Runs
from registration_sync.use_cases.export_registrations import saved_run

CUT_SHORT = "It was cut short and is not tried again by itself: start it once more."


def as_asked(request: ExportRequest, record: Mapping[str, Any] | None) -> ExportRequest:
    """The request with the students that the API put into its record."""
    if record is None:
        return request
    if OF_RECORD in request.again.student_ids:
        again = replace(request.again, student_ids=tuple(record["student_ids"]))
        return replace(request, again=again)
    if request.kind != TEST_RECORD or request.student_ids:
        return request
    years = record["school_years"]
    return replace(
        request,
        student_ids=tuple(record["student_ids"]),
        school_years=tuple(years) if years else None,
    )


def cut_short(request: ExportRequest, *, runs: Runs, now: dt.datetime) -> ExportRun:
    """The record of a run whose first attempt died; it may have signed in, so there is no other."""
    run = replace(
        requested_run(request, now), status=RunStatus.FAILED, message=CUT_SHORT, finished_at=now
    )
    return saved_run(run, runs)
