"""Export students: asks for an export now; it runs in the background."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from registration_sync.domain.access import Permission
from registration_sync.domain.connections.connection import Connection, require_host_key
from registration_sync.domain.errors import AccessDenied, InvalidRequest, Problem
from registration_sync.domain.runs.resend_request import parse_resend_wish, parse_school_years
from registration_sync.domain.runs.run import (
    BY_HAND,
    CHECK,
    DRY_RUN,
    ERASURE,
    EXPORT,
    MANUAL,
    OF_RECORD,
    SCHEDULED,
    TEST_RECORD,
    Run,
    RunRequest,
)
from registration_sync.domain.runs.run_id import RUN_ID, new_run_id, run_id_of
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.use_cases.runs.request_check import parse_test_record
from registration_sync.use_cases.runs.request_erasure import parse_erasure
from registration_sync.use_cases.runs.start_run import NewRun

WISHES = ("school_years", "contents", "dry_run", "override_held", "override_guards")
CONTENTS = ("changes", "all")
ACTIONS = (EXPORT, CHECK, TEST_RECORD, ERASURE)
TRIGGERS = (BY_HAND, MANUAL, SCHEDULED)
OF_EVENT = ("action", "connection_id", "trigger", "run_id", "scheduled_time", "requested_by")
"""What an event says besides the wish; a name that is neither is refused: `dryrun` would export."""


def request_export(
    connection_id: str,
    wish: object,
    *,
    connections: Connections,
    mappings: Mappings,
    new: NewRun,
    permissions: Collection[Permission] = (),
) -> Run:
    """Stores the pending run and starts the export function; `wish` is the body of the request.

    Raises InvalidRequest with every problem, or with what has to be set up first; AlreadyRunning,
    with the id, while a run is pending or in progress; Unavailable if it could not be started;
    AccessDenied without the permission to let a file of all students go without those held, or
    a delivery go that looks unusual.
    """
    request = parse_export_request(
        wish, connection_id=connection_id, run_id=new.run_id, requested_by=new.requested_by
    )
    if request.override_held and Permission.CONFIGURE not in permissions:
        raise AccessDenied("Only Full Access may let a file of all students go without some.")
    if request.override_guards and Permission.CONFIGURE not in permissions:
        raise AccessDenied(
            "Only Full Access may switch the guards off for a run. Export without it, and confirm "
            "the run if it waits."
        )
    _refuse_unprepared(connections.get(connection_id), mappings, sends=request.kind == EXPORT)
    return new.start(request)


def parse_export_request(
    wish: object, *, connection_id: str, run_id: str, requested_by: str
) -> RunRequest:
    """Reads `{"school_years"?, "contents"?, "dry_run"?, "override_held"?, "override_guards"?}`;
    nothing at all asks for what is due."""
    if wish is None:
        wish = {}
    if not isinstance(wish, Mapping):
        raise InvalidRequest('Send a JSON object, such as {"school_years": [2025]}, or nothing.')
    problems = [
        Problem(str(name), f"There is no such field: there are {', '.join(WISHES)}.")
        for name in wish
        if name not in WISHES
    ]
    school_years = parse_school_years(wish.get("school_years"), problems)
    contents = wish.get("contents")
    contents = "changes" if contents is None else contents
    if contents not in CONTENTS:
        problems.append(Problem("contents", 'Write "changes" or "all".'))
    if contents == "all" and wish.get("school_years") is None:
        problems.append(
            Problem("school_years", "An export of all has to name its years, such as [2025].")
        )
    problems += [
        Problem(name, "Write true or false.")
        for name in ("dry_run", "override_held", "override_guards")
        if not isinstance(wish.get(name), bool | None)
    ]
    if problems:
        raise InvalidRequest("The export was not requested.", problems=problems)
    return RunRequest(
        connection_id=connection_id,
        run_id=run_id,
        school_years=school_years,
        contents=str(contents),
        requested_by=requested_by,
        trigger=MANUAL,
        kind=DRY_RUN if wish.get("dry_run") else EXPORT,
        override_held=wish.get("override_held") is True,
        override_guards=wish.get("override_guards") is True,
    )


def parse_export_event(
    event: Mapping[str, Any], arrived_at: dt.datetime, request_id: str
) -> RunRequest:
    """Reads the export function's event: `{"connection_id", "trigger"?, "school_years"?,
    "contents"?, "dry_run"?, "override_held"?, "override_guards"?, "run_id"?, "scheduled_time"?,
    "requested_by"?}`; or, for a re-send, `{"connection_id", "resend_of", "school_years"?,
    "files"?, "student_ids"?}`; or with the `action` check, test_record and `{"student_id",
    "school_year"?}`, or erasure and `{"student_id"}`.

    A run is keyed, so that the same event delivered twice runs once: by its run id, or by the
    scheduled time (one that cannot be read counts as the minute of arrival). One by hand without a
    run id is a run of its own each time. Raises InvalidRequest.
    """
    connection_id = connection_of(event)
    action = _one_of("action", event.get("action", EXPORT), ACTIONS)
    trigger = _one_of("trigger", event.get("trigger", BY_HAND), TRIGGERS)
    wish = {name: value for name, value in event.items() if name not in OF_EVENT}
    scheduled_for = None
    if trigger == SCHEDULED:
        scheduled_for = _scheduled_time(event.get("scheduled_time"), arrived_at)
        run_id = run_id_of(scheduled_for, SCHEDULED)
    else:
        run_id = str(event.get("run_id") or new_run_id(arrived_at, request_id[:8]))
        _refuse_unclean(run_id)
    requested_by = str(event.get("requested_by", ""))
    if action != EXPORT:
        request = RunRequest(
            connection_id, run_id, trigger=trigger, requested_by=requested_by, kind=action
        )
        # Asked for over the API: the run's record has the student.
        of_record = action in {TEST_RECORD, ERASURE} and not wish and "run_id" in event
        return request if of_record else _parse_without_export(wish, request)
    again = "resend_of" in wish
    of_record = again and wish.get("student_ids") == OF_RECORD
    if of_record:
        del wish["student_ids"]
    parse = parse_resend_wish if again else parse_export_request
    request = parse(wish, connection_id=connection_id, run_id=run_id, requested_by=requested_by)
    if of_record:
        request = replace(request, again=replace(request.again, student_ids=(OF_RECORD,)))
    return replace(request, trigger=trigger, scheduled_for=scheduled_for)


def connection_of(event: Mapping[str, Any], known: Collection[str] = ()) -> str:
    """The connection that an event is about; raises InvalidRequest without one, and for names that
    are none of those `known`, if any are."""
    connection_id = event.get("connection_id")
    if not isinstance(connection_id, str) or not connection_id:
        message = "Write the id of the connection."
        raise InvalidRequest(message, problems=[Problem("connection_id", message)])
    problems = [
        Problem(name, f"There is no such field: there are {', '.join(sorted(known))}.")
        for name in event
        if known and name not in known
    ]
    if problems:
        raise InvalidRequest("Nothing was changed.", problems=problems)
    return connection_id


def _one_of(name: str, value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        message = f"Write one of {', '.join(known)}."
        raise InvalidRequest(message, problems=[Problem(name, message)])
    return str(value)


def _parse_without_export(wish: Mapping[str, Any], request: RunRequest) -> RunRequest:
    """A check, which takes no wishes, a test record, or an erasure."""
    if request.kind == TEST_RECORD:
        return parse_test_record(wish, request)
    if request.kind == ERASURE:
        return parse_erasure(wish, request)
    if wish:
        problems = [Problem(name, "A check has no such field: leave it out.") for name in wish]
        raise InvalidRequest("The connection was not checked.", problems=problems)
    return request


def _refuse_unclean(run_id: str) -> None:
    """It names a folder of the archive. The history is in order of ids, so that ours begin with
    the time; another one is found among them by its letters."""
    if not RUN_ID.fullmatch(run_id):
        message = "Leave the run id out, or write one such as 20250915T190000Z-042-1a2b3c4d."
        raise InvalidRequest(message, problems=[Problem("run_id", message)])


def _scheduled_time(value: object, arrived_at: dt.datetime) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return arrived_at.replace(second=0, microsecond=0)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _refuse_unprepared(connection: Connection, mappings: Mappings, *, sends: bool) -> None:
    """Raises InvalidRequest with what has to be set up first."""
    if mappings.latest(connection.connection_id) is None:
        raise InvalidRequest("This connection has no mapping yet: save one, then export.")
    require_host_key(connection, sends=sends)
