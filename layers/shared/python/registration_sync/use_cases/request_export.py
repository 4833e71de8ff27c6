"""Export students: asks for an export now; it runs in the background."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registration_sync.domain.connection import Connection, DeliveryMethod
from registration_sync.domain.errors import AlreadyRunning, InvalidRequest, Problem, Unavailable
from registration_sync.domain.export_run import (
    BY_HAND,
    MANUAL,
    SCHEDULED,
    ExportRequest,
    ExportRun,
    RunError,
    RunStatus,
    requested_run,
)
from registration_sync.domain.registration import parse_school_year
from registration_sync.ports import Connections, ExportStarter, LeaseReader, Mappings, Runs

CONTENTS = ("changes", "all")
YEARS_AT_ONCE = 20


def run_id_of(now: dt.datetime, randomness: str) -> str:
    """The id of a requested run, `20250915T190000Z-1a2b3c4d`: ids sort by time."""
    return f"{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{randomness}"


def request_export(
    connection_id: str,
    wish: object,
    *,
    run_id: str,
    requested_by: str,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    runs: Runs,
    leases: LeaseReader,
    starter: ExportStarter,
) -> ExportRun:
    """Stores the pending run and starts the export function; `wish` is the body of the request.

    Raises InvalidRequest with every problem, or with what has to be set up first; AlreadyRunning,
    with the id, while a run is pending or in progress; Unavailable if it could not be started.
    """
    request = parse_export_request(
        wish, connection_id=connection_id, run_id=run_id, requested_by=requested_by
    )
    _refuse_unprepared(connections.get(connection_id), mappings)
    running = leases.running(connection_id, int(now.timestamp() * 1000))
    if running:
        raise AlreadyRunning("An export of this connection is already running.", run_id=running)
    run = requested_run(request, now)
    runs.request(run)
    try:
        starter.start(request)
    except Unavailable as error:
        # Should it have started all the same, it replaces this record with its own.
        failure = RunError(error.code, error.message)
        runs.save(
            replace(
                run,
                status=RunStatus.FAILED,
                finished_at=now,
                message="The export was not started; the students stay due.",
                error=failure,
            )
        )
        raise
    return run


def parse_export_request(
    wish: object, *, connection_id: str, run_id: str, requested_by: str
) -> ExportRequest:
    """Reads `{"school_years"?, "contents"?, "dry_run"?}`; nothing at all asks for what is due."""
    if wish is None:
        wish = {}
    if not isinstance(wish, Mapping):
        raise InvalidRequest('Send a JSON object, such as {"school_years": [2025]}, or nothing.')
    problems = [
        Problem(str(name), "There is no such field: there are school_years, contents, dry_run.")
        for name in wish
        if name not in {"school_years", "contents", "dry_run"}
    ]
    school_years = _school_years(wish.get("school_years"), problems)
    contents = wish.get("contents")
    contents = "changes" if contents is None else contents
    if contents not in CONTENTS:
        problems.append(Problem("contents", 'Write "changes" or "all".'))
    if contents == "all" and wish.get("school_years") is None:
        problems.append(
            Problem("school_years", "An export of all has to name its years, such as [2025].")
        )
    if wish.get("dry_run") not in (None, False):
        problems.append(Problem("dry_run", "A dry run is not available yet: leave it out."))
    if problems:
        raise InvalidRequest("The export was not requested.", problems=problems)
    return ExportRequest(
        connection_id=connection_id,
        run_id=run_id,
        school_years=school_years,
        contents=str(contents),
        requested_by=requested_by,
        trigger=MANUAL,
    )


def parse_export_event(
    event: Mapping[str, Any], arrived_at: dt.datetime, request_id: str
) -> ExportRequest:
    """Reads the export function's event: `{"connection_id", "trigger"?, "school_years"?,
    "contents"?, "run_id"?, "scheduled_time"?, "requested_by"?}`.

    A run is keyed, so that the same event delivered twice runs once: by its run id, by the
    scheduled time (one that cannot be read counts as the minute of arrival), or by the request.
    Raises InvalidRequest.
    """
    connection_id = event.get("connection_id")
    if not isinstance(connection_id, str) or not connection_id:
        message = "Write the id of the connection to export."
        raise InvalidRequest(message, problems=[Problem("connection_id", message)])
    if event.get("action", "export") != "export":
        message = "The only action is export."
        raise InvalidRequest(message, problems=[Problem("action", message)])
    trigger = str(event.get("trigger", BY_HAND))
    scheduled_for = None
    if trigger == SCHEDULED:
        scheduled_for = _scheduled_time(event.get("scheduled_time"), arrived_at)
        run_id = run_id_of(scheduled_for, SCHEDULED)
    else:
        run_id = str(event.get("run_id") or run_id_of(arrived_at, request_id[:8]))
    wish = {name: event[name] for name in ("school_years", "contents", "dry_run") if name in event}
    request = parse_export_request(
        wish,
        connection_id=connection_id,
        run_id=run_id,
        requested_by=str(event.get("requested_by", "")),
    )
    return replace(request, trigger=trigger, scheduled_for=scheduled_for)


def _scheduled_time(value: object, arrived_at: dt.datetime) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return arrived_at.replace(second=0, microsecond=0)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _school_years(value: object, problems: list[Problem]) -> tuple[int, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not 1 <= len(value) <= YEARS_AT_ONCE:
        problems.append(
            Problem("school_years", f"Write a list of 1 to {YEARS_AT_ONCE} years, such as [2025].")
        )
        return None
    years = [parse_school_year(item) for item in value]
    problems += [
        Problem(f"school_years[{place}]", "Write the start year: 2025 for 2025-26.")
        for place, year in enumerate(years)
        if year is None
    ]
    return tuple(sorted({year for year in years if year is not None}))


def _refuse_unprepared(connection: Connection, mappings: Mappings) -> None:
    if mappings.latest(connection.connection_id) is None:
        raise InvalidRequest("This connection has no mapping yet: save one, then export.")
    if connection.delivery is DeliveryMethod.SFTP and not connection.host_keys:
        raise InvalidRequest(
            "This connection has no host key yet: add the server's key to host_keys, then export."
        )
