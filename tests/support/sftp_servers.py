"""SFTP servers for tests: one that misbehaves on request, and OpenSSH."""

import asyncio
import contextlib
import getpass
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import asyncssh
import paramiko
import paramiko.common
import pytest

from registration_sync.domain.connections.sftp import Credentials, SftpAccount

USERNAME = "district"
PASSWORD = "correct horse battery staple"


@dataclass
class Faults:
    """The faults of the server; may be changed while it runs.

    Operations are named sign_in, open, write, close, read, stat, listing, mkdir, remove,
    rename and posix_rename.
    """

    fail_write: int | None = None
    """The write of each file that fails, counted from 1."""
    spoil_write: int | None = None
    """The write that stores other bytes, without an error."""
    unsupported: set[str] = field(default_factory=set)
    """Operations that the server does not support."""
    failing: set[str] = field(default_factory=set)
    """Operations answered with "Failure", and with `reason`."""
    reason: str | bytes = "Failure"
    forbidden: set[str] = field(default_factory=set)
    """Operations answered with "Permission denied"."""
    silent: set[str] = field(default_factory=set)
    """Operations that are never answered."""
    slow_seconds: float = 0
    fail_renames: set[int] = field(default_factory=set)
    """The plain renames of the session that fail, counted from 1."""
    longest_read: int | None = None
    """Longer reads are answered with this many bytes, as the protocol allows."""
    fail_read: int | None = None
    """The read of the session that fails, counted from 1."""
    lose_writes: bool = False
    """Accepts every write and stores nothing."""
    rename_replaces: bool = False
    size_unknown: bool = False
    drop_before: set[str] = field(default_factory=set)
    drop_after: set[str] = field(default_factory=set)
    """The connection is lost before the operation, or right after it; no answer is sent."""
    importer_takes: set[str] = field(default_factory=set)
    """Files of these names are removed as soon as they are renamed or closed."""


class MisbehavingSftp(asyncssh.SFTPServer):
    """The operations of one session, with the server's `Faults`."""

    def __init__(self, channel: Any, server: "AsyncSftpServer") -> None:
        super().__init__(channel, chroot=str(server.root).encode())
        self._server = server
        self._renames = 0
        self._reads = 0
        self._writes: dict[object, int] = {}
        self._paths: dict[object, bytes] = {}

    async def _do(self, operation: str, path: bytes, action: Callable[[], Any]) -> Any:
        faults = self._server.faults
        self._server.requests.append((operation, path.decode(errors="surrogateescape")))
        if operation in faults.silent:
            await asyncio.Event().wait()
        if operation in faults.drop_before:
            self.connection.abort()
            await asyncio.Event().wait()
        self._server.before.pop(operation, lambda: None)()
        if operation in faults.unsupported:
            raise asyncssh.SFTPOpUnsupported("not supported")
        if operation in faults.failing:
            raise asyncssh.SFTPFailure(faults.reason)
        if operation in faults.forbidden:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        result = action()
        if operation in faults.drop_after:
            self.connection.abort()
        return result

    def _take(self, path: bytes) -> None:
        if Path(path.decode(errors="surrogateescape")).name in self._server.faults.importer_takes:
            Path(self.map_path(path).decode()).unlink()

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        opened = await self._do(
            "open", path, lambda: super(type(self), self).open(path, pflags, attrs)
        )
        self._paths[opened] = path
        self._server.open_files.add(opened)
        return opened

    async def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
        number = self._writes[file_obj] = self._writes.get(file_obj, 0) + 1
        if number == self._server.faults.spoil_write:
            data = bytes(byte ^ 1 for byte in data)

        def action() -> Any:
            if number == self._server.faults.fail_write:
                raise asyncssh.SFTPFailure("Failure")
            if self._server.faults.lose_writes:
                return len(data)
            return super(MisbehavingSftp, self).write(file_obj, offset, data)

        return await self._do("write", self._paths[file_obj], action)

    async def read(self, file_obj: Any, offset: int, size: int) -> Any:
        faults = self._server.faults
        self._reads += 1
        number = self._reads

        def action() -> Any:
            if number == faults.fail_read:
                raise asyncssh.SFTPFailure("Failure")
            length = min(size, faults.longest_read or size)
            return super(MisbehavingSftp, self).read(file_obj, offset, length)

        return await self._do("read", self._paths[file_obj], action)

    async def close(self, file_obj: Any) -> None:
        super().close(file_obj)
        self._server.open_files.discard(file_obj)
        path = self._paths.pop(file_obj)
        await self._do("close", path, lambda: self._take(path))

    async def stat(self, path: bytes) -> Any:
        found = await self._do("stat", path, lambda: super(MisbehavingSftp, self).stat(path))
        if self._server.faults.size_unknown:
            return asyncssh.SFTPAttrs(permissions=found.st_mode)
        return found

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        await self._do("listing", path, lambda: None)
        async for name in super().scandir(path):
            yield name

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        await self._do("mkdir", path, lambda: super(MisbehavingSftp, self).mkdir(path, attrs))

    async def remove(self, path: bytes) -> None:
        await self._do("remove", path, lambda: super(MisbehavingSftp, self).remove(path))

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._renames += 1

        def action() -> None:
            if self._renames in self._server.faults.fail_renames:
                raise asyncssh.SFTPFailure("Failure")
            if self._server.faults.rename_replaces:
                super(MisbehavingSftp, self).posix_rename(oldpath, newpath)
            else:
                super(MisbehavingSftp, self).rename(oldpath, newpath)
            self._take(newpath)

        await self._do("rename", newpath, action)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        def action() -> None:
            super(MisbehavingSftp, self).posix_rename(oldpath, newpath)
            self._take(newpath)

        await self._do("posix_rename", newpath, action)


