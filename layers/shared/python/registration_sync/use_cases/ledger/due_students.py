"""Joins due marks with the students' current snapshots."""

from collections import deque
from collections.abc import Iterator

from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.ports.registrations import Snapshots


def with_current(
    connection_id: str,
    school_year: int,
    marks: Iterator[DueMark],
    table: Snapshots,
) -> Iterator[tuple[DueMark, Current | None]]:
    """Each mark with the student's snapshot, in order; None if the sync stored only the mark."""
    waiting: deque[DueMark] = deque()  # the table reads ahead

    def student_ids() -> Iterator[str]:
        for mark in marks:
            waiting.append(mark)
            yield mark.student_id

    for _, current in table.current(connection_id, school_year, student_ids()):
        yield waiting.popleft(), current
