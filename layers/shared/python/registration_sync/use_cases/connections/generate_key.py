"""Generates a key pair for a connection, and discards one that has not signed in yet."""

import datetime as dt

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.key_pairs import KeyPairs, KeyType, MakeKeyPair, PublicKey
from registration_sync.domain.errors import (
    Conflict,
    InvalidRequest,
    Problem,
    ServiceRefused,
    Unavailable,
)
from registration_sync.ports.connections import PublicKeys, Secrets


def generate_key(
    connection: Connection,
    kind: KeyType,
    *,
    made_by: str,
    now: dt.datetime,
    make_key_pair: MakeKeyPair,
    public_keys: PublicKeys,
    secrets: Secrets,
) -> KeyPairs:
    """Makes a pair that waits for its first sign-in, in place of one that waits already. What the
    connection signs in with until then stays.

    Raises Conflict for a connection without a server, or if another key was generated meanwhile,
    ServiceRefused and Unavailable.
    """
    if connection.delivery is not DeliveryMethod.SFTP or not connection.host:
        raise Conflict("This connection uses manual download, so there is no server to sign in to.")
    connection_id = connection.connection_id
    before = public_keys.get(connection_id)
    private, line = make_key_pair(kind, f"registration-sync:{connection_id}")
    key = PublicKey(line, now, made_by)
    # The public half first: of two keys generated at once, the one that is refused here must not
    # overwrite the private half of the other.
    public_keys.wait(connection_id, key, replaces=before.waiting)
    try:
        secrets.write_new_key(connection_id, private)
    except (Unavailable, ServiceRefused):
        # A shown key without its private half would never sign in.
        public_keys.discard_waiting(connection_id)
        raise
    return KeyPairs(key, before.in_use)


def discard_key(connection_id: str, *, public_keys: PublicKeys, secrets: Secrets) -> bool:
    """Discards the key that waits; returns whether there was one."""
    found = public_keys.get(connection_id).waiting
    secrets.write_new_key(connection_id, "")
    public_keys.discard_waiting(connection_id)
    return found is not None


def require_choice_of_key(
    after: Connection, before: Connection, *, has_choice: bool, public_keys: PublicKeys
) -> None:
    """Raises InvalidRequest if a generated key would sign in at another host, port or account than
    the one for which it was made.

    `has_choice`: the request sets or removes the private key. The other server could not sign in
    with what it gets, a signature. But the key names the connection, and is installed for one
    account. A new host key of the same host changes nothing: to install a key again is work for
    two people, and the pinned host key decides whether the service signs in at all.
    """

    def server(one: Connection) -> tuple[str, int, str]:
        return one.host.casefold().removesuffix("."), one.port, one.username

    if has_choice or not after.host or server(after) == server(before):
        return
    if public_keys.get(after.connection_id) == KeyPairs():
        return
    message = (
        "The server address, the port or the user name changed, and the generated key was made for "
        "the former one: enter another private key, or remove the generated one (null). Then "
        "generate a key for this server."
    )
    raise InvalidRequest(message, problems=[Problem("private_key", message)])
