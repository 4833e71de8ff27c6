"""Counts in how many rows of a file each column is filled, from a sample of the rows."""

from collections.abc import Sequence
from functools import partial
from string import ascii_letters, digits

from registration_sync.domain.mapping.compiled.unmatched import Found
from registration_sync.domain.mapping.values.characters import is_blank

ALL_UP_TO, THEN_EACH = 1_000, 17
"""Counts all of the first rows, then one in 17, so that counting takes little time. Each of the
later ones counts 17 times."""

_GOLDEN = 0.6180339887498949
"""The fractions of its multiples are spread evenly, also those of every 17th: the sample does not
follow a pattern of the rows (https://en.wikipedia.org/wiki/Low-discrepancy_sequence)."""

_FILLED = frozenset(ascii_letters + digits)
"""No value that starts with one of these is blank; most do."""


class FilledColumns:
    """The counts of one file in one run; `headers` are those of its columns.

    A column without any value is known exactly: such columns are looked at in each row, also in
    those of held students.
    """

    def __init__(self, headers: Sequence[str], found: Found) -> None:
        self._headers = headers
        self._found = found
        self._blank = [0] * len(headers)
        self._without_value = list(range(len(headers)))
        self._rows = self._counted = 0

    def add(self, values: Sequence[str]) -> None:
        """Adds the count of a row to what was found in the student, if it is in the sample."""
        for index in self._without_value:
            if not _is_blank(values[index]):
                self._without_value = [i for i in self._without_value if _is_blank(values[i])]
                break
        self._rows += 1
        if self._rows <= ALL_UP_TO:
            self._found.append(partial(self._count, values, 1))
        elif self._rows * _GOLDEN % 1 * THEN_EACH < 1:
            self._found.append(partial(self._count, values, THEN_EACH))

    def _count(self, values: Sequence[str], times: int, _student_id: str) -> None:
        self._counted += times
        for index, value in enumerate(values):
            # As in `_is_blank`, without a call for each value: this is done for whole rows.
            if not value or (value[0] not in _FILLED and is_blank(value)):
                self._blank[index] += times

    def blank_in(self, rows: int) -> dict[str, int]:
        """The estimated number of blank rows of each column, in a file of so many rows; all of them
        only if no row had a value."""
        if not self._counted:
            return {}
        some = max(rows - 1, 0)
        return {
            header: min(
                round(rows * blank / self._counted), rows if index in self._without_value else some
            )
            for index, (header, blank) in enumerate(zip(self._headers, self._blank, strict=True))
        }


def _is_blank(value: str) -> bool:
    return not value or (value[0] not in _FILLED and is_blank(value))
