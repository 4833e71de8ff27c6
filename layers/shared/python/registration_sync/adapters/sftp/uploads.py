"""Uploads files and verifies what the server holds of them."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import paramiko

from registration_sync.adapters.sftp.client import CHUNK_BYTES, NO_SUCH_FILE, Attributes, Refusal
from registration_sync.adapters.sftp.requests import Requests
from registration_sync.adapters.sftp.transport import Link
from registration_sync.domain.errors import NameRefused, UploadIncomplete, UploadTooSlow

READ_BACK_BYTES = 1024 * 1024
"""Smaller files are read back and compared; of larger ones only the end, where there is doubt."""

MARGIN = 1.5
"""A server may become faster: only what would take this much longer than the run may is stopped."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that this connection has uploaded."""

    source: Path
    size: int
    modified: int | None


class Uploads:
    """The uploads of one connection, by path."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._done: dict[str, Upload] = {}
        self.has_appended = False
        """Whether the server held more bytes of the last upload than were sent."""

    def __getitem__(self, path: str) -> Upload:
        return self._done[path]

    def __contains__(self, path: str) -> bool:
        return path in self._done

    def names_in(self, folder: str) -> set[str]:
        return {path.rpartition("/")[2] for path in self._done if path.rpartition("/")[0] == folder}

    def upload(
        self, source: Path, target: str, *, may_vanish: bool = False, in_place: bool = False
    ) -> Upload:
        """Raises NameRefused, UploadIncomplete or Refusal; `may_vanish` if the server may hide the
        file. `in_place` if the target is a final file: an importer may collect the new file as soon
        as it is written, and nothing is appended to an old one."""
        self.has_appended = False
        with source.open("rb") as local:
            size, sha256 = self._send(local, target, in_place=in_place)
        modified = self._check(target, size, may_vanish=may_vanish or in_place)
        if size <= READ_BACK_BYTES:
            self._read_back(target, size, sha256)
        self._done[target] = Upload(source, size, modified)
        return self._done[target]

    def _send(self, local: IO[bytes], target: str, *, in_place: bool) -> tuple[int, str]:
        """Writes the file and checks every write; returns the size and SHA-256 of the data sent.

        paramiko checks the replies to pipelined writes only occasionally, and drops the last of
        them when it closes the file. One write without pipelining, of the last byte, makes it wait
        for all replies and check each.
        """
        requests = self._requests
        try:
            remote = requests.ask(requests.client.open, target, "wb")
        except Refusal as refusal:
            error = requests.error(refusal, f"creating {target}", UploadIncomplete)
            raise NameRefused(error.message, reason=error) from refusal
        try:
            if in_place:
                self._require_empty(remote, target)
            remote.set_pipelined(True)
            sent = requests.send(_write_all, local, remote, Pace(local, target, requests.link))
            requests.ask(requests.client.close_file, remote)
        except Refusal as refusal:
            raise UploadIncomplete(
                f"{requests.link.server} did not store all of {target}{refusal.said}. Ask "
                "its administrator about free space and quota."
            ) from refusal
        finally:
            requests.ask(remote.close)
        return sent

    def _require_empty(self, remote: paramiko.SFTPFile, target: str) -> None:
        """Raises UploadIncomplete before the first write if the old content is still there."""
        requests = self._requests
        try:
            found = self._settled(lambda: requests.ask(requests.client.opened, remote), 0)
        except Refusal:
            return  # the size is checked afterwards
        self.has_appended = bool(found and found.size)
        if self.has_appended:
            raise UploadIncomplete(f"{requests.link.server} appends to {target}.")

    def _check(self, target: str, size: int, *, may_vanish: bool) -> int | None:
        """Compares the size; returns the server's time of the file, if it reports one."""
        requests = self._requests
        try:
            found = self._settled(lambda: requests.attributes(target), size)
        except Refusal:
            requests.learn(shows_files=False)
            return None
        if found is None:
            self._require_hidden(target, may_vanish=may_vanish)
            return None
        requests.learn(shows_files=True)
        if found.size is None or found.size == size:
            return found.modified
        self.has_appended = found.size > size
        raise UploadIncomplete(
            f"{requests.link.server} holds {found.size} bytes of {target}, not the {size} "
            "bytes that were sent. Ask its administrator about free space and quota."
        )

    def _settled(self, ask: Callable[[], Attributes | None], size: int) -> Attributes | None:
        """The attributes of a file: some servers report a new size some seconds later."""
        for seconds in _pauses(self._requests.link.limits.settle_seconds):
            found = ask()
            if found is None or found.size in {None, size}:
                return found
            self._requests.wait(seconds)
        return ask()

    def _require_hidden(self, target: str, *, may_vanish: bool) -> None:
        """The server says that the file just written does not exist: it hides it, or another
        program has removed it."""
        requests = self._requests
        if may_vanish or requests.traits.shows_files is False:
            return
        if requests.is_readable(target) is not False:
            requests.learn(shows_files=False)
            return
        gone = UploadIncomplete(
            f"{target} was gone from {requests.link.server} right after the upload. Either the "
            "server hides such names, or another program removes files from this folder: it must "
            "skip names that start with a dot, and names that contain .part."
        )
        raise NameRefused(gone.message, reason=gone, is_hidden=True)

    def _read_back(self, target: str, size: int, sha256: str) -> None:
        requests = self._requests
        try:
            held = requests.ask(requests.client.read, target, 0, size)
        except Refusal as refusal:
            if refusal.code != NO_SUCH_FILE:
                requests.learn(reads=False)
            return
        requests.learn(reads=True)
        if hashlib.sha256(held).hexdigest() != sha256:
            raise UploadIncomplete(
                f"{requests.link.server} holds other bytes of {target} than were sent. If this "
                "continues, ask its administrator whether a program changes files on arrival."
            )

    def holds(self, source: Path, path: str, modified: int | None) -> bool | None:
        """Whether the server holds this file at the path; None if it does not say.

        `modified` is the server's time of the upload, which a rename keeps.
        """
        size = source.stat().st_size
        is_same = self._compare(source, size, path, modified)
        if is_same:
            self._done[path] = Upload(source, size, modified)
        return is_same

    def _compare(self, source: Path, size: int, path: str, modified: int | None) -> bool | None:
        requests = self._requests
        start = max(0, size - READ_BACK_BYTES)
        found = Attributes()
        try:
            found = requests.ask(requests.client.attributes, path)
            if found.size not in {None, size}:
                return False
            held = requests.ask(requests.client.read, path, start, size - start)
        except Refusal as refusal:
            missing = refusal.code == NO_SUCH_FILE and requests.traits.shows_files is not False
            return False if missing else _same_time(found, modified)
        with source.open("rb") as local:
            local.seek(start)
            is_same = local.read() == held
        return is_same if start == 0 or not is_same else _same_time(found, modified)


