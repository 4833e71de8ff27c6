"""Counts in how many rows of a file each column is filled, from a sample of the rows."""

from collections.abc import Sequence

from registration_sync.domain.mapping.values.characters import is_blank

ALL_UP_TO, THEN_EACH = 1_000, 17
"""Counts all of the first rows, then every 17th, so that counting takes no time; a prime number
does not follow a pattern of the rows."""


class FilledColumns:
    """The counts of one file in one run; `headers` are those of its columns."""

    def __init__(self, headers: Sequence[str]) -> None:
        self._headers = headers
        self._blank = [0] * len(headers)
        self._rows = self._counted = 0
        self._of_student: list[Sequence[str]] = []

    def add(self, values: Sequence[str]) -> None:
        """Collects a row of a student, if it is in the sample."""
        self._rows += 1
        if self._rows <= ALL_UP_TO or self._rows % THEN_EACH == 0:
            self._of_student.append(values)

    def discard(self) -> None:
        """Discards the collected rows, as the student is held or removed."""
        self._of_student.clear()

    def count(self) -> None:
        """Counts the collected rows."""
        for values in self._of_student:
            self._counted += 1
            for index, value in enumerate(values):
                # Most values are letters and digits. Some blanks are letters to isalnum.
                if not (value.isalnum() and value.isascii()) and is_blank(value):
                    self._blank[index] += 1
        self._of_student.clear()

    def blank_in(self, rows: int) -> dict[str, int]:
        """The estimated number of blank rows of each column, in a file of so many rows."""
        if not self._counted:
            return {}
        return {
            header: round(rows * blank / self._counted)
            for header, blank in zip(self._headers, self._blank, strict=True)
        }
