"""The SSH connection below SFTP: its algorithms, its limits, and the pinned host key."""

import base64
import binascii
import hashlib
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import paramiko
import paramiko.ssh_exception
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from paramiko.common import MSG_CHANNEL_EXTENDED_DATA
from paramiko.kex_gex import KexGexSHA256

from registration_sync.adapters.sftp.packets import BoundedPacketizer
from registration_sync.adapters.sftp.watched_socket import WatchedSocket
from registration_sync.domain.errors import ConnectionFailed, HostKeyMismatch, NoCommonAlgorithm
from registration_sync.domain.printable import quote

PEER_ERRORS = (
    paramiko.SSHException,
    paramiko.SFTPError,
    EOFError,
    OSError,
    # paramiko passes on its thread's errors about malformed packets:
    ValueError,
    struct.error,
    InvalidTag,
    UnsupportedAlgorithm,
)
"""Every error that paramiko raises because of the server."""

ADDRESSES_TRIED = 3

MAX_PREAMBLE_BYTES = 64 * 1024
"""Of the lines that a server may send before its version."""

SAFE_BITS = 2048
"""Shorter RSA keys, and shorter primes of a key exchange (RFC 9142), are no longer safe."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each step may take; `silence_seconds` restarts whenever data arrives."""

    connect_seconds: float = 10
    handshake_seconds: float = 20
    sign_in_seconds: float = 40
    silence_seconds: float = 30
    operation_seconds: float = 120
    settle_seconds: float = 10
    """How long a server may take to report the size of a file."""
    pace_seconds: float = 60
    """How long an upload must have lasted before its speed counts."""
    before_end_seconds: float = 20
    """How long before the invocation ends the connection is cut."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host and port, formatted for messages."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _ShortPrime(paramiko.SSHException):
    """The text is the number of its bits."""


class _GroupExchange(KexGexSHA256):
    """paramiko's key exchange, which would accept a prime below the requested minimum."""

    p: int

    def _generate_x(self) -> None:
        if self.p.bit_length() < SAFE_BITS:
            raise _ShortPrime(str(self.p.bit_length()))
        super()._generate_x()  # type: ignore[misc]


def _discard(_channel: paramiko.Channel, _message: paramiko.Message) -> None:
    """SFTP has no use for standard error, which paramiko would keep in memory."""


class Transport(paramiko.Transport):
    """paramiko's transport, which also keeps what the server offered, for error messages."""

    def __init__(self, sock: WatchedSocket, limits: Limits) -> None:
        super().__init__(sock, packetizer_class=BoundedPacketizer)
        self._channel_handler_table: dict[int, Callable[..., None]]
        self._channel_handler_table = {
            **self._channel_handler_table,
            MSG_CHANNEL_EXTENDED_DATA: _discard,
        }
        self.server_extensions: dict[str, bytes]
        self.offered: dict[str, list[str]] = {}
        # Our own limit ends first: its message says that the server was silent.
        self.banner_timeout = self.handshake_timeout = limits.handshake_seconds + 60
        self.channel_timeout = limits.silence_seconds
        # AES-GCM first: a seventh less CPU time (100 MiB to sshd) than AES-CTR with an HMAC.
        options = self.get_security_options()
        safe = [name for name in options.ciphers if not name.endswith("-cbc")]
        options.ciphers = sorted(safe, key=lambda name: "gcm" not in name)
        self._kex_info: dict[str, type]
        self._kex_info = {**self._kex_info, _GroupExchange.name: _GroupExchange}
        options.digests = [
            name for name in options.digests if "md5" not in name and not name.endswith("-96")
        ]

    def _really_parse_kex_init(self, m: Any, ignore_first_byte: bool = False) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(m, ignore_first_byte)  # type: ignore[misc]
        if not ignore_first_byte:  # otherwise it is our own message
            self.offered = parsed
        return parsed

    def find_mismatch(self) -> tuple[str, list[str]] | None:
        """The first purpose without a common algorithm, and the server's algorithms for it."""
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
        self._preamble = b""

    @property
    def is_up(self) -> bool:
        return self.transport.is_active() and not self.socket.is_cut

    def lost(self, doing: str) -> ConnectionFailed:
        """Closes the connection for good and returns the error to raise; `doing` says when."""
        how = f"was cut {self.socket.cut_because}" if self.socket.cut_because else "was lost"
        self.socket.cut()
        if self._preamble:
            first = quote(self._preamble.split(b"\n")[0].decode(errors="replace"), 80)
            return ConnectionFailed(
                f"{self.server} did not answer as an SSH server: its answer begins with {first}. "
                "Check the host and the port."
            )
        return ConnectionFailed(
            f"The connection to {self.server} {how}, while {doing}. If this "
            "continues, ask the server's administrator to check its log for this time."
        )

    def shake_hands(self, host_keys: Sequence[str]) -> paramiko.PKey:
        """Negotiates algorithms and keys; returns the server's host key, not yet checked.

        Prefers the types of the pinned keys: a server with keys of several types then shows one
        that can be compared.
        """
        options = self.transport.get_security_options()
        pinned_types = {line.split(" ", 1)[0] for line in host_keys}
        # An RSA key has the type ssh-rsa; its signatures have other names (RFC 8332).
        options.key_types = sorted(
            options.key_types,
            key=lambda name: ("ssh-rsa" if "rsa" in name else name) not in pinned_types,
        )
        try:
            with self.socket.waiting(self.limits.handshake_seconds):
                self._skip_preamble()
                self.transport.start_client()
            return self._safe_key(self.transport.get_remote_server_key())
        except paramiko.ssh_exception.IncompatiblePeer as error:
            raise self._incompatible() from error
        except _ShortPrime as error:
            raise NoCommonAlgorithm(
                f"For key exchange the server {self.server} uses a prime of only {error} bits, "
                "which is no longer safe. The server's administrator must update its software."
            ) from error
        except PEER_ERRORS as error:
            raise self.lost("the SSH connection was being set up") from error

    def _skip_preamble(self) -> None:
        """Skips the lines before the version (RFC 4253, section 4.2), of which paramiko reads only
        100, and only UTF-8. They are kept for the message if no version follows."""
        while not self.socket.is_cut and len(self._preamble) < MAX_PREAMBLE_BYTES:
            try:
                seen = self.socket.recv(4096, socket.MSG_PEEK)
            except TimeoutError:
                continue
            at_line_start = self._preamble.endswith(b"\n") or not self._preamble
            if not seen or (at_line_start and seen.startswith(b"SSH-")):
                self._preamble = self._preamble if not seen else b""
                return
            if at_line_start and b"SSH-".startswith(seen):
                time.sleep(0.05)
                continue
            end = seen.find(b"\n") + 1
            self._preamble += self.socket.recv(end or len(seen))
        self.socket.cut("because the server sent no SSH version")

    def _safe_key(self, key: paramiko.PKey) -> paramiko.PKey:
        if key.get_name() == "ssh-rsa" and key.get_bits() < SAFE_BITS:
            raise NoCommonAlgorithm(
                f"The host key of {self.server} is an RSA key of only {key.get_bits()} bits, which "
                "is no longer safe. The server's administrator must create a new host key, such as "
                "an Ed25519 key."
            )
        return key

    def _incompatible(self) -> NoCommonAlgorithm:
        mismatch = self.transport.find_mismatch()
        if mismatch is None:
            return NoCommonAlgorithm(
                f"{self.server} does not speak SSH 2.0; it identifies itself as "
                f"{quote(self.transport.remote_version)}. Its software must be updated."
            )
        purpose, offered = mismatch
        return NoCommonAlgorithm(
            f"For {purpose} the server {self.server} offers only {quote(', '.join(offered))}, "
            "and this service uses none of them: most of those it omits are no longer safe. The "
            "server's administrator must update its software or allow newer algorithms."
        )

    def close(self) -> None:
        """Ends the connection and its threads. Never raises."""
        self.socket.cut()
        self.socket.stop_watching()
        # Otherwise the timer of a failed handshake would outlive the invocation.
        self.transport.packetizer.complete_handshake()
        self.transport.close()
        self.socket.close()
        if self.transport.is_alive():
            self.transport.join()


