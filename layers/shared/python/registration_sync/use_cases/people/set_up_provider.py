"""Sets up, changes and removes identity providers; only operators do."""

from registration_sync.domain.audit import SettingChange, changes_between
from registration_sync.domain.errors import InvalidRequest, NotFound, Problem
from registration_sync.domain.people.parse_provider import SentProvider
from registration_sync.domain.people.provider import OIDC, Provider
from registration_sync.ports.people import IdentityProviders, Providers


def set_up_provider(
    sent: SentProvider, *, providers: Providers, identity_providers: IdentityProviders
) -> tuple[SettingChange, ...]:
    """Sets up the provider and offers it at the sign-in; returns the changes.

    Before Cognito has the new settings, the earlier assignment stays; a new provider is offered
    last. Safe to repeat after a failure. Raises InvalidRequest.
    """
    provider = sent.provider
    stored = {one.name: one for one in providers.all()}
    before = stored.get(provider.name)
    if before is None or sent.secret or sent.metadata or before.settings != provider.settings:
        if provider.kind == OIDC and not sent.secret:
            problem = Problem("client_secret", "Write it as the provider shows it.")
            raise InvalidRequest("The provider was not saved.", problems=[problem])
        identity_providers.put(provider, secret=sent.secret, metadata=sent.metadata)
    providers.put(provider)
    identity_providers.offer(provider.client_id, {*stored, provider.name})
    changes = changes_between(before.to_json() if before else {}, provider.to_json())
    hidden = ["client_secret"] * bool(sent.secret) + ["metadata"] * bool(sent.metadata)
    return (*changes, *(SettingChange(name, None, "changed") for name in hidden))


def remove_provider(
    name: str, client_id: str, *, providers: Providers, identity_providers: IdentityProviders
) -> Provider:
    """Takes all access from the people of the provider, then removes it. Raises NotFound."""
    stored = {one.name: one for one in providers.all()}
    if name not in stored:
        raise NotFound("There is no provider with this name.")
    identity_providers.offer(client_id, stored.keys() - {name})
    identity_providers.remove(name)
    providers.remove(name)
    return stored[name]


def offer_providers(*, providers: Providers, identity_providers: IdentityProviders) -> bool:
    """Offers the providers again; returns whether any was missing. A deployment that changes the
    app client resets the list that it offers."""
    stored = providers.all()
    changed = False
    for client_id in sorted({one.client_id for one in stored}):
        changed |= identity_providers.offer(client_id, [one.name for one in stored])
    return changed
