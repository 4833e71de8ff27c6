"""The record of a run: plain JSON values, as they are stored.

A key that an older version did not write has a default; a key of a newer version is ignored.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from registration_sync.domain.runs.run import Run

TIMES = (
    "requested_at",
    "started_at",
    "finished_at",
    "next_attempt_by",
    "confirmed_at",
    "first_started_at",
)

_OF_REQUEST = (
    "kind",
    "school_years",
    "contents",
    "override_held",
    "override_guards",
    "carry_over",
)
_RUN = TypeAdapter(Run)


def to_record(run: Run) -> dict[str, Any]:
    """The record of the run; that of a finished erasure names no student."""
    record, resend = asdict(run), run.request.resend
    request = record.pop("request")
    record |= {name: request[name] for name in _OF_REQUEST}
    record |= {
        "error": _error_record(record["error"]),
        "years": [{**year, "error": _error_record(year["error"])} for year in record["years"]],
        "student_ids": run.student_ids,
        "resend_of": resend.run_id if resend else None,
        "resend_files": resend.files if resend else (),
        "resend_whole_files": resend is None or resend.student_ids is None,
        "duration_seconds": run.duration_seconds,
    }
    return {name: _plain(value) for name, value in record.items()}


def from_record(record: Mapping[str, Any]) -> Run:
    """The run of a record that this version or an older one stored."""
    request = {name: record[name] for name in _OF_REQUEST if name in record}
    student_ids = record.get("student_ids", ())
    if record.get("resend_of"):
        whole_files = record.get("resend_whole_files", not student_ids)
        request["resend"] = {
            "run_id": record["resend_of"],
            "files": record.get("resend_files", ()),
            "student_ids": None if whole_files else student_ids,
        }
    elif student_ids:
        request["student_id"] = student_ids[0]
    years = [{**year, "error": _error(year.get("error"))} for year in record["years"]]
    error = _error(record.get("error"))
    return _RUN.validate_python({**record, "request": request, "years": years, "error": error})


def _error_record(error: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """`transient` is stored, and shown by the API, as `passing`."""
    if error is None:
        return None
    return {"code": error["code"], "message": error["message"], "passing": error["transient"]}


def _error(record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {**record, "transient": record.get("passing", False)} if record else None


def _plain(value: Any) -> Any:
    """Lists for tuples, texts for times and enums."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case dt.datetime():
            return value.isoformat()
        case str():
            return str(value)
    return value
