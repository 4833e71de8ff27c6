"""Reads runs with their effective status: a stale run counts as failed."""

import datetime as dt
from collections.abc import Sequence

from registration_sync.domain.errors import NotFound
from registration_sync.domain.runs.liveness import LEASE_GRACE, effective_run, needs_lease_check
from registration_sync.domain.runs.run import Run
from registration_sync.domain.runs.run_id import RUN_ID
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import Runs


def read_run(
    connection_id: str, run_id: str, *, runs: Runs, leases: LeaseReader, now: dt.datetime
) -> Run:
    """Raises NotFound and Unavailable."""
    run = stored_run(connection_id, run_id, runs=runs)
    return with_effective_status(connection_id, [run], runs=runs, leases=leases, now=now)[0]


def stored_run(connection_id: str, run_id: str, *, runs: Runs) -> Run:
    """The run as it was last stored; raises NotFound."""
    run = runs.find(connection_id, run_id) if RUN_ID.fullmatch(run_id) else None
    if run is None:
        raise NotFound("There is no run with this id, or it has expired.")
    return run


def with_effective_status(
    connection_id: str,
    stored: Sequence[Run],
    *,
    runs: Runs,
    leases: LeaseReader,
    now: dt.datetime,
) -> list[Run]:
    """The runs; stale ones have failed.

    A run takes the lease before its record shows that it started, and releases the lease after its
    record shows that it finished. Therefore a run without the lease is read again: if the record
    changed, the run is alive.
    """
    holder = None
    if any(map(needs_lease_check, stored)):
        holder = leases.running(connection_id, int((now - LEASE_GRACE).timestamp() * 1000))
    effective = []
    for run in stored:
        latest, lease_holder = run, holder
        if needs_lease_check(run) and run.run_id != holder:
            latest = runs.find(connection_id, run.run_id) or run
            lease_holder = holder if latest == run else run.run_id
        effective.append(effective_run(latest, lease_holder=lease_holder, now=now))
    return effective
