"""Identity providers through the real handlers: set up, offered, mapped, removed."""

import json
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.tokens import app as tokens
from registration_sync.bootstrap import people
from registration_sync.domain.errors import InvalidRequest, Unavailable
from tests.functional.conftest import stored_items
from tests.functional.support.district import call
from tests.functional.support.events import ADMINISTRATOR, OPERATOR, api_event
from tests.functional.support.user_pool import (
    POOL,
    add_person,
    forget_offers,
    groups_of,
    offered,
    providers_of_pool,
    signed_out,
)

PROVIDER, PERSON = "/providers/{name}", "/people/{person_id}"
GOOGLE: dict[str, Any] = {
    "type": "oidc",
    "issuer": "https://accounts.google.com",
    "client_id": "our-client",
    "client_secret": "never-to-be-read",
    "tenant_claim": "hd",
    "tenant": "north.org",
    "districts": ["north"],
}
ENTRA: dict[str, Any] = {
    "type": "saml",
    "metadata_url": "https://login.microsoftonline.com/tenant/metadata.xml",
    "groups_claim": "groups",
    "group_roles": {"6c1f": "full_access"},
    "districts": ["south"],
    "role": "limited_access",
}
ANN = "north-google_117"

pytestmark = pytest.mark.usefixtures("aws")


def put(name: str, body: Any, claims: dict[str, str] = OPERATOR) -> tuple[int, Any]:
    return call(configuration, "PUT", PROVIDER, body, claims=claims, name=name)


def manage(method: str, resource: str, body: Any = None, **more: Any) -> tuple[int, Any]:
    claims = more.pop("claims", ADMINISTRATOR)
    return call(configuration, method, resource, body, claims=claims, **more)


def issued(person_id: str, provider: str = "", *groups: str, **attributes: str) -> set[str]:
    """The groups in the person's next token."""
    if provider:
        attributes["identities"] = json.dumps([{"providerName": provider, "userId": "117"}])
    answer = tokens.handler(
        {
            "version": "2",
            "triggerSource": "TokenGeneration_RefreshTokens",
            "userName": person_id,
            "request": {
                "userAttributes": attributes,
                "groupConfiguration": {"groupsToOverride": list(groups)},
            },
            "response": {"claimsAndScopeOverrideDetails": None},
        },
        None,
    )
    details = answer["response"]["claimsAndScopeOverrideDetails"]
    return set(details["groupOverrideDetails"]["groupsToOverride"])


def test_a_provider_is_set_up_in_cognito_offered_and_listed_without_its_secret() -> None:
    status, answer = put("north-google", GOOGLE)

    assert (status, answer["role"], answer["local_accounts"]) == (200, None, True)
    cognito = providers_of_pool()["north-google"]
    assert cognito["ProviderDetails"]["client_secret"] == "never-to-be-read"
    assert cognito["AttributeMapping"] == {"email": "email", "custom:tenant": "hd"}
    assert offered() == ["COGNITO", "north-google"]
    assert put("south-entra", ENTRA)[0] == 200
    assert offered() == ["COGNITO", "north-google", "south-entra"]
    assert providers_of_pool()["south-entra"]["ProviderDetails"] == {
        "MetadataURL": ENTRA["metadata_url"]
    }
    _, listed = manage("GET", "/providers", claims=OPERATOR)
    assert [one["name"] for one in listed["items"]] == ["north-google", "south-entra"]
    assert "never-to-be-read" not in json.dumps([listed, stored_items()])


