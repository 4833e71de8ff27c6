"""Authorization: the only module that decides whether a caller has a permission.

People have a role (a group of the user pool) and districts. Programs have scopes and the districts
that an operator has bound them to, and a connection lists the programs that may use it. Does not
import pydantic, so that the sync function starts fast.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registration_sync.domain.errors import AccessDenied, NotFound


class Permission(StrEnum):
    """A permission that a route requires; the value completes "the right to …"."""

    READ = "read"
    SYNC = "sync registrations"
    RUN_EXPORTS = "run exports"
    OVERRIDE = "override the safety checks"
    CONFIGURE = "configure connections"
    MANAGE_PEOPLE = "manage people"


ROLES: Mapping[str, frozenset[Permission]] = {
    "full-access": frozenset(Permission),
    "limited-access": frozenset({Permission.READ, Permission.RUN_EXPORTS}),
}
"""The permissions of each role, in the districts of the person."""

SCOPES: Mapping[str, frozenset[Permission]] = {
    "sync/registrations.write": frozenset({Permission.SYNC}),
    "sync/exports.run": frozenset({Permission.RUN_EXPORTS}),
    "sync/configuration.write": frozenset({Permission.CONFIGURE, Permission.OVERRIDE}),
    "sync/read": frozenset({Permission.READ}),
}
"""The permissions of each scope, on the connections that list the program. To configure includes
to override the safety checks: a caller that may turn guards off in the settings gains nothing by
it. No scope is for people."""

ALL_DISTRICTS = "*"
"""In the districts of a program: every district."""

OPERATORS = "operators"
DISTRICT_GROUP = "district:"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person's groups give: a role, one of ROLES or "" for none, and districts."""

    role: str = ""
    districts: frozenset[str] = frozenset()
    is_operator: bool = False

    @property
    def groups(self) -> frozenset[str]:
        """The groups that give this standing."""
        names = [self.role] if self.role else []
        names += [f"{DISTRICT_GROUP}{name}" for name in self.districts]
        return frozenset(names + [OPERATORS] * self.is_operator)


def standing_of(groups: Iterable[str]) -> Standing:
    """The standing that the groups give; of two roles the first of ROLES counts."""
    names = frozenset(groups)
    return Standing(
        next((role for role in ROLES if role in names), ""),
        frozenset(
            name.removeprefix(DISTRICT_GROUP)
            for name in names
            if name.startswith(DISTRICT_GROUP) and name != DISTRICT_GROUP
        ),
        OPERATORS in names,
    )


def standing_groups(groups: Iterable[str]) -> frozenset[str]:
    """Those of the groups that give a standing; Cognito makes others by itself."""
    return frozenset(
        name
        for name in groups
        if name in ROLES or name == OPERATORS or name.startswith(DISTRICT_GROUP)
    )


