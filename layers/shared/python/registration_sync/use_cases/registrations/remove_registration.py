"""Removes a student's registration of a school year."""

import datetime as dt
from collections.abc import Callable

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import NO_BATCH, Current, Stored, version_of
from registration_sync.domain.school_year import retained_until
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.registrations.sync_registrations import (
    StudentChange,
    store_changes,
)


def remove_registration(
    connection_id: str,
    school_year: int,
    student_id: str,
    *,
    request_id: str,
    arrived_at: dt.datetime,
    table: RegistrationsTable,
    retention_days: int,
    seconds_left: Callable[[], float],
) -> bool:
    """Stores a tombstone, because a late sync could undo a delete. Returns False for a student
    without a registration of the year: nothing is due then. Raises Unavailable if the removal was
    not confirmed."""
    version = version_of(int(arrived_at.timestamp() * 1000), request_id, 0)
    expires_at = int(retained_until(school_year, arrived_at, retention_days).timestamp())
    tombstone = Current(student_id, version, NO_BATCH, snapshot=None)
    if table.put_unknown(connection_id, school_year, [tombstone], expires_at):
        return False
    removal = StudentChange(school_year, student_id, version, snapshot=None)
    outcomes = store_changes(connection_id, [removal], table=table, seconds_left=seconds_left)
    if outcomes[removal.key] is Stored.UNCONFIRMED:
        raise Unavailable("The removal was not confirmed: please send it again.")
    return True
