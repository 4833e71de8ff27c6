"""Connections, mappings and exports: parses, calls one use case, answers."""

import datetime as dt
import re
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from registration_sync import bootstrap
from registration_sync.api import Answer, Request, Route, handle, logger
from registration_sync.domain.access import ConnectionAccess, Permission, describe, may_see
from registration_sync.domain.audit import Change, Note, note_of, run_note
from registration_sync.domain.connection import SavedMapping
from registration_sync.domain.errors import InvalidRequest, NotFound, Problem
from registration_sync.domain.export_run import ExportRun
from registration_sync.domain.mapping_text import read_mapping_text
from registration_sync.domain.registration import parse_student_id, school_year_of
from registration_sync.use_cases.cancel_export import cancel_export
from registration_sync.use_cases.change_connection import change_connection
from registration_sync.use_cases.confirm_export import confirm_export
from registration_sync.use_cases.convert_mapping import convert_mapping
from registration_sync.use_cases.create_connection import create_connection
from registration_sync.use_cases.link_file import link_file
from registration_sync.use_cases.list_exports import list_exports
from registration_sync.use_cases.list_fields import list_fields
from registration_sync.use_cases.list_students import list_students
from registration_sync.use_cases.preview_mapping import preview_mapping
from registration_sync.use_cases.read_audit import read_audit
from registration_sync.use_cases.read_export import read_export
from registration_sync.use_cases.read_receipt import read_receipt
from registration_sync.use_cases.read_status import read_status
from registration_sync.use_cases.ready_made import (
    definition_to_save,
    list_ready_made,
    read_ready_made,
)
from registration_sync.use_cases.remove_connection import remove_connection
from registration_sync.use_cases.request_check import request_check, request_test_record
from registration_sync.use_cases.request_erasure import TOLD as ERASURE_TOLD
from registration_sync.use_cases.request_erasure import request_erasure
from registration_sync.use_cases.request_export import new_run_id, request_export
from registration_sync.use_cases.request_resend import TOLD, request_resend
from registration_sync.use_cases.restore_mapping import (
    list_versions,
    read_version,
    restore_mapping,
)
from registration_sync.use_cases.save_mapping import save_mapping
from registration_sync.use_cases.schedule_exports import (
    preview_schedule,
    read_schedule,
    set_schedule,
)
from registration_sync.use_cases.search_students import search_students
from registration_sync.use_cases.watch_schedules import watch_schedules


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event.get("action") == WATCH_SCHEDULES:  # the hourly clock; the API's events have no action
        return _watch_schedules()
    return handle(
        event,
        ROUTES,
        access_of=_access_of,
        audit_of=lambda: bootstrap.configuration().audit,
    )


def _watch_schedules() -> dict[str, Any]:
    parts = bootstrap.configuration()
    overdue = watch_schedules(
        schedules=parts.schedules,
        runs=parts.runs,
        metrics=parts.metrics,
        now=dt.datetime.now(dt.UTC),
    )
    record = logger().error if overdue else logger().info
    record("schedules watched", extra={"overdue": overdue})
    return {"overdue": overdue}


def _access_of(connection_id: str) -> ConnectionAccess | None:
    return bootstrap.configuration().access.access(connection_id)


def _who_am_i(request: Request) -> Answer:
    return Answer(200, describe(request.caller))


def _list_programs(_request: Request) -> Answer:
    enroll = {"client_id": bootstrap.configuration().enroll_client, "name": "SchoolMint Enroll"}
    return Answer(200, {"items": [enroll], "next": None})


def _list_connections(request: Request) -> Answer:
    everyones = bootstrap.configuration().connections.all()
    visible = [item.to_json() for item in everyones if may_see(request.caller, item.access)]
    return Answer(200, {"items": visible, "next": None})


def _create_connection(request: Request) -> Answer:
    parts = bootstrap.configuration()
    connection, changes = create_connection(
        request.json(),
        caller=request.caller,
        today=dt.datetime.now(dt.UTC).date(),
        connections=parts.connections,
        mappings=parts.mappings,
        secrets=parts.secrets,
    )
    note = Note("connection_created", changes, connection.connection_id)
    return Answer(201, connection.to_json(), note=note)


