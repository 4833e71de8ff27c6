"""ConnectionsTable on DynamoDB: connections, mappings, runs, deliveries, audit and schedules."""

import datetime as dt
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.adapters.dynamodb.check_slots import (
    DynamoDBCheckAttempts,
    DynamoDBCheckSlots,
)
from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
from registration_sync.adapters.dynamodb.connections_table import (
    DynamoDBConnections,
    DynamoDBMappings,
)
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.runs_table import SLOT_SECONDS, DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.audit import AuditEntry, SettingChange
from registration_sync.domain.connections.connection import Connection, Importer, SavedMapping
from registration_sync.domain.connections.schedule import SetSchedule, parse_schedule
from registration_sync.domain.connections.setup import Setup, SetupStep
from registration_sync.domain.errors import (
    AlreadyRunning,
    AttemptEnded,
    Conflict,
    LeaseLost,
    NotFound,
    RunCancelled,
    RunUnreadable,
    Unavailable,
    VersionMismatch,
)
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import (
    HeldRow,
    Run,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.domain.runs.uploads import Habits, LastUpload, UploadedRows
from tests.adapters.conftest import TABLE, dynamodb_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = dt.datetime(2025, 9, 15, 19, 0, tzinfo=dt.UTC)


@pytest.fixture
def connections(dynamodb: "DynamoDBClient") -> DynamoDBConnections:
    return DynamoDBConnections(dynamodb, TABLE)


@pytest.fixture
def mappings(dynamodb: "DynamoDBClient") -> DynamoDBMappings:
    return DynamoDBMappings(dynamodb, TABLE)


@pytest.fixture
def runs(dynamodb: "DynamoDBClient") -> DynamoDBRuns:
    return DynamoDBRuns(dynamodb, TABLE, retention_days=400)


def connection(connection_id: str = "north", **changes: Any) -> Connection:
    return Connection(
        connection_id=connection_id,
        name="North: PowerSchool, Año",
        host="sftp.north.example.org",
        username="enroll",
        time_zone="America/Chicago",
        **{"district": "north", "programs": ("enroll",), **changes},
    )


def run(run_id: str, minutes: int = 0, connection_id: str = "north") -> Run:
    return Run(
        connection_id=connection_id,
        run_id=run_id,
        trigger=RunTrigger.API,
        requested_at=NOW + dt.timedelta(minutes=minutes),
        requested_by="ada",
    )


# Connections


def test_a_connection_is_read_as_it_was_stored(connections: DynamoDBConnections) -> None:
    stored = connection(example_students=("S-1",), host_keys=(), port=2222)

    connections.add(stored)

    assert connections.get("north") == stored.with_setup(Setup())


def test_connections_are_listed_by_id(connections: DynamoDBConnections) -> None:
    for name in ("south", "north"):
        connections.add(connection(name))

    assert [item.connection_id for item in connections.all()] == ["north", "south"]


def test_an_id_is_used_once(connections: DynamoDBConnections) -> None:
    connections.add(connection())

    with pytest.raises(Conflict, match='"north" is taken'):
        connections.add(connection(district="south"))

    assert connections.get("north").district == "north"


def test_a_change_replaces_everything(
    dynamodb: "DynamoDBClient", connections: DynamoDBConnections
) -> None:
    connections.add(connection())
    changed = connection(district="south", programs=())

    connections.replace(changed)

    assert connections.get("north") == changed.with_setup(Setup())
    assert DynamoDBConnectionAccess(dynamodb, TABLE).access("north") == changed.access


def test_a_change_keeps_what_is_done_of_the_set_up_but_the_check(
    dynamodb: "DynamoDBClient", connections: DynamoDBConnections
) -> None:
    connections.add(connection())
    for step in SetupStep:
        connections.note_setup("north", step)
    connections.remember_check(connections.get("north"), {"status": "succeeded"})
    done = connections.get("north").setup

    connections.replace(connection(sis="Changed"))
    changed = connections.get("north").setup
    connections.end_setup("north")
    connections.replace(connection(sis="Live"))
    connections.note_setup("north", SetupStep.MAPPING)

    assert done == Setup(connected=True, mapping=True, test_record=True)
    assert changed == Setup(mapping=True, test_record=True)
    assert connections.get("north").setup is None


def test_the_set_up_of_a_missing_connection_is_not_stored(
    dynamodb: "DynamoDBClient", connections: DynamoDBConnections
) -> None:
    connections.note_setup("never-was", SetupStep.MAPPING)
    connections.end_setup("never-was")

    assert dynamodb.scan(TableName=TABLE)["Items"] == []


def test_a_change_does_not_restore_a_removed_connection(connections: DynamoDBConnections) -> None:
    connections.add(connection())
    connections.remove("north")

    with pytest.raises(NotFound):
        connections.replace(connection())
    with pytest.raises(NotFound):
        connections.get("north")
    assert connections.all() == []


def test_removing_twice_is_no_error(connections: DynamoDBConnections) -> None:
    connections.add(connection())

    connections.remove("north")
    connections.remove("north")
    connections.remove("never-was")

    assert connections.all() == []


def test_the_id_of_a_removed_connection_stays_with_its_district(
    connections: DynamoDBConnections,
) -> None:
    connections.add(connection())
    connections.remove("north")

    with pytest.raises(Conflict):
        connections.add(connection(district="south"))
    connections.add(connection())

    assert connections.get("north").to_json() == connection().to_json()


def test_access_is_read_without_the_rest_of_the_connection(
    dynamodb: "DynamoDBClient", connections: DynamoDBConnections
) -> None:
    reader = DynamoDBConnectionAccess(dynamodb, TABLE)
    connections.add(connection())
    connections.add(connection("gone"))
    connections.remove("gone")

    assert reader.access("north") == ConnectionAccess("north", "north", frozenset({"enroll"}))
    assert reader.access("gone") is None
    assert reader.access("never-was") is None


# Mappings


def mapping(version: int, name: str = "students") -> SavedMapping:
    definition = {"files": [{"name": name, "fields": [{"to": "Año", "n": 1.10}]}]}
    return SavedMapping(version, definition, saved_by="ada", saved_at=NOW)


def test_the_latest_mapping_is_read_as_it_was_saved(mappings: DynamoDBMappings) -> None:
    for version in range(1, 12):  # beyond nine: versions sort as numbers
        mappings.save("north", mapping(version))

    assert mappings.latest("north") == mapping(11)
    assert mappings.latest("south") is None


def test_a_version_is_saved_once(mappings: DynamoDBMappings) -> None:
    mappings.save("north", mapping(1))

    with pytest.raises(VersionMismatch, match="read the mapping again"):
        mappings.save("north", mapping(1, name="other"))

    assert mappings.latest("north") == mapping(1)


# Runs


def test_a_run_is_read_as_it_was_saved(runs: DynamoDBRuns) -> None:
    held = HeldRow("S-1", "students", "DOB", "date", "The date could not be read.")
    year = YearOutcome(2025, RunStatus.PARTIAL, rows=3, held_count=1, held=(held,))
    finished = finished_run(run("r1"), (year,), NOW)

    runs.save(finished)

    assert runs.find("north", "r1") == finished
    assert runs.find("north", "r2") is None
    assert runs.find("south", "r1") is None


def test_a_run_expires(dynamodb: "DynamoDBClient", runs: DynamoDBRuns) -> None:
    runs.save(run("r1"))

    items = dynamodb.scan(TableName=TABLE)["Items"]
    times = [dt.datetime.fromtimestamp(int(item["expires_at"]["N"]), dt.UTC) for item in items]
    assert times == [NOW + dt.timedelta(days=400)] * 2  # the run, and the last export


def test_the_last_export_is_stored_at_its_start_and_end_without_students(
    runs: DynamoDBRuns,
) -> None:
    held = HeldRow("007", "students.csv", "ID", "unique", "…")
    year = YearOutcome(2025, RunStatus.PARTIAL, rows=1, held_count=1, held=(held,))
    started = replace(run("r1"), status=RunStatus.IN_PROGRESS, started_at=NOW)
    finished = replace(started, status=RunStatus.PARTIAL, finished_at=NOW, years=(year,))

    runs.save(started)
    first = runs.last_exports()
    runs.save(replace(started, years=(year,)))
    runs.save(replace(started, phase="2026: mapping"))
    during = runs.last_exports()
    runs.save(finished)
    runs.save(replace(run("r2"), request=RunRequest(RunKind.RESEND)))

    assert first == during == {"north": started}
    without_students = replace(finished, years=(replace(year, held=()),))
    assert runs.last_exports() == {"north": without_students}


def test_a_second_request_gets_the_id_of_the_first(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))

    with pytest.raises(AlreadyRunning, match="since 2025-09-15 19:00 UTC") as refused:
        runs.request(run("r2", minutes=1))

    assert refused.value.run_id == "r1"
    assert runs.find("north", "r2") is None


