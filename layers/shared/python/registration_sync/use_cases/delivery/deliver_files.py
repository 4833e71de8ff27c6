"""Delivery: puts the finished files of a year on the server, all of them or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.connections.sftp import (
    Placed,
    ReplacedBy,
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
"""Before the second and the third try; only transient errors are tried again."""


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A file on our disk, and its final name in the year's folder.

    `is_done_file` marks an empty file that tells the importer that the others are complete: the old
    one goes before the first of them is replaced, and the new one comes when all are in place.
    """

    name: str
    source: Path
    is_done_file: bool = False


def with_done_files(files: Sequence[FinishedFile], empty: Path) -> list[FinishedFile]:
    """The files, and after them NAME.done for each; `empty` is made for them on our disk."""
    empty.touch()
    done = [FinishedFile(f"{file.name}.done", empty, is_done_file=True) for file in files]
    return [*files, *done]


class RunConnection:
    """The one connection of a run: opened when first needed, anew after a transient error.

    A terminal error stays: a refused sign-in is never tried twice, not for another year either.
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
    """What `use` returns; after a transient error it is called again, on a fresh connection."""
    for seconds in (*PAUSES_SECONDS, None):
        try:
            return use(server.session())
        except TransientDeliveryError:
            server.close()
            lease.check()
            if seconds is None:
                raise
            pause(seconds)
    raise AssertionError("unreachable: the last try returns or raises")


def deliver_files(
    files: Sequence[FinishedFile],
    folder: str,
    *,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> list[Placed]:
    """Uploads under temporary names, checks, fences, and renames, in the order given; how each
    got in place.

    Until every file is up and checked the old ones are untouched. Raises DeliveryError or
    LeaseLost; after a DeliveryError before the renames nothing of ours is left behind, as far as
    the server can still be reached.
    """
    done: list[Placed] = []
    written: list[int | None] = []  # when, by the server's clock, once all are up
    renaming = False

    def go_on(session: SftpSession) -> list[Placed]:
        nonlocal written, renaming
        written = written or _upload(files, folder, session, lease)
        _remove_stale_uploads(files, folder, session, lease)
        lease.check_for_renames()
        if not done:
            _remove_done_files(files, folder, session)
        for file in files[len(done) :]:
            came_back, renaming = renaming, True
            way = _replace(file, folder, session, lease.token, came_back=came_back)
            if came_back:  # perhaps the old file was being put aside when the connection was lost
                session.remove(_aside_of(file, folder, lease.token))
            done.append(Placed(way, written[len(done)]))
            renaming = False
        return done

    try:
        return with_retries(go_on, server=server, lease=lease, pause=pause)
    except TransientDeliveryError:
        raise
    except DeliveryError:
        _remove_own(files, folder, server, lease.token)
        raise


def _upload(
    files: Sequence[FinishedFile], folder: str, session: SftpSession, lease: HeldLease
) -> list[int | None]:
    session.make_folder(folder)
    written = []
    for file in files:
        lease.check()
        temporary = f"{folder}/{temporary_name(file.name, lease.token)}"
        written.append(session.upload(file.source, temporary))
    return written


def _remove_stale_uploads(
    files: Sequence[FinishedFile], folder: str, session: SftpSession, lease: HeldLease
) -> None:
    """The fence: a rename that an earlier attempt still has in flight finds its source gone.

    The lease is looked at again before each removal: whoever lost it must not fence its heir.
    """
    kept = {temporary_name(file.name, lease.token) for file in files}
    kept |= {_aside_of(file, folder, lease.token).rpartition("/")[2] for file in files}
    for name in session.names(folder):
        if name not in kept and any(is_temporary_name_of(name, file.name) for file in files):
            lease.check()
            session.remove(f"{folder}/{name}")


def _remove_done_files(files: Sequence[FinishedFile], folder: str, session: SftpSession) -> None:
    for file in files:
        if file.is_done_file:
            session.remove(f"{folder}/{file.name}")


def _replace(
    file: FinishedFile, folder: str, session: SftpSession, token: str, *, came_back: bool
) -> ReplacedBy:
    """Renames; `came_back` after a connection that was lost during this very rename.

    Then a temporary name that is gone tells that the rename went through. The final file may be
    gone too, taken by the importer: delivered all the same.
    """
    temporary = f"{folder}/{temporary_name(file.name, token)}"
    if came_back and session.find(temporary) is None:
        final = session.find(f"{folder}/{file.name}")
        if final and final.size not in {None, file.source.stat().st_size}:
            raise UploadIncomplete(
                f"The connection was lost while {file.name} was put in place, and what lies there "
                "now is not ours. The next export delivers these students again."
            )
        return ReplacedBy.PICKED_UP
    try:
        return session.replace(temporary, f"{folder}/{file.name}")
    except NotUploadedHere:
        session.upload(file.source, temporary)
        return session.replace(temporary, f"{folder}/{file.name}")


def _aside_of(file: FinishedFile, folder: str, token: str) -> str:
    return aside_name(f"{folder}/{temporary_name(file.name, token)}", f"{folder}/{file.name}")


def _remove_own(
    files: Sequence[FinishedFile], folder: str, server: RunConnection, token: str
) -> None:
    try:
        session = server.session()
        for file in files:
            session.remove(f"{folder}/{temporary_name(file.name, token)}")
    except DeliveryError:
        return  # the next delivery removes them: they are foreign to it
