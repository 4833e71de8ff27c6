"""Parses what is asked of a run: bodies of the API, and events of the schedule and of operators.

One parser for both: an operator's event has the fields of the API's bodies, and some of its own.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.fields import Fields
from registration_sync.domain.registrations.registration import parse_school_year
from registration_sync.domain.runs.run import (
    Contents,
    ResendSelection,
    Run,
    RunKind,
    RunRequest,
    RunTrigger,
)
from registration_sync.domain.runs.run_id import RUN_ID, new_run_id, run_id_of

EVENT_FIELDS = (
    "action",
    "connection_id",
    "trigger",
    "run_id",
    "scheduled_time",
    "operator",
    "requested_by",  # the older name of `operator`
)
"""Fields of an event beside those of the body; any other is refused: `dryrun` would export."""

MAX_YEARS, MAX_FILES, MAX_STUDENTS = 20, 200, 500
MAX_OPERATOR_CHARACTERS = 256

_FILES = 'Enter a list of files, such as [{"school_year": 2025, "name": "students.csv"}].'


def parse_event(event: Mapping[str, Any], arrived_at: dt.datetime, request_id: str) -> Run:
    """The pending run of an event from the schedule or an operator; raises InvalidRequest.

    `{"connection_id", "trigger"?, "scheduled_time"?, "run_id"?, "operator"?}` with the fields of
    an export, or with `resend_of` and the fields of a resend, or with the `action` check,
    test_record or erasure and its fields. `operator` is the person who invokes the function: AWS
    does not pass the caller's identity to it.

    A run has a key, so that an event that is delivered twice runs once: its run id, or the
    scheduled time (one that cannot be read counts as the minute of arrival). An operator's event
    without a run id is a new run each time.
    """
    connection_id = connection_of(event)
    fields = Fields(event)
    # A field that is null is refused here: only one that is left out has a default.
    action = fields.one_of(
        "action", tuple(_PARSERS), default="" if "action" in event else RunKind.EXPORT
    )
    trigger = fields.one_of(
        "trigger", tuple(RunTrigger), default="" if "trigger" in event else RunTrigger.OPERATOR
    )
    operator = _operator(fields)
    fields.raise_problems("The run was not started.")
    body = {name: value for name, value in event.items() if name not in EVENT_FIELDS}
    if trigger == RunTrigger.SCHEDULE:
        scheduled_at = _scheduled_time(event.get("scheduled_time"), arrived_at)
        run_id = run_id_of(scheduled_at, RunTrigger.SCHEDULE)
    else:
        run_id = str(event.get("run_id") or new_run_id(arrived_at, request_id[:8]))
        _require_clean(run_id)
    return Run(
        connection_id=connection_id,
        run_id=run_id,
        trigger=RunTrigger(trigger),
        requested_by=operator,
        requested_at=arrived_at,
        request=_PARSERS[action](body),
    )


def connection_of(event: Mapping[str, Any], *known: str) -> str:
    """The connection that an event is about; raises InvalidRequest without one, and for fields
    other than those `known`, if any are."""
    connection_id = event.get("connection_id")
    if not isinstance(connection_id, str) or not connection_id:
        message = "Enter the id of the connection."
        raise InvalidRequest(message, problems=[Problem("connection_id", message)])
    if known:
        Fields(event).refuse_unknown(*known).raise_problems("Nothing was changed.")
    return connection_id


def parse_export(body: object) -> RunRequest:
    """`{"school_years"?, "contents"?, "dry_run"?, "override_held"?, "override_guards"?,
    "carry_over"?}`; nothing at all asks for what is due. Raises InvalidRequest with every problem.
    """
    fields = Fields.of_body(body, '{"school_years": [2025]}', optional=True)
    flags = ("dry_run", "override_held", "override_guards", "carry_over")
    fields.refuse_unknown("school_years", "contents", *flags)
    school_years = fields.school_years("school_years", MAX_YEARS)
    contents = fields.one_of("contents", tuple(Contents), default=Contents.CHANGES)
    if contents == Contents.ALL and fields.get("school_years") is None:
        fields.add_problem("school_years", "An export of all must name its years, such as [2025].")
    is_dry_run, override_held, override_guards, carry_over = map(fields.flag, flags)
    fields.raise_problems("The export was not requested.")
    return RunRequest(
        kind=RunKind.DRY_RUN if is_dry_run else RunKind.EXPORT,
        school_years=school_years,
        contents=Contents(contents),
        override_held=override_held,
        override_guards=override_guards,
        carry_over=carry_over,
    )


def parse_resend(body: object, run_id: str | None = None) -> RunRequest:
    """`{"school_years"?, "files"?, "student_ids"?}` for the past run of this id, which the event of
    an operator names as `resend_of`. Raises InvalidRequest with every problem."""
    fields = Fields.of_body(body, '{"student_ids": ["007"]}', optional=True)
    names = ("school_years", "files", "student_ids")
    fields.refuse_unknown(*names, *(["resend_of"] if run_id is None else []))
    resend_of = fields.get("resend_of") if run_id is None else run_id
    if not isinstance(resend_of, str) or not resend_of:
        fields.add_problem("resend_of", "Enter the id of the run to re-send.")
    school_years = fields.school_years("school_years", MAX_YEARS)
    files = _files(fields)
    student_ids = fields.student_ids("student_ids", MAX_STUDENTS)
    fields.raise_problems("Nothing was re-sent.")
    resend = ResendSelection(str(resend_of), files, student_ids)
    return RunRequest(RunKind.RESEND, school_years=school_years, resend=resend)


def parse_test_record(body: object) -> RunRequest:
    """`{"student_id", "school_year"?}`; raises InvalidRequest with every problem."""
    fields = Fields.of_body(body, '{"student_id": "1001"}')
    fields.refuse_unknown("student_id", "school_year")
    student_id, school_year = fields.student_id(), fields.school_year()
    fields.raise_problems("No record was sent.")
    years = None if school_year is None else (school_year,)
    return RunRequest(RunKind.TEST_RECORD, school_years=years, student_id=student_id)


def parse_erasure(body: object) -> RunRequest:
    """`{"student_id"}`; raises InvalidRequest with every problem."""
    fields = Fields.of_body(body, '{"student_id": "1001"}').refuse_unknown("student_id")
    student_id = fields.student_id()
    fields.raise_problems("No student was erased.")
    return RunRequest(RunKind.ERASURE, student_id=student_id)


def _parse_check(body: Mapping[str, Any]) -> RunRequest:
    problems = [Problem(name, "A check has no such field: omit it.") for name in body]
    if problems:
        raise InvalidRequest("The connection was not checked.", problems=problems)
    return RunRequest(RunKind.CHECK)


_PARSERS: Mapping[str, Callable[[Mapping[str, Any]], RunRequest]] = {
    RunKind.EXPORT: lambda body: (parse_resend if "resend_of" in body else parse_export)(body),
    RunKind.CHECK: _parse_check,
    RunKind.TEST_RECORD: parse_test_record,
    RunKind.ERASURE: parse_erasure,
}
"""By the `action` of an event; an export may also be a dry run or a resend."""


def _operator(fields: Fields) -> str:
    name = "operator" if fields.get("operator") is not None else "requested_by"
    operator = fields.get(name)
    if operator is None:
        return ""
    if not isinstance(operator, str) or len(operator) > MAX_OPERATOR_CHARACTERS:
        fields.add_problem(
            name, f"Enter your name or ARN, up to {MAX_OPERATOR_CHARACTERS} characters."
        )
    return str(operator)


def _files(fields: Fields) -> tuple[tuple[int, str], ...]:
    files = set()
    for index, item in enumerate(fields.items("files", MAX_FILES, _FILES) or ()):
        file = item if isinstance(item, Mapping) else {}
        year, name = parse_school_year(file.get("school_year")), file.get("name")
        if year is None or not isinstance(name, str) or file.keys() != {"school_year", "name"}:
            fields.add_problem(f"files[{index}]", _FILES)
        else:
            files.add((year, name))
    return tuple(sorted(files))


def _require_clean(run_id: str) -> None:
    """The id names a folder of the archive, and orders the history."""
    if not RUN_ID.fullmatch(run_id):
        message = "Omit the run id, or enter one such as 20250915T190000Z-042-1a2b3c4d."
        raise InvalidRequest(message, problems=[Problem("run_id", message)])


def _scheduled_time(value: object, arrived_at: dt.datetime) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return arrived_at.replace(second=0, microsecond=0)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
