"""What is left of a run's record when a student is erased."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from registration_sync.domain.mapping.compiled.file import duplicate_message
from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.redaction import CUT, without_student
from registration_sync.domain.runs.run import (
    ERASURE,
    TEST_RECORD,
    DeliveredFile,
    HeldRow,
    RunRequest,
    RunStatus,
    YearOutcome,
    pending_run,
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


def record(year: YearOutcome = YEAR, **changes: Any) -> dict[str, Any]:
    run = pending_run(RunRequest("north", "run", **changes), NOW)
    return replace(run, years=(year,), finished_at=NOW).to_json()


def test_held_rows_go_and_who_has_the_same_value_is_told_so_without_the_name() -> None:
    (year,) = without_student(record(), "7")["years"]

    assert [(row["student_id"], row["message"]) for row in year["held"]] == [
        ("70", duplicate_message("Another student")),
        ("8", duplicate_message("Student 70")),
    ]
    assert (year["held_count"], year["rows"]) == (3, 4)


def test_the_message_of_an_earlier_version_loses_the_name_too() -> None:
    old = "Student 7 has the same value, which may stand once in the file. Mend it in Enroll."
    held = (HeldRow("70", "students.csv", "Email", "unique", old),)

    (year,) = without_student(record(replace(YEAR, held=held)), "7")["years"]

    assert [row["message"] for row in year["held"]] == [duplicate_message("Another student")]


def test_a_value_goes_that_nobody_else_has() -> None:
    (year,) = without_student(record(), "7")["years"]

    assert [(value["value"], value["students"]) for value in year["unmatched"]] == [
        ("shared", ["70"]),
        ("of others", ["70"]),
    ]


def test_lines_go_of_the_files_that_show_the_student_and_of_a_test_record_all() -> None:
    (year,) = without_student(record(), "7", shown={(2025, "contacts.csv")})["years"]
    (of_test,) = without_student(record(kind=TEST_RECORD, student_ids=("7",)), "7")["years"]

    assert [file["lines"] for file in year["files"]] == [["ID", "70"], []]
    assert [file["lines"] for file in of_test["files"]] == [[], []]


def test_a_year_whose_files_were_cut_says_so_once() -> None:
    once = without_student(record(), "7", cut={2025})

    assert once["years"][0]["warnings"] == [CUT]
    assert without_student(once, "7", cut={2025}) == once


def test_a_record_without_the_student_stays_as_it_is() -> None:
    assert without_student(record(), "9") == record()


def test_an_erasure_names_its_student_until_it_is_finished() -> None:
    run = pending_run(RunRequest("north", "run", kind=ERASURE, student_ids=("7",)), NOW)

    assert run.to_json()["student_ids"] == ["7"]
    assert replace(run, finished_at=NOW).to_json()["student_ids"] == []
    assert json.dumps(replace(run, finished_at=NOW).to_json()).count('"7"') == 0
