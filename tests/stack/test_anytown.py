"""A district's real size: the 1,199 students of ../shared/data, as `make demo` plays them."""

import csv
from itertools import batched

import pytest

from local.demo import mapping_for
from local.district import columns_of, registrations_of
from local.processes import ROOT
from local.stack import LocalStack
from tests.stack.support.district import new_district

STUDENTS = ROOT.parent / "shared" / "data" / "students_anytown.csv"


@pytest.mark.skipif(not STUDENTS.exists(), reason="the data of others is not beside the project")
def test_1199_students_arrive_in_one_file_with_ids_and_dates_as_mapped(stack: LocalStack) -> None:
    district = new_district(stack)
    mapping = mapping_for(columns_of(STUDENTS), None)
    saved = stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert saved.status == 200, saved.body
    for bulk in batched(registrations_of(STUDENTS, school_year=2025), 500):
        assert district.sync(*bulk)["synced"] == len(bulk)

    run = district.export()

    with STUDENTS.open(newline="") as file:
        sent = {row["student_id"]: row for row in csv.DictReader(file)}
    path = district.folder / "exports/2025/students.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert run["years"][0]["rows"] == len(rows) == 1199
    assert [row["Student_Number"] for row in rows] == sorted(sent)
    for row in rows:
        month, day, year = sent[row["Student_Number"]]["birth_date"].split("/")
        assert row["DOB"] == f"{year}-{month:0>2}-{day:0>2}"
    assert district.export()["status"] == "nothing_to_export"
