"""Runs of any kind: asked for, followed, decided on, sent again."""

import datetime as dt
import secrets

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.audit import run_note
from registration_sync.domain.runs.run import Run
from registration_sync.domain.runs.run_id import new_run_id
from registration_sync.use_cases.runs.cancel_run import cancel_run
from registration_sync.use_cases.runs.confirm_run import confirm_run
from registration_sync.use_cases.runs.link_file import link_file
from registration_sync.use_cases.runs.list_runs import list_runs
from registration_sync.use_cases.runs.read_run import read_run
from registration_sync.use_cases.runs.request_check import request_check, request_test_record
from registration_sync.use_cases.runs.request_erasure import TOLD as ERASURE_TOLD
from registration_sync.use_cases.runs.request_erasure import request_erasure
from registration_sync.use_cases.runs.request_export import request_export
from registration_sync.use_cases.runs.request_resend import TOLD, request_resend
from registration_sync.use_cases.runs.start_run import NewRun


def _new(request: Request) -> NewRun:
    """The run that this request asks for."""
    deps, now = configuration_function.dependencies(), dt.datetime.now(dt.UTC)
    return NewRun(
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        runs=deps.runs,
        leases=deps.leases,
        starter=deps.starter,
    )


def _started(run: Run, action: str) -> Answer:
    return Answer(202, {"run_id": run.run_id}, note=run_note(action, run.run_id))


def _check_connection(request: Request) -> Answer:
    connections = configuration_function.dependencies().connections
    run = request_check(request.connection_id, connections=connections, new=_new(request))
    return _started(run, "check_requested")


def _send_test_record(request: Request) -> Answer:
    connections = configuration_function.dependencies().connections
    run = request_test_record(
        request.connection_id, request.json(), connections=connections, new=_new(request)
    )
    return _started(run, "test_record_requested")


def _request_erasure(request: Request) -> Answer:
    connections = configuration_function.dependencies().connections
    run = request_erasure(
        request.connection_id, request.json(), connections=connections, new=_new(request)
    )
    # Who is erased stands in the pending run alone, and there until it is done.
    body = {"run_id": run.run_id, "message": ERASURE_TOLD}
    return Answer(202, body, note=run_note("erasure_requested", run.run_id))


def _list_exports(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    page = list_runs(
        request.connection_id,
        request.query,
        connections=deps.connections,
        runs=deps.runs,
        leases=deps.leases,
        now=dt.datetime.now(dt.UTC),
    )
    return Answer(200, page)


def _request_export(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    run = request_export(
        request.connection_id,
        request.json(),
        connections=deps.connections,
        mappings=deps.mappings,
        new=_new(request),
        permissions=request.caller.permissions,
    )
    return _started(run, f"{run.kind}_requested")


def _read_export(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    run = read_run(
        request.connection_id,
        request.path["run_id"],
        runs=deps.runs,
        leases=deps.leases,
        now=dt.datetime.now(dt.UTC),
    )
    return Answer(200, run)


def _cancel_export(request: Request) -> Answer:
    runs, run_id = configuration_function.dependencies().runs, request.path["run_id"]
    before = runs.find(request.connection_id, run_id)
    run = cancel_run(
        request.connection_id,
        run_id,
        cancelled_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        runs=runs,
    )
    return Answer(200, run, note=None if run == before else run_note("export_cancelled", run_id))


def _confirm_export(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    run_id = confirm_run(
        request.connection_id,
        request.path["run_id"],
        confirmed_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        runs=deps.runs,
        leases=deps.leases,
        starter=deps.starter,
    )
    return Answer(202, {"run_id": run_id}, note=run_note("export_confirmed", run_id))


def _link_file(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    link = link_file(
        request.connection_id,
        request.path["run_id"],
        request.path["school_year"],
        request.path["name"],
        runs=deps.runs,
        archive=deps.archive,
        dry_runs=deps.dry_runs,
        now=dt.datetime.now(dt.UTC),
    )
    return Answer(200, link)


def _resend(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    run = request_resend(
        request.connection_id,
        request.path["run_id"],
        request.json(),
        connections=deps.connections,
        mappings=deps.mappings,
        archive=deps.archive,
        new=_new(request),
    )
    body = {"run_id": run.run_id, "resend_of": run.again.run_id, "message": TOLD}
    return Answer(202, body, note=run_note("resend_requested", run.run_id))


ONE_RUN = "/connections/{connection_id}/exports/{run_id}"

ROUTES = (
    Route("POST", "/connections/{connection_id}/check", Permission.RUN_EXPORTS, _check_connection),
    Route(
        "POST",
        "/connections/{connection_id}/test-record",
        Permission.RUN_EXPORTS,
        _send_test_record,
    ),
    Route("POST", "/connections/{connection_id}/erasures", Permission.CONFIGURE, _request_erasure),
    Route("GET", "/connections/{connection_id}/exports", Permission.READ, _list_exports),
    Route("POST", "/connections/{connection_id}/exports", Permission.RUN_EXPORTS, _request_export),
    Route("GET", ONE_RUN, Permission.READ, _read_export),
    Route("GET", f"{ONE_RUN}/files/{{school_year}}/{{name}}", Permission.READ, _link_file),
    Route("POST", f"{ONE_RUN}/resend", Permission.RUN_EXPORTS, _resend),
    Route("POST", f"{ONE_RUN}/cancel", Permission.RUN_EXPORTS, _cancel_export),
    Route("POST", f"{ONE_RUN}/confirm", Permission.RUN_EXPORTS, _confirm_export),
)