@dataclass(frozen=True, slots=True)
class ConnectionAccess:
    """The part of a connection that authorization and syncs need; `programs` are client ids, and
    `takes` is the JSON of the registrations that it takes, "" for all."""

    connection_id: str
    district: str
    programs: frozenset[str]
    takes: str = ""
    being_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person who signed in; an operator belongs to every district. `sub` is the id that the user
    pool gives to no other person, even if the name is used again."""

    username: str
    permissions: frozenset[Permission]
    districts: frozenset[str]
    is_operator: bool
    sub: str = ""

    kind = "person"

    @property
    def name(self) -> str:
        return self.username


@dataclass(frozen=True, slots=True)
class Program:
    """An API client that signed in with its own credentials. `districts` are those that an operator
    has bound it to, or ALL_DISTRICTS; None for a program that was never bound: it reaches the
    connections that list it, and creates none."""

    client_id: str
    permissions: frozenset[Permission]
    districts: frozenset[str] | None = None

    kind = "program"

    @property
    def name(self) -> str:
        return self.client_id

    @property
    def sub(self) -> str:
        return self.client_id


@dataclass(frozen=True, slots=True)
class BoundProgram:
    """A program as an operator has bound it; without any of the sorted `districts` it reaches
    nothing. `name` is what people know it by."""

    client_id: str
    name: str
    districts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "client_id": self.client_id,
            "name": self.name,
            "districts": list(self.districts),
        }


def is_bound(districts: frozenset[str] | None, district: str) -> bool:
    """Whether a program with these districts, as in Program, is bound to this district."""
    return districts is not None and not districts.isdisjoint({ALL_DISTRICTS, district})


type Caller = Person | Program


def caller_from_claims(claims: Mapping[str, object]) -> Caller:
    """The caller, from the claims of a Cognito access token that the gateway has validated.

    Only a person's token has a `username`. Ignores the scopes of people and the groups of
    programs. Raises AccessDenied for any other token.
    """
    if claims.get("token_use", "access") != "access":
        raise AccessDenied("Send the access token, not the id token.")
    username, client_id = claims.get("username"), claims.get("client_id")
    if isinstance(username, str) and username:
        standing = standing_of(_groups(claims.get("cognito:groups")))
        return Person(
            username=username,
            permissions=ROLES.get(standing.role, frozenset()),
            districts=standing.districts,
            is_operator=standing.is_operator,
            sub=str(claims.get("sub") or ""),
        )
    if username is None and isinstance(client_id, str) and client_id:
        scopes = str(claims.get("scope") or "").split()
        granted = (SCOPES[scope] for scope in scopes if scope in SCOPES)
        return Program(client_id, frozenset[Permission]().union(*granted))
    raise AccessDenied("The token belongs to neither a person nor a program: sign in again.")


NOBODY = Person("", frozenset(), frozenset(), is_operator=False)
"""The caller of a public route."""


def describe(caller: Caller) -> dict[str, Any]:
    """The caller in the shape of the API, for clients that hide what the caller may not do:
    `{"name", "kind", "permissions", "districts", "is_operator"}`."""
    return {
        "name": caller.name,
        "kind": caller.kind,
        "permissions": sorted(permission.name.lower() for permission in caller.permissions),
        "districts": sorted(caller.districts or ()),
        "is_operator": isinstance(caller, Person) and caller.is_operator,
    }


def scope_of(permission: Permission) -> str | None:
    """The scope that gives programs the permission; None if no program may have it."""
    return next((scope for scope, granted in SCOPES.items() if permission in granted), None)


def require(caller: Caller, permission: Permission) -> None:
    """Raises AccessDenied unless the caller has the permission on at least one connection."""
    if permission in caller.permissions:
        return
    if isinstance(caller, Program):
        scope = scope_of(permission)
        if scope is None:
            raise AccessDenied(f"No program has the right to {permission}: sign in as a person.")
        raise AccessDenied(f'This program needs the scope "{scope}".')
    if not caller.permissions:
        raise AccessDenied(
            "You don't have a role in this service: ask for Full Access or Limited Access."
        )
    raise AccessDenied(f"You need Full Access to {permission}: ask a person who has it.")


def authorize(caller: Caller, permission: Permission, access: ConnectionAccess | None) -> None:
    """Raises AccessDenied unless the caller has the permission on this connection.

    `access` is None for a connection that does not exist: people with the permission get NotFound,
    programs the same error as for a connection that does not list them or is of another district.
    """
    require(caller, permission)
    if isinstance(caller, Program):
        if access is None or not _reaches(caller, access):
            raise AccessDenied(
                "The connection does not list this program, or an operator has bound the program "
                'to other districts: add its client id to the connection\'s "programs".'
            )
    elif access is None:
        raise NotFound("There is no connection with this id.")
    elif not (caller.is_operator or access.district in caller.districts):
        raise AccessDenied("This connection belongs to a district that you have no access to.")


def authorize_operator(caller: Caller) -> None:
    """Raises AccessDenied unless the caller is an operator."""
    if not (isinstance(caller, Person) and caller.is_operator):
        raise AccessDenied('Only operators can do this: people in the group "operators".')


def authorize_creation(caller: Caller, access: ConnectionAccess) -> None:
    """Raises AccessDenied unless the caller may create this connection. A program must be bound to
    its district: to be listed by a connection that it makes up itself proves nothing."""
    authorize(caller, Permission.CONFIGURE, access)
    if isinstance(caller, Program) and not is_bound(caller.districts, access.district):
        raise AccessDenied(
            "This program is not bound to the district, so it cannot create connections there: ask "
            "an operator to bind it."
        )


def authorize_change(caller: Caller, before: ConnectionAccess, after: ConnectionAccess) -> None:
    """Raises AccessDenied unless the caller may change the connection this way. The district of a
    connection, and the programs that reach it, are for people to change."""
    for access in (before, after):
        authorize(caller, Permission.CONFIGURE, access)
    if isinstance(caller, Program):
        for name in ("district", "programs"):
            if getattr(before, name) != getattr(after, name):
                raise AccessDenied(
                    f'A program cannot change the "{name}" of a connection: leave it as it is, or '
                    "ask a person of the district with Full Access."
                )


def may(caller: Caller, permission: Permission, access: ConnectionAccess) -> bool:
    """Whether the caller has the permission on this connection."""
    try:
        authorize(caller, permission, access)
    except AccessDenied:
        return False
    return True


def may_manage(caller: Caller, standing: Standing) -> bool:
    """Whether the caller may see, change and remove a person of this standing, or make one: an
    operator everyone, others only people who are wholly within their own districts."""
    if not isinstance(caller, Person) or Permission.MANAGE_PEOPLE not in caller.permissions:
        return False
    if caller.is_operator:
        return True
    within = bool(standing.districts) and standing.districts <= caller.districts
    return within and not standing.is_operator


def may_see(caller: Caller, access: ConnectionAccess) -> bool:
    """Whether the caller may see this connection in a list."""
    return may(caller, Permission.READ, access)


def _reaches(program: Program, access: ConnectionAccess) -> bool:
    """A program that was never bound was listed before programs were bound to districts; only
    people list programs, and since then only bound ones."""
    is_of_district = program.districts is None or is_bound(program.districts, access.district)
    return is_of_district and program.client_id in access.programs


def _groups(claim: object) -> frozenset[str]:
    """The groups in the claim: a list, or text such as `a,b` (REST API) or `[a b]` (HTTP API)."""
    if isinstance(claim, str):
        parts: Iterable[object] = re.split(r"[,\s]+", claim.strip().strip("[]"))
    else:
        parts = claim if isinstance(claim, list | tuple) else ()
    return frozenset(str(part).strip().strip('"') for part in parts)