class _NeverOpens(asyncssh.SSHServerSession[bytes]):
    """Accepts SFTP after `slow_seconds`, in which the server blocks, and then stays silent."""

    def __init__(self, server: "AsyncSftpServer") -> None:
        self._slow_seconds = server.faults.slow_seconds

    def subsystem_requested(self, subsystem: str) -> bool:
        time.sleep(self._slow_seconds)
        return True


class SignIn(asyncssh.SSHServer):
    """Authenticates by the server's methods, and records each attempt."""

    def __init__(self, server: "AsyncSftpServer") -> None:
        self.server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self.server.connections.append(conn)

    def session_requested(self) -> Any:
        return _NeverOpens(self.server)  # reached where the option sftp_factory is None

    def begin_auth(self, username: str) -> bool:
        self.server.sign_ins.append("asked")
        return True

    def password_auth_supported(self) -> bool:
        return "password" in self.server.methods

    async def validate_password(self, username: str, password: str) -> bool:
        self.server.sign_ins.append("password")
        self.server.offered.append(password)
        if "sign_in" in self.server.faults.silent:
            await asyncio.Event().wait()
        if "sign_in" in self.server.faults.drop_before:
            self._connection.abort()
        return username == USERNAME and password == PASSWORD

    def kbdint_auth_supported(self) -> bool:
        return "keyboard-interactive" in self.server.methods

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        self.server.sign_ins.append("keyboard-interactive")
        return "", "", "", [(prompt, False) for prompt in self.server.prompts]

    def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        self.server.sign_ins.append("answer")
        self.server.offered += responses
        return list(responses) == [PASSWORD]

    def public_key_auth_supported(self) -> bool:
        return "publickey" in self.server.methods

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self.server.sign_ins.append("publickey")
        return any(key.public_data == known.public_data for known in self.server.known_keys)


