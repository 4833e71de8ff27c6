"""SFTP servers, and what was delivered to them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.connections.sftp import (
        RemoteFile,
        ReplacedBy,
        SftpAccount,
    )
    from registration_sync.domain.runs.findings import LastUpload


type Reached = Callable[[str, str], None]


def ignore(_step: str, _detail: str) -> None:
    """For who does not want to know."""


class SftpSession(Protocol):
    """One signed-in connection to an SFTP server.

    Every method raises a DeliveryError: terminal where the same try again would fail again,
    transient (lost, timed out, a write that failed) where a fresh connection may help. Paths are
    relative to the account's start folder, with forward slashes.
    """

    def make_folder(self, folder: str) -> None:
        """Makes what is missing of the path; existing folders are looked for first."""

    def names(self, folder: str) -> list[str]:
        """The names in the folder; empty where the server refuses to list it."""

    def find(self, path: str) -> "RemoteFile | None":
        """What lies at the path, None if nothing does."""

    def upload(self, source: Path, target: str) -> int | None:
        """Writes the whole file to `target` and checks every write, the size, and, for small
        files where the server lets us read, the SHA-256. UploadIncomplete if it is not ours.
        Returns when the server says it was written, if it does."""

    def remove(self, path: str) -> None:
        """Removes the file; nothing there is no error."""

    def replace(self, temporary: str, final: str) -> "ReplacedBy":
        """Puts the uploaded file in place of the old one, by the best way the server has."""

    def close(self) -> None:
        """Closes the transport and joins its thread. Never raises."""


class SftpServers(Protocol):
    """Opens sessions; looks the name up once and connects only to the address it checked."""

    def connect(self, account: "SftpAccount", reached: Reached = ignore) -> SftpSession:
        """Signs in, after the pinned host key was seen. Raises DeliveryError.

        `reached` is told of name, connection, algorithms (with the key that the server shows) and
        host_key, each when it is done, with a sentence or the key's line.
        """


class Deliveries(Protocol):
    """What we last put at each path of a connection's server; `account` is `user@host:port`.

    Raises Unavailable.
    """

    def last(self, connection_id: str, account: str, path: str) -> "LastUpload | None":
        """None where nothing was put there, or it went to another account."""

    def remember(self, connection_id: str, account: str, delivery: "LastUpload") -> None: ...

    def was_one_taken(self, connection_id: str, account: str) -> bool:
        """Whether a file of ours was once gone from there."""

    def note_taken(self, connection_id: str, account: str) -> None:
        """One is gone."""
