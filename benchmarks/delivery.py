"""Delivery of 100 MiB to OpenSSH's sshd, compared with OpenSSH's sftp and with rclone.

Our delivery signs in, uploads under a temporary name, checks every write and the size, and renames;
sftp starts, signs in and uploads; rclone also compares the size. Each uses the ciphers that it
negotiates with this server. Timed in wall-clock time, because most of the work is the server's: on
a busy machine, run more pairs.

    python -m benchmarks.delivery [MIB] [PAIRS]
"""

import datetime as dt
import filecmp
import random
import shutil
import subprocess
import sys
import tempfile
import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from benchmarks.measure import Compared, compare, report_comparison, wall_seconds
from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
)
from registration_sync.use_cases.runs.lease import HeldLease
from tests.support.sftp_servers import OpenSshServer, openssh_server

LOOPBACK = ip_network("127.0.0.1/32")


class HeldByUs:
    """The part of the table that a delivery needs: the lease is always ours."""

    def take_lease(self, *_: Any) -> None: ...

    def renew_lease(self, *_: Any) -> None: ...


def ours(server: OpenSshServer, source: Path) -> None:
    table: Any = HeldByUs()
    lease = HeldLease("measured", "run", "abcd", table, lambda: dt.datetime.now(dt.UTC))
    lease.take()
    link = RunConnection(ParamikoSftpServers([LOOPBACK]), server.account)
    try:
        file = FinishedFile("ours.csv", source)
        deliver_files([file], "exports", server=link, lease=lease, pause=time.sleep)
    finally:
        link.close()


def write_key(server: OpenSshServer, folder: Path) -> tuple[Path, Path]:
    """Writes the files of the private key and of the known hosts; returns their paths."""
    key, known_hosts = folder / "key", folder / "known_hosts"
    key.touch(mode=0o600)
    key.write_text(server.private_key)
    known_hosts.write_text(f"[{server.host}]:{server.port} {server.host_keys[0]}\n")
    return key, known_hosts


def sftp_command(server: OpenSshServer, source: Path, folder: Path) -> list[str]:
    """The command line of sftp; writes its files into the folder."""
    key, known_hosts = write_key(server, folder)
    batch = folder / "batch"
    batch.write_text(f"put {source} peer.csv\n")
    options = (f"UserKnownHostsFile={known_hosts}", f"IdentityFile={key}", "IdentitiesOnly=yes")
    return [
        *("sftp", "-q", "-F", "none", "-P", str(server.port), "-b", str(batch)),
        *(part for option in options for part in ("-o", option)),
        f"{server.account().username}@{server.host}",
    ]


def rclone_command(server: OpenSshServer, source: Path, folder: Path) -> list[str]:
    """The command line of rclone. Without a shell, as at importers: it computes no checksum on the
    server."""
    key, known_hosts = write_key(server, folder)
    (folder / "rclone.conf").touch()
    return [
        *("rclone", "copyto", str(source), ":sftp:peer.csv", "--ignore-times"),
        *("--config", str(folder / "rclone.conf"), "--sftp-shell-type", "none"),
        *("--sftp-host", server.host, "--sftp-port", str(server.port)),
        *("--sftp-user", server.account().username, "--sftp-key-file", str(key)),
        *("--sftp-known-hosts-file", str(known_hosts)),
    ]


def main(mebibytes: int = 100, pairs: int = 5) -> None:
    """Measures the peers that are installed, and compares the delivered files."""
    with tempfile.TemporaryDirectory() as name, openssh_server(Path(name)) as server:
        folder = Path(name)
        source = folder / "students.csv"
        source.write_bytes(random.Random(1).randbytes(mebibytes << 20))

        def compare_with(command: list[str]) -> Compared:
            found = compare(
                lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL),
                lambda: ours(server, source),
                pairs=pairs,
                clock=wall_seconds,
            )
            for delivered in ("exports/ours.csv", "peer.csv"):
                if not filecmp.cmp(source, server.root / delivered, shallow=False):
                    raise AssertionError(f"{delivered} differs from the source")
            return found

        measure = f"deliver {mebibytes} MiB"
        of_sftp = compare_with(sftp_command(server, source, folder))
        report_comparison(measure, "OpenSSH's sftp", of_sftp, at_most=1.3)
        if not shutil.which("rclone"):
            print("rclone: skipped, because it is not installed", flush=True)
            return
        (server.root / "peer.csv").unlink()
        report_comparison(measure, "rclone", compare_with(rclone_command(server, source, folder)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