def test_the_same_request_again_is_the_same(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))
    runs.request(run("r1"))

    assert runs.find("north", "r1") is not None


def test_connections_do_not_wait_for_each_other(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))
    runs.request(run("r2", connection_id="south"))

    assert runs.find("south", "r2") is not None


def test_a_finished_run_frees_the_slot(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))
    runs.save(replace(run("r1"), status=RunStatus.IN_PROGRESS, started_at=NOW))
    with pytest.raises(AlreadyRunning):
        runs.request(run("r2"))

    runs.save(finished_run(run("r1"), (), NOW))
    runs.request(run("r2"))

    assert runs.find("north", "r2") is not None


def test_a_finished_run_does_not_free_the_slot_of_another(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))

    runs.save(finished_run(run("scheduled"), (), NOW))

    with pytest.raises(AlreadyRunning) as refused:
        runs.request(run("r2"))
    assert refused.value.run_id == "r1"


def test_a_request_that_nobody_answered_does_not_stand_in_the_way_for_ever(
    runs: DynamoDBRuns,
) -> None:
    minutes = SLOT_SECONDS // 60
    runs.request(run("r1"))

    with pytest.raises(AlreadyRunning):
        runs.request(run("r2", minutes=minutes))
    runs.request(run("r3", minutes=minutes + 1))

    assert runs.find("north", "r3") is not None


