"""Authorization: the only module that decides whether a caller has a permission.

People have a role (a group of the user pool) and districts. Programs have scopes, and a connection
lists the programs that may use it. Does not import pydantic, so that the sync function starts fast.
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
    CONFIGURE = "configure connections"


ROLES: Mapping[str, frozenset[Permission]] = {
    "full-access": frozenset(Permission),
    "limited-access": frozenset({Permission.READ, Permission.RUN_EXPORTS}),
}
"""The permissions of each role, in the districts of the person."""

SCOPES: Mapping[str, Permission] = {
    "sync/registrations.write": Permission.SYNC,
    "sync/exports.run": Permission.RUN_EXPORTS,
    "sync/configuration.write": Permission.CONFIGURE,
    "sync/read": Permission.READ,
}
"""The permission of each scope, on the connections that list the program."""

OPERATORS = "operators"
DISTRICT_GROUP = "district:"


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
    """A person who signed in; an operator belongs to every district."""

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
    """An API client that signed in with its own credentials."""

    client_id: str
    permissions: frozenset[Permission]

    kind = "program"

    @property
    def name(self) -> str:
        return self.client_id


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
        "districts": sorted(caller.districts) if isinstance(caller, Person) else [],
        "is_operator": isinstance(caller, Person) and caller.is_operator,
    }


def require(caller: Caller, permission: Permission) -> None:
    """Raises AccessDenied unless the caller has the permission on at least one connection."""
    if permission in caller.permissions:
        return
    if isinstance(caller, Program):
        scope = next(scope for scope, granted in SCOPES.items() if granted is permission)
        raise AccessDenied(f'This program needs the scope "{scope}".')
    if not caller.permissions:
        raise AccessDenied(
            "You are not in a group of this service: ask for Full Access or Limited Access."
        )
    raise AccessDenied(f"Your role has no right to {permission}: ask for Full Access.")


def authorize(caller: Caller, permission: Permission, access: ConnectionAccess | None) -> None:
    """Raises AccessDenied unless the caller has the permission on this connection.

    `access` is None for a connection that does not exist: people with the permission get NotFound,
    programs the same error as for a connection that does not list them.
    """
    require(caller, permission)
    if isinstance(caller, Program):
        if access is None or caller.client_id not in access.programs:
            raise AccessDenied(
                "The connection does not list this program: "
                'add its client id to the connection\'s "programs".'
            )
    elif access is None:
        raise NotFound("There is no connection with this id.")
    elif not (caller.is_operator or access.district in caller.districts):
        raise AccessDenied("The connection belongs to a district that you are not a member of.")


def may_see(caller: Caller, access: ConnectionAccess) -> bool:
    """Whether the caller may see this connection in a list."""
    try:
        authorize(caller, Permission.READ, access)
    except AccessDenied:
        return False
    return True


def _groups(claim: object) -> frozenset[str]:
    """The groups in the claim: a list, or text such as `a,b` (REST API) or `[a b]` (HTTP API)."""
    if isinstance(claim, str):
        parts: Iterable[object] = re.split(r"[,\s]+", claim.strip().strip("[]"))
    else:
        parts = claim if isinstance(claim, list | tuple) else ()
    return frozenset(str(part).strip().strip('"') for part in parts)
