"""Remove connection: its settings and secrets go; runs, archived files and the mapping stay."""

from registration_sync.ports import Connections, Secrets


def remove_connection(connection_id: str, *, connections: Connections, secrets: Secrets) -> None:
    """Removes secrets and connection; Raises Unavailable, and may then be repeated."""
    # Secrets first: a connection that is gone could not be removed again to take them along.
    secrets.remove(connection_id)
    connections.remove(connection_id)