def _read_connection(request: Request) -> Answer:
    connection = bootstrap.configuration().connections.get(request.connection_id)
    return Answer(200, connection.to_json())


def _change_connection(request: Request) -> Answer:
    parts = bootstrap.configuration()
    connection, changes = change_connection(
        request.connection_id,
        request.json(),
        caller=request.caller,
        today=dt.datetime.now(dt.UTC).date(),
        connections=parts.connections,
        mappings=parts.mappings,
        secrets=parts.secrets,
    )
    return Answer(200, connection.to_json(), note=note_of("connection_changed", changes))


def _remove_connection(request: Request) -> Answer:
    parts = bootstrap.configuration()
    remove_connection(
        request.connection_id,
        connections=parts.connections,
        secrets=parts.secrets,
        schedules=parts.schedules,
        clock=parts.clock,
    )
    return Answer(204, note=Note("connection_deleted"))


def _read_mapping(request: Request) -> Answer:
    saved = bootstrap.configuration().mappings.latest(request.connection_id)
    if saved is None:
        raise NotFound("This connection has no mapping yet.")
    return _mapping_answer(saved)


def _save_mapping(request: Request) -> Answer:
    parts = bootstrap.configuration()
    now = dt.datetime.now(dt.UTC)
    saved = save_mapping(
        request.connection_id,
        _definition(request),
        expected_version=_expected_version(request),
        saved_by=request.caller.name,
        now=now,
        connections=parts.connections,
        mappings=parts.mappings,
    )
    return _mapping_answer(saved, note_of("mapping_saved", _new_version(saved, now)))


def _definition(request: Request) -> object:
    """The body as JSON, or as YAML where the content type says so; or a ready-made mapping."""
    if "yaml" in request.headers.get("content-type", ""):
        return read_mapping_text(request.text())
    return definition_to_save(request.json(), bootstrap.configuration().ready_made)


def _convert_mapping(request: Request) -> Answer:
    return Answer(200, convert_mapping(_definition(request)))


def _list_ready_made(_request: Request) -> Answer:
    return Answer(200, list_ready_made(bootstrap.configuration().ready_made))


def _read_ready_made(request: Request) -> Answer:
    ready_made = bootstrap.configuration().ready_made
    return Answer(200, read_ready_made(request.path["name"], ready_made))


def _list_versions(request: Request) -> Answer:
    mappings = bootstrap.configuration().mappings
    return Answer(200, list_versions(request.connection_id, request.query, mappings=mappings))


def _read_version(request: Request) -> Answer:
    mappings = bootstrap.configuration().mappings
    version = request.path["version"]
    return _mapping_answer(read_version(request.connection_id, version, mappings=mappings))


def _restore_mapping(request: Request) -> Answer:
    parts = bootstrap.configuration()
    now = dt.datetime.now(dt.UTC)
    saved = restore_mapping(
        request.connection_id,
        request.path["version"],
        expected_version=_expected_version(request),
        saved_by=request.caller.name,
        now=now,
        connections=parts.connections,
        mappings=parts.mappings,
    )
    changes = _new_version(saved, now)
    if changes:
        changes += (Change("restored_version", None, int(request.path["version"])),)
    return _mapping_answer(saved, note_of("mapping_restored", changes))


def _preview_mapping(request: Request) -> Answer:
    parts = bootstrap.configuration()
    preview = preview_mapping(
        request.connection_id,
        request.json(),
        now=dt.datetime.now(dt.UTC),
        connections=parts.connections,
        mappings=parts.mappings,
        snapshots=parts.snapshots,
    )
    return Answer(200, preview)


def _list_fields(request: Request) -> Answer:
    snapshots = bootstrap.configuration().snapshots
    found = list_fields(
        request.connection_id, request.query, snapshots=snapshots, clock=time.monotonic
    )
    return Answer(200, found)


