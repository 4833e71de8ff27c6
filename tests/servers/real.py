"""Real SFTP servers, started from packages of the system on a free port of 127.0.0.1."""

import contextlib
import getpass
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from registration_sync.domain.connections.sftp import Credentials, SftpAccount
from tests.support.sftp_servers import openssh_server, public_line

PROFTPD = """
ServerName test
ServerType standalone
DefaultAddress 127.0.0.1
Port {port}
UseIPv6 off
User {user}
Group {group}
PidFile {folder}/pid
ScoreboardFile none
ModulePath {modules}
LoadModule mod_sftp.c
DelayEngine off
WtmpLog off
TransferLog none
SystemLog {folder}/log
AuthOrder mod_auth_file.c
AuthUserFile {folder}/passwd
RequireValidShell off
RootLogin on
SFTPEngine on
SFTPLog {folder}/sftp_log
SFTPHostKey {folder}/host_key
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:{folder}/authorized_keys
AllowOverwrite on
{more}
"""


@dataclass(frozen=True)
class RealServer:
    """A server that runs, and the folder on disk that deliveries reach as `exports`."""

    port: int
    username: str
    folder: Path
    host_keys: tuple[str, ...]
    private_key: str
    exports: str = "exports"
    host: str = "127.0.0.1"

    def account(self, **changes: Any) -> SftpAccount:
        fields: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "username": self.username,
            "host_keys": self.host_keys,
            "credentials": Credentials(private_key=self.private_key),
        }
        return SftpAccount(**fields | changes)


@contextlib.contextmanager
def openssh(folder: Path) -> Iterator[RealServer]:
    with openssh_server(folder) as server:
        (server.root / "exports").mkdir()
        yield RealServer(
            server.port,
            getpass.getuser(),
            server.root / "exports",
            server.host_keys,
            server.private_key,
        )


@contextlib.contextmanager
def proftpd(folder: Path, more: str = "") -> Iterator[RealServer]:
    program = _program("proftpd", "ProFTPD")
    modules = next((path.parent for path in Path("/usr/lib").rglob("proftpd/mod_sftp.so")), None)
    if modules is None:
        pytest.skip("ProFTPD's mod_sftp is not installed")
    root = folder / "root"
    (root / "exports").mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    _write(folder / "host_key", host_key.export_private_key("pkcs1-pem"), 0o600)
    _write(folder / "authorized_keys", user_key.export_public_key("rfc4716"), 0o644)
    user = pwd.getpwuid(os.getuid())
    entry = f"district:*:{user.pw_uid}:{user.pw_gid}::{root}:/bin/sh\n"
    _write(folder / "passwd", entry.encode(), 0o600)
    port = _free_port()
    config = PROFTPD.format(
        port=port,
        user=user.pw_name,
        group=user.pw_gid or "root",
        folder=folder,
        modules=modules,
        more=more,
    )
    _write(folder / "config", config.encode(), 0o644)
    command = [program, "--nodaemon", "--config", str(folder / "config")]
    with _running(command, port, folder / "output"):
        yield RealServer(
            port,
            "district",
            root / "exports",
            (public_line(host_key),),
            user_key.export_private_key().decode(),
            exports=f"{root}/exports",
        )


def proftpd_hiding_dot_files(folder: Path) -> Any:
    return proftpd(
        folder,
        "<Directory />\n  HideFiles ^\\.\n  <Limit ALL>\n    IgnoreHidden on\n  </Limit>\n"
        "</Directory>",
    )


def proftpd_with_path_filter(folder: Path) -> Any:
    return proftpd(folder, "PathAllowFilter \\.csv$")


@contextlib.contextmanager
def rclone(folder: Path) -> Iterator[RealServer]:
    program = _program("rclone", "rclone")
    root = folder / "root"
    (root / "exports").mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    _write(folder / "host_key", host_key.export_private_key("pkcs1-pem"), 0o600)
    _write(folder / "authorized_keys", user_key.export_public_key(), 0o644)
    port = _free_port()
    command = [
        *(program, "serve", "sftp", str(root), "--addr", f"127.0.0.1:{port}"),
        *("--key", str(folder / "host_key"), "--user", "district"),
        *("--authorized-keys", str(folder / "authorized_keys")),
        *("--config", str(folder / "rclone.conf"), "--vfs-cache-mode", "writes"),
        *("--vfs-write-back", "0s", "--cache-dir", str(folder / "cache")),
    ]
    with _running(command, port, folder / "output"):
        yield RealServer(
            port,
            "district",
            root / "exports",
            (public_line(host_key),),
            user_key.export_private_key().decode(),
        )


def _program(name: str, title: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{title} is not installed")
    return found


@contextlib.contextmanager
def _running(command: list[str], port: int, output: Path) -> Iterator[None]:
    with output.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            for _ in range(200):
                assert process.poll() is None, output.read_text()
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _write(path: Path, content: bytes, mode: int) -> None:
    path.touch(mode=mode)
    path.write_bytes(content)
