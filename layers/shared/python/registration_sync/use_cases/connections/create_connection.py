"""Create connection: a new SFTP connection of a district."""

import contextlib
import datetime as dt

from registration_sync.domain.access import Caller, Permission, authorise
from registration_sync.domain.audit import Change
from registration_sync.domain.connections.connection import (
    Connection,
    parse_connection,
    what_changed,
)
from registration_sync.domain.errors import RegistrationSyncError, Unavailable
from registration_sync.ports.connections import Connections, Mappings, Secrets
from registration_sync.use_cases.connections.shared_destinations import reject_shared_destinations


def create_connection(
    definition: object,
    *,
    caller: Caller,
    today: dt.date,
    connections: Connections,
    mappings: Mappings,
    secrets: Secrets,
) -> tuple[Connection, tuple[Change, ...]]:
    """Stores the connection and its secrets, and returns it with what was set; a program has to
    name itself in `programs`.

    Raises InvalidRequest with every problem, AccessDenied for another district, Conflict if the
    id is taken or another connection writes the same file.
    """
    connection, credentials = parse_connection(definition)
    authorise(caller, Permission.CONFIGURE, connection.access)
    # An id that was removed and is taken up again finds its mapping again.
    reject_shared_destinations(connection, connections=connections, mappings=mappings, today=today)
    # The connection goes first: its id may be taken, and those secrets are not ours to touch.
    connections.add(connection)
    try:
        secrets.write(connection.connection_id, credentials)
    except RegistrationSyncError:
        with contextlib.suppress(Unavailable):
            connections.remove(connection.connection_id)
        raise
    return connection, what_changed(None, connection, credentials)
