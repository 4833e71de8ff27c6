"""What the use cases are given: one Protocol for each thing outside."""

from pathlib import Path
from typing import Protocol

from registration_sync.domain.delivery import RemoteFile, ReplacedBy, SftpAccount


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

    def find(self, path: str) -> RemoteFile | None:
        """What lies at the path, None if nothing does."""

    def upload(self, source: Path, target: str) -> None:
        """Writes the whole file to `target` and checks every write, the size, and, for small
        files where the server lets us read, the SHA-256. UploadIncomplete if it is not ours."""

    def remove(self, path: str) -> None:
        """Removes the file; nothing there is no error."""

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        """Puts the uploaded file in place of the old one, by the best way the server has."""

    def close(self) -> None:
        """Closes the transport and joins its thread. Never raises."""


class SftpServers(Protocol):
    """Opens sessions; looks the name up once and connects only to the address it checked."""

    def connect(self, account: SftpAccount) -> SftpSession:
        """Signs in, after the pinned host key was seen. Raises DeliveryError."""
