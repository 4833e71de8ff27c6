"""People: list, invite, change, reset and remove; the audit entries about them."""

import datetime as dt
from typing import Any

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.bootstrap.people import people
from registration_sync.domain.access import Permission
from registration_sync.domain.fields import Fields
from registration_sync.domain.people.person import (
    KnownPerson,
    parse_change,
    parse_invitation,
    person_note,
)
from registration_sync.use_cases.people import manage_person
from registration_sync.use_cases.people.list_people import list_people, people_audit

PAGE_SIZE, MAX_PAGE_SIZE = 50, 100
AUDIT_PAGE_SIZE = 20


def _list_people(request: Request) -> Answer:
    """`{"items": […], "next"}` by id; `after` is the `next` of the previous page."""
    fields = Fields.of_query(request.query).refuse_unknown("limit", "after", "district")
    limit = fields.page_limit(PAGE_SIZE, MAX_PAGE_SIZE)
    fields.raise_problems("The people were not listed.")
    listed, following = list_people(
        request.caller,
        district=fields.text("district"),
        after=fields.text("after"),
        limit=limit,
        **_parts(),
    )
    return Answer(200, {"items": [person.to_json() for person in listed], "next": following})


def _read_person(request: Request) -> Answer:
    person = manage_person.find_person(request.path["person_id"], caller=request.caller, **_parts())
    return Answer(200, person.to_json())


def _invite_person(request: Request) -> Answer:
    person = manage_person.invite_person(
        parse_invitation(request.json()),
        caller=request.caller,
        now=dt.datetime.now(dt.UTC),
        **_pool(),
    )
    note = person_note("person_invited", person.profile.person_id, person.standing, person.standing)
    return Answer(201, person.to_json(), note=note)


def _change_person(request: Request) -> Answer:
    before, after = manage_person.change_person(
        request.path["person_id"],
        parse_change(request.json()),
        caller=request.caller,
        **_pool(),
    )
    person_id = after.profile.person_id
    note = person_note("person_changed", person_id, before.standing, after.standing)
    if after.profile.enabled != before.profile.enabled:
        action = "person_switched_on" if after.profile.enabled else "person_switched_off"
        note = person_note(action, person_id, before.standing, after.standing)
    return Answer(200, after.to_json(), note=note if before != after else None)


def _remove_person(request: Request) -> Answer:
    person = manage_person.remove_person(
        request.path["person_id"], caller=request.caller, **_parts()
    )
    return Answer(204, note=_note("person_removed", person))


def _send_invitation(request: Request) -> Answer:
    person = manage_person.invite_again(request.path["person_id"], caller=request.caller, **_pool())
    return Answer(200, person.to_json(), note=_note("invitation_sent", person))


def _reset_password(request: Request) -> Answer:
    person = manage_person.reset_password(
        request.path["person_id"], caller=request.caller, **_pool()
    )
    return Answer(204, note=_note("password_reset", person))


def _reset_mfa(request: Request) -> Answer:
    person = manage_person.reset_mfa(request.path["person_id"], caller=request.caller, **_pool())
    return Answer(204, note=_note("mfa_reset", person))


def _read_people_audit(request: Request) -> Answer:
    """As the audit of a connection; only entries about people that the caller may manage."""
    fields = Fields.of_query(request.query).refuse_unknown("limit", "after")
    limit = fields.page_limit(AUDIT_PAGE_SIZE, MAX_PAGE_SIZE)
    fields.raise_problems("The audit was not read.")
    entries, following = people_audit(
        request.caller,
        limit=limit,
        after=fields.text("after") or None,
        audit=configuration_function.dependencies().audit,
    )
    return Answer(200, {"items": [entry.to_json() for entry in entries], "next": following})


def _note(action: str, person: KnownPerson) -> Any:
    return person_note(action, person.profile.person_id, person.standing, person.standing)


def _pool() -> Any:
    return {"pool": people().pool, "providers": people().providers}


def _parts() -> Any:
    return {**_pool(), "sign_ins": people().sign_ins}


PERSON = "/people/{person_id}"
MANAGE = Permission.MANAGE_PEOPLE

ROUTES = (
    Route("GET", "/people", MANAGE, _list_people),
    Route("POST", "/people", MANAGE, _invite_person),
    Route("GET", "/people/audit", MANAGE, _read_people_audit),
    Route("GET", PERSON, MANAGE, _read_person),
    Route("PUT", PERSON, MANAGE, _change_person),
    Route("DELETE", PERSON, MANAGE, _remove_person),
    Route("POST", f"{PERSON}/invitation", MANAGE, _send_invitation),
    Route("POST", f"{PERSON}/password-reset", MANAGE, _reset_password),
    Route("POST", f"{PERSON}/mfa-reset", MANAGE, _reset_mfa),
)
