"""One signed-in SFTP connection: implements the port SftpSession."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registration_sync.adapters.sftp.client import NO_SUCH_FILE, Attributes, Refusal, SftpClient
from registration_sync.adapters.sftp.replacing import Replacer
from registration_sync.adapters.sftp.requests import Requests
from registration_sync.adapters.sftp.transport import Link
from registration_sync.adapters.sftp.uploads import Uploads
from registration_sync.domain.connections.sftp import (
    FolderEntry,
    RemoteFile,
    ReplacedBy,
    ServerTraits,
)
from registration_sync.domain.errors import (
    DeliveryError,
    FolderMissing,
    ReplaceUnsupported,
    UploadIncomplete,
)
from registration_sync.domain.printable import MAX_MESSAGE_CHARACTERS, printable, quote
from registration_sync.domain.temporary_names import form_of


class ParamikoSftpSession:
    """One signed-in connection; another thread may call `close` to end a pending operation."""

    def __init__(
        self,
        link: Link,
        client: SftpClient,
        traits: ServerTraits,
        *,
        write_in_place: bool,
        keep_links: bool,
    ) -> None:
        self._link = link
        self._keep_links = keep_links
        self._client = client
        self._requests = Requests(link, client, traits)
        self._uploads = Uploads(self._requests)
        self._replacer = Replacer(self._requests, self._uploads, write_in_place=write_in_place)

    @property
    def writes_in_place(self) -> bool:
        return self._replacer.writes_in_place

    @property
    def traits(self) -> ServerTraits:
        return self._requests.traits

    def make_folder(self, folder: str) -> str:
        made: list[str] = []
        with self._requests.doing(f"making the folder {folder}", otherwise=FolderMissing):
            if not folder or self._folder_exists(folder):
                return ""
            parts = folder.strip("/").split("/")
            for count in range(1, len(parts) + 1):
                part = ("/" if folder.startswith("/") else "") + "/".join(parts[:count])
                if not self._folder_exists(part) and self._make_one_folder(part):
                    made.append(part)
        return made[0] if made else ""

    def names(self, folder: str) -> list[str]:
        names = [name for name, _ in self._entries(folder)]
        uploads = self._uploads.names_in(folder)
        if uploads and not uploads.intersection(names):
            self._requests.learn(lists_names=False)  # nor would it show those of other attempts
        return names

    def entries(self, folder: str) -> list[FolderEntry]:
        return [
            FolderEntry(
                printable(name), found.is_link, found.permissions, found.group, found.is_folder
            )
            for name, found in self._entries(folder)
        ]

    def _entries(self, folder: str) -> list[tuple[str, Attributes]]:
        with self._requests.doing(f"listing the folder {folder}"):
            try:
                entries = self._requests.ask(self._client.entries, folder or ".")
            except Refusal:
                self._requests.learn(lists_names=False)
                return []
        self._requests.learn(lists_names=True)
        return entries

    def find(self, path: str) -> RemoteFile | None:
        with self._requests.doing(f"checking {path}"):
            try:
                found = self._requests.attributes(path)
            except Refusal:
                return RemoteFile(path, None, is_hidden=True)
        if found is None:
            is_hidden = self.traits.shows_files is False
            return RemoteFile(path, None, is_hidden=True) if is_hidden else None
        return RemoteFile(path, found.size, found.modified)

    def is_writable(self, path: str) -> bool | None:
        with self._requests.doing(f"opening {path}"):
            return self._requests.is_file(path)

    def upload(self, source: Path, target: str, *, unseen: bool = False) -> int | None:
        with self._requests.doing(f"uploading {target}", otherwise=UploadIncomplete):
            try:
                upload = self._uploads.upload(source, target, may_vanish=unseen)
            except UploadIncomplete:
                if not self._uploads.has_appended:
                    raise
                # The server appended to the rest of an interrupted upload.
                self._requests.learn(truncates=False)
                self._replacer.remove_old(target)
                upload = self._uploads.upload(source, target, may_vanish=unseen)
        self._requests.learn(name_form=form_of(target))
        if unseen and not self.traits.shows_files:
            self._requests.learn(shows_files=False)
        return upload.modified

    def holds(self, source: Path, path: str, modified: int | None) -> bool | None:
        with self._requests.doing(f"checking {path}"):
            return self._uploads.holds(source, path, modified)

    def remove(self, path: str) -> bool:
        with self._requests.doing(f"removing {path}"):
            return self._requests.remove(path)

    def move(self, path: str, target: str) -> bool:
        with self._requests.doing(f"renaming {path}"):
            try:
                self._requests.rename(path, target)
            except Refusal as refusal:
                return refusal.code == NO_SUCH_FILE
        return True

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        doing = f"replacing {final}"
        with (
            self._requests.doing(doing, otherwise=ReplaceUnsupported),
            self._followed(final) as target,
        ):
            return self._replacer.replace(temporary, target)

    def write(self, source: Path, final: str) -> None:
        with (
            self._requests.doing(f"writing {final}", otherwise=UploadIncomplete),
            self._followed(final) as target,
        ):
            self._replacer.write(source, target)

    @contextmanager
    def _followed(self, path: str) -> Iterator[str]:
        """The path to write. Errors quote it if it is the target of a link: the server wrote it."""
        target = self._requests.link_target(path) if self._keep_links else path
        try:
            yield target
        except DeliveryError as error:
            if target != path:
                shown = printable(target, MAX_MESSAGE_CHARACTERS)
                error.message = error.message.replace(shown, quote(target))
            raise

    def close(self) -> None:
        self._link.socket.cut("by this service")
        self._link.close()

    def _folder_exists(self, folder: str) -> bool:
        """False also if the server does not say."""
        try:
            found = self._requests.attributes(folder)
        except Refusal:
            return False
        # Some servers report the permissions alone, without the file type.
        if found and found.is_file:
            raise FolderMissing(
                f"{folder} on {self._link.server} is a file, not a folder. Remove it, or name "
                "another folder in the connection."
            )
        return found is not None

    def _make_one_folder(self, folder: str) -> bool:
        """Whether it did not exist."""
        try:
            self._requests.ask(self._client.mkdir, folder)
        except Refusal:
            # Another program may just have created it, or the folder exists and is not visible, as
            # the upper folders of many accounts are: then the next operation shows it.
            if self._requests.exists(folder) is False:
                raise
            return False
        return True
