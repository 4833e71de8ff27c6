"""An SFTP server in memory that performs each request, and may then answer anything.

The client is the product's own, above SSH: a delivery takes some milliseconds. What the server
holds is therefore the truth, whatever it has said.
"""

import random
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from registration_sync.adapters.sftp.client import SftpClient
from registration_sync.adapters.sftp.session import ParamikoSftpSession
from registration_sync.adapters.sftp.transport import PEER_ERRORS, Endpoint, Limits, Link
from registration_sync.domain.connections.sftp import SftpAccount
from tests.servers.hostile import ATTRS, DATA, HANDLE, NAME, STATUS, VERSION, packet, status, text
from tests.torture.support.mutations import changed_bytes

INIT, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, OPENDIR, READDIR = 1, 3, 4, 5, 6, 7, 8, 11, 12
REMOVE, MKDIR, REALPATH, STAT, RENAME, READLINK, EXTENDED = 13, 14, 16, 17, 18, 19, 200
"""Requests (draft-ietf-secsh-filexfer-02, section 3)."""
OK, END, NO_FILE, FAILURE, UNSUPPORTED = 0, 1, 2, 4, 8
CREATE, TRUNCATE = 8, 16
FOLDER, FILE = 0o040755, 0o100644

type Change = Callable[[bytes, random.Random], list[bytes]]
"""The packets to send in place of this answer; no packet: the server hangs up."""


def _names(entries: list[bytes]) -> Change:
    def change(answer: bytes, _random: random.Random) -> list[bytes]:
        listed = b"".join(text(name) + text(b"") + struct.pack(">I", 0) for name in entries)
        return [packet(NAME, answer[5:9] + struct.pack(">I", len(entries)) + listed)]

    return change


CHANGES: dict[str, Change] = {
    "changed bytes": lambda answer, r: [changed_bytes(answer, r)],
    "random bytes": lambda _, r: [r.randbytes(r.choice((1, 4, 9, 40)))],
    "an answer cut short": lambda answer, r: [answer[: r.randrange(len(answer))], b""],
    "a body cut short": lambda answer, r: [packet(answer[4], answer[5 : r.randrange(5, 9)])],
    "a wrong length": lambda answer, r: [
        struct.pack(
            ">I", r.choice((0, 1, 3, len(answer) - 5, len(answer), 2**20, 2**31, 2**32 - 1))
        )
        + answer[4:]
    ],
    "another request's number": lambda answer, r: [
        answer[:5] + struct.pack(">I", r.choice((0, 1, 2**31, r.randrange(40)))) + answer[9:]
    ],
    "another type": lambda answer, r: [
        answer[:4]
        + bytes([r.choice((VERSION, STATUS, HANDLE, DATA, NAME, ATTRS, 0, 255, OPEN))])
        + answer[5:]
    ],
    "another status": lambda answer, r: [
        status(answer[5:9], r.choice((END, NO_FILE, 3, FAILURE, 5, UNSUPPORTED, 99, 2**32 - 1)))
    ],
    "a message of bytes": lambda answer, r: [
        packet(
            STATUS, answer[5:9] + struct.pack(">I", FAILURE) + text(r.randbytes(300)) + text(b"")
        )
    ],
    "twice": lambda answer, _: [answer, answer],
    "no answer": lambda _, __: [b""],
    "a closed connection": lambda _, __: [],
    "names with NUL and newline": _names(
        [b"\0", b"a\nb", b"..", b"../students.csv", b"", b"\xff\xfe", b".students.csv.ab12.part\n"]
    ),
    "names that look like ours": _names(
        [b".students.csv.ffff.part", b"/etc/.students.csv.ab.part", b".students.csv.a/../b.part"]
    ),
    "a count without names": lambda answer, r: [
        packet(NAME, answer[5:9] + struct.pack(">I", r.choice((1, 1000, 2**32 - 1))))
    ],
    "attributes without end": lambda answer, r: [
        packet(ATTRS, answer[5:9] + struct.pack(">II", 0xFFFFFFFF, 2**32 - 1) + r.randbytes(60))
    ],
}
"""By the name in a failure's text."""


@dataclass
class MemorySftp:
    """`spoil` returns the packets for the answer with this number, counted over all connections.
    It implements the port SftpServers."""

    files: dict[str, bytes]
    limits: Limits
    spoil: Callable[[int, bytes], list[bytes]] = lambda _number, answer: [answer]
    posix_rename: bool = True
    asked: list[tuple[int, str]] = field(default_factory=list)
    """The type and the path of each request about a path."""
    seen: dict[str, list[bytes]] = field(default_factory=dict)
    """What an importer could read under each path: a content for each change."""
    answers: int = 0

    def connect(self, account: SftpAccount, _on_step: object = None) -> ParamikoSftpSession:
        ours, theirs = socket.socketpair()
        thread = threading.Thread(target=_serve, args=(self, theirs), daemon=True)
        thread.start()
        link = _Link(Endpoint("127.0.0.1", 22), ours, self.limits, lambda: float("inf"))
        link.server_thread = thread
        link.socket.get_name = lambda: "1"  # type: ignore[attr-defined]  # as channels have
        try:
            with link.socket.waiting():
                client = SftpClient(link.socket)  # type: ignore[arg-type]  # reads any socket
        except PEER_ERRORS as error:
            lost = link.lost("the SFTP session was being opened")
            link.close()
            raise lost from error
        return ParamikoSftpSession(
            link, client, account.traits, write_in_place=False, keep_links=False
        )

    def put(self, path: str, content: bytes) -> None:
        self.files[path] = content
        self.seen.setdefault(path, []).append(content)


