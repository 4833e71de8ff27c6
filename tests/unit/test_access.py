"""Every cell of the access table."""

import pytest

from registration_sync.domain.access import (
    Caller,
    ConnectionAccess,
    Permission,
    authorize,
    caller_from_claims,
    describe,
    may_see,
    require,
)
from registration_sync.domain.errors import AccessDenied, NotFound

NORTH = ConnectionAccess("north-powerschool", "north", frozenset({"enroll"}))
ALL = set(Permission)
OF_PROGRAMS = ALL - {Permission.MANAGE_PEOPLE}
VIEW = {Permission.READ, Permission.RUN_EXPORTS}


def person(*groups: str, **claims: object) -> Caller:
    return caller_from_claims({"username": "ada", "cognito:groups": ",".join(groups), **claims})


def program(client_id: str, *scopes: str) -> Caller:
    return caller_from_claims({"client_id": client_id, "scope": " ".join(scopes)})


EVERY_SCOPE = (
    "sync/registrations.write",
    "sync/exports.run",
    "sync/configuration.write",
    "sync/read",
)

TABLE = [
    ("full access, own district", person("full-access", "district:north"), ALL),
    ("full access, foreign district", person("full-access", "district:south"), set()),
    ("full access, no district", person("full-access"), set()),
    ("full access, several districts", person("full-access", "district:x", "district:north"), ALL),
    ("full access, operator", person("full-access", "operators"), ALL),
    ("limited access, own district", person("limited-access", "district:north"), VIEW),
    ("limited access, foreign district", person("limited-access", "district:south"), set()),
    ("limited access, operator", person("limited-access", "operators"), VIEW),
    ("both roles", person("limited-access", "full-access", "district:north"), ALL),
    ("district without a role", person("district:north"), set()),
    ("operator without a role", person("operators"), set()),
    ("no group", person(), set()),
    ("a role's name in capitals", person("FULL-ACCESS", "district:north"), set()),
    ("a person with scopes", person("district:north", scope=" ".join(EVERY_SCOPE)), set()),
    ("a program, bound, every scope", program("enroll", *EVERY_SCOPE), OF_PROGRAMS),
    ("a program, bound, registrations", program("enroll", EVERY_SCOPE[0]), {Permission.SYNC}),
    ("a program, bound, exports", program("enroll", EVERY_SCOPE[1]), {Permission.RUN_EXPORTS}),
    (
        "a program, bound, configuration",
        program("enroll", EVERY_SCOPE[2]),
        {Permission.CONFIGURE, Permission.OVERRIDE},
    ),
    ("a program, bound, read", program("enroll", EVERY_SCOPE[3]), {Permission.READ}),
    ("a program, bound, unknown scope", program("enroll", "sync/*", "openid"), set()),
    ("a program, bound, no scope", program("enroll"), set()),
    ("a program, not bound", program("other", *EVERY_SCOPE), set()),
    (
        "a program with groups",
        caller_from_claims({"client_id": "enroll", "cognito:groups": "full-access,operators"}),
        set(),
    ),
]


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize(("who", "caller", "granted"), TABLE, ids=[row[0] for row in TABLE])
def test_each_caller_may_do_exactly_the_actions_in_the_table(
    who: str, caller: Caller, granted: set[Permission], permission: Permission
) -> None:
    if permission in granted:
        authorize(caller, permission, NORTH)
    else:
        with pytest.raises(AccessDenied):
            authorize(caller, permission, NORTH)


@pytest.mark.parametrize(("who", "caller", "granted"), TABLE, ids=[row[0] for row in TABLE])
def test_a_list_shows_the_connections_that_may_be_read(
    who: str, caller: Caller, granted: set[Permission]
) -> None:
    assert may_see(caller, NORTH) is (Permission.READ in granted)


def test_people_with_the_permission_learn_that_a_connection_does_not_exist() -> None:
    for caller in (person("full-access", "operators"), person("full-access", "district:south")):
        with pytest.raises(NotFound):
            authorize(caller, Permission.READ, None)


def test_others_do_not_learn_that_a_connection_does_not_exist() -> None:
    viewer = person("limited-access", "district:north")

    for caller, permission in (
        (person("district:north"), Permission.READ),
        (viewer, Permission.CONFIGURE),
        (program("enroll", *EVERY_SCOPE), Permission.READ),
    ):
        with pytest.raises(AccessDenied):
            authorize(caller, permission, None)


def test_a_program_cannot_distinguish_an_unknown_from_a_foreign_connection() -> None:
    messages = set()
    for access in (None, ConnectionAccess("south", "south", frozenset())):
        with pytest.raises(AccessDenied) as denied:
            authorize(program("enroll", *EVERY_SCOPE), Permission.READ, access)
        messages.add(denied.value.message)

    assert len(messages) == 1


@pytest.mark.parametrize(
    "claim",
    [
        "full-access,district:north",
        "full-access, district:north",
        "[full-access district:north]",
        "[full-access, district:north]",
        '["full-access","district:north"]',
        ["full-access", "district:north"],
    ],
)
def test_groups_are_read_in_every_form_of_the_gateway(claim: object) -> None:
    caller = caller_from_claims({"username": "ada", "cognito:groups": claim})

    authorize(caller, Permission.CONFIGURE, NORTH)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"username": "", "client_id": "enroll", "scope": "sync/read"},
        {"cognito:username": "ada", "token_use": "id", "cognito:groups": "full-access"},
        {"username": "ada", "token_use": "id", "cognito:groups": "full-access,operators"},
        {"scope": "sync/read"},
    ],
)
def test_only_access_tokens_are_accepted(claims: dict[str, object]) -> None:
    with pytest.raises(AccessDenied):
        caller_from_claims(claims)


def test_an_empty_district_is_no_group() -> None:
    nowhere = ConnectionAccess("c", "", frozenset())

    with pytest.raises(AccessDenied):
        authorize(person("full-access", "district:"), Permission.READ, nowhere)


@pytest.mark.parametrize(
    ("caller", "advice"),
    [
        (person(), "ask for Full Access or Limited Access"),
        (person("limited-access"), "need Full Access to configure connections"),
        (program("enroll"), '"sync/configuration.write"'),
    ],
)
def test_a_refusal_names_the_missing_permission(caller: Caller, advice: str) -> None:
    with pytest.raises(AccessDenied) as denied:
        require(caller, Permission.CONFIGURE)

    assert advice in denied.value.message


def test_the_session_lists_the_permissions_of_the_caller() -> None:
    assert describe(person("limited-access", "district:b", "district:a", "operators")) == {
        "name": "ada",
        "kind": "person",
        "permissions": ["read", "run_exports"],
        "districts": ["a", "b"],
        "is_operator": True,
    }
    assert describe(program("enroll", "sync/registrations.write", "sync/read")) == {
        "name": "enroll",
        "kind": "program",
        "permissions": ["read", "sync"],
        "districts": [],
        "is_operator": False,
    }
    assert describe(person())["permissions"] == []
