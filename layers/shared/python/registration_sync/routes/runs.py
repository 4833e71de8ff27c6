"""Runs of any kind: request, list, read, cancel, confirm, send again."""

import datetime as dt
import secrets
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.access_log import Shown, StudentData
from registration_sync.domain.audit import run_note
from registration_sync.domain.fields import Fields
from registration_sync.domain.registrations.registration import parse_school_year
from registration_sync.domain.runs.requests import (
    parse_erasure,
    parse_export,
    parse_resend,
    parse_test_record,
)
from registration_sync.domain.runs.run import Run, RunKind, RunRequest, RunStatus, RunTrigger
from registration_sync.domain.runs.run_id import RUN_ID, new_run_id
from registration_sync.routes.pages import count_that_fits, shortened
from registration_sync.routes.run_bodies import (
    listed_run_body,
    may_see_reach,
    run_body,
    shown_of,
    shown_of_list,
    without_reach,
)
from registration_sync.use_cases.archived.request_resend import replaced_by_resend, request_resend
from registration_sync.use_cases.runs.cancel_run import cancel_run
from registration_sync.use_cases.runs.confirm_run import confirm_run
from registration_sync.use_cases.runs.link_file import link_file
from registration_sync.use_cases.runs.list_runs import MAX_PAGE_SIZE, RunFilter, list_runs
from registration_sync.use_cases.runs.read_run import read_run
from registration_sync.use_cases.runs.request_export import request_export
from registration_sync.use_cases.runs.start_run import RunStarter, request_run

PAGE_SIZE = 20

ERASURE_NOTICE = (
    "The student will be erased from the snapshots, files and runs that this service keeps for "
    "all school years; the run shows when that is done. Not erased: the files on the district's "
    "server, which "
    "belong to the SIS, and the point-in-time backups of the tables, which last 35 days."
)
RESEND_NOTICE = (
    "The files will replace the current files on the server, and may bring older data. Students "
    "ready to send are not affected."
)


def _starter(request: Request) -> RunStarter:
    deps, now = configuration_function.dependencies(), dt.datetime.now(dt.UTC)
    return RunStarter(
        run_id=new_run_id(now, secrets.token_hex(4)),
        requested_by=request.caller.name,
        now=now,
        runs=deps.runs,
        leases=deps.leases,
        starter=deps.starter,
        check_slots=deps.check_slots,
        check_attempts=deps.check_attempts,
    )


def _accepted(run: Run, **more: str | None) -> Answer:
    action = f"{run.kind}_requested"
    return Answer(202, {"run_id": run.run_id, **more}, note=run_note(action, run.run_id))


def _request(request: Request, run_request: RunRequest) -> Run:
    connections = configuration_function.dependencies().connections
    return request_run(
        request.connection_id, run_request, connections=connections, starter=_starter(request)
    )


def _check_connection(request: Request) -> Answer:
    return _accepted(_request(request, RunRequest(RunKind.CHECK)))


def _send_test_record(request: Request) -> Answer:
    return _accepted(_request(request, parse_test_record(request.json())))


def _request_erasure(request: Request) -> Answer:
    # The run names the student only until it is done; the answer and the audit never do.
    return _accepted(_request(request, parse_erasure(request.json())), message=ERASURE_NOTICE)


