"""Removal of a student from run records."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from registration_sync.domain.mapping.compiled.file import duplicate_message
from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.record import to_record
from registration_sync.domain.runs.redaction import ROWS_CUT, without_student
from registration_sync.domain.runs.run import (
    DeliveredFile,
    HeldRow,
    Run,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
    YearOutcome,
)

NOW = datetime(2026, 3, 2, 21, tzinfo=UTC)
YEAR = YearOutcome(
    2025,
    RunStatus.PARTIAL,
    rows=4,
    held_count=3,
    held=(
        HeldRow("7", "students.csv", "Grade", "match_codes", "This value has no code."),
        HeldRow("70", "students.csv", "Email", "unique", duplicate_message("Student 7")),
        HeldRow("8", "students.csv", "Email", "unique", duplicate_message("Student 70")),
    ),
    files=(
        DeliveredFile("students.csv", "2025/students.csv", 4, 80, "ab", lines=("ID", "70")),
        DeliveredFile("contacts.csv", "2025/contacts.csv", 4, 80, "cd", lines=("ID", "7")),
    ),
    unmatched=(
        UnmatchedValue("students.csv", "Grade", "nobody else's", 2, ("7",)),
        UnmatchedValue("students.csv", "Grade", "shared", 2, ("7", "70")),
        UnmatchedValue("students.csv", "Grade", "of others", 9, ("70",)),
    ),
)


def run_of(kind: RunKind = RunKind.EXPORT, student_id: str | None = None) -> Run:
    return Run(
        connection_id="north",
        run_id="run",
        trigger=RunTrigger.API,
        requested_at=NOW,
        request=RunRequest(kind, student_id=student_id),
        years=(YEAR,),
        finished_at=NOW,
    )


def test_an_erasure_removes_held_rows_and_the_name_in_a_row_with_the_same_value() -> None:
    (year,) = without_student(run_of(), "7").years

    assert [(row.student_id, row.message) for row in year.held] == [
        ("70", duplicate_message("Another student")),
        ("8", duplicate_message("Student 70")),
    ]
    assert (year.held_count, year.rows) == (3, 4)


def test_an_erasure_removes_the_name_in_a_message_of_an_earlier_version() -> None:
    old = "Student 7 has the same value, which may stand once in the file. Mend it in Enroll."
    held = (HeldRow("70", "students.csv", "Email", "unique", old),)

    older = replace(run_of(), years=(replace(YEAR, held=held),))

    (year,) = without_student(older, "7").years

    assert [row.message for row in year.held] == [duplicate_message("Another student")]


def test_an_erasure_removes_a_value_that_no_other_student_has() -> None:
    (year,) = without_student(run_of(), "7").years

    assert [(value.value, value.students) for value in year.unmatched] == [
        ("shared", ("70",)),
        ("of others", ("70",)),
    ]


def test_an_erasure_removes_shown_lines_of_the_student_and_all_of_a_test_record() -> None:
    (year,) = without_student(run_of(), "7", shown={(2025, "contacts.csv")}).years
    (of_test,) = without_student(run_of(RunKind.TEST_RECORD, "7"), "7").years

    assert [file.lines for file in year.files] == [("ID", "70"), ()]
    assert [file.lines for file in of_test.files] == [(), ()]


def test_a_year_with_erased_rows_has_one_notice() -> None:
    once = without_student(run_of(), "7", cut={2025})

    assert once.years[0].warnings == (ROWS_CUT,)
    assert without_student(once, "7", cut={2025}) == once


def test_a_record_without_the_student_is_unchanged() -> None:
    assert without_student(run_of(), "9") == run_of()


def test_an_erasure_record_names_its_student_until_it_finishes() -> None:
    finished = run_of(RunKind.ERASURE, "7")

    assert to_record(replace(finished, finished_at=None))["student_ids"] == ["7"]
    assert to_record(finished)["student_ids"] == []
    assert json.dumps(to_record(replace(finished, years=()))).count('"7"') == 0
