"""The export of a school year in which every student is due, with made-up AWS responses.

DynamoDB's responses have pages of 1 MB, with students generated on demand, so memory holds none.
The export is the use case with its real adapters, from closing the batch to advancing the marker.
S3's responses are made up, too.
"""

import base64
import datetime as dt
import json
import random
import time
import zlib
from collections.abc import Callable
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import orjson
from botocore.awsrequest import AWSPreparedRequest

from benchmarks.canned_aws import ACCOUNT, Answer, canned
from benchmarks.map_and_write import registration
from registration_sync.adapters.aws.archive import S3Archive
from registration_sync.adapters.dynamodb.registrations.registration_items import (
    batch_pk,
    current_pk,
    ledger_item,
    ledger_pk,
)
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.ticker import ThreadTicker
from registration_sync.bootstrap.aws_clients import DYNAMODB_CONFIG
from registration_sync.bootstrap.boto3_session import boto3_session
from registration_sync.domain.connections.sftp import SftpAccount
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.registrations.batches import YearMarker, shard_of, version_of
from registration_sync.domain.registrations.ledger import LedgerEntry, Totals
from registration_sync.domain.runs.run import YearOutcome
from registration_sync.use_cases.delivery.deliver_files import RunConnection
from registration_sync.use_cases.exporting.export_year import (
    Collection,
    ExportResources,
    NoCollection,
    export_year,
)
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.runs.lease import hold_lease

YEAR = 2025
PAGE_BYTES = 1_000_000
"""The size of items as DynamoDB counts it: names and values."""

KINDS = 997
SYNCED_AT = "2026-08-01T21:05:00.000Z"
STARTED_AT = dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC)
VERSION = version_of(1785618300000, "12345678-1234-1234-1234-123456789012", 0)
LOOPBACK = ip_network("127.0.0.1/32")


def id_of(number: int) -> str:
    return f"{number:07}"


@cache
def _kinds() -> list[dict[str, Any]]:
    chance = random.Random(20250801)
    data: list[dict[str, Any]] = [registration(number, chance)["data"] for number in range(KINDS)]
    return data


def data_of(number: int) -> dict[str, Any]:
    """The data of a student; name, address and submission time are unique."""
    return _with_own(_kinds()[number % KINDS], str(number), _submitted(number))


def _submitted(number: int) -> str:
    return f"{STARTED_AT - dt.timedelta(seconds=number):%Y-%m-%d %H:%M:%S}"


def _with_own(kind: dict[str, Any], number: str, submitted: str) -> dict[str, Any]:
    own = {"lname": f"O'Brien-{number}", "email": f"Student.{number}@Example.org"}
    applications = {"submitted_timestamp": submitted}
    return {**kind, "students": {**kind["students"], **own}, "applications": applications}


@cache
def _snapshot_of(kind: int) -> bytes:
    """The JSON of a snapshot with <id>, <number> and <submitted> in the place of a student's own
    values: encoding each student's takes longer than the export of the student."""
    data = _with_own(_kinds()[kind], "<number>", "<submitted>")
    content = {"registration_id": "<id>", "student_id": "<id>", "school_year": str(YEAR)}
    return orjson.dumps({**content, "synced_at": SYNCED_AT, "data": data})


def item_of(number: int) -> str:
    """The stored snapshot of a student, as DynamoDB's JSON."""
    student = id_of(number)
    content = _snapshot_of(number % KINDS).replace(b"<id>", student.encode())
    content = content.replace(b"<number>", b"%d" % number)
    content = content.replace(b"<submitted>", _submitted(number).encode())
    snapshot = base64.b64encode(b"Z" + zlib.compress(content, 1)).decode()
    pk = current_pk("measured", YEAR, shard_of(student))
    return (
        f'{{"pk": {{"S": "{pk}"}}, "sk": {{"S": "{student}"}}, "version": {{"S": "{VERSION}"}}, '
        f'"in_batch": {{"N": "1"}}, "snapshot": {{"B": "{snapshot}"}}}}'
    )


