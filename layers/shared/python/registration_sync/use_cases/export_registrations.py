"""Export: delivers, per school year, the students synced since the last export."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from registration_sync.domain.connection import Connection, DeliveryMethod
from registration_sync.domain.delivery import SftpAccount
from registration_sync.domain.errors import (
    AlreadyRunning,
    InvalidRequest,
    MarkerLost,
    NotFound,
    RegistrationSyncError,
    Unavailable,
    is_passing,
)
from registration_sync.domain.export_run import (
    MANUAL,
    SCHEDULED,
    ExportRequest,
    ExportRun,
    Finding,
    RunError,
    RunStatus,
    YearOutcome,
    finished_run,
    requested_run,
    waiting_years,
)
from registration_sync.domain.row_history import Histories
from registration_sync.ports import (
    Archive,
    Connections,
    Deliveries,
    Mappings,
    RegistrationsTable,
    Runs,
    Secrets,
    SftpServers,
    Ticker,
    Traces,
)
from registration_sync.use_cases.cancel_export import make_way
from registration_sync.use_cases.deliver_files import Server
from registration_sync.use_cases.earlier_attempt import find_earlier_attempt
from registration_sync.use_cases.export_year import export_year
from registration_sync.use_cases.hold_lease import HeldLease, hold_lease
from registration_sync.use_cases.judge_year import judge_year
from registration_sync.use_cases.plan_years import Plan, plan_years, ready_mapping
from registration_sync.use_cases.report_progress import Progress
from registration_sync.use_cases.watch_importer import Watch, paths_of
from registration_sync.use_cases.write_files import WrittenYear
from registration_sync.use_cases.year_folder import year_folder
from registration_sync.use_cases.year_to_export import HeldInFullFile, YearToExport


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What an export is given: everything that it reads, writes or waits for."""

    connections: Connections
    mappings: Mappings
    secrets: Secrets
    runs: Runs
    table: RegistrationsTable
    traces: Traces
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

NEXT_ATTEMPT_WITHIN = dt.timedelta(minutes=10)


def export_registrations(request: ExportRequest, *, attempt: int, outside: Outside) -> ExportRun:
    """Runs the export and returns its record, which is also stored: finished, or awaiting
    confirmation where a guard holds a year's delivery.

    What a person must mend is in the record: a mapping or a connection that is not ready, a
    server that refuses. A year that fails leaves the others alone, and its students due. Raises
    NotFound without such a connection, AlreadyRunning while another run holds the lease,
    RunCancelled if somebody was quicker, and Unavailable where another attempt will follow: AWS
    or the server failed in passing, nothing was delivered, and `attempt` (from 1) is not the last.
    """
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    with lease_of(started, outside) as lease:
        outside.runs.save(started)
        make_way(started, now=outside.now(), runs=outside.runs)
        try:
            saved, mapping = ready_mapping(connection, outside.mappings, sends=True)
            run = replace(started, mapping_version=saved.version)
            plan = plan_years(run, connection, mapping, outside.table, outside.retention_days)
        except (InvalidRequest, NotFound, MarkerLost) as error:
            return saved_run(failed_run(started, error, outside.now()), outside.runs)
        years = _export_years(run, connection, plan, lease, outside)
        return finish_or_raise(run, years, outside)


def started_run(
    request: ExportRequest, connection: Connection, attempt: int, now: dt.datetime
) -> ExportRun:
    """The record of a run that begins."""
    return replace(
        requested_run(request, now),
        status=RunStatus.IN_PROGRESS,
        started_at=now,
        attempt=attempt,
        sent_to=_account_name(connection),
    )


def _account_name(connection: Connection) -> str:
    if connection.delivery is not DeliveryMethod.SFTP:
        return DeliveryMethod.DOWNLOAD.value
    return f"{connection.username}@{connection.host}:{connection.port}"


def lease_of(run: ExportRun, outside: Outside) -> AbstractContextManager[HeldLease]:
    """The connection's lease, held for this attempt."""
    return hold_lease(
        run.connection_id,
        run.run_id,
        token=outside.new_token(),
        table=outside.table,
        ticker=outside.ticker,
        now=outside.now,
    )


