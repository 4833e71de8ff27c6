"""The stored history of row counts."""

from registration_sync.domain.mapping.compiled.filled import FilledColumns
from registration_sync.domain.registrations.row_history import (
    RowCount,
    RowHistory,
    earlier_rows,
    filled_columns,
    with_counts,
)


def after(*exports: list[RowCount]) -> tuple[RowHistory, ...]:
    histories: tuple[RowHistory, ...] = ()
    for counts in exports:
        histories = with_counts(histories, counts)
    return histories


def test_the_history_keeps_the_last_five_counts_newest_first_and_those_with_rows() -> None:
    histories = after(*[[RowCount("a.csv", rows)] for rows in (9, 8, 0, 7, 0, 6, 5)])

    assert earlier_rows(histories, RowCount("a.csv", 0)) == (5, 6, 0, 7, 0)
    assert earlier_rows(histories, RowCount("a.csv", 1)) == (5, 6, 7, 8, 9)


def test_the_history_keeps_full_files_and_files_of_changes_apart() -> None:
    histories = after([RowCount("a.csv", 9, all_students=True)], [RowCount("a.csv", 1)])

    assert earlier_rows(histories, RowCount("a.csv", 5)) == (1,)
    assert earlier_rows(histories, RowCount("a.csv", 5, all_students=True)) == (9,)


def test_the_history_forgets_a_file_that_left_the_mapping() -> None:
    both = [RowCount("a.csv", 1), RowCount("b.csv", 2)]

    assert earlier_rows(after(both, []), RowCount("b.csv", 5)) == (2,)
    assert earlier_rows(after(both, [RowCount("a.csv", 3)]), RowCount("b.csv", 5)) == ()


def test_the_history_keeps_the_columns_filled_in_the_last_export_of_many_rows() -> None:
    many = RowCount("a.csv", 20, blank={"Id": 0, "State": 9, "Phone": 10})
    few = RowCount("a.csv", 9, blank={"Id": 9, "State": 0, "Phone": 0})

    assert filled_columns(after([many]), few) == ("Id", "State")
    assert filled_columns(after([many], [few]), few) == ("Id", "State")
    assert filled_columns(after([few]), few) == ()


def test_blank_rows_of_a_large_file_are_estimated_from_a_sample() -> None:
    filled = FilledColumns(["Id", "State"])
    assert filled.blank_in(0) == {}

    for number in range(20_000):
        filled.add([str(number), "TX" if number % 2 else ""])
        filled.count()

    assert filled.blank_in(20_000)["Id"] == 0
    assert 5_000 < filled.blank_in(20_000)["State"] < 15_000
