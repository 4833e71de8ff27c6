"""Export: delivers, per school year, the students synced since the last export."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from registration_sync.domain.batches import YearMarker
from registration_sync.domain.compiled_mapping import RunFacts, compile_mapping
from registration_sync.domain.connection import Connection, SavedMapping
from registration_sync.domain.delivery import SftpAccount
from registration_sync.domain.errors import (
    Conflict,
    DeliveryError,
    InvalidRequest,
    LeaseLost,
    RegistrationSyncError,
    Unavailable,
)
from registration_sync.domain.export_run import (
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


def export_registrations(request: ExportRequest, *, outside: Outside) -> ExportRun:
    """Runs the export and returns its finished record, which is also stored.

    What a person must mend is in the record: a mapping or a connection that is not ready, a
    server that refuses. A year that fails leaves the others alone, and its students due. Raises
    NotFound without such a connection, AlreadyRunning while another run holds the lease, and
    Unavailable where AWS fails before anything was done.
    """
    connection = outside.connections.get(request.connection_id)
    started = replace(
        requested_run(request, outside.now()),
        status=RunStatus.IN_PROGRESS,
        started_at=outside.now(),
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
        except RegistrationSyncError as error:
            failed = _failed_run(started, error, outside.now())
            outside.runs.save(failed)
            return failed
        run = replace(started, mapping_version=saved.version)
        years = _export_years(run, connection, mapping, lease, outside)
        finished = finished_run(run, tuple(years), outside.now())
        outside.runs.save(finished)
        return finished


def _ready_mapping(connection: Connection, mappings: Mappings) -> tuple[SavedMapping, Mapping]:
    saved = mappings.latest(connection.connection_id)
    if saved is None:
        raise InvalidRequest("This connection has no mapping yet: save one, then export.")
    if connection.delivery == "sftp" and not connection.host_keys:
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
    server = Server(
        outside.servers,
        lambda: _account(connection, outside.secrets),
    )
    lease.on_loss = server.close
    outcomes: list[YearOutcome] = []
    try:
        for school_year in wanted:
            marker = markers.get(school_year)
            if marker is None:  # asked for by number, but nothing was ever synced
                outcomes.append(YearOutcome(school_year, RunStatus.NOTHING_TO_EXPORT))
                continue
            outcomes.append(
                _export_one(run, connection, mapping, school_year, marker, server, lease, outside)
            )
            outside.runs.save(replace(run, years=tuple(outcomes)))
    finally:
        server.close()
    return outcomes


def _export_one(
    run: ExportRun,
    connection: Connection,
    mapping: Mapping,
    school_year: int,
    marker: YearMarker,
    server: Server,
    lease: HeldLease,
    outside: Outside,
) -> YearOutcome:
    try:
        facts = RunFacts(
            started_at=run.started_at or outside.now(),
            time_zone=connection.zone,
            school_year=school_year,
        )
        return export_year(
            YearToExport(
                connection_id=connection.connection_id,
                run_id=run.run_id,
                school_year=school_year,
                marker=marker,
                compiled=compile_mapping(mapping, facts),
                mapping_version=run.mapping_version or 0,
                everyone=run.contents == "all",
                folder=connection.folder_for(school_year),
                send=connection.delivery == "sftp",
            ),
            table=outside.table,
            archive=outside.archive,
            server=server,
            lease=lease,
            workspace=outside.workspace / str(school_year),
            pause=outside.pause,
        )
    except RegistrationSyncError as error:
        return YearOutcome(school_year, RunStatus.FAILED, error=RunError(error.code, error.message))


def _account(connection: Connection, secrets: Secrets) -> SftpAccount:
    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=secrets.read(connection.connection_id),
        write_in_place=connection.write_in_place,
    )


def _failed_run(run: ExportRun, error: RegistrationSyncError, now: dt.datetime) -> ExportRun:
    return replace(
        run,
        status=RunStatus.FAILED,
        message=error.message,
        error=RunError(error.code, error.message),
        finished_at=now,
    )
