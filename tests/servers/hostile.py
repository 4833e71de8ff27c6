"""SFTP servers that are broken or mean harm, and the costs of a delivery to them.

Each answers one request in a way that costs the most.
"""

import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import asyncssh

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.transport import Limits
from registration_sync.domain.connections.sftp import Credentials, SftpAccount
from registration_sync.domain.errors import DeliveryError
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
)
from tests.support.sftp_servers import PASSWORD, USERNAME, AsyncSftpServer, SignIn, public_line
from tests.unit.test_deliver_files import held_lease

LIMITS = Limits(
    connect_seconds=2,
    handshake_seconds=3,
    sign_in_seconds=3,
    silence_seconds=3,
    operation_seconds=6,
    settle_seconds=1,
)

INIT, OPEN, CLOSE, READ, WRITE, STAT, OPENDIR, READDIR = 1, 3, 4, 5, 6, 17, 11, 12
EXTENDED = 200
VERSION, STATUS, HANDLE, DATA, NAME, ATTRS = 2, 101, 102, 103, 104, 105
EVERYTHING = 0xFFFFFFFF

CHANNEL_EXTENDED_DATA = 95
"""An SSH message: RFC 4254, section 5.2."""

type Answer = Callable[[Any, bytes], None]
"""Writes the answer to a request with this number."""


def packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 1, kind) + body


def text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def status(number: bytes, code: int) -> bytes:
    return packet(STATUS, number + struct.pack(">I", code) + text(b"") + text(b""))


def name_entry(name: bytes) -> bytes:
    return text(name) + text(b"x" * 200) + struct.pack(">I", 0)


def endless_attributes(write: Any, number: bytes) -> None:
    write(packet(ATTRS, number + struct.pack(">II", 0x80000000, EVERYTHING)))


def endless_count(write: Any, number: bytes) -> None:
    write(packet(NAME, number + struct.pack(">I", EVERYTHING)))


def endless_names(write: Any, number: bytes) -> None:
    entries = b"".join(name_entry(b"%08d.csv" % n) for n in range(1000))
    write(packet(NAME, number + struct.pack(">I", 1000) + entries))


def long_names(write: Any, number: bytes) -> None:
    """An emoji makes Python store four bytes for every character."""
    name = "\N{GRINNING FACE}".encode() + b"x" * 900_000
    write(packet(NAME, number + struct.pack(">I", 1) + text(name) + text(b"") + bytes(4)))


def short_names(write: Any, number: bytes) -> None:
    name = "\N{GRINNING FACE}".encode() + b"x" * 1_000
    entry = text(name) + text(b"") + bytes(4)
    write(packet(NAME, number + struct.pack(">I", 1_000) + entry * 1_000))


def no_names(write: Any, number: bytes) -> None:
    write(packet(NAME, number + struct.pack(">I", 0)))


def too_much_data(write: Any, number: bytes) -> None:
    write(packet(DATA, number + text(b"x" * 200_000)))


def one_byte(write: Any, number: bytes) -> None:
    write(packet(DATA, number + text(b"x")))


def long_answer(write: Any, number: bytes) -> None:
    write(struct.pack(">IB", 0x00FFFFFF, ATTRS) + number)
    for _ in range(300):
        write(b"x" * 60_000)


def unasked_answers(write: Any, number: bytes) -> None:
    for _ in range(2_000):
        write(status(struct.pack(">I", 77_777), 0))


def greatest_size(write: Any, number: bytes) -> None:
    write(packet(ATTRS, number + struct.pack(">IQ", 1, 2**64 - 1)))


def errors_without_end(write: Any, number: bytes) -> None:
    """As much as was written, to the standard error of the channel."""
    write.__self__.send_packet(CHANNEL_EXTENDED_DATA, struct.pack(">I", 1), text(b"e" * 32_000))
    write(status(number, 0))


def silent_but_busy(write: Any, number: bytes) -> None:
    """The first byte of an answer, and then no more."""
    write(b"\0")


def attributes(write: Any, number: bytes) -> None:
    write(packet(ATTRS, number + struct.pack(">I", 0)))


ANSWERS: dict[str, tuple[int, Answer]] = {
    "attributes for a rename": (EXTENDED, attributes),
    "attributes for a close": (CLOSE, attributes),
    "attributes for a handle": (OPEN, attributes),
    "attributes without end": (STAT, endless_attributes),
    "a count of names without end": (READDIR, endless_count),
    "names without end": (READDIR, endless_names),
    "long names": (READDIR, long_names),
    "names of a kilobyte": (READDIR, short_names),
    "a count of no names": (READDIR, no_names),
    "more data than was requested": (READ, too_much_data),
    "one byte at a time": (READ, one_byte),
    "an answer of 16 MB": (STAT, long_answer),
    "answers to no request": (STAT, unasked_answers),
    "errors without end": (WRITE, errors_without_end),
    "the greatest size": (STAT, greatest_size),
    "the start of an answer": (OPENDIR, silent_but_busy),
}


class _Session(asyncssh.SSHServerSession[bytes]):
    """Reads requests of SFTP, and answers each by the server's attack."""

    def __init__(self, server: "HostileSftp") -> None:
        self._server = server
        self._buffer = b""
        self._size = 0

    def connection_made(self, chan: Any) -> None:
        self._write = chan.write

    def subsystem_requested(self, subsystem: str) -> bool:
        return True

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._buffer += data
        while len(self._buffer) >= 4:
            (length,) = struct.unpack(">I", self._buffer[:4])
            if len(self._buffer) < 4 + length:
                return
            request, self._buffer = self._buffer[4 : 4 + length], self._buffer[4 + length :]
            self._reply(request[0], request[1:5], request[5:])

    def _reply(self, kind: int, number: bytes, body: bytes) -> None:
        if kind == WRITE:
            self._size += len(body) - 17
        if kind == self._server.attacked:
            self._server.answer(self._write, number)
        elif kind == INIT:
            self._write(packet(VERSION, struct.pack(">I", 3)))
        elif kind in {OPEN, OPENDIR}:
            self._write(packet(HANDLE, number + text(b"h")))
        elif kind == STAT:
            self._write(packet(ATTRS, number + struct.pack(">IQ", 1, self._size)))
        elif kind == READDIR:
            self._write(status(number, 1))
        elif kind == READ:
            self._write(status(number, 3))
        else:
            self._write(status(number, 0))


