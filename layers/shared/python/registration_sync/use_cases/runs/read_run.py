"""Reads a run as it is now: one that died is shown as failed, with what happens next."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from registration_sync.domain.errors import NotFound
from registration_sync.domain.runs.liveness import LEASE_GRACE, effective_record, needs_lease_check
from registration_sync.domain.runs.run_id import RUN_ID
from registration_sync.ports.registrations import LeaseReader
from registration_sync.ports.runs import Runs


def read_run(
    connection_id: str, run_id: str, *, runs: Runs, leases: LeaseReader, now: dt.datetime
) -> dict[str, Any]:
    """The record of the run; raises NotFound."""
    record = stored_export(connection_id, run_id, runs=runs)
    return with_effective_status(connection_id, [record], runs=runs, leases=leases, now=now)[0]


def stored_export(connection_id: str, run_id: str, *, runs: Runs) -> dict[str, Any]:
    """The record as it was last stored; raises NotFound."""
    record = runs.find(connection_id, run_id) if RUN_ID.fullmatch(run_id) else None
    if record is None:
        raise NotFound("There is no export of this id, or it was made too long ago.")
    return record


def with_effective_status(
    connection_id: str,
    records: Sequence[dict[str, Any]],
    *,
    runs: Runs,
    leases: LeaseReader,
    now: dt.datetime,
) -> list[dict[str, Any]]:
    """The records, those of dead runs as failed.

    A run takes the lease before its record says so, and gives it back after its record says that
    it is finished. So without the lease its record is read once more: changed, it was alive.
    """
    running = None
    if any(needs_lease_check(record) for record in records):
        ended_before = now - LEASE_GRACE
        running = leases.running(connection_id, int(ended_before.timestamp() * 1000))
    shown = []
    for record in records:
        latest, holder = record, running
        if needs_lease_check(record) and record["run_id"] != running:
            latest = runs.find(connection_id, record["run_id"]) or record
            holder = running if latest == record else record["run_id"]
        shown.append(effective_record(latest, running=holder, now=now))
    return shown
