"""paramiko's SFTP client, with answers kept that it drops, and bounds on what a server may send."""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paramiko
from paramiko.sftp import (
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_DATA,
    CMD_FSTAT,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_READLINK,
    CMD_STAT,
    CMD_STATUS,
    int64,
)

from registration_sync.domain.printable import quote

CHUNK_BYTES = 32 * 1024
"""The size of one read or write. Larger writes corrupted files on one server (rclone#6404)."""

FXF_READ, FXF_WRITE = 1, 2
"""Flags for opening a file (section 6.3)."""

OK, END_OF_FILE, NO_SUCH_FILE, PERMISSION_DENIED, UNSUPPORTED = 0, 1, 2, 3, 8
"""Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7)."""


ANSWERS = {
    CMD_OPEN: CMD_HANDLE,
    CMD_OPENDIR: CMD_HANDLE,
    CMD_STAT: CMD_ATTRS,
    CMD_FSTAT: CMD_ATTRS,
    CMD_READDIR: CMD_NAME,
    CMD_READLINK: CMD_NAME,
}
"""Each other request is answered by a status. paramiko takes any answer to a rename for success."""

MAX_ANSWER_BYTES = 1024 * 1024
"""OpenSSH sends at most 256 KiB."""

MAX_NAMES, MAX_LISTED_BYTES = 100_000, 16 * 1024 * 1024
"""Of one folder, and of all its names together."""

MAX_NAME_BYTES = 1024
"""Longer names are skipped: file systems allow at most 255 characters."""

SHORT_READS = 2_000
"""Answers with fewer bytes than requested, for one file; after these the server is too slow."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of a file as the server reports them; None if not reported."""

    size: int | None = None
    mode: int | None = None
    modified: int | None = None
    group: int | None = None

    @property
    def permissions(self) -> int | None:
        return None if self.mode is None else stat.S_IMODE(self.mode)

    @property
    def is_folder(self) -> bool:
        return self.mode is not None and stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        return self.mode is not None and stat.S_ISLNK(self.mode)

    @property
    def is_file(self) -> bool:
        return self.mode is not None and stat.S_ISREG(self.mode)


class Refusal(OSError):
    """The server answered with this status; the connection still works. `said` follows the
    statement of what it refused: a quotation of its message, if it has one."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.said = f" (its message: {quote(text)})" if text else ""


class LimitExceeded(paramiko.SFTPError):
    """The text completes the sentence "The connection was cut …"."""


class SftpClient(paramiko.SFTPClient):
    """Uses some private parts of paramiko; the tests with real servers guard them."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._answers = -1  # the first packet is the version, which has no request
        self.refused_close: OSError | None = None
        super().__init__(channel)

    def close_file(self, file: paramiko.SFTPFile) -> None:
        """Closes the file and raises the error that `file.close()` would swallow.

        Some servers report a full disk or an exceeded quota only here.
        """
        self.refused_close = None
        file.close()
        if self.refused_close is not None:
            raise self.refused_close

    def attributes(self, path: str) -> Attributes:
        """The attributes of the file that the path leads to."""
        _, answer = self._request(CMD_STAT, path)
        return _attributes(answer)

    def opened(self, file: paramiko.SFTPFile) -> Attributes:
        """The attributes of an open file."""
        _, answer = self._request(CMD_FSTAT, file.handle)
        return _attributes(answer)

    def entries(self, folder: str) -> list[tuple[str, Attributes]]:
        """Names in the folder, and their attributes; bytes that are not UTF-8 become surrogates.
        Raises LimitExceeded."""
        _, answer = self._request(CMD_OPENDIR, folder)
        handle = answer.get_binary()
        entries: list[tuple[str, Attributes]] = []
        names = size = 0
        while found := self._next_entries(handle):
            names += len(found)
            size += sum(len(name) for name, _ in found)
            if names > MAX_NAMES or size > MAX_LISTED_BYTES:
                raise LimitExceeded(
                    f"because the folder has more than {MAX_NAMES:,} names, or names that are too "
                    "long"
                )
            entries += [(_decoded(name), about) for name, about in found if _is_name(name)]
        self._request(CMD_CLOSE, handle)
        return entries

    def target_of(self, link: str) -> str | None:
        """The target of the link; bytes that are not UTF-8 become surrogates."""
        target: str | bytes | None = self.readlink(link)
        return _decoded(target) if isinstance(target, bytes) else target

    def is_folder(self, path: str) -> bool:
        """Whether the path is a folder that the account may list."""
        try:
            _, answer = self._request(CMD_OPENDIR, path)
            handle = answer.get_binary()
            self._next_entries(handle)  # some servers open any path, and refuse only this
        except Refusal:
            return False
        self._request(CMD_CLOSE, handle)
        return True

    def try_open(self, path: str, flags: int) -> None:
        """Opens a file that exists, without changing it, and closes it."""
        _, answer = self._request(CMD_OPEN, path, flags, paramiko.SFTPAttributes())
        self._request(CMD_CLOSE, answer.get_binary())

    def _next_entries(self, handle: bytes) -> list[tuple[bytes, Attributes]]:
        try:
            _, answer = self._request(CMD_READDIR, handle)
        except EOFError:
            return []
        entries = []
        for _ in range(answer.get_int()):
            if _is_exhausted(answer):
                raise paramiko.SFTPError("Fewer names than announced")
            name = answer.get_binary()
            answer.get_binary()  # the long name, for people
            entries.append((name, _attributes(answer)))
        return entries

    def read(self, path: str, offset: int, size: int) -> bytes:
        """Returns `size` bytes of the file, requested all at once: one round trip.

        paramiko's own `prefetch` sends its requests in a thread and loses that thread's errors.
        """
        with self.open(path, "rb") as file:
            reading = _Reading(self._async_request, file.handle)
            for start in range(0, size, CHUNK_BYTES):
                reading.request(offset + start, min(CHUNK_BYTES, size - start))
            while reading.pending:
                self._read_response()  # type: ignore[attr-defined]
        if reading.refusal is not None:
            raise reading.refusal
        return b"".join(piece for _, piece in sorted(reading.pieces.items()))

    def _read_all(self, n: int) -> bytes:
        if n > MAX_ANSWER_BYTES:
            raise paramiko.SFTPError("Answer too long")
        data: bytes = super()._read_all(n)  # type: ignore[misc]
        return data

    def _read_packet(self) -> tuple[int, bytes]:
        kind, data = super()._read_packet()  # type: ignore[misc]
        self._answers += 1
        if self._answers >= self.request_number:
            raise paramiko.SFTPError("An answer to no request")
        return kind, data

    def _request(self, t: int, *args: Any) -> Any:
        try:
            kind, answer = super()._request(t, *args)  # type: ignore[misc]
        except OSError as error:
            if t == CMD_CLOSE:
                self.refused_close = error
            raise
        if kind != ANSWERS.get(t, CMD_STATUS):
            raise paramiko.SFTPError("An answer of another kind")
        return kind, answer

    def _async_request(self, fileobj: Any, t: int, *args: Any) -> int:
        encoded = [_encoded(arg) if isinstance(arg, str) else arg for arg in args]
        number: int = super()._async_request(fileobj, t, *encoded)  # type: ignore[misc]
        return number

    def _adjust_cwd(self, path: str) -> bytes:
        """Encodes the path; paramiko would fail on names that are not UTF-8."""
        return _encoded(path)

    def _convert_status(self, msg: paramiko.Message) -> None:
        _raise_unless_ok(msg)


