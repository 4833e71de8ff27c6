"""A person of the user pool, and the requests that invite or change one."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from registration_sync.domain.access import ROLES, Standing, standing_of
from registration_sync.domain.audit import Note, SettingChange, changes_between
from registration_sync.domain.connections.rules import check_district
from registration_sync.domain.fields import Fields
from registration_sync.domain.people.provider import Provider, provided_standing, provider_of

PEOPLE_AUDIT = "@people"
"""The key of the audit entries about people; no connection has this id."""

INVITED, ACTIVE, RESET, OTHER = "invited", "active", "password_reset", "other"

MAX_DISTRICTS = 50
"""Of one person; their names are in each token."""

_ROLES = {role.replace("-", "_"): role for role in ROLES}
"""The groups of the roles by their names in the API."""

_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
MAX_ADDRESS_CHARACTERS = 128
"""Of a username in Cognito."""

_INVITATION = '{"email": "ada@anytown.org", "role": "limited_access", "districts": ["anytown"]}'
_CHANGE = '{"role": "limited_access", "districts": ["anytown"]}'


@dataclass(frozen=True, slots=True)
class Profile:
    """What the user pool keeps of a person; `person_id` is the name to sign in with. `state` is
    INVITED until the person has chosen a password, RESET while a new one must be chosen."""

    person_id: str
    email: str
    state: str
    enabled: bool
    created_at: dt.datetime
    email_verified: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def provider(self) -> str | None:
        """The provider by which the person signs in, "" if unclear; None for a local account."""
        return provider_of(self.attributes)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person with what the groups give; `last_sign_in` is None if none was recorded."""

    profile: Profile
    standing: Standing
    last_sign_in: dt.datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "person_id": self.profile.person_id,
            "email": self.profile.email,
            **standing_json(self.standing),
            "state": self.profile.state,
            "enabled": self.profile.enabled,
            "provider": self.profile.provider,
            "created_at": self.profile.created_at.isoformat(timespec="seconds"),
            "last_sign_in": self.last_sign_in and self.last_sign_in.isoformat(timespec="seconds"),
        }


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new person: the address, in lower case, is also the name to sign in with."""

    email: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What a person is to have; `enabled` is None to keep it as it is."""

    standing: Standing
    enabled: bool | None = None


def known_standing(
    profile: Profile, groups: Iterable[str], providers: Iterable[Provider]
) -> Standing:
    """What the person has, with what an operator has assigned to the person's provider."""
    name = profile.provider
    if name is None:
        return standing_of(groups)
    provider = next((one for one in providers if one.name == name), None)
    return provided_standing(groups, profile.attributes, provider)


def standing_json(standing: Standing) -> dict[str, Any]:
    """`{"role", "districts", "is_operator"}`; the role is null without one."""
    return {
        "role": standing.role.replace("-", "_") or None,
        "districts": sorted(standing.districts),
        "is_operator": standing.is_operator,
    }


def parse_invitation(body: object) -> Invitation:
    """The invitation in a JSON body. Raises InvalidRequest with every problem."""
    fields = Fields.of_body(body, _INVITATION)
    fields.refuse_unknown("email", "role", "districts", "is_operator")
    email = fields.get("email")
    address = email.strip().lower() if isinstance(email, str) else ""
    if not _ADDRESS.fullmatch(address) or len(address) > MAX_ADDRESS_CHARACTERS:
        fields.add_problem("email", "Enter one email address, such as ada@anytown.org.")
    standing = parse_standing(fields)
    if not standing.role:
        fields.add_problem("role", f"Enter one of {', '.join(_ROLES)}.")
    if not standing.districts and not standing.is_operator:
        fields.add_problem("districts", "Enter at least one district.")
    fields.raise_problems("The person was not invited.")
    return Invitation(address, standing)


def parse_change(body: object) -> PersonChange:
    """The change in a JSON body: the whole standing. Raises InvalidRequest with every problem."""
    fields = Fields.of_body(body, _CHANGE)
    fields.refuse_unknown("role", "districts", "is_operator", "enabled")
    for name in ("role", "districts"):
        if name not in fields:
            fields.add_problem(name, "Send it as it is to be, also if it stays.")
    standing = parse_standing(fields)
    enabled = fields.flag("enabled") if fields.get("enabled") is not None else None
    fields.raise_problems("The person was not changed.")
    return PersonChange(standing, enabled)


def parse_standing(fields: Fields) -> Standing:
    """`role`, `districts` and `is_operator` of a body; records their problems."""
    role = fields.get("role")
    group = _ROLES.get(role, "") if isinstance(role, str) else ""
    if role is not None and not group:
        fields.add_problem("role", f"Enter one of {', '.join(_ROLES)}; null for no role.")
    return Standing(
        group,
        frozenset(parse_districts(fields)),
        fields.flag("is_operator"),
    )


def parse_districts(fields: Fields) -> Iterable[str]:
    """The names in `districts`; records their problems."""
    example = f'Enter a list of at most {MAX_DISTRICTS} districts, such as ["anytown"].'
    names = fields.items("districts", MAX_DISTRICTS, example, at_least=0) or []
    for index, name in enumerate(names):
        try:
            yield check_district(name if isinstance(name, str) else "")
        except ValueError as error:
            fields.add_problem(f"districts[{index}]", str(error))


def person_note(action: str, person_id: str, before: Standing, after: Standing) -> Note:
    """The audit entry: the person, what has changed, and what decides who may read the entry."""
    was, is_now = standing_json(before), standing_json(after)
    deciding = ["districts"]
    deciding += ["is_operator"] * (before.is_operator or after.is_operator)
    changes = [SettingChange(name, was.pop(name), is_now.pop(name)) for name in deciding]
    changes += changes_between(was, is_now)
    return Note(action, (SettingChange("person", None, person_id), *changes), PEOPLE_AUDIT)


def standings_in(changes: Iterable[SettingChange]) -> tuple[Standing, Standing]:
    """What an entry of `person_note` says about districts and operators, before and after."""
    by_name = {change.field: change for change in changes}
    districts = by_name.get("districts")
    if districts is None or "person" not in by_name:  # about a provider: for operators
        return Standing(), Standing()
    is_operator = "is_operator" in by_name
    return (
        Standing("", frozenset(districts.before), is_operator),
        Standing("", frozenset(districts.after), is_operator),
    )