def test_runs_are_listed_page_by_page_the_newest_first(runs: DynamoDBRuns) -> None:
    for number in range(5):
        runs.save(run(f"2025091{number}T190000Z-0"))
    runs.request(run("20250920T190000Z-0"))  # the slot is not listed
    runs.save(run("20250930T190000Z-0", connection_id="south"))

    first, after_first = runs.newest("north", 4, None)
    second, after_second = runs.newest("north", 4, after_first)

    assert [one.run_id[6:8] for one in first] == ["20", "14", "13", "12"]
    assert [one.run_id[6:8] for one in second] == ["11", "10"]
    assert after_second is None


def test_a_page_that_holds_the_rest_has_no_next(runs: DynamoDBRuns) -> None:
    runs.save(run("r1"))
    runs.save(run("r2"))

    assert [one.run_id for one in runs.newest("north", 2, None)[0]] == ["r2", "r1"]
    assert runs.newest("north", 2, None)[1] is None
    assert runs.newest("south", 2, None) == ([], None)


def test_a_page_between_two_ids_holds_these_runs_only(runs: DynamoDBRuns) -> None:
    for number in range(6):
        runs.save(run(f"2025091{number}T190000Z-0"))
    between = ("20250911", "20250914")

    first, after_first = runs.newest("north", 2, None, between)
    second, after_second = runs.newest("north", 2, after_first, between)

    days = [one.run_id[6:8] for one in first + second]
    assert (days, after_second) == (["13", "12", "11"], None)
    assert runs.newest("north", 2, "20250910T", between) == ([], None)


