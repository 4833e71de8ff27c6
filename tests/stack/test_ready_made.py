"""Each ready-made mapping on the deployed template: started from, synced, exported, checked."""

import pytest

from local.district import made_up_district, next_day
from local.stack import LocalStack
from tests.formats.checkers import CHECKS
from tests.stack.district import new_district

YEAR = 2026
STUDENTS = 60


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_delivered_passes_the_formats_checker(stack: LocalStack, name: str) -> None:
    district = new_district(stack)
    students = made_up_district(YEAR, students=STUDENTS)
    approved = [one for one in students if one["status"].endswith("Approved")]

    saved = stack.call("PUT", f"{district.path}/mapping", {"start_from": name}, role="full_access")
    district.sync(*approved)
    first = district.export(school_years=[YEAR])

    assert (saved.status, first["status"]) == (200, "succeeded"), first
    folder = district.folder / "exports" / str(YEAR)
    assert [str(finding) for finding in CHECKS[name](folder)] == []

    day = next_day(students)
    district.sync(*day.changed, *day.added)
    second = district.export(school_years=[YEAR])

    assert second["status"] == "succeeded", second
    assert [str(finding) for finding in CHECKS[name](folder)] == []