def _search_students(request: Request) -> Answer:
    snapshots = bootstrap.configuration().snapshots
    found = search_students(
        request.connection_id, request.query, snapshots=snapshots, clock=time.monotonic
    )
    return Answer(200, found)


def _new_version(saved: SavedMapping, now: dt.datetime) -> tuple[Change, ...]:
    """None where the mapping was there already: it was saved at another time."""
    if saved.saved_at != now:
        return ()
    return (Change("version", saved.version - 1 or None, saved.version),)


def _mapping_answer(saved: SavedMapping, note: Note | None = None) -> Answer:
    body = {
        **saved.definition,
        "version": saved.version,
        "saved_by": saved.saved_by,
        "saved_at": saved.saved_at.isoformat(timespec="seconds"),
    }
    return Answer(200, body, {"ETag": f'"{saved.version}"'}, note)


def _expected_version(request: Request) -> int | None:
    """The version in If-Match, with or without quotes; `*` is any."""
    tag = request.headers.get("if-match", "").strip()
    if tag in {"", "*"}:
        return None
    version = tag.removeprefix("W/").strip('"')
    if not re.fullmatch("[0-9]{1,8}", version):
        message = 'Send the ETag of the version that you changed, such as "3".'
        raise InvalidRequest(message, problems=[Problem("If-Match", message)])
    return int(version)


def _read_receipt(request: Request) -> Answer:
    parts = bootstrap.configuration()
    with tempfile.TemporaryDirectory() as workspace:
        receipt = read_receipt(
            request.connection_id,
            school_year_of(request.path["school_year"]),
            parse_student_id(request.path["student_id"]),
            snapshots=parts.snapshots,
            archive=parts.archive,
            workspace=Path(workspace),
        )
    return Answer(200, receipt)


def _list_students(request: Request) -> Answer:
    parts = bootstrap.configuration()
    with tempfile.TemporaryDirectory() as workspace:
        students = list_students(
            request.connection_id,
            request.query,
            snapshots=parts.snapshots,
            archive=parts.archive,
            workspace=Path(workspace),
        )
    return Answer(200, students)


def _read_status(request: Request) -> Answer:
    parts = bootstrap.configuration()
    with tempfile.TemporaryDirectory() as workspace:
        status = read_status(
            request.connection_id,
            snapshots=parts.snapshots,
            archive=parts.archive,
            workspace=Path(workspace),
        )
    return Answer(200, status)


def _last_check(request: Request) -> Answer:
    outcome = bootstrap.configuration().connections.last_check(request.connection_id)
    if outcome is None:
        raise NotFound("This connection was not checked since it was last changed.")
    return Answer(200, outcome)


def _check_connection(request: Request) -> Answer:
    parts, now = bootstrap.configuration(), dt.datetime.now(dt.UTC)
    run = request_check(
        request.connection_id,
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        connections=parts.connections,
        runs=parts.runs,
        leases=parts.leases,
        starter=parts.starter,
    )
    return _started(run, "check_requested")


def _started(run: ExportRun, action: str) -> Answer:
    return Answer(202, {"run_id": run.run_id}, note=run_note(action, run.run_id))


def _send_test_record(request: Request) -> Answer:
    parts, now = bootstrap.configuration(), dt.datetime.now(dt.UTC)
    run = request_test_record(
        request.connection_id,
        request.json(),
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        connections=parts.connections,
        runs=parts.runs,
        leases=parts.leases,
        starter=parts.starter,
    )
    return _started(run, "test_record_requested")


def _request_erasure(request: Request) -> Answer:
    parts, now = bootstrap.configuration(), dt.datetime.now(dt.UTC)
    run = request_erasure(
        request.connection_id,
        request.json(),
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        connections=parts.connections,
        runs=parts.runs,
        leases=parts.leases,
        starter=parts.starter,
    )
    # Who is erased stands in the pending run alone, and there until it is done.
    body = {"run_id": run.run_id, "message": ERASURE_TOLD}
    return Answer(202, body, note=run_note("erasure_requested", run.run_id))