def test_a_pending_run_is_cancelled_and_then_cannot_start(runs: DynamoDBRuns) -> None:
    pending = run("r1")
    runs.request(pending)
    cancelled = replace(pending, status=RunStatus.CANCELLED)

    runs.cancel(cancelled)

    with pytest.raises(RunCancelled):
        runs.save(replace(pending, status=RunStatus.IN_PROGRESS))
    assert runs.find("north", "r1") == cancelled
    runs.request(run("r2"))  # the slot is free


def test_a_run_that_has_started_is_not_cancelled(runs: DynamoDBRuns) -> None:
    begun = replace(run("r1"), status=RunStatus.IN_PROGRESS)
    runs.save(begun)

    with pytest.raises(Conflict):
        runs.cancel(replace(begun, status=RunStatus.CANCELLED))

    assert runs.find("north", "r1") == begun


def awaiting(run_id: str, minutes: int = 0) -> Run:
    return replace(run(run_id, minutes), status=RunStatus.AWAITING_CONFIRMATION)


def confirmed(waiting: Run) -> Run:
    return replace(waiting, status=RunStatus.PENDING, confirmed_by="ada")


def test_a_run_that_awaits_confirmation_is_found_and_frees_the_slot(runs: DynamoDBRuns) -> None:
    assert runs.awaiting("north") is None
    runs.request(run("r1"))
    runs.save(awaiting("r1"))

    assert runs.awaiting("north") == awaiting("r1")
    assert runs.awaiting("south") is None
    runs.request(run("r2"))


def test_a_run_with_a_new_status_is_announced_once_more(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))

    runs.mark_announced(run("r1"))  # with an older status
    assert runs.claim_announcement(awaiting("r1"), NOW)
    runs.mark_announced(awaiting("r1"))

    assert not runs.claim_announcement(awaiting("r1"), NOW + dt.timedelta(days=1))
    assert runs.find("north", "r1") == awaiting("r1")
    runs.save(run("r1"))
    assert runs.claim_announcement(run("r1"), NOW)


def test_one_of_two_callers_announces_a_run_until_its_claim_expires(runs: DynamoDBRuns) -> None:
    runs.save(run("r1"))

    assert not runs.claim_announcement(awaiting("r1"), NOW)  # with another status
    assert runs.claim_announcement(run("r1"), NOW)
    assert not runs.claim_announcement(run("r1"), NOW + dt.timedelta(seconds=49))
    assert runs.claim_announcement(run("r1"), NOW + dt.timedelta(minutes=1))


# Attempts of a run


def attempt(token: str, number: int = 1, **changes: Any) -> Run:
    began: dict[str, Any] = {"status": RunStatus.IN_PROGRESS, "started_at": NOW}
    return replace(run("r1"), attempt=number, attempt_token=token, **began | changes)


def ended(token: str) -> Run:
    return attempt(token, status=RunStatus.SUCCEEDED, finished_at=NOW)


@pytest.mark.parametrize("stored", [False, True])
def test_one_of_two_attempts_that_read_the_same_run_begins(
    runs: DynamoDBRuns, stored: bool
) -> None:
    if stored:
        runs.request(run("r1"))

    runs.begin(attempt("a"), "")

    with pytest.raises(AttemptEnded):
        runs.begin(attempt("b"), "")
    runs.begin(attempt("a"), "")  # a retry after a lost answer
    assert runs.find("north", "r1") == attempt("a")


