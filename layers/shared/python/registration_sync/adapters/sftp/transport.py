"""The SSH connection below SFTP: limits on every wait, and the pinned host key."""

import base64
import binascii
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import paramiko
import paramiko.ssh_exception
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm

from registration_sync.domain.errors import ConnectionFailed, HostKeyMismatch, NoCommonAlgorithm

PEER_ERRORS = (
    paramiko.SSHException,
    paramiko.SFTPError,
    EOFError,
    OSError,
    # paramiko hands on what its thread stumbled over in a packet that makes no sense:
    ValueError,
    struct.error,
    InvalidTag,
    UnsupportedAlgorithm,
)
"""All that paramiko raises because of what the other side did, or did not do."""

ADDRESSES_TRIED = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each step may take; `silence_seconds` counts anew with whatever arrives."""

    connect_seconds: float = 10
    handshake_seconds: float = 20
    sign_in_seconds: float = 40
    silence_seconds: float = 30
    before_end_seconds: float = 20
    """So long before the invocation's end the connection is cut."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host and port as they stand in messages."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class WatchedSocket(socket.socket):
    """A socket that shuts itself when the peer falls silent, or when time is up.

    paramiko waits without limit in places (a full TCP window, the answer to the request for a
    subsystem). Shutting the socket ends every such wait, whichever thread is in it.
    """

    def __init__(
        self, connected: socket.socket, silence_seconds: float, seconds_left: Callable[[], float]
    ) -> None:
        super().__init__(
            connected.family, connected.type, connected.proto, fileno=connected.detach()
        )
        self.is_cut = False
        self.cut_because = ""
        self._silence_seconds = silence_seconds
        self._seconds_left = seconds_left
        self._heard_at = time.monotonic()
        self._wait: tuple[float, float] | None = None  # since when, until when at most
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sftp-watch", daemon=True)
        self._thread.start()

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        data = super().recv(size, flags)
        self._heard_at = time.monotonic()
        return data

    @contextmanager
    def waiting(self, at_most_seconds: float = float("inf")) -> Iterator[None]:
        """Within it we wait for the peer, so that its silence counts."""
        now = time.monotonic()
        self._wait = (now, now + at_most_seconds)
        try:
            yield
        finally:
            self._wait = None

    def cut(self, because: str = "") -> None:
        """Ends the connection; `because` completes "the connection was cut …"."""
        self.is_cut = True
        self.cut_because = self.cut_because or because
        with suppress(OSError):  # gone already
            self.shutdown(socket.SHUT_RDWR)

    def stop_watching(self) -> None:
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _watch(self) -> None:
        interval = min(1.0, self._silence_seconds / 4)
        while not self._stopped.wait(interval):
            because = self._due()
            if because:
                self.cut(because)
                return

    def _due(self) -> str:
        if self._seconds_left() <= 0:
            return "because the time for this run was nearly up"
        wait, now = self._wait, time.monotonic()
        if wait and now - max(wait[0], self._heard_at) > self._silence_seconds:
            return f"after {self._silence_seconds:g} s without an answer"
        if wait and now > wait[1]:
            return f"because the server took more than {wait[1] - wait[0]:g} s"
        return ""


class Transport(paramiko.Transport):
    """paramiko's transport, which also tells what the server offered, for a useful message."""

    def __init__(self, sock: WatchedSocket, limits: Limits) -> None:
        super().__init__(sock)
        self.server_extensions: dict[str, bytes]
        self.offered: dict[str, list[str]] = {}
        # Our own limit comes first: it knows what to say of a server that is silent.
        self.banner_timeout = self.handshake_timeout = limits.handshake_seconds + 60
        self.channel_timeout = limits.silence_seconds
        # AES-GCM first: a seventh less CPU time (100 MiB to sshd) than AES-CTR with an HMAC.
        options = self.get_security_options()
        options.ciphers = sorted(options.ciphers, key=lambda name: "gcm" not in name)

    def _really_parse_kex_init(self, m: Any, ignore_first_byte: bool = False) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(m, ignore_first_byte)  # type: ignore[misc]
        if not ignore_first_byte:  # else it is our own
            self.offered = parsed
        return parsed

    def not_in_common(self) -> tuple[str, list[str]] | None:
        """What there is nothing in common for, and what the server offers for it."""
        ours = self.get_security_options()
        for purpose, name, known in (
            ("key exchange", "kex_algo_list", ours.kex),
            ("its host key", "server_key_algo_list", ours.key_types),
            ("encryption", "client_encrypt_algo_list", ours.ciphers),
            ("encryption", "server_encrypt_algo_list", ours.ciphers),
            ("integrity", "client_mac_algo_list", ours.digests),
            ("integrity", "server_mac_algo_list", ours.digests),
            ("compression", "client_compress_algo_list", ours.compression),
            ("compression", "server_compress_algo_list", ours.compression),
        ):
            offered = self.offered.get(name, [])
            if offered and not set(offered) & set(known):
                return purpose, offered
        return None


