"""The secrets in the JSON of a connection."""

from collections.abc import Mapping
from typing import cast

from registration_sync.domain.connections.rules import secret_problem
from registration_sync.domain.connections.sftp import Credentials
from registration_sync.domain.errors import Problem

SECRETS = ("password", "private_key", "passphrase")


def secret_problems(definition: Mapping[str, object]) -> list[Problem]:
    """The problems, which quote no secret."""
    found = [(name, secret_problem(name, definition.get(name))) for name in SECRETS]
    if definition.get("passphrase") and not definition.get("private_key"):
        message = "A passphrase needs its private key: enter both, or neither."
        found.append(("passphrase", message))
    return [Problem(name, message) for name, message in found if message]


def credentials_of(definition: Mapping[str, object]) -> Credentials:
    """None for a stored secret that stays, an empty text for one that is removed (null was sent).
    A private key replaces the stored passphrase, too."""
    given = {
        name: cast("str | None", definition[name]) or "" for name in SECRETS if name in definition
    }
    if "private_key" in given:
        given.setdefault("passphrase", "")  # the stored passphrase belongs to the replaced key
    return Credentials(**given)
