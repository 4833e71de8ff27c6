"""Rebuilds a lost marker from marks, snapshots, the ledger and the run records.

In doubt, students are due: the worst case is the same row twice, as after an interrupted run. A
batch counts as exported only if students were settled in it, a later run began after it, or its
run record shows it.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from registration_sync.domain.errors import Conflict, MarkerLost, NotFound
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.domain.runs.run import RunKind, RunStatus
from registration_sync.ports.registrations import MarkerRecoveryStore, RegistrationsTable
from registration_sync.ports.runs import Runs, Ticker
from registration_sync.use_cases.runs.lease import hold_lease

REBUILD_MARKER = "rebuild_marker"
"""The action of the operator's event, and the holder of the lease meanwhile."""

EXTRA_BATCHES = 10
"""Batches searched beyond those in run records: each attempt closes one batch."""

_COMMITTED = {RunStatus.SUCCEEDED, RunStatus.PARTIAL, RunStatus.NOTHING_TO_EXPORT}


def rebuild_marker(
    connection_id: str,
    *,
    table: RegistrationsTable,
    marker_recovery: MarkerRecoveryStore,
    runs: Runs,
    ticker: Ticker,
    new_token: Callable[[], str],
    now: Callable[[], dt.datetime],
) -> dict[str, Any]:
    """Returns the new numbers: `{"connection_id", "years": [{"school_year", "open", "exported",
    "retired"}]}`. Reads every snapshot of the connection.

    Raises Conflict if the marker exists, NotFound if nothing is stored, AlreadyRunning, LeaseLost
    and Unavailable.
    """
    with hold_lease(
        connection_id, REBUILD_MARKER, new_token=new_token, table=table, ticker=ticker, now=now
    ) as lease:
        _refuse_present(connection_id, table)
        closed_by_runs = _attempts(connection_id, runs)
        years = {}
        for school_year in marker_recovery.years(connection_id):
            lease.check()
            entries = list(marker_recovery.entries(connection_id, school_year))
            years[school_year] = _numbers(
                connection_id, school_year, entries, closed_by_runs, table=table, runs=runs
            )
        if not years:
            raise NotFound(
                "Nothing is stored for this connection: the first sync creates a marker."
            )
        marker_recovery.put_years(connection_id, years, lease.token)
    return {
        "connection_id": connection_id,
        "years": [
            {"school_year": school_year, **asdict(numbers)}
            for school_year, numbers in years.items()
        ],
    }


def _refuse_present(connection_id: str, table: RegistrationsTable) -> None:
    try:
        present = table.marker(connection_id).years
    except MarkerLost:
        return
    if present:
        raise Conflict("The marker of this connection exists: nothing was changed.")


def _attempts(connection_id: str, runs: Runs) -> int:
    """The largest number of batches of a year that the recorded runs can have closed."""
    kinds = {RunKind.EXPORT, RunKind.ERASURE}
    return sum(run.attempt for run in runs.all(connection_id, complete=True) if run.kind in kinds)


def _numbers(
    connection_id: str,
    school_year: int,
    entries: Sequence[LedgerEntry],
    closed_by_runs: int,
    *,
    table: RegistrationsTable,
    runs: Runs,
) -> YearMarker:
    newest = settled = 0
    for current in table.all_current(connection_id, school_year):
        newest = max(newest, current.batch)
        settled = max(settled, current.settled_in)
    exported = max(settled, _last_committed(connection_id, school_year, entries, settled, runs))
    known = max([exported + 1, newest, *(entry.last + 1 for entry in entries)])
    for batch in range(known + 1, known + closed_by_runs + EXTRA_BATCHES + 1):
        marks = table.marks(connection_id, school_year, range(batch, batch + 1))
        if next(marks, None) is not None:
            known = batch
    retired = _retired(entries, exported)
    left = table.marks(connection_id, school_year, range(retired + 1, exported + 1))
    if next(left, None) is None:  # marks are cleared last
        retired = exported
    return YearMarker(open=known, exported=exported, retired=retired)


def _last_committed(
    connection_id: str,
    school_year: int,
    entries: Sequence[LedgerEntry],
    settled: int,
    runs: Runs,
) -> int:
    """The last batch of the newest entry whose run certainly moved the marker. A run that was
    interrupted before that has an entry too."""
    followed = {entry.first - 1 for entry in entries}
    for entry in reversed(entries):
        if entry.last <= settled or entry.last in followed:
            return entry.last
        if _has_committed(connection_id, school_year, entry, runs):
            return entry.last
    return 0


def _has_committed(connection_id: str, school_year: int, entry: LedgerEntry, runs: Runs) -> bool:
    run = runs.find(connection_id, entry.run_id)
    return run is not None and any(
        year.school_year == school_year and year.status in _COMMITTED for year in run.years
    )


def _retired(entries: Sequence[LedgerEntry], exported: int) -> int:
    """The last batch that is certainly retired: every run that closes a batch retires all exported
    batches first, so only those of the last entry may be left."""
    before = [entry.first - 1 for entry in entries if entry.first - 1 <= exported]
    return max(before, default=0)
