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

    A new provider is offered last. Safe to repeat after a failure. Raises InvalidRequest.
    """
    provider = sent.provider
    stored = {one.name: one for one in providers.all()}
    before = stored.get(provider.name)
    if before is None or sent.secret or sent.metadata or before.settings != provider.settings:
        if provider.kind == OIDC and not sent.secret:
            problem = Problem("client_secret", "Enter it as the provider shows it.")
            raise InvalidRequest("The provider was not saved.", problems=[problem])
        _put(sent, before, providers, identity_providers)
    providers.put(provider)
    identity_providers.offer(provider.client_id, {*stored, provider.name})
    changes = changes_between(before.to_json() if before else {}, provider.to_json())
    hidden = ["client_secret"] * bool(sent.secret) + ["metadata"] * bool(sent.metadata)
    return (*changes, *(SettingChange(name, None, "changed") for name in hidden))


def _put(
    sent: SentProvider,
    before: Provider | None,
    providers: Providers,
    identity_providers: IdentityProviders,
) -> None:
    """Gives Cognito the settings. Meanwhile nothing is assigned to the provider if that changes,
    too: people of the new settings would get what was assigned to others."""
    changes_both = before is not None and before.assignment != sent.provider.assignment
    if changes_both:
        providers.remove(sent.provider.name)
    try:
        identity_providers.put(sent.provider, secret=sent.secret, metadata=sent.metadata)
    except InvalidRequest:
        if before is not None and changes_both:
            providers.put(before)
        raise


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
