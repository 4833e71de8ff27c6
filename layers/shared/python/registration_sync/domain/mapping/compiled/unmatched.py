"""Counts the values without a match code, so that an administrator can add codes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

MAX_LISTED_VALUES = 200
MAX_LISTED_STUDENTS = 5
MAX_LISTED_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class UnmatchedValue:
    """A value without a code: how often the field had it, and the first students with it."""

    file: str
    field: str
    value: str
    count: int
    students: tuple[str, ...]


class Unmatched:
    """Counts by file, field and value; `totals` counts by file and field, without a limit.

    Values are collected while a student is mapped and counted after, as a student with a problem
    is mapped twice.
    """

    def __init__(self) -> None:
        self._of_student: list[tuple[str, str, str]] = []
        self._found: dict[tuple[str, str, str], tuple[int, tuple[str, ...]]] = {}
        self.totals: Counter[tuple[str, str]] = Counter()

    def recorder_for(self, file: str, field: str) -> Callable[[str], None]:
        """A function for the steps of a field to call with each value without a code."""
        return lambda value: self._of_student.append((file, field, value[:MAX_LISTED_CHARACTERS]))

    def discard(self) -> None:
        """Discards the collected values."""
        self._of_student.clear()

    def count(self, student_id: str) -> None:
        """Counts the collected values for this student."""
        for key in self._of_student:
            self.totals[key[:2]] += 1
            count, students = self._found.get(key, (0, ()))
            if count == 0 and len(self._found) >= MAX_LISTED_VALUES:
                continue
            if len(students) < MAX_LISTED_STUDENTS and student_id not in students:
                students = (*students, student_id)
            self._found[key] = (count + 1, students)
        self._of_student.clear()

    def values(self) -> tuple[UnmatchedValue, ...]:
        """The counted values, the most frequent first within each field."""
        found = [
            UnmatchedValue(*key, count, students) for key, (count, students) in self._found.items()
        ]
        return tuple(sorted(found, key=lambda one: (one.file, one.field, -one.count, one.value)))