def test_an_attempt_that_another_has_replaced_stores_nothing(runs: DynamoDBRuns) -> None:
    runs.begin(attempt("a"), "")
    runs.begin(attempt("b", 2), "a")

    for late in (attempt("a", phase="2025: mapping"), ended("a")):
        with pytest.raises(AttemptEnded):
            runs.save(late)
    assert runs.find("north", "r1") == attempt("b", 2)
    runs.save(ended("b"))
    assert runs.find("north", "r1") == ended("b")


def test_a_late_attempt_does_not_hide_the_run_that_awaits_confirmation(runs: DynamoDBRuns) -> None:
    runs.begin(attempt("a"), "")
    runs.begin(attempt("b", 2), "a")
    runs.save(ended("b"))
    runs.save(awaiting("r2"))

    with pytest.raises(AttemptEnded):
        runs.save(attempt("a", status=RunStatus.AWAITING_CONFIRMATION))

    assert runs.awaiting("north") == awaiting("r2")


def test_a_run_that_has_ended_never_changes(runs: DynamoDBRuns) -> None:
    runs.begin(attempt("a"), "")
    runs.save(ended("a"))

    runs.save(ended("a"))  # a retry after a lost answer
    with pytest.raises(AttemptEnded):
        runs.save(attempt("a", status=RunStatus.FAILED, finished_at=NOW))
    with pytest.raises(AttemptEnded):
        runs.begin(attempt("b", 2), "a")

    assert runs.find("north", "r1") == ended("a")


def test_an_event_from_before_the_confirmation_does_not_begin_the_confirmed_run(
    runs: DynamoDBRuns,
) -> None:
    runs.request(run("r1"))
    runs.begin(attempt("a"), "")
    waiting = attempt("a", status=RunStatus.AWAITING_CONFIRMATION)
    runs.save(waiting)
    runs.confirm(confirmed(waiting))

    with pytest.raises(AttemptEnded):
        runs.begin(attempt("b"), "")

    runs.begin(attempt("c"), "a")


def test_a_run_of_an_older_version_has_no_token_and_is_continued(
    dynamodb: "DynamoDBClient", runs: DynamoDBRuns
) -> None:
    runs.save(replace(run("r1"), status=RunStatus.IN_PROGRESS, attempt=1))
    items = dynamodb.scan(TableName=TABLE)["Items"]

    runs.begin(attempt("a", 2), "")

    assert not any("attempt_token" in item for item in items)
    assert runs.find("north", "r1") == attempt("a", 2)


def test_a_confirmed_run_takes_the_slot_and_no_longer_awaits(
    runs: DynamoDBRuns,
) -> None:
    runs.save(awaiting("r1"))

    runs.confirm(confirmed(awaiting("r1")))

    assert runs.find("north", "r1") == confirmed(awaiting("r1"))
    assert runs.awaiting("north") is None
    with pytest.raises(AlreadyRunning):
        runs.request(run("r2", minutes=1))


