"""Refuses a connection that would write the same file as another connection."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.destinations import Destination, destinations, same_host
from registration_sync.domain.errors import Conflict, InvalidRequest
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.ports.connections import Connections, Mappings


def reject_shared_destinations(
    connection: Connection,
    *,
    definition: Mapping[str, Any] | None = None,
    connections: Connections,
    mappings: Mappings,
    today: dt.date,
) -> None:
    """Raises Conflict with the id of the other connection if both deliver to one path of a server.

    `definition` is the connection's new mapping, None for the saved one.
    """
    if definition is None:
        definition = _saved(connection, mappings)
    own = destinations(connection, _file_names(definition), today)
    reject_destinations_of_others(
        connection, own, connections=connections, mappings=mappings, today=today
    )


def reject_destinations_of_others(
    connection: Connection,
    own: Collection[Destination],
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
        shared = {*own} & destinations(other, _file_names(_saved(other, mappings)), today)
        if shared:
            path = min(shared)[-1]
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