def _encoded(path: str) -> bytes:
    return path.encode(errors="surrogateescape")


def _decoded(path: bytes) -> str:
    return path.decode(errors="surrogateescape")


def _is_name(name: bytes) -> bool:
    """Whether it names something in its own folder; a broken server may send a path."""
    special = name in {b"", b".", b".."} or b"/" in name or b"\0" in name
    return not special and len(name) <= MAX_NAME_BYTES


def _is_exhausted(answer: paramiko.Message) -> bool:
    return answer.packet.tell() >= answer.packet.getbuffer().nbytes


def _attributes(answer: paramiko.Message) -> Attributes:
    """The attributes of version 3 (draft-ietf-secsh-filexfer-02, section 5)."""
    flags = answer.get_int()
    size = answer.get_int64() if flags & 1 else None
    group = (answer.get_int(), answer.get_int())[1] if flags & 2 else None  # after the user
    mode = answer.get_int() if flags & 4 else None
    modified = (answer.get_int(), answer.get_int())[1] if flags & 8 else None
    for _ in range(answer.get_int() if flags & 0x80000000 else 0):
        if _is_exhausted(answer):
            raise paramiko.SFTPError("Fewer attributes than announced")
        answer.get_binary(), answer.get_binary()
    return Attributes(size, mode, modified, group)


def _raise_unless_ok(status: paramiko.Message) -> None:
    """Keeps every status code; paramiko keeps two, and fails on text that is not UTF-8."""
    code = status.get_int()
    text = status.get_string().decode(errors="replace")
    if code == END_OF_FILE:
        raise EOFError(text)
    if code != OK:
        raise Refusal(code, text)


class _Reading:
    """The outstanding reads of one file; paramiko passes each answer to it."""

    def __init__(self, send: Callable[..., int], handle: object) -> None:
        self.pending: dict[int, tuple[int, int]] = {}
        """Offset and length of each request without an answer, by its number."""
        self.pieces: dict[int, bytes] = {}
        self.refusal: Refusal | None = None
        self._short_reads = 0
        self._send = send
        self._handle = handle

    def request(self, offset: int, length: int) -> None:
        number = self._send(self, CMD_READ, self._handle, int64(offset), length)
        self.pending[number] = (offset, length)

    def _async_response(self, kind: int, answer: paramiko.Message, number: int) -> None:
        offset, length = self.pending.pop(number)
        if kind == CMD_DATA:
            piece = self.pieces[offset] = answer.get_string()
            self._short_reads += len(piece) < length
            if len(piece) > length or self._short_reads > SHORT_READS:
                raise paramiko.SFTPError("Not the data that was requested")
            if 0 < len(piece) < length:  # allowed anywhere in a file
                self.request(offset + len(piece), length - len(piece))
        elif kind == CMD_STATUS:
            try:
                _raise_unless_ok(answer)
            except EOFError:
                pass  # the file became shorter
            except Refusal as refusal:
                self.refusal = refusal  # raised once all answers are in
        else:
            raise paramiko.SFTPError("Expected data")