def _same_time(found: Attributes, modified: int | None) -> bool | None:
    if found.modified is None or modified is None:
        return None
    return found.modified == modified


def _pauses(total: float) -> Iterator[float]:
    pause = min(0.25, total)
    while total > 0:
        yield min(pause, total)
        total -= pause
        pause *= 2


class Pace:
    """Stops the upload of a file that a server is too slow for: otherwise each run would use up its
    time for it, and fail. Only what the server has confirmed counts, every 3 MB: far more is under
    way at first."""

    def __init__(self, local: IO[bytes], target: str, link: Link) -> None:
        self._size = os.fstat(local.fileno()).st_size
        self._target = target
        self._link = link
        self._began = time.monotonic()

    def check(self, sent: int) -> None:
        """Raises UploadTooSlow if the rest would take far longer than the run may still last.

        `sent` bytes are confirmed, which paramiko finds out every hundred writes.
        """
        elapsed = time.monotonic() - self._began
        if elapsed < self._link.limits.pace_seconds:
            return
        speed = sent / elapsed
        needed, left = (self._size - sent) / speed, self._link.socket.seconds_left()
        if needed > left * MARGIN:
            raise UploadTooSlow(
                f"{self._link.server} takes about {speed / 1000:,.0f} kB a second. {self._target} "
                f"has {self._size / 1e6:,.1f} MB and needs {(elapsed + needed) / 60:,.0f} minutes; "
                f"this run had {(elapsed + left) / 60:,.0f}. Ask the server's administrator for a "
                "faster connection, or make the file smaller: send changes, fewer fields, or a ZIP "
                "file."
            )


def _write_all(local: IO[bytes], remote: paramiko.SFTPFile, pace: Pace) -> tuple[int, str]:
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
        if not remote._reqs:  # type: ignore[attr-defined]  # noqa: SLF001 -- all are confirmed
            pace.check(size)
        chunk = following
    return size, sha256.hexdigest()