def _request_export(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    run = request_export(
        request.connection_id,
        parse_export(request.json()),
        connections=deps.connections,
        mappings=deps.mappings,
        sign_ins=deps.sign_ins,
        starter=_starter(request),
        permissions=request.caller.permissions,
    )
    return _accepted(run)


def _resend(request: Request) -> Answer:
    deps, repeated_run_id = configuration_function.dependencies(), request.path["run_id"]
    run = request_resend(
        request.connection_id,
        repeated_run_id,
        parse_resend(request.json(), repeated_run_id),
        connections=deps.connections,
        mappings=deps.mappings,
        sign_ins=deps.sign_ins,
        archive=deps.archive,
        starter=_starter(request),
        permissions=request.caller.permissions,
    )
    return _accepted(run, resend_of=repeated_run_id, message=RESEND_NOTICE)


def _list_exports(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    page = list_runs(
        request.connection_id,
        _filter(request),
        connections=deps.connections,
        runs=deps.runs,
        leases=deps.leases,
        now=dt.datetime.now(dt.UTC),
    )
    bodies = [_seen_by(request, listed_run_body(run)) for run in page.runs]
    items = bodies[: count_that_fits(bodies)]
    following = page.following if len(items) == len(bodies) else items[-1]["run_id"]
    return Answer(200, {"items": items, "next": following}, shown=shown_of_list(items))


def _filter(request: Request) -> RunFilter:
    """From `status`, `kind` and `trigger` (several with commas), `school_year`, `from` and `to`
    (days), `limit`, and `after`: the `next` of the page before."""
    query = Fields.of_query(request.query)
    query.refuse_unknown("status", "kind", "trigger", "school_year", "from", "to", "limit", "after")
    after = query.text("after") or None
    if after and not RUN_ID.fullmatch(after):
        query.add_problem("after", "Enter the value of `next` from the previous page.")
    wanted = RunFilter(
        limit=query.page_limit(PAGE_SIZE, MAX_PAGE_SIZE),
        after=after,
        statuses=_some_of(RunStatus, query, "status"),
        kinds=_some_of(RunKind, query, "kind"),
        triggers=_some_of(RunTrigger, query, "trigger"),
        school_year=query.school_year(),
        first_day=_day(query, "from"),
        last_day=_day(query, "to"),
    )
    query.raise_problems("The filters are not valid.")
    return wanted


def _some_of[T: StrEnum](values: type[T], query: Fields, name: str) -> frozenset[T]:
    names = query.text(name).split(",") if query.text(name) else []
    known = [value.value for value in values]
    if not {*names} <= {*known}:
        query.add_problem(name, f"Enter one or more of {', '.join(known)}.")
        return frozenset()
    return frozenset(map(values, names))


def _day(query: Fields, name: str) -> dt.date | None:
    if not query.text(name):
        return None
    try:
        day = dt.date.fromisoformat(query.text(name))
    except ValueError:
        day = dt.date.max
    if not 2000 <= day.year <= 2999:
        query.add_problem(name, "Enter a day such as 2025-09-15.")
        return None
    return day


def _read_export(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    run = read_run(
        request.connection_id,
        request.path["run_id"],
        runs=deps.runs,
        leases=deps.leases,
        now=dt.datetime.now(dt.UTC),
    )
    replaced = replaced_by_resend(run, connections=deps.connections, deliveries=deps.deliveries)
    body = {**run_body(run), "resend_replaces": [asdict(one) for one in replaced]}
    body = shortened(_seen_by(request, body))
    return Answer(200, body, shown=shown_of(body))


def _seen_by(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    return body if may_see_reach(request.caller) else without_reach(body)


def _cancel_export(request: Request) -> Answer:
    run, is_new = cancel_run(
        request.connection_id,
        request.path["run_id"],
        cancelled_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        runs=configuration_function.dependencies().runs,
    )
    note = run_note("export_cancelled", run.run_id) if is_new else None
    body = shortened(_seen_by(request, run_body(run)))
    return Answer(200, body, note=note, shown=shown_of(body))


def _confirm_export(request: Request) -> Answer:
    deps, run_id = configuration_function.dependencies(), request.path["run_id"]
    confirm_run(
        request.connection_id,
        run_id,
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
        parse_school_year(request.path["school_year"]),
        request.path["name"],
        runs=deps.runs,
        archive=deps.archive,
        dry_runs=deps.dry_runs,
        now=dt.datetime.now(dt.UTC),
    )
    expires_at = link.expires_at.isoformat(timespec="seconds")
    body = {"url": link.url, "expires_at": expires_at}
    return Answer(200, body, shown=Shown(StudentData.FILE, link.rows))


ONE = "/connections/{connection_id}"
ONE_RUN = f"{ONE}/exports/{{run_id}}"

ROUTES = (
    Route("POST", f"{ONE}/check", Permission.RUN_EXPORTS, _check_connection),
    Route("POST", f"{ONE}/test-record", Permission.RUN_EXPORTS, _send_test_record),
    Route("POST", f"{ONE}/erasures", Permission.CONFIGURE, _request_erasure),
    Route("GET", f"{ONE}/exports", Permission.READ, _list_exports),
    Route("POST", f"{ONE}/exports", Permission.RUN_EXPORTS, _request_export),
    Route("GET", ONE_RUN, Permission.READ, _read_export),
    Route(
        "GET",
        f"{ONE_RUN}/files/{{school_year}}/{{name}}",
        Permission.READ,
        _link_file,
    ),
    Route("POST", f"{ONE_RUN}/resend", Permission.RUN_EXPORTS, _resend),
    Route("POST", f"{ONE_RUN}/cancel", Permission.RUN_EXPORTS, _cancel_export),
    Route("POST", f"{ONE_RUN}/confirm", Permission.OVERRIDE, _confirm_export),
)
