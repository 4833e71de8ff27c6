"""The settings that a connection check tries: a change of any other leaves its result valid."""

import hashlib
import json

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.given_secrets import SECRETS

_TRIED = (
    "delivery",
    "host",
    "port",
    "username",
    "host_keys",
    "folder",
    "write_in_place",
    "keep_links",
    "done_file",
)

SIGN_IN = frozenset({"host", "port", "username", *SECRETS})
"""A sign-in that was refused may be tried at once after a change of one of these fields."""


def checked_settings(connection: Connection) -> str:
    """A digest, equal for connections of which a check tries the same; without the secrets."""
    settings = connection.model_dump(mode="json", include=set(_TRIED))
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
