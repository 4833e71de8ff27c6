"""The account that a connection signs in with."""

import datetime as dt
from collections.abc import Callable

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.given_for import GivenFor
from registration_sync.domain.connections.sftp import ServerTraits, SftpAccount
from registration_sync.ports.connections import Connections, PublicKeys, Secrets


def account_of(
    connection: Connection,
    secrets: Secrets,
    connections: Connections,
    public_keys: PublicKeys,
    now: Callable[[], dt.datetime],
) -> SftpAccount:
    """Reads the secrets, and what the last check has learned of the server; raises Unavailable and
    PasswordOfAnotherServer."""
    connection_id = connection.connection_id
    check = connections.last_check(connection_id) or {}
    credentials = secrets.read(connection_id, GivenFor.of(connection))

    def keep_new_key(line: str) -> None:
        # The record first, by a condition: only the key that is shown replaces the former one.
        if public_keys.promote(connection_id, line, now()):
            secrets.promote_new_key(connection_id, credentials.new_key or "")

    return SftpAccount(
        host=connection.host,
        port=connection.port,
        username=connection.username,
        host_keys=tuple(connection.host_keys),
        credentials=credentials,
        write_in_place=connection.write_in_place,
        keep_links=connection.keep_links,
        traits=ServerTraits.from_json(check.get("server", {})),
        keep_new_key=keep_new_key,
    )
