"""A small SFTP server whose rules are those of one kind of server."""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import asyncssh

from tests.support.sftp_servers import AsyncSftpServer

WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND


@dataclass
class Rules:
    """What the server does; the defaults are OpenSSH's."""

    posix_rename: bool = True
    rename: str = "refuses"
    """An existing name: refuses, replaces, or renumbers; unsupported: every rename."""
    removes: bool = True
    reads: bool = True
    drop_box: bool = False
    missing: str = "no such file"
    """What stat answers for a missing file: no such file, failure, or denied."""
    hides: str = ""
    """files: from stat and lists, not from renames; dot files: from every request; dot files from
    lists: from these only."""
    extension: str = ""
    dot_names: bool = True
    only: tuple[str, ...] = ()
    size_seconds: float = 0
    appends: bool = False
    lazy_listing: bool = False
    """Any path is opened as a folder; only reading its names is refused."""
    odd_name: bool = False
    folder_in_the_way: bool = False
    collects: bool = False
    """An importer removes students.csv as soon as it is closed or renamed."""
    collects_all: bool = False
    """Another program removes every file as soon as it is closed or renamed."""
    drop: tuple[str, bool] | None = None
    """The connection is lost at the first request of this name, before or after its effect."""


class RuledServer(AsyncSftpServer):
    """Serves `root` by its rules."""

    def __init__(self, root: Path, rules: Rules) -> None:
        super().__init__(root, sftp_factory=lambda channel: _Sftp(channel, self))
        self.rules = rules
        self.closed_at: dict[bytes, float] = {}

    @property
    def folder(self) -> Path:
        return self.root / "exports"


@contextmanager
def scripted(folder: Path, rules: dict[str, Any]) -> Iterator[RuledServer]:
    root = folder / "root"
    (root / "exports").mkdir(parents=True)
    with RuledServer(root, Rules(**rules)) as server:
        if server.rules.odd_name:
            Path(f"{server.folder}/\udce9l\udce8ves.csv").touch()
        if server.rules.folder_in_the_way:
            (server.folder / "students.csv").mkdir()
        yield server


class _Sftp(asyncssh.SFTPServer):
    def __init__(self, channel: Any, server: RuledServer) -> None:
        super().__init__(channel, chroot=str(server.root).encode())
        self._server = server
        self._rules = server.rules
        self._paths: dict[object, bytes] = {}

    def _do[T](self, operation: str, action: Callable[[], T]) -> T:
        drop = self._rules.drop
        if drop is None or drop[0] != operation:
            return action()
        self._rules.drop = None
        try:
            return action() if drop[1] else action_not_done()
        finally:
            self.connection.abort()

    def _on_disk(self, path: bytes) -> Path:
        return Path(self.map_path(path).decode(errors="surrogateescape"))

    def _require_visible(self, path: bytes) -> None:
        name = PurePosixPath(path.decode(errors="surrogateescape")).name
        if self._rules.hides == "dot files" and name.startswith("."):
            raise asyncssh.SFTPNoSuchFile("No such file")

    def _require_allowed(self, path: bytes) -> None:
        name = PurePosixPath(path.decode(errors="surrogateescape")).name
        rules = self._rules
        if (
            (rules.extension and not name.endswith(rules.extension))
            or (not rules.dot_names and name.startswith("."))
            or (rules.only and name not in rules.only)
        ):
            raise asyncssh.SFTPPermissionDenied("The name is not allowed")

    def _collect(self, path: bytes) -> None:
        if self._rules.collects_all or (self._rules.collects and path.endswith(b"/students.csv")):
            self._on_disk(path).unlink()

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        if pflags & WRITES:
            self._require_allowed(path)
            if self._rules.appends:
                pflags = (pflags & ~asyncssh.FXF_TRUNC) | asyncssh.FXF_APPEND
        else:
            self._require_visible(path)
            if self._rules.drop_box or not self._rules.reads:
                raise asyncssh.SFTPPermissionDenied("Permission denied")
            if self._rules.hides == "files":
                raise asyncssh.SFTPNoSuchFile("No such file")
        opened = self._do("open", lambda: super(_Sftp, self).open(path, pflags, attrs))
        self._paths[opened] = path
        self._server.open_files.add(opened)
        return opened

    def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
        return self._do("write", lambda: super(_Sftp, self).write(file_obj, offset, data))

    def close(self, file_obj: Any) -> None:
        path = self._paths.pop(file_obj)
        wrote = file_obj.writable()

        def action() -> None:
            super(_Sftp, self).close(file_obj)
            self._server.open_files.discard(file_obj)
            self._server.closed_at[path] = time.monotonic()
            if wrote:
                self._collect(path)

        self._do("close", action)

    def stat(self, path: bytes) -> Any:
        rules = self._rules
        self._require_visible(path)
        on_disk = self._on_disk(path)
        if rules.drop_box:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        if rules.hides == "files" and on_disk.is_file():
            raise asyncssh.SFTPNoSuchFile("No such file")
        if not on_disk.exists() and rules.missing == "failure":
            raise asyncssh.SFTPFailure("Failure")
        if not on_disk.exists() and rules.missing == "denied":
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        found: Any = self._do("stat", lambda: super(_Sftp, self).stat(path))
        if time.monotonic() - self._server.closed_at.get(path, 0) < rules.size_seconds:
            return asyncssh.SFTPAttrs(size=0, permissions=found.st_mode)
        return found

    lstat = stat

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if not self._rules.lazy_listing:
            self._require_listable(path)
        return self._entries(path)

    def _require_listable(self, path: bytes) -> None:
        if self._rules.drop_box:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        if not self._on_disk(path).is_dir():
            raise asyncssh.SFTPNoSuchFile("No such file")

    async def _entries(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self._require_listable(path)
        self._do("listing", lambda: None)
        for entry in os.scandir(self._on_disk(path)):
            has_dot = entry.name.startswith(".")
            hidden = {
                "files": entry.is_file(),
                "dot files": has_dot,
                "dot files from lists": has_dot,
            }
            if not hidden.get(self._rules.hides):
                attributes = asyncssh.SFTPAttrs.from_local(entry.stat(follow_symlinks=False))
                yield asyncssh.SFTPName(os.fsencode(entry.name), attrs=attributes)

    def remove(self, path: bytes) -> None:
        self._require_visible(path)
        if not self._rules.removes:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        self._do("remove", lambda: super(_Sftp, self).remove(path))

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._require_visible(oldpath)
        self._require_allowed(newpath)
        rules = self._rules
        if rules.rename == "unsupported":
            raise asyncssh.SFTPOpUnsupported("not supported")
        target = newpath
        if self._on_disk(newpath).is_file() and rules.rename == "renumbers":
            target = newpath.replace(b".csv", b"_1.csv")

        def action() -> None:
            if rules.rename in {"replaces", "renumbers"}:
                super(_Sftp, self).posix_rename(oldpath, target)
            else:
                super(_Sftp, self).rename(oldpath, target)
            self._collect(target)

        self._do("rename", action)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._require_visible(oldpath)
        self._require_allowed(newpath)
        if not self._rules.posix_rename:
            raise asyncssh.SFTPOpUnsupported("not supported")

        def action() -> None:
            super(_Sftp, self).posix_rename(oldpath, newpath)
            self._collect(newpath)

        self._do("posix_rename", action)


def action_not_done() -> Any:
    raise asyncssh.SFTPFailure("lost")
