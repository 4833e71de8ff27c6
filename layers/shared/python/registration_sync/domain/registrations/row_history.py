"""How many rows the files of a year had in its last exports, for the guard of unusual counts."""

from collections.abc import Sequence
from dataclasses import dataclass

EARLIER_EXPORTS = 5
"""So many earlier ones tell how many rows are usual: their median, so that one outlier does not."""


@dataclass(frozen=True, slots=True)
class RowCount:
    """The rows of a file, by the name that the mapping has for it, placeholders and all.
    `all_students`: not only the changes."""

    file: str
    rows: int
    all_students: bool = False


@dataclass(frozen=True, slots=True)
class RowHistory:
    """The rows of such a file in the last exports of its year, the newest first: `rows` in all of
    them, `rows_if_any` in those in which it had any."""

    file: str
    all_students: bool
    rows: tuple[int, ...] = ()
    rows_if_any: tuple[int, ...] = ()

    def plus(self, rows: int) -> "RowHistory":
        some = (rows,) if rows else ()
        return RowHistory(
            self.file,
            self.all_students,
            (rows, *self.rows)[:EARLIER_EXPORTS],
            (*some, *self.rows_if_any)[:EARLIER_EXPORTS],
        )


type Histories = tuple[RowHistory, ...]


def earlier_rows(histories: Histories, count: RowCount) -> tuple[int, ...]:
    """How many rows the file had in the last exports in which it had any; if it has none now, in
    the last of all: where it often has none, that is usual."""
    found = _find(histories, count)
    return found.rows_if_any if count.rows else found.rows


def with_counts(histories: Histories, counts: Sequence[RowCount]) -> Histories:
    """After one more export. A file that the mapping has no longer is forgotten; nothing is, of an
    export without any file."""
    if not counts:
        return histories
    names = {count.file for count in counts}
    now = {(count.file, count.all_students) for count in counts}
    others = tuple(
        one for one in histories if one.file in names and (one.file, one.all_students) not in now
    )
    return (*(_find(histories, count).plus(count.rows) for count in counts), *others)


def _find(histories: Histories, count: RowCount) -> RowHistory:
    key = (count.file, count.all_students)
    new = RowHistory(*key)
    return next((one for one in histories if (one.file, one.all_students) == key), new)
