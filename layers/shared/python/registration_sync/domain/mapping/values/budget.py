"""Bounds on the mapping of one student, so that no mapping and no value can stop an export.

A registration is at most 350 kB, but steps can multiply it and a file can repeat it.
"""

import time
from collections.abc import Callable

from registration_sync.domain.mapping.values.unmappable import Unmappable

MAX_VALUE_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 5_000_000
MAX_ROWS_BYTES = 20_000_000
VALUE_BYTES = 100
"""Counted for each value of a row besides its line: many short values also take time and memory."""

MAX_STUDENT_SECONDS = 5.0
MAX_SEARCHED_CHARACTERS = 20_000
"""Each match takes about 10 us: a value of 300 kB would take seconds."""

_SMALL = 10_000
"""Shorter texts do not count; their lines do."""


class Budget:
    """The remaining use of one student; `start` begins the next student.

    `clock` gives CPU seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Begins a student; needed only if the budget `is_used`."""
        self.is_used = False
        self._made = self._written = 0
        self._deadline: float | None = None

    def make(self, characters: int) -> None:
        """Counts a text that a step makes; raises Unmappable if it or all of them are too long."""
        if characters > MAX_VALUE_CHARACTERS:
            raise too_large(
                f"The value would become longer than {MAX_VALUE_CHARACTERS:,} characters: shorten "
                "it first with Character Limit."
            )
        if characters > _SMALL:
            self.is_used = True
            self._made += characters
            require_line(self._made)

    def write(self, size: int) -> None:
        """Counts the rows of a file; raises Unmappable if those of all files are too large."""
        if size > _SMALL:
            self.is_used = True
            self._written += size
            require_rows(self._written)

    def search(self) -> None:
        """Counts the time of patterns, before each search; raises Unmappable after too long."""
        now = self._clock()
        self.is_used = True
        if self._deadline is None:
            self._deadline = now + MAX_STUDENT_SECONDS
        elif now > self._deadline:
            raise too_large(
                f"The patterns of the mapping take longer than {MAX_STUDENT_SECONDS:g} seconds for "
                "this student: simplify them, or shorten the values first with Character Limit."
            )


def require_line(characters: int) -> None:
    """Raises Unmappable for a line that is too long."""
    if characters > MAX_LINE_CHARACTERS:
        raise too_large(
            f"The line would become longer than {MAX_LINE_CHARACTERS:,} characters: leave out "
            "fields, or shorten them with Character Limit."
        )


def require_rows(size: int) -> None:
    """Raises Unmappable for rows of a student that are too large together."""
    if size > MAX_ROWS_BYTES:
        raise too_large(
            f"The student's rows in all files are larger than {MAX_ROWS_BYTES:,} bytes: leave out "
            "fields or rows."
        )


def too_large(message: str) -> Unmappable:
    """The error for everything beyond a bound."""
    return Unmappable("too_large", message, on_error="hold")


def require_searchable(value: str) -> None:
    """Raises Unmappable for a value that is too long for a pattern."""
    if len(value) > MAX_SEARCHED_CHARACTERS:
        raise too_large(
            f"The value is longer than {MAX_SEARCHED_CHARACTERS:,} characters, the limit for a "
            "pattern: shorten it first with Character Limit."
        )