class CannedYear:
    """Responses of RegistrationsTable for a year with `count` students.

    All of them are due. If there are `others`, so many other students were exported before: then
    the export reads those due by key. With `carried_each`, each student whose number is divisible
    by it has no mark before the first marks are written.
    """

    def __init__(self, count: int, *, others: int = 0, carried_each: int = 0) -> None:
        self._count = count
        self._others = others
        self.batch = 2 if others else 1
        self._unmarked_each = carried_each

    def __call__(self, operation: str, request: AWSPreparedRequest) -> bytes:
        if operation == "BatchWriteItem":
            self._unmarked_each = 0
        if operation not in {"Query", "BatchGetItem"}:
            return b"{}"  # every write succeeds
        query: Any = json.loads(request.body)  # type: ignore[arg-type]  # bytes, of DynamoDB
        if operation == "Query":
            return self._page(query)
        keys = query["RequestItems"]["registrations"]["Keys"]
        found = ", ".join(item_of(int(key["sk"]["S"])) for key in keys)
        return f'{{"Responses": {{"registrations": [{found}]}}}}'.encode()

    def _page(self, query: Any) -> bytes:
        pk = query["ExpressionAttributeValues"][":pk"]["S"]
        if pk == ledger_pk("measured", YEAR):
            totals = Totals(exported=self._others)
            entry = LedgerEntry(1, 1, "earlier", "", self._others, totals)
            return json.dumps({"Items": [ledger_item("measured", YEAR, entry)]}).encode()
        shard = int(pk[-1])
        is_current = pk == current_pk("measured", YEAR, shard)
        if not is_current and pk != batch_pk("measured", YEAR, self.batch, shard):
            return b'{"Items": []}'
        after = query.get("ExclusiveStartKey")
        first = int(after["sk"]["S"]) + 1 if after else 0
        bytes_each = len(item_of(first)) if is_current else len(f"pk{pk}sk{id_of(0)}")
        room = min(PAGE_BYTES // bytes_each, query.get("Limit", PAGE_BYTES))
        page, last = [], ""
        for number in range(first, self._count):
            student = id_of(number)
            if not is_current and self._unmarked_each and number % self._unmarked_each == 0:
                continue
            if shard_of(student) == shard:
                last = f'{{"pk": {{"S": "{pk}"}}, "sk": {{"S": "{student}"}}}}'
                page.append(item_of(number) if is_current else last)
                if len(page) == room:
                    break
        more = f', "LastEvaluatedKey": {last}' if len(page) == room else ""
        return f'{{"Items": [{", ".join(page)}]{more}}}'.encode()


def kept(operation: str, request: AWSPreparedRequest) -> bytes:
    """S3's response, after reading the upload piece by piece, as the network would."""
    body: Any = request.body
    while hasattr(body, "read") and body.read(16 * 1024):
        pass
    if operation == "CreateMultipartUpload":
        return b"<R><UploadId>measured</UploadId></R>"
    return b"<R><ETag>measured</ETag></R>" if operation == "CompleteMultipartUpload" else b""


type CollectionOf = Callable[[YearToExport, ExportResources], Collection]
"""Makes what the year's files replace."""


def export(
    answers: Answer,
    definition: dict[str, Any],
    account: SftpAccount,
    workspace: Path,
    *,
    batch: int = 1,
    collection_of: CollectionOf = lambda *_: NoCollection(),
) -> YearOutcome:
    """Exports the year to the folder `exports` of the server. All batches before `batch`, the open
    one, are exported."""
    facts = RunContext(STARTED_AT, ZoneInfo("UTC"), YEAR)
    dynamodb = canned(
        boto3_session().client("dynamodb", config=DYNAMODB_CONFIG, **ACCOUNT), answers
    )
    table = DynamoDBRegistrationsTable(dynamodb, "registrations")
    year = YearToExport(
        connection_id="measured",
        run_id="20260801T210500Z-measured",
        school_year=YEAR,
        marker=YearMarker(open=batch, exported=batch - 1, retired=batch - 1),
        compiled=compile_mapping(parse_mapping(definition), facts),
        mapping_version=1,
        folder="exports",
        send=True,
        expires_at=0,
    )
    server = RunConnection(ParamikoSftpServers([LOOPBACK]), lambda: account)
    held = hold_lease(
        "measured",
        year.run_id,
        new_token=lambda: "abcd",
        table=table,
        ticker=ThreadTicker(),
        now=now,
    )
    with held as lease:
        try:
            resources = ExportResources(
                table=table,
                archive=S3Archive(canned(boto3.client("s3", **ACCOUNT), kept), "archive"),
                server=server,
                lease=lease,
                pause=time.sleep,
                now=now,
                seconds_left=lambda: 900.0,
            )
            collection = collection_of(year, resources)
            return export_year(year, resources, workspace=workspace, collection=collection)
        finally:
            server.close()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
