"""Which districts a program is bound to, and which programs a connection may list."""

from collections.abc import Iterator

from registration_sync.domain.access import ALL_DISTRICTS, BoundProgram, Caller, Person, is_bound
from registration_sync.domain.audit import SettingChange, changes_between
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.ports.connections import Programs


def bind_program(
    wanted: BoundProgram, *, enroll: BoundProgram, programs: Programs
) -> tuple[SettingChange, ...]:
    """Binds the program to its districts, and to no other; returns the changes. Raises
    InvalidRequest for Enroll's own program."""
    if wanted.client_id == enroll.client_id:
        raise InvalidRequest(
            f"{enroll.name} is bound to all districts: a connection decides by its programs "
            "whether Enroll may sync to it."
        )
    before = find_program(wanted.client_id, programs)
    programs.bind(wanted)
    old = before.to_json() if before else {}
    return changes_between(old, wanted.to_json())


def find_program(client_id: str, programs: Programs) -> BoundProgram | None:
    """None for a program that was never bound."""
    return next((one for one in programs.all() if one.client_id == client_id), None)


def programs_seen_by(
    caller: Caller, *, enroll: BoundProgram, programs: Programs
) -> Iterator[BoundProgram]:
    """Enroll's program, and those that the caller may know of: operators all, people those of their
    districts, with these alone; a program itself."""
    yield enroll
    for program in programs.all():
        if not isinstance(caller, Person):
            if program.client_id == caller.client_id:
                yield program
        elif caller.is_operator:
            yield program
        elif seen := sorted({ALL_DISTRICTS, *caller.districts} & {*program.districts}):
            yield BoundProgram(program.client_id, program.name, tuple(seen))


def require_bound_programs(
    connection: Connection, before: Connection | None, programs: Programs
) -> None:
    """Raises InvalidRequest if the connection newly lists a program that no operator has bound to
    its district: what such a program sends may be of another district. In another district, every
    program is new."""
    known = before.programs if before and before.district == connection.district else ()
    problems = [
        Problem(
            f"programs[{index}]",
            f"No operator has bound this program to the district {connection.district}: ask one, "
            "or check the client id.",
        )
        for index, client_id in enumerate(connection.programs)
        if client_id not in known
        and not is_bound(programs.districts(client_id), connection.district)
    ]
    if problems:
        raise InvalidRequest("The connection is not valid.", problems=problems)
