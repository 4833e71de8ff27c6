"""paramiko's SFTP client, with the server's answers kept that it would drop or garble."""

from collections.abc import Callable
from typing import Any

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_DATA, CMD_READ, CMD_STATUS, int64

from registration_sync.adapters.sftp.transport import printable

CHUNK_BYTES = 32 * 1024
"""Of one read or write. Larger writes corrupted files on one server (rclone#6404)."""

OK, END_OF_FILE, NO_SUCH_FILE, PERMISSION_DENIED, UNSUPPORTED = 0, 1, 2, 3, 8
"""Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7)."""


class Refusal(OSError):
    """The server answered with this status; the connection is sound."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = printable(text)


class SftpClient(paramiko.SFTPClient):
    """What it takes of paramiko's is partly private: the tests with real servers hold it."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self.refused_close: OSError | None = None
        super().__init__(channel)

    def close_file(self, file: paramiko.SFTPFile) -> None:
        """Closes the file and raises what the server answers, which `file.close()` swallows.

        A full disk or a quota may be reported at this moment only.
        """
        self.refused_close = None
        file.close()
        if self.refused_close is not None:
            raise self.refused_close

    def read(self, path: str, size: int) -> bytes:
        """The first `size` bytes of the file, all asked for at once: one round trip.

        paramiko's own `prefetch` asks in a thread, and nobody hears of what happens to that.
        """
        with self.open(path, "rb") as file:
            reading = _Reading(self._async_request, file.handle)  # type: ignore[attr-defined]
            for offset in range(0, size, CHUNK_BYTES):
                reading.ask(offset, min(CHUNK_BYTES, size - offset))
            while reading.asked:
                self._read_response()  # type: ignore[attr-defined]
        if reading.refusal is not None:
            raise reading.refusal
        return b"".join(piece for _, piece in sorted(reading.pieces.items()))

    def _request(self, t: int, *args: Any) -> Any:
        try:
            return super()._request(t, *args)  # type: ignore[misc]
        except OSError as error:
            if t == CMD_CLOSE:
                self.refused_close = error
            raise

    def _convert_status(self, msg: paramiko.Message) -> None:
        _raise_unless_ok(msg)


def _raise_unless_ok(status: paramiko.Message) -> None:
    """Keeps the code; paramiko keeps two of them, and stumbles over text that is not UTF-8."""
    code = status.get_int()
    text = status.get_string().decode(errors="replace")
    if code == END_OF_FILE:
        raise EOFError(text)
    if code != OK:
        raise Refusal(code, text)


class _Reading:
    """The reads of one file that are on their way. paramiko hands it each answer."""

    def __init__(self, request: Callable[..., int], handle: object) -> None:
        self.asked: dict[int, tuple[int, int]] = {}
        """Offset and length of each request that has no answer yet."""
        self.pieces: dict[int, bytes] = {}
        self.refusal: Refusal | None = None
        self._request = request
        self._handle = handle

    def ask(self, offset: int, length: int) -> None:
        number = self._request(self, CMD_READ, self._handle, int64(offset), length)
        self.asked[number] = (offset, length)

    def _async_response(self, kind: int, answer: paramiko.Message, number: int) -> None:
        offset, length = self.asked.pop(number)
        if kind == CMD_DATA:
            piece = self.pieces[offset] = answer.get_string()
            if 0 < len(piece) < length:  # as a server may, also in the middle of a file
                self.ask(offset + len(piece), length - len(piece))
        elif kind == CMD_STATUS:
            try:
                _raise_unless_ok(answer)
            except EOFError:
                pass  # the file is shorter than it was
            except Refusal as refusal:
                self.refusal = refusal  # not raised yet: the other answers are still to come
        else:
            raise paramiko.SFTPError("Expected data")