class Link:
    """A connected socket with an SSH transport on it."""

    def __init__(
        self,
        server: Endpoint,
        sock: socket.socket,
        limits: Limits,
        seconds_left: Callable[[], float],
    ) -> None:
        self.server = server
        self.limits = limits
        self.socket = WatchedSocket(
            sock, limits.silence_seconds, lambda: seconds_left() - limits.before_end_seconds
        )
        self.transport = Transport(self.socket, limits)

    @property
    def is_up(self) -> bool:
        return self.transport.is_active() and not self.socket.is_cut

    def lost(self, doing: str) -> ConnectionFailed:
        """The error for a connection that ended while `doing`; ends it for good."""
        how = f"was cut {self.socket.cut_because}" if self.socket.cut_because else "was lost"
        self.socket.cut()
        return ConnectionFailed(
            f"The connection to {self.server} {how}, while {doing}. If this goes on, ask the "
            "server's administrator to look at its log of this time."
        )

    def shake_hands(self, host_keys: Sequence[str]) -> paramiko.PKey:
        """Agrees on algorithms and keys; the server's host key, not yet judged.

        The types of the pinned keys are asked for first, so that a server with keys of several
        types shows one that we can compare.
        """
        options = self.transport.get_security_options()
        pinned_types = {line.split(" ", 1)[0] for line in host_keys}
        # An RSA key's type is ssh-rsa, the names of its signatures differ (RFC 8332).
        options.key_types = sorted(
            options.key_types,
            key=lambda name: ("ssh-rsa" if "rsa" in name else name) not in pinned_types,
        )
        try:
            with self.socket.waiting(self.limits.handshake_seconds):
                self.transport.start_client()
            return self.transport.get_remote_server_key()
        except paramiko.ssh_exception.IncompatiblePeer as error:
            raise self._incompatible() from error
        except PEER_ERRORS as error:
            raise self.lost("the SSH connection was being set up") from error

    def _incompatible(self) -> NoCommonAlgorithm:
        lacking = self.transport.not_in_common()
        if lacking is None:
            return NoCommonAlgorithm(
                f"{self.server} does not speak SSH 2.0; it says of itself "
                f"{printable(self.transport.remote_version)}. Its software must be updated."
            )
        purpose, offered = lacking
        return NoCommonAlgorithm(
            f"For {purpose} the server {self.server} offers only {printable(', '.join(offered))}, "
            "and this service uses none of that: most of what it leaves out is no longer safe. The "
            "server's administrator must update its software, or allow newer algorithms."
        )

    def close(self) -> None:
        """Ends the connection and its threads. Never raises."""
        self.socket.cut()
        self.socket.stop_watching()
        # Else the timer of a handshake that failed would live on, past the end of the invocation.
        self.transport.packetizer.complete_handshake()
        self.transport.close()
        self.socket.close()
        if self.transport.is_alive():
            self.transport.join()


def connect(
    server: Endpoint, addresses: Sequence[str], limits: Limits, seconds_left: Callable[[], float]
) -> Link:
    """A TCP connection to the first address that answers."""
    problem: OSError | None = None
    for address in addresses[:ADDRESSES_TRIED]:
        time_left = seconds_left() - limits.before_end_seconds
        if time_left <= 0:
            raise ConnectionFailed(f"No time was left in this run to connect to {server}.")
        try:
            sock = socket.create_connection(
                (address, server.port), timeout=min(limits.connect_seconds, time_left)
            )
        except OSError as error:
            problem = error
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Link(server, sock, limits, seconds_left)
    how = (
        f"did not answer within {limits.connect_seconds:g} s"
        if isinstance(problem, TimeoutError)
        else "refused the connection"
        if isinstance(problem, ConnectionRefusedError)
        else "cannot be reached"
    )
    raise ConnectionFailed(
        f"{server} {how}. Check the port, that the server is running, and that its firewall lets "
        "the address of this service in."
    ) from problem


def check_host_key(server: Endpoint, offered: paramiko.PKey, host_keys: Sequence[str]) -> None:
    """Raises HostKeyMismatch unless the server's key is one of the pinned ones."""
    pinned = [_type_and_blob(line) for line in host_keys]
    if offered.asbytes() in [blob for _, blob in pinned]:
        return
    known = ", ".join(f"{key_type} {fingerprint(blob)}" for key_type, blob in pinned)
    raise HostKeyMismatch(
        f"{server} showed the host key {offered.get_name()} {fingerprint(offered.asbytes())}, but "
        f"pinned is {known or 'none'}. Nobody signed in. Ask the server's administrator, by "
        "another way than this connection, whether the key was changed, and pin the new one."
    )


def fingerprint(blob: bytes) -> str:
    """As `ssh-keygen -l` prints it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


def printable(text: str, length: int = 300) -> str:
    """What a server said, made fit for a message."""
    return "".join(char if char.isprintable() else " " for char in text)[:length]


def _type_and_blob(line: str) -> tuple[str, bytes]:
    key_type, _, rest = line.strip().partition(" ")
    try:
        return key_type, base64.b64decode(rest.split(" ")[0], validate=True)
    except binascii.Error as error:
        raise HostKeyMismatch(
            f"The pinned host key “{printable(line, 40)}…” is not of the form `ssh-ed25519 AAAA…`."
        ) from error
