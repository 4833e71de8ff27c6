"""Load

Many students, many connections in the same minute, the largest requests, and a server that is far
too slow. `make test` runs about a hundredth of it. The slow server is an SFTP server behind a line
that carries only so many bytes a second. So that this takes seconds, a minute of the run is a
second here, and the line carries in a second what a real one carries in a minute: 18 MB at 700 kB a
second take 26 seconds here, of 14 allowed, as they take 26 minutes of 14 at 12 kB a second.

A file of 1,000,000 rows of 100 bytes, which was not tried, has 100 MB. At 1 MB a second it takes 2
minutes. At 50 kB a second it would take 33: each run ends soon after its first minute with
`upload_too_slow`, and no run makes progress. By this calculation, files of up to 400,000 of these
rows arrive.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_network
from itertools import batched
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest

from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.transport import Limits
from registration_sync.bootstrap import export_function
from tests.functional.support.district import registration, run_export, send, set_up
from tests.support.sftp_servers import AsyncSftpServer, OpenSshServer, ThrottledProxy
from tests.torture.support.cloud import Cloud, started_cloud
from tests.torture.support.district import District, new_district
from tests.torture.support.trials import Trials

AT_ONCE = 500
"""Registrations in a request."""
LARGEST_BYTES, LARGEST_AT_ONCE, SENDERS = 320_000, 12, 4
"""Of a registration, which may have 350 kB, and in a request of at most 4 MB."""


@pytest.fixture
def large_cloud(trials: Trials, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """One of its own in the long form: other trials read everything that is stored in theirs."""
    if trials.long:
        with started_cloud(tmp_path) as started:
            yield started
    else:
        yield request.getfixturevalue("cloud")


def test_many_students(large_cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(large_cloud, sshd)
    importer = district.importer()
    count = 20_000 if trials.long else 200
    (year, _) = district.years
    for some in batched(range(count), AT_ONCE):
        district.sync({(year, f"s{number}"): "K" for number in some})
    acknowledged = len(district.acknowledged)
    began = time.monotonic()
    district.invoke("export", district.request())
    seconds = time.monotonic() - began
    importer.look()
    trials.record(
        fault=f"{count:,} students are synced, {AT_ONCE} at a time, and exported",
        outcome="All are in one file.",
        tried=count,
        survived=acknowledged,
        lost=len(district.missing(importer)),
        half_files=len(importer.half),
        detail=f"The export took {seconds:.0f} s on this machine, with the AWS emulator on it: at "
        f"this rate, 100,000 students take {seconds * 100_000 / count:.0f} of the 900 s of a run."
        if trials.long
        else "",
    )


def test_the_largest_requests(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    importer = district.importer()
    district.notes = trials.random.randbytes(LARGEST_BYTES // 2).hex()  # cannot be compressed much
    (year, _) = district.years
    count = 20 * LARGEST_AT_ONCE if trials.long else LARGEST_AT_ONCE
    students = [(year, f"s{number}") for number in range(count)]
    requests = [dict.fromkeys(some, "K") for some in batched(students, LARGEST_AT_ONCE)]
    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(district.sync, requests))
    district.invoke("export", district.request())
    importer.look()
    trials.record(
        fault=f"Requests of almost 4 MB, the largest allowed, by {SENDERS} senders at once",
        outcome="Every student is confirmed, and in the next file.",
        tried=count,
        survived=len(district.acknowledged),
        lost=len(district.missing(importer)),
        half_files=len(importer.half),
        detail=f"{len(requests)} requests with {LARGEST_AT_ONCE} students each.",
    )


def test_what_is_too_large(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    district = new_district(cloud, sshd)
    (year, _) = district.years
    refused = {
        LARGEST_BYTES: "over 4 MB: send it in several smaller ones.",
        LARGEST_BYTES + 40_000: "over 350 kB: send fewer or shorter fields.",
    }
    survived = 0
    for size, sentence in refused.items():
        district.notes = "x" * size
        count = LARGEST_AT_ONCE + 2 if size == LARGEST_BYTES else 2
        ended = district.sync({(year, f"s{number}"): "K" for number in range(count)})
        survived += sentence in ended.answer["body"] and not district.acknowledged
    trials.record(
        fault="A request of over 4 MB, and registrations of over 350 kB",
        outcome="They are refused, with a sentence that says why and what to do.",
        tried=len(refused),
        survived=survived,
    )


def test_many_connections(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    """Events beyond the reserved concurrency are in Lambda's queue, which tries again after up to
    five minutes (docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)."""
    count, at_once = (300, 10) if trials.long else (4, 2)
    waits = [0.0] * at_once + [trials.random.uniform(0, 5) for _ in range(count - at_once)]

    def begin(_: int) -> tuple[District, dict[str, Any]]:
        district = new_district(cloud, sshd)
        district.sync({(year, f"s{number}"): "K" for year in district.years for number in range(5)})
        return district, district.request()

    def export(begun: tuple[District, dict[str, Any]], minutes: float) -> bool:
        district, event = begun
        district.later(minutes=minutes)
        ended = district.invoke("export", event)
        return bool(ended.answer) and ended.answer["status"] == "succeeded"

    with ThreadPoolExecutor(at_once) as pool:
        begun = list(pool.map(begin, range(count)))
        succeeded = sum(pool.map(export, begun, waits))
    lost, half = 0, 0
    for district, _ in begun:
        importer = district.importer()
        importer.look()
        lost += len(district.missing(importer))
        half += len(importer.half)
    trials.record(
        fault=f"{count} connections export in the same minute, with a reservation of {at_once}",
        outcome="Those beyond the reservation wait. Each run delivers its own students.",
        tried=count,
        survived=succeeded,
        lost=lost,
        half_files=half,
    )


@pytest.mark.usefixtures("aws")
def test_a_slow_server(trials: Trials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """14 minutes are 14 seconds, and a speed of 1 MB a second stands for one of 17 kB."""
    speeds = [700_000, 1_000_000, 4_000_000, 8_000_000] if trials.long else [500_000]
    count = 600 if trials.long else 300
    deps = export_function.dependencies()
    survived, lost, stopped, wrong = 0, 0, 0, list[str]()

    def run_behind(line: ThrottledProxy) -> set[str]:
        """The codes of its errors."""
        slow = replace(deps, servers=_Behind(line, seconds=14))
        with monkeypatch.context() as patched:
            patched.setattr(export_function, "dependencies", lambda: slow)
            run = run_export()
        return {year["error"]["code"] for year in run["years"] if year["error"]}

    with AsyncSftpServer(tmp_path) as server, ExitStack() as lines:
        set_up(server)
        for letter, speed in zip(ascii_letters, speeds, strict=False):
            for numbers in batched(range(count), 100):
                some = [registration(f"{number:04}", letter * 30_000) for number in numbers]
                assert send(*some)[0] == 200
            line = lines.enter_context(ThrottledProxy(server.port, speed))
            old_files = csv_files(server)
            codes = run_behind(line)
            if codes:
                stopped += 1
                codes |= run_behind(line) if trials.long else set()
            is_old = csv_files(server) == old_files
            if codes:
                run_export()
            (content,) = csv_files(server).values()
            missing = count - (content.count(b"\r\n") - 1)
            lost += missing
            if codes <= {"upload_too_slow"} and is_old == bool(codes) and not missing:
                survived += 1
            else:
                wrong.append(f"{speed}: {codes}, old file {is_old}, missing {missing}")
    trials.record(
        fault="A file of which the server takes too little a second for a run of 15 minutes",
        outcome="The run ends within its first minutes, says so and what to do, and is not "
        "retried. The next run ends the same way. The old file stays; all students are in the file "
        "once the server is faster.",
        tried=len(speeds),
        survived=survived,
        lost=lost,
        detail=f"{stopped} of these speeds were too slow. {wrong or ''}".rstrip(),
    )


def csv_files(server: AsyncSftpServer) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in server.root.rglob("*.csv")}


class _Behind:
    """The port SftpServers: the server behind a line. The time of the run begins with the first
    connection: the machine may be busy before."""

    def __init__(self, line: ThrottledProxy, *, seconds: float) -> None:
        self._line = line
        self._ends_at = float("inf")
        self._seconds = seconds
        self._servers = ParamikoSftpServers(
            [ip_network("127.0.0.1/32")],
            seconds_left=lambda: self._ends_at - time.monotonic(),
            limits=Limits(pace_seconds=1, before_end_seconds=0),
        )

    def connect(self, account, *args, **options):  # type: ignore[no-untyped-def]
        self._ends_at = min(self._ends_at, time.monotonic() + self._seconds)
        return self._servers.connect(replace(account, port=self._line.port), *args, **options)
