"""The messages that people get when a run has ended, by their whole text."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.runs.alerts import Alert, alert_of, concerns_of
from registration_sync.domain.runs.run import (
    CHECK,
    DRY_RUN,
    ERASURE,
    MANUAL,
    RESEND,
    SCHEDULED,
    TEST_RECORD,
    HeldRow,
    RunError,
    RunRequest,
    RunStatus,
    YearOutcome,
    finished_run,
    pending_run,
)

ZONE = ZoneInfo("America/Chicago")
NIGHT = dt.datetime(2025, 9, 16, 2, 2, 30, tzinfo=dt.UTC)
REQUEST = RunRequest("anytown", "20250916T020000Z-schedule", trigger=SCHEDULED)

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
    "To see the run, put this after the console's address: "
    "#/connections/anytown/runs/20250916T020000Z-schedule\n"
)


def record(*years: YearOutcome, **changes: Any) -> dict[str, Any]:
    request = replace(REQUEST, **changes)
    return finished_run(pending_run(request, NIGHT), years, NIGHT).to_json()


def told(run: dict[str, Any], name: str = "Anytown, SFTP", **newly_held: int) -> Alert | None:
    newly = {int(year.removeprefix("of_")): count for year, count in newly_held.items()}
    concerns = concerns_of(run, newly)
    return alert_of(run, concerns, name=name, zone=ZONE) if concerns else None


def found(year: YearOutcome, **finding: str) -> dict[str, Any]:
    """A run with one year of which a guard found something."""
    run = record(year)
    run["years"][0]["findings"] = [{"file": "students.csv", **finding}]
    return run


def test_a_run_that_failed() -> None:
    assert told(record(REFUSED)) == Alert(
        "Anytown, SFTP: the nightly export failed",
        "Anytown, SFTP: the nightly export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26 failed: sftp.anytown.example refused to sign in sync.\n"
        "No student is lost: all of them stay due.\n"
        "What now: mend this. The next export delivers them; it may be run by hand at once.\n"
        "\n" + LINK,
    )


def test_a_run_of_which_one_year_failed() -> None:
    run = record(replace(REFUSED, school_year=2024), DONE, trigger=MANUAL)

    assert told(run) == Alert(
        "Anytown, SFTP: the export failed for 2024-25",
        "Anytown, SFTP: the export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2024-25 failed: sftp.anytown.example refused to sign in sync.\n"
        "The other school years are not touched by this.\n"
        "No student is lost: all of them stay due.\n"
        "What now: mend this. The next export delivers them; it may be run by hand at once.\n"
        "\n" + LINK,
    )


def test_a_run_that_failed_before_it_came_to_any_year() -> None:
    error = RunError("invalid_request", "This connection has no mapping yet: save one.")
    run = record() | {"status": "failed", "message": error.message, "error": {"code": error.code}}

    alert = told(run)

    assert alert is not None
    assert alert.subject == "Anytown, SFTP: the nightly export failed"
    assert alert.body.splitlines()[2:5] == [
        "It failed: This connection has no mapping yet: save one.",
        "No student is lost: all of them stay due.",
        "What now: mend this. The next export delivers them; it may be run by hand at once.",
    ]


def test_a_re_send_that_failed() -> None:
    assert told(record(REFUSED, kind=RESEND, trigger=MANUAL)) == Alert(
        "Anytown, SFTP: the re-send failed",
        "Anytown, SFTP: the re-send of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26 failed: sftp.anytown.example refused to sign in sync.\n"
        "Who is due has not changed.\n"
        "What now: mend this, then send the files again.\n"
        "\n" + LINK,
    )


def test_an_erasure_that_failed() -> None:
    run = record(DONE, kind=ERASURE, trigger=MANUAL, student_ids=("4711",)) | {
        "status": "failed",
        "message": "AWS did not answer in time.",
    }

    assert told(run) == Alert(
        "Anytown, SFTP: the erasure of a student failed",
        "Anytown, SFTP: the erasure of a student of September 15, 2025, 9:02 PM "
        "(America/Chicago).\n"
        "\n"
        "It failed: AWS did not answer in time.\n"
        "What was erased stays erased, the rest of the student is still there.\n"
        "What now: ask for the erasure again; it goes on with what is left.\n"
        "\n" + LINK,
    )


def test_students_newly_held_back() -> None:
    assert told(record(HELD), of_2025=2) == Alert(
        "Anytown, SFTP: 2 students newly held back",
        "Anytown, SFTP: the nightly export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26: 2 students newly held back, 3 in all. "
        "Why: Grade_Level, no match (2); DOB, date (1).\n"
        "They are in no file, and stay due.\n"
        "What now: the run names each of them, with the field and the reason. Mend the "
        "registration or the mapping; the next export delivers them.\n"
        "\n" + LINK,
    )


def test_one_student_reads_as_one() -> None:
    alert = told(record(HELD), of_2025=1)

    assert alert is not None
    assert alert.subject == "Anytown, SFTP: 1 student newly held back"
    assert "2025-26: 1 student newly held back, 3 in all." in alert.body


def test_a_run_that_waits_for_a_confirmation() -> None:
    run = found(
        replace(DONE, status=RunStatus.AWAITING_CONFIRMATION),
        guard="row_count",
        message="students.csv has 12 rows, and 480 are usual.",
    )
    run["started_at"] = run["requested_at"]

    assert told(run) == Alert(
        "Anytown, SFTP: the nightly export waits for your confirmation",
        "Anytown, SFTP: the nightly export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26 waits, and nothing of it was sent: "
        "students.csv has 12 rows, and 480 are usual.\n"
        "All of its students stay due.\n"
        "What now: look at the run. If it is right, confirm it. If not, mend the cause and export "
        "again. If nobody decides, the next export takes its place, with everyone in it.\n"
        "\n" + LINK,
    )


def test_a_file_that_was_not_collected() -> None:
    run = found(
        DONE,
        guard="not_collected",
        message="2025/students.csv was not collected: send run 20250915T020000Z-schedule again.",
    )

    assert told(run) == Alert(
        "Anytown, SFTP: the SIS did not collect the last file",
        "Anytown, SFTP: the nightly export of September 15, 2025, 9:02 PM (America/Chicago).\n"
        "\n"
        "School year 2025-26: 2025/students.csv was not collected: send run "
        "20250915T020000Z-schedule again.\n"
        "What now: find out why the importer did not run, then do as it says above.\n"
        "\n" + LINK,
    )


def test_several_things_are_one_message_with_the_most_urgent_as_its_subject() -> None:
    alert = told(record(replace(REFUSED, school_year=2024), HELD), of_2025=2)

    assert alert is not None
    assert alert.subject == "Anytown, SFTP: the nightly export failed for 2024-25"
    assert alert.body.index("2024-25 failed") < alert.body.index("2025-26: 2 students newly held")
    assert alert.body.count("What now:") == 2


@pytest.mark.parametrize(
    "run",
    [
        record(DONE),
        record(YearOutcome(2025, RunStatus.NOTHING_TO_EXPORT)),
        record(HELD),
        found(DONE, guard="row_count", message="students.csv has 12 rows, and 480 are usual."),
        *(record(REFUSED, kind=kind) for kind in (DRY_RUN, CHECK, TEST_RECORD)),
        record() | {"status": "failed", "error": {"code": "already_running"}},
        found(DONE, guard="not_collected", message="It was not.") | {"confirmed_by": "ada"},
    ],
)
def test_nobody_is_told_of_what_went_well_was_known_or_is_being_watched(
    run: dict[str, Any],
) -> None:
    assert told(run) is None


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("Peñasco — SFTP", "Penasco - SFTP: the nightly"),
        ("x" * 200, "x" * 70 + "...: the nightly"),
        ("\u200b", "anytown: the nightly"),
    ],
)
def test_a_subject_is_what_sns_takes(name: str, begins: str) -> None:
    alert = told(record(REFUSED), name)

    assert alert is not None
    assert alert.subject.startswith(begins)
    assert alert.subject.isascii()
    assert len(alert.subject) <= 100


@pytest.mark.parametrize(
    ("years", "named"),
    [
        ([2024, 2025], "2024-25 and 2025-26"),
        ([1999, 2024, 2025], "1999-00, 2024-25 and 2025-26"),
        ([2022, 2023, 2024, 2025], "4 school years"),
    ],
)
def test_a_subject_names_a_few_years(years: list[int], named: str) -> None:
    alert = told(record(*(replace(REFUSED, school_year=year) for year in years), DONE), "x" * 90)

    assert alert is not None
    assert alert.subject.endswith(f"...: the nightly export failed for {named}")
    assert len(alert.subject) == 100


def test_no_student_is_named() -> None:
    alert = told(record(HELD), of_2025=3)

    assert alert is not None
    assert "471" not in alert.subject + alert.body