def test_what_people_get_is_changed_without_the_secret_and_the_connection_is_not() -> None:
    put("north-google", GOOGLE)
    without = {name: value for name, value in GOOGLE.items() if name != "client_secret"}

    assert put("north-google", without | {"role": "full_access"})[1]["role"] == "full_access"
    assert providers_of_pool()["north-google"]["ProviderDetails"]["client_id"] == "our-client"
    status, answer = put("north-google", without | {"client_id": "another"})
    assert (status, answer["error"]["problems"][0]["path"]) == (400, "client_secret")
    assert put("new-google", without)[0] == 400
    assert offered() == ["COGNITO", "north-google"]


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        ("Google", {}, "name"),
        ("cognito", {}, "name"),
        ("a_b", {}, "name"),
        ("north", {"type": "ldap"}, "type"),
        ("north", {"issuer": "http://idp.north.org"}, "issuer"),
        ("north", {"issuer": None}, "issuer"),
        ("north", {"issuer": "https://[", "tenant": "x"}, "issuer"),
        ("north", {"tenant": None, "tenant_claim": None}, "tenant"),
        ("north", {"tenant": None}, "tenant"),
        *(
            ("north", {"issuer": issuer, "tenant": None, "tenant_claim": None}, "tenant")
            for issuer in (
                "https://login.microsoftonline.com/organizations/v2.0",
                "https://login.microsoftonline.com/consumers/v2.0",
                "https://Login.MicrosoftOnline.com/Common/v2.0",
                "https://clever.com",
                "https://launchpad.classlink.com",
            )
        ),
        ("north", {"districts": []}, "districts"),
        ("north", {"role": "operator"}, "role"),
        ("north", {"group_roles": {"a": "full_access"}}, "groups_claim"),
        ("north", {"group_roles": {"a": "operators"}, "groups_claim": "g"}, "group_roles"),
        ("north", {"group_roles": {"a,b": "full_access"}, "groups_claim": "g"}, "group_roles"),
        ("north", {"group_roles": ["a"], "groups_claim": "g"}, "group_roles"),
        ("north", {"metadata_url": "https://x.org"}, "metadata_url"),
        ("north", {"local_accounts": "no"}, "local_accounts"),
        ("north", {"client_id": "x" * 501}, "client_id"),
    ],
)
def test_settings_that_are_not_valid_change_nothing(name: str, change: Any, path: str) -> None:
    status, answer = put(name, GOOGLE | change)

    assert status == 400
    assert path in [one["path"] for one in answer["error"]["problems"]]
    assert (providers_of_pool(), offered()) == ({}, ["COGNITO"])


def test_saml_takes_an_address_or_the_metadata() -> None:
    text = {"metadata": "<EntityDescriptor/>"}

    assert put("south-entra", ENTRA | text)[0] == 400
    assert put("south-entra", ENTRA | {"metadata_url": None})[0] == 400
    assert put("south-entra", ENTRA | {"metadata_url": None} | text)[0] == 200
    details = providers_of_pool()["south-entra"]["ProviderDetails"]
    assert details == {"MetadataFile": "<EntityDescriptor/>"}


def test_only_operators_set_up_providers() -> None:
    assert put("north-google", GOOGLE, ADMINISTRATOR)[0] == 403
    assert manage("GET", "/providers")[0] == 403
    assert manage("DELETE", PROVIDER, name="north-google")[0] == 403
    assert offered() == ["COGNITO"]


def test_a_removed_provider_gives_nothing_from_the_next_token_on() -> None:
    put("south-entra", ENTRA)
    assert issued("south-entra_1", "south-entra") == {"limited-access", "district:south"}

    assert manage("DELETE", PROVIDER, claims=OPERATOR, name="south-entra")[0] == 204
    assert issued("south-entra_1", "south-entra", "full-access") == {"no-access"}
    assert (providers_of_pool(), offered()) == ({}, ["COGNITO"])
    assert manage("DELETE", PROVIDER, claims=OPERATOR, name="south-entra")[0] == 404
    _, page = manage("GET", "/people/audit", claims=OPERATOR)
    assert [one["action"] for one in page["items"]] == ["provider_removed", "provider_set"]
    assert manage("GET", "/people/audit")[1]["items"] == []


def test_a_person_of_a_provider_is_listed_and_gets_a_role_from_the_district() -> None:
    put("north-google", GOOGLE)
    add_person(ANN, provider="north-google").attribute_lookup["custom:tenant"] = "north.org"
    tenant = {"custom:tenant": "north.org"}
    from_google = [{"Name": "custom:tenant", "Value": "north.org"}]
    add_person("north-google_118", provider="north-google").update_attributes(from_google)
    ann = "north-google_118"

    assert issued(ann, "north-google", **tenant) == {"no-access"}
    _, listed = manage("GET", "/people")
    (shown,) = listed["items"]
    assert (shown["person_id"], shown["provider"], shown["role"]) == (ann, "north-google", None)
    body = {"role": "full_access", "districts": ["north"]}
    status, answer = manage("PUT", PERSON, body, person_id=ann)
    assert (status, answer["role"], answer["districts"]) == (200, "full_access", ["north"])
    assert groups_of(ann) == {"full-access", f"{POOL}_north-google"}
    assert signed_out(ann)
    assert issued(ann, "north-google", *groups_of(ann), **tenant) == {
        "full-access",
        "district:north",
    }


