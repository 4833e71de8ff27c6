"""Removes a student from the record of a run, and from the reasons why others are held."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from registration_sync.domain.mapping.compiled.file import SAME_VALUE, duplicate_message
from registration_sync.domain.runs.run import Run, RunRequest, YearOutcome

ROWS_CUT = (
    "Rows of an erased student were cut out of the archived files: they are not byte for byte "
    "those that were delivered."
)
"""A warning of such a year; the manifest in the archive has the numbers."""

_ROWS_CUT_START = "Rows of an erased student were cut out of"
"""Older versions ended the sentence in another way."""

_ANOTHER_STUDENT = "Another student"


def without_student(
    run: Run,
    student_id: str,
    *,
    cut: Collection[int] = (),
    shown: Collection[tuple[int, str]] = (),
) -> Run:
    """The run without the student's held rows, unmatched values that no other student has, lines
    that a dry run shows, and the student's id in the request.

    `cut` are the school years whose archived files have rows of the student. `shown` are the files
    (year and name) of a dry run that show such a row: all their lines are removed, because the
    record does not say whose they are. The counts stay. Repeating it changes nothing.
    """
    is_about_student = student_id in run.student_ids
    years = tuple(
        _year_without(year, student_id, cut=cut, shown=shown, without_lines=is_about_student)
        for year in run.years
    )
    return replace(run, request=_request_without(run.request, student_id), years=years)


def without_students(run: Run) -> Run:
    """The run with the counts of each year only: no student, value, file, warning or finding."""
    years = tuple(
        replace(
            year,
            held=(),
            held_groups=(),
            files=(),
            warnings=(),
            unmatched=(),
            findings=(),
            delivered_before=(),
            header_only=(),
            carried_over=(),
            replaces=(),
        )
        for year in run.years
    )
    return replace(run, years=years)


def _request_without(request: RunRequest, student_id: str) -> RunRequest:
    if request.resend and request.resend.student_ids:
        others = tuple(each for each in request.resend.student_ids if each != student_id)
        return replace(request, resend=replace(request.resend, student_ids=others))
    return replace(request, student_id=None) if request.student_id == student_id else request


def _year_without(
    year: YearOutcome,
    student_id: str,
    *,
    cut: Collection[int],
    shown: Collection[tuple[int, str]],
    without_lines: bool,
) -> YearOutcome:
    warnings = year.warnings
    is_noted = any(warning.startswith(_ROWS_CUT_START) for warning in warnings)
    if year.school_year in cut and not is_noted:
        warnings = (*warnings, ROWS_CUT)
    return replace(
        year,
        warnings=warnings,
        held=tuple(
            replace(row, message=_without_name(row.message, student_id))
            for row in year.held
            if row.student_id != student_id
        ),
        delivered_before=tuple(one for one in year.delivered_before if one != student_id),
        unmatched=tuple(
            replace(value, students=tuple(one for one in value.students if one != student_id))
            for value in year.unmatched
            # Five students are listed: if this is the only one, no other has the value.
            if value.students != (student_id,)
        ),
        files=tuple(
            replace(file, lines=())
            if without_lines or (year.school_year, file.name) in shown
            else file
            for file in year.files
        ),
    )


def without_name(reasons: Sequence[Mapping[str, Any]], student_id: str) -> list[dict[str, Any]]:
    """The reasons why others are held, without the name of the student whose value they have."""
    return [
        {**reason, "message": _without_name(reason["message"], student_id)} for reason in reasons
    ]


def _without_name(message: str, student_id: str) -> str:
    # The beginning is also that of messages which older versions stored.
    is_named = message.startswith(f"Student {student_id} {SAME_VALUE}")
    return duplicate_message(_ANOTHER_STUDENT) if is_named else message
