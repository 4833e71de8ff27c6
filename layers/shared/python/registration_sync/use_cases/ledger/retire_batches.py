"""Retires exported batches: settles their students and deletes their marks.

This happens after the run, without delaying it; the next run first retires what is left. The marker
keeps the progress within a batch, so a batch that is too large for one invocation takes several.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path

from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry, Outcome
from registration_sync.domain.school_year import retained_until
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.ledger.run_index import settled_students
from registration_sync.use_cases.ledger.stored_year import StoredYear

MIN_SECONDS_LEFT = 60.0
BATCH_SIZE = 500


def retire_batches(
    connection_id: str,
    workspace: Path,
    *,
    table: RegistrationsTable,
    archive: Archive,
    retention_days: int,
    now: Callable[[], dt.datetime],
    seconds_left: Callable[[], float],
) -> None:
    """Retires the exported batches of all years, as far as time allows; the next export does the
    rest. Raises Unavailable."""
    for school_year, numbers in table.marker(connection_id).years.items():
        retire_year(
            StoredYear(connection_id, school_year, table, archive, workspace),
            numbers,
            expires_at=int(retained_until(school_year, now(), retention_days).timestamp()),
            go_on=lambda: seconds_left() > MIN_SECONDS_LEFT,
        )


def retire_year(
    year: StoredYear[RegistrationsTable],
    numbers: YearMarker,
    *,
    expires_at: int,
    go_on: Callable[[], bool],
) -> None:
    """Settles the students of each exported batch that is not retired, and deletes its marks.

    Only this sets the expiry of snapshots (`expires_at`, epoch seconds), so nothing due or held
    ever expires. Safe to repeat, also concurrently. Stops early once `go_on` returns False, and
    continues there the next time; raises Unavailable and any error of `go_on`.
    """
    table, connection_id, school_year = year.table, year.connection_id, year.school_year
    retired, settled_to = numbers.retired, numbers.settled_to
    while retired < numbers.exported:
        entry = year.ledger(retired + 1)
        batches = range(retired + 1, (entry.last if entry else retired + 1) + 1)
        last = batches.stop - 1
        for some in batched(_outcomes(year, batches, entry, settled_to), BATCH_SIZE):
            if not go_on():
                return
            table.settle(connection_id, school_year, last, dict(some), expires_at)
            if len(some) == BATCH_SIZE:  # a smaller one is the last
                table.set_settled(connection_id, school_year, last, some[-1][0])
        if not all(table.clear_marks(connection_id, school_year, one, go_on) for one in batches):
            return
        table.set_retired(connection_id, school_year, last)
        retired, settled_to = last, ""


def _outcomes(
    year: StoredYear[RegistrationsTable], batches: range, entry: LedgerEntry | None, after: str
) -> Iterator[tuple[str, str]]:
    """Each student that sorts after `after`, with the outcome, from the index of the run."""
    if entry and not entry.settled:
        return
    index = entry and year.fetch_index(entry)
    if index:
        yield from settled_students(index, after)
        index.unlink()
        return
    # The archive was lost, or the run is older than the ledger: the marked students were most
    # likely exported, except held ones, which are in a later batch.
    for mark, current in year.marked_students(batches, after):
        if current and current.batch < batches.stop:
            removed = current.snapshot is None
            yield mark.student_id, Outcome.REMOVED if removed else Outcome.EXPORTED
