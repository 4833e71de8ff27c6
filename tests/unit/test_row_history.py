"""The stored history of row counts."""

import pytest

from registration_sync.domain.registrations.row_history import (
    RowCount,
    RowHistory,
    earlier_rows,
    filled_columns,
    newly_blank,
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


@pytest.mark.parametrize(
    ("had", "of", "rows", "found"),
    [
        (20, 20, 3, True),
        (20, 20, 2, False),  # two siblings may well lack the same value
        (3, 3, 3, True),
        (10, 20, 7, True),
        (10, 20, 6, False),
        (1, 20, 50, False),  # a column that is seldom filled
        (1, 20, 200, True),
        (0, 20, 200, False),
    ],
)
def test_any_column_that_had_values_and_is_blank_in_all_rows_is_found(
    had: int, of: int, rows: int, found: bool
) -> None:
    histories = after([RowCount("a.csv", of, blank={"Id": 0, "State": of - had})])
    now = RowCount("a.csv", rows, blank={"Id": 0, "State": rows})

    assert newly_blank(histories, now) == ({"State": had / of} if found else {})
    partly = RowCount("a.csv", rows, blank={"Id": 0, "State": rows - 1})
    assert newly_blank(histories, partly) == {}


def test_small_exports_add_up_and_a_column_left_blank_becomes_usual() -> None:
    four, blank = {"State": 0}, RowCount("a.csv", 4, blank={"State": 4})
    histories = after([RowCount("a.csv", 2, blank=four)], [RowCount("a.csv", 2, blank=four)])
    assert newly_blank(histories, blank) == {"State": 1.0}

    nights = 0
    while newly_blank(histories, blank):
        histories = with_counts(histories, [blank])
        nights += 1
    assert 1 <= nights <= 4

    assert newly_blank(with_counts(histories, [RowCount("a.csv", 0)]), blank) == {}
    assert newly_blank(after([RowCount("a.csv", 12, blank={"State": 12})]), blank) == {}
