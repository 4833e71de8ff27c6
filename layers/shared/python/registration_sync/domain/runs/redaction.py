"""What is left of a run's record, and of what it tells of others, when a student is erased."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from registration_sync.domain.mapping.compiled.file import SAME_VALUE, duplicate_message

CUT = (
    "Rows of an erased student were cut out of the files that are kept: they are not byte for byte "
    "those that were delivered."
)
"""Stands among the warnings of such a year; the manifest in the archive has the numbers."""

_SOMEBODY = "Another student"


def without_student(
    record: Mapping[str, Any],
    student_id: str,
    *,
    cut: Collection[int] = (),
    shown: Collection[tuple[int, str]] = (),
) -> dict[str, Any]:
    """The record of a run without the student: held rows, unmatched values that nobody else has,
    lines that it shows, who was asked for.

    `cut` are the school years whose kept files have rows of the student, `shown` the files (year
    and name) that have one among the lines that a dry run shows: these all go, as nobody can tell
    afterwards which were whose. The numbers stay as they were. Twice does as once.
    """
    only_this = student_id in record["student_ids"]
    return {
        **record,
        "student_ids": [each for each in record["student_ids"] if each != student_id],
        "years": [
            _year_without(year, student_id, cut=cut, shown=shown, without_lines=only_this)
            for year in record["years"]
        ],
    }


def _year_without(
    year: Mapping[str, Any],
    student_id: str,
    *,
    cut: Collection[int],
    shown: Collection[tuple[int, str]],
    without_lines: bool,
) -> dict[str, Any]:
    school_year, warnings = year["school_year"], year["warnings"]
    if school_year in cut and CUT not in warnings:
        warnings = [*warnings, CUT]
    return {
        **year,
        "warnings": warnings,
        "held": without_name(
            [row for row in year["held"] if row["student_id"] != student_id], student_id
        ),
        "unmatched": [
            {**value, "students": [each for each in value["students"] if each != student_id]}
            for value in year["unmatched"]
            # Five students are listed: where there is one, no other has the value.
            if value["students"] != [student_id]
        ],
        "files": [
            {**file, "lines": []} if without_lines or (school_year, file["name"]) in shown else file
            for file in year["files"]
        ],
    }


def without_name(reasons: Sequence[Mapping[str, Any]], student_id: str) -> list[dict[str, Any]]:
    """Why others are held, without naming the student whose value they have."""
    named = f"Student {student_id} {SAME_VALUE}"  # also in records of earlier versions
    return [
        {**reason, "message": duplicate_message(_SOMEBODY)}
        if reason["message"].startswith(named)
        else {**reason}
        for reason in reasons
    ]
