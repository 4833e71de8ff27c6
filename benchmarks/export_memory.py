"""Peak memory of an export of N students (default 200,000), compared with 10,000.

From the due marks to the file on OpenSSH's sshd, with the responses of `canned_year`, each in its
own process, with the peak from the operating system. The mapping has a unique field, as most do.
Retiring batches after the run is not included; it settles 500 students at a time.

    python -m benchmarks.export_memory [N]
"""

import resource
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.canned_year import CannedYear, export
from benchmarks.map_and_write import mapping
from benchmarks.measure import print_figures
from registration_sync.domain.connections.sftp import SftpAccount
from tests.support.sftp_servers import openssh_server

FEW = 10_000
KIB_A_UNIT = 1 / 1024 if sys.platform == "darwin" else 1
STUDENT = {"from": "registration.student_id", "mapping_type": "direct", "to": "ID", "unique": True}


def peak_mib(count: int, account: SftpAccount) -> float:
    """The peak memory of this process after an export of `count` students."""
    definition = mapping()
    definition["files"][0]["fields"].append(STUDENT)
    with tempfile.TemporaryDirectory() as workspace:
        outcome = export(CannedYear(count), definition, account, Path(workspace))
    if outcome.rows != count:
        raise AssertionError(f"{outcome.rows} rows were exported, not {count}")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_A_UNIT / 1024


def main(count: int = 200_000) -> None:
    with tempfile.TemporaryDirectory() as folder, openssh_server(Path(folder)) as server:
        few, many = (
            ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            .submit(peak_mib, number, server.account())
            .result()
            for number in (FEW, count)
        )
    print_figures(
        f"peak memory of an export of {count}",
        f"{many:.0f} MiB; of {FEW} {few:.0f} MiB",
        "under 256 MiB, and within 30 MiB",
        met=many < 256 and many - few < 30,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