def test_a_run_is_not_confirmed_while_another_has_the_slot(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    runs.request(run("r2"))

    with pytest.raises(AlreadyRunning) as refused:
        runs.confirm(confirmed(awaiting("r1")))

    assert refused.value.run_id == "r2"
    assert runs.awaiting("north") == awaiting("r1")


def test_a_run_is_confirmed_or_cancelled_and_never_both(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    cancelled = replace(awaiting("r1"), status=RunStatus.CANCELLED)

    runs.cancel(cancelled)

    with pytest.raises(Conflict, match="does not need approval any more"):
        runs.confirm(confirmed(awaiting("r1")))
    assert runs.find("north", "r1") == cancelled
    runs.request(run("r2"))  # the slot is free


def test_a_confirmation_that_started_nothing_is_undone(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    runs.confirm(confirmed(awaiting("r1")))

    runs.cancel(awaiting("r1"))

    assert runs.awaiting("north") == awaiting("r1")
    runs.confirm(confirmed(awaiting("r1")))


DAMAGED = {
    "unknown codec": b"X{}",
    "cut short": b"Z" + zlib.compress(b'{"run_id": "r2"}')[:-4],
    "not JSON": b"Z" + zlib.compress(b"Ada"),
    "another shape": b"Z" + zlib.compress(b'{"run_id": "r2", "years": [{"school_year": "Ada"}]}'),
    "no object": b"Z" + zlib.compress(b'["Ada"]'),
    "no years": b"Z" + zlib.compress(b"{}"),
}


@pytest.mark.parametrize("record", DAMAGED.values(), ids=DAMAGED)
def test_an_unreadable_run_does_not_hide_the_others(
    record: bytes,
    dynamodb: "DynamoDBClient",
    runs: DynamoDBRuns,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for run_id in ("r1", "r3"):
        runs.save(run(run_id))
    runs.save(awaiting("r2"))
    dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "RUNS#north"}, "sk": {"S": "r2"}},
        UpdateExpression="SET #record = :damaged",
        ExpressionAttributeNames={"#record": "record"},
        ExpressionAttributeValues={":damaged": {"B": record}},
    )

    assert runs.newest("north", 2, None) == ([run("r3")], "r2")
    assert runs.newest("north", 9, None) == ([run("r3"), run("r1")], None)
    assert list(runs.all("north")) == [run("r3"), run("r1")]
    assert runs.awaiting("north") is None
    with pytest.raises(RunUnreadable, match="run r2 cannot be read"):
        runs.find("north", "r2")
    complete = runs.all("north", complete=True)
    assert [next(complete), next(complete)] == [run("r3"), run("r1")]
    with pytest.raises(RunUnreadable):
        next(complete)
    logged = [vars(record) for record in caplog.records]
    assert {(line["message"], line["run_id"]) for line in logged} == {
        ("run record unreadable", "r2")
    }
    assert "Ada" not in str(logged)


def test_a_dry_run_expires_after_a_day(dynamodb: "DynamoDBClient", runs: DynamoDBRuns) -> None:
    runs.save(replace(run("r1"), request=RunRequest(RunKind.DRY_RUN)))

    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + dt.timedelta(days=1)).timestamp())


# Deliveries

STUDENTS = LastUpload("f/students.csv", "r2", "r1", "2026-03-02 21:00", 120, "ab", modified=5000)


@pytest.fixture
def deliveries(dynamodb: "DynamoDBClient") -> DynamoDBDeliveries:
    return DynamoDBDeliveries(dynamodb, TABLE, markers=TABLE, retention_days=400, now=lambda: NOW)


SOURCE = UploadedRows("r2", 2025, "index-7.tsv", (0, 1), 7)


def test_the_last_delivery_to_a_path_is_remembered(deliveries: DynamoDBDeliveries) -> None:
    upload = replace(STUDENTS, rows=3, source=SOURCE, lost=(UploadedRows("r0"), SOURCE))
    deliveries.remember("north", "a@b:22", replace(STUDENTS, run_id="r1"), None)
    deliveries.remember("north", "a@b:22", upload, None)
    deliveries.remember("north", "a@b:22", replace(STUDENTS, path="f/x.csv", modified=None), None)

    assert deliveries.last("north", "a@b:22", "f/students.csv") == upload
    assert deliveries.last("north", "a@b:22", "f/none.csv") is None
    assert deliveries.last("south", "a@b:22", "f/students.csv") is None


def test_a_delivery_is_remembered_only_by_the_holder_of_the_lease(
    dynamodb: "DynamoDBClient", deliveries: DynamoDBDeliveries
) -> None:
    marker = {"pk": {"S": "MARKER#north"}, "sk": {"S": "MARKER"}, "lease_token": {"S": "mine"}}
    dynamodb.put_item(TableName=TABLE, Item=marker)
    deliveries.remember("north", "a@b:22", STUDENTS, "mine")

    with pytest.raises(LeaseLost):
        deliveries.remember("north", "a@b:22", replace(STUDENTS, run_id="r3"), "late")

    assert deliveries.last("north", "a@b:22", "f/students.csv") == STUDENTS


