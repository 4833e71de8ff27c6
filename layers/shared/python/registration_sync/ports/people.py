"""People: the user pool, and when they last signed in.

Every method may raise Unavailable and ServiceRefused; a method that names a person raises NotFound
if there is none.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the function of tokens starts faster without it
    from registration_sync.domain.people.person import Profile


class UserPool(Protocol):
    """The people who may sign in, and their groups."""

    def get(self, person_id: str) -> "Profile": ...

    def all(self) -> "list[Profile]":
        """Everyone, in no order."""

    def in_groups(self, groups: Collection[str]) -> "list[Profile]":
        """The members of any of these groups, each once, in no order; a group that does not exist
        has none."""

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