def finish_or_raise(run: ExportRun, years: Sequence[YearOutcome], outside: Outside) -> ExportRun:
    """Stores the run with its outcome; raises Unavailable where another attempt will follow."""
    now = outside.now()
    finished = finished_run(run, tuple(years), now)
    if not _another_attempt_helps(finished):
        return saved_run(finished, outside.runs)
    message = "It will be tried again in a minute or two."
    outside.runs.save(replace(run, message=message, next_attempt_by=now + NEXT_ATTEMPT_WITHIN))
    raise Unavailable("The run failed in passing and will be tried again.")


def refused_run(request: ExportRequest, error: AlreadyRunning, now: dt.datetime) -> ExportRun:
    """The record of a requested run that met another one."""
    return failed_run(requested_run(request, now), error, now)


def saved_run(run: ExportRun, runs: Runs) -> ExportRun:
    runs.save(run)
    return run


def failed_run(run: ExportRun, error: RegistrationSyncError, now: dt.datetime) -> ExportRun:
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
    if not isinstance(error, HeldInFullFile):
        return failed
    found = error.written
    return replace(failed, held_count=found.held_count, held=found.held, unmatched=found.unmatched)


def run_error(error: RegistrationSyncError) -> RunError:
    return RunError(error.code, error.message, passing=is_passing(error))


def _another_attempt_helps(run: ExportRun) -> bool:
    """Nothing was delivered, every fault is passing, and Lambda will invoke us again."""
    invoked_again = run.trigger in {MANUAL, SCHEDULED} and run.attempt < ATTEMPTS
    errors = [year.error for year in run.years if year.error]
    only_passing = bool(errors) and all(error.passing for error in errors)
    return invoked_again and only_passing and run.status is RunStatus.FAILED


def _export_years(
    run: ExportRun, connection: Connection, plan: Plan, lease: HeldLease, outside: Outside
) -> list[YearOutcome]:
    # Of a run that was confirmed, what became of the years that did not wait stays.
    run = replace(run, years=(*run.years, *plan.unknown))
    outcomes = {year.school_year: year for year in run.years}
    watch = Watch(connection, run, outside.deliveries)
    server = Server(outside.servers, lambda: account_of(connection, outside.secrets))
    lease.on_loss = server.close

    def judge(year: YearToExport, written: WrittenYear, histories: Histories) -> list[Finding]:
        return judge_year(year, written, histories) + watch.find_uncollected(
            paths_of(year, written), server=server, lease=lease, pause=outside.pause
        )

    progress = Progress(run, outside.runs, outside.now)
    try:
        for year in plan.years:
            began = outside.now()
            report = partial(progress.at, year.school_year)
            report("mapping")
            outcome = _outcome_of(year, plan, server, lease, outside, report, judge)
            # What an earlier attempt put there may have been replaced since.
            watch.remember([file for file in outcome.files if file.replaced_by])
            seconds = round((outside.now() - began).total_seconds(), 1)
            outcome = replace(outcome, duration_seconds=seconds)
            outcomes[year.school_year] = outcome
            progress.year_is_done(outcome)
    finally:
        server.close()
    return list(outcomes.values())


def _outcome_of(
    year: YearToExport,
    plan: Plan,
    server: Server,
    lease: HeldLease,
    outside: Outside,
    report: Callable[[str], None],
    judge: Callable[[YearToExport, WrittenYear, Histories], list[Finding]],
) -> YearOutcome:
    try:
        with year_folder(outside.workspace, year.school_year) as workspace:
            earlier = find_earlier_attempt(
                year, snapshots=outside.table, archive=outside.archive, workspace=workspace
            )
            if earlier:
                return earlier
            plan.refuse_shared(year)
            return export_year(
                year,
                table=outside.table,
                archive=outside.archive,
                server=server,
                lease=lease,
                workspace=workspace,
                pause=outside.pause,
                now=outside.now,
                report=report,
                judge=partial(judge, year),
            )
    except RegistrationSyncError as error:
        return failed_year(year.school_year, error)


def account_of(connection: Connection, secrets: Secrets) -> SftpAccount:
    """Where and as whom to sign in."""
    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=secrets.read(connection.connection_id),
        write_in_place=connection.write_in_place,
    )