class _Link(Link):
    server_thread: threading.Thread

    @property
    def is_up(self) -> bool:
        return not self.socket.is_cut

    def close(self) -> None:
        super().close()
        self.server_thread.join(5)


def _serve(server: MemorySftp, connection: socket.socket) -> None:
    reply = _Replies(server)
    with connection, suppress(OSError), connection.makefile("rb") as incoming:
        while len(head := incoming.read(4)) == 4:
            request = incoming.read(int.from_bytes(head))
            answer = reply(request[0], request[1:5], request[5:])
            server.answers += 1
            packets = server.spoil(server.answers - 1, answer)
            if not packets:
                return
            for one in packets:
                connection.sendall(one)


class _Replies:
    """The honest answers of one connection."""

    def __init__(self, server: MemorySftp) -> None:
        self._server = server
        self._handles: dict[bytes, str] = {}
        self._listed: set[bytes] = set()

    def __call__(self, kind: int, number: bytes, body: bytes) -> bytes:  # noqa: PLR0911 -- a table
        if kind == INIT:
            return packet(VERSION, struct.pack(">I", 3))
        texts = _Texts(body)
        if kind in {CLOSE, READ, WRITE, FSTAT, READDIR}:
            return self._of_handle(kind, number, texts)
        extension = texts.text() if kind == EXTENDED else b""
        path = self._path(kind, texts)
        if kind == OPEN:
            return self._open(number, path, texts.number())
        if kind == OPENDIR:
            return self._opened(number, path)
        if kind in {STAT, LSTAT}:
            return self._attributes(number, path)
        if kind == REMOVE:
            return status(number, OK if self._server.files.pop(path, None) is not None else NO_FILE)
        if kind == RENAME or extension == b"posix-rename@openssh.com":
            return status(number, self._renamed(kind, path, self._path(kind, texts)))
        return status(number, OK if kind == MKDIR else UNSUPPORTED)

    def _path(self, kind: int, texts: "_Texts") -> str:
        path = texts.text().decode(errors="surrogateescape")
        self._server.asked.append((kind, path))
        return path

    def _open(self, number: bytes, path: str, flags: int) -> bytes:
        if path not in self._server.files and not flags & CREATE:
            return status(number, NO_FILE)
        if flags & TRUNCATE:
            self._server.put(path, b"")
        return self._opened(number, path)

    def _renamed(self, kind: int, path: str, new: str) -> int:
        files = self._server.files
        if kind == EXTENDED and not self._server.posix_rename:
            return UNSUPPORTED
        if path not in files:
            return NO_FILE
        if kind == RENAME and new in files:
            return FAILURE
        self._server.put(new, files.pop(path))
        return OK

    def _opened(self, number: bytes, path: str) -> bytes:
        handle = b"%d" % len(self._handles)
        self._handles[handle] = path
        return packet(HANDLE, number + text(handle))

    def _attributes(self, number: bytes, path: str) -> bytes:
        content = self._server.files.get(path)
        if content is None and any(name.startswith(f"{path}/") for name in self._server.files):
            return packet(ATTRS, number + struct.pack(">II", 4, FOLDER))
        if content is None:
            return status(number, NO_FILE)
        times = struct.pack(">II", 7, 7)
        return packet(ATTRS, number + struct.pack(">IQI", 13, len(content), FILE) + times)

    def _of_handle(self, kind: int, number: bytes, texts: "_Texts") -> bytes:
        handle = texts.text()
        path = self._handles.get(handle)
        if path is None:
            return status(number, FAILURE)
        content = self._server.files.get(path, b"")
        if kind == FSTAT:
            return self._attributes(number, path)
        if kind == READ:
            offset, size = texts.number(8), texts.number()
            data = content[offset : offset + size]
            return packet(DATA, number + text(data)) if data else status(number, END)
        if kind == WRITE:
            offset, data = texts.number(8), texts.text()
            before = content[:offset].ljust(offset, b"\0")
            self._server.put(path, before + data + content[offset + len(data) :])
        if kind == READDIR:
            return self._names(number, handle, path)
        return status(number, OK)

    def _names(self, number: bytes, handle: bytes, folder: str) -> bytes:
        if handle in self._listed:
            return status(number, END)
        self._listed.add(handle)
        names = [p.rpartition("/")[2] for p in self._server.files if p.rpartition("/")[0] == folder]
        listed = b"".join(
            text(name.encode(errors="surrogateescape")) + text(b"") + struct.pack(">I", 0)
            for name in names
        )
        return packet(NAME, number + struct.pack(">I", len(names)) + listed)


class _Texts:
    """Reads the fields of a request in their order."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def number(self, size: int = 4) -> int:
        value, self._body = self._body[:size], self._body[size:]
        return int.from_bytes(value)

    def text(self) -> bytes:
        size = self.number()
        value, self._body = self._body[:size], self._body[size:]
        return value


def changes_of(randomness: random.Random, answers: int, number: int) -> tuple[list[str], Any]:
    """What happens to some of so many answers: a text for each, and the function `spoil`. The kinds
    of changes take turns by the number of the trial."""
    names = sorted(CHANGES)
    ways = [names[number % len(names)], *randomness.choices(names, k=2)]
    planned = {
        randomness.randrange(answers): way for way in ways[: randomness.choice((1, 1, 1, 2, 3))]
    }
    own = random.Random(randomness.random())

    def spoil(place: int, answer: bytes) -> list[bytes]:
        return CHANGES[planned[place]](answer, own) if place in planned else [answer]

    return [f"{way} as answer {place}" for place, way in sorted(planned.items())], spoil
