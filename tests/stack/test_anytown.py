"""A district of realistic size, from the student file of `make demo`."""

import csv
from itertools import batched
from pathlib import Path

from local.demo import mapping_for
from local.district import columns_of, registrations_of
from local.stack import LocalStack
from tests.stack.support.district import new_district
from tests.support.skips import OUTSIDE_DATA, needs_outside_data

ANYTOWN = "students_anytown.csv"
COLUMNS = (
    "school_id", "student_id", "state_student_id", "first_name", "last_name", "gender", "race",
    "grade", "birth_date",
)  # fmt: skip


def test_students_are_delivered_in_one_file_with_mapped_ids_and_dates(
    stack: LocalStack, tmp_path: Path
) -> None:
    students = tmp_path / "students.csv"
    with students.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for n in range(130):  # more than AWS reads at once
            school, gender = 60900 + n % 7, ("Male", "Female", "Nonbinary")[n % 3]
            born = f"{n % 12 + 1}/{n % 28 + 1}/{2005 + n % 13}"
            ids = (school, f"{670000 + n * 7}", f"{4000000 + n * 31}")
            rows.writerow([*ids, f"Ann {n}", "O'Neil, Jr.", gender, "Multiple", n % 13, born])

    assert check_arrival(stack, students) == 130


@needs_outside_data(ANYTOWN)
def test_the_students_of_anytown_are_delivered_as_mapped(stack: LocalStack) -> None:
    assert check_arrival(stack, OUTSIDE_DATA / ANYTOWN) >= 1199


def check_arrival(stack: LocalStack, students: Path) -> int:
    """Syncs and exports the students of the file; checks that all of them are delivered, and
    returns their count."""
    district = new_district(stack)
    mapping = mapping_for(columns_of(students), None)
    saved = stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert saved.status == 200, saved.body
    for bulk in batched(registrations_of(students, school_year=2025), 500):
        assert district.sync(*bulk)["synced"] == len(bulk)

    run = district.export()

    with students.open(newline="", encoding="utf-8") as file:
        sent = {row["student_id"]: row for row in csv.DictReader(file)}
    path = district.folder / "exports/2025/students.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert run["years"][0]["rows"] == len(rows) == len(sent)
    assert [row["Student_Number"] for row in rows] == sorted(sent)
    for row in rows:
        month, day, year = sent[row["Student_Number"]]["birth_date"].split("/")
        assert row["DOB"] == f"{year}-{month:0>2}-{day:0>2}"
    assert district.export()["status"] == "nothing_to_export"
    return len(rows)
