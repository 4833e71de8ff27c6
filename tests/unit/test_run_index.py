"""The lines of a run index, and what is read from them."""

from pathlib import Path

import pytest

from registration_sync.use_cases.ledger.run_index import (
    IndexLine,
    index_lines,
    index_name,
    index_rows,
    settled_students,
)

LINES = [
    IndexLine("007", "v1", "exported", 0, 20, 10, 1),
    IndexLine("007", "v1", "exported", 1, 30, 12, 1),
    IndexLine("06520", "v2", "left_out"),
    IndexLine("1e5", "v3", "", 0, 30, 9, 2),
    IndexLine("8", "v4", "removed"),
]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / index_name(3)
    path.write_text("".join(line.text() for line in LINES), encoding="utf-8")
    return path


def test_lines_are_read_as_they_were_written(index: Path) -> None:
    assert index.name == "index-3.tsv"
    assert list(index_lines(index)) == LINES


def test_students_without_a_row_have_a_line_without_length(index: Path) -> None:
    assert [line.student_id for line in index_rows(index)] == ["007", "007", "1e5"]


@pytest.mark.parametrize(
    ("after", "students"),
    [("", ["007", "06520", "8"]), ("007", ["06520", "8"]), ("06", ["06520", "8"]), ("8", [])],
)
def test_each_student_with_an_outcome_is_settled_once(
    after: str, students: list[str], index: Path
) -> None:
    found = list(settled_students(index, after))

    assert [student for student, _ in found] == students
    assert dict(found).items() <= {("007", "exported"), ("06520", "left_out"), ("8", "removed")}
