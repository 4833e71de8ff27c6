"""SFTP servers, and the uploads to them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.connections.sftp import RemoteFile, ReplacedBy, SftpAccount
    from registration_sync.domain.runs.findings import LastUpload


type OnStep = Callable[[str, str], None]
"""Called with each finished step of connecting, and a sentence or the host key's line."""


def ignore_step(_step: str, _detail: str) -> None:
    """No-op progress callback."""


class SftpSession(Protocol):
    """One signed-in connection to an SFTP server.

    Every method raises a DeliveryError: a terminal one if a retry would fail the same way, a
    transient one (lost, timed out) if a fresh connection may help. Paths are relative to the
    account's start folder, with forward slashes.
    """

    def make_folder(self, folder: str) -> None:
        """Creates the missing folders of the path."""

    def names(self, folder: str) -> list[str]:
        """The names in the folder; empty if the server refuses to list it."""

    def find(self, path: str) -> "RemoteFile | None":
        """The file at the path, or None."""

    def upload(self, source: Path, target: str) -> int | None:
        """Writes the file to `target` and checks every write, the size and, for small files if the
        server allows reading, the SHA-256. Raises UploadIncomplete. Returns the server's time of
        the file, if the server reports one."""

    def remove(self, path: str) -> None:
        """Removes the file; a missing file is no error."""

    def replace(self, temporary: str, final: str) -> "ReplacedBy":
        """Replaces the old file with the uploaded one, in the best way that the server allows."""

    def close(self) -> None:
        """Closes the transport and joins its thread. Never raises."""


class SftpServers(Protocol):
    """Opens sessions. Resolves the host name once and connects only to a checked address."""

    def connect(self, account: "SftpAccount", on_step: OnStep = ignore_step) -> SftpSession:
        """Signs in once the server has shown a pinned host key. Raises DeliveryError.

        Calls `on_step` after each of name, connection, algorithms (with the key that the server
        shows) and host_key.
        """


class Deliveries(Protocol):
    """The last upload to each path of a connection's server; `account` is `user@host:port`.

    Raises Unavailable.
    """

    def last(self, connection_id: str, account: str, path: str) -> "LastUpload | None":
        """None if nothing was delivered there, or it was sent to another account."""

    def remember(self, connection_id: str, account: str, delivery: "LastUpload") -> None: ...

    def has_collected(self, connection_id: str, account: str) -> bool:
        """Whether a delivered file was once found removed from the server."""

    def record_collected(self, connection_id: str, account: str) -> None:
        """Records that a delivered file was removed from the server."""
