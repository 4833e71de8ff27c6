"""The record of a run: plain JSON values, as they are stored.

A key that an older version did not write has a default; a key of a newer version is ignored.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.domain.runs.run import (
    Contents,
    DeliveredFile,
    Erased,
    Finding,
    HeldRow,
    ResendSelection,
    Run,
    RunError,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
    YearOutcome,
)

_LATER_KEYS: Mapping[str, Any] = {
    "kind": RunKind.EXPORT,
    "override_held": False,
    "override_guards": False,
    "resend_of": None,
    "student_ids": (),
    "sent_to": "",
    "phase": None,
    "next_attempt_by": None,
    "steps": (),
    "confirmed_by": "",
    "erased": {},
}
"""Keys that the first versions did not write yet."""


def to_record(run: Run) -> dict[str, Any]:
    """The record of the run; that of a finished erasure names no student."""
    request = run.request
    resend = request.resend
    return {
        "run_id": run.run_id,
        "connection_id": run.connection_id,
        "status": run.status.value,
        "trigger": run.trigger.value,
        "contents": request.contents.value,
        "school_years": None if request.school_years is None else list(request.school_years),
        "requested_by": run.requested_by,
        "requested_at": _text(run.requested_at),
        "started_at": _text(run.started_at),
        "finished_at": _text(run.finished_at),
        "mapping_version": run.mapping_version,
        "years": [_year_record(year) for year in run.years],
        "message": run.message,
        "error": _error_record(run.error),
        "attempt": run.attempt,
        "kind": run.kind.value,
        "override_held": request.override_held,
        "sent_to": run.sent_to,
        "phase": run.phase,
        "next_attempt_by": _text(run.next_attempt_by),
        "steps": [{**asdict(step), "result": step.result.value} for step in run.steps],
        "student_ids": list(run.student_ids),
        "override_guards": request.override_guards,
        "confirmed_by": run.confirmed_by,
        "erased": asdict(run.erased),
        "resend_of": resend.run_id if resend else None,
        "resend_files": [list(file) for file in resend.files] if resend else [],
        "resend_whole_files": resend is None or resend.student_ids is None,
        "duration_seconds": run.duration_seconds,
    }


def from_record(record: Mapping[str, Any]) -> Run:
    """The run of a record that this version or an older one stored."""
    record = {**_LATER_KEYS, **record}
    years = record["school_years"]
    return Run(
        connection_id=record["connection_id"],
        run_id=record["run_id"],
        trigger=RunTrigger(record["trigger"]),
        requested_at=dt.datetime.fromisoformat(record["requested_at"]),
        requested_by=record["requested_by"],
        request=RunRequest(
            kind=RunKind(record["kind"]),
            school_years=None if years is None else tuple(years),
            contents=Contents(record["contents"]),
            override_held=record["override_held"],
            override_guards=record["override_guards"],
            resend=_resend(record),
            student_id=_student_id(record),
        ),
        status=RunStatus(record["status"]),
        started_at=_time(record["started_at"]),
        finished_at=_time(record["finished_at"]),
        mapping_version=record["mapping_version"],
        years=tuple(map(_year, record["years"])),
        message=record["message"],
        error=_error(record["error"]),
        attempt=record["attempt"],
        sent_to=record["sent_to"],
        phase=record["phase"],
        next_attempt_by=_time(record["next_attempt_by"]),
        steps=tuple(
            CheckStep(**{**step, "result": StepResult(step["result"])}) for step in record["steps"]
        ),
        confirmed_by=record["confirmed_by"],
        erased=Erased(**record["erased"]),
    )


def _resend(record: Mapping[str, Any]) -> ResendSelection | None:
    if not record["resend_of"]:
        return None
    student_ids = tuple(record["student_ids"])
    whole_files = record.get("resend_whole_files", not student_ids)
    files = tuple((year, name) for year, name in record.get("resend_files", ()))
    return ResendSelection(record["resend_of"], files, None if whole_files else student_ids)


def _student_id(record: Mapping[str, Any]) -> str | None:
    student_ids = () if record["resend_of"] else record["student_ids"]
    return student_ids[0] if student_ids else None


def _year_record(year: YearOutcome) -> dict[str, Any]:
    record = asdict(year)
    return {
        **record,
        "status": year.status.value,
        "error": _error_record(year.error),
        "held": list(record["held"]),
        "warnings": list(year.warnings),
        "findings": list(record["findings"]),
        "files": [{**file, "lines": list(file["lines"])} for file in record["files"]],
        "unmatched": [{**one, "students": list(one["students"])} for one in record["unmatched"]],
    }


def _year(record: Mapping[str, Any]) -> YearOutcome:
    return YearOutcome(
        **{
            **_known(YearOutcome, record),
            "status": RunStatus(record["status"]),
            "error": _error(record["error"]),
            "held": tuple(HeldRow(**_known(HeldRow, row)) for row in record["held"]),
            "warnings": tuple(record["warnings"]),
            "findings": tuple(
                Finding(**_known(Finding, one)) for one in record.get("findings") or ()
            ),
            "files": tuple(
                DeliveredFile(
                    **{**_known(DeliveredFile, file), "lines": tuple(file.get("lines", ()))}
                )
                for file in record["files"]
            ),
            "unmatched": tuple(
                UnmatchedValue(
                    **{**_known(UnmatchedValue, one), "students": tuple(one["students"])}
                )
                for one in record.get("unmatched", ())
            ),
        }
    )


def _known(of: type, record: Mapping[str, Any]) -> dict[str, Any]:
    known = {one.name for one in fields(of)}
    return {name: value for name, value in record.items() if name in known}


def _error_record(error: RunError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "passing": error.transient}


def _error(record: Mapping[str, Any] | None) -> RunError | None:
    if record is None:
        return None
    return RunError(record["code"], record["message"], record.get("passing", False))


def _text(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
