"""Reads the students of a school year for an export, in order of student id."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain
from operator import attrgetter

from registration_sync.domain.mapping.compiled.mapping import CompiledMapping
from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.domain.registrations.ledger import Totals
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.ledger.due_students import with_current

MANY, MOST_PEEKED, MOST_REASONS = 500, 50_000, 8_000_000
"""If so many students are due, and about half of the year's, all students of the year are read: by
partition, which takes fewer requests and less capacity than by key, where DynamoDB bills each item
as at least 4 kB. Whether they are is seen from at most so many marks, with at most so many
characters of reasons."""

type DueStudent = tuple[DueMark | None, Current | None]
"""The mark of a due student, and the current snapshot; one of them may be absent."""


def students_to_write(
    connection_id: str,
    school_year: int,
    batches: range,
    *,
    compiled: CompiledMapping,
    table: RegistrationsTable,
    totals: Totals,
    carried: Iterable[DueMark] = (),
) -> Iterator[DueStudent]:
    """The students due in these batches, and those `carried` over in a dry run, in order of student
    id and not due. A mapping with a full file gets all current students too,
    unless no student is due and the run does not request all of them. `totals` are those of the
    year before this export. Raises Unavailable."""
    marks = table.marks(connection_id, school_year, batches)
    marks = merge(marks, carried, key=attrgetter("student_id"))
    if any(file.is_full for file in compiled.files):
        first = next(marks, None)
        if first is None and not compiled.is_full:
            return iter(())
        return _merged(first, marks, table.all_current(connection_id, school_year))
    enough = max(MANY, (totals.exported + totals.left_out) // 2)
    some = _peek(marks, enough) if enough <= MOST_PEEKED else []
    marks = chain(some, marks)
    if len(some) < enough:
        return with_current(connection_id, school_year, marks, table)
    pairs = _merged(next(marks), marks, table.all_current(connection_id, school_year))
    return (pair for pair in pairs if pair[0])


def _peek(marks: Iterator[DueMark], count: int) -> list[DueMark]:
    """The first marks; fewer than `count` if they are those of held students, with long reasons."""
    some: list[DueMark] = []
    characters = 0
    while len(some) < count and characters < MOST_REASONS and (mark := next(marks, None)):
        some.append(mark)
        characters += len(mark.reasons)
    return some


def _merged(
    mark: DueMark | None, marks: Iterator[DueMark], students: Iterator[Current]
) -> Iterator[DueStudent]:
    """All current students, with the marks of those due; both are in order of student id."""
    for current in students:
        while mark and mark.student_id < current.student_id:
            yield mark, None
            mark = next(marks, None)
        if mark and mark.student_id == current.student_id:
            yield mark, current
            mark = next(marks, None)
        else:
            yield None, current
    while mark:
        yield mark, None
        mark = next(marks, None)
