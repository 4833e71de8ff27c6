"""Export: delivers, per school year, the students synced since the last export."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from registration_sync.domain.batches import YearMarker
from registration_sync.domain.compiled_mapping import RunFacts, compile_mapping
from registration_sync.domain.connection import Connection, DeliveryMethod, SavedMapping
from registration_sync.domain.delivery import SftpAccount
from registration_sync.domain.errors import (
    AlreadyRunning,
    Conflict,
    InvalidRequest,
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
    RunError,
    RunStatus,
    YearOutcome,
    finished_run,
    requested_run,
)
from registration_sync.domain.mapping import Mapping, parse_mapping
from registration_sync.ports import (
    Archive,
    Connections,
    Mappings,
    RegistrationsTable,
    Runs,
    Secrets,
    SftpServers,
    Ticker,
)
from registration_sync.use_cases.deliver_files import Server
from registration_sync.use_cases.export_year import YearToExport, export_year
from registration_sync.use_cases.hold_lease import HeldLease, hold_lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What an export is given: everything that it reads, writes or waits for."""

    connections: Connections
    mappings: Mappings
    secrets: Secrets
    runs: Runs
    table: RegistrationsTable
    archive: Archive
    servers: SftpServers
    ticker: Ticker
    now: Callable[[], dt.datetime]
    pause: Callable[[float], None]
    new_token: Callable[[], str]
    workspace: Path


ATTEMPTS = 3
"""Lambda invokes an asynchronous event again after one and two minutes, if it raises."""


def export_registrations(request: ExportRequest, *, attempt: int, outside: Outside) -> ExportRun:
    """Runs the export and returns its finished record, which is also stored.

    What a person must mend is in the record: a mapping or a connection that is not ready, a
    server that refuses. A year that fails leaves the others alone, and its students due. Raises
    NotFound without such a connection, AlreadyRunning while another run holds the lease, and
    Unavailable where another attempt will follow: AWS or the server failed in passing, nothing
    was delivered, and `attempt` (from 1) is not the last.
    """
    connection = outside.connections.get(request.connection_id)
    started = replace(
        requested_run(request, outside.now()),
        status=RunStatus.IN_PROGRESS,
        started_at=outside.now(),
        attempt=attempt,
    )
    lease_holding = hold_lease(
        connection.connection_id,
        request.run_id,
        token=outside.new_token(),
        table=outside.table,
        ticker=outside.ticker,
        now=outside.now,
    )
    with lease_holding as lease:
        outside.runs.save(started)
        try:
            saved, mapping = _ready_mapping(connection, outside.mappings)
        except (InvalidRequest, NotFound) as error:
            return _saved(_failed(started, error, outside.now()), outside.runs)
        run = replace(started, mapping_version=saved.version)
        years = _export_years(run, connection, mapping, lease, outside)
        finished = finished_run(run, tuple(years), outside.now())
        if _another_attempt_helps(finished):
            outside.runs.save(replace(run, message="It will be tried again in a minute or two."))
            raise Unavailable("The export failed in passing and will be tried again.")
        return _saved(finished, outside.runs)


def refused_run(request: ExportRequest, error: AlreadyRunning, now: dt.datetime) -> ExportRun:
    """The record of a requested run that met another one."""
    return _failed(requested_run(request, now), error, now)


def _saved(run: ExportRun, runs: Runs) -> ExportRun:
    runs.save(run)
    return run


def _failed(run: ExportRun, error: RegistrationSyncError, now: dt.datetime) -> ExportRun:
    return replace(
        run,
        status=RunStatus.FAILED,
        message=error.message,
        error=_run_error(error),
        finished_at=now,
    )


def _run_error(error: RegistrationSyncError) -> RunError:
    return RunError(error.code, error.message, passing=is_passing(error))


def _another_attempt_helps(run: ExportRun) -> bool:
    """Nothing was delivered, every fault is passing, and Lambda will invoke us again."""
    invoked_again = run.trigger in {MANUAL, SCHEDULED} and run.attempt < ATTEMPTS
    errors = [year.error for year in run.years if year.error]
    only_passing = bool(errors) and all(error.passing for error in errors)
    return invoked_again and only_passing and run.status is RunStatus.FAILED