def test_a_delivery_to_another_account_is_ignored(deliveries: DynamoDBDeliveries) -> None:
    habits = Habits(Importer.LEAVES, (("r1", False), ("r2", True)))
    deliveries.remember("north", "a@b:22", STUDENTS, None)
    deliveries.record_habits("north", "a@b:22", habits)

    assert deliveries.last("north", "a@c:22", "f/students.csv") is None
    assert deliveries.habits("north", "a@b:22") == habits
    assert deliveries.habits("north", "a@c:22") == Habits()


def test_a_delivery_expires_but_not_what_it_showed_of_the_importer(
    dynamodb: "DynamoDBClient", deliveries: DynamoDBDeliveries
) -> None:
    deliveries.remember("north", "a@b:22", STUDENTS, None)
    deliveries.record_habits("north", "a@b:22", Habits())

    items = {item["sk"]["S"]: item for item in dynamodb.scan(TableName=TABLE)["Items"]}

    expires_at = int((NOW + dt.timedelta(days=400)).timestamp())
    assert items["f/students.csv"]["expires_at"] == {"N": str(expires_at)}
    assert "expires_at" not in items["IMPORTER"]


# Errors that moto never raises: throttling and conflicting transactions


def test_a_request_that_meets_another_of_the_same_instant_is_unavailable() -> None:
    client = dynamodb_client()
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "TransactionConflict"}]},
        )
        with pytest.raises(Unavailable):
            DynamoDBRuns(client, TABLE, retention_days=1).request(run("r1"))


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_transient_errors_are_unavailable(code: str) -> None:
    client = dynamodb_client()
    calls = {
        "get_item": [
            lambda: DynamoDBConnections(client, TABLE).get("north"),
            lambda: DynamoDBConnectionAccess(client, TABLE).access("north"),
            lambda: DynamoDBRuns(client, TABLE, retention_days=1).find("north", "r1"),
        ],
        "put_item": [
            lambda: DynamoDBConnections(client, TABLE).add(connection()),
            lambda: DynamoDBMappings(client, TABLE).save("north", mapping(1)),
            lambda: DynamoDBRuns(client, TABLE, retention_days=1).save(run("r1")),
        ],
        "query": [
            lambda: DynamoDBConnections(client, TABLE).all(),
            lambda: DynamoDBMappings(client, TABLE).latest("north"),
            lambda: DynamoDBRuns(client, TABLE, retention_days=1).newest("north", 1, None),
        ],
        "update_item": [
            lambda: DynamoDBConnections(client, TABLE).remove("north"),
            lambda: DynamoDBConnections(client, TABLE).replace(connection()),
        ],
    }
    for operation, uses in calls.items():
        for use in uses:
            with Stubber(client) as stub:
                stub.add_client_error(operation, code)
                with pytest.raises(Unavailable):
                    use()


# The audit and schedules


def entry(seconds: int, action: str = "connection_changed") -> AuditEntry:
    return AuditEntry(
        at=NOW + dt.timedelta(seconds=seconds, microseconds=5),
        by="ada",
        action=action,
        changes=(SettingChange("name", "North", None), SettingChange("programs", [], ["enroll"])),
        request_id=f"request-{seconds}",
    )


def test_audit_entries_are_read_as_they_were_added_the_newest_first(
    dynamodb: "DynamoDBClient",
) -> None:
    audit = DynamoDBAudit(dynamodb, TABLE, retention_days=400)
    for seconds in (2, 1, 3):
        audit.add("north", entry(seconds))
    audit.add("south", entry(9))

    first, following = audit.newest("north", 2, None)
    second, end = audit.newest("north", 2, following)

    assert first + second == [entry(3), entry(2), entry(1)]
    assert end is None


