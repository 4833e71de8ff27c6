"""Sign-in with a district's own accounts, by an OpenID Connect provider, on the deployed stack."""

import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from local import sign_in
from local.http_client import send
from local.stack import LocalStack
from tests.stack.support.district import new_district
from tests.stack.support.identity_provider import IdentityProvider, identity_provider
from tests.stack.support.people import as_, operator_token


@pytest.fixture
def google() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def token_by(stack: LocalStack, name: str) -> str:
    """The access token of the person who signs in by the provider, as in a browser that follows
    each redirect. The address of the pool's sign-in pages is that of AWS: here, the emulator's."""
    verifier = secrets.token_urlsafe(48)
    client, console = stack.outputs["PeopleClientId"], stack.console_url
    asked = urlencode(
        {
            "response_type": "code",
            "client_id": client,
            "redirect_uri": console,
            "scope": "openid",
            "state": "s",
            "identity_provider": name,
            "code_challenge": sign_in.challenge_of(verifier),
            "code_challenge_method": "S256",
        }
    )
    to_provider = send("GET", f"{stack.endpoint_url}/oauth2/authorize?{asked}")
    back = send("GET", to_provider.headers["location"]).headers["location"]
    callback = f"{stack.endpoint_url}/oauth2/idpresponse?{urlsplit(back).query}"
    console_again = send("GET", callback).headers["location"]
    code = query_of(console_again)["code"]
    tokens = sign_in.tokens_of_code(stack.endpoint_url, client, console, code, verifier)
    return tokens["access_token"]


def test_people_of_a_provider_get_what_was_assigned_and_nothing_that_it_sends(
    stack: LocalStack, google: IdentityProvider
) -> None:
    district = new_district(stack)
    town = district.connection["district"]
    name = f"idp-{secrets.token_hex(4)}"
    stack = as_(stack, "olga", operator_token(stack))
    settings: dict[str, Any] = {
        "type": "oidc",
        "issuer": "https://idp.example.org",  # only https is taken
        "client_id": "our-client",
        "client_secret": "of-the-client",
        "tenant_claim": "hd",
        "tenant": "town.example.org",
        "groups_claim": "groups",
        "group_roles": {"Registrars": "limited_access"},
        "districts": [town],
    }
    answer = stack.call("PUT", f"/providers/{name}", settings, role="olga")
    assert answer.status == 200, answer.body
    cognito, pool = stack.client("cognito-idp"), stack.outputs["UserPoolId"]
    kept = {"UserPoolId": pool, "ProviderName": name}
    details = cognito.describe_identity_provider(**kept)["IdentityProvider"]["ProviderDetails"]
    cognito.update_identity_provider(
        **kept, ProviderDetails=details | {"oidc_issuer": google.issuer}
    )
    offered = cognito.describe_user_pool_client(
        UserPoolId=pool, ClientId=stack.outputs["PeopleClientId"]
    )["UserPoolClient"]
    assert name in offered["SupportedIdentityProviders"]
    assert offered["CallbackURLs"] == [stack.console_url]

    google.account = {"sub": "117", "email": "ada@example.org", "hd": "town.example.org"}
    stack = as_(stack, "ann", token_by(stack, name))
    assert google.secrets == ["of-the-client"]
    me = stack.call("GET", "/me", role="ann").json()
    assert (me["name"], me["permissions"]) == (f"{name}_117", [])

    google.account |= {"groups": "Registrars, operators, full-access, district:b"}
    stack = as_(stack, "ann", token_by(stack, name))
    me = stack.call("GET", "/me", role="ann").json()
    assert (me["permissions"], me["districts"]) == (["read", "run_exports"], [town])
    assert me["is_operator"] is False
    assert stack.call("GET", district.path, role="ann").status == 200

    path = f"/people/{quote(me['name'])}"
    full = {"role": "full_access", "districts": [town]}
    assert stack.call("PUT", path, full, role="olga").json()["role"] == "full_access"
    stack = as_(stack, "ann", token_by(stack, name))
    listed = stack.call("GET", "/people", role="ann").json()["items"]
    assert me["name"] in [one["person_id"] for one in listed]

    google.account |= {"hd": "elsewhere.example.org"}
    stack = as_(stack, "ann", token_by(stack, name))
    assert stack.call("GET", "/me", role="ann").json()["permissions"] == []

    google.account |= {"hd": "town.example.org"}
    assert stack.call("DELETE", f"/providers/{name}", role="olga").status == 204
    assert name not in str(cognito.list_identity_providers(UserPoolId=pool))


def test_a_district_may_do_without_local_accounts(stack: LocalStack) -> None:
    name = f"idp-{secrets.token_hex(4)}"
    stack = as_(stack, "olga", operator_token(stack))
    town = f"only-{secrets.token_hex(4)}"
    user = sign_in.User(f"lin{town}", "Correct-horse-1", ("limited-access", f"district:{town}"))
    pool = stack.outputs["UserPoolId"]
    sign_in.create_people(stack.client("cognito-idp"), pool, {"lin": user})

    def permissions() -> Any:
        client, console = stack.outputs["PeopleClientId"], stack.console_url
        token = sign_in.token_of_person(stack.endpoint_url, client, console, user)
        return as_(stack, "lin", token).call("GET", "/me", role="lin").json()["permissions"]

    assert permissions() == ["read", "run_exports"]
    settings = {
        "type": "saml",
        "metadata": "<EntityDescriptor/>",
        "districts": [town],
        "local_accounts": False,
    }
    assert stack.call("PUT", f"/providers/{name}", settings, role="olga").status == 200
    assert permissions() == []
    assert stack.call("DELETE", f"/providers/{name}", role="olga").status == 204
    assert permissions() == ["read", "run_exports"]
