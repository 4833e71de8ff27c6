"""The examples of the customer's help article, each by its wording, over HTTP on the local stack.

The order of the steps replaces times of day: what is due does not depend on the clock.
"""

import pytest

from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration


@pytest.fixture
def district(stack: LocalStack) -> District:
    return new_district(stack)


def test_only_registrations_with_the_status_registration_approved_will_be_exported(
    district: District,
) -> None:
    answer = district.sync(
        registration("1", "Approved"), registration("2", "Processed", status="In Processing")
    )

    district.export()

    results = [(line["student_id"], line["result"]) for line in answer["registrations"]]
    assert results == [("1", "synced"), ("2", "refused")]
    assert "In Processing" in answer["registrations"][1]["message"]
    assert district.names() == ["Approved"]


def test_registrations_can_be_synced_one_by_one_and_in_bulk(district: District) -> None:
    district.sync(registration("0001", "Alone"))
    district.sync(*(registration(f"{number:04}", "Bulk") for number in range(2, 502)))

    run = district.export()

    assert run["years"][0]["rows"] == 501
    assert district.names() == ["Alone"] + ["Bulk"] * 500


def test_1_the_first_export_without_syncing_data_generates_no_file(district: District) -> None:
    run = district.export()

    assert run["status"] == "nothing_to_export"
    assert district.files() == {}


@pytest.mark.parametrize("second", ["manual", "scheduled"])
def test_2_data_synced_at_10_am_is_in_the_file_of_2_pm_and_at_9_pm_no_file_is_generated(
    district: District, second: str
) -> None:
    district.sync(registration("007", "Ten"))

    at_2_pm = district.export()
    assert at_2_pm["status"] == "succeeded"
    assert district.names() == ["Ten"]
    path = district.folder / "exports/2025/students.csv"
    before = (path.read_bytes(), path.stat().st_mtime_ns)

    if second == "manual":
        at_9_pm = district.export()
    else:
        at_9_pm = district.nightly_export("2026-03-02T21:00:00-06:00")
    assert at_9_pm["status"] == "nothing_to_export"
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_3_changes_made_after_the_10_am_sync_that_were_not_synced_will_not_be_in_the_file(
    district: District,
) -> None:
    district.sync(registration("007", "AsOfTen"))
    registration("007", "ChangedInEnrollOnly")  # changed in Enroll, never synced

    district.export()

    assert district.names() == ["AsOfTen"]


def test_of_several_syncs_of_a_student_the_data_of_the_final_sync_is_in_the_file(
    district: District,
) -> None:
    for fname in ("Morning", "Noon", "Final"):
        district.sync(registration("007", fname))

    district.export()

    assert district.names() == ["Final"]


def test_overwriting_1_a_new_file_with_only_data_from_today_overwrites_the_one_from_yesterday(
    district: District,
) -> None:
    district.sync(registration("1", "Yesterday"))
    district.nightly_export("2026-03-01T21:00:00-06:00")
    assert district.names() == ["Yesterday"]

    district.sync(registration("2", "Today"))
    district.nightly_export("2026-03-02T21:00:00-06:00")

    assert district.names() == ["Today"]
    assert list(district.files()) == ["2025/students.csv"]


def test_overwriting_2_the_9_pm_file_contains_only_the_students_synced_at_2_pm(
    district: District,
) -> None:
    district.sync(registration("1", "TenAm"))
    district.export()
    assert district.names() == ["TenAm"]

    district.sync(registration("2", "TwoPm"))
    district.nightly_export("2026-03-02T21:00:00-06:00")

    assert district.names() == ["TwoPm"]
    assert list(district.files()) == ["2025/students.csv"]


def test_multiple_school_years_each_year_has_its_own_folder_by_start_year(
    district: District,
) -> None:
    district.sync(registration("1", "Old", year=2024), registration("2", "New", year=2025))

    district.export()

    assert sorted(district.files()) == ["2024/students.csv", "2025/students.csv"]
    assert (district.names(2024), district.names(2025)) == (["Old"], ["New"])
