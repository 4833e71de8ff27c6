"""The findings of each guard."""

import pytest

from registration_sync.domain.connections.guard_settings import (
    BlankRequiredGuard,
    GuardAction,
    NotCollectedGuard,
    RowCountGuard,
    UnmatchedGuard,
)
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.mapping.compiled.unmatched import MAX_LISTED_VALUES, Found, Unmatched
from registration_sync.domain.registrations.row_history import RowCount
from registration_sync.domain.runs.findings import (
    check_blank_required,
    check_row_count,
    check_unmatched,
    holds,
    not_collected_finding,
)
from registration_sync.domain.runs.run import Finding
from registration_sync.domain.runs.uploads import Collected, FoundUpload, LastUpload

OFF, WARN, HOLD = GuardAction.OFF, GuardAction.WARN, GuardAction.HOLD
HUNDRED = (100, 90, 4000, 100, 120)


@pytest.mark.parametrize(
    ("rows", "found"),
    [(100, False), (150, False), (151, True), (50, False), (49, True), (0, True), (4000, True)],
)
def test_a_row_count_far_above_or_below_the_median_of_five_is_found(rows: int, found: bool) -> None:
    finding = check_row_count(RowCountGuard(percent=50), RowCount("students.csv", rows), HUNDRED)

    assert (finding is not None) == found


def test_a_row_count_finding_has_the_usual_count() -> None:
    finding = check_row_count(RowCountGuard(action=HOLD), RowCount("students.csv", 3), HUNDRED)

    assert finding is not None
    assert (finding.guard, finding.action, finding.file) == ("row_count", "hold", "students.csv")
    assert "students.csv has 3 rows; usually it has about 100" in finding.message


def test_fewer_than_five_earlier_exports_give_no_finding() -> None:
    assert check_row_count(RowCountGuard(), RowCount("students.csv", 0), HUNDRED[:4]) is None


def test_small_row_counts_give_no_finding() -> None:
    two = (2,) * 5

    assert check_row_count(RowCountGuard(), RowCount("students.csv", 11), two) is None
    assert check_row_count(RowCountGuard(), RowCount("students.csv", 12), two) is not None
    assert check_row_count(RowCountGuard(at_least=1), RowCount("a", 4), two) is not None


@pytest.mark.parametrize(("blank", "found"), [(10, False), (50, False), (51, True), (100, True)])
def test_a_required_column_that_is_mostly_blank_is_found(blank: int, found: bool) -> None:
    findings = check_blank_required(BlankRequiredGuard(), {("students.csv", "DOB"): blank}, 100)

    assert bool(findings) == found
    if findings:
        assert f"DOB in students.csv is required, and blank for {blank} of 100" in str(findings)


def test_a_few_blanks_give_no_finding() -> None:
    blank = {("students.csv", "DOB"): 9}

    assert check_blank_required(BlankRequiredGuard(), blank, 9) == []
    assert len(check_blank_required(BlankRequiredGuard(at_least=9), blank, 9)) == 1


def test_unmatched_values_are_counted_field_by_field() -> None:
    counts = {("students.csv", "Grade"): 5, ("students.csv", "Race"): 4}

    findings = check_unmatched(UnmatchedGuard(action=WARN, count=4), counts)

    assert [finding.message.partition(" (")[0] for finding in findings] == [
        "Grade in students.csv has 5 values without a match code"
    ]


def test_unmatched_values_beyond_the_list_are_counted() -> None:
    found: Found = []
    unmatched = Unmatched(found)
    note = unmatched.recorder_for("students.csv", "School")
    for number in range(MAX_LISTED_VALUES + 50):
        note(f"School {number}")
        found.pop()(f"{number}")

    findings = check_unmatched(UnmatchedGuard(action=WARN, count=249), unmatched.totals)

    assert len(unmatched.values()) == MAX_LISTED_VALUES
    assert "School in students.csv has 250 values" in findings[0].message


def test_a_guard_that_is_off_finds_nothing() -> None:
    blank = {("students.csv", "DOB"): 100}
    counts = {("students.csv", "Grade"): 1000}

    assert check_row_count(RowCountGuard(action=OFF), RowCount("a", 0), HUNDRED) is None
    assert check_blank_required(BlankRequiredGuard(action=OFF), blank, 100) == []
    assert check_unmatched(UnmatchedGuard(), counts) == []


def test_only_a_holding_finding_requires_confirmation() -> None:
    warning = Finding("unmatched", WARN, "students.csv", "many")

    assert not holds([])
    assert not holds([warning])
    assert holds([warning, Finding("row_count", HOLD, "students.csv", "few")])


LAST = LastUpload("f/students.csv", "r9", "r1", "2026-03-02 21:00", 120, "ab", modified=5000)


@pytest.mark.parametrize(
    ("size", "modified", "unchanged"),
    [
        (120, 5000, True),
        (120, 5600, True),  # renamed by copying, a little later
        (120, 5601, False),
        (120, 4999, False),
        (121, 5000, False),
        (None, 5000, True),
        (120, None, True),
        (None, None, True),
        (121, None, False),
    ],
)
def test_a_file_is_recognized_by_the_attributes_that_the_server_reports(
    size: int | None, modified: int | None, unchanged: bool
) -> None:
    assert LAST.matches(RemoteFile(LAST.path, size, modified)) == unchanged


def test_an_uncollected_file_names_its_run_and_the_run_to_send_again() -> None:
    found = FoundUpload(LAST, Collected.NO)

    finding = not_collected_finding(NotCollectedGuard(), found, replaced_by_full=False)

    assert (finding.file, finding.run_id) == ("students.csv", "r1")
    assert "the file that run r9 delivered (March 2, 2026, 9:00 PM)" in finding.message
    assert "re-send run r1:" in finding.message
    assert "importer." not in finding.message


def test_a_full_file_loses_no_student_and_a_learned_behavior_can_be_corrected() -> None:
    found = FoundUpload(LAST, Collected.NO, learned=True)

    finding = not_collected_finding(NotCollectedGuard(), found, replaced_by_full=True)

    assert "no student is lost" in finding.message
    assert "again" not in finding.message
    assert "select that in the connection" in finding.message
