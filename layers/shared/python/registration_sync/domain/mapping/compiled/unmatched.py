"""The values that found no match code, counted, so that a code can be added for them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

VALUES_LISTED = 200
STUDENTS_LISTED = 5
VALUE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class UnmatchedValue:
    """A value without a code: how often it was met in this field, and the first students."""

    file: str
    field: str
    value: str
    count: int
    students: tuple[str, ...]


class Unmatched:
    """Counts by file, field and value; a student's values count once they are `kept`. `totals` has
    all of each file and field, also those that are too many to be listed.

    Mapping a row a second time, to find what is wrong with it, must not count twice.
    """

    def __init__(self) -> None:
        self._of_student: list[tuple[str, str, str]] = []
        self._found: dict[tuple[str, str, str], tuple[int, tuple[str, ...]]] = {}
        self.totals: Counter[tuple[str, str]] = Counter()

    def noted_for(self, file: str, field: str) -> Callable[[str], None]:
        """What a step of the field tells of each value without a code."""
        return lambda value: self._of_student.append((file, field, value[:VALUE_CHARACTERS]))

    def forget(self) -> None:
        """Forgets the values that were not kept."""
        self._of_student.clear()

    def keep(self, student_id: str) -> None:
        """Counts what was met in this student."""
        for place in self._of_student:
            self.totals[place[:2]] += 1
            count, students = self._found.get(place, (0, ()))
            if count == 0 and len(self._found) >= VALUES_LISTED:
                continue
            if len(students) < STUDENTS_LISTED and student_id not in students:
                students = (*students, student_id)
            self._found[place] = (count + 1, students)
        self._of_student.clear()

    def values(self) -> tuple[UnmatchedValue, ...]:
        """What was met, the most frequent first within each field."""
        found = [
            UnmatchedValue(*place, count, students)
            for place, (count, students) in self._found.items()
        ]
        return tuple(sorted(found, key=lambda one: (one.file, one.field, -one.count, one.value)))
