"""Which groups a token gets: what a provider sends never adds to what an operator assigned."""

import json
from typing import Any

import pytest

from registration_sync.domain.people.provider import (
    GROUPS,
    NO_ACCESS,
    TENANT,
    Provider,
    issued_groups,
    stored_provider,
)

FULL, LIMITED = "full-access", "limited-access"
NOTHING = {NO_ACCESS}
TOWN = Provider(
    "town-google",
    "oidc",
    frozenset({"town"}),
    role=LIMITED,
    group_roles={"Registrars": FULL, "a b": FULL},
    tenant="town.org",
)
CLOSED = Provider("closed", "saml", frozenset({"closed"}), local_accounts=False)
COMPANY = Provider("company", "oidc", frozenset(), is_operator=True, role=FULL)
PROVIDERS = [CLOSED, COMPANY, TOWN]


def came_by(*names: str, groups: str = "", tenant: str = "town.org", **more: str) -> Any:
    """The attributes of a person of the providers, as Cognito passes them on."""
    identities = json.dumps([{"providerName": name, "userId": "1"} for name in names])
    return {
        "identities": identities,
        "cognito:user_status": "EXTERNAL_PROVIDER",
        "email": "ann@town.org",
        GROUPS: groups,
        TENANT: tenant,
        **more,
    }


LOCAL = {"email": "ada@town.org", "cognito:user_status": "CONFIRMED"}
OF_TOWN = {LIMITED, "district:town"}
FULL_IN_TOWN = {FULL, "district:town"}


@pytest.mark.parametrize(
    ("groups", "attributes", "issued"),
    [
        pytest.param([FULL, "district:a"], LOCAL, {FULL, "district:a"}, id="local"),
        pytest.param([FULL, "operators"], LOCAL, {FULL, "operators"}, id="local operator"),
        pytest.param([], LOCAL, NOTHING, id="local without groups"),
        pytest.param(["district:a"], LOCAL, NOTHING, id="local without a role"),
        pytest.param(
            [FULL, "district:a"], LOCAL | {GROUPS: "operators"}, {FULL, "district:a"}, id="a claim"
        ),
        pytest.param([FULL, "district:closed"], LOCAL, NOTHING, id="no local accounts there"),
        pytest.param(
            [FULL, "district:closed", "district:a"], LOCAL, {FULL, "district:a"}, id="one of two"
        ),
        pytest.param(
            [FULL, "operators", "district:closed"], LOCAL, {FULL, "operators"}, id="operators stay"
        ),
        pytest.param([], came_by("town-google"), OF_TOWN, id="everyone of the provider"),
        pytest.param([FULL], came_by("town-google"), FULL_IN_TOWN, id="a role given here"),
        pytest.param(
            [], came_by("town-google", groups="[Staff, Registrars]"), FULL_IN_TOWN, id="a group"
        ),
        pytest.param([], came_by("town-google", groups="Registrars"), FULL_IN_TOWN, id="one group"),
        pytest.param(
            [], came_by("town-google", groups="[x, a+b]"), FULL_IN_TOWN, id="an encoded group"
        ),
        pytest.param(
            [],
            came_by("town-google", groups="[operators, full-access, district:b, registrars]"),
            OF_TOWN,
            id="names of our groups",
        ),
        pytest.param(
            ["operators", "district:b", "us-east-1_POOL_town-google"],
            came_by("town-google"),
            OF_TOWN,
            id="groups of the pool beyond a role",
        ),
        pytest.param([FULL], came_by("town-google", tenant="evil.org"), NOTHING, id="tenant"),
        pytest.param([FULL], came_by("town-google", tenant=""), NOTHING, id="no tenant"),
        pytest.param([FULL, "district:town"], came_by("unknown"), NOTHING, id="unknown provider"),
        pytest.param([FULL], came_by("Town-Google"), NOTHING, id="the name is exact"),
        pytest.param([], came_by("closed"), NOTHING, id="no role yet"),
        pytest.param([LIMITED], came_by("closed"), {LIMITED, "district:closed"}, id="role later"),
        pytest.param([], came_by("company"), {FULL, "operators"}, id="assigned by an operator"),
        pytest.param([FULL], came_by("town-google", "company"), NOTHING, id="linked to two"),
        pytest.param(
            [FULL, "district:town"],
            came_by("town-google", **{"cognito:user_status": "CONFIRMED"}),
            NOTHING,
            id="a local account that somebody linked",
        ),
        pytest.param(
            [FULL, "district:a"],
            {"cognito:user_status": "EXTERNAL_PROVIDER"},
            NOTHING,
            id="of a provider that is not named",
        ),
        pytest.param([FULL], LOCAL | {"identities": "{"}, NOTHING, id="unreadable identities"),
        pytest.param([FULL], LOCAL | {"identities": "[1]"}, NOTHING, id="other identities"),
    ],
)
def test_a_token_has_what_was_assigned(
    groups: list[str], attributes: Any, issued: set[str]
) -> None:
    assert issued_groups(groups, attributes, PROVIDERS) == issued


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.name)
def test_a_stored_provider_is_read_as_it_was(provider: Provider) -> None:
    document = json.loads(json.dumps(provider.to_json()))

    assert stored_provider(provider.name, document, "") == provider
    assert stored_provider("x", {}, "") == Provider("x", "", frozenset())
