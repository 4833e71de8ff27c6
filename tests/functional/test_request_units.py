"""What syncs and exports cost in DynamoDB's request units and S3's requests, counted exactly.

docs/costs.md is computed from tests/request_units.json. A write unit is 1 KiB of the item as it is
afterwards, a read unit 4 KiB (AWS, "DynamoDB read and write operations"). After an
intended change, record the numbers, and run make docs:
RECORD_COUNTS=1 make test ARGUMENTS='-k request_units'
"""

import json
import math
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.district import made_up_district
from registration_sync.bootstrap import aws_clients, export_function
from tests.functional.support.district import run_export, send, set_up
from tests.support.sftp_servers import AsyncSftpServer

RECORDED = Path(__file__).parents[1] / "request_units.json"
MAPPING = json.loads(
    '{"files": [{"name": "students", "fields": ['
    '{"from": "students.student_id", "mapping_type": "direct", "to": "ID"}]}]}'
)
FEW, MANY = 10, 30

pytestmark = pytest.mark.usefixtures("started")


class Units:
    """Counts the units of every call of the function's clients."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._calling = threading.local()
        self._plain = boto3.client("dynamodb")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Other tests use the same clients."""
        archive: Any = export_function.dependencies().archive
        handlers = [
            (aws_clients.dynamodb(), "provide-client-params.dynamodb", self._before),
            (aws_clients.dynamodb(), "after-call.dynamodb", self._after),
            (archive._client, "before-call.s3", self._s3),
        ]
        for client, event, handler in handlers:
            client.meta.events.register(event, handler)
        yield
        for client, event, handler in handlers:
            client.meta.events.unregister(event, handler)

    def of(self, action: Callable[[], object]) -> dict[str, int]:
        self._counts.clear()
        action()
        return dict(sorted(self._counts.items()))

    def _add(self, unit: str, number: int) -> None:
        with self._lock:  # the adapters have threads
            self._counts[unit] += number

    def _before(self, params: dict[str, Any], **_: Any) -> None:
        self._calling.params = params

    def _after(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        params = self._calling.params
        match model.name:
            case "GetItem":
                self._add("read units", _read_units(parsed.get("Item", {})))
            case "Query":
                self._add("read units", _read_units(*parsed.get("Items", ())))
            case "BatchGetItem":
                for items in parsed.get("Responses", {}).values():
                    self._add("read units", sum(map(_read_units, items)))
            case "PutItem" | "UpdateItem" | "DeleteItem":
                self._add("write units", self._written(params))
            case "BatchWriteItem":
                writes = [write for each in params["RequestItems"].values() for write in each]
                items = [write.get("PutRequest", {}).get("Item", {}) for write in writes]
                self._add("write units", sum(map(_write_units, items)))
            case "TransactWriteItems":
                writes = [next(iter(each.values())) for each in params["TransactItems"]]
                self._add("write units", 2 * sum(map(self._written, writes)))

    def _written(self, params: dict[str, Any]) -> int:
        """The units of the item as it is stored now; a deleted item counts as small."""
        key = params.get("Key") or {name: params["Item"][name] for name in ("pk", "sk")}
        item = self._plain.get_item(TableName=params["TableName"], Key=key).get("Item", {})
        return _write_units(item)

    def _s3(self, model: Any, **_: Any) -> None:
        is_write = model.name.startswith(("Put", "Copy", "Post", "List", "Create", "Upload"))
        self._add("s3 writes" if is_write else "s3 reads", 1)


def _write_units(item: dict[str, Any]) -> int:
    return max(1, math.ceil(_size(item) / 1024))


def _read_units(*items: dict[str, Any]) -> int:
    return max(1, math.ceil(sum(map(_size, items)) / 4096))


def _size(value: Any) -> int:
    """The size of an item or a value, as DynamoDB counts it."""
    if isinstance(value, dict):
        return sum(len(name) * (name not in {"S", "N", "B", "M", "L"}) for name in value) + sum(
            map(_size, value.values())
        )
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(value) if isinstance(value, str | bytes) else 1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def test_the_request_units_of_syncs_and_exports_are_those_of_the_costs_page(
    server: AsyncSftpServer,
) -> None:
    set_up(server, MAPPING)
    approved = (one for one in made_up_district(2025) if one["status"] == "Registration Approved")
    students = list(islice(approved, 1 + FEW + MANY))
    send(students[0])
    units = Units()
    with units.watching():
        found = {"sync of 1": units.of(lambda: send(students[0]))}
        send(*students[: 1 + FEW])
        run_export()
        send(*students[1 : 1 + FEW])
        found[f"export of {FEW}"] = units.of(run_export)
        send(*students[-MANY:])
        found[f"export of {MANY}"] = units.of(run_export)
        found["export of nothing"] = units.of(run_export)

    if os.environ.get("RECORD_COUNTS") == "1":
        RECORDED.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    assert found == json.loads(RECORDED.read_text()), "the cost has changed: see this module"
