"""Identity providers, by which people of a district sign in with the district's own accounts.

A provider gives only what an operator has assigned to it: what the provider sends selects among
that, and adds nothing. Does not import pydantic, so that the tokens function starts fast.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from registration_sync.domain.access import ROLES, Standing, standing_groups, standing_of

GROUPS, TENANT = "custom:groups", "custom:tenant"
"""Attributes of the user pool: what the provider sent at the last sign-in."""

NO_ACCESS = "no-access"
"""A group that gives nothing: a list that is not empty surely replaces the groups of a token."""

EXTERNAL = "EXTERNAL_PROVIDER"

OIDC, SAML = "oidc", "saml"
SETTINGS = {OIDC: ("issuer", "client_id"), SAML: ("metadata_url",)}
CLAIMS = ("email_claim", "groups_claim", "tenant_claim")
"""The claims, or attributes of SAML, in which the provider sends what the pool keeps."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as an operator has set it up; `role` and the values of `group_roles` are of ROLES.

    `role` is for everyone who signs in by it, "" for nobody. With `tenant`, people of other tenants
    get nothing. Without `local_accounts`, the people of its districts sign in by providers only.
    `settings` are those of the protocol, without secrets; `client_id` is the app client that offers
    the provider.
    """

    name: str
    kind: str
    districts: frozenset[str]
    is_operator: bool = False
    role: str = ""
    group_roles: Mapping[str, str] = field(default_factory=dict)
    tenant: str = ""
    local_accounts: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    client_id: str = ""

    @property
    def standing(self) -> Standing:
        """What everyone who signs in by it gets."""
        return Standing(self.role, self.districts, self.is_operator)

    @property
    def assignment(self) -> tuple[Standing, Mapping[str, str], str]:
        """Everything that decides what a person who signs in by it gets."""
        return self.standing, self.group_roles, self.tenant

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "name": self.name,
            "type": self.kind,
            **self.settings,
            "tenant": self.tenant,
            "districts": sorted(self.districts),
            "is_operator": self.is_operator,
            "role": self.role.replace("-", "_") or None,
            "group_roles": {
                group: role.replace("-", "_") for group, role in sorted(self.group_roles.items())
            },
            "local_accounts": self.local_accounts,
        }


def issued_groups(
    groups: Iterable[str], attributes: Mapping[str, str], providers: Iterable[Provider]
) -> frozenset[str]:
    """The groups in a person's token: `groups` are those in the user pool, `attributes` as Cognito
    passes them to its triggers. Never empty: NO_ACCESS for a person without access."""
    by_name = {provider.name: provider for provider in providers}
    name, status = provider_of(attributes), attributes.get("cognito:user_status", "")
    if status and (status == EXTERNAL) is (name is None):
        standing = Standing()  # a local account that somebody linked, or an unknown provider
    elif name is None:
        standing = _local_standing(standing_of(groups), by_name.values())
    else:
        standing = provided_standing(groups, attributes, by_name.get(name))
    return standing.groups if standing.role else frozenset({NO_ACCESS})


def provided_standing(
    groups: Iterable[str], attributes: Mapping[str, str], provider: Provider | None
) -> Standing:
    """What a person of the provider has: its districts, and the highest of its role for everyone,
    the roles of the person's groups, and the role that the person was given in the user pool."""
    if provider is None or (provider.tenant and attributes.get(TENANT) != provider.tenant):
        return Standing()
    roles = {provider.role, standing_of(groups).role}
    roles |= {provider.group_roles.get(name, "") for name in _listed(attributes.get(GROUPS, ""))}
    role = next((role for role in ROLES if role in roles), "")
    return Standing(role, provider.districts, provider.is_operator)


def provider_of(attributes: Mapping[str, str]) -> str | None:
    """The provider by which the person signs in, "" if it is unclear; None for a local account.
    Cognito alone writes `identities`: a list with an entry for each provider."""
    text = attributes.get("identities", "")
    if not text:
        return None
    try:
        names = [str(entry["providerName"]) for entry in json.loads(text)]
    except (ValueError, TypeError, KeyError):
        return ""
    return names[0] if len(names) == 1 else None if not names else ""


def without_local_accounts(providers: Iterable[Provider]) -> frozenset[str]:
    """The districts whose people sign in by providers only."""
    return frozenset[str]().union(
        *(provider.districts for provider in providers if not provider.local_accounts)
    )


def _local_standing(standing: Standing, providers: Iterable[Provider]) -> Standing:
    districts = standing.districts - without_local_accounts(providers)
    if standing.districts and not districts and not standing.is_operator:
        return Standing()
    return Standing(standing.role, districts, standing.is_operator)


def _listed(text: str) -> frozenset[str]:
    """The values of an attribute that had several: `[a, b]`, form-encoded in part, or one text
    (Amazon Cognito Developer Guide, "Mapping IdP attributes to profiles and tokens")."""
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        parts = [part.strip().strip('"') for part in inner[1:-1].split(",")]
        return frozenset(parts) | frozenset(map(unquote_plus, parts))
    return frozenset({inner, *(part.strip() for part in inner.split(","))})


def stored_provider(name: str, document: Mapping[str, Any], client_id: str) -> Provider:
    """A provider from its stored document, which is what `to_json` makes."""
    kind = str(document.get("type", ""))
    return Provider(
        name=name,
        kind=kind,
        districts=frozenset(document.get("districts", ())),
        is_operator=document.get("is_operator") is True,
        role=_group(document.get("role")),
        group_roles={
            group: _group(role) for group, role in (document.get("group_roles") or {}).items()
        },
        tenant=str(document.get("tenant", "")),
        local_accounts=document.get("local_accounts") is not False,
        settings={
            key: str(document[key])
            for key in (*SETTINGS.get(kind, ()), *CLAIMS)
            if document.get(key)
        },
        client_id=client_id,
    )


def provider_groups(groups: Iterable[str]) -> frozenset[str]:
    """Those of a person's groups that count for a person of a provider: the roles."""
    return standing_groups(groups) & ROLES.keys()


def _group(role: object) -> str:
    name = str(role or "").replace("_", "-")
    return name if name in ROLES else ""
