"""Delivers the finished files of a year to the server, all of them or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.connections.sftp import (
    ReplacedBy,
    Replacement,
    SftpAccount,
    aside_name,
    is_temporary_name_of,
    temporary_name,
)
from registration_sync.domain.errors import (
    DeliveryError,
    NotUploadedHere,
    TerminalDeliveryError,
    TransientDeliveryError,
    UploadIncomplete,
)
from registration_sync.ports.sftp import SftpServers, SftpSession
from registration_sync.use_cases.runs.lease import HeldLease

PAUSES_SECONDS = (2.0, 8.0)
"""Before the second and the third attempt; only transient errors are retried."""


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A local file, and its final name in the year's folder.

    A done file is empty and shows the importer that the others are complete: the old one is removed
    before the first file is replaced, and the new one is put in place after the last.
    """

    name: str
    source: Path
    is_done_file: bool = False


def with_done_files(files: Sequence[FinishedFile], empty: Path) -> list[FinishedFile]:
    """The files, followed by NAME.done for each; creates `empty` as the local source of these."""
    empty.touch()
    done = [FinishedFile(f"{file.name}.done", empty, is_done_file=True) for file in files]
    return [*files, *done]


class RunConnection:
    """The one connection of a run: opened when first needed, and reopened after a transient error.

    A terminal error is final: a refused sign-in is not repeated for another school year.
    """

    def __init__(self, servers: SftpServers, account: Callable[[], SftpAccount]) -> None:
        self._servers = servers
        self._account = account
        self._session: SftpSession | None = None
        self._refused: TerminalDeliveryError | None = None

    def session(self) -> SftpSession:
        if self._refused:
            raise self._refused
        if self._session is None:
            try:
                self._session = self._servers.connect(self._account())
            except TerminalDeliveryError as error:
                self._refused = error
                raise
        return self._session

    def close(self) -> None:
        session, self._session = self._session, None
        if session:
            session.close()


def with_retries[T](
    use: Callable[[SftpSession], T],
    *,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> T:
    """Returns the result of `use`, called on a fresh connection after each transient error."""
    for seconds in (*PAUSES_SECONDS, None):
        try:
            return use(server.session())
        except TransientDeliveryError:
            server.close()
            lease.check()
            if seconds is None:
                raise
            pause(seconds)
    raise AssertionError("unreachable: the last attempt returns or raises")


def deliver_files(
    files: Sequence[FinishedFile],
    folder: str,
    *,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> list[Replacement]:
    """Uploads the files under temporary names, checks them, fences, and renames them in order.

    No old file is touched before every new one is uploaded and checked. Raises DeliveryError or
    LeaseLost. After a terminal error before the renames, our temporary files are removed if the
    server is still reachable.
    """
    done: list[Replacement] = []
    modified: list[int | None] = []  # the server's times of the files, once all are uploaded
    renaming = False

    def attempt(session: SftpSession) -> list[Replacement]:
        nonlocal modified, renaming
        modified = modified or _upload(files, folder, session, lease)
        _remove_stale_uploads(files, folder, session, lease)
        if not done:
            _remove_done_files(files, folder, session)
        for file in files[len(done) :]:
            resumed, renaming = renaming, True
            way = _replace(file, folder, session, lease.token, resumed=resumed)
            if resumed:  # the old file may still be aside
                session.remove(_aside_path(file, folder, lease.token))
            done.append(Replacement(way, modified[len(done)]))
            renaming = False
        return done

    try:
        return with_retries(attempt, server=server, lease=lease, pause=pause)
    except TransientDeliveryError:
        raise
    except DeliveryError:
        _remove_uploads(files, folder, server, lease.token)
        raise


def _upload(
    files: Sequence[FinishedFile], folder: str, session: SftpSession, lease: HeldLease
) -> list[int | None]:
    session.make_folder(folder)
    modified = []
    for file in files:
        lease.check()
        temporary = f"{folder}/{temporary_name(file.name, lease.token)}"
        modified.append(session.upload(file.source, temporary))
    return modified


def _remove_stale_uploads(
    files: Sequence[FinishedFile], folder: str, session: SftpSession, lease: HeldLease
) -> None:
    """The fence: a rename by an earlier attempt, still in flight, then fails for lack of a source.

    The lease is confirmed after the listing. A successor takes the lease before it uploads: none of
    its files is in a listing that was made before. Before the renames of a successor, its own fence
    removes our files.
    """
    kept = {temporary_name(file.name, lease.token) for file in files}
    kept |= {_aside_path(file, folder, lease.token).rpartition("/")[2] for file in files}
    names = session.names(folder)
    lease.confirm()
    for name in names:
        if name not in kept and any(is_temporary_name_of(name, file.name) for file in files):
            session.remove(f"{folder}/{name}")


def _remove_done_files(files: Sequence[FinishedFile], folder: str, session: SftpSession) -> None:
    for file in files:
        if file.is_done_file:
            session.remove(f"{folder}/{file.name}")


def _replace(
    file: FinishedFile, folder: str, session: SftpSession, token: str, *, resumed: bool
) -> ReplacedBy:
    """Renames a file; `resumed` if the connection was lost during this rename.

    A missing temporary file then shows that the rename took effect. The final file may be missing
    too, collected by the importer: it was delivered.
    """
    temporary = f"{folder}/{temporary_name(file.name, token)}"
    if resumed and session.find(temporary) is None:
        final = session.find(f"{folder}/{file.name}")
        if final and final.size not in {None, file.source.stat().st_size}:
            raise UploadIncomplete(
                f"The connection was lost while {file.name} was put in place, and the file there "
                "now is not the new one. The next export delivers these students again."
            )
        return ReplacedBy.PICKED_UP
    try:
        return session.replace(temporary, f"{folder}/{file.name}")
    except NotUploadedHere:
        session.upload(file.source, temporary)
        return session.replace(temporary, f"{folder}/{file.name}")


def _aside_path(file: FinishedFile, folder: str, token: str) -> str:
    return aside_name(f"{folder}/{temporary_name(file.name, token)}", f"{folder}/{file.name}")


def _remove_uploads(
    files: Sequence[FinishedFile], folder: str, server: RunConnection, token: str
) -> None:
    try:
        session = server.session()
        for file in files:
            session.remove(f"{folder}/{temporary_name(file.name, token)}")
    except DeliveryError:
        return  # the fence of the next delivery removes them