def connect(
    server: Endpoint, addresses: Sequence[str], limits: Limits, seconds_left: Callable[[], float]
) -> Link:
    """Opens a TCP connection to the first address that answers. Raises ConnectionFailed."""
    last_error: OSError | None = None
    for address in addresses[:ADDRESSES_TRIED]:
        time_left = seconds_left() - limits.before_end_seconds
        if time_left <= 0:
            raise ConnectionFailed(f"No time was left in this run to connect to {server}.")
        try:
            sock = socket.create_connection(
                (address, server.port), timeout=min(limits.connect_seconds, time_left)
            )
        except OSError as error:
            last_error = error
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Link(server, sock, limits, seconds_left)
    how = (
        f"did not answer within {limits.connect_seconds:g} s"
        if isinstance(last_error, TimeoutError)
        else "refused the connection"
        if isinstance(last_error, ConnectionRefusedError)
        else "cannot be reached"
    )
    raise ConnectionFailed(
        f"{server} {how}. Check the port, that the server is running, and that its firewall admits "
        "the address of this service."
    ) from last_error


def check_host_key(server: Endpoint, offered: paramiko.PKey, host_keys: Sequence[str]) -> None:
    """Raises HostKeyMismatch unless the server's key is one of the pinned ones."""
    pinned = [_type_and_blob(line) for line in host_keys]
    if offered.asbytes() in [blob for _, blob in pinned]:
        return
    known = ", ".join(f"{key_type} {fingerprint(blob)}" for key_type, blob in pinned)
    raise HostKeyMismatch(
        f"{server} showed the host key {offered.get_name()} {fingerprint(offered.asbytes())}, but "
        f"the saved key is {known or 'none'}. The service did not sign in. Ask the server's "
        "administrator, by phone or mail, whether the key was changed, then confirm the new one."
    )


def fingerprint(blob: bytes) -> str:
    """The fingerprint as `ssh-keygen -l` prints it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


def _type_and_blob(line: str) -> tuple[str, bytes]:
    key_type, _, rest = line.strip().partition(" ")
    try:
        return key_type, base64.b64decode(rest.split(" ")[0], validate=True)
    except binascii.Error as error:
        raise HostKeyMismatch(
            f"The saved host key {quote(line, 40)} is not of the form `ssh-ed25519 AAAA…`."
        ) from error
