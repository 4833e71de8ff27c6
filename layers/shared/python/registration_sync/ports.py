"""What the use cases are given: one Protocol for each thing outside."""

from pathlib import Path
from typing import Any, Protocol

from registration_sync.domain.connection import Connection, SavedMapping
from registration_sync.domain.delivery import Credentials, RemoteFile, ReplacedBy, SftpAccount
from registration_sync.domain.export_run import ExportRequest, ExportRun


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


class Connections(Protocol):
    """The connections and who may use them."""

    def get(self, connection_id: str) -> Connection:
        """Raises NotFound."""

    def all(self) -> list[Connection]:
        """Every connection of this stack, by id."""

    def add(self, connection: Connection) -> None:
        """Raises Conflict if the id is taken."""

    def replace(self, connection: Connection) -> None:
        """Raises NotFound if it was deleted meanwhile."""

    def remove(self, connection_id: str) -> None: ...


class Mappings(Protocol):
    """The saved versions of each connection's mapping, counted from 1."""

    def latest(self, connection_id: str) -> SavedMapping | None: ...

    def save(self, connection_id: str, mapping: SavedMapping) -> None:
        """Raises VersionMismatch if a mapping of this version is there already."""


class Secrets(Protocol):
    """The secrets of each connection; only the export function may read them."""

    def read(self, connection_id: str) -> Credentials: ...

    def write(self, connection_id: str, credentials: Credentials) -> None: ...

    def remove(self, connection_id: str) -> None: ...


class Runs(Protocol):
    """The records of export runs, and the one place for a requested run of each connection."""

    def request(self, run: ExportRun) -> None:
        """Stores the pending run; raises AlreadyRunning, with its id, while another is there."""

    def save(self, run: ExportRun) -> None:
        """Stores the record as it is now; a finished run makes place for the next request."""

    def find(self, connection_id: str, run_id: str) -> dict[str, Any] | None:
        """The stored record, in the shape of ExportRun.to_json."""

    def newest(
        self, connection_id: str, limit: int, after: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of records, the newest first, and the run id to go on after, if there are more."""


class ExportStarter(Protocol):
    """Starts the export function in the background."""

    def start(self, request: ExportRequest) -> None:
        """Raises Unavailable if it could not be started."""