def test_a_role_of_the_provider_is_not_given_for_good_by_another_change_of_the_person() -> None:
    put("south-entra", ENTRA)
    from_entra = [{"Name": "custom:groups", "Value": "[6c1f]"}]
    add_person("south-entra_1", provider="south-entra").update_attributes(from_entra)
    sam = {"claims": OPERATOR, "person_id": "south-entra_1"}
    _, shown = manage("GET", PERSON, **sam)
    assert shown["role"] == "full_access"
    body = {name: shown[name] for name in ("role", "districts", "is_operator")}

    for enabled in (False, True):
        status, answer = manage("PUT", PERSON, body | {"enabled": enabled}, **sam)
        assert (status, answer["role"], answer["enabled"]) == (200, "full_access", enabled)

    assert groups_of("south-entra_1") == {f"{POOL}_south-entra"}
    left_the_group = issued("south-entra_1", "south-entra", *groups_of("south-entra_1"))
    assert left_the_group == {"limited-access", "district:south"}


def test_people_of_a_changed_provider_never_get_what_was_assigned_to_the_former_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("south-entra", ENTRA)
    other = ENTRA | {"metadata_url": "https://idp.west.org/metadata.xml", "districts": ["west"]}
    providers = type(people.people().providers)

    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    with monkeypatch.context() as half_way:
        half_way.setattr(providers, "put", fail)
        assert put("south-entra", other)[0] == 503

    assert issued("south-entra_1", "south-entra") == {"no-access"}
    assert put("south-entra", other)[0] == 200
    assert issued("south-entra_1", "south-entra") == {"limited-access", "district:west"}


def test_settings_that_cognito_refuses_leave_the_provider_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("south-entra", ENTRA)
    before = stored_items()

    def refuse(*_: object, **__: object) -> None:
        raise InvalidRequest("Cognito refuses these settings.")

    monkeypatch.setattr(type(people.people().identity_providers), "put", refuse)
    other = ENTRA | {"metadata_url": "https://idp.west.org/metadata.xml", "districts": ["west"]}

    assert put("south-entra", other)[0] == 400
    assert stored_items() == before


def test_the_districts_and_the_password_of_a_person_of_a_provider_are_not_ours() -> None:
    put("south-entra", ENTRA)
    add_person("south-entra_1", provider="south-entra")
    sam = {"claims": OPERATOR, "person_id": "south-entra_1"}

    found = [
        manage("PUT", PERSON, {"role": "full_access", "districts": ["north"]}, **sam),
        manage(
            "PUT",
            PERSON,
            {"role": "full_access", "districts": ["south"], "is_operator": True},
            **sam,
        ),
        manage("DELETE", PERSON, **sam),
        *(
            manage("POST", f"{PERSON}/{what}", **sam)
            for what in ("invitation", "password-reset", "mfa-reset")
        ),
    ]

    assert {status for status, _ in found} == {409}
    assert groups_of("south-entra_1") == {f"{POOL}_south-entra"}
    off = {"role": None, "districts": ["south"], "enabled": False}
    assert manage("PUT", PERSON, off, **sam)[1]["enabled"] is False


def test_a_district_without_local_accounts_invites_nobody_and_gives_local_people_nothing() -> None:
    put("north-google", GOOGLE | {"local_accounts": False})
    body = {"email": "ann@north.org", "role": "limited_access", "districts": ["north"]}

    status, answer = manage("POST", "/people", body)

    assert (status, "own accounts" in answer["error"]["message"]) == (409, True)
    assert issued("vic", "", "limited-access", "district:north") == {"no-access"}
    assert issued("bo", "", "full-access", "district:north", "district:south") == {
        "full-access",
        "district:south",
    }
    put("north-google", GOOGLE)
    assert manage("POST", "/people", body)[0] == 201


def test_nobody_is_invited_under_a_name_that_a_provider_may_give() -> None:
    put("north-google", GOOGLE)
    body = {"email": f"{ANN}@north.org", "role": "limited_access", "districts": ["north"]}

    assert manage("POST", "/people", body)[0] == 409


def test_the_hourly_check_offers_providers_again_after_a_deployment() -> None:
    put("north-google", GOOGLE)
    forget_offers()
    assert offered() == ["COGNITO"]

    assert configuration.handler({"action": "watch_schedules"}, None)["overdue"] == []
    assert offered() == ["COGNITO", "north-google"]


def test_without_the_assignments_no_token_is_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    providers = tokens.tokens_function.dependencies().providers
    monkeypatch.setattr(type(providers), "all", fail)
    with pytest.raises(Unavailable):
        issued("vic", "", "full-access", "operators")


def test_without_the_variables_of_the_stage_the_app_client_is_not_guessed() -> None:
    event = api_event("PUT", PROVIDER, claims=OPERATOR, body=GOOGLE, name="north-google")
    event["stageVariables"] = None

    assert configuration.handler(event, None)["statusCode"] == 400
    assert providers_of_pool() == {}
