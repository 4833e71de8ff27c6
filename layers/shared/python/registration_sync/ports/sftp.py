"""SFTP servers, and the uploads to them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the sync function starts without pydantic, and without what it never uses
    from registration_sync.domain.connections.sftp import (
        FolderEntry,
        RemoteFile,
        ReplacedBy,
        ServerTraits,
        SftpAccount,
    )
    from registration_sync.domain.runs.findings import UnreportedFinding
    from registration_sync.domain.runs.uploads import Habits, LastUpload


type OnStep = Callable[[str, str], None]
"""Called with each finished step of connecting, and a sentence or the host key's line."""


NEW_KEY_ACCEPTED, NEW_KEY_REFUSED = "new_key_accepted", "new_key_refused"
"""Steps of signing in, only while a new key waits for its first sign-in."""


def ignore_step(_step: str, _detail: str) -> None:
    """No-op progress callback."""


class SftpSession(Protocol):
    """One signed-in connection to an SFTP server.

    Every method raises a DeliveryError: a terminal one if a retry would fail the same way, a
    transient one (lost, timed out) if a fresh connection may help. Paths are relative to the
    account's start folder, with forward slashes.
    """

    @property
    def traits(self) -> "ServerTraits":
        """What is known of the server so far."""

    @property
    def writes_in_place(self) -> bool:
        """Whether the connection allows writing in place."""

    def make_folder(self, folder: str) -> str:
        """Creates the missing folders of the path; returns the first of them, empty if there was
        none."""

    def names(self, folder: str) -> list[str]:
        """The names in the folder; empty if the server refuses to list it."""

    def entries(self, folder: str) -> "list[FolderEntry]":
        """What is in the folder; empty if the server refuses to list it."""

    def find(self, path: str) -> "RemoteFile | None":
        """The file at the path, or None."""

    def is_writable(self, path: str) -> bool | None:
        """Whether the old file can be opened for writing, which does not change it: None if the
        server refuses that, False if there is no file."""

    def upload(self, source: Path, target: str, *, unseen: bool = False) -> int | None:
        """Writes the file to the temporary path `target` and checks every write, the size and, for
        small files if the server allows reading, the SHA-256. Raises NameRefused if the server
        refuses the name or, unless `unseen`, hides it; UploadIncomplete. Returns the server's time
        of the file, if the server reports one."""

    def holds(self, source: Path, path: str, modified: int | None) -> bool | None:
        """Whether the server holds this file at the path; None if it does not show it. Of large
        files it compares size, end and time."""

    def remove(self, path: str) -> bool:
        """Removes the file; returns whether it is gone, also if it was missing."""

    def move(self, path: str, target: str) -> bool:
        """Renames the file; returns whether it is gone from `path`, also if it was missing."""

    def replace(self, temporary: str, final: str) -> "ReplacedBy":
        """Replaces the old file with the uploaded one, in the best way that the server allows."""

    def write(self, source: Path, final: str) -> None:
        """Writes the final file itself, without a temporary file."""

    def close(self) -> None:
        """Closes the transport and joins its thread. Never raises."""


class SftpServers(Protocol):
    """Opens sessions. Resolves the host name once and connects only to a checked address."""

    def connect(
        self,
        account: "SftpAccount",
        on_step: OnStep = ignore_step,
        *,
        at_most_seconds: float = float("inf"),
    ) -> SftpSession:
        """Opens a session, which is cut after `at_most_seconds`. Signs in once the server has shown
        a pinned host key. Raises DeliveryError.

        Calls `on_step` after each of name, connection, algorithms (with the key that the server
        shows) and host_key.
        """


class Deliveries(Protocol):
    """The last upload to each path of a connection's server; `account` is `user@host:port`.

    Raises Unavailable.
    """

    def last(self, connection_id: str, account: str, path: str) -> "LastUpload | None":
        """None if nothing was delivered there, or it was sent to another account."""

    def remember(
        self, connection_id: str, account: str, upload: "LastUpload", lease_token: str | None
    ) -> None:
        """Records the upload. Raises LeaseLost, and records nothing, unless this token holds the
        connection's lease; None is for uploads that need no lease."""

    def habits(self, connection_id: str, account: str) -> "Habits":
        """What our deliveries show of the importer."""

    def record_habits(self, connection_id: str, account: str, habits: "Habits") -> None: ...

    def note(self, connection_id: str, found: "UnreportedFinding") -> None:
        """Stores a finding, or the run that is to report it."""

    def unreported(self, connection_id: str) -> "list[UnreportedFinding]":
        """The stored findings."""

    def forget(self, connection_id: str, found: "UnreportedFinding") -> None:
        """Deletes a finding that was reported."""
