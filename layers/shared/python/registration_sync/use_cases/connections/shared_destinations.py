"""Refuses a connection that would write one file twice, or the same file as another connection."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.destinations import Destination, destinations, same_host
from registration_sync.domain.errors import Conflict, InvalidRequest, Problem
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.definition.own_names import done_file_problems
from registration_sync.ports.connections import Connections, Mappings


def reject_shared_destinations(
    connection: Connection,
    *,
    definition: Mapping[str, Any] | None = None,
    connections: Connections,
    mappings: Mappings,
    today: dt.date,
) -> None:
    """Raises Conflict with the id of the other connection if both deliver to one path of a server,
    and InvalidRequest if one of the files has the name of another's done file.

    `definition` is the connection's new mapping, None for the saved one.
    """
    names = _file_names(_saved(connection, mappings) if definition is None else definition)
    reject_done_files(connection, names, at=None if definition is None else "files[{}].name")
    own = destinations(connection, names, today)
    reject_destinations_of_others(
        connection, own, connections=connections, mappings=mappings, today=today
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
    today: dt.date,
) -> None:
    """Raises Conflict with the id of another connection that has one of these destinations."""
    if not own:
        return
    for other in connections.all():
        if other.connection_id == connection.connection_id or not same_host(connection, other):
            continue
        others = destinations(other, _file_names(_saved(other, mappings)), today)
        if shared := own.keys() & others.keys():
            path = own[min(shared)]
            raise Conflict(
                f'The connection "{other.connection_id}" also delivers to {path} on this server: '
                "choose another folder or another file name."
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
