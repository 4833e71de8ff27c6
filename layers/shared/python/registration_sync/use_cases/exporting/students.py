"""Reads the students of a school year that an export writes, as a stream in order of their id."""

from collections.abc import Iterator

from registration_sync.domain.mapping.compiled.mapping import CompiledMapping
from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.ledger.due_students import with_current

type DueStudent = tuple[DueMark | None, Current | None]
"""The mark of a student who is due, and the current snapshot, if there is one."""


def students_to_write(
    connection_id: str,
    school_year: int,
    batches: range,
    *,
    compiled: CompiledMapping,
    table: RegistrationsTable,
) -> Iterator[DueStudent]:
    """The students due in these batches; for a full file all current students as well, unless no
    student is due and the run did not ask for all of them. Raises Unavailable."""
    marks = table.marks(connection_id, school_year, batches)
    if not any(file.is_full for file in compiled.files):
        return with_current(connection_id, school_year, marks, table)
    return _all_students(connection_id, school_year, marks, table, always=compiled.is_full)


def _all_students(
    connection_id: str,
    school_year: int,
    marks: Iterator[DueMark],
    table: RegistrationsTable,
    *,
    always: bool,
) -> Iterator[DueStudent]:
    """All current students, with the marks of those due; both streams are in order of id."""
    mark = next(marks, None)
    if mark is None and not always:
        return
    for current in table.all_current(connection_id, school_year):
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
