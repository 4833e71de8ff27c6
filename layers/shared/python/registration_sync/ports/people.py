"""People: the user pool, and when they last signed in.

Every method may raise Unavailable and ServiceRefused; a method that names a person raises NotFound
if there is none.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from registration_sync.domain.people.provider import Provider

if TYPE_CHECKING:  # the tokens function starts faster without it
    from registration_sync.domain.people.person import Profile


class UserPool(Protocol):
    """The people who may sign in, and their groups."""

    def get(self, person_id: str) -> "Profile": ...

    def all(self) -> "list[Profile]":
        """Everyone, in no order."""

    def in_groups(
        self, groups: Collection[str], providers: Collection[str] = ()
    ) -> "list[Profile]":
        """The members of any of these groups and everyone who signed in by one of the providers,
        each once, in no order. A group that does not exist has none."""

    def groups(self, person_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """The groups of each person. A person who was deleted meanwhile has none."""

    def create(self, person_id: str, email: str) -> None:
        """Makes a person with a verified address. Raises Conflict if the name is taken."""

    def send_invitation(self, person_id: str) -> None:
        """Mails a new first password. Raises Conflict for a person who has chosen one."""

    def change_groups(
        self, person_id: str, before: Collection[str], after: Collection[str]
    ) -> None:
        """Removes what is only in `before`, then adds what is only in `after`: between the two, the
        person has no more than either. Makes the group of a new district. Safe to repeat."""

    def enable(self, person_id: str, *, enabled: bool) -> None:
        """Lets the person sign in, or not."""

    def reset_password(self, person_id: str) -> None:
        """Ends the password, and mails a code with which the person chooses a new one. Raises
        Conflict for a person without a password or without a verified address."""

    def reset_mfa(self, person_id: str) -> None:
        """Forgets the app for one-time codes: the next sign-in sets up a new one. Raises Conflict
        for a person who has set up none."""

    def sign_out(self, person_id: str) -> None:
        """Ends all sessions; access tokens stay valid until they end by themselves."""

    def remove(self, person_id: str) -> None: ...


class SignIns(Protocol):
    """When each person last signed in."""

    def between(self, first: str, last: str) -> Mapping[str, dt.datetime]:
        """The last sign-ins of the people with ids from `first` to `last`."""

    def put(self, person_id: str, at: dt.datetime) -> None: ...

    def forget(self, person_id: str) -> None:
        """Removes what is stored of the person, if anything is."""


class Providers(Protocol):
    """The identity providers as operators have set them up."""

    def all(self) -> list[Provider]:
        """Sorted by name."""

    def put(self, provider: Provider) -> None: ...

    def remove(self, name: str) -> None:
        """Removes the provider, if there is one."""


class IdentityProviders(Protocol):
    """The identity providers in the user pool, and the sign-in pages that offer them."""

    def put(self, provider: Provider, *, secret: str, metadata: str) -> None:
        """Sets up the provider, or replaces its settings. Raises InvalidRequest if Cognito refuses
        them."""

    def remove(self, name: str) -> None:
        """Removes the provider, if there is one."""

    def offer(self, client_id: str, names: Collection[str]) -> bool:
        """Lets the app client offer local accounts and exactly these providers; returns whether
        anything has changed."""
