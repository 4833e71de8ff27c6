"""Refuses a connection that would write one file twice, or the same file as another connection."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.destinations import (
    Destination,
    account_name,
    destinations,
    folders,
)
from registration_sync.domain.errors import Conflict, DestinationTaken, InvalidRequest, Problem
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.own_names import done_file_problems
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.sign_ins import SignIns


def reject_shared_destinations(
    connection: Connection,
    *,
    definition: Mapping[str, Any] | None = None,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
    today: dt.date,
) -> None:
    """Raises the Conflict of `reject_destinations_of_others` if the connection delivers to a file
    of another one, and InvalidRequest if one of the files has the name of another's done file.

    `definition` is the connection's new mapping, None for the saved one.
    """
    names = _file_names(_saved(connection, mappings) if definition is None else definition)
    reject_done_files(connection, names, at=None if definition is None else "files[{}].name")
    own = destinations(connection, names, today)
    reject_destinations_of_others(
        connection, own, connections=connections, mappings=mappings, sign_ins=sign_ins, today=today
    )


def reject_done_files(
    connection: Connection, names: Sequence[str], *, at: str | None = None
) -> None:
    """Raises InvalidRequest if a file has the name of the done file of another one. `names` may
    have placeholders; `at` is the path of a problem with {} for the index of the file, None for
    the path of the connection's setting."""
    if connection.delivery is not DeliveryMethod.SFTP or not connection.done_file:
        return
    problems = [
        Problem(at.format(index) if at else "done_file", message)
        for index, message in done_file_problems(names)
    ]
    if problems:
        raise InvalidRequest(problems[0].message, problems=problems)


def reject_destinations_of_others(
    connection: Connection,
    own: Mapping[Destination, str],
    *,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
    today: dt.date,
) -> None:
    """Raises Conflict if another connection has one of these destinations.

    A connection of the same district always counts, and is named. One of another district counts
    only after both have signed in to the account, and is never named: otherwise a district could
    claim, or find out, the folder of another one by writing its name into a setting. Therefore
    `claim_account` looks again when a connection first signs in.
    """
    account, own_folders = account_name(connection), folders(own)
    is_ours: bool | None = None
    for other in connections.all() if own else ():
        if other.connection_id == connection.connection_id or account_name(other) != account:
            continue
        if not own_folders & folders(destinations(other, ("any",), today)):
            continue  # its mapping is not read: many connections may have one account
        others = destinations(other, _file_names(_saved(other, mappings)), today)
        shared = own.keys() & others.keys()
        if not shared:
            continue
        path = own[min(shared)]
        if other.district == connection.district:
            raise _conflict(f'The connection "{other.connection_id}"', path)
        if is_ours is None:
            is_ours = sign_ins.has(connection.connection_id, account)
        if is_ours and sign_ins.has(other.connection_id, account):
            raise _conflict("Another connection of this service", path)


def claim_account(
    connection: Connection,
    *,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
    today: dt.date,
) -> None:
    """Notes that the connection has signed in to its account, after the first sign-in. Raises
    DestinationTaken if another connection that has signed in, too, delivers to the same file; then
    nothing is noted. Looks after it has noted: of two at once, at least one is refused."""
    account = account_name(connection)
    if sign_ins.has(connection.connection_id, account):
        return
    sign_ins.note(connection.connection_id, account)
    try:
        reject_shared_destinations(
            connection, connections=connections, mappings=mappings, sign_ins=sign_ins, today=today
        )
    except Conflict as error:
        sign_ins.forget(connection.connection_id)
        raise DestinationTaken(error.message) from error


def _conflict(who: str, path: str) -> Conflict:
    return Conflict(
        f"{who} also delivers to {path} on this server with this account: choose another folder or "
        "another file name."
    )


def _saved(connection: Connection, mappings: Mappings) -> Mapping[str, Any]:
    saved = mappings.latest(connection.connection_id)
    return saved.definition if saved else {}


def _file_names(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """The file names with placeholders; empty for a mapping that is not valid, which delivers
    nothing."""
    try:
        mapping = parse_mapping(definition)
    except InvalidRequest:
        return ()
    return mapping.delivered_names