def test_an_audit_entry_is_not_replaced(dynamodb: "DynamoDBClient") -> None:
    audit = DynamoDBAudit(dynamodb, TABLE, retention_days=400)
    audit.add("north", entry(1))

    audit.add("north", entry(1))  # as a retry within boto3 does, whose first try was written
    audit.add("north", entry(1, "connection_removed"))

    assert audit.newest("north", 10, None) == ([entry(1)], None)


def test_audit_entries_of_the_same_moment_do_not_replace_each_other(
    dynamodb: "DynamoDBClient",
) -> None:
    audit = DynamoDBAudit(dynamodb, TABLE, retention_days=400)
    for request_id in ("a", "b"):
        audit.add("north", replace(entry(1), request_id=request_id))

    assert len(audit.newest("north", 10, None)[0]) == 2


def test_audit_entries_expire_after_the_retention(
    dynamodb: "DynamoDBClient",
) -> None:
    DynamoDBAudit(dynamodb, TABLE, retention_days=400).add("north", entry(0))

    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + dt.timedelta(days=400)).timestamp())


def test_schedules_are_listed_with_the_time_of_their_last_change(
    dynamodb: "DynamoDBClient",
) -> None:
    schedules = DynamoDBSchedules(dynamodb, TABLE)
    nightly = parse_schedule({"enabled": True, "time": "21:00"}, "America/Chicago")
    for name in ("south", "north"):
        schedules.put(name, nightly, NOW)

    assert schedules.all() == [SetSchedule(name, nightly, NOW) for name in ("north", "south")]


def test_a_slot_of_a_check_is_free_after_the_check_or_when_it_has_expired(
    dynamodb: "DynamoDBClient",
) -> None:
    slots, now = DynamoDBCheckSlots(dynamodb, TABLE), dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
    limits: Any = {"most": 2, "lasts": dt.timedelta(minutes=4)}

    assert [slots.take(run_id, now, **limits) for run_id in "abc"] == [True, True, False]
    slots.free("a")
    slots.free("unknown")
    assert [slots.take(run_id, now, **limits) for run_id in "de"] == [True, False]
    later = now + dt.timedelta(minutes=5)
    assert [slots.take(run_id, later, **limits) for run_id in "fgh"] == [True, True, False]


def test_attempts_are_counted_by_group_and_hour(dynamodb: "DynamoDBClient") -> None:
    attempts = DynamoDBCheckAttempts(dynamodb, TABLE)
    now = dt.datetime(2026, 3, 2, 21, 59, tzinfo=dt.UTC)

    assert [attempts.count("a", now, most=2) for _ in range(3)] == [True, True, False]
    assert attempts.count("b", now, most=2)
    assert attempts.count("a", now + dt.timedelta(minutes=1), most=2)


def test_refused_sign_ins_are_counted_until_they_are_forgotten(dynamodb: "DynamoDBClient") -> None:
    attempts = DynamoDBCheckAttempts(dynamodb, TABLE)
    now = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)

    assert attempts.refused("north") == (0, None)
    attempts.note_refused("north", now - dt.timedelta(minutes=5))
    attempts.note_refused("north", now)

    assert attempts.refused("north") == (2, now)
    assert attempts.refused("south") == (0, None)
    attempts.forget_refused("north")
    assert attempts.refused("north") == (0, None)


def test_a_connection_has_one_slot_for_a_check(dynamodb: "DynamoDBClient") -> None:
    slots, now = DynamoDBCheckSlots(dynamodb, TABLE), dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
    lasts = dt.timedelta(minutes=4)

    assert slots.holder("north", "a", now, lasts=lasts) == "a"
    assert slots.holder("north", "a", now, lasts=lasts) == "a"
    assert slots.holder("north", "b", now, lasts=lasts) == "a"
    assert slots.holder("south", "b", now, lasts=lasts) == "b"
    slots.free("a")
    assert slots.holder("north", "c", now, lasts=lasts) == "c"
    assert slots.holder("north", "d", now + dt.timedelta(minutes=5), lasts=lasts) == "d"
