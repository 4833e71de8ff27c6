"""Changes one person: role, districts, invitation, password, one-time codes, removal.

A caller finds only people that `may_manage` allows: for all others there is nobody with this id.
Nobody changes their own access, so that one person who may manage the others always remains.
"""

import datetime as dt
from dataclasses import replace

from registration_sync.domain.access import Caller, Standing, may_manage, standing_groups
from registration_sync.domain.errors import (
    AccessDenied,
    Conflict,
    NotFound,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.people.person import (
    INVITED,
    Invitation,
    KnownPerson,
    PersonChange,
    Profile,
    known_standing,
)
from registration_sync.domain.people.provider import provider_groups, without_local_accounts
from registration_sync.ports.people import Providers, SignIns, UserPool

NO_SUCH_PERSON = "There is no person with this id, or you may not manage them."
HAS_SIGNED_IN = "The person has chosen a password already: reset it instead."
CANNOT_BE_INVITED = (
    "This address cannot be invited: if the person is not among your people, "
    "ask an operator of this service."
)
"""Says the same whether the address belongs to another district or not."""


def find_person(
    person_id: str,
    *,
    caller: Caller,
    pool: UserPool,
    providers: Providers,
    sign_ins: SignIns | None = None,
) -> KnownPerson:
    """The person, if the caller may manage them. Raises NotFound."""
    try:
        profile = pool.get(person_id)
    except NotFound:
        raise NotFound(NO_SUCH_PERSON) from None
    person_id = profile.person_id
    standing = known_standing(profile, pool.groups([person_id])[person_id], providers.all())
    if not may_manage(caller, standing):
        raise NotFound(NO_SUCH_PERSON)
    last = sign_ins.between(person_id, person_id).get(person_id) if sign_ins else None
    return KnownPerson(profile, standing, last)


def invite_person(
    invitation: Invitation,
    *,
    caller: Caller,
    pool: UserPool,
    providers: Providers,
    now: dt.datetime,
) -> KnownPerson:
    """Makes the person, and mails the first password when the groups are set.

    Raises AccessDenied for a standing that the caller may not give, and Conflict for an address
    that has a person, with the same message whichever district that one is of, and for a district
    whose people sign in by providers only.
    """
    _require_given(invitation.standing, caller)
    name, known = invitation.email, providers.all()
    provided = sorted(invitation.standing.districts & without_local_accounts(known))
    if provided:
        raise Conflict(f"People of {provided[0]} sign in with the district's own accounts.")
    if any(name.startswith(f"{one.name}_") for one in known):
        raise Conflict(CANNOT_BE_INVITED)  # the name of a person of that provider
    try:
        pool.create(name, invitation.email)
    except Conflict:
        raise _taken(name, caller, pool, providers) from None
    try:
        pool.change_groups(name, (), invitation.standing.groups)
    except (Unavailable, ServiceRefused):
        pool.remove(name)  # or nobody but an operator would find the person
        raise
    pool.send_invitation(name)
    profile = Profile(name, invitation.email, INVITED, enabled=True, created_at=now)
    return KnownPerson(profile, invitation.standing)


def _taken(name: str, caller: Caller, pool: UserPool, providers: Providers) -> Conflict:
    try:
        person = find_person(name, caller=caller, pool=pool, providers=providers)
    except NotFound:
        return Conflict(CANNOT_BE_INVITED)
    if person.profile.state == INVITED:
        return Conflict("This person is invited already: send the invitation again.")
    return Conflict("This person has access already: change the person instead.")


def invite_again(
    person_id: str, *, caller: Caller, pool: UserPool, providers: Providers
) -> KnownPerson:
    """Mails a new first password. Raises NotFound, and Conflict if the person has chosen one."""
    person = _find_local(person_id, caller, pool, providers)
    if person.profile.state != INVITED:
        raise Conflict(HAS_SIGNED_IN)
    pool.send_invitation(person.profile.person_id)
    return person


def change_person(
    person_id: str, change: PersonChange, *, caller: Caller, pool: UserPool, providers: Providers
) -> tuple[KnownPerson, KnownPerson]:
    """The person before and after the change; ends their sessions if anything has changed.

    Safe to repeat after a failure. Raises NotFound, AccessDenied for a standing that the caller may
    not give, and Conflict for other districts than those of the person's provider.
    """
    before = find_other(person_id, caller=caller, pool=pool, providers=providers)
    _require_given(change.standing, caller)
    profile = before.profile
    enabled = profile.enabled if change.enabled is None else change.enabled
    name = profile.person_id
    groups = pool.groups([name])[name]
    held, wanted = standing_groups(groups), change.standing.groups
    if profile.provider is not None:
        if replace(change.standing, role=before.standing.role) != before.standing:
            raise Conflict("The districts of this person are those of the provider.")
        held = provider_groups(held)
        # A role that the provider gives is not stored: it ends when the provider gives it no more.
        keeps_role = change.standing.role == before.standing.role
        wanted = held if keeps_role else provider_groups(wanted)
    if held != wanted or enabled != profile.enabled:
        pool.sign_out(name)  # first: if it fails, nothing has changed without an audit entry
    if held != wanted:
        pool.change_groups(name, held, wanted)
    if enabled != profile.enabled:
        pool.enable(name, enabled=enabled)
    after = known_standing(profile, groups - held | wanted, providers.all())
    return before, KnownPerson(replace(profile, enabled=enabled), after)


def reset_password(
    person_id: str, *, caller: Caller, pool: UserPool, providers: Providers
) -> KnownPerson:
    """Ends the password and all sessions. Raises NotFound and Conflict."""
    person = _find_local(person_id, caller, pool, providers)
    if person.profile.state == INVITED:
        raise Conflict("The person has not signed in yet: send the invitation again.")
    if not person.profile.email_verified:
        raise Conflict("The person has no verified address: remove and invite the person again.")
    pool.reset_password(person.profile.person_id)
    pool.sign_out(person.profile.person_id)
    return person


def reset_mfa(
    person_id: str, *, caller: Caller, pool: UserPool, providers: Providers
) -> KnownPerson:
    """Forgets the app for one-time codes and ends all sessions. Raises NotFound and Conflict."""
    person = _find_local(person_id, caller, pool, providers)
    pool.reset_mfa(person.profile.person_id)
    pool.sign_out(person.profile.person_id)
    return person


def remove_person(
    person_id: str, *, caller: Caller, pool: UserPool, providers: Providers, sign_ins: SignIns
) -> KnownPerson:
    """Ends all sessions and deletes the person. Raises NotFound, and Conflict for a person of a
    provider, which would make the person again at the next sign-in."""
    person = find_other(person_id, caller=caller, pool=pool, providers=providers)
    name = person.profile.person_id
    if any(one.name == person.profile.provider for one in providers.all()):
        raise Conflict(
            "The person signs in with an account of the district and would come back: switch the "
            "person off here, or remove the account there."
        )
    pool.sign_out(name)
    pool.remove(name)
    sign_ins.forget(name)
    return person


def find_other(
    person_id: str, *, caller: Caller, pool: UserPool, providers: Providers
) -> KnownPerson:
    """A person who is not the caller. Raises NotFound, and AccessDenied for the caller."""
    person = find_person(person_id, caller=caller, pool=pool, providers=providers)
    if person.profile.person_id.lower() == caller.name.lower():
        raise AccessDenied(
            "You cannot change your own access: ask another person who may manage people."
        )
    return person


def _find_local(
    person_id: str, caller: Caller, pool: UserPool, providers: Providers
) -> KnownPerson:
    """Another person, who has a password here. Raises NotFound, AccessDenied and Conflict."""
    person = find_other(person_id, caller=caller, pool=pool, providers=providers)
    if person.profile.provider is not None:
        raise Conflict(
            "The person signs in with an account of the district: the password and the second "
            "factor are kept there."
        )
    return person


def _require_given(standing: Standing, caller: Caller) -> None:
    """Raises AccessDenied unless the caller may give the standing."""
    if may_manage(caller, standing):
        return
    if standing.is_operator:
        raise AccessDenied("Only an operator may make an operator.")
    if not standing.districts:
        raise AccessDenied("Name at least one of your districts; to end all access, remove them.")
    raise AccessDenied("You can only give districts that you have yourself.")
