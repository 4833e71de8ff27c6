"""Creates a connection of a district."""

import contextlib
import datetime as dt

from registration_sync.domain.access import Caller, authorize_creation
from registration_sync.domain.audit import SettingChange
from registration_sync.domain.connections.connection import Connection, setting_changes
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.saved_secrets import saved_secrets
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import RegistrationSyncError, Unavailable
from registration_sync.ports.connections import Connections, Mappings, Programs, Secrets
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.connections.bind_program import require_bound_programs
from registration_sync.use_cases.connections.shared_destinations import reject_shared_destinations


def create_connection(
    connection: Connection,
    credentials: Credentials,
    *,
    caller: Caller,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    secrets: Secrets,
    programs: Programs,
    sign_ins: SignIns,
) -> tuple[SettingChange, ...]:
    """Stores the connection and its secrets; returns the settings as changes. A program must be
    one of the connection's own `programs`, and bound to its district.

    Raises AccessDenied for another district, InvalidRequest for `programs` that are not bound to
    it, Conflict if the id is taken or another connection writes the same file, and Unavailable.
    """
    authorize_creation(caller, connection.access)
    require_bound_programs(connection, None, programs)
    # A connection with the id of a removed one has that one's mapping.
    reject_shared_destinations(
        connection, connections=connections, mappings=mappings, sign_ins=sign_ins, today=now.date()
    )
    # The connection first: if its id is taken, the secrets of that connection must not change. Then
    # every kind of secret: a deleted stack of the same name may have left some.
    all_secrets = credentials.without_others()
    saved = saved_secrets(all_secrets, by=caller.name, at=now)
    connections.add(connection.with_saved_secrets(saved))
    try:
        server = GivenFor.of(connection)
        secrets.write(connection.connection_id, all_secrets, server)
    except RegistrationSyncError:
        with contextlib.suppress(Unavailable):
            connections.remove(connection.connection_id)
        raise
    return setting_changes(None, connection, credentials)
