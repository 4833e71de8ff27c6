"""Removes a student's registration of a school year."""

import datetime as dt
from collections.abc import Callable

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import Stored, version_of
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
    seconds_left: Callable[[], float],
) -> None:
    """Stores a tombstone, because a late sync could undo a delete. Raises Unavailable if the
    removal was not confirmed."""
    version = version_of(int(arrived_at.timestamp() * 1000), request_id, 0)
    removal = StudentChange(school_year, student_id, version, snapshot=None)
    outcomes = store_changes(connection_id, [removal], table=table, seconds_left=seconds_left)
    if outcomes[removal.key] is Stored.UNCONFIRMED:
        raise Unavailable("The removal was not confirmed: please send it again.")
