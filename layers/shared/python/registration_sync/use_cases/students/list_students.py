"""Lists the students of a school year who are due, held, or were never exported."""

from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.registrations.receipt import Receipt, StudentStatus, status_of_due
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.last_outcomes import last_outcomes
from registration_sync.use_cases.ledger.stored_year import StoredYear

NEVER_EXPORTED = "never_exported"
LISTED_STATUSES = (StudentStatus.DUE.value, StudentStatus.HELD.value, NEVER_EXPORTED)


@dataclass(frozen=True, slots=True)
class StudentFilter:
    """Which students of a year, at most `limit` of them; those after the id `after`, if any."""

    school_year: int
    status: str
    limit: int
    after: str


def list_students(
    connection_id: str,
    filters: StudentFilter,
    *,
    snapshots: Snapshots,
    archive: Archive,
    workspace: Path,
) -> tuple[list[Receipt], str | None]:
    """A page of students in order of student id, and the `after` of the next page, if there is one.
    Reads only due and held students. Raises Unavailable."""
    numbers = snapshots.marker(connection_id).years.get(filters.school_year)
    if numbers is None:
        return [], None
    year = StoredYear(connection_id, filters.school_year, snapshots, archive, workspace)
    with_outcome = last_outcomes(year, numbers)
    found: list[Receipt] = []
    for mark, stored in year.marked_students(numbers.due_batches, filters.after):
        if stored is None:
            continue
        current = with_outcome(stored)
        receipt = Receipt(filters.school_year, current, status_of_due(current, mark), mark)
        is_new = stored.snapshot is not None and not receipt.exported_before
        if filters.status in {receipt.status, NEVER_EXPORTED if is_new else ""}:
            if len(found) == filters.limit:
                return found, found[-1].current.student_id
            found.append(receipt)
    return found, None
