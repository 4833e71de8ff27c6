"""Connections: settings, overview, status, check and audit; the caller, the API's description."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.bootstrap.workspace import workspace
from registration_sync.domain.access import Permission, describe, may_see
from registration_sync.domain.audit import Note, SettingChange, note_of
from registration_sync.domain.connections.checked_settings import SIGN_IN
from registration_sync.domain.connections.connection import (
    Connection,
    DeliveryMethod,
    parse_connection,
)
from registration_sync.domain.connections.deletion import parse_grace_days
from registration_sync.domain.connections.saved_secrets import sign_in_body
from registration_sync.domain.connections.setup import setup_body
from registration_sync.domain.errors import NotFound
from registration_sync.domain.fields import Fields
from registration_sync.routes.pages import count_that_fits
from registration_sync.routes.run_bodies import (
    NOT_REACHED,
    REACH_STEPS,
    listed_run_body,
    may_see_reach,
)
from registration_sync.use_cases.connections.change_connection import change_connection
from registration_sync.use_cases.connections.create_connection import create_connection
from registration_sync.use_cases.connections.delete_connection import (
    delete_connection,
    take_back_deletion,
)
from registration_sync.use_cases.runs.overview import ConnectionFacts, read_overview
from registration_sync.use_cases.students.read_status import read_status

AUDIT_PAGE_SIZE, MAX_AUDIT_PAGE_SIZE = 20, 100
OVERVIEW_PAGE_SIZE = 100
SHOWN_SETTINGS = (
    "connection_id",
    "name",
    "district",
    "time_zone",
    "sis",
    "delivery",
    "host",
    "port",
    "username",
)
"""By which people know a connection in a list."""


def _who_am_i(request: Request) -> Answer:
    return Answer(200, describe(request.caller))


def _list_connections(request: Request) -> Answer:
    """`{"items": […], "next"}` by id; a page ends early if it would be too large."""
    after = request.query.get("after", "")
    connections = configuration_function.dependencies().connections.all()
    visible = [
        _body(item)
        for item in connections
        if item.connection_id > after and may_see(request.caller, item.access)
    ]
    items = visible[: count_that_fits(visible)]
    following = items[-1]["connection_id"] if len(items) < len(visible) else None
    return Answer(200, {"items": items, "next": following})


def _read_overview(request: Request) -> Answer:
    """`{"items": […], "next"}`: the facts of each connection that the caller may see, by id;
    `after` is the `next` of the previous page. `connections`: only those of these ids, with commas
    between them."""
    fields = Fields.of_query(request.query).refuse_unknown("limit", "after", "connections")
    limit = fields.page_limit(OVERVIEW_PAGE_SIZE, OVERVIEW_PAGE_SIZE)
    fields.raise_problems("The overview was not read.")
    deps, after = configuration_function.dependencies(), fields.text("after")
    asked = set(filter(None, fields.text("connections").split(",")))
    visible = [
        item
        for item in deps.connections.all()
        if item.connection_id > after
        and (not asked or item.connection_id in asked)
        and may_see(request.caller, item.access)
    ]
    facts = read_overview(
        visible[:limit],
        schedules=deps.schedules,
        runs=deps.runs,
        leases=deps.leases,
        due_counts=deps.due_counts,
        now=dt.datetime.now(dt.UTC),
    )
    items = list(map(_facts_body, facts))
    items = items[: count_that_fits(items)]
    following = items[-1]["connection_id"] if len(items) < len(visible) else None
    return Answer(200, {"items": items, "next": following})


def _facts_body(facts: ConnectionFacts) -> dict[str, Any]:
    """`due`, `held` and `at_least` are null if the students could not be counted."""
    connection, uncounted = facts.connection, {"due": None, "held": None, "at_least": None}
    settings = connection.to_json()
    return {
        **{name: settings[name] for name in SHOWN_SETTINGS},
        "last_export": listed_run_body(facts.last_export) if facts.last_export else None,
        **(asdict(facts.students) if facts.students else uncounted),
        "overdue": facts.overdue,
        "scheduled": facts.scheduled,
        "paused_until": facts.paused_until and facts.paused_until.isoformat(),
        "setup": facts.setup,
        "next_export": facts.next_export and facts.next_export.isoformat(),
        "unavailable": list(facts.unavailable),
        **_deletion_of(connection),
    }


def _body(connection: Connection) -> dict[str, Any]:
    return {**connection.to_json(), **_deletion_of(connection)}


def _deletion_of(connection: Connection) -> dict[str, Any]:
    """`deletion` only for a connection that is being deleted."""
    return {"deletion": connection.deletion.to_json()} if connection.deletion else {}


def _create_connection(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    connection, credentials = parse_connection(request.json())
    changes = create_connection(
        connection,
        credentials,
        caller=request.caller,
        now=dt.datetime.now(dt.UTC),
        connections=deps.connections,
        mappings=deps.mappings,
        secrets=deps.secrets,
        programs=deps.programs,
        sign_ins=deps.sign_ins,
    )
    note = Note("connection_created", changes, connection.connection_id)
    return Answer(201, connection.to_json(), note=note)


def _read_connection(request: Request) -> Answer:
    """The settings, `setup` (see `setup_body`) and `sign_in` (see `sign_in_body`)."""
    deps = configuration_function.dependencies()
    connection = deps.connections.get(request.connection_id)
    schedule = deps.schedules.get(request.connection_id) if connection.setup else None
    shown = _body(connection) | {"setup": setup_body(connection.setup, schedule)}
    if connection.delivery is DeliveryMethod.SFTP:
        in_use = deps.public_keys.get(request.connection_id).in_use
        _, refused_at = deps.check_attempts.refused(request.connection_id)
        shown["sign_in"] = sign_in_body(connection.saved_secrets, in_use, refused_at)
    return Answer(200, shown)


def _change_connection(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    connection, credentials = parse_connection(request.json(), request.connection_id)
    changes = change_connection(
        connection,
        credentials,
        caller=request.caller,
        now=dt.datetime.now(dt.UTC),
        connections=deps.connections,
        mappings=deps.mappings,
        secrets=deps.secrets,
        programs=deps.programs,
        public_keys=deps.public_keys,
        sign_ins=deps.sign_ins,
    )
    if not SIGN_IN.isdisjoint(change.field for change in changes):
        deps.check_attempts.forget_refused(request.connection_id)
    return Answer(200, connection.to_json(), note=note_of("connection_changed", changes))


def _delete_connection(request: Request) -> Answer:
    fields = Fields.of_query(request.query).refuse_unknown("grace_days")
    fields.raise_problems("The connection was not deleted.")
    deps = configuration_function.dependencies()
    deletion = delete_connection(
        request.connection_id,
        grace_days=parse_grace_days(request.query.get("grace_days")),
        requested_by=request.caller.name,
        now=dt.datetime.now(dt.UTC),
        deletions=deps.deletions,
        purge_schedule=deps.purge_schedule,
    )
    purge_at = SettingChange("purge_at", None, deletion.to_json()["purge_at"])
    return Answer(204, note=Note("connection_deleted", (purge_at,)))


def _take_back_deletion(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    was_deleted = take_back_deletion(
        request.connection_id, deletions=deps.deletions, purge_schedule=deps.purge_schedule
    )
    note = Note("deletion_taken_back") if was_deleted else None
    return Answer(200, _body(deps.connections.get(request.connection_id)), note=note)


def _read_status(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    with workspace("configuration") as folder:
        years = read_status(
            request.connection_id,
            snapshots=deps.snapshots,
            archive=deps.archive,
            workspace=folder,
        )
    body = {"connection_id": request.connection_id, "years": [asdict(year) for year in years]}
    return Answer(200, body)


def _last_check(request: Request) -> Answer:
    outcome = configuration_function.dependencies().connections.last_check(request.connection_id)
    if outcome is None:
        raise NotFound("This connection was not checked since it was last changed.")
    steps = outcome["steps"]
    failed = any(steps.get(name) == "failed" for name in REACH_STEPS)
    if failed and not may_see_reach(request.caller):
        unseen = {name: "failed" if name in REACH_STEPS else "skipped" for name in steps}
        outcome = {**outcome, "message": NOT_REACHED, "steps": unseen}
    return Answer(200, outcome)


def _read_audit(request: Request) -> Answer:
    return audit_page(request, request.connection_id)


def audit_page(request: Request, audited: str) -> Answer:
    """`{"items": [{"at", "by", "action", "changes", "request_id"}], "next"}`, the newest first;
    `after` is the `next` of the previous page. `audited` is a connection id, or as in a Note."""
    fields = Fields.of_query(request.query)
    limit = fields.page_limit(AUDIT_PAGE_SIZE, MAX_AUDIT_PAGE_SIZE)
    fields.raise_problems("The audit was not read.")
    audit = configuration_function.dependencies().audit
    entries, following = audit.newest(audited, limit, fields.text("after") or None)
    return Answer(200, {"items": [entry.to_json() for entry in entries], "next": following})


def _read_access_log(request: Request) -> Answer:
    """`{"items": [{"at", "by", "sub", "caller", "kind", "students", "route", "run_id",
    "request_id"}], "next"}`, the newest first; `after` is the `next` of the previous page."""
    fields = Fields.of_query(request.query).refuse_unknown("limit", "after")
    limit = fields.page_limit(AUDIT_PAGE_SIZE, MAX_AUDIT_PAGE_SIZE)
    fields.raise_problems("The access log was not read.")
    log, after = configuration_function.dependencies().audit, fields.text("after") or None
    entries, following = log.newest_access(request.connection_id, limit, after)
    return Answer(200, {"items": [entry.to_json() for entry in entries], "next": following})


def _read_openapi(_request: Request) -> Answer:
    return Answer(200, configuration_function.openapi())


ROUTES = (
    Route("GET", "/me", None, _who_am_i),
    Route("GET", "/overview", Permission.READ, _read_overview),
    Route("GET", "/connections", Permission.READ, _list_connections),
    Route("POST", "/connections", Permission.CONFIGURE, _create_connection),
    Route("GET", CONNECTION, Permission.READ, _read_connection),
    Route("PUT", CONNECTION, Permission.CONFIGURE, _change_connection),
    Route("DELETE", CONNECTION, Permission.CONFIGURE, _delete_connection, while_deleted=True),
    Route(
        "POST",
        f"{CONNECTION}/restore",
        Permission.CONFIGURE,
        _take_back_deletion,
        while_deleted=True,
    ),
    Route("GET", "/openapi.json", None, _read_openapi, public=True),
    Route("GET", f"{CONNECTION}/status", Permission.READ, _read_status),
    Route("GET", f"{CONNECTION}/check", Permission.READ, _last_check),
    Route("GET", f"{CONNECTION}/audit", Permission.READ, _read_audit),
    Route(
        "GET",
        f"{CONNECTION}/access-log",
        Permission.CONFIGURE,
        _read_access_log,
        while_deleted=True,
    ),
)
