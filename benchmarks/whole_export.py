"""Whole export of N students (default 10,000 and 40,000) to OpenSSH's sshd, compared with a script.

The script is what people write instead: boto3's resource, a query on an index by time, with each
registration stored as a map, csv.DictWriter, paramiko's put. Both write the same file, byte for
byte. DynamoDB's responses are prepared and immediate, so this measures the exporting program and
the SFTP server, not the network: on AWS, the script waits for each page in turn, while our export
works during the wait. Our export does more: it archives, writes an index, and checks the delivery.
All students of a year are read by partition, a tenth of them by key.

    python -m benchmarks.whole_export [N] [PAIRS]
"""

import csv
import datetime as dt
import gc
import io
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import paramiko
from boto3.dynamodb.conditions import Key
from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSPreparedRequest

from benchmarks.canned_aws import ACCOUNT, Answer, canned, remembered
from benchmarks.canned_year import PAGE_BYTES, YEAR, CannedYear, data_of, export, id_of
from benchmarks.map_and_write import GRADES, mapping
from benchmarks.measure import Figure, compare, cpu_seconds, report
from registration_sync.bootstrap.init import leave_out_of_collections
from registration_sync.domain.connections.sftp import SftpAccount
from tests.support.sftp_servers import openssh_server

COUNTS = (10_000, 40_000)
MANY = 1_000_000
HOW = {0: "all of their year", MANY: f"of {MANY:,}"}
"""By the number of other students of the year, which decides how the students are read."""

GOAL = 6.0
"""So many times faster than the script."""

type Step = Callable[[str], str]


def us_date(value: str) -> str:
    day = dt.date.fromisoformat(value)
    return f"{day.month}/{day.day}/{day.year}"


def us_moment(value: str) -> str:
    return f"{dt.datetime.strptime(value, '%Y-%m-%d %H:%M:%S'):%m/%d/%Y %H:%M}"  # noqa: DTZ007


def unchanged(value: str) -> str:
    return value


def step_of(field: dict[str, Any]) -> Step:
    """The step of the script for a field of the mapping."""
    (step,) = field.get("transformations", ({"type": "direct"},))
    steps: dict[str, Step] = {
        "direct": unchanged,
        "upper": str.upper,
        "lower": str.lower,
        "match_codes": lambda value: GRADES[value],
        "value_input": lambda _: str(step["value"]),
        "date": us_moment if "HH" in step.get("from", "") else us_date,
    }
    return steps[step["type"]]


class ScriptsIndex:
    """Responses for the script: pages of 1 MB, with each registration as a map."""

    def __init__(self, count: int) -> None:
        serialize = TypeSerializer().serialize
        self._pages: list[bytes] = []
        page: list[str] = []
        size = 0
        for number in range(count):
            item = {"student_id": id_of(number), "school_year": YEAR, "data": data_of(number)}
            page.append(json.dumps({name: serialize(value) for name, value in item.items()}))
            size += len(json.dumps(item, ensure_ascii=False).encode())
            if size > PAGE_BYTES or number == count - 1:
                key = {"page": {"N": str(len(self._pages) + 1)}}
                more = f', "LastEvaluatedKey": {json.dumps(key)}' if number < count - 1 else ""
                self._pages.append(f'{{"Items": [{", ".join(page)}]{more}}}'.encode())
                page, size = [], 0

    def __call__(self, _: str, request: AWSPreparedRequest) -> bytes:
        query: Any = json.loads(request.body)  # type: ignore[arg-type]  # bytes, of DynamoDB
        start = query.get("ExclusiveStartKey", {"page": {"N": "0"}})
        return self._pages[int(start["page"]["N"])]


def script(index: ScriptsIndex, account: SftpAccount, path: Path) -> None:
    """A script as people write it in an afternoon."""
    resource = boto3.resource("dynamodb", **ACCOUNT)
    canned(resource.meta.client, index)
    table = resource.Table("registrations")
    fields = mapping()["files"][0]["fields"]
    columns = [(field["to"], *field["from"].split("."), step_of(field)) for field in fields]
    since = Key("connection").eq("measured") & Key("synced_at").gt("2026-07-31T21:00:00Z")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [name for name, *_ in columns])
        writer.writeheader()
        page_start: dict[str, Any] = {}
        while True:
            page = table.query(IndexName="by_time", KeyConditionExpression=since, **page_start)
            for item in page["Items"]:
                data: Any = item["data"]
                writer.writerow(
                    {name: step(data[group].get(key, "")) for name, group, key, step in columns}
                )
            if "LastEvaluatedKey" not in page:
                break
            page_start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507  # as scripts do
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(account.credentials.private_key))
    client.connect(account.host, account.port, account.username, pkey=key)
    client.open_sftp().put(str(path), "script.csv")
    client.close()


def ours(answers: Answer, account: SftpAccount, *, batch: int = 1) -> None:
    """The export, in a process as the function's start leaves it."""
    leave_out_of_collections()
    try:
        with tempfile.TemporaryDirectory() as workspace:
            export(answers, mapping(), account, Path(workspace), batch=batch)
    finally:
        gc.unfreeze()  # the script has Python's defaults


def compare_exports(count: int, pairs: int) -> None:
    """Exports once before measuring, to cache DynamoDB's responses."""
    index = ScriptsIndex(count)
    with tempfile.TemporaryDirectory() as name, openssh_server(Path(name)) as server:
        for others, how in HOW.items():
            year = CannedYear(count, others=others)
            export_once = partial(ours, remembered(year), server.account(), batch=year.batch)
            export_once()
            found = compare(
                lambda: script(index, server.account(), Path(name, "script.csv")),
                export_once,
                pairs=pairs,
                clock=cpu_seconds,
            )
            delivered = (server.root / "exports/students.csv").read_bytes()
            if delivered != (server.root / "script.csv").read_bytes():
                raise AssertionError("the two files differ")
            faster = 1 / found.ratio
            report(
                Figure(
                    f"export {count:,} students, {how}, from the table to the server",
                    "the usual script",
                    f"{faster:.1f} times faster ({found.ours:.3g} s and {found.peer:.3g} s)",
                    f"at least {GOAL:g} times",
                    GOAL / faster,
                )
            )


def main(count: int = 0, pairs: int = 3) -> None:
    for students in [count] if count else COUNTS:
        compare_exports(students, pairs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
