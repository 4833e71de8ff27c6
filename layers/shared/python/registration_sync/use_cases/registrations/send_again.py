"""Marks students as due again, so that the next export has them."""

from collections.abc import Callable, Mapping, Sequence

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import NO_BATCH, DueMark
from registration_sync.ports.registrations import RegistrationsTable

MIN_SECONDS_LEFT = 5.0
"""Time for one round of writes."""

DUE, ALREADY_DUE, UNKNOWN = "due", "already_due", "unknown"
SENT_AGAIN = (DUE, ALREADY_DUE, UNKNOWN)


def send_again(
    connection_id: str,
    school_year: int,
    student_ids: Sequence[str],
    *,
    table: RegistrationsTable,
    seconds_left: Callable[[], float],
) -> Mapping[str, str]:
    """Marks the students in the open batch, as a sync does, and keeps their snapshots from
    expiring; the snapshots stay as they were synced last.

    The result of each student: due, already_due (due or held before), or unknown (never synced,
    removed, or no longer kept). Raises Unavailable if it is not confirmed that all are marked: a
    repeat does no harm.
    """
    numbers = table.marker(connection_id).years.get(school_year)
    if numbers is None:
        return dict.fromkeys(student_ids, UNKNOWN)
    results: dict[str, str] = {}
    versions: dict[str, str] = {}
    for student_id, current in table.current(connection_id, school_year, iter(student_ids)):
        if current is None or current.snapshot is None or current.batch == NO_BATCH:
            results[student_id] = UNKNOWN
        elif current.batch > numbers.exported:
            results[student_id] = ALREADY_DUE
        else:
            results[student_id] = DUE
            versions[student_id] = current.version
    if versions:
        _mark(connection_id, school_year, versions, numbers.open, table, seconds_left)
    return results


def _mark(
    connection_id: str,
    school_year: int,
    versions: Mapping[str, str],
    batch: int,
    table: RegistrationsTable,
    seconds_left: Callable[[], float],
) -> None:
    """Writes to the open batch until it is still open afterwards: an export that closes it
    meanwhile may have read the marks already."""
    marks = [DueMark(student_id) for student_id in versions]
    while seconds_left() > MIN_SECONDS_LEFT:
        if table.put_marks(connection_id, school_year, batch, marks) < versions.keys():
            break
        table.raise_batch(connection_id, school_year, batch, versions)
        now_open = table.marker(connection_id).years[school_year].open
        if now_open == batch:
            return
        batch = now_open
    raise Unavailable("The next export may not include all of these students: please try again.")
