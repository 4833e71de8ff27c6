"""The life of a run of any kind: started, saved, finished, failed or tried again."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.sftp import ServerTraits, SftpAccount
from registration_sync.domain.errors import (
    AlreadyRunning,
    RegistrationSyncError,
    Unavailable,
    is_transient,
)
from registration_sync.domain.runs.run import (
    MANUAL,
    SCHEDULED,
    Run,
    RunError,
    RunRequest,
    RunStatus,
    YearOutcome,
    finished_run,
    pending_run,
    waiting_years,
)
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections, Mappings, Secrets
from registration_sync.ports.registrations import RegistrationsTable, StudentErasureStore
from registration_sync.ports.runs import Runs, Ticker
from registration_sync.ports.sftp import Deliveries, SftpServers
from registration_sync.use_cases.exporting.year import IncompleteFullFile
from registration_sync.use_cases.runs.lease import HeldLease, hold_lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What an export is given: everything that it reads, writes or waits for."""

    connections: Connections
    mappings: Mappings
    secrets: Secrets
    runs: Runs
    table: RegistrationsTable
    traces: StudentErasureStore
    archive: Archive
    dry_runs: Archive
    servers: SftpServers
    deliveries: Deliveries
    ticker: Ticker
    now: Callable[[], dt.datetime]
    pause: Callable[[float], None]
    new_token: Callable[[], str]
    retention_days: int
    workspace: Path


ATTEMPTS = 3
"""Lambda invokes an asynchronous event again after one and two minutes, if it raises."""


NEXT_ATTEMPT_TIMEOUT = dt.timedelta(minutes=10)


def started_run(request: RunRequest, connection: Connection, attempt: int, now: dt.datetime) -> Run:
    """The record of a run that begins."""
    return replace(
        pending_run(request, now),
        status=RunStatus.IN_PROGRESS,
        started_at=now,
        attempt=attempt,
        sent_to=_account_name(connection),
    )


def _account_name(connection: Connection) -> str:
    if connection.delivery is not DeliveryMethod.SFTP:
        return DeliveryMethod.DOWNLOAD.value
    return f"{connection.username}@{connection.host}:{connection.port}"


def lease_of(run: Run, outside: Outside) -> AbstractContextManager[HeldLease]:
    """The connection's lease, held for this attempt."""
    return hold_lease(
        run.connection_id,
        run.run_id,
        token=outside.new_token(),
        table=outside.table,
        ticker=outside.ticker,
        now=outside.now,
    )


def finish_or_raise(run: Run, years: Sequence[YearOutcome], outside: Outside) -> Run:
    """Stores the run with its outcome; raises Unavailable where another attempt will follow."""
    now = outside.now()
    finished = finished_run(run, tuple(years), now)
    if not _another_attempt_helps(finished):
        return saved_run(finished, outside.runs)
    message = "It will be tried again in a minute or two."
    outside.runs.save(replace(run, message=message, next_attempt_by=now + NEXT_ATTEMPT_TIMEOUT))
    raise Unavailable("The run failed in passing and will be tried again.")


def refused_run(request: RunRequest, error: AlreadyRunning, now: dt.datetime) -> Run:
    """The record of a requested run that met another one."""
    return failed_run(pending_run(request, now), error, now)


def saved_run(run: Run, runs: Runs) -> Run:
    runs.save(run)
    return run


def failed_run(run: Run, error: RegistrationSyncError, now: dt.datetime) -> Run:
    waiting = waiting_years(run.years)
    return replace(
        run,
        status=RunStatus.FAILED,
        message=error.message,
        error=run_error(error),
        finished_at=now,
        years=tuple(
            failed_year(year.school_year, error) if year.school_year in waiting else year
            for year in run.years
        ),
    )


def failed_year(school_year: int, error: RegistrationSyncError) -> YearOutcome:
    """Nothing of it was delivered; the record tells whom a file of all students would lack."""
    failed = YearOutcome(school_year, RunStatus.FAILED, error=run_error(error))
    if not isinstance(error, IncompleteFullFile):
        return failed
    found = error.written
    return replace(failed, held_count=found.held_count, held=found.held, unmatched=found.unmatched)


def run_error(error: RegistrationSyncError) -> RunError:
    return RunError(error.code, error.message, passing=is_transient(error))


def _another_attempt_helps(run: Run) -> bool:
    """Nothing was delivered, every fault is passing, and Lambda will invoke us again."""
    invoked_again = run.trigger in {MANUAL, SCHEDULED} and run.attempt < ATTEMPTS
    errors = [year.error for year in run.years if year.error]
    only_passing = bool(errors) and all(error.passing for error in errors)
    return invoked_again and only_passing and run.status is RunStatus.FAILED


def account_of(connection: Connection, outside: Outside) -> SftpAccount:
    """The server, the user, the credentials, and what the last check has learned of the server."""
    check = outside.connections.last_check(connection.connection_id) or {}
    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=outside.secrets.read(connection.connection_id),
        write_in_place=connection.write_in_place,
        traits=ServerTraits.from_json(check.get("server", {})),
    )
