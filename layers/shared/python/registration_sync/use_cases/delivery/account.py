"""The account that a connection signs in with."""

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.sftp import ServerTraits, SftpAccount
from registration_sync.ports.connections import Connections, Secrets


def account_of(connection: Connection, secrets: Secrets, connections: Connections) -> SftpAccount:
    """Reads the secrets, and what the last check has learned of the server; raises Unavailable and
    PasswordOfAnotherServer."""
    check = connections.last_check(connection.connection_id) or {}
    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=secrets.read(connection.connection_id, GivenFor.of(connection)),
        write_in_place=connection.write_in_place,
        keep_links=connection.keep_links,
        traits=ServerTraits.from_json(check.get("server", {})),
    )
