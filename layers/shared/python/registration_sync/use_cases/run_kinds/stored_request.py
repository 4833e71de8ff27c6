"""What a run takes from its stored record, and runs that end before they begin: the one attempt of
a check and a test record died, or whom to send again was erased."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.run import (
    ERASURE,
    OF_RECORD,
    ONCE,
    TEST_RECORD,
    DeliveredFile,
    Erased,
    Finding,
    HeldRow,
    Run,
    RunError,
    RunRequest,
    RunStatus,
    YearOutcome,
    pending_run,
)
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.run_kinds.lifecycle import saved_run

CUT_SHORT = "It was cut short and is not tried again by itself: start it once more."
ERASED_SINCE = "The student was erased; nothing was sent again."


def as_asked(request: RunRequest, record: Mapping[str, Any] | None) -> RunRequest:
    """The request with the students that the API put into its record, and of an erasure what it
    has taken away so far; or, of a run that was confirmed, with all that it was asked for, who
    confirmed it, and its years so far."""
    if record is None:
        return request
    if record.get("confirmed_by"):
        return _going_on(request, record)
    if OF_RECORD in request.again.student_ids:
        # None left were erased since. No id would ask for whole files.
        student_ids = tuple(record["student_ids"]) or (OF_RECORD,)
        return replace(request, again=replace(request.again, student_ids=student_ids))
    if request.kind == ERASURE:
        students = request.student_ids or tuple(record["student_ids"])
        return replace(request, student_ids=students, erased=Erased(**record["erased"]))
    if request.kind != TEST_RECORD or request.student_ids:
        return request
    years = record["school_years"]
    return replace(
        request,
        student_ids=tuple(record["student_ids"]),
        school_years=tuple(years) if years else None,
    )


def _going_on(request: RunRequest, record: Mapping[str, Any]) -> RunRequest:
    years = record["school_years"]
    return replace(
        request,
        trigger=record["trigger"],
        school_years=tuple(years) if years else None,
        contents=record["contents"],
        requested_by=record["requested_by"],
        override_held=record["override_held"],
        confirmed_by=record["confirmed_by"],
        years=tuple(map(_year_outcome_of, record["years"])),
    )


def _year_outcome_of(record: Mapping[str, Any]) -> YearOutcome:
    """A year of a stored run."""
    error, known = record["error"], {one.name for one in fields(YearOutcome)}
    lists: dict[str, type] = {
        "held": HeldRow,
        "findings": Finding,
    }
    return YearOutcome(
        **{
            # An older version may have stored more.
            **{name: value for name, value in record.items() if name in known},
            **{name: tuple(of(**item) for item in record[name]) for name, of in lists.items()},
            "status": RunStatus(record["status"]),
            "files": tuple(
                DeliveredFile(**{**file, "lines": tuple(file["lines"])}) for file in record["files"]
            ),
            "unmatched": tuple(
                UnmatchedValue(**{**value, "students": tuple(value["students"])})
                for value in record["unmatched"]
            ),
            "warnings": tuple(record["warnings"]),
            "error": RunError(**error) if error else None,
        }
    )


def ended_before(
    request: RunRequest, *, attempted: bool, runs: Runs, now: dt.datetime
) -> Run | None:
    """The record, also stored, of a run that ends before it begins; None if it can begin.

    An attempt of a kind of ONCE died: it may have signed in, so there is no other. Or the students
    to send again were erased since they were asked for. Raises Unavailable.
    """
    ended = replace(pending_run(request, now), finished_at=now)
    if request.kind in ONCE and attempted:
        return saved_run(replace(ended, status=RunStatus.FAILED, message=CUT_SHORT), runs)
    if OF_RECORD in request.again.student_ids:
        nobody = replace(request.again, student_ids=())
        status = RunStatus.NOTHING_TO_EXPORT
        return saved_run(replace(ended, status=status, message=ERASED_SINCE, again=nobody), runs)
    return None
