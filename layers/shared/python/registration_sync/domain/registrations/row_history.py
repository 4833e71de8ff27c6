"""Row counts and filled columns of the last exports of a year, for the guards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HISTORY_LENGTH = 5
"""Exports kept for each file. Their median is the usual count, so one outlier changes nothing."""


MIN_ROWS = 10
"""Fewer rows show nothing about a column that is usually filled."""

UNLIKELY = 0.01
"""The chance below which it is no accident that all rows are blank."""

MOST_FILLED = 0.85
"""A column counts as filled in at most this share of the rows: rows of siblings are often alike."""


@dataclass(frozen=True, slots=True)
class RowCount:
    """The rows of a file in one export. `file` is the name in the mapping, with placeholders;
    `all_students` is true for a full file; `blank` has the number of rows, estimated for a large
    file, in which each column is blank."""

    file: str
    rows: int
    all_students: bool = False
    blank: Mapping[str, int] = field(default_factory=dict)

    @property
    def filled(self) -> tuple[str, ...]:
        """The columns with a value in most rows."""
        return tuple(column for column, blank in self.blank.items() if blank * 2 < self.rows)


@dataclass(frozen=True, slots=True)
class RowHistory:
    """The row counts of a file in the last exports of a year, newest first: `rows` of all exports,
    `rows_if_any` of those in which the file had rows. `filled` has the columns with a value in most
    rows of the last export of at least MIN_ROWS rows. `values` has, by column, in how many of the
    `seen` rows there was a value: of the last export, and of earlier ones if it had few rows."""

    file: str
    all_students: bool
    rows: tuple[int, ...] = ()
    rows_if_any: tuple[int, ...] = ()
    filled: tuple[str, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict, hash=False)  # entries are cache keys
    seen: int = 0

    def plus(self, count: RowCount) -> "RowHistory":
        rows = count.rows
        some = (rows,) if rows else ()
        return RowHistory(
            self.file,
            self.all_students,
            (rows, *self.rows)[:HISTORY_LENGTH],
            (*some, *self.rows_if_any)[:HISTORY_LENGTH],
            count.filled if rows >= MIN_ROWS else self.filled,
            *self._values_with(count),
        )

    def _values_with(self, count: RowCount) -> tuple[Mapping[str, int], int]:
        """`values` and `seen` after one more export; rows of earlier ones count as at most
        MIN_ROWS."""
        if not count.blank:
            return self.values, self.seen
        earlier = 0 if count.rows >= MIN_ROWS else min(self.seen, MIN_ROWS)
        share = earlier / self.seen if earlier else 0
        values = {
            column: round(self.values.get(column, 0) * share) + count.rows - blank
            for column, blank in count.blank.items()
        }
        return {column: some for column, some in values.items() if some}, earlier + count.rows


type Histories = tuple[RowHistory, ...]


def earlier_rows(histories: Histories, count: RowCount) -> tuple[int, ...]:
    """The earlier row counts to compare with: those above 0, or all of them if the file has no rows
    now, because the file may often be empty."""
    found = _find(histories, count)
    return found.rows_if_any if count.rows else found.rows


def filled_columns(histories: Histories, count: RowCount) -> tuple[str, ...]:
    """The columns that were usually filled in earlier exports of the file."""
    return _find(histories, count).filled


def newly_blank(histories: Histories, count: RowCount) -> dict[str, float]:
    """The columns that are blank in all rows, which by the earlier exports is no accident, each
    with the share of rows that had a value in these."""
    before = _find(histories, count)
    found = {}
    for column, blank in count.blank.items():
        some = before.values.get(column, 0)
        likely = min(some / (before.seen + 0.5), MOST_FILLED)
        if blank == count.rows and (1 - likely) ** count.rows < UNLIKELY:
            found[column] = some / before.seen
    return found


def with_counts(histories: Histories, counts: Sequence[RowCount]) -> Histories:
    """The histories after one more export. Drops files that are no longer in the mapping, unless
    the export had no file at all."""
    if not counts:
        return histories
    names = {count.file for count in counts}
    now = {(count.file, count.all_students) for count in counts}
    others = tuple(
        one for one in histories if one.file in names and (one.file, one.all_students) not in now
    )
    return (*(_find(histories, count).plus(count) for count in counts), *others)


def _find(histories: Histories, count: RowCount) -> RowHistory:
    key = (count.file, count.all_students)
    new = RowHistory(*key)
    return next((one for one in histories if (one.file, one.all_students) == key), new)
