"""One signed-in SFTP connection: implements the port SftpSession."""

import hashlib
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import paramiko

from registration_sync.adapters.sftp.client import (
    CHUNK_BYTES,
    NO_SUCH_FILE,
    PERMISSION_DENIED,
    UNSUPPORTED,
    Refusal,
    SftpClient,
)
from registration_sync.adapters.sftp.transport import PEER_ERRORS, Link
from registration_sync.domain.connections.sftp import RemoteFile, ReplacedBy, aside_name
from registration_sync.domain.errors import (
    DeliveryError,
    FolderMissing,
    NotUploadedHere,
    PermissionRefused,
    ReplaceUnsupported,
    TransientDeliveryError,
    UploadIncomplete,
)

READ_BACK_BYTES = 1024 * 1024
"""Files up to this size are read back and compared."""


class _LinkLost(Exception):
    """No answer arrived; whether the server performed the operation is unknown."""


class ParamikoSftpSession:
    """One signed-in connection; another thread may call `close` to end a pending operation."""

    def __init__(self, link: Link, client: SftpClient, *, write_in_place: bool) -> None:
        self._link = link
        self._client = client
        self._write_in_place = write_in_place
        self._uploaded: dict[str, Path] = {}  # sources, for writing in place
        self._lacks_posix_rename = False

    def make_folder(self, folder: str) -> None:
        with self._doing(f"making the folder {folder}", otherwise=FolderMissing):
            if not folder or self._folder_is_there(folder):
                return
            parts = folder.strip("/").split("/")
            for count in range(1, len(parts) + 1):
                part = ("/" if folder.startswith("/") else "") + "/".join(parts[:count])
                if not self._folder_is_there(part):
                    self._make_one_folder(part)

    def names(self, folder: str) -> list[str]:
        with self._doing(f"listing the folder {folder}"):
            try:
                return self._ask(self._client.listdir, folder or ".")
            except (Refusal, UnicodeDecodeError):
                # paramiko cannot decode names that are not UTF-8, which other programs create.
                return []

    def find(self, path: str) -> RemoteFile | None:
        with self._doing(f"checking {path}"):
            found = self._stat(path)
        return RemoteFile(path, found.st_size, found.st_mtime) if found is not None else None

    def upload(self, source: Path, target: str) -> int | None:
        with (
            source.open("rb") as local,
            self._doing(f"uploading {target}", otherwise=UploadIncomplete),
        ):
            size, sha256 = self._send(local, target)
            modified = self._check_size(target, size)
            if size <= READ_BACK_BYTES:
                self._read_back(target, size, sha256)
        self._uploaded[target] = source
        return modified

    def remove(self, path: str) -> None:
        with self._doing(f"removing {path}"):
            self._remove_if_there(path)

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        with self._doing(f"putting {final} in place", otherwise=ReplaceUnsupported):
            if not self._lacks_posix_rename:
                try:
                    self._ask(self._client.posix_rename, temporary, final)
                except Refusal as refusal:
                    self._require_present(temporary, refusal)
                    self._lacks_posix_rename = refusal.code == UNSUPPORTED
                else:
                    return ReplacedBy.POSIX_RENAME
            try:
                replaced_by = self._rename(temporary, final)
            except Refusal as refusal:
                self._require_present(temporary, refusal)
                return self._overwrite(temporary, final, refusal)
            self._lacks_posix_rename = True  # a plain rename did, so it was that one's fault
            return replaced_by

    def close(self) -> None:
        self._link.socket.cut("by this service")
        self._link.close()

    # Requests and errors

    def _ask[**P, T](self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls paramiko. Passes on a Refusal or an undecodable name; all else is a lost link."""
        try:
            with self._link.socket.waiting():
                return operation(*args, **kwargs)
        except PEER_ERRORS as error:
            if isinstance(error, Refusal | UnicodeDecodeError) and self._link.is_up:
                raise
            silent = f"after {self._link.limits.silence_seconds:g} s without an answer"
            self._link.socket.cut(silent if isinstance(error, TimeoutError) else "")
            raise _LinkLost from error

    @contextmanager
    def _doing(
        self, doing: str, *, otherwise: type[DeliveryError] = TransientDeliveryError
    ) -> Iterator[None]:
        """Translates errors into messages for people; `otherwise` is for a bare "Failure"."""
        server = self._link.server
        try:
            yield
        except (_LinkLost, UnicodeDecodeError) as error:
            raise self._link.lost(doing) from error
        except Refusal as refusal:
            said = f" (its message: {refusal.text})" if refusal.text else ""
            if refusal.code == PERMISSION_DENIED:
                raise PermissionRefused(
                    f"{server} does not permit {doing}{said}. Its administrator must give the "
                    "account this right, or the connection must name another folder."
                ) from refusal
            if refusal.code == NO_SUCH_FILE:
                raise FolderMissing(
                    f"{server} found no such file or folder when {doing}{said}. Create the folder "
                    "on the server, or correct it in the connection."
                ) from refusal
            raise otherwise(
                f"{server} refused {doing}{said}. If this continues, ask its administrator about "
                "free space, quota, and other programs that lock the file."
            ) from refusal

    def _stat(self, path: str) -> paramiko.SFTPAttributes | None:
        try:
            return self._ask(self._client.stat, path)
        except Refusal as refusal:
            if refusal.code == NO_SUCH_FILE:
                return None
            raise

    # Folders

    def _folder_is_there(self, folder: str) -> bool:
        try:
            found = self._stat(folder)
        except Refusal:
            return True  # not visible to this account, as the upper folders of many are
        # Some servers report the permissions alone, without the file type.
        if found and found.st_mode is not None and stat.S_ISREG(found.st_mode):
            raise FolderMissing(
                f"{folder} on {self._link.server} is a file, not a folder. Remove it, or name "
                "another folder in the connection."
            )
        return found is not None

    def _make_one_folder(self, folder: str) -> None:
        try:
            self._ask(self._client.mkdir, folder)
        except Refusal:
            # A bare "Failure" may also mean that another program has just created it.
            if self._stat(folder) is None:
                raise

    # Uploading

    def _send(self, local: IO[bytes], target: str) -> tuple[int, str]:
        """Writes the file and checks every write; returns the size and SHA-256 of the data sent.

        paramiko checks the replies to pipelined writes only occasionally, and drops the last of
        them when it closes the file. One write without pipelining, of the last byte, makes it wait
        for all replies and check each.
        """
        remote = self._ask(self._client.open, target, "wb")
        try:
            remote.set_pipelined(True)
            sent = self._ask(_write_all, local, remote)
            self._ask(self._client.close_file, remote)
        except Refusal as refusal:
            raise UploadIncomplete(
                f"{self._link.server} did not store all of {target} (its message: "
                f"{refusal.text}). Ask its administrator about free space and quota."
            ) from refusal
        finally:
            remote.close()
        return sent

    def _check_size(self, target: str, size: int) -> int | None:
        """Returns the server's time of the file, if it reports one."""
        try:
            found = self._stat(target)
        except Refusal:
            return None  # the account may write, but not stat
        if found is None:
            raise UploadIncomplete(
                f"{target} was gone from {self._link.server} right after the upload. Another "
                "program removes files from this folder: it must skip names that start with a dot."
            )
        if found.st_size is not None and found.st_size != size:
            raise UploadIncomplete(
                f"{self._link.server} holds {found.st_size} bytes of {target}, not the {size} "
                "bytes that were sent. Ask its administrator about free space and quota."
            )
        return found.st_mtime

    def _read_back(self, target: str, size: int, sha256: str) -> None:
        try:
            held = self._ask(self._client.read, target, size)
        except Refusal:
            return  # the account may write, but not read
        if hashlib.sha256(held).hexdigest() != sha256:
            raise UploadIncomplete(
                f"{self._link.server} holds other bytes of {target} than were sent. If this "
                "continues, ask its administrator whether a program changes files on arrival."
            )

    # Putting in place

    def _require_present(self, temporary: str, refusal: Refusal) -> None:
        """Raises if a rename was refused because its source is missing."""
        if refusal.code == NO_SUCH_FILE and self._stat(temporary) is None:
            raise UploadIncomplete(
                f"{temporary} is gone from {self._link.server}: another run or another program "
                "removed it before it was put in place."
            ) from refusal

    def _rename(self, temporary: str, final: str) -> ReplacedBy:
        try:
            is_new = self._stat(final) is None
        except Refusal:
            is_new = False  # not visible to this account
        try:
            self._ask(self._client.rename, temporary, final)
        except Refusal:
            if is_new:
                raise
        else:
            return ReplacedBy.NEW if is_new else ReplacedBy.RENAME
        aside = aside_name(temporary, final)
        try:
            self._ask(self._client.rename, final, aside)
        except Refusal as refusal:
            if refusal.code != NO_SUCH_FILE:
                raise
            # The importer collected it in the meantime.
            self._ask(self._client.rename, temporary, final)
            return ReplacedBy.NEW
        self._rename_or_undo(temporary, final, aside)
        return ReplacedBy.ASIDE_AND_RENAME

    def _rename_or_undo(self, temporary: str, final: str, aside: str) -> None:
        try:
            self._ask(self._client.rename, temporary, final)
        except Refusal as refusal:
            try:
                self._ask(self._client.rename, aside, final)
            except Refusal:
                raise UploadIncomplete(
                    f"{self._link.server} renamed the old {final} to {aside}, but refused the new "
                    "file. There is no file until the next run succeeds."
                ) from refusal
            raise
        with suppress(Refusal):  # the fence of the next run removes it
            self._remove_if_there(aside)

    def _overwrite(self, temporary: str, final: str, refusal: Refusal) -> ReplacedBy:
        """The last resort: writes the final file itself, if the connection allows that."""
        if not self._write_in_place:
            if refusal.code == PERMISSION_DENIED:
                raise refusal
            raise ReplaceUnsupported(
                f"{self._link.server} refused every way to rename {temporary} to {final} (its "
                f"message: {refusal.text}), so the file is not delivered. If another program "
                "held the old file open, the next run succeeds. If the server cannot rename, its "
                "administrator must allow it, or the connection must allow writing in place."
            ) from refusal
        if temporary not in self._uploaded:
            raise NotUploadedHere(
                f"{final} must be written in place, and this connection has not uploaded it yet."
            )
        self.upload(self._uploaded[temporary], final)
        with suppress(Refusal):  # the file is delivered
            self._remove_if_there(temporary)
        return ReplacedBy.IN_PLACE

    def _remove_if_there(self, path: str) -> None:
        try:
            self._ask(self._client.remove, path)
        except Refusal as refusal:
            if refusal.code != NO_SUCH_FILE:
                raise


def _write_all(local: IO[bytes], remote: paramiko.SFTPFile) -> tuple[int, str]:
    size, sha256 = 0, hashlib.sha256()
    chunk = local.read(CHUNK_BYTES)
    while chunk:
        size += len(chunk)
        if size <= READ_BACK_BYTES:  # larger files are not compared
            sha256.update(chunk)
        following = local.read(CHUNK_BYTES)
        if following:
            remote.write(chunk)
        else:
            remote.write(chunk[:-1])
            remote.set_pipelined(False)
            remote.write(chunk[-1:])
        chunk = following
    return size, sha256.hexdigest()
