"""paramiko's SFTP client, with the server's answers kept that it would drop or garble."""

from typing import Any

import paramiko
from paramiko.sftp import CMD_CLOSE

from registration_sync.adapters.sftp_link import printable

OK, END_OF_FILE, NO_SUCH_FILE, PERMISSION_DENIED, UNSUPPORTED = 0, 1, 2, 3, 8
"""Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7)."""


class Refusal(OSError):
    """The server answered with this status; the connection is sound."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = printable(text)


class SftpClient(paramiko.SFTPClient):
    """Both overridden methods are private to paramiko: the tests with real servers hold them."""

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

    def _request(self, t: int, *args: Any) -> Any:
        try:
            return super()._request(t, *args)  # type: ignore[misc]
        except OSError as error:
            if t == CMD_CLOSE:
                self.refused_close = error
            raise

    def _convert_status(self, msg: paramiko.Message) -> None:
        """Keeps the code; paramiko keeps two of them, and stumbles over text that is not UTF-8."""
        code = msg.get_int()
        text = msg.get_string().decode(errors="replace")
        if code == END_OF_FILE:
            raise EOFError(text)
        if code != OK:
            raise Refusal(code, text)
