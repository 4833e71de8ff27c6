"""Changes one person: role, districts, invitation, password, one-time codes, removal.

A caller finds only people that `may_manage` allows: for all others there is nobody with this id.
Nobody changes their own access, so that one person who may manage the others always remains.
"""

import datetime as dt
from dataclasses import replace

from registration_sync.domain.access import (
    Caller,
    Standing,
    may_manage,
    standing_groups,
    standing_of,
)
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
)
from registration_sync.ports.people import SignIns, UserPool

NO_SUCH_PERSON = "There is no person with this id, or you may not manage them."
HAS_SIGNED_IN = "The person has chosen a password already: reset it instead."
CANNOT_BE_INVITED = (
    "This address cannot be invited: if the person is not among your people, "
    "ask an operator of this service."
)
"""Says the same whether the address belongs to another district or not."""


def find_person(
    person_id: str, *, caller: Caller, pool: UserPool, sign_ins: SignIns | None = None
) -> KnownPerson:
    """The person, if the caller may manage them. Raises NotFound."""
    try:
        profile = pool.get(person_id)
    except NotFound:
        raise NotFound(NO_SUCH_PERSON) from None
    person_id = profile.person_id
    standing = standing_of(pool.groups([person_id])[person_id])
    if not may_manage(caller, standing):
        raise NotFound(NO_SUCH_PERSON)
    last = sign_ins.between(person_id, person_id).get(person_id) if sign_ins else None
    return KnownPerson(profile, standing, last)


def invite_person(
    invitation: Invitation, *, caller: Caller, pool: UserPool, now: dt.datetime
) -> KnownPerson:
    """Makes the person, and mails the first password when the groups are set.

    Raises AccessDenied for a standing that the caller may not give, and Conflict for an address
    that has a person, with the same message whichever district that one is of.
    """
    _require_given(invitation.standing, caller)
    name = invitation.email
    try:
        pool.create(name, invitation.email)
    except Conflict:
        raise _taken(name, caller, pool) from None
    try:
        pool.change_groups(name, (), invitation.standing.groups)
    except (Unavailable, ServiceRefused):
        pool.remove(name)  # or nobody but an operator would find the person
        raise
    pool.send_invitation(name)
    profile = Profile(name, invitation.email, INVITED, enabled=True, created_at=now)
    return KnownPerson(profile, invitation.standing)


def _taken(name: str, caller: Caller, pool: UserPool) -> Conflict:
    try:
        person = find_person(name, caller=caller, pool=pool)
    except NotFound:
        return Conflict(CANNOT_BE_INVITED)
    if person.profile.state == INVITED:
        return Conflict("This person is invited already: send the invitation again.")
    return Conflict("This person has access already: change the person instead.")


def invite_again(person_id: str, *, caller: Caller, pool: UserPool) -> KnownPerson:
    """Mails a new first password. Raises NotFound, and Conflict if the person has chosen one."""
    person = find_other(person_id, caller=caller, pool=pool)
    if person.profile.state != INVITED:
        raise Conflict(HAS_SIGNED_IN)
    pool.send_invitation(person.profile.person_id)
    return person


def change_person(
    person_id: str, change: PersonChange, *, caller: Caller, pool: UserPool
) -> tuple[KnownPerson, KnownPerson]:
    """The person before and after the change; ends their sessions if anything has changed.

    Safe to repeat after a failure. Raises NotFound, and AccessDenied for a standing that the caller
    may not give.
    """
    before = find_other(person_id, caller=caller, pool=pool)
    _require_given(change.standing, caller)
    profile = before.profile
    enabled = profile.enabled if change.enabled is None else change.enabled
    name = profile.person_id
    held = standing_groups(pool.groups([name])[name])
    if held != change.standing.groups:
        pool.change_groups(name, held, change.standing.groups)
    if enabled != profile.enabled:
        pool.enable(name, enabled=enabled)
    if held != change.standing.groups or enabled != profile.enabled:
        pool.sign_out(name)
    return before, KnownPerson(replace(profile, enabled=enabled), change.standing)


def reset_password(person_id: str, *, caller: Caller, pool: UserPool) -> KnownPerson:
    """Ends the password and all sessions. Raises NotFound and Conflict."""
    person = find_other(person_id, caller=caller, pool=pool)
    if person.profile.state == INVITED:
        raise Conflict("The person has not signed in yet: send the invitation again.")
    if not person.profile.email_verified:
        raise Conflict("The person has no verified address: remove and invite the person again.")
    pool.reset_password(person.profile.person_id)
    pool.sign_out(person.profile.person_id)
    return person


def reset_mfa(person_id: str, *, caller: Caller, pool: UserPool) -> KnownPerson:
    """Forgets the app for one-time codes and ends all sessions. Raises NotFound and Conflict."""
    person = find_other(person_id, caller=caller, pool=pool)
    pool.reset_mfa(person.profile.person_id)
    pool.sign_out(person.profile.person_id)
    return person


def remove_person(
    person_id: str, *, caller: Caller, pool: UserPool, sign_ins: SignIns
) -> KnownPerson:
    """Ends all sessions and deletes the person. Raises NotFound."""
    person = find_other(person_id, caller=caller, pool=pool)
    name = person.profile.person_id
    pool.sign_out(name)
    pool.remove(name)
    sign_ins.forget(name)
    return person


def find_other(person_id: str, *, caller: Caller, pool: UserPool) -> KnownPerson:
    """A person who is not the caller. Raises NotFound, and AccessDenied for the caller."""
    person = find_person(person_id, caller=caller, pool=pool)
    if person.profile.person_id.lower() == caller.name.lower():
        raise AccessDenied(
            "You cannot change your own access: ask another person who may manage people."
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
    raise AccessDenied("You may give only districts that you have yourself.")
