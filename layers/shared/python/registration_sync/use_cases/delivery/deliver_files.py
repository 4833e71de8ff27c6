"""Delivers the finished files of a year to the server: uploads all of them, then renames each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from registration_sync.domain.connections.sftp import (
    ReplacedBy,
    Replacement,
    ServerTraits,
    SftpAccount,
)
from registration_sync.domain.errors import (
    DeliveryError,
    TerminalDeliveryError,
    TransientDeliveryError,
    UploadIncomplete,
)
from registration_sync.domain.mapping.definition.own_names import done_name
from registration_sync.domain.temporary_names import (
    aside_name,
    is_temporary_name_by,
    is_temporary_name_of,
    retired_name,
)
from registration_sync.ports.sftp import NEW_KEY_REFUSED, SftpServers, SftpSession
from registration_sync.use_cases.delivery.one_file import (
    Upload,
    put_in_place,
    remove_done_file,
    upload_file,
)
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
    """The files, followed by NAME.done for each; creates `empty` as the local source of these.

    No file has the name of a done file: `ready_mapping` and `select_files_to_resend` refuse it.
    """
    empty.touch()
    done = [FinishedFile(done_name(file.name), empty, is_done_file=True) for file in files]
    return [*files, *done]


class RunConnection:
    """The one connection of a run: opened when first needed, and reopened after a transient error.

    A terminal error is final: a refused sign-in is not repeated for another school year, and what
    `on_sign_in` refuses by such an error is not tried again. What a session has learned of the
    server, the next one knows.
    """

    def __init__(
        self,
        servers: SftpServers,
        account: Callable[[], SftpAccount],
        on_sign_in: Callable[[], None] = lambda: None,
    ) -> None:
        self._servers = servers
        self._account = account
        self._on_sign_in = on_sign_in
        self._session: SftpSession | None = None
        self._traits: ServerTraits | None = None
        self._refused: TerminalDeliveryError | None = None
        self._new_key_is_refused = False

    @property
    def traits(self) -> ServerTraits:
        """What is known of the server."""
        return self._session.traits if self._session else self._traits or ServerTraits()

    def session(self) -> SftpSession:
        if self._refused:
            raise self._refused
        if self._session is None:
            account = self._account()
            if self._new_key_is_refused:
                account = replace(account, credentials=account.credentials.without_new_key())
            try:
                session = self._servers.connect(
                    replace(account, traits=self._traits or account.traits), self._note
                )
                self._session = after_sign_in(session, self._on_sign_in)
            except TerminalDeliveryError as error:
                self._refused = error
                raise
        return self._session

    def _note(self, step: str, _detail: str) -> None:
        self._new_key_is_refused |= step == NEW_KEY_REFUSED

    def close(self) -> None:
        session, self._session = self._session, None
        if session:
            self._traits = session.traits
            session.close()


def after_sign_in(session: SftpSession, action: Callable[[], None]) -> SftpSession:
    """The session, closed if the action raises."""
    try:
        action()
    except BaseException:
        session.close()
        raise
    return session


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
    delivery = _Delivery(files, folder, lease)

    def attempt(session: SftpSession) -> list[Replacement]:
        delivery.upload(session)
        delivery.fence(session)
        delivery.rename(session)
        return delivery.done

    try:
        return with_retries(attempt, server=server, lease=lease, pause=pause)
    except TransientDeliveryError:
        raise
    except DeliveryError:
        delivery.clean_up(server)
        raise


class _Delivery:
    """A delivery, across the connections that it takes."""

    def __init__(self, files: Sequence[FinishedFile], folder: str, lease: HeldLease) -> None:
        self.done: list[Replacement] = []
        self._files = files
        self._folder = folder
        self._lease = lease
        self._uploads: list[Upload] = []
        self._is_renaming = False
        self._is_in_place = False
        """Whether a rename took effect after which the connection was lost."""

    def upload(self, session: SftpSession) -> None:
        """Uploads every file; on another connection only those that the server does not hold whole:
        a server that went down may have lost the end of a file."""
        if not self._uploads:
            session.make_folder(self._folder)
        else:
            self._repair(session)
        for file in self._files[len(self._uploads) :]:
            self._lease.check()
            self._uploads.append(
                upload_file(file.source, self._folder, file.name, self._lease.upload_token, session)
            )

    def fence(self, session: SftpSession) -> None:
        """A rename by an earlier attempt, still in flight, then fails for lack of a source.

        The lease is confirmed after the listing. A successor takes the lease before it uploads:
        none of its files is in a listing that was made before. Before the renames of a successor,
        its own fence removes our files. Where it cannot, the lease is confirmed before each file.
        """
        names = session.names(self._folder)
        self._lease.confirm()
        for name in names:
            if self._is_stale(name):
                path = f"{self._folder}/{name}"
                # If the server refuses both, it refuses the rename of the earlier attempt as well.
                _ = session.remove(path) or session.move(path, retired_name(path))
        if not self.done:
            self._remove_done_files(session)

    def rename(self, session: SftpSession) -> None:
        for number in range(len(self.done), len(self._files)):
            if session.writes_in_place or session.traits.lists_names is False:
                self._lease.confirm()
            interrupted, self._is_renaming = self._is_renaming, True
            way = self._replace(number, session)
            upload = self._uploads[number]
            if interrupted and upload.path:  # the old file may still be aside
                session.remove(aside_name(upload.path))
            self.done.append(Replacement(way, upload.modified))
            self._is_renaming = self._is_in_place = False

    def clean_up(self, server: RunConnection) -> None:
        """Removes our temporary files, as far as the server can be reached."""
        try:
            session = server.session()
            for upload in self._uploads:
                _ = upload.path and session.remove(upload.path)
        except DeliveryError:
            return  # the fence of the next delivery removes them

    def _repair(self, session: SftpSession) -> None:
        """Uploads again what the server does not hold whole, and a file whose rename was
        interrupted, unless the new file is in place.

        If neither is there, the importer may have collected the file, or the server may have lost
        it: it is delivered again.
        """
        for number in range(len(self.done), len(self._uploads)):
            file, upload = self._files[number], self._uploads[number]
            is_interrupted = self._is_renaming and number == len(self.done)
            if not upload.path:
                continue
            if is_interrupted and session.find(upload.path) is None:
                final = f"{self._folder}/{file.name}"
                self._is_in_place = bool(
                    session.find(final) and session.holds(file.source, final, upload.modified)
                )
                if self._is_in_place:
                    continue
            if not session.holds(file.source, upload.path, upload.modified):
                upload.modified = session.upload(file.source, upload.path)

    def _is_stale(self, name: str) -> bool:
        token = self._lease.upload_token
        path = f"{self._folder}/{name}"
        if any(path == aside_name(upload.path) for upload in self._uploads if upload.path):
            return False
        if f".{token}.part" in name:  # ours, also of another school year in the same folder
            return False
        return is_temporary_name_by(name, token) or any(
            is_temporary_name_of(name, file.name) for file in self._files
        )

    def _remove_done_files(self, session: SftpSession) -> None:
        """A run that is late finds that its successor has removed its uploads, and stops."""
        for file, upload in zip(self._files, self._uploads, strict=True):
            path = f"{self._folder}/{file.name}"
            if not file.is_done_file:
                continue
            is_gone = upload.path and session.find(upload.path) is None
            if is_gone and session.traits.shows_files:
                raise UploadIncomplete(f"{upload.path} is gone: another run has removed it.")
            remove_done_file(path, upload, session)

    def _replace(self, number: int, session: SftpSession) -> ReplacedBy:
        if self._is_in_place:
            return ReplacedBy.PICKED_UP
        file = self._files[number]
        return put_in_place(
            file.source, self._uploads[number], f"{self._folder}/{file.name}", session
        )
