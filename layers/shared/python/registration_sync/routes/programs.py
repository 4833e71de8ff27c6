"""Programs: which ones a connection may list, and the districts that operators bind them to."""

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import ALL_DISTRICTS, BoundProgram, Permission
from registration_sync.domain.audit import Note, of_program
from registration_sync.domain.connections.program_binding import CLIENT_ID, parse_binding
from registration_sync.domain.errors import NotFound
from registration_sync.routes.connections import audit_page
from registration_sync.routes.pages import count_that_fits
from registration_sync.use_cases.connections.bind_program import bind_program, programs_seen_by


def _enroll() -> BoundProgram:
    client_id = configuration_function.dependencies().enroll_client
    return BoundProgram(client_id, "SchoolMint Enroll", (ALL_DISTRICTS,))


def _list_programs(request: Request) -> Answer:
    """`{"items": [{"client_id", "name", "districts"}], "next"}`: Enroll first, then by client id;
    `after` is the `next` of the previous page, which ends early if it would be too large."""
    deps, after = configuration_function.dependencies(), request.query.get("after", "")
    enroll = _enroll()
    seen = [
        one.to_json()
        for one in programs_seen_by(request.caller, enroll=enroll, programs=deps.programs)
        if not after or (one != enroll and one.client_id > after)
    ]
    items = seen[: count_that_fits(seen)]
    following = items[-1]["client_id"] if len(items) < len(seen) else None
    return Answer(200, {"items": items, "next": following})


def _bind_program(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    wanted = parse_binding(request.path["client_id"], request.json())
    changes = bind_program(wanted, enroll=_enroll(), programs=deps.programs)
    note = Note("program_bound", changes, of_program(wanted.client_id)) if changes else None
    return Answer(200, wanted.to_json(), note=note)


def _read_program_audit(request: Request) -> Answer:
    client_id = request.path["client_id"]
    if not CLIENT_ID.fullmatch(client_id):
        raise NotFound("There is no program of this client id.")
    return audit_page(request, of_program(client_id))


ONE = "/programs/{client_id}"

ROUTES = (
    Route("GET", "/programs", Permission.READ, _list_programs),
    Route("PUT", ONE, Permission.CONFIGURE, _bind_program, operators_only=True),
    Route("GET", f"{ONE}/audit", Permission.READ, _read_program_audit, operators_only=True),
)
