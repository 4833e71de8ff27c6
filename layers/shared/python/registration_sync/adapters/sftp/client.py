"""paramiko's SFTP client, changed to keep the answers that paramiko drops or garbles."""

from collections.abc import Callable
from typing import Any

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_DATA, CMD_READ, CMD_STATUS, int64

from registration_sync.adapters.sftp.transport import printable

CHUNK_BYTES = 32 * 1024
"""The size of one read or write. Larger writes corrupted files on one server (rclone#6404)."""

OK, END_OF_FILE, NO_SUCH_FILE, PERMISSION_DENIED, UNSUPPORTED = 0, 1, 2, 3, 8
"""Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7)."""


class Refusal(OSError):
    """The server answered with this status; the connection still works."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = printable(text)


class SftpClient(paramiko.SFTPClient):
    """Uses some private parts of paramiko; the tests with real servers guard them."""

    def __init__(self, channel: paramiko.Channel) -> None:
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

    def read(self, path: str, size: int) -> bytes:
        """Returns the first `size` bytes of the file, requested all at once: one round trip.

        paramiko's own `prefetch` sends its requests in a thread and loses that thread's errors.
        """
        with self.open(path, "rb") as file:
            reading = _Reading(self._async_request, file.handle)  # type: ignore[attr-defined]
            for offset in range(0, size, CHUNK_BYTES):
                reading.request(offset, min(CHUNK_BYTES, size - offset))
            while reading.pending:
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
        self._send = send
        self._handle = handle

    def request(self, offset: int, length: int) -> None:
        number = self._send(self, CMD_READ, self._handle, int64(offset), length)
        self.pending[number] = (offset, length)

    def _async_response(self, kind: int, answer: paramiko.Message, number: int) -> None:
        offset, length = self.pending.pop(number)
        if kind == CMD_DATA:
            piece = self.pieces[offset] = answer.get_string()
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