def _read_schedule(request: Request) -> Answer:
    parts = bootstrap.configuration()
    schedule = read_schedule(
        request.connection_id,
        now=dt.datetime.now(dt.UTC),
        connections=parts.connections,
        schedules=parts.schedules,
    )
    return Answer(200, schedule)


def _set_schedule(request: Request) -> Answer:
    parts = bootstrap.configuration()
    schedule, changes = set_schedule(
        request.connection_id,
        request.json(),
        now=dt.datetime.now(dt.UTC),
        connections=parts.connections,
        schedules=parts.schedules,
        clock=parts.clock,
    )
    return Answer(200, schedule, note=note_of("schedule_set", changes))


def _preview_schedule(request: Request) -> Answer:
    schedule = preview_schedule(
        request.connection_id,
        request.json(),
        now=dt.datetime.now(dt.UTC),
        connections=bootstrap.configuration().connections,
    )
    return Answer(200, schedule)


def _list_exports(request: Request) -> Answer:
    parts = bootstrap.configuration()
    page = list_exports(
        request.connection_id,
        request.query,
        connections=parts.connections,
        runs=parts.runs,
        leases=parts.leases,
        now=dt.datetime.now(dt.UTC),
    )
    return Answer(200, page)


def _request_export(request: Request) -> Answer:
    parts = bootstrap.configuration()
    now = dt.datetime.now(dt.UTC)
    run = request_export(
        request.connection_id,
        request.json(),
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        connections=parts.connections,
        mappings=parts.mappings,
        runs=parts.runs,
        leases=parts.leases,
        starter=parts.starter,
        permissions=request.caller.permissions,
    )
    return _started(run, f"{run.kind}_requested")


def _read_export(request: Request) -> Answer:
    parts = bootstrap.configuration()
    run = read_export(
        request.connection_id,
        request.path["run_id"],
        runs=parts.runs,
        leases=parts.leases,
        now=dt.datetime.now(dt.UTC),
    )
    return Answer(200, run)


def _cancel_export(request: Request) -> Answer:
    runs, run_id = bootstrap.configuration().runs, request.path["run_id"]
    before = runs.find(request.connection_id, run_id)
    run = cancel_export(
        request.connection_id,
        run_id,
        cancelled_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        runs=runs,
    )
    return Answer(200, run, note=None if run == before else run_note("export_cancelled", run_id))


def _confirm_export(request: Request) -> Answer:
    parts = bootstrap.configuration()
    run_id = confirm_export(
        request.connection_id,
        request.path["run_id"],
        confirmed_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        runs=parts.runs,
        leases=parts.leases,
        starter=parts.starter,
    )
    return Answer(202, {"run_id": run_id}, note=run_note("export_confirmed", run_id))


def _link_file(request: Request) -> Answer:
    parts = bootstrap.configuration()
    link = link_file(
        request.connection_id,
        request.path["run_id"],
        request.path["school_year"],
        request.path["name"],
        runs=parts.runs,
        archive=parts.archive,
        dry_runs=parts.dry_runs,
        now=dt.datetime.now(dt.UTC),
    )
    return Answer(200, link)


def _resend(request: Request) -> Answer:
    parts = bootstrap.configuration()
    now = dt.datetime.now(dt.UTC)
    run = request_resend(
        request.connection_id,
        request.path["run_id"],
        request.json(),
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        connections=parts.connections,
        mappings=parts.mappings,
        archive=parts.archive,
        runs=parts.runs,
        leases=parts.leases,
        starter=parts.starter,
    )
    body = {"run_id": run.run_id, "resend_of": run.again.run_id, "message": TOLD}
    return Answer(202, body, note=run_note("resend_requested", run.run_id))


def _read_audit(request: Request) -> Answer:
    audit = bootstrap.configuration().audit
    return Answer(200, read_audit(request.connection_id, request.query, audit=audit))