class _InThread:
    """A server on an event loop in its own thread."""

    host = "127.0.0.1"
    port = 0

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="test-server", daemon=True)

    async def _open(self) -> Any:
        """Opens the port; returns the listener."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        listener = await self._open()
        self._ready.set()
        await self._stop.wait()
        listener.close()
        self._abort()
        # A new connection may start its session while the server closes.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets of aborted connections are closed in the next turn
        self._close()

    def _abort(self) -> None:
        """Ends the connections that are still open."""

    def _close(self) -> None:
        """Releases what cut connections left open."""


class AsyncSftpServer(_InThread):
    """An asyncssh server in its own thread, on a free port, that serves the folder `root`.

    `requests` lists (operation, path) in order, `sign_ins` the sign-in attempts, `offered` the
    passwords that it received. A function in `before` is called once, before its operation.
    """

    def __init__(
        self,
        root: Path,
        *,
        methods: tuple[str, ...] = ("password",),
        known_keys: tuple[asyncssh.SSHKey, ...] = (),
        host_keys: tuple[asyncssh.SSHKey, ...] = (),
        **options: Any,
    ) -> None:
        super().__init__()
        self.root = root
        self.methods = methods
        self.known_keys = known_keys
        self.prompts = ["Password: "]
        self.faults = Faults()
        self.requests: list[tuple[str, str]] = []
        self.sign_ins: list[str] = []
        self.offered: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}
        self.open_files: set[Any] = set()
        self.connections: list[asyncssh.SSHServerConnection] = []
        self._keys = host_keys or (asyncssh.generate_private_key("ssh-ed25519"),)
        self._options = options

    @property
    def host_keys(self) -> tuple[str, ...]:
        return tuple(public_line(key) for key in self._keys)

    def account(self, **changes: Any) -> SftpAccount:
        """The account to sign in with; `changes` replace its fields."""
        fields: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "username": USERNAME,
            "host_keys": self.host_keys,
            "credentials": Credentials(password=PASSWORD),
        }
        return SftpAccount(**fields | changes)

    async def _open(self) -> asyncssh.SSHAcceptor:
        options: dict[str, Any] = {
            "server_host_keys": list(self._keys),
            "server_factory": lambda: SignIn(self),
            "sftp_factory": lambda channel: MisbehavingSftp(channel, self),
        }
        acceptor = await asyncssh.listen(self.host, 0, **options | self._options)
        self.port = acceptor.get_port()
        return acceptor

    def _abort(self) -> None:
        for connection in self.connections:
            connection.abort()

    def _close(self) -> None:
        for file in self.open_files:
            file.close()


class SlowProxy(_InThread):
    """A TCP proxy to a server with a delay each way, which counts round trips.

    `round_trips` counts how often the client sent data after it had received some: pipelined
    requests count once. After `freeze` it reads nothing more from the client.
    """

    def __init__(self, port: int, delay_seconds: float = 0.03) -> None:
        super().__init__()
        self.round_trips = 0
        self._server_port = port
        self._delay_seconds = delay_seconds
        self._client_spoke_last = False
        self._open_to_client = asyncio.Event()

    async def _open(self) -> asyncio.Server:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # buffers little when frozen
        listener.bind((self.host, 0))
        self.port = listener.getsockname()[1]
        self._open_to_client.set()
        return await asyncio.start_server(self._join, sock=listener)

    def freeze(self) -> None:
        self._loop.call_soon_threadsafe(self._open_to_client.clear)

    async def _join(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        from_server, to_server = await asyncio.open_connection(self.host, self._server_port)

        def deliver(data: bytes) -> None:
            self._client_spoke_last = False
            to_client.write(data)

        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(from_server, deliver, to_client))
                tasks.create_task(self._carry(from_client, to_server.write, to_server, count=True))
        finally:
            to_client.close()
            to_server.close()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        deliver: Callable[[bytes], None],
        writer: asyncio.StreamWriter,
        *,
        count: bool = False,
    ) -> None:
        while data := await reader.read(1 << 16):
            if count and not self._client_spoke_last:
                self.round_trips += 1
                self._client_spoke_last = True
            self._loop.call_later(self._delay_seconds, deliver, data)
            if count:
                await self._open_to_client.wait()
        self._loop.call_later(self._delay_seconds, writer.close)


class ThrottledProxy(_InThread):
    """A TCP proxy to a server that carries so many bytes a second to it."""

    def __init__(self, port: int, bytes_per_second: float) -> None:
        super().__init__()
        self._server_port = port
        self._bytes_per_second = bytes_per_second

    async def _open(self) -> asyncio.Server:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind((self.host, 0))
        self.port = listener.getsockname()[1]
        return await asyncio.start_server(self._join, sock=listener, limit=1 << 12)

    async def _join(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        from_server, to_server = await asyncio.open_connection(self.host, self._server_port)

        async def carry(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pause: float
        ) -> None:
            while data := await reader.read(1 << 12):
                writer.write(data)
                await asyncio.sleep(pause * len(data))
            writer.close()

        with contextlib.suppress(ConnectionError, ExceptionGroup):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(carry(from_server, to_client, 0))
                tasks.create_task(carry(from_client, to_server, 1 / self._bytes_per_second))
        for writer in (to_client, to_server):
            writer.close()


class Greeter:
    """A TCP proxy to a server, which sends a preamble first."""

    def __init__(self, port: int, preamble: bytes) -> None:
        self._server_port = port
        self._preamble = preamble
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with self._listener:
            client, _ = self._listener.accept()
        client.sendall(self._preamble)
        server = socket.create_connection(("127.0.0.1", self._server_port))
        for source, target in ((client, server), (server, client)):
            thread = threading.Thread(target=self._carry, args=(source, target), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with source, contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


class SilentServer:
    """Accepts TCP connections, sends `greeting`, and then stays silent or hangs up."""

    host = "127.0.0.1"

    def __init__(self, greeting: bytes = b"", *, hangs_up: bool = False) -> None:
        self._greeting = greeting
        self._hangs_up = hangs_up
        self._listener = socket.create_server((self.host, 0))
        self._connections: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        for connection in (*self._connections, self._listener):
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                connection.sendall(self._greeting)
                if self._hangs_up:
                    connection.close()


class KeyAndPasswordServer:
    """A paramiko server that requires a key and then a password, or the reverse."""

    host = "127.0.0.1"

    def __init__(self, order: tuple[str, str]) -> None:
        self.sign_ins: list[str] = []
        self._order = order
        self._key = paramiko.RSAKey.generate(2048)
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self.host_keys = (f"{self._key.get_name()} {self._key.get_base64()}",)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._transport.close()
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        self._transport = paramiko.Transport(connection)
        self._transport.add_server_key(self._key)
        self._transport.set_subsystem_handler("sftp", paramiko.SFTPServer)
        # Not waited for: a client that disconnects at once would count as lost.
        server = _InOrder(self._order, self.sign_ins)
        self._transport.start_server(threading.Event(), server)


class _InOrder(paramiko.ServerInterface):
    def __init__(self, order: tuple[str, str], sign_ins: list[str]) -> None:
        self._left = list(order)
        self._sign_ins = sign_ins

    def get_allowed_auths(self, username: str) -> str:
        return self._left[0]

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._step("publickey")

    def check_auth_password(self, username: str, password: str) -> int:
        return self._step("password") if password == PASSWORD else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def _step(self, method: str) -> int:
        self._sign_ins.append(method)
        if self._left[0] != method:
            return paramiko.common.AUTH_FAILED
        del self._left[0]
        return (
            paramiko.common.AUTH_PARTIALLY_SUCCESSFUL
            if self._left
            else paramiko.common.AUTH_SUCCESSFUL
        )


@dataclass(frozen=True)
class OpenSshServer:
    """OpenSSH's sshd with its internal SFTP server, started by `openssh_server`."""

    host: str
    port: int
    root: Path
    host_keys: tuple[str, ...]
    private_key: str
    pid: int

    def account(self, **changes: Any) -> SftpAccount:
        fields: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "username": getpass.getuser(),
            "host_keys": self.host_keys,
            "credentials": Credentials(private_key=self.private_key),
        }
        return SftpAccount(**fields | changes)


