"""How full the columns of a file are."""

from collections.abc import Sequence

import pytest

from registration_sync.domain.mapping.compiled.filled import ALL_UP_TO, THEN_EACH, FilledColumns
from registration_sync.domain.mapping.compiled.unmatched import Found


def add(columns: FilledColumns, found: Found, values: Sequence[str]) -> None:
    columns.add(values)
    while found:
        found.pop()("student")


def test_blank_values_of_every_kind_are_counted() -> None:
    found: Found = []
    columns = FilledColumns(["Name", "Grade", "Note"], found)
    blanks = ("", " ", "\t", "\u00a0", "\u200b", "\u3164")
    rows = 110
    for number in range(rows):
        blank = blanks[number % len(blanks)]
        add(columns, found, (f"Maya {number}", blank, "x" if number % 2 else " "))
    assert columns.blank_in(rows) == {"Name": 0, "Grade": rows, "Note": rows // 2}


def test_rows_of_a_held_student_do_not_count() -> None:
    found: Found = []
    columns = FilledColumns(["Grade"], found)
    columns.add([""])
    found.clear()
    add(columns, found, ["07"])
    assert columns.blank_in(1) == {"Grade": 0}


@pytest.mark.parametrize("rows", [ALL_UP_TO + 2 * THEN_EACH, 2 * ALL_UP_TO, 20_000])
def test_later_rows_are_a_sample_and_count_for_those_between(rows: int) -> None:
    found: Found = []
    columns = FilledColumns(["ID", "First half", "Last half", "Every other"], found)
    for number in range(rows):
        half, other = number * 2 < rows, number % 2
        add(columns, found, (f"{number}", "" if half else "x", "x" if half else "", "x" * other))

    blank = columns.blank_in(rows)
    assert blank.pop("ID") == 0
    assert all(0.45 * rows < estimate < 0.55 * rows for estimate in blank.values())


@pytest.mark.parametrize("rows_of_a_student", [2, 3, 13, 17, 34, 89])
def test_a_column_blank_in_one_row_of_each_student_is_estimated(rows_of_a_student: int) -> None:
    rows = 50_000
    for blank_at in {0, rows_of_a_student // 2, rows_of_a_student - 1}:
        found: Found = []
        columns = FilledColumns(["One"], found)
        for number in range(rows):
            add(columns, found, ("" if number % rows_of_a_student == blank_at else "x",))
        share = columns.blank_in(rows)["One"] / rows
        assert abs(share - 1 / rows_of_a_student) < 0.02


def test_a_value_between_the_sampled_rows_is_seen() -> None:
    found: Found = []
    columns = FilledColumns(["Blank", "Once"], found)
    rows = 20_000
    for number in range(rows):
        add(columns, found, (" ", "x" if number == ALL_UP_TO + 1 else ""))
    assert columns.blank_in(rows) == {"Blank": rows, "Once": rows - 1}


def test_nothing_is_said_of_no_row() -> None:
    assert FilledColumns(["Grade"], []).blank_in(0) == {}
