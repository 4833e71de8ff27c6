"""The SFTP server of the local stack."""

import contextlib
import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.session import ParamikoSftpSession
from registration_sync.domain.connections.sftp import Credentials, ReplacedBy, SftpAccount

PROGRAM = Path(__file__).parents[2] / "local" / "sftp_server.py"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[dict[str, Any]]:
    command = [sys.executable, PROGRAM, "--root", folder / "root", "--state", folder / "state"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.wait(10) == 0


def connect(ready: dict[str, Any]) -> ParamikoSftpSession:
    account = SftpAccount(
        ready["host"],
        ready["port"],
        ready["username"],
        tuple(ready["host_keys"]),
        Credentials(password=ready["password"]),
    )
    return ParamikoSftpServers([ip_network("127.0.0.1/32")]).connect(account)


def test_it_stores_a_delivery_in_its_root_and_keeps_its_key(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_bytes(b"new")

    with running(tmp_path) as first:
        session = connect(first)
        session.make_folder("SISData/exports/2025")
        session.upload(tmp_path / "new.csv", "/SISData/exports/2025/.a.csv.ab.part")
        way = session.replace(
            "SISData/exports/2025/.a.csv.ab.part", "../SISData/exports/2025/a.csv"
        )
        session.close()
    with running(tmp_path) as second:
        connect(second).close()

    assert way is ReplacedBy.POSIX_RENAME
    assert (tmp_path / "root/SISData/exports/2025/a.csv").read_bytes() == b"new"
    assert (second["host_keys"], second["password"]) == (first["host_keys"], first["password"])
    secrets = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()]
    assert secrets == [0o600, 0o600]
