"""Finds a student's current registration, over the school years of a connection."""

from typing import Any

from registration_sync.domain.registrations.batches import Current
from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.ports.registrations import Snapshots


def find_student(
    connection_id: str, student_id: str, school_year: int | None, *, snapshots: Snapshots
) -> tuple[int, dict[str, Any]] | None:
    """The year and decoded registration of a student, in `school_year` or else the latest year;
    None for a student who was never synced, or was removed. Raises Unavailable."""
    found = find_current(connection_id, student_id, school_year, snapshots=snapshots)
    return (found[0], decode_snapshot(found[1].snapshot or b"")) if found else None


def find_current(
    connection_id: str, student_id: str, school_year: int | None, *, snapshots: Snapshots
) -> tuple[int, Current] | None:
    """The school year and the stored registration, whose `snapshot` is not None."""
    years = sorted(snapshots.marker(connection_id).years, reverse=True)
    for year in years:
        if school_year in {None, year}:
            for _, current in snapshots.current(connection_id, year, iter([student_id])):
                if current is not None and current.snapshot is not None:
                    return year, current
    return None
