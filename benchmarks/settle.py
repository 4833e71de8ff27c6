"""Settling an exported batch of N students (default 40,000): CPU of each student, and how many
invocations of 15 minutes a batch of 1,000,000 takes.

DynamoDB answers at once, so this is the work of our program and boto3 alone; the memory size of the
export function follows from it (docs/decisions.md).

    python -m benchmarks.settle [N]
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from botocore.awsrequest import AWSPreparedRequest

from benchmarks.canned_aws import ACCOUNT, Answer, canned
from benchmarks.measure import Figure, report
from registration_sync.adapters.dynamodb.registrations.registration_items import ledger_item
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.bootstrap.aws_clients import DYNAMODB_CONFIG, session
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.registrations.ledger import NO_TOTALS, LedgerEntry
from registration_sync.use_cases.ledger.retire_batches import retire_year
from registration_sync.use_cases.ledger.run_index import index_text
from registration_sync.use_cases.ledger.stored_year import StoredYear

INVOCATION_SECONDS = 840
"""Of an invocation's 900, before the retiring stops."""


class IndexOnDisk:
    """The archive of one run index."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def fetch(self, _c: str, _run: str, _name: str, target: Path) -> None:
        shutil.copyfile(self._index, target)


def answers(entry: LedgerEntry) -> Answer:
    """The ledger entry of the batch, no marks, and every write succeeds."""
    ledger = json.dumps({"Items": [ledger_item("measured", 2025, entry)]}).encode()

    def answer(operation: str, request: AWSPreparedRequest) -> bytes:
        if operation == "Query":
            return ledger if b"LEDGER#" in request.body else b'{"Items": []}'  # type: ignore[operator]  # bytes
        return b"{}"

    return answer


def main(count: int = 40_000) -> None:
    entry = LedgerEntry(1, 1, "run", "", count, NO_TOTALS)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index.tsv"
        with index.open("w") as lines:
            lines.writelines(index_text(f"{n:07}", "version", "exported") for n in range(count))
        client = session().create_client("dynamodb", config=DYNAMODB_CONFIG, **ACCOUNT)
        year = StoredYear(
            "measured",
            2025,
            DynamoDBRegistrationsTable(canned(client, answers(entry)), "registrations"),
            IndexOnDisk(index),  # type: ignore[arg-type]
            Path(folder) / "workspace",
        )
        started = time.process_time()
        retire_year(year, YearMarker(open=2, exported=1), expires_at=0, go_on=lambda: True)
        each = (time.process_time() - started) / count
    invocations = each * 1e6 / INVOCATION_SECONDS
    report(
        Figure(
            "settle 1,000,000 exported students",
            "an invocation of one processor",
            f"{invocations:.1f} invocations ({each * 1e6:.0f} µs of CPU for each student)",
            "at most 3 invocations",
            invocations / 3,
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