class _Accepts(SignIn):
    def session_requested(self) -> Any:
        return _Session(self.server)


EXT_INFO, INFO_REQUEST = 7, 60
"""SSH messages: RFC 8308, section 2.3, and RFC 4256, section 3.2."""


class _Banners(SignIn):
    """54 MB of them."""

    def begin_auth(self, username: str) -> bool:
        for _ in range(2_000):
            self._connection.send_auth_banner("Welcome. " * 3_000)
        return super().begin_auth(username)


class _Extensions(SignIn):
    def begin_auth(self, username: str) -> bool:
        self._connection.send_packet(EXT_INFO, struct.pack(">I", EVERYTHING))
        return super().begin_auth(username)


class _Prompts(SignIn):
    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        count = struct.pack(">I", EVERYTHING)
        self._connection.send_packet(INFO_REQUEST, text(b"") * 3, count)
        return super().get_kbdint_challenge(username, lang, submethods)


SIGN_INS: dict[str, type[SignIn]] = {
    "banners without end": _Banners,
    "extensions without end": _Extensions,
    "prompts without end": _Prompts,
}


class HostileSignIn(AsyncSftpServer):
    """Attacks when asked how to sign in, or by a sign-in."""

    def __init__(self, attack: str) -> None:
        methods = ("keyboard-interactive",) if attack == "prompts without end" else ("password",)
        super().__init__(
            Path("/nowhere"), methods=methods, server_factory=lambda: SIGN_INS[attack](self)
        )


class NewKeys(AsyncSftpServer):
    """Negotiates new keys after every packet."""

    attacked = answer = None

    def __init__(self) -> None:
        super().__init__(
            Path("/nowhere"),
            sftp_factory=None,
            encoding=None,
            rekey_bytes=1,
            server_factory=lambda: _Accepts(self),
        )


class HostileSftp(AsyncSftpServer):
    """Signs in, and then speaks SFTP by `ANSWERS`; a file has the size of all that was written."""

    def __init__(self, attack: str) -> None:
        super().__init__(
            Path("/nowhere"),
            sftp_factory=None,
            encoding=None,
            server_factory=lambda: _Accepts(self),
        )
        self.attacked, self.answer = ANSWERS[attack]


def four_gigabytes(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-x\r\n" + struct.pack(">I", 0xFFFFFFFC))
    while True:
        connection.sendall(b"x" * 65536)


def lines_without_end(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"Welcome to this server\r\n" * 1000)


def a_line_without_end(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x" * 65536)


def version_without_end(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-")
    while True:
        connection.sendall(b"x" * 65536)


def ignored_without_end(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-x\r\n")
    body = b"\x02" + text(b"x" * 30_000)
    padding = 8 - (len(body) + 5) % 8 + 8
    message = struct.pack(">IB", len(body) + 1 + padding, padding) + body + bytes(padding)
    while True:
        connection.sendall(message)


def trickle(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def trickle_after_version(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-x\r\n" + struct.pack(">I", 30_000))
    trickle(connection)


FLOODS: dict[str, Callable[[socket.socket], None]] = {
    "a packet of 4 GB before the sign-in": four_gigabytes,
    "lines without end before the version": lines_without_end,
    "a line without end": a_line_without_end,
    "a version without end": version_without_end,
    "messages to ignore without end": ignored_without_end,
    "a byte now and then": trickle,
    "a byte now and then after the version": trickle_after_version,
}


class HostileSocket:
    """Floods every connection."""

    host_keys = (public_line(asyncssh.generate_private_key("ssh-ed25519")),)

    def account(self, **changes: Any) -> SftpAccount:
        account = SftpAccount("127.0.0.1", self.port, USERNAME, self.host_keys, Credentials())
        return replace(account, **changes)

    def __init__(self, attack: str) -> None:
        self._flood = FLOODS[attack]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                try:
                    self._flood(connection)
                except OSError:
                    continue


def peak_megabytes() -> float:
    """Of this process since it was forked: `ru_maxrss` begins with the memory of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def deliver(result: Connection, port: int, host_key: str, megabytes: int) -> None:
    """Delivers a file of this size, and sends the outcome, the seconds, and the megabytes of memory
    at most of this process."""
    account = SftpAccount("127.0.0.1", port, USERNAME, (host_key,), Credentials(password=PASSWORD))
    servers = ParamikoSftpServers([ip_network("127.0.0.1/32")], limits=LIMITS)
    connection = RunConnection(servers, lambda: account)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "students.csv")
        with source.open("wb") as file:
            for _ in range(megabytes):
                file.write(b"ID\r\n" * 250_000)
        try:
            deliver_files(
                [FinishedFile("students.csv", source)],
                "exports",
                server=connection,
                lease=held_lease(),
                pause=lambda _: None,
            )
            outcome, message = "delivered", ""
        except DeliveryError as error:
            outcome, message = error.code, error.message
        finally:
            connection.close()
    result.send(
        {
            "outcome": outcome,
            "message": message,
            "seconds": time.monotonic() - started,
            "megabytes": peak_megabytes(),
        }
    )
