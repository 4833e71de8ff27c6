"""Clears away what an export has done with, after it: never in its way, and never anything due."""

import datetime as dt
from collections.abc import Callable

from registration_sync.domain.school_year import retained_until
from registration_sync.ports import RegistrationsTable

SECONDS_TO_SPARE = 60.0


def retire_batches(
    connection_id: str,
    *,
    table: RegistrationsTable,
    retention_days: int,
    now: dt.datetime,
    seconds_left: Callable[[], float],
) -> None:
    """Deletes the marks of exported batches and sets when their snapshots expire.

    Snapshots carry no expiry until then, so that nothing due or held ever expires. What there is
    no time for is left to the next export. Raises Unavailable.
    """
    for school_year, numbers in table.marker(connection_id).years.items():
        expires_at = int(retained_until(school_year, now, retention_days).timestamp())
        for batch in range(numbers.retired + 1, numbers.exported + 1):
            if seconds_left() < SECONDS_TO_SPARE:
                return
            table.retire(connection_id, school_year, batch, expires_at)
            table.set_retired(connection_id, school_year, batch)
