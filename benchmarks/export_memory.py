"""Peak memory of an export of N students (default 200,000), compared with 10,000, by kind of file.

From the due marks to the file on OpenSSH's sshd, with the responses of `canned_year`, each in its
own process, with the peak from the operating system. Retiring batches after the run is not
included; it settles 500 students at a time.

    python -m benchmarks.export_memory [N [KIND]]
"""

import resource
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.canned_year import CannedYear, export
from benchmarks.map_and_write import mapping
from benchmarks.measure import Figure, report
from registration_sync.domain.connections.sftp import SftpAccount
from tests.support.sftp_servers import openssh_server

FEW = 10_000
KIB_A_UNIT = 1 / 1024 if sys.platform == "darwin" else 1
MOST_MIB, MOST_MORE_MIB = 256, 30
STUDENT = {"from": "registration.student_id", "mapping_type": "direct", "to": "ID", "unique": True}
OF_A_GROUP = [
    {"from": f"entry.{name}", "mapping_type": "direct", "to": f"Column_{name}"} for name in "01"
]


def _plain() -> dict[str, Any]:
    return mapping()


def _unique() -> dict[str, Any]:
    definition = mapping()
    definition["files"][0]["fields"].append(STUDENT)
    return definition


def _all() -> dict[str, Any]:
    definition = mapping()
    definition["files"][0]["contents"] = "all"
    return definition


def _several_rows() -> dict[str, Any]:
    """A row for each of two groups of fields, in a second file."""
    groups = {"each": ["student_annual.date", "student_annual.grade"]}
    second = {"name": "groups", "rows": groups, "fields": OF_A_GROUP}
    return {"files": [*mapping()["files"], second]}


def _package() -> dict[str, Any]:
    return mapping() | {"package": {"name": "students.zip"}}


KINDS = {
    "plain": _plain,
    "unique values": _unique,
    "all current students": _all,
    "several rows": _several_rows,
    "a package": _package,
}


def peak_mib(kind: str, count: int, account: SftpAccount) -> float:
    """The peak memory of this process after an export of `count` students."""
    with tempfile.TemporaryDirectory() as workspace:
        outcome = export(CannedYear(count), KINDS[kind](), account, Path(workspace))
    if outcome.rows < count:
        raise AssertionError(f"{outcome.rows} rows were exported for {count} students")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_A_UNIT / 1024


def main(count: str = "200000", kind: str = "") -> None:
    students = int(count)
    for one in [kind] if kind else KINDS:
        with tempfile.TemporaryDirectory() as folder, openssh_server(Path(folder)) as server:
            few, many = (
                ProcessPoolExecutor(1, mp_context=get_context("spawn"))
                .submit(peak_mib, one, number, server.account())
                .result()
                for number in (FEW, students)
            )
        report(
            Figure(
                f"peak memory of an export of {students:,} students: {one}",
                f"of {FEW:,}",
                f"{many:.0f} MiB and {few:.0f} MiB",
                f"at most {MOST_MORE_MIB} MiB more, and at most {MOST_MIB} MiB",
                max(many / MOST_MIB, (many - few) / MOST_MORE_MIB),
            )
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