@contextlib.contextmanager
def openssh_server(folder: Path) -> Iterator[OpenSshServer]:
    """Runs sshd as the current user on a free port; skips the test where it is not installed.

    Accepts keys only: it has neither PAM nor access to the system's passwords.
    """
    program = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("OpenSSH's sshd is not installed")
    with contextlib.suppress(PermissionError):
        Path("/run/sshd").mkdir(exist_ok=True)  # where root's sshd separates its privileges
    root = folder / "root"
    root.mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    _write_private(folder / "host_key", host_key.export_private_key())
    _write_private(folder / "authorized_keys", user_key.export_public_key())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = [
        f"ListenAddress 127.0.0.1:{port}",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        f"PidFile {folder / 'pid'}",
        f"Subsystem sftp internal-sftp -d {root}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin yes",
    ]
    (folder / "config").write_text("\n".join([*lines, ""]))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-D", "-e", "-f", str(folder / "config")], stderr=log, stdout=log
        )
        try:
            _wait_for_port(port, process, folder / "log")
            yield OpenSshServer(
                "127.0.0.1",
                port,
                root,
                (public_line(host_key),),
                user_key.export_private_key().decode(),
                process.pid,
            )
        finally:
            process.terminate()
            process.wait(10)


def public_line(key: asyncssh.SSHKey) -> str:
    """The key in the form that is pinned: `ssh-ed25519 AAAA…`."""
    return " ".join(key.export_public_key().decode().split()[:2])


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            pytest.skip(f"sshd does not run here: {log.read_text().strip()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    pytest.fail("sshd did not open its port within 5 s")
