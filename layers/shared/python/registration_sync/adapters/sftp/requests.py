"""Requests to a signed-in SFTP server: their limits, their errors, and the traits they show."""

import posixpath
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from registration_sync.adapters.sftp.client import (
    FXF_READ,
    FXF_WRITE,
    NO_SUCH_FILE,
    PERMISSION_DENIED,
    Attributes,
    LimitExceeded,
    Refusal,
    SftpClient,
)
from registration_sync.adapters.sftp.transport import PEER_ERRORS, Link
from registration_sync.domain.connections.sftp import ServerTraits
from registration_sync.domain.errors import (
    DeliveryError,
    FolderMissing,
    PermissionRefused,
    TransientDeliveryError,
)

MAX_LINKS = 5
"""Links that lead to links."""

MAX_LINK_CHARACTERS = 4096
"""The longest path of most systems; it would be part of messages."""


class LinkLost(Exception):
    """No answer arrived; whether the server performed the operation is unknown."""


class Requests:
    """Sends requests over one connection; `traits` is what its answers have shown."""

    def __init__(self, link: Link, client: SftpClient, traits: ServerTraits) -> None:
        self.link = link
        self.client = client
        self.traits = traits

    def learn(self, **traits: Any) -> None:
        self.traits = replace(self.traits, **traits)

    def ask[**P, T](
        self,
        operation: Callable[P, T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Calls paramiko. Passes on a Refusal; every other error is a lost connection."""
        return self._call(self.link.limits.operation_seconds, operation, *args, **kwargs)

    def send[**P, T](self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `ask`, without a limit on the total time: files may be large."""
        return self._call(float("inf"), operation, *args, **kwargs)

    def _call[**P, T](
        self, at_most: float, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            with self.link.socket.waiting(at_most):
                return operation(*args, **kwargs)
        except PEER_ERRORS as error:
            if isinstance(error, Refusal) and self.link.is_up:
                raise
            silent = f"after {self.link.limits.silence_seconds:g} s without an answer"
            because = str(error) if isinstance(error, LimitExceeded) else ""
            self.link.socket.cut(silent if isinstance(error, TimeoutError) else because)
            raise LinkLost from error

    @contextmanager
    def doing(
        self, doing: str, *, otherwise: type[DeliveryError] = TransientDeliveryError
    ) -> Iterator[None]:
        """Translates errors into messages for people; `otherwise` is for a bare "Failure"."""
        try:
            yield
        except LinkLost as error:
            raise self.link.lost(doing) from error
        except Refusal as refusal:
            raise self.error(refusal, doing, otherwise) from refusal

    def error(self, refusal: Refusal, doing: str, otherwise: type[DeliveryError]) -> DeliveryError:
        """The error for people."""
        server = self.link.server
        said = refusal.said
        if refusal.code == PERMISSION_DENIED:
            return PermissionRefused(
                f"{server} does not permit {doing}{said}. Its administrator must give the "
                "account this right, or the connection must name another folder."
            )
        if refusal.code == NO_SUCH_FILE:
            return FolderMissing(
                f"{server} found no such file or folder when {doing}{said}. Create the folder "
                "on the server, or correct it in the connection."
            )
        return otherwise(
            f"{server} refused {doing}{said}. If this continues, ask its administrator about "
            "free space, quota, and other programs that lock the file."
        )

    def attributes(self, path: str) -> Attributes | None:
        """None if the server says that there is no such file; raises Refusal if it says nothing."""
        try:
            return self.ask(self.client.attributes, path)
        except Refusal as refusal:
            if refusal.code == NO_SUCH_FILE:
                return None
            raise

    def exists(self, path: str) -> bool | None:
        """Whether the file exists; None if the server does not say."""
        try:
            found = self.attributes(path)
        except Refusal:
            return None
        return True if found else None if self.traits.shows_files is False else False

    def is_readable(self, path: str) -> bool | None:
        """Whether the file can be opened for reading; None if the server refuses to say whether it
        exists. Some servers hide files from `stat` that they let an account open."""
        try:
            self.ask(self.client.try_open, path, FXF_READ)
        except Refusal as refusal:
            return False if refusal.code == NO_SUCH_FILE else None
        return True

    def link_target(self, path: str) -> str:
        """The path that a chain of symbolic links leads to; the path itself if it is no link."""
        for _ in range(MAX_LINKS):
            try:
                target = self.ask(self.client.target_of, path)
            except Refusal:
                return path
            if not target or len(target) > MAX_LINK_CHARACTERS:
                return path
            path = posixpath.join(posixpath.dirname(path), target)
        return path

    def is_folder(self, path: str) -> bool:
        return self.ask(self.client.is_folder, path)

    def is_file(self, path: str) -> bool | None:
        """Whether the path is a file that can be written, where the server shows nothing: False if
        nothing is there, None if the server refuses to open it, as it does a folder."""
        try:
            self.ask(self.client.try_open, path, FXF_WRITE)
        except Refusal as refusal:
            return False if refusal.code == NO_SUCH_FILE else None
        return True

    def remove(self, path: str) -> bool:
        """Returns whether the file is gone, also if it was missing."""
        try:
            self.ask(self.client.remove, path)
        except Refusal as refusal:
            if refusal.code == NO_SUCH_FILE or self.exists(path) is False:
                return True
            self.learn(removes=False)
            return False
        self.learn(removes=True)
        return True

    def rename(self, old: str, new: str) -> None:
        """A rename that replaces where the server can. Raises Refusal."""
        try:
            self.ask(self.client.posix_rename, old, new)
        except Refusal:
            self.ask(self.client.rename, old, new)

    def wait(self, seconds: float) -> None:
        """A pause between two requests; the connection may be cut meanwhile."""
        time.sleep(seconds)
