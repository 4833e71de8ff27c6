"""A Cognito user pool, by moto, with the rules that moto lacks."""

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

from joserfc import jwk
from moto.cognitoidp import models
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.core.responses import EmptyResult
from moto.utilities.utils import load_resource

POOL = "us-east-1_POOL"
"""As in conftest.ENVIRONMENT."""

APP_CLIENT = "2abcdefghijklmnopqrstuvwxy"
"""As in the sample event and in api_event."""

CLIENT = {
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://example.org/v1/console"],
    "AllowedOAuthScopes": ["openid"],
    "AccessTokenValidity": 15,
}
"""Of the sign-in pages."""

GROUPS = ("full-access", "limited-access", "operators")


def make_pool() -> None:
    """The pool of the template, empty."""
    backend = _backend()
    pool = backend.create_user_pool("people", {})
    del backend.user_pools[pool.id]
    pool.id = POOL
    backend.user_pools[POOL] = pool
    client = backend.create_user_pool_client(POOL, False, {"ClientName": "people"} | CLIENT)
    del pool.clients[client.id]
    client.id = APP_CLIENT
    pool.clients[client.id] = client
    for group in GROUPS:
        backend.create_group(POOL, group, "", "", 0)


def add_person(
    person_id: str,
    *groups: str,
    state: str = "CONFIRMED",
    email_verified: bool = True,
    provider: str = "",
) -> Any:
    """A person in these groups, made without the API; returns moto's user. With a `provider`, as
    Cognito makes a person who signs in by it."""
    backend = _backend()
    verified = str(email_verified).lower()
    address = person_id if "@" in person_id else f"{person_id}@example.org"
    attributes = [
        {"Name": "email", "Value": address},
        {"Name": "email_verified", "Value": verified},
    ]
    if provider:
        state = "EXTERNAL_PROVIDER"
        identities = json.dumps([{"providerName": provider, "userId": person_id}])
        attributes.append({"Name": "identities", "Value": identities})
        groups = (*groups, f"{POOL}_{provider}")
    user = backend.admin_create_user(POOL, person_id, "SUPPRESS", "", attributes)
    user.status = STATES.get(state, state)
    for group in groups:
        if group not in backend.user_pools[POOL].groups:
            backend.create_group(POOL, group, "", "", 0)
        backend.admin_add_user_to_group(POOL, group, person_id)
    return user


def offered() -> list[str]:
    """The providers that the sign-in pages offer."""
    config = _backend().user_pools[POOL].clients[APP_CLIENT].extended_config
    found: list[str] = config["SupportedIdentityProviders"]
    assert {name: config[name] for name in CLIENT} == CLIENT | {"SupportedIdentityProviders": found}
    return found


def forget_offers() -> None:
    """Resets the app client, as a deployment does."""
    _backend().user_pools[POOL].clients[APP_CLIENT].extended_config.update(CLIENT)


def providers_of_pool() -> dict[str, Any]:
    """The settings of each identity provider of the pool, by name."""
    found = _backend().user_pools[POOL].identity_providers
    return {name: one.extended_config for name, one in found.items()}


def user_of(person_id: str) -> Any:
    """Moto's user, None if there is none."""
    return _backend().user_pools[POOL].users.get(person_id)


def remove_person(person_id: str) -> None:
    """Removes the person, if there is one."""
    if user_of(person_id):
        _backend().admin_delete_user(POOL, person_id)


def groups_of(person_id: str) -> set[str]:
    return {group.group_name for group in user_of(person_id).groups}


def people_stored() -> dict[str, Any]:
    """All that a request may change of people, to compare."""
    users = _backend().user_pools[POOL].users
    return {
        name: (user.status, user.enabled, sorted(groups_of(name)), len(sent_to(name)))
        for name, user in users.items()
    }


def sent_to(person_id: str) -> list[str]:
    """The mails to the person: "invitation" or "code"."""
    mails: list[str] = getattr(user_of(person_id), "mails", [])
    return mails


def signed_out(person_id: str) -> bool:
    """Whether the person's sessions were ended."""
    return bool(getattr(user_of(person_id), "signed_out", False))


def _backend() -> Any:
    return models.cognitoidp_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]


STATES = dict(models.UserStatus.__members__)

_create, _reset, _sign_out = (
    models.CognitoIdpBackend.admin_create_user,
    models.CognitoIdpBackend.admin_reset_user_password,
    models.CognitoIdpBackend.admin_user_global_sign_out,
)


def _admin_create_user(
    backend: Any, pool: str, name: str, action: str, password: str, attributes: Any
) -> Any:
    """RESEND keeps the person, and is refused once the person has chosen a password."""
    if action != "RESEND":
        return _create(backend, pool, name, action, password, attributes)
    user = backend.admin_get_user(pool, name)
    if user.status is not models.UserStatus.FORCE_CHANGE_PASSWORD:
        raise JsonRESTError("UnsupportedUserStateException", "Resend not possible.")
    user.mails = [*getattr(user, "mails", []), "invitation"]
    return user


def _admin_reset_user_password(backend: Any, pool: str, name: str) -> None:
    _reset(backend, pool, name)
    user = backend.admin_get_user(pool, name)
    user.mails = [*getattr(user, "mails", []), "code"]


def _admin_user_global_sign_out(backend: Any, pool: str, name: str) -> None:
    _sign_out(backend, pool, name)
    backend.admin_get_user(pool, name).signed_out = True


def _admin_delete_software_token(response: Any) -> Any:
    """AdminDeleteSoftwareToken of the API Reference; moto does not have it."""
    name = response._get_param("Username")
    user = response.backend.admin_get_user(response._get_param("UserPoolId"), name)
    user.software_token_mfa_enabled = False
    return EmptyResult()


def _update_user_pool_client(backend: Any, pool: str, client_id: str, config: Any) -> Any:
    """Resets what is not sent."""
    client = backend.describe_user_pool_client(pool, client_id)
    client.extended_config = dict(config)
    return client


@cache
def _signing_key() -> Any:
    """Moto's key of all pools."""
    return jwk.RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


# Moto imports the key for each pool, which takes a tenth of a second.
models.jwk = SimpleNamespace(RSAKey=SimpleNamespace(import_key=lambda _: _signing_key()))
models.CognitoIdpBackend.update_user_pool_client = _update_user_pool_client
models.CognitoIdpBackend.admin_create_user = _admin_create_user
models.CognitoIdpBackend.admin_reset_user_password = _admin_reset_user_password
models.CognitoIdpBackend.admin_user_global_sign_out = _admin_user_global_sign_out
CognitoIdpResponse.admin_delete_software_token = _admin_delete_software_token
