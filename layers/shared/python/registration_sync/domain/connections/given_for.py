"""The server that a password was given for: it never goes to another one."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Self

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.destinations import plain_host


@dataclass(frozen=True, slots=True)
class GivenFor:
    """Host (in small letters), port, account, and the SHA-256 of the pinned host keys; without any,
    the service did not know the server's key yet."""

    host: str
    port: int
    username: str
    host_keys: frozenset[str]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        return cls(
            plain_host(connection),
            connection.port,
            connection.username,
            frozenset(map(_digest, connection.host_keys)),
        )

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        return cls(
            stored["host"], stored["port"], stored["username"], frozenset(stored["host_keys"])
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "port": self.port,
            "username": self.username,
            "host_keys": sorted(self.host_keys),
        }

    def covers(self, now: "GivenFor") -> bool:
        """Whether a password that was given for this server may go to the other one.

        Fewer keys are the same server. So is the first key: the person who gave the password for
        this host, port and account knew that no key was pinned, and the key narrows where it goes.
        An unpinned server is another one than a pinned one: otherwise a key could be replaced in
        two steps.
        """
        is_same = (self.host, self.port, self.username) == (now.host, now.port, now.username)
        known = not self.host_keys or bool(now.host_keys and now.host_keys <= self.host_keys)
        return is_same and known


def _digest(line: str) -> str:
    """Of a line as stored; a stored line may break today's rules."""
    return base64.b64encode(hashlib.sha256(line.encode()).digest()).decode().rstrip("=")
