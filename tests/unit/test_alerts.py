"""The messages that people get when a run has ended, by their whole text."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.runs.alerts import Alert, alert_of, concerns_of
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import (
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

ZONE = ZoneInfo("America/Chicago")
NIGHT = dt.datetime(2025, 9, 16, 2, 2, 30, tzinfo=dt.UTC)

DONE = YearOutcome(2025, RunStatus.SUCCEEDED, rows=12)
REFUSED = YearOutcome(
    2025,
    RunStatus.FAILED,
    error=RunError("sign_in_refused", "sftp.anytown.example refused to sign in sync."),
)
HELD = YearOutcome(
    2025,
    RunStatus.PARTIAL,
    rows=10,
    held_count=3,
    held=(
        HeldRow("4711", "students.csv", "Grade_Level", "no_match", "This value has no code."),
        HeldRow("4712", "students.csv", "Grade_Level", "no_match", "This value has no code."),
        HeldRow("4713", "students.csv", "DOB", "date", "As in 4711, this is no date."),
    ),
)
LINK = (
    "To see the run, add this to the console's address: "
    "#/connections/anytown/runs/20250916T020000Z-schedule\n"
)


def run_of(
    *years: YearOutcome,
    kind: RunKind = RunKind.EXPORT,
    trigger: RunTrigger = RunTrigger.SCHEDULE,
    **changes: Any,
) -> Run:
    run = Run(
        connection_id="anytown",
        run_id="20250916T020000Z-schedule",
        trigger=trigger,
        requested_at=NIGHT,
        request=RunRequest(kind, student_id="4711" if kind is RunKind.ERASURE else None),
    )
    return replace(finished_run(run, years, NIGHT), **changes)


def message(run: Run, name: str = "Anytown, SFTP", **newly_held: int) -> Alert | None:
    newly = {int(year.removeprefix("of_")): count for year, count in newly_held.items()}
    concerns = concerns_of(run, newly)
    return alert_of(run, concerns, name=name, zone=ZONE) if concerns else None


def found(year: YearOutcome, guard: str, message: str, **changes: Any) -> Run:
    """A run with one year in which a guard found something."""
    finding = Finding(guard, "warn", "students.csv", message)
    return run_of(replace(year, findings=(finding,)), **changes)


def test_the_message_about_a_failed_run() -> None:
    assert message(run_of(REFUSED)) == Alert(
        "Anytown, SFTP: the scheduled export failed",
        "Anytown, SFTP: the scheduled export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26 failed: sftp[.]anytown[.]example refused to sign in sync.\n"
        "No student is lost: all of them wait for the next export.\n"
        "What to do: fix this. You can then export now, or wait for the next export.\n"
        "\n" + LINK,
    )


def test_the_message_about_a_run_with_one_failed_year() -> None:
    run = run_of(replace(REFUSED, school_year=2024), DONE, trigger=RunTrigger.API)

    assert message(run) == Alert(
        "Anytown, SFTP: the export failed for 2024-25",
        "Anytown, SFTP: the export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2024-25 failed: sftp[.]anytown[.]example refused to sign in sync.\n"
        "The other school years are not affected.\n"
        "No student is lost: all of them wait for the next export.\n"
        "What to do: fix this. You can then export now, or wait for the next export.\n"
        "\n" + LINK,
    )


def test_the_message_about_a_run_that_failed_before_any_year() -> None:
    error = RunError("invalid_request", "This connection has no mapping yet: save one.")
    run = run_of(status=RunStatus.FAILED, message=error.message, error=error)

    alert = message(run)

    assert alert is not None
    assert alert.subject == "Anytown, SFTP: the scheduled export failed"
    assert alert.body.splitlines()[2:5] == [
        "It failed: This connection has no mapping yet: save one.",
        "No student is lost: all of them wait for the next export.",
        "What to do: fix this. You can then export now, or wait for the next export.",
    ]


def test_the_message_about_a_refused_attempt_names_the_years_delivered_before() -> None:
    error = RunError("invalid_request", "This connection has no mapping yet: save one.")

    alert = message(run_of(DONE, status=RunStatus.FAILED, message=error.message, error=error))

    assert alert is not None
    assert alert.body.splitlines()[2:4] == [
        "It failed: This connection has no mapping yet: save one.",
        "It had delivered 2025-26 before that.",
    ]


def test_the_message_about_a_failed_resend() -> None:
    assert message(run_of(REFUSED, kind=RunKind.RESEND, trigger=RunTrigger.API)) == Alert(
        "Anytown, SFTP: the re-send failed",
        "Anytown, SFTP: the re-send of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26 failed: sftp[.]anytown[.]example refused to sign in sync.\n"
        "Students ready to send are not affected.\n"
        "What to do: fix this, then re-send the files.\n"
        "\n" + LINK,
    )


def test_the_message_about_a_failed_erasure() -> None:
    run = run_of(
        DONE,
        kind=RunKind.ERASURE,
        trigger=RunTrigger.API,
        status=RunStatus.FAILED,
        message="AWS did not answer in time.",
    )

    assert message(run) == Alert(
        "Anytown, SFTP: the erasure of a student failed",
        "Anytown, SFTP: the erasure of a student of September 15, 2025, 9:02 PM "
        "(America/Chicago).\n"
        "\n"
        "It failed: AWS did not answer in time.\n"
        "What was erased stays erased. The rest of the student's data is still there.\n"
        "What to do: request the erasure again; it continues with what is left.\n"
        "\n" + LINK,
    )


def test_the_message_about_newly_held_students() -> None:
    assert message(run_of(HELD), of_2025=2) == Alert(
        "Anytown, SFTP: 2 more students need attention",
        "Anytown, SFTP: the scheduled export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26: 2 more students need attention, 3 in all. "
        "Why: Grade_Level, no match (2); DOB, date (1).\n"
        "They were not sent.\n"
        "What to do: the run names each student, with the field and the reason. Fix the "
        "registration or the mapping; the next export sends the students.\n"
        "\n" + LINK,
    )


def test_the_message_about_one_held_student() -> None:
    alert = message(run_of(HELD), of_2025=1)

    assert alert is not None
    assert alert.subject == "Anytown, SFTP: 1 more student needs attention"
    assert "2025-26: 1 more student needs attention, 3 in all." in alert.body


def test_the_message_about_a_run_that_awaits_confirmation() -> None:
    run = found(
        replace(DONE, status=RunStatus.AWAITING_CONFIRMATION),
        guard="row_count",
        message="students.csv has 12 rows, and 480 are usual.",
        started_at=NIGHT,
    )

    assert message(run) == Alert(
        "Anytown, SFTP: the scheduled export needs your approval",
        "Anytown, SFTP: the scheduled export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26 waits, and nothing of it was sent: "
        "students.csv has 12 rows, and 480 are usual.\n"
        "No student is lost.\n"
        "What to do: open the run. If the files are right, select Send anyway. If not, select "
        "Don't send, fix the cause and export again. If nobody decides, the next export replaces "
        "this one and includes its students.\n"
        "\n" + LINK,
    )


def test_the_message_about_an_uncollected_file() -> None:
    run = found(
        DONE,
        guard="not_collected",
        message="2025/students.csv was not imported: send run 20250915T020000Z-schedule again.",
    )

    assert message(run) == Alert(
        "Anytown, SFTP: the SIS did not import the last file",
        "Anytown, SFTP: the scheduled export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26: 2025/students.csv was not imported: send run "
        "20250915T020000Z-schedule again.\n"
        "What to do: find out why the importer did not run, then follow the steps above.\n"
        "\n" + LINK,
    )


def test_several_alerts_are_one_message_with_the_most_urgent_subject() -> None:
    alert = message(run_of(replace(REFUSED, school_year=2024), HELD), of_2025=2)

    assert alert is not None
    assert alert.subject == "Anytown, SFTP: the scheduled export failed for 2024-25"
    assert alert.body.index("2024-25 failed") < alert.body.index("2025-26: 2 more students need")
    assert alert.body.count("What to do:") == 2


@pytest.mark.parametrize(
    "run",
    [
        run_of(DONE),
        run_of(YearOutcome(2025, RunStatus.NOTHING_TO_EXPORT)),
        run_of(HELD),
        found(DONE, guard="row_count", message="students.csv has 12 rows, and 480 are usual."),
        *(
            run_of(REFUSED, kind=kind)
            for kind in (RunKind.DRY_RUN, RunKind.CHECK, RunKind.TEST_RECORD)
        ),
        run_of(status=RunStatus.FAILED, error=RunError("already_running", "")),
        found(DONE, guard="not_collected", message="It was not.", confirmed_by="ada"),
    ],
)
def test_success_known_facts_and_watched_runs_send_no_message(
    run: Run,
) -> None:
    assert message(run) is None


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("Peñasco — SFTP", "Penasco - SFTP: the scheduled"),
        ("x" * 200, "x" * 67 + "...: the scheduled"),
        ("Line one\nand\ttwo", "Line one and two: the scheduled"),
        ("\u200b", "anytown: the scheduled"),
    ],
)
def test_a_subject_is_valid_for_sns(name: str, begins: str) -> None:
    alert = message(run_of(REFUSED), name)

    assert alert is not None
    assert alert.subject.startswith(begins)
    assert alert.subject.isascii()
    assert len(alert.subject) < 100
    assert alert.subject.isprintable()


@pytest.mark.parametrize(
    ("years", "named"),
    [
        ([2024, 2025], "2024-25 and 2025-26"),
        ([1999, 2024, 2025], "1999-00, 2024-25 and 2025-26"),
        ([2022, 2023, 2024, 2025], "4 school years"),
    ],
)
def test_a_subject_names_a_few_years(years: list[int], named: str) -> None:
    alert = message(run_of(*(replace(REFUSED, school_year=year) for year in years), DONE), "x" * 90)

    assert alert is not None
    assert alert.subject.endswith(f"...: the scheduled export failed for {named}")
    assert len(alert.subject) == 99


def test_no_student_is_named() -> None:
    alert = message(run_of(HELD), of_2025=3)

    assert alert is not None
    assert "471" not in alert.subject + alert.body
