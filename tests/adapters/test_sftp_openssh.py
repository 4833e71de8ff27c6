"""The adapter against OpenSSH, which most districts run."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import asyncssh
import pytest

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.transport import Limits
from registration_sync.domain.connections.sftp import (
    Credentials,
    RemoteFile,
    ReplacedBy,
    ServerTraits,
)
from registration_sync.domain.errors import (
    ConnectionFailed,
    FolderMissing,
    HostKeyMismatch,
    NameRefused,
    SignInRefused,
)
from tests.support.sftp_servers import OpenSshServer, openssh_server, public_line

LOCAL = [ip_network("127.0.0.1/32")]
SERVERS = ParamikoSftpServers(LOCAL)
IMPATIENT = ParamikoSftpServers(LOCAL, limits=Limits(silence_seconds=1))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    with openssh_server(tmp_path_factory.mktemp("openssh")) as running:
        yield running


def test_a_delivery_from_folder_to_rename(server: OpenSshServer, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "students.csv").write_bytes(content)
    folder = server.root / "SISData/exports/2025"
    session = SERVERS.connect(server.account())

    session.make_folder("SISData/exports/2025")
    session.make_folder("SISData/exports/2025")
    (folder / "students.csv").write_bytes(b"old")
    modified = session.upload(
        tmp_path / "students.csv", "SISData/exports/2025/.students.csv.ab12.part"
    )
    way = session.replace(
        "SISData/exports/2025/.students.csv.ab12.part", "SISData/exports/2025/students.csv"
    )

    assert way is ReplacedBy.POSIX_RENAME
    assert session.names("SISData/exports/2025") == ["students.csv"]
    path = "SISData/exports/2025/students.csv"
    assert modified == int((folder / "students.csv").stat().st_mtime)
    assert session.find(path) == RemoteFile(path, len(content), modified)
    assert (folder / "students.csv").read_bytes() == content
    session.remove("SISData/exports/2025/students.csv")
    assert session.find(path) is None
    session.close()


@pytest.mark.parametrize("size", [0, 1, 40_000])
def test_small_files_are_read_back(server: OpenSshServer, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "small.csv").write_bytes(content)
    session = SERVERS.connect(server.account())

    session.upload(tmp_path / "small.csv", "small.part")

    assert (server.root / "small.part").read_bytes() == content
    session.close()


def test_without_posix_rename_a_refused_rename_moves_the_old_file_aside(
    server: OpenSshServer, tmp_path: Path
) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (server.root / "aside.csv").write_bytes(b"old")
    without = ServerTraits(replaced_by=ReplacedBy.RENAME)
    session = SERVERS.connect(server.account(traits=without))
    session.upload(tmp_path / "new", ".aside.csv.ab12.part")

    assert session.replace(".aside.csv.ab12.part", "aside.csv") is ReplacedBy.ASIDE_AND_RENAME

    assert (server.root / "aside.csv").read_bytes() == b"new"
    assert [name for name in session.names("") if "aside.csv" in name] == ["aside.csv"]
    session.close()


def test_a_missing_folder_is_reported(server: OpenSshServer, tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    session = SERVERS.connect(server.account())

    with pytest.raises(NameRefused) as refused:
        session.upload(tmp_path / "new", "no/such/new.part")

    assert isinstance(refused.value.reason, FolderMissing)

    session.close()


def test_another_key_is_refused(server: OpenSshServer) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()

    with pytest.raises(SignInRefused):
        SERVERS.connect(server.account(credentials=Credentials(private_key=other)))


def test_a_password_where_only_keys_sign_in_is_not_sent(server: OpenSshServer) -> None:
    with pytest.raises(SignInRefused, match="publickey"):
        SERVERS.connect(server.account(credentials=Credentials(password="secret")))


def test_another_host_key_is_refused(server: OpenSshServer) -> None:
    other = public_line(asyncssh.generate_private_key("ssh-ed25519"))

    with pytest.raises(HostKeyMismatch):
        SERVERS.connect(server.account(host_keys=(other,)))


def test_a_server_that_freezes_in_the_middle_of_an_upload_ends_within_the_limit(
    server: OpenSshServer, tmp_path: Path
) -> None:
    (tmp_path / "big.csv").write_bytes(bytes(64 << 20))
    session = IMPATIENT.connect(server.account())
    frozen = processes_below(server.pid)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(ConnectionFailed, match="without an answer"):
            session.upload(tmp_path / "big.csv", "big.part")
        assert time.monotonic() - started < 5
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    session.close()


def processes_below(pid: int) -> list[int]:
    """The child processes of sshd, found by their parents in /proc."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (folder / "stat").read_text()
            parents[int(folder.name)] = int(status.rpartition(")")[2].split()[1])
    below: list[int] = [pid]
    for _ in range(5):
        below += [
            child for child, parent in parents.items() if parent in below and child not in below
        ]
    return below[1:]
