"""Lists the students of a school year: all, or those of one status."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from registration_sync.domain.registrations.batches import NO_BATCH, Current, DueMark, YearMarker
from registration_sync.domain.registrations.receipt import (
    Receipt,
    StudentStatus,
    status_of_due,
    status_of_settled,
)
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import StudentPages
from registration_sync.use_cases.ledger.last_outcomes import last_outcomes
from registration_sync.use_cases.ledger.stored_year import StoredYear

ALL, NEVER_EXPORTED = "all", "never_exported"
LISTED_STATUSES = (ALL, *(status.value for status in StudentStatus), NEVER_EXPORTED)

_WAITING = frozenset({StudentStatus.DUE.value, StudentStatus.HELD.value, NEVER_EXPORTED})
"""Only students with a mark have these statuses."""

MAX_LOOKED_AT = 2_000
"""Students that a page reads, of which it may show few: the next page continues there."""

FIRST_READ, READ_AT_ONCE = 64, 500
"""The first read is as large as a page needs, if all of its students are shown."""

MAX_READS = 3
"""An export may move the marker during a read, which is then repeated."""

type Found = tuple[DueMark | None, Current]


@dataclass(frozen=True, slots=True)
class StudentFilter:
    """Which students of a year, at most `limit` of them; those after the id `after`, if any."""

    school_year: int
    status: str
    limit: int
    after: str


class StudentPage(NamedTuple):
    """Some students in order of student id, and the `after` of the next page, None after the last.
    A page may have no student and yet a next page."""

    students: list[Receipt]
    following: str | None


def list_students(
    connection_id: str,
    filters: StudentFilter,
    *,
    snapshots: StudentPages,
    archive: Archive,
    workspace: Path,
) -> StudentPage:
    """A page of students, without their rows. Reads only due and held students if only these can
    have the status, and 2,000 students at most.

    Whether the last sync was confirmed is known from the batches. A receipt knows it from the run
    index, too: it also finds a sync that failed while the export of its batch was reading. Raises
    Unavailable.
    """
    numbers = snapshots.marker(connection_id).years.get(filters.school_year)
    year = StoredYear(connection_id, filters.school_year, snapshots, archive, workspace)
    for _ in range(MAX_READS):
        if numbers is None:
            return StudentPage([], None)
        page = _page(year, numbers, filters)
        before, numbers = numbers, snapshots.marker(connection_id).years.get(filters.school_year)
        if before == numbers:
            break
    return page


def _page(
    year: StoredYear[StudentPages], numbers: YearMarker, filters: StudentFilter
) -> StudentPage:
    found = (_waiting if filters.status in _WAITING else _everyone)(year, numbers, filters)
    with_outcome = last_outcomes(year, numbers)
    students: list[Receipt] = []
    after = filters.after
    for mark, stored in islice(found, MAX_LOOKED_AT):
        if len(students) == filters.limit:
            return StudentPage(students, after)
        after = stored.student_id
        current = with_outcome(stored)
        status = status_of_due(current, mark) if mark else status_of_settled(current)
        receipt = Receipt(year.school_year, current, status, mark)
        if stored.batch != NO_BATCH and _is_wanted(receipt, filters.status):
            students.append(receipt)
    return StudentPage(students, after if next(found, None) else None)


def _is_wanted(receipt: Receipt, wanted: str) -> bool:
    if wanted == NEVER_EXPORTED:
        return receipt.current.snapshot is not None and not receipt.exported_before
    return wanted in {ALL, receipt.status}


def _waiting(
    year: StoredYear[StudentPages], numbers: YearMarker, filters: StudentFilter
) -> Iterator[Found]:
    """The students with a mark, without those whose sync stored only the mark."""
    for mark, stored in year.marked_students(numbers.due_batches, filters.after):
        if stored is not None:
            yield mark, stored


def _everyone(
    year: StoredYear[StudentPages], numbers: YearMarker, filters: StudentFilter
) -> Iterator[Found]:
    """All students of the year, removed ones too, each with the mark if there is one."""
    marks = year.marks(numbers.due_batches, filters.after)
    mark = next(marks, None)
    after, is_more, at_most = filters.after, True, max(FIRST_READ, filters.limit * 5 // 4)
    while is_more:
        students, is_more = year.students_after(after, at_most)
        at_most = READ_AT_ONCE
        for stored in students:
            after = stored.student_id
            while mark and mark.student_id < after:
                mark = next(marks, None)
            if mark and mark.student_id == after:
                yield mark, stored
            elif stored.batch > numbers.exported:
                yield DueMark(after), stored  # synced since the marks were read
            else:
                yield None, stored
