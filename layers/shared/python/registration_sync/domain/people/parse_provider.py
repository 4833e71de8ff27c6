"""The request that sets up an identity provider."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from registration_sync.domain.access import ROLES
from registration_sync.domain.fields import Fields
from registration_sync.domain.people.person import parse_standing
from registration_sync.domain.people.provider import CLAIMS, OIDC, SAML, SETTINGS, Provider

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,30}[a-z0-9]", re.ASCII)
"""Cognito allows 3 to 32 characters, and no underscore: usernames are PROVIDER_id."""

_RESERVED = {"cognito", "facebook", "google", "loginwithamazon", "signinwithapple"}

SHARED_ISSUERS = (
    "accounts.google.com",
    "login.microsoftonline.com/common",
    "login.microsoftonline.com/organizations",
    "login.microsoftonline.com/consumers",
    "login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad",  # of consumers
    "classlink.com",
    "clever.com",  # dev.clever.com/docs/oidc-implementation
)
"""Anyone with an account there may sign in, also people of others: a tenant is needed."""

_EMAIL_CLAIMS = {
    OIDC: "email",
    SAML: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
}
_EXAMPLE = (
    '{"type": "oidc", "issuer": "https://…", "client_id": "…", "client_secret": "…", '
    '"districts": ["anytown"], "role": null}'
)
MAX_CHARACTERS, MAX_METADATA_CHARACTERS, MAX_GROUPS = 500, 100_000, 50


@dataclass(frozen=True, slots=True)
class SentProvider:
    """A provider as it was sent, with what is passed on to Cognito and not stored: the secret of
    OIDC, "" if it was left out, or the metadata of SAML."""

    provider: Provider
    secret: str = ""
    metadata: str = ""


def parse_provider(name: str, body: object, client_id: str) -> SentProvider:
    """The provider in a JSON body. Raises InvalidRequest with every problem."""
    fields = Fields.of_body(body, _EXAMPLE)
    kind = fields.one_of("type", (OIDC, SAML))
    known = ["type", *CLAIMS, "tenant", "districts", "is_operator", "role", "group_roles"]
    known += ["local_accounts", *SETTINGS.get(kind, ())]
    fields.refuse_unknown(*known, *{OIDC: ["client_secret"], SAML: ["metadata"]}.get(kind, []))
    standing = parse_standing(fields)
    tenant, settings = _text(fields, "tenant"), _settings(fields, kind)
    secret = _text(fields, "client_secret") if kind == OIDC else ""
    metadata = _text(fields, "metadata", MAX_METADATA_CHARACTERS) if kind == SAML else ""
    if kind == SAML and bool(metadata) == bool(settings.get("metadata_url")):
        fields.add_problem("metadata_url", "Send either metadata_url or metadata.")
    if not standing.districts and not standing.is_operator:
        fields.add_problem("districts", "Enter at least one district.")
    if bool(tenant) != bool(settings.get("tenant_claim")):
        fields.add_problem("tenant", "Send tenant and tenant_claim together.")
    if not tenant and any(one in settings.get("issuer", "").lower() for one in SHARED_ISSUERS):
        fields.add_problem(
            "tenant", "This issuer is shared with others: send tenant_claim and tenant."
        )
    provider = Provider(
        name=name,
        kind=kind,
        districts=standing.districts,
        is_operator=standing.is_operator,
        role=standing.role,
        group_roles=_group_roles(fields),
        tenant=tenant,
        local_accounts=fields.get("local_accounts") is None or fields.flag("local_accounts"),
        settings=settings,
        client_id=client_id,
    )
    if not _NAME.fullmatch(name) or name in _RESERVED:
        fields.add_problem(
            "name", "Enter 3 to 32 lowercase letters, digits or hyphens in the path."
        )
    if provider.group_roles and not settings.get("groups_claim"):
        fields.add_problem("groups_claim", "Enter the claim that has the groups of group_roles.")
    fields.raise_problems("The provider was not saved.")
    return SentProvider(provider, secret, metadata)


def _settings(fields: Fields, kind: str) -> dict[str, str]:
    """The settings of the protocol that are not empty."""
    found = {name: _text(fields, name) for name in (*SETTINGS.get(kind, ()), *CLAIMS)}
    found["email_claim"] = found["email_claim"] or _EMAIL_CLAIMS.get(kind, "")
    for name in ("issuer", "metadata_url"):
        if found.get(name) and not _is_https(found[name]):
            fields.add_problem(name, "Enter an address that begins with https://.")
    for name in SETTINGS.get(kind, ()) if kind == OIDC else ():
        if not found[name]:
            fields.add_problem(name, "Enter it as the provider shows it.")
    return {name: value for name, value in found.items() if value}


def _group_roles(fields: Fields) -> dict[str, str]:
    value = fields.get("group_roles")
    if value is None:
        return {}
    roles = {role.replace("-", "_"): role for role in ROLES}
    message = f'Enter an object such as {{"Registrars": "full_access"}}, at most {MAX_GROUPS}.'
    if not isinstance(value, dict) or len(value) > MAX_GROUPS:
        fields.add_problem("group_roles", message)
        return {}
    if any(not isinstance(role, str) or role not in roles for role in value.values()):
        fields.add_problem("group_roles", f"Roles are {', '.join(roles)}.")
        return {}
    if any(not group or "," in group or len(group) > MAX_CHARACTERS for group in value):
        fields.add_problem("group_roles", "Enter the names of groups without commas.")
        return {}
    return {group: roles[role] for group, role in value.items()}


def _text(fields: Fields, name: str, at_most: int = MAX_CHARACTERS) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > at_most:
        fields.add_problem(name, f"Enter a text of at most {at_most:,} characters.")
        return ""
    return value.strip()


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
