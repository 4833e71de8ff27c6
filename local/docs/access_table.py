"""The table of who may use which route on whose connection, from the routes and `domain/access`.

tests/functional/test_access_table.py tries each cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from registration_sync.api import Route
from registration_sync.domain.access import (
    ALL_DISTRICTS,
    SCOPES,
    Caller,
    ConnectionAccess,
    Permission,
    Program,
    Standing,
    authorize,
    authorize_creation,
    authorize_operator,
    caller_from_claims,
    may_manage,
    require,
)
from registration_sync.domain.errors import AccessDenied

NORTH = ConnectionAccess("north", "north", frozenset({"enroll", "elsewhere", "legacy"}))
"""The connection that is asked for: of the district north, for three programs."""

OF_NORTH = Standing("limited-access", frozenset({"north"}))
"""The person that is asked for. For those who may not manage the person, there is none: 404."""

YES, OWN, NO = "yes", "own", "–"

LISTS = {
    ("GET", "/connections"),
    ("GET", "/overview"),
    ("POST", "/connections"),
    ("POST", "/registrations"),
    ("GET", "/people"),
    ("POST", "/people"),
    ("GET", "/people/audit"),
}
"""The routes without a connection or a person in the path that show, create or use some: each
caller's own."""


def _person(*groups: str) -> Mapping[str, str]:
    return {"token_use": "access", "username": "ada", "cognito:groups": ",".join(groups)}


def _program(client_id: str, *scopes: str) -> Mapping[str, str]:
    return {"token_use": "access", "client_id": client_id, "scope": " ".join(scopes)}


@dataclass(frozen=True, slots=True)
class Column:
    """A caller: a short name, what it stands for, and the claims of the access token."""

    name: str
    meaning: str
    claims: Mapping[str, str]
    districts: tuple[str, ...] | None = (ALL_DISTRICTS,)
    """Of a program: those that it is bound to; None if it was never bound."""


COLUMNS = (
    Column(
        "FA", "Full Access, the connection's district", _person("full-access", "district:north")
    ),
    Column(
        "LA",
        "Limited Access, the connection's district",
        _person("limited-access", "district:north"),
    ),
    Column("FA op", "Full Access, operator", _person("full-access", "operators")),
    Column("LA op", "Limited Access, operator", _person("limited-access", "operators")),
    Column("FA other", "Full Access, another district", _person("full-access", "district:south")),
    Column(
        "LA other", "Limited Access, another district", _person("limited-access", "district:south")
    ),
    Column("FA none", "Full Access, no district", _person("full-access")),
    Column("LA none", "Limited Access, no district", _person("limited-access")),
    Column("no role", "the same district, no role", _person("district:north")),
    Column("op only", "operator, no role", _person("operators")),
    Column("no group", "a person without a group", _person()),
    *(
        Column(
            f"P {scope.removeprefix('sync/')}",
            f"a program that the connection names, bound to its district, with the scope `{scope}`",
            _program("enroll", scope),
        )
        for scope in SCOPES
    ),
    Column("P none", "the same program, without a scope", _program("enroll")),
    Column(
        "P bound elsewhere",
        "a program that the connection names, bound to another district, with all scopes",
        _program("elsewhere", *SCOPES),
        ("south",),
    ),
    Column(
        "P never bound",
        "a program that the connection names since before programs were bound, with all scopes",
        _program("legacy", *SCOPES),
        None,
    ),
    Column(
        "P other", "a program that it does not name, with all scopes", _program("other", *SCOPES)
    ),
)


def cell(route: Route, column: Column) -> str:
    """Whether the caller may use the route: YES, NO, or OWN for its own connections only."""
    caller = caller_from_claims(column.claims)
    if isinstance(caller, Program):
        bound = column.districts
        caller = replace(caller, districts=None if bound is None else frozenset(bound))
    if route.permission is None:
        return YES
    if route.programs_only and caller.kind != "program":
        return NO
    try:
        require(caller, route.permission)
        if route.operators_only:
            authorize_operator(caller)
    except AccessDenied:
        return NO
    is_list = (route.method, route.resource) in LISTS
    about_people = route.permission is Permission.MANAGE_PEOPLE
    if "{connection_id}" not in route.resource and not is_list and not about_people:
        return YES
    return YES if _is_theirs(route, caller) else OWN if is_list else NO


def _is_theirs(route: Route, caller: Caller) -> bool:
    """Whether the caller has the permission on the connection, or the person, of north."""
    if route.permission is Permission.MANAGE_PEOPLE:
        return may_manage(caller, OF_NORTH)
    is_creation = (route.method, route.resource) == ("POST", "/connections")
    try:
        if is_creation:
            authorize_creation(caller, NORTH)
        authorize(caller, route.permission or Permission.READ, NORTH)
    except AccessDenied:
        return False
    return True


def access_table(routes: list[Route]) -> str:
    """The legend and the table."""
    legend = [f"- **{column.name}**: {column.meaning}" for column in COLUMNS]
    rows = [
        f"| below `/v1` | {' | '.join(column.name for column in COLUMNS)} |",
        f"| --- |{' --- |' * len(COLUMNS)}",
    ]
    for route in routes:
        cells = " | ".join(cell(route, column) for column in COLUMNS)
        rows.append(f"| `{route.method} {route.resource}` | {cells} |")
    count = len(routes) * len(COLUMNS)
    refused = "\n".join(rows).count(f" {NO} ")
    tried = f"{count} requests are tried, of which {refused} are refused."
    return "\n".join([*legend, "", tried, "", *rows])
