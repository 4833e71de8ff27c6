"""Changes a connection: its settings, and the secrets in the request."""

import datetime as dt
from dataclasses import replace

from registration_sync.domain.access import Caller, authorize_change
from registration_sync.domain.audit import SettingChange
from registration_sync.domain.connections.checked_settings import checked_settings
from registration_sync.domain.connections.connection import Connection, setting_changes
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.saved_secrets import saved_secrets
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.ports.connections import Connections, Mappings, Programs, PublicKeys, Secrets
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.connections.bind_program import require_bound_programs
from registration_sync.use_cases.connections.generate_key import discard_key, require_choice_of_key
from registration_sync.use_cases.connections.shared_destinations import reject_shared_destinations


def change_connection(
    connection: Connection,
    credentials: Credentials,
    *,
    caller: Caller,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    secrets: Secrets,
    programs: Programs,
    public_keys: PublicKeys,
    sign_ins: SignIns,
) -> tuple[SettingChange, ...]:
    """Replaces the connection and the secrets in `credentials`; returns the changes.

    The caller must have the permission on the connection before and after the change: a connection
    cannot be moved to a district to which the caller does not belong. A program changes neither
    the district nor the programs. Raises the errors of
    create_connection, NotFound, and InvalidRequest if another server needs the password again.
    """
    before = connections.get(connection.connection_id)
    authorize_change(caller, before.access, connection.access)
    require_bound_programs(connection, before, programs)
    has_choice = credentials.private_key is not None
    require_choice_of_key(connection, before, has_choice=has_choice, public_keys=public_keys)
    server = GivenFor.of(connection)
    if not GivenFor.of(before).covers(server):
        credentials = _for_another_server(connection, before, credentials)
    reject_shared_destinations(
        connection, connections=connections, mappings=mappings, sign_ins=sign_ins, today=now.date()
    )
    if has_choice:  # before the new secrets: a sign-in of the waiting key would replace them
        discard_key(connection.connection_id, public_keys=public_keys, secrets=secrets)
    # Secrets first. Until the last step, and if it fails, the connection is the old one, and the
    # new password is refused to its server. In the other order, an old password without a server
    # (of an earlier version) could go to the new server.
    secrets.write(connection.connection_id, credentials, server)
    if has_choice:
        public_keys.remove(connection.connection_id)
    keeps_check = credentials == Credentials() and (
        checked_settings(before) == checked_settings(connection)
    )
    saved = saved_secrets(credentials, by=caller.name, at=now)
    connections.replace(connection.with_saved_secrets(saved), keeps_check=keeps_check)
    return setting_changes(before, connection, credentials)


def _for_another_server(
    connection: Connection, before: Connection, credentials: Credentials
) -> Credentials:
    """Never sends a stored password to a server for which it was not entered: otherwise a caller
    who may configure could redirect the connection to their own server and read the password. The
    stored private key stays: its server receives a signature, from which nobody can sign in."""
    if connection.host and credentials.password is None and not credentials.private_key:
        old, new = before.to_json(), connection.to_json()
        changed = [name for field, name in _SERVER.items() if old[field] != new[field]]
        message = (
            f"Enter the password again because {_listed(changed)} changed. Or remove it (null), to "
            "sign in with the saved private key alone. A saved password is never sent to another "
            "server or account."
        )
        raise InvalidRequest(message, problems=[Problem("password", message)])
    return replace(credentials, password=credentials.password or "")


def _listed(names: list[str]) -> str:
    """ "a", "a and b" or "a, b and c"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


_SERVER = {
    "host": "the server address",
    "port": "the port",
    "username": "the user name",
    "host_keys": "the host keys",
}
