"""Change connection: replaces its settings, and the secrets that are sent along."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from registration_sync.domain.access import Caller, Permission, authorise
from registration_sync.domain.audit import Change
from registration_sync.domain.connections.connection import (
    Connection,
    parse_connection,
    what_changed,
)
from registration_sync.domain.connections.destinations import same_host
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.ports.connections import Connections, Mappings, Secrets
from registration_sync.use_cases.connections.shared_destinations import reject_shared_destinations


def change_connection(
    connection_id: str,
    definition: object,
    *,
    caller: Caller,
    today: dt.date,
    connections: Connections,
    mappings: Mappings,
    secrets: Secrets,
) -> tuple[Connection, tuple[Change, ...]]:
    """Replaces the connection as a whole, of the secrets only what is mentioned; returns it with
    what is another than before.

    Raises as create_connection, and NotFound. The caller must be entitled to the connection as it
    was (the API's routes see to that) and as it becomes: it cannot be moved to a foreign district.
    """
    if isinstance(definition, Mapping):
        if definition.get("connection_id", connection_id) != connection_id:
            message = f'The id cannot be changed: leave it out, or write "{connection_id}".'
            raise InvalidRequest(message, problems=[Problem("connection_id", message)])
        definition = {**definition, "connection_id": connection_id}
    connection, credentials = parse_connection(definition)
    before = connections.get(connection_id)
    for access in (before.access, connection.access):
        authorise(caller, Permission.CONFIGURE, access)
    if not same_host(connection, before):
        credentials = _for_another_server(connection, credentials)
    reject_shared_destinations(connection, connections=connections, mappings=mappings, today=today)
    # Secrets first: should the rest fail, the old server is shown a new password, and refuses it.
    # The other way round, the new server would be shown the old one.
    secrets.write(connection_id, credentials)
    connections.replace(connection)
    return connection, what_changed(before, connection, credentials)


def _for_another_server(connection: Connection, credentials: Credentials) -> Credentials:
    """A stored password never goes to a server that it was not given for.

    Otherwise whoever may configure could have it sent to a server of their own, and read it.
    """
    if connection.host and credentials.password is None and not credentials.private_key:
        message = (
            "The host is another one: send the password again (or null, to sign in by the stored "
            "key alone). A stored password is never sent to another server."
        )
        raise InvalidRequest(message, problems=[Problem("password", message)])
    return replace(credentials, password=credentials.password or "")