WATCH_SCHEDULES = "watch_schedules"
ONE_RUN = "/connections/{connection_id}/exports/{run_id}"


def _read_openapi(_request: Request) -> Answer:
    return Answer(200, bootstrap.openapi())


ROUTES = (
    Route("GET", "/me", None, _who_am_i),
    Route("GET", "/programs", Permission.READ, _list_programs),
    Route("GET", "/connections", Permission.READ, _list_connections),
    Route("POST", "/connections", Permission.CONFIGURE, _create_connection),
    Route("GET", "/connections/{connection_id}", Permission.READ, _read_connection),
    Route("PUT", "/connections/{connection_id}", Permission.CONFIGURE, _change_connection),
    Route("DELETE", "/connections/{connection_id}", Permission.CONFIGURE, _remove_connection),
    Route("GET", "/connections/{connection_id}/mapping", Permission.READ, _read_mapping),
    Route("PUT", "/connections/{connection_id}/mapping", Permission.CONFIGURE, _save_mapping),
    Route("GET", "/connections/{connection_id}/mapping/versions", Permission.READ, _list_versions),
    Route(
        "GET",
        "/connections/{connection_id}/mapping/versions/{version}",
        Permission.READ,
        _read_version,
    ),
    Route(
        "POST",
        "/connections/{connection_id}/mapping/versions/{version}/restore",
        Permission.CONFIGURE,
        _restore_mapping,
    ),
    Route(
        "POST", "/connections/{connection_id}/mapping/preview", Permission.READ, _preview_mapping
    ),
    Route(
        "POST", "/connections/{connection_id}/mapping/convert", Permission.READ, _convert_mapping
    ),
    Route("GET", "/openapi.json", None, _read_openapi, public=True),
    Route("GET", "/mappings", Permission.READ, _list_ready_made),
    Route("GET", "/mappings/{name}", Permission.READ, _read_ready_made),
    Route("GET", "/connections/{connection_id}/fields", Permission.READ, _list_fields),
    Route("GET", "/connections/{connection_id}/status", Permission.READ, _read_status),
    Route("GET", "/connections/{connection_id}/registrations", Permission.READ, _list_students),
    Route(
        "GET",
        "/connections/{connection_id}/registrations/{school_year}/{student_id}",
        Permission.READ,
        _read_receipt,
    ),
    Route("GET", "/connections/{connection_id}/students", Permission.READ, _search_students),
    Route("GET", "/connections/{connection_id}/check", Permission.READ, _last_check),
    Route("POST", "/connections/{connection_id}/check", Permission.RUN_EXPORTS, _check_connection),
    Route(
        "POST",
        "/connections/{connection_id}/test-record",
        Permission.RUN_EXPORTS,
        _send_test_record,
    ),
    Route("POST", "/connections/{connection_id}/erasures", Permission.CONFIGURE, _request_erasure),
    Route("GET", "/connections/{connection_id}/schedule", Permission.READ, _read_schedule),
    Route("PUT", "/connections/{connection_id}/schedule", Permission.CONFIGURE, _set_schedule),
    Route(
        "POST", "/connections/{connection_id}/schedule/preview", Permission.READ, _preview_schedule
    ),
    Route("GET", "/connections/{connection_id}/audit", Permission.READ, _read_audit),
    Route("GET", "/connections/{connection_id}/exports", Permission.READ, _list_exports),
    Route("POST", "/connections/{connection_id}/exports", Permission.RUN_EXPORTS, _request_export),
    Route("GET", ONE_RUN, Permission.READ, _read_export),
    Route("GET", f"{ONE_RUN}/files/{{school_year}}/{{name}}", Permission.READ, _link_file),
    Route("POST", f"{ONE_RUN}/resend", Permission.RUN_EXPORTS, _resend),
    Route("POST", f"{ONE_RUN}/cancel", Permission.RUN_EXPORTS, _cancel_export),
    Route("POST", f"{ONE_RUN}/confirm", Permission.RUN_EXPORTS, _confirm_export),
)
