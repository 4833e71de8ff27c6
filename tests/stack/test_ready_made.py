"""Each ready-made mapping on the deployed template: created, previewed, exported, checked."""

from pathlib import Path

import pytest

from local.district import made_up_district, next_day
from local.stack import LocalStack
from tests.formats.checkers import CHECKS
from tests.stack.support.district import new_district

YEAR = 2026
STUDENTS = 60


def findings(name: str, folder: Path) -> list[str]:
    """Runs the checker of the format; the plain mapping has no format and a file of its own."""
    if name not in CHECKS:
        assert [file.name for file in folder.iterdir()] == ["students.csv"]
        return []
    return [str(finding) for finding in CHECKS[name](folder)]


@pytest.mark.parametrize("name", [*CHECKS, "plain"])
def test_a_delivered_file_passes_the_checker_of_its_format(stack: LocalStack, name: str) -> None:
    district = new_district(stack)
    students = made_up_district(YEAR, students=STUDENTS)
    approved = [one for one in students if one["status"].endswith("Approved")]

    saved = stack.call("PUT", f"{district.path}/mapping", {"start_from": name}, role="full_access")
    district.sync(*approved)
    one = approved[0]["student_id"]
    body = {"student_ids": [one]}
    shown = stack.call("POST", f"{district.path}/mapping/preview", body, role="limited_access")
    first = district.export(school_years=[YEAR])

    assert (saved.status, shown.status, first["status"]) == (200, 200, "succeeded"), first
    (preview,) = shown.json()["students"]
    assert all(file["line"] for file in preview["files"])
    folder = district.folder / "exports" / str(YEAR)
    assert findings(name, folder) == []

    day = next_day(students)
    district.sync(*day.changed, *day.added)
    gone = f"{district.path}/registrations/{YEAR}/{one}"
    removed = stack.call("DELETE", gone, role="enroll")
    second = district.export(school_years=[YEAR])

    assert (removed.status, second["status"]) == (204, "succeeded"), second
    assert findings(name, folder) == []
