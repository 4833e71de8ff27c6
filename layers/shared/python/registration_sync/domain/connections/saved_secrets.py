"""Which secrets of a connection are stored, since when, and who saved them; never the secrets."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from registration_sync.domain.connections.key_pairs import PublicKey
from registration_sync.domain.connections.sftp import Credentials

KINDS = ("password", "private_key")


@dataclass(frozen=True, slots=True)
class SavedSecret:
    """`is_stored` is False for a secret that was removed, or that the connection never had."""

    is_stored: bool
    at: dt.datetime
    by: str

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        return cls(stored["is_stored"], dt.datetime.fromisoformat(stored["at"]), stored["by"])

    def to_json(self) -> dict[str, Any]:
        at = self.at.isoformat(timespec="seconds")
        return {"is_stored": self.is_stored, "at": at, "by": self.by}


type SavedSecrets = Mapping[str, SavedSecret]
"""By kind; without an entry for a secret that an earlier version of the service saved."""


def saved_secrets(credentials: Credentials, *, by: str, at: dt.datetime) -> SavedSecrets:
    """Of the secrets that the credentials set or remove."""
    given = {kind: getattr(credentials, kind) for kind in KINDS}
    return {
        kind: SavedSecret(bool(value), at, by) for kind, value in given.items() if value is not None
    }


def sign_in_body(
    saved: SavedSecrets, in_use: PublicKey | None, refused_at: dt.datetime | None
) -> dict[str, Any]:
    """`{"has_password", "password_saved_at", "password_saved_by", "has_private_key",
    "private_key_saved_at", "private_key_saved_by", "refused_at"}`.

    `has_…` is None where an earlier version saved the secret, so that nobody knows. `in_use` is the
    generated key that has become the private key, by its first sign-in. `refused_at` is the time
    when the server last refused this sign-in, None after a change of it.
    """
    if in_use:
        saved_at = in_use.signed_in_at or in_use.made_at
        saved = {**saved, "private_key": SavedSecret(True, saved_at, in_use.made_by)}
    body: dict[str, Any] = {}
    for kind in KINDS:
        one = saved.get(kind)
        is_stored = one is not None and one.is_stored
        body[f"has_{kind}"] = one and one.is_stored
        body[f"{kind}_saved_at"] = one.to_json()["at"] if one and is_stored else None
        body[f"{kind}_saved_by"] = one.by if one and is_stored else None
    return body | {"refused_at": refused_at and refused_at.isoformat(timespec="seconds")}
