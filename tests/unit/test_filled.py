"""How full the columns of a file are."""

from registration_sync.domain.mapping.compiled.filled import ALL_UP_TO, THEN_EACH, FilledColumns


def test_blank_values_of_every_kind_are_counted() -> None:
    columns = FilledColumns(["Name", "Grade", "Note"])
    blanks = ("", " ", "\t", "\u00a0", "\u200b", "\u3164")
    rows = 110
    for number in range(rows):
        columns.add((f"Maya {number}", blanks[number % len(blanks)], "x" if number % 2 else " "))
        columns.count()
    assert columns.blank_in(rows) == {"Name": 0, "Grade": rows, "Note": rows // 2}


def test_rows_of_a_held_student_do_not_count() -> None:
    columns = FilledColumns(["Grade"])
    columns.add([""])
    columns.discard()
    columns.add(["07"])
    columns.count()
    assert columns.blank_in(1) == {"Grade": 0}


def test_later_rows_are_a_sample() -> None:
    columns = FilledColumns(["Grade"])
    rows = ALL_UP_TO + 100 * THEN_EACH
    for number in range(rows):
        columns.add(["" if number < ALL_UP_TO else "07"])
        columns.count()
    assert columns.blank_in(ALL_UP_TO + 100) == {"Grade": ALL_UP_TO}


def test_nothing_is_said_of_no_row() -> None:
    assert FilledColumns(["Grade"]).blank_in(0) == {}
