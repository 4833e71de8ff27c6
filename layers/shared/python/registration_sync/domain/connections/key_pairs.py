"""Key pairs that the service makes: the private half is a secret, the public half is shown."""

import base64
import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class KeyType(StrEnum):
    """Ed25519 is short and made at once; some servers, also current ones, know RSA only."""

    ED25519 = "ed25519"
    RSA = "rsa"


def fingerprint_of(line: str) -> str:
    """Type and fingerprint of a line `ssh-ed25519 AAAA…`, as `ssh-keygen -l` prints them."""
    kind, blob, *_ = line.split()
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(blob)).digest()).decode()
    return f"{kind} SHA256:{digest.rstrip('=')}"


type MakeKeyPair = Callable[[KeyType, str], tuple[str, str]]
"""(type, comment) to the private half in OpenSSH's format, without a passphrase, and the public
half as a line `ssh-ed25519 AAAA… comment`."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a pair: a line for the server's authorized_keys. Times are UTC."""

    line: str
    made_at: dt.datetime
    made_by: str
    signed_in_at: dt.datetime | None = None

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        signed_in_at = stored["signed_in_at"]
        return cls(
            stored["public_key"],
            dt.datetime.fromisoformat(stored["made_at"]),
            stored["made_by"],
            signed_in_at and dt.datetime.fromisoformat(signed_in_at),
        )

    def to_json(self) -> dict[str, Any]:
        """The shape of the API, and of the stored item."""
        signed_in_at = self.signed_in_at
        return {
            "public_key": self.line,
            "fingerprint": fingerprint_of(self.line),
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "made_by": self.made_by,
            "signed_in_at": signed_in_at and signed_in_at.isoformat(timespec="seconds"),
        }

    def has_signed_in(self, now: dt.datetime) -> "PublicKey":
        return replace(self, signed_in_at=now)

    def is_of(self, line: str) -> bool:
        """Whether the line has this key, whatever its comment is."""
        return self.line.split()[:2] == line.split()[:2]


@dataclass(frozen=True, slots=True)
class KeyPairs:
    """The generated keys of a connection: one that has not signed in yet, and one that has."""

    waiting: PublicKey | None = None
    in_use: PublicKey | None = None
