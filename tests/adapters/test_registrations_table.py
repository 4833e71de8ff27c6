"""RegistrationsTable: conditions and order on an in-process DynamoDB; unprocessed items and
throttling, which that never returns, with a client that does."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import is_transient
from registration_sync.adapters.dynamodb import requests as dynamodb_requests
from registration_sync.adapters.dynamodb.registrations import registrations_table
from registration_sync.adapters.dynamodb.registrations.registration_items import (
    creation_record_key,
    current_key,
    marker_key,
)
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.adapters.dynamodb.requests import get_all, write_all
from registration_sync.adapters.dynamodb.table import Table
from registration_sync.domain.errors import (
    AlreadyRunning,
    LeaseLost,
    MarkerLost,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    Lease,
    Stored,
    YearMarker,
)
from registration_sync.domain.registrations.ledger import (
    LastExport,
    LedgerEntry,
    LedgerFile,
    Totals,
)
from tests.adapters.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

C, Y = "north", 2025


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> DynamoDBRegistrationsTable:
    return DynamoDBRegistrationsTable(dynamodb, TABLE, workers=4)


def put(table: DynamoDBRegistrationsTable, version: str, batch: int = 1) -> Stored:
    return table.put_current(C, Y, [Current("007", version, batch, b"Jx")])["007"]


def stored(table: DynamoDBRegistrationsTable) -> Current:
    ((_, current),) = table.current(C, Y, iter(["007"]))
    assert current is not None
    return current


def test_a_year_is_opened_once(table: DynamoDBRegistrationsTable) -> None:
    table.add_year(C, Y)
    table.take_lease(C, Lease("a", "run", 1000), 0)
    table.close_batch(C, Y, 1, "a")

    table.add_year(C, Y)

    assert table.marker(C).years == {Y: YearMarker(open=2, exported=0)}


def test_two_first_years_added_at_the_same_time_are_both_opened(
    table: DynamoDBRegistrationsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = registrations_table.create_marker

    def after_another(*arguments: Any) -> bool:
        monkeypatch.undo()
        table.add_year(C, 2024)
        return create(*arguments)

    monkeypatch.setattr(registrations_table, "create_marker", after_another)
    table.add_year(C, Y)

    opened = YearMarker(open=1, exported=0)
    assert table.marker(C).years == {2024: opened, Y: opened}


def test_a_conflict_with_a_transaction_is_transient() -> None:
    error = {"Error": {"Code": "TransactionConflictException"}}

    assert is_transient(ClientError(error, "UpdateItem"))  # type: ignore[arg-type]


def test_a_lost_marker_is_not_mistaken_for_a_new_connection(
    table: DynamoDBRegistrationsTable,
) -> None:
    assert table.marker(C).years == {}
    table.add_year(C, Y)
    lose_the_marker(table)

    with pytest.raises(MarkerLost, match="No student is lost"):
        table.marker(C)
    for year in (Y, 2030):
        with pytest.raises(MarkerLost):
            table.add_year(C, year)
    assert table.running(C, 0) is None
    table.take_lease(C, Lease("a", "run", 1000), 0)
    assert table.running(C, 500) == "run"


def test_a_marker_without_a_creation_record_gets_one_with_its_next_year(
    table: DynamoDBRegistrationsTable,
) -> None:
    table.add_year(C, Y)
    table._table.client.delete_item(TableName=TABLE, Key=creation_record_key(C))
    table._table.client.update_item(
        TableName=TABLE, Key=marker_key(C), UpdateExpression="REMOVE witnessed"
    )
    assert table.marker(C).years.keys() == {Y}

    table.add_year(C, 2026)
    lose_the_marker(table)

    with pytest.raises(MarkerLost):
        table.marker(C)


def lose_the_marker(table: DynamoDBRegistrationsTable) -> None:
    table._table.client.delete_item(TableName=TABLE, Key=marker_key(C))


def test_a_newer_version_stays(table: DynamoDBRegistrationsTable) -> None:
    assert put(table, "v2") is Stored.WRITTEN
    assert put(table, "v1", batch=9) is Stored.SUPERSEDED
    assert stored(table).version == "v2"
    assert put(table, "v3") is Stored.WRITTEN


def test_its_own_version_counts_as_written_and_its_batch_only_grows(
    table: DynamoDBRegistrationsTable,
) -> None:
    put(table, "v1", batch=2)

    assert put(table, "v1", batch=1) is Stored.WRITTEN
    assert stored(table).batch == 2
    assert put(table, "v1", batch=3) is Stored.WRITTEN
    assert stored(table).batch == 3


def test_a_lease_is_taken_by_one_until_it_expires(table: DynamoDBRegistrationsTable) -> None:
    table.take_lease(C, Lease("a", "run-a", 1000), 0)

    table.take_lease(C, Lease("a", "run-a", 1000), 0)  # a repeated call finds its own token
    with pytest.raises(AlreadyRunning) as refused:
        table.take_lease(C, Lease("b", "run-b", 2000), 999)
    assert refused.value.run_id == "run-a"
    assert (table.running(C, 999), table.running(C, 1001)) == ("run-a", None)
    table.take_lease(C, Lease("b", "run-b", 2000), 1001)

    with pytest.raises(LeaseLost):
        table.renew_lease(C, Lease("a", "run-a", 3000))
    table.release_lease(C, "a")
    assert table.running(C, 1500) == "run-b"
    table.release_lease(C, "b")
    assert table.marker(C).lease is None


def test_only_the_holder_closes_and_commits(table: DynamoDBRegistrationsTable) -> None:
    table.add_year(C, Y)
    table.take_lease(C, Lease("a", "run-a", 1000), 0)

    with pytest.raises(LeaseLost):
        table.close_batch(C, Y, 1, "b")
    with pytest.raises(LeaseLost):
        table.commit(C, Y, 1, "b")
    table.close_batch(C, Y, 1, "a")
    table.close_batch(C, Y, 1, "a")
    table.commit(C, Y, 1, "a")
    table.commit(C, Y, 1, "b")  # done already

    assert table.marker(C).years == {Y: YearMarker(open=2, exported=1)}


def test_marks_are_in_order_of_id_one_per_student_from_the_newest_batch(
    table: DynamoDBRegistrationsTable,
) -> None:
    ids = [f"{number:03}" for number in range(60)]
    table.put_marks(C, Y, 1, [DueMark(student_id) for student_id in ids])
    table.put_marks(C, Y, 3, [DueMark("007", "v1", "[]"), DueMark("999")])
    table.put_marks(C, Y, 4, [DueMark("888")])

    marks = list(table.marks(C, Y, range(1, 4)))

    assert [mark.student_id for mark in marks] == [*ids, "999"]
    assert marks[7] == DueMark("007", "v1", "[]")


def test_marks_are_read_in_small_pages(
    table: DynamoDBRegistrationsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamodb_requests, "PAGE_ITEMS", 3)
    ids = [f"{number:03}" for number in range(60)]
    table.put_marks(C, Y, 1, [DueMark(student_id) for student_id in ids])
    sizes: list[int] = []
    events = table._table.client.meta.events

    def count(parsed: Any, **_: Any) -> None:
        sizes.append(parsed["Count"])

    events.register("after-call.dynamodb.Query", count)

    marks = list(table.marks(C, Y, range(1, 2)))

    events.unregister("after-call.dynamodb.Query", count)

    assert [mark.student_id for mark in marks] == ids
    assert max(sizes) == 3


def test_a_new_mark_drops_the_reasons(table: DynamoDBRegistrationsTable) -> None:
    table.put_marks(C, Y, 1, [DueMark("007", "v1", "[]")])

    table.put_marks(C, Y, 1, [DueMark("007")])

    assert list(table.marks(C, Y, range(1, 2))) == [DueMark("007")]


def test_students_are_read_in_the_given_order(table: DynamoDBRegistrationsTable) -> None:
    ids = [f"{number:04}" for number in range(450)]
    table.put_current(C, Y, [Current(student_id, "v", 1, b"Jx") for student_id in ids])
    asked = [*reversed(ids), "absent"]

    found = list(table.current(C, Y, iter(asked)))

    assert [student_id for student_id, _ in found] == asked
    assert [student_id for student_id, current in found if current is None] == ["absent"]


def test_all_students_are_read_to_the_last_page(table: DynamoDBRegistrationsTable) -> None:
    large = b"J" + b"x" * 300_000
    ids = [f"{number:02}" for number in range(40)]
    table.put_current(C, Y, [Current(student_id, "v", 1, large) for student_id in ids])
    table.put_current(C, Y, [Current("40", "v", 1, None)])

    everyone = list(table.all_current(C, Y))

    assert [current.student_id for current in everyone] == [*ids, "40"]
    assert everyone[-1].snapshot is None


def test_the_batch_of_a_held_student_is_raised_only_at_the_same_version(
    table: DynamoDBRegistrationsTable,
) -> None:
    put(table, "v1", batch=1)

    table.raise_batch(C, Y, 2, {"007": "v0"})
    assert stored(table).batch == 1
    table.raise_batch(C, Y, 2, {"007": "v1"})
    assert stored(table).batch == 2


def test_a_student_carried_over_is_new_until_an_export_delivers_the_student(
    table: DynamoDBRegistrationsTable,
) -> None:
    put(table, "v1", batch=1)
    assert stored(table).is_new
    table.settle(C, Y, 1, {"007": "exported"}, 9)
    assert not stored(table).is_new

    table.set_carried(C, Y, 2, ["007", "none"])
    put(table, "v2", batch=3)
    assert (stored(table).is_new, stored(table).carried_in) == (True, 2)
    table.set_carried(C, Y, 1, ["007"])
    assert stored(table).carried_in == 2
    assert dict(table.current(C, Y, iter(["none"]))) == {"none": None}

    table.settle(C, Y, 2, {"007": "left_out"}, 9)
    assert stored(table).is_new
    table.settle(C, Y, 3, {"007": "exported"}, 9)
    assert not stored(table).is_new


def outcome(table: DynamoDBRegistrationsTable) -> tuple[str, int, int]:
    current = stored(table)
    return current.outcome, current.settled_in, current.exported_in


def expiry(table: DynamoDBRegistrationsTable, student_id: str = "007") -> int | None:
    key = current_key(C, Y, student_id)
    item = table._table.client.get_item(TableName=TABLE, Key=key)["Item"]
    return int(item["expires_at"]["N"]) if "expires_at" in item else None


def test_the_outcome_of_exports_is_kept_across_syncs_and_a_removal(
    table: DynamoDBRegistrationsTable,
) -> None:
    put(table, "v1")
    table.settle(C, Y, 1, {"007": "exported"}, 99)
    assert (outcome(table), expiry(table)) == (("exported", 1, 1), 99)

    put(table, "v2", batch=2)
    assert (outcome(table), expiry(table), stored(table).version) == (
        ("exported", 1, 1),
        None,
        "v2",
    )
    table.put_current(C, Y, [Current("007", "v3", 3, None)])

    assert (outcome(table), stored(table).snapshot) == (("exported", 1, 1), None)
    table.settle(C, Y, 3, {"007": "removed"}, 99)
    assert outcome(table) == ("", 3, 1)


def test_a_later_outcome_stays_and_a_student_due_again_does_not_expire(
    table: DynamoDBRegistrationsTable,
) -> None:
    put(table, "v1", batch=2)

    table.settle(C, Y, 1, {"007": "exported"}, 99)
    assert (outcome(table), expiry(table)) == (("exported", 1, 1), None)
    table.settle(C, Y, 2, {"007": "left_out"}, 99)
    assert (outcome(table), expiry(table)) == (("left_out", 2, 1), 99)
    table.settle(C, Y, 1, {"007": "exported"}, 11)

    assert (outcome(table), expiry(table)) == (("left_out", 2, 1), 99)


def test_an_outcome_creates_no_student(table: DynamoDBRegistrationsTable) -> None:
    table.settle(C, Y, 1, {"007": "exported"}, 99)

    assert list(table.all_current(C, Y)) == []


def entry(first: int, last: int, run_id: str = "run") -> LedgerEntry:
    file = LedgerFile(0, "students.csv", "out/students.csv", 2, "abc", "utf-8")
    export = LastExport(run_id, "2026-03-02T21:00:00Z", 2)
    totals = Totals(exported=7, left_out=1)
    return LedgerEntry(first, last, run_id, "2026-03-02T21:00:00Z", 2, totals, (file,), export)


def test_the_ledger_has_the_run_that_exported_a_batch(table: DynamoDBRegistrationsTable) -> None:
    died, took_over, later = entry(1, 1, "died"), entry(1, 3, "took over"), entry(4, 12, "later")
    for one in (later, took_over, died):
        table.put_ledger(C, Y, one)

    found = {batch: table.ledger(C, Y, batch) for batch in (1, 2, 3, 4, 9, 12, 13)}

    assert found == dict.fromkeys((1, 2, 3), took_over) | dict.fromkeys((4, 9, 12), later) | {
        13: None
    }
    assert table.ledger("other", Y, 1) is None


def test_the_newest_mark_of_a_student_is_found(table: DynamoDBRegistrationsTable) -> None:
    table.put_marks(C, Y, 2, [DueMark("007"), DueMark("1e5")])
    table.put_marks(C, Y, 150, [DueMark("007", "v1", "[]", "2026-03-02T21:00:00Z")])
    table.put_marks(C, Y, 151, [DueMark("1e5")])

    assert table.newest_mark(C, Y, "007", range(1, 300)) == DueMark(
        "007", "v1", "[]", "2026-03-02T21:00:00Z"
    )
    assert table.newest_mark(C, Y, "007", range(1, 150)) == DueMark("007")
    assert table.newest_mark(C, Y, "06520", range(1, 300)) is None


def test_marks_are_read_after_a_student_and_cleared_by_batch(
    table: DynamoDBRegistrationsTable,
) -> None:
    students = [DueMark(f"{number:03}") for number in range(60)]
    table.put_marks(C, Y, 1, students)
    table.put_marks(C, Y, 2, students[:2])

    assert list(table.marks(C, Y, range(1, 3), "056")) == students[57:]
    assert not table.clear_marks(C, Y, 1, lambda: False)
    assert list(table.marks(C, Y, range(1, 2))) == students
    assert table.clear_marks(C, Y, 1, lambda: True)

    assert list(table.marks(C, Y, range(1, 3))) == students[:2]


def test_the_progress_of_retiring_a_batch_is_kept_until_the_batch_is_retired(
    table: DynamoDBRegistrationsTable,
) -> None:
    table.add_year(C, Y)

    table.set_settled(C, Y, 1, "007")
    assert table.marker(C).years[Y].settled_to == "007"
    table.set_retired(C, Y, 1)
    table.set_settled(C, Y, 1, "1e5")  # late: the next batch must not begin there

    assert table.marker(C).years[Y].settled_to == ""
    table.set_settled(C, Y, 2, "06520")
    assert table.marker(C).years[Y].settled_to == "06520"


class Client:
    """Leaves the first item of this many requests unprocessed, or raises."""

    def __init__(self, times: int = 0, error: str = "") -> None:
        self.times = times
        self.error = error

    def batch_write_item(self, **request: Any) -> Any:
        left = self._left(request["RequestItems"]["t"])
        return {"UnprocessedItems": {"t": left} if left else {}}

    def batch_get_item(self, **request: Any) -> Any:
        keys = request["RequestItems"]["t"]["Keys"]
        left = self._left(keys)
        unprocessed = {"t": {"Keys": left}} if left else {}
        return {"Responses": {"t": keys[len(left) :]}, "UnprocessedKeys": unprocessed}

    def _left(self, asked: list[Any]) -> list[Any]:
        if self.error:
            raise ClientError({"Error": {"Code": self.error}}, "Batch")
        self.times -= 1
        return asked[:1] if self.times >= 0 else []


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb_requests, "FIRST_PAUSE_SECONDS", 0)


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(
    ("client", "left"),
    [
        (Client(times=2), []),
        (Client(times=99), ["a"]),
        (Client(error="ProvisionedThroughputExceededException"), ["a", "b"]),
    ],
)
def test_unprocessed_writes_are_repeated_and_then_unconfirmed(client: Any, left: list[str]) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert write_all(Table(client, "t"), ["a", "b"], pool) == left  # type: ignore[list-item]


@pytest.mark.usefixtures("no_pauses")
def test_unprocessed_keys_are_read_again_and_never_left_out() -> None:
    keys: Any = ["a", "b", "c"]
    repeated: Any = Client(times=2)
    throttled: Any = Client(times=99)

    assert sorted(get_all(Table(repeated, "t"), keys)) == ["a", "b", "c"]  # type: ignore[type-var]
    with pytest.raises(Unavailable):
        get_all(Table(throttled, "t"), keys)


@pytest.mark.usefixtures("no_pauses")
def test_keys_that_are_read_one_by_one_are_all_read() -> None:
    """DynamoDB does this while it throttles: the read continues as long as it makes progress."""

    class Slow:
        def batch_get_item(self, **request: Any) -> Any:
            first, *left = request["RequestItems"]["t"]["Keys"]
            return {
                "Responses": {"t": [first]},
                "UnprocessedKeys": {"t": {"Keys": left}} if left else {},
            }

    slow: Any = Slow()

    assert get_all(Table(slow, "t"), list(range(50))) == list(range(50))  # type: ignore[arg-type,comparison-overlap]


@pytest.mark.usefixtures("no_pauses")
def test_throttling_of_one_student_does_not_stop_the_settling(
    table: DynamoDBRegistrationsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(table, "v1")
    throttled = iter(["ThrottlingException"] * 3)
    real = table._table.client.update_item

    def update(**given: Any) -> Any:
        for code in throttled:
            raise ClientError({"Error": {"Code": code}}, "UpdateItem")
        return real(**given)

    monkeypatch.setattr(table._table.client, "update_item", update)

    table.settle(C, Y, 1, {"007": "exported"}, 99)

    assert outcome(table) == ("exported", 1, 1)


@pytest.mark.usefixtures("no_pauses")
def test_marks_that_could_not_be_cleared_raise_unavailable(
    table: DynamoDBRegistrationsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.put_marks(C, Y, 1, [DueMark("007")])

    def throttle(**given: Any) -> Any:
        return {"UnprocessedItems": given["RequestItems"]}

    monkeypatch.setattr(table._table.client, "batch_write_item", throttle)

    with pytest.raises(Unavailable):
        table.clear_marks(C, Y, 1, lambda: True)


@pytest.mark.parametrize(
    ("code", "status", "passes"),
    [("500", 500, True), ("503", 503, True), ("RequestTimeout", 400, True), ("403", 403, False)],
)
def test_a_server_error_is_transient_with_any_code(code: str, status: int, passes: bool) -> None:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}

    assert is_transient(ClientError(answer, "HeadObject")) is passes


def test_our_own_mistake_is_not_transient() -> None:
    client: Any = Client(error="AccessDeniedException")

    with ThreadPoolExecutor(1) as pool, pytest.raises(ServiceRefused):
        write_all(Table(client, "t"), ["a"], pool)  # type: ignore[list-item]
