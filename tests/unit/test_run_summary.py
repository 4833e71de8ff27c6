"""A finished run in numbers: newly held students, failures, and the event."""

import datetime as dt
from dataclasses import replace

import pytest

from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import (
    MAX_HELD_LISTED,
    DeliveredFile,
    Finding,
    HeldRow,
    Run,
    RunError,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.domain.runs.summary import is_failure, newly_held, run_event, run_metrics

NOW = dt.datetime(2025, 9, 16, 2, 2, 30, tzinfo=dt.UTC)
FAILED = YearOutcome(2025, RunStatus.FAILED, error=RunError("folder_missing", "Make the folder."))


def held(*students: str, year: int = 2025, count: int | None = None) -> YearOutcome:
    rows = tuple(HeldRow(one, "students.csv", "DOB", "date", "No date.") for one in students)
    number = len(students) if count is None else count
    return YearOutcome(year, RunStatus.PARTIAL, rows=1, held_count=number, held=rows)


def run_of(*years: YearOutcome, kind: RunKind = RunKind.EXPORT) -> Run:
    run = Run(
        connection_id="north",
        run_id="r-1",
        trigger=RunTrigger.SCHEDULE,
        requested_at=NOW,
        request=RunRequest(kind),
        started_at=NOW - dt.timedelta(seconds=2),
    )
    return finished_run(run, years, NOW)


def failed(code: str = "") -> Run:
    return replace(run_of(), status=RunStatus.FAILED, error=RunError(code, "") if code else None)


def test_a_student_held_by_the_previous_export_is_not_newly_held() -> None:
    assert newly_held(run_of(held("1", "2")), [run_of(held("1", "3"))]) == {2025: 1}
    assert newly_held(run_of(held("1")), [run_of(held("1"))]) == {}


def test_a_failed_year_with_held_students_counts_as_the_previous_export() -> None:
    names_them = replace(held("1"), status=RunStatus.FAILED, error=FAILED.error)

    assert newly_held(run_of(names_them), [run_of(names_them)]) == {}
    assert newly_held(run_of(held("1", "2")), [run_of(names_them)]) == {2025: 1}


def test_a_failed_year_beside_a_waiting_year_counts_at_once() -> None:
    waits = YearOutcome(2024, RunStatus.AWAITING_CONFIRMATION)
    rests = run_of(FAILED, waits, held("1", year=2026))

    newly = newly_held(rests, [])

    assert run_metrics(rests, newly) == {"FailedRuns": 1, "NewlyHeldStudents": 1}


def test_a_student_delivered_since_is_newly_held() -> None:
    earlier = [run_of(replace(held(), status=RunStatus.SUCCEEDED)), run_of(held("1"))]

    assert newly_held(run_of(held("1")), earlier) == {2025: 1}


@pytest.mark.parametrize(
    "between",
    [
        run_of(FAILED),
        run_of(held("1", year=2024)),
        run_of(replace(held(), status=RunStatus.SUCCEEDED), kind=RunKind.RESEND),
        run_of(held(), kind=RunKind.DRY_RUN),
        replace(run_of(held()), finished_at=None),
        run_of(replace(held(), status=RunStatus.CANCELLED)),
    ],
)
def test_runs_without_a_result_for_the_year_are_skipped(between: Run) -> None:
    assert newly_held(run_of(held("1")), [between, run_of(held("1"))]) == {}


def test_without_an_earlier_export_all_held_students_of_a_year_are_new() -> None:
    now = run_of(held("1", "2", year=2024), held("3"))

    assert newly_held(now, [run_of(held("1", year=2024))]) == {2024: 1, 2025: 1}


def test_an_incomplete_list_is_compared_by_numbers() -> None:
    listed = [f"{number}" for number in range(MAX_HELD_LISTED)]
    earlier = [run_of(held(*listed, count=1200))]

    assert newly_held(run_of(held(*listed, count=1500)), earlier) == {2025: 300}
    assert newly_held(run_of(held(*listed, count=1100)), earlier) == {}


def test_an_erased_student_does_not_hide_a_newly_held_student() -> None:
    assert newly_held(run_of(held("2")), [run_of(held(count=1))]) == {2025: 1}


def test_the_next_run_announces_held_students_of_a_cancelled_run() -> None:
    cancelled = replace(held("1"), status=RunStatus.CANCELLED)

    assert newly_held(run_of(held("1")), [run_of(cancelled)]) == {2025: 1}


def test_a_waiting_year_is_announced_when_it_is_done() -> None:
    waits = replace(held("1"), status=RunStatus.AWAITING_CONFIRMATION)

    assert newly_held(run_of(waits), []) == {}


@pytest.mark.parametrize(
    ("run", "fails"),
    [
        (run_of(FAILED), True),
        (run_of(FAILED, kind=RunKind.RESEND), True),
        (run_of(replace(FAILED, school_year=2024), held("1")), True),
        (failed(), True),
        (run_of(held("1")), False),
        (run_of(), False),
        (run_of(FAILED, kind=RunKind.DRY_RUN), False),
        (failed("already_running"), False),
    ],
)
def test_a_failure_counts_as_failed(run: Run, fails: bool) -> None:
    assert is_failure(run) is fails
    assert run_metrics(run, {})["FailedRuns"] == int(fails)


def test_the_oldest_due_student_of_any_year_counts() -> None:
    def due(hours: float, year: YearOutcome) -> YearOutcome:
        return replace(year, oldest_due_at=NOW - dt.timedelta(hours=hours))

    run = run_of(due(3, held("1", year=2024)), due(30.9, FAILED), held("2", year=2026))

    assert run_metrics(run, {})["OldestDueHours"] == 30
    assert "OldestDueHours" not in run_metrics(run_of(FAILED), {})
    waiting = replace(due(3, held("1")), status=RunStatus.AWAITING_CONFIRMATION)
    assert "OldestDueHours" not in run_metrics(run_of(waiting), {})


def test_the_event_has_counts_only() -> None:
    file = DeliveredFile("students.csv", "2025/students.csv", 1, 90, "ab")
    guards = ("row_count", "not_collected", "row_count")
    findings = tuple(Finding(guard, "warn", "students.csv", "…") for guard in guards)
    run = run_of(
        replace(FAILED, school_year=2024),
        replace(held("4711", "4712"), files=(file,), left_out=3, findings=findings),
    )

    assert run_event(run, {2025: 1}) == {
        "connection_id": "north",
        "run_id": "r-1",
        "kind": "export",
        "trigger": "schedule",
        "status": "partial",
        "started_at": "2025-09-16T02:02:28+00:00",
        "finished_at": "2025-09-16T02:02:30+00:00",
        "duration_seconds": 2.0,
        "error": None,
        "years": [
            {
                "school_year": 2024,
                "status": "failed",
                "exported": 0,
                "held": 0,
                "newly_held": 0,
                "left_out": 0,
                "files": 0,
                "findings": [],
                "error": "folder_missing",
            },
            {
                "school_year": 2025,
                "status": "partial",
                "exported": 1,
                "held": 2,
                "newly_held": 1,
                "left_out": 3,
                "files": 1,
                "findings": ["not_collected", "row_count"],
                "error": None,
            },
        ],
    }
    assert run_metrics(run, {2025: 1}) == {
        "FailedRuns": 1,
        "ExportedStudents": 1,
        "HeldStudents": 2,
        "NewlyHeldStudents": 1,
    }
