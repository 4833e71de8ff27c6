"""Counts the values without a match code, so that an administrator can add codes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

MAX_LISTED_VALUES = 200
MAX_LISTED_STUDENTS = 5
MAX_LISTED_CHARACTERS = 200

type Found = list[Callable[[str], None]]
"""Functions that count what was found in a student; they take the student's id. They wait until the
student is mapped, as one with a problem is mapped twice."""


@dataclass(frozen=True, slots=True)
class UnmatchedValue:
    """A value without a code: how often the field had it, and the first students with it."""

    file: str
    field: str
    value: str
    count: int
    students: tuple[str, ...]


class Unmatched:
    """Counts by file, field and value; `totals` counts by file and field, without a limit."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._counts: dict[tuple[str, str, str], tuple[int, tuple[str, ...]]] = {}
        self.totals: Counter[tuple[str, str]] = Counter()

    def recorder_for(self, file: str, field: str) -> Callable[[str], None]:
        """A function for the steps of a field to call with each value without a code. It adds the
        count of the value to what was found in the student."""

        def record(value: str) -> None:
            self._found.append(partial(self._count, (file, field, value[:MAX_LISTED_CHARACTERS])))

        return record

    def _count(self, key: tuple[str, str, str], student_id: str) -> None:
        self.totals[key[:2]] += 1
        count, students = self._counts.get(key, (0, ()))
        if count == 0 and len(self._counts) >= MAX_LISTED_VALUES:
            return
        if len(students) < MAX_LISTED_STUDENTS and student_id not in students:
            students = (*students, student_id)
        self._counts[key] = (count + 1, students)

    def values(self) -> tuple[UnmatchedValue, ...]:
        """The counted values, the most frequent first within each field."""
        found = [
            UnmatchedValue(*key, count, students) for key, (count, students) in self._counts.items()
        ]
        return tuple(sorted(found, key=lambda one: (one.file, one.field, -one.count, one.value)))
