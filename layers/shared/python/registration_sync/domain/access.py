"""The one place that decides who may do what.

People have a role (a group of the user pool) and districts; programs have scopes and are named by
the connections they may use. Free of pydantic: the sync function authorises without loading it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registration_sync.domain.errors import AccessDenied, NotFound


class Permission(StrEnum):
    """What a route demands; the value completes "the right to …". A preview is a read."""

    READ = "read"
    SYNC = "sync registrations"
    RUN_EXPORTS = "run exports"
    CONFIGURE = "configure connections"


ROLES: Mapping[str, frozenset[Permission]] = {
    "full-access": frozenset(Permission),
    "limited-access": frozenset({Permission.READ, Permission.RUN_EXPORTS}),
}
"""What a group of the user pool may do, in the districts its member has."""

SCOPES: Mapping[str, Permission] = {
    "sync/registrations.write": Permission.SYNC,
    "sync/exports.run": Permission.RUN_EXPORTS,
    "sync/configuration.write": Permission.CONFIGURE,
    "sync/read": Permission.READ,
}
"""What a scope of a program's token permits, on the connections that name the program."""

OPERATORS = "operators"
DISTRICT_GROUP = "district:"


@dataclass(frozen=True, slots=True)
class ConnectionAccess:
    """All of a connection that a decision needs; `programs` are client ids."""

    connection_id: str
    district: str
    programs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in; an operator belongs to every district."""

    username: str
    permissions: frozenset[Permission]
    districts: frozenset[str]
    is_operator: bool

    kind = "person"

    @property
    def name(self) -> str:
        return self.username


@dataclass(frozen=True, slots=True)
class Program:
    """A client of the API that signed in with its own credentials."""

    client_id: str
    permissions: frozenset[Permission]

    kind = "program"

    @property
    def name(self) -> str:
        return self.client_id


type Caller = Person | Program


def caller_from_claims(claims: Mapping[str, object]) -> Caller:
    """Who calls, from the claims of a Cognito access token that the gateway has checked.

    Only people's tokens have a `username`; their scopes count for nothing, and a program's
    groups neither. Raises AccessDenied for any other token.
    """
    if claims.get("token_use", "access") != "access":
        raise AccessDenied("Send the access token, not the id token.")
    username, client_id = claims.get("username"), claims.get("client_id")
    if isinstance(username, str) and username:
        groups = _groups(claims.get("cognito:groups"))
        return Person(
            username=username,
            permissions=frozenset[Permission]().union(
                *(permissions for role, permissions in ROLES.items() if role in groups)
            ),
            districts=frozenset(
                group.removeprefix(DISTRICT_GROUP)
                for group in groups
                if group.startswith(DISTRICT_GROUP) and group != DISTRICT_GROUP
            ),
            is_operator=OPERATORS in groups,
        )
    if username is None and isinstance(client_id, str) and client_id:
        scopes = str(claims.get("scope") or "").split()
        return Program(client_id, frozenset(SCOPES[scope] for scope in scopes if scope in SCOPES))
    raise AccessDenied("The token names neither a person nor a program: sign in again.")


NOBODY = Person("", frozenset(), frozenset(), is_operator=False)
"""Who calls a route that is open to everyone."""


def describe(caller: Caller) -> dict[str, Any]:
    """Who somebody is and what they may do, for programs that show only what is allowed:
    `{"name", "kind", "permissions", "districts", "is_operator"}`."""
    return {
        "name": caller.name,
        "kind": caller.kind,
        "permissions": sorted(permission.name.lower() for permission in caller.permissions),
        "districts": sorted(caller.districts) if isinstance(caller, Person) else [],
        "is_operator": isinstance(caller, Person) and caller.is_operator,
    }


def require(caller: Caller, permission: Permission) -> None:
    """Raises AccessDenied unless the caller holds the permission on some connection at least."""
    if permission in caller.permissions:
        return
    if isinstance(caller, Program):
        scope = next(scope for scope, granted in SCOPES.items() if granted is permission)
        raise AccessDenied(f'This program needs the scope "{scope}".')
    if not caller.permissions:
        raise AccessDenied(
            "You are in no group of this service: ask for Full Access or Limited Access."
        )
    raise AccessDenied(f"Your role has no right to {permission}: ask for Full Access.")


def authorise(caller: Caller, permission: Permission, access: ConnectionAccess | None) -> None:
    """Raises AccessDenied unless the caller holds the permission on this connection.

    `access` None is a connection that does not exist: NotFound for people with the permission,
    while a program learns no more than of a connection that does not name it.
    """
    require(caller, permission)
    if isinstance(caller, Program):
        if access is None or caller.client_id not in access.programs:
            raise AccessDenied(
                "The connection does not name this program: "
                'its client id has to be in the connection\'s "programs".'
            )
    elif access is None:
        raise NotFound("There is no connection of this id.")
    elif not (caller.is_operator or access.district in caller.districts):
        raise AccessDenied("The connection belongs to a district that you are not a member of.")


def may_see(caller: Caller, access: ConnectionAccess) -> bool:
    """Whether a list shows this connection to the caller."""
    try:
        authorise(caller, Permission.READ, access)
    except AccessDenied:
        return False
    return True


def _groups(claim: object) -> frozenset[str]:
    """The groups of the claim: a list, or its text as `a,b` (REST API) or `[a b]` (HTTP API)."""
    if isinstance(claim, str):
        parts: Iterable[object] = re.split(r"[,\s]+", claim.strip().strip("[]"))
    else:
        parts = claim if isinstance(claim, list | tuple) else ()
    return frozenset(str(part).strip().strip('"') for part in parts)
