"""A socket with limits on silence, time and data."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

RECEIVE_BYTES = 256 * 1024
"""The most to read in one call, because a server may announce a packet of 4 GB."""

MAX_EXCESS_BYTES = 32 * 1024 * 1024
"""How many more bytes a server may send than we have sent it. A delivery reads only directory
listings, replies, and files that it uploaded itself."""


class WatchedSocket(socket.socket):
    """A socket that shuts itself down when the server is silent, sends too much, or the time is up:
    `seconds_left` says when.

    Some of paramiko's waits have no limit (a full TCP window, the reply to a subsystem request).
    Shutting the socket down ends every such wait, in any thread.
    """

    def __init__(
        self, connected: socket.socket, silence_seconds: float, seconds_left: Callable[[], float]
    ) -> None:
        super().__init__(
            connected.family, connected.type, connected.proto, fileno=connected.detach()
        )
        self.is_cut = False
        self._received = self._sent = 0
        self.cut_because = ""
        self._silence_seconds = silence_seconds
        self.seconds_left = seconds_left
        self._received_at = time.monotonic()
        self._wait: tuple[float, float] | None = None  # start and deadline
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sftp-watch", daemon=True)
        self._thread.start()

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        data = super().recv(min(size, RECEIVE_BYTES), flags)
        self._received_at = time.monotonic()
        if not flags & socket.MSG_PEEK:
            self._received += len(data)
        if self._received > self._sent + MAX_EXCESS_BYTES:
            self.cut("because the server sent far more data than it received")
            return b""
        return data

    def send(self, data: Any, flags: int = 0, /) -> int:
        sent = super().send(data, flags)
        self._sent += sent
        return sent

    @contextmanager
    def waiting(self, at_most_seconds: float = float("inf")) -> Iterator[None]:
        """A block that waits for the server. Silence counts only inside it; the whole wait may take
        `at_most_seconds`."""
        now = time.monotonic()
        self._wait = (now, now + at_most_seconds)
        try:
            yield
        finally:
            self._wait = None

    def cut(self, because: str = "") -> None:
        """Shuts the socket down; `because` completes the sentence "The connection was cut …"."""
        self.is_cut = True
        self.cut_because = self.cut_because or because
        with suppress(OSError):  # already closed
            self.shutdown(socket.SHUT_RDWR)

    def stop_watching(self) -> None:
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _watch(self) -> None:
        interval = min(1.0, self._silence_seconds / 4)
        while not self._stopped.wait(interval):
            because = self._reason_to_cut()
            if because:
                self.cut(because)
                return

    def _reason_to_cut(self) -> str:
        """Completes the sentence "The connection was cut …"; empty within the limits."""
        if self.seconds_left() <= 0:
            return "because the time for this run was nearly up"
        wait, now = self._wait, time.monotonic()
        if wait and now - max(wait[0], self._received_at) > self._silence_seconds:
            return f"after {self._silence_seconds:g} s without an answer"
        if wait and now > wait[1]:
            return f"because the server took more than {wait[1] - wait[0]:g} s"
        return ""
