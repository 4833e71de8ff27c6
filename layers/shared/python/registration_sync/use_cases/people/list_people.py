"""Lists the people that a caller may manage, and the audit entries about people."""

from registration_sync.domain.access import DISTRICT_GROUP, NOBODY, Caller, Person, may_manage
from registration_sync.domain.audit import AuditEntry
from registration_sync.domain.people.person import (
    PEOPLE_AUDIT,
    KnownPerson,
    known_standing,
    standings_in,
)
from registration_sync.ports.connections import Audit
from registration_sync.ports.people import Providers, SignIns, UserPool

MAX_PAGES_READ = 10
"""Of audit entries, for one page of those that the caller may read."""


def list_people(
    caller: Caller,
    *,
    district: str,
    after: str,
    limit: int,
    pool: UserPool,
    providers: Providers,
    sign_ins: SignIns,
) -> tuple[list[KnownPerson], str | None]:
    """A page of people by id, and the `after` of the next one.

    `district` is a filter; empty for everyone. A page may have fewer people than `limit`: those
    that the caller may not manage are left out. Reads all names, but the groups of one page only.
    """
    person = caller if isinstance(caller, Person) else NOBODY
    stored = providers.all()
    if person.is_operator and not district:
        profiles = pool.all()
    else:
        known = person.districts | ({district} if person.is_operator else set())
        districts = sorted(known & {district} if district else known)
        profiles = pool.in_groups(
            [f"{DISTRICT_GROUP}{name}" for name in districts],
            [one.name for one in stored if not one.districts.isdisjoint(districts)],
        )
    ordered = sorted(
        (profile for profile in profiles if profile.person_id > after),
        key=lambda profile: profile.person_id,
    )
    page = ordered[:limit]
    if not page:
        return [], None
    held = pool.groups([profile.person_id for profile in page])
    last = sign_ins.between(page[0].person_id, page[-1].person_id)
    people = [
        KnownPerson(
            profile,
            known_standing(profile, held[profile.person_id], stored),
            last.get(profile.person_id),
        )
        for profile in page
    ]
    visible = [one for one in people if may_manage(caller, one.standing)]
    return visible, page[-1].person_id if len(ordered) > limit else None


def people_audit(
    caller: Caller, *, limit: int, after: str | None, audit: Audit
) -> tuple[list[AuditEntry], str | None]:
    """A page of the entries about people, newest first, and the `after` of the next one.

    Leaves out entries about people that the caller may not manage, before or after the change.
    """
    found: list[AuditEntry] = []
    for _ in range(MAX_PAGES_READ):
        entries, after = audit.newest(PEOPLE_AUDIT, limit - len(found), after)
        found += [
            entry
            for entry in entries
            if all(may_manage(caller, standing) for standing in standings_in(entry.changes))
        ]
        if after is None or len(found) >= limit:
            break
    return found, after
