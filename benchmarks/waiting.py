"""How long an export of N students (default 100,000) waits for answers of DynamoDB.

Reads run ahead of the writer, within bounds. With an answer that takes no time the export only
computes; what it takes longer with 5, 10 and 20 ms for each answer, it waits. DynamoDB answers
within 10 ms, for large batches some 20
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html,
SuccessfulRequestLatency). In wall-clock time, medians of interleaved runs.

    python -m benchmarks.waiting [N] [RUNS]
"""

import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from botocore.awsrequest import AWSPreparedRequest

from benchmarks.canned_aws import Answer, remembered
from benchmarks.canned_year import CannedYear
from benchmarks.measure import Figure, report, seconds, wall_seconds
from benchmarks.whole_export import MANY, ours
from tests.support.sftp_servers import openssh_server

DELAYS = (5, 10, 20)
"""Milliseconds for each answer."""


def delayed(answer: Answer, milliseconds: int) -> Answer:
    def answer_later(operation: str, request: AWSPreparedRequest) -> bytes:
        time.sleep(milliseconds / 1000)
        return answer(operation, request)

    return answer_later


def main(count: int = 100_000, runs: int = 3) -> None:
    """Exports once before measuring, to cache DynamoDB's responses."""
    year = CannedYear(count, others=MANY)  # read by key, in the most requests
    answers = remembered(year)
    times: dict[int, list[float]] = {delay: [] for delay in (0, *DELAYS)}
    with tempfile.TemporaryDirectory() as name, openssh_server(Path(name)) as server:
        ours(answers, server.account(), batch=year.batch)
        for _ in range(runs):
            for delay, found in times.items():
                answer = delayed(answers, delay) if delay else answers
                export_once = partial(ours, answer, server.account(), batch=year.batch)
                found.append(seconds(export_once, wall_seconds))
    computing = statistics.median(times[0])
    for delay in DELAYS:
        waited = max(0.0, statistics.median(times[delay]) - computing)
        report(
            Figure(
                f"waiting in an export of {count:,} students, {delay} ms for each answer",
                "computing",
                f"{waited / computing:.2f} times ({waited:.2f} s and {computing:.2f} s)",
                "less than it computes",
                waited / computing,
            )
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
