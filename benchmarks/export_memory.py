"""Peak memory of an export of N students (default 1,000,000), compared with 10,000, by kind.

From the due marks to the file on OpenSSH's sshd, with the responses of `canned_year`, each export
in its own process, with the peak from the operating system. Retiring batches after the run is not
included; it settles 500 students at a time. Two kinds are measured at a time: a million students
take two to four minutes each.

    python -m benchmarks.export_memory [N [KIND]]
"""

import resource
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.canned_year import CannedYear, CollectionOf, export
from benchmarks.carried_over import CarriesOver
from benchmarks.map_and_write import mapping
from benchmarks.measure import Figure, report
from registration_sync.domain.connections.sftp import SftpAccount
from registration_sync.use_cases.exporting.export_year import NoCollection
from tests.support.sftp_servers import openssh_server

FEW = 10_000
AT_A_TIME = 2
KIB_A_UNIT = 1 / 1024 if sys.platform == "darwin" else 1
MOST_MIB, MOST_MORE_MIB = 256, 30
CARRIED_EACH = 50
"""Of the students to carry over, each fiftieth is not due already and is written."""

STUDENT = {"from": "registration.student_id", "mapping_type": "direct", "to": "ID", "unique": True}
OF_A_GROUP = [
    {"from": f"entry.{name}", "mapping_type": "direct", "to": f"Column_{name}"} for name in "01"
]


@dataclass(frozen=True)
class Kind:
    """A kind of export. It reads the students by key, or all of a year by partition."""

    definition: Callable[[], dict[str, Any]] = mapping
    by_key: bool = True
    carries_over: bool = False


def _all() -> dict[str, Any]:
    definition = mapping()
    definition["files"][0]["contents"] = "all"
    return definition


def _package() -> dict[str, Any]:
    """A zip of a file with a unique field and of one with a row for each of two groups of fields,
    each of which would take more memory by itself if it were not flat."""
    first = mapping()["files"][0]
    groups = {"each": ["student_annual.date", "student_annual.grade"]}
    second = {"name": "groups", "rows": groups, "fields": OF_A_GROUP}
    files = [first | {"fields": [*first["fields"], STUDENT]}, second]
    return {"files": files, "package": {"name": "students.zip"}}


KINDS = {
    "carried over": Kind(carries_over=True),
    "unique values and several rows in a package": Kind(_package),
    "all current students": Kind(_all),
    "read by partition": Kind(by_key=False),
    "read by key": Kind(),
}


def peak_mib(name: str, count: int, account: SftpAccount) -> float:
    """The peak memory of this process after an export of `count` students."""
    kind = KINDS[name]
    collection_of: CollectionOf = lambda *_: NoCollection()  # noqa: E731
    if kind.carries_over:
        collection_of = partial(CarriesOver, students=count)
    answers = CannedYear(
        count, others=kind.by_key * 10 * count, carried_each=kind.carries_over * CARRIED_EACH
    )
    with tempfile.TemporaryDirectory() as workspace:
        outcome = export(
            answers,
            kind.definition(),
            account,
            Path(workspace),
            batch=answers.batch,
            collection_of=collection_of,
        )
    if outcome.rows < count:
        raise AssertionError(f"{outcome.rows} rows were exported for {count} students")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_A_UNIT / 1024


def peaks(name: str, students: int) -> list[float]:
    """The peaks of a few students and of many, each in a new process."""
    with tempfile.TemporaryDirectory() as folder, openssh_server(Path(folder)) as server:
        found = []
        for count in (min(FEW, students), students):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                found.append(process.submit(peak_mib, name, count, server.account()).result())
        return found


def main(count: str = "1000000", kind: str = "") -> None:
    students = int(count)
    names = [kind] if kind else list(KINDS)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = pool.map(partial(peaks, students=students), names)
        for name, (few, many) in zip(names, found, strict=True):
            report(
                Figure(
                    f"peak memory of an export of {students:,} students: {name}",
                    f"of {FEW:,}",
                    f"{many:.0f} MiB and {few:.0f} MiB",
                    f"at most {MOST_MORE_MIB} MiB more, and at most {MOST_MIB} MiB",
                    max(many / MOST_MIB, (many - few) / MOST_MORE_MIB),
                )
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
