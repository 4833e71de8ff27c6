"""The account that a connection signs in with."""

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import SftpAccount
from registration_sync.ports.connections import Secrets


def account_of(connection: Connection, secrets: Secrets) -> SftpAccount:
    """Reads the secrets of the connection; raises Unavailable."""
    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=secrets.read(connection.connection_id),
        write_in_place=connection.write_in_place,
    )