def _ready_mapping(connection: Connection, mappings: Mappings) -> tuple[SavedMapping, Mapping]:
    saved = mappings.latest(connection.connection_id)
    if saved is None:
        raise InvalidRequest("This connection has no mapping yet: save one, then export.")
    if connection.delivery is DeliveryMethod.SFTP and not connection.host_keys:
        raise InvalidRequest(
            "This connection has no host key yet: add the server's key to host_keys, then export."
        )
    return saved, parse_mapping(saved.definition)


def _export_years(
    run: ExportRun,
    connection: Connection,
    mapping: Mapping,
    lease: HeldLease,
    outside: Outside,
) -> list[YearOutcome]:
    markers = outside.table.marker(connection.connection_id).years
    wanted = sorted(markers) if run.school_years is None else sorted(set(run.school_years))
    # A year that is asked for by its number may never have had a sync.
    outcomes = [
        YearOutcome(year, RunStatus.NOTHING_TO_EXPORT) for year in wanted if year not in markers
    ]
    years = [
        _year_to_export(run, connection, mapping, year, markers[year])
        for year in wanted
        if year in markers
    ]
    shared = _paths_of_two_years(years, outside.table)
    server = Server(outside.servers, lambda: _account(connection, outside.secrets))
    lease.on_loss = server.close
    try:
        for year in years:
            outcomes.append(_outcome_of(year, shared, server, lease, outside))
            outside.runs.save(replace(run, years=tuple(outcomes)))
    finally:
        server.close()
    return outcomes


def _year_to_export(
    run: ExportRun,
    connection: Connection,
    mapping: Mapping,
    school_year: int,
    marker: YearMarker,
) -> YearToExport:
    started_at = run.started_at or run.requested_at
    facts = RunFacts(started_at=started_at, time_zone=connection.zone, school_year=school_year)
    return YearToExport(
        connection_id=connection.connection_id,
        run_id=run.run_id,
        school_year=school_year,
        marker=marker,
        compiled=compile_mapping(mapping, facts, everyone=run.contents == "all"),
        mapping_version=run.mapping_version or 0,
        everyone=run.contents == "all",
        folder=connection.folder_for(school_year),
        send=connection.delivery is DeliveryMethod.SFTP,
    )


def _paths_of_two_years(years: Sequence[YearToExport], table: RegistrationsTable) -> dict[int, str]:
    """The years with something due that would write one and the same file, and its path."""
    by_path: dict[str, list[YearToExport]] = {}
    for year in years:
        for path in year.paths:
            by_path.setdefault(path, []).append(year)
    shared: dict[int, str] = {}
    for path, candidates in by_path.items():
        if len(candidates) > 1:
            due = [year for year in candidates if year.everyone or _has_due(year, table)]
            if len(due) > 1:
                shared |= {year.school_year: path for year in due}
    return shared


def _has_due(year: YearToExport, table: RegistrationsTable) -> bool:
    batches = range(year.marker.exported + 1, year.marker.open + 1)
    return next(table.marks(year.connection_id, year.school_year, batches), None) is not None


def _outcome_of(
    year: YearToExport,
    shared: dict[int, str],
    server: Server,
    lease: HeldLease,
    outside: Outside,
) -> YearOutcome:
    try:
        if year.school_year in shared:
            raise Conflict(
                f"Several school years have students due for the one file "
                f"{shared[year.school_year]}: put {{school_year}} into the connection's folder, "
                "or export one year at a time."
            )
        return export_year(
            year,
            table=outside.table,
            archive=outside.archive,
            server=server,
            lease=lease,
            workspace=outside.workspace / str(year.school_year),
            pause=outside.pause,
        )
    except RegistrationSyncError as error:
        return YearOutcome(year.school_year, RunStatus.FAILED, error=_run_error(error))


def _account(connection: Connection, secrets: Secrets) -> SftpAccount:
    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=secrets.read(connection.connection_id),
        write_in_place=connection.write_in_place,
    )
