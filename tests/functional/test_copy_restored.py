"""make copy-restored: the items of a restored table replace those of a stack's table."""

import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.operators.copy_restored import KINDS, SHORT_LIVED, copy_restored
from local.processes import NotStarted
from tests.functional.support.memory_dynamodb import tables

pytestmark = pytest.mark.usefixtures("aws")

ADAPTERS = Path(__file__).parents[2] / "layers/shared/python/registration_sync/adapters/dynamodb"
TABLES = {"registrations": "registrations", "connections": "connections"}


def put(table: str, pk: str, sk: str, **more: Any) -> None:
    boto3.client("dynamodb").put_item(
        TableName=table, Item={"pk": {"S": pk}, "sk": {"S": sk}} | more
    )


def keys(table: str) -> list[str]:
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return sorted(f"{item['pk']['S']} {item['sk']['S']}" for item in items)


def make_restored() -> None:
    tables["restored"] = {}


def copy(table: str, *, connection_id: str | None = None, write: bool = True) -> list[str]:
    said: list[str] = []
    copy_restored(
        boto3.client("dynamodb"),
        "restored",
        TABLES[table],
        table,
        connection_id=connection_id,
        write=write,
        say=said.append,
    )
    return said


def test_one_connection_is_replaced_and_never_gets_a_lease() -> None:
    make_restored()
    lease = {"lease_token": {"S": "t"}, "lease_run": {"S": "r"}, "lease_expires": {"N": "1"}}
    put("restored", "MARKER#c", "MARKER", open_2025={"N": "7"}, **lease)
    for number in range(60):
        put("restored", f"CURRENT#c#2025#{number % 4}", f"{number:03}", data={"B": b"\x00\xff"})
    put("restored", "MARKER#c-2", "MARKER", open_2025={"N": "1"})
    put("registrations", "MARKER#c", "MARKER", open_2025={"N": "9"})
    put("registrations", "BATCH#c#2025#9#0", "later")
    put("registrations", "MARKER#c-2", "MARKER", open_2025={"N": "5"})

    said = copy("registrations", connection_id="c", write=False)

    assert said == [
        "BATCH: 1 items will be replaced by 0",
        "CURRENT: 0 items will be replaced by 60",
        "MARKER: 1 items will be replaced by 1",
    ]
    assert "BATCH#c#2025#9#0 later" in keys("registrations")

    copy("registrations", connection_id="c")
    copy("registrations", connection_id="c")  # may be repeated

    client = boto3.client("dynamodb")
    key = {"pk": {"S": "MARKER#c"}, "sk": {"S": "MARKER"}}
    found = client.get_item(TableName="registrations", Key=key)["Item"]
    assert found == key | {"open_2025": {"N": "7"}}
    assert keys("registrations") == sorted({*keys("restored")})
    key["pk"] = {"S": "MARKER#c-2"}
    other = client.get_item(TableName="registrations", Key=key)["Item"]
    assert other["open_2025"] == {"N": "5"}


def test_a_connection_without_an_id_in_its_partition_is_found_by_the_sort_key() -> None:
    make_restored()
    for pk in ("CONNECTIONS", "SCHEDULES", "LAST"):
        put("restored", pk, "c")
        put("restored", pk, "d")
    put("restored", "CHECKS", "slot")
    put("connections", "CONNECTIONS", "e")

    copy("connections", connection_id="c")
    assert keys("connections") == ["CONNECTIONS c", "CONNECTIONS e", "LAST c", "SCHEDULES c"]

    copy("connections")
    assert keys("connections") == [key for key in keys("restored") if "CHECKS" not in key]


def test_entries_of_the_audit_and_the_access_log_are_kept() -> None:
    make_restored()
    put("restored", "CONNECTIONS", "c")
    put("restored", "ACCESS#c", "1")
    put("connections", "ACCESS#c", "2")
    put("connections", "AUDIT#c", "3")
    put("connections", "MAPPING#c", "4")

    said = copy("connections", connection_id="c")

    assert keys("connections") == ["ACCESS#c 1", "ACCESS#c 2", "AUDIT#c 3", "CONNECTIONS c"]
    assert "ACCESS: 1 items will be added to 1" in said
    assert not [line for line in said if line.startswith("AUDIT")]


def test_another_table_and_a_connection_without_items_are_refused() -> None:
    make_restored()
    put("restored", "MARKER#c", "MARKER")
    put("connections", "CONNECTIONS", "c")

    with pytest.raises(NotStarted, match="not a copy of the connections table"):
        copy("connections")
    with pytest.raises(NotStarted, match="nothing was changed"):
        copy("connections", connection_id="d")
    assert keys("connections") == ["CONNECTIONS c"]


def test_every_kind_of_key_of_the_adapters_is_known() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in ADAPTERS.rglob("*.py"))

    found = set(re.findall(r'f"([A-Z]+)#{', text)) | set(
        re.findall(r'^_?[A-Z_]+ = "([A-Z]+)"$', text, re.MULTILINE)
    )
    assert found - SHORT_LIVED - {"IMPORTER"} == KINDS["registrations"] | KINDS["connections"]


@pytest.mark.parametrize("kind", ["PROGRAMS", "PROVIDERS", "SIGN_INS"])
def test_the_copy_of_a_connection_leaves_others_with_the_same_name(kind: str) -> None:
    make_restored()
    put("restored", "CONNECTIONS", "c")
    put("restored", kind, "c", districts={"L": [{"S": "older"}]})
    put("connections", kind, "c", districts={"L": []})

    copy("connections", connection_id="c")

    key = {"pk": {"S": kind}, "sk": {"S": "c"}}
    found = boto3.client("dynamodb").get_item(TableName="connections", Key=key)["Item"]
    assert found["districts"] == {"L": []}
    assert keys("connections") == ["CONNECTIONS c", f"{kind} c"]
