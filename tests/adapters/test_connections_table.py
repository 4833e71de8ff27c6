"""Connections, mappings and runs on DynamoDB."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from registration_sync.adapters.dynamodb.audit_table import DynamoDBAudit
from registration_sync.adapters.dynamodb.connection_access import DynamoDBConnectionAccess
from registration_sync.adapters.dynamodb.connections_table import (
    DynamoDBConnections,
    DynamoDBMappings,
)
from registration_sync.adapters.dynamodb.deliveries_table import DynamoDBDeliveries
from registration_sync.adapters.dynamodb.runs_table import REQUEST_HOLDS_SECONDS, DynamoDBRuns
from registration_sync.adapters.dynamodb.schedules_table import DynamoDBSchedules
from registration_sync.domain.access import ConnectionAccess
from registration_sync.domain.audit import AuditEntry, Change
from registration_sync.domain.connections.connection import Connection, SavedMapping
from registration_sync.domain.connections.schedule import SetSchedule, parse_schedule
from registration_sync.domain.errors import (
    AlreadyRunning,
    Conflict,
    NotFound,
    RunCancelled,
    Unavailable,
    VersionMismatch,
)
from registration_sync.domain.runs.findings import LastUpload
from registration_sync.domain.runs.run import (
    DRY_RUN,
    HeldRow,
    Run,
    RunRequest,
    RunStatus,
    YearOutcome,
    finished_run,
    pending_run,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "connections"
NOW = dt.datetime(2025, 9, 15, 19, 0, tzinfo=dt.UTC)


@pytest.fixture
def client() -> Iterator["DynamoDBClient"]:
    with mock_aws():
        client = boto3.client(
            "dynamodb",
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        client.create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def connections(client: "DynamoDBClient") -> DynamoDBConnections:
    return DynamoDBConnections(client, TABLE)


@pytest.fixture
def mappings(client: "DynamoDBClient") -> DynamoDBMappings:
    return DynamoDBMappings(client, TABLE)


@pytest.fixture
def runs(client: "DynamoDBClient") -> DynamoDBRuns:
    return DynamoDBRuns(client, TABLE, retention_days=400)


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
    request = RunRequest(connection_id=connection_id, run_id=run_id, requested_by="ada")
    return pending_run(request, NOW + dt.timedelta(minutes=minutes))


# Connections


def test_a_connection_is_read_as_it_was_stored(connections: DynamoDBConnections) -> None:
    stored = connection(example_students=("S-1",), host_keys=(), port=2222)

    connections.add(stored)

    assert connections.get("north") == stored


def test_connections_are_listed_by_id(connections: DynamoDBConnections) -> None:
    for name in ("south", "north"):
        connections.add(connection(name))

    assert [item.connection_id for item in connections.all()] == ["north", "south"]


def test_an_id_is_given_once(connections: DynamoDBConnections) -> None:
    connections.add(connection())

    with pytest.raises(Conflict, match='"north" is taken'):
        connections.add(connection(district="south"))

    assert connections.get("north").district == "north"


def test_a_change_replaces_everything(
    client: "DynamoDBClient", connections: DynamoDBConnections
) -> None:
    connections.add(connection())
    changed = connection(district="south", programs=())

    connections.replace(changed)

    assert connections.get("north") == changed
    assert DynamoDBConnectionAccess(client, TABLE).access("north") == changed.access


def test_what_is_gone_is_not_brought_back_by_a_change(connections: DynamoDBConnections) -> None:
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

    assert connections.get("north") == connection()


def test_access_is_read_without_the_connection(
    client: "DynamoDBClient", connections: DynamoDBConnections
) -> None:
    reader = DynamoDBConnectionAccess(client, TABLE)
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
    for version in range(1, 12):  # past nine: versions sort as numbers
        mappings.save("north", mapping(version))

    assert mappings.latest("north") == mapping(11)
    assert mappings.latest("south") is None


def test_a_version_is_saved_once(mappings: DynamoDBMappings) -> None:
    mappings.save("north", mapping(1))

    with pytest.raises(VersionMismatch, match="read the mapping again"):
        mappings.save("north", mapping(1, name="other"))

    assert mappings.latest("north") == mapping(1)


# Runs


def test_a_run_is_read_as_the_api_shows_it(runs: DynamoDBRuns) -> None:
    held = HeldRow("S-1", "students", "DOB", "date", "The date could not be read.")
    year = YearOutcome(2025, RunStatus.PARTIAL, rows=3, held_count=1, held=(held,))
    finished = finished_run(run("r1"), (year,), NOW)

    runs.save(finished)

    record = runs.find("north", "r1")
    assert record is not None
    assert record["status"] == "partial"
    assert record["years"][0]["held"] == [
        {
            "student_id": "S-1",
            "file": "students",
            "field": "DOB",
            "rule": "date",
            "message": "The date could not be read.",
        }
    ]
    assert runs.find("north", "r2") is None
    assert runs.find("south", "r1") is None


def test_a_run_expires(client: "DynamoDBClient", runs: DynamoDBRuns) -> None:
    runs.save(run("r1"))

    (item,) = client.scan(TableName=TABLE)["Items"]
    expires_at = dt.datetime.fromtimestamp(int(item["expires_at"]["N"]), dt.UTC)
    assert expires_at == NOW + dt.timedelta(days=400)


def test_a_second_request_is_told_of_the_first(runs: DynamoDBRuns) -> None:
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


def test_a_finished_run_makes_place(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))
    runs.save(replace(run("r1"), status=RunStatus.IN_PROGRESS, started_at=NOW))
    with pytest.raises(AlreadyRunning):
        runs.request(run("r2"))

    runs.save(finished_run(run("r1"), (), NOW))
    runs.request(run("r2"))

    assert runs.find("north", "r2") is not None


def test_a_finished_run_makes_no_place_for_two(runs: DynamoDBRuns) -> None:
    runs.request(run("r1"))

    runs.save(finished_run(run("scheduled"), (), NOW))

    with pytest.raises(AlreadyRunning) as refused:
        runs.request(run("r2"))
    assert refused.value.run_id == "r1"


def test_a_request_that_nobody_answered_does_not_stand_in_the_way_for_ever(
    runs: DynamoDBRuns,
) -> None:
    minutes = REQUEST_HOLDS_SECONDS // 60
    runs.request(run("r1"))

    with pytest.raises(AlreadyRunning):
        runs.request(run("r2", minutes=minutes))
    runs.request(run("r3", minutes=minutes + 1))

    assert runs.find("north", "r3") is not None


def test_runs_are_listed_page_by_page_the_newest_first(runs: DynamoDBRuns) -> None:
    for number in range(5):
        runs.save(run(f"2025091{number}T190000Z-0"))
    runs.request(run("20250920T190000Z-0"))  # its place does not show
    runs.save(run("20250930T190000Z-0", connection_id="south"))

    first, after_first = runs.newest("north", 4, None)
    second, after_second = runs.newest("north", 4, after_first)

    assert [record["run_id"][6:8] for record in first] == ["20", "14", "13", "12"]
    assert [record["run_id"][6:8] for record in second] == ["11", "10"]
    assert after_second is None


def test_a_page_that_holds_the_rest_has_no_next(runs: DynamoDBRuns) -> None:
    runs.save(run("r1"))
    runs.save(run("r2"))

    assert [record["run_id"] for record in runs.newest("north", 2, None)[0]] == ["r2", "r1"]
    assert runs.newest("north", 2, None)[1] is None
    assert runs.newest("south", 2, None) == ([], None)


def test_a_page_between_two_ids_holds_these_runs_only(runs: DynamoDBRuns) -> None:
    for number in range(6):
        runs.save(run(f"2025091{number}T190000Z-0"))
    between = ("20250911", "20250914")

    first, after_first = runs.newest("north", 2, None, between)
    second, after_second = runs.newest("north", 2, after_first, between)

    days = [record["run_id"][6:8] for record in first + second]
    assert (days, after_second) == (["13", "12", "11"], None)
    assert runs.newest("north", 2, "20250910T", between) == ([], None)


def test_a_pending_run_is_cancelled_and_then_cannot_begin(runs: DynamoDBRuns) -> None:
    pending = run("r1")
    runs.request(pending)
    cancelled = {**pending.to_json(), "status": "cancelled"}

    runs.cancel("north", "r1", cancelled)

    with pytest.raises(RunCancelled):
        runs.save(replace(pending, status=RunStatus.IN_PROGRESS))
    assert runs.find("north", "r1") == cancelled
    runs.request(run("r2"))  # there is place


def test_a_run_that_has_begun_is_not_cancelled(runs: DynamoDBRuns) -> None:
    begun = replace(run("r1"), status=RunStatus.IN_PROGRESS)
    runs.save(begun)

    with pytest.raises(Conflict):
        runs.cancel("north", "r1", {**begun.to_json(), "status": "cancelled"})

    assert runs.find("north", "r1") == begun.to_json()


def awaiting(run_id: str, minutes: int = 0) -> Run:
    return replace(run(run_id, minutes), status=RunStatus.AWAITING_CONFIRMATION)


def pending(waiting: Run) -> dict[str, Any]:
    """The record of a run that was confirmed."""
    return {**waiting.to_json(), "status": "pending", "confirmed_by": "ada"}


def test_a_run_that_awaits_confirmation_is_found_and_makes_place(runs: DynamoDBRuns) -> None:
    assert runs.awaiting("north") is None
    runs.request(run("r1"))
    runs.save(awaiting("r1"))

    assert runs.awaiting("north") == awaiting("r1").to_json()
    assert runs.awaiting("south") is None
    runs.request(run("r2"))


def test_a_run_that_goes_on_after_it_was_told_has_more_to_tell(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    assert not runs.is_announced("north", "r1")

    runs.mark_announced("north", "r1", "pending")  # it went on meanwhile
    assert not runs.is_announced("north", "r1")
    runs.mark_announced("north", "r1", "awaiting_confirmation")

    assert runs.is_announced("north", "r1")
    assert runs.find("north", "r1") == awaiting("r1").to_json()
    runs.save(run("r1"))
    assert not runs.is_announced("north", "r1")


def test_a_confirmed_run_takes_the_place_of_a_request_and_waits_no_longer(
    runs: DynamoDBRuns,
) -> None:
    runs.save(awaiting("r1"))

    runs.confirm("north", "r1", pending(awaiting("r1")))

    assert runs.find("north", "r1") == pending(awaiting("r1"))
    assert runs.awaiting("north") is None
    with pytest.raises(AlreadyRunning):
        runs.request(run("r2", minutes=1))


def test_a_run_is_not_confirmed_while_another_has_the_place(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    runs.request(run("r2"))

    with pytest.raises(AlreadyRunning) as refused:
        runs.confirm("north", "r1", pending(awaiting("r1")))

    assert refused.value.run_id == "r2"
    assert runs.awaiting("north") == awaiting("r1").to_json()


def test_a_run_is_confirmed_or_cancelled_and_never_both(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    cancelled = {**awaiting("r1").to_json(), "status": "cancelled"}

    runs.cancel("north", "r1", cancelled)

    with pytest.raises(Conflict, match="does not await"):
        runs.confirm("north", "r1", pending(awaiting("r1")))
    assert runs.find("north", "r1") == cancelled
    runs.request(run("r2"))  # nothing holds the place


def test_a_confirmation_that_started_nothing_is_taken_back(runs: DynamoDBRuns) -> None:
    runs.save(awaiting("r1"))
    runs.confirm("north", "r1", pending(awaiting("r1")))

    runs.cancel("north", "r1", awaiting("r1").to_json())

    assert runs.awaiting("north") == awaiting("r1").to_json()
    runs.confirm("north", "r1", pending(awaiting("r1")))


def test_a_dry_run_expires_after_a_day(client: "DynamoDBClient", runs: DynamoDBRuns) -> None:
    runs.save(replace(run("r1"), kind=DRY_RUN))

    (item,) = client.scan(TableName=TABLE)["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + dt.timedelta(days=1)).timestamp())


# What was delivered where

STUDENTS = LastUpload("f/students.csv", "r2", "r1", "2026-03-02 21:00", 120, "ab", modified=5000)


@pytest.fixture
def deliveries(client: "DynamoDBClient") -> DynamoDBDeliveries:
    return DynamoDBDeliveries(client, TABLE, retention_days=400, now=lambda: NOW)


def test_the_last_delivery_to_a_path_is_remembered(deliveries: DynamoDBDeliveries) -> None:
    deliveries.remember("north", "a@b:22", replace(STUDENTS, run_id="r1"))
    deliveries.remember("north", "a@b:22", STUDENTS)
    deliveries.remember("north", "a@b:22", replace(STUDENTS, path="f/x.csv", modified=None))

    assert deliveries.last("north", "a@b:22", "f/students.csv") == STUDENTS
    assert deliveries.last("north", "a@b:22", "f/none.csv") is None
    assert deliveries.last("south", "a@b:22", "f/students.csv") is None


def test_what_went_to_another_account_tells_nothing(deliveries: DynamoDBDeliveries) -> None:
    deliveries.remember("north", "a@b:22", STUDENTS)
    deliveries.record_collected("north", "a@b:22")

    assert deliveries.last("north", "a@c:22", "f/students.csv") is None
    assert deliveries.has_collected("north", "a@b:22")
    assert not deliveries.has_collected("north", "a@c:22")


def test_a_delivery_expires_and_what_was_learned_of_the_importer_does_not(
    client: "DynamoDBClient", deliveries: DynamoDBDeliveries
) -> None:
    deliveries.remember("north", "a@b:22", STUDENTS)
    deliveries.record_collected("north", "a@b:22")

    items = {item["sk"]["S"]: item for item in client.scan(TableName=TABLE)["Items"]}

    expires_at = int((NOW + dt.timedelta(days=400)).timestamp())
    assert items["f/students.csv"]["expires_at"] == {"N": str(expires_at)}
    assert "expires_at" not in items["IMPORTER"]


# Faults: moto never throttles and never has two transactions meet


def test_a_request_that_meets_another_of_the_same_instant_is_unavailable() -> None:
    client = _plain_client()
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "TransactionConflict"}]},
        )
        with pytest.raises(Unavailable):
            DynamoDBRuns(client, TABLE, retention_days=1).request(run("r1"))


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_passing_faults_are_unavailable(code: str) -> None:
    client = _plain_client()
    calls = {
        "get_item": [
            lambda: DynamoDBConnections(client, TABLE).get("north"),
            lambda: DynamoDBConnectionAccess(client, TABLE).access("north"),
            lambda: DynamoDBRuns(client, TABLE, retention_days=1).find("north", "r1"),
        ],
        "put_item": [
            lambda: DynamoDBConnections(client, TABLE).add(connection()),
            lambda: DynamoDBConnections(client, TABLE).replace(connection()),
            lambda: DynamoDBMappings(client, TABLE).save("north", mapping(1)),
            lambda: DynamoDBRuns(client, TABLE, retention_days=1).save(run("r1")),
        ],
        "query": [
            lambda: DynamoDBConnections(client, TABLE).all(),
            lambda: DynamoDBMappings(client, TABLE).latest("north"),
            lambda: DynamoDBRuns(client, TABLE, retention_days=1).newest("north", 1, None),
        ],
        "update_item": [lambda: DynamoDBConnections(client, TABLE).remove("north")],
    }
    for operation, uses in calls.items():
        for use in uses:
            with Stubber(client) as stub:
                stub.add_client_error(operation, code)
                with pytest.raises(Unavailable):
                    use()


def _plain_client() -> "DynamoDBClient":
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


# The audit, and the schedules with the time of their last change


def entry(seconds: int, action: str = "connection_changed") -> AuditEntry:
    return AuditEntry(
        at=NOW + dt.timedelta(seconds=seconds, microseconds=5),
        by="ada",
        action=action,
        changes=(Change("name", "North", None), Change("programs", [], ["enroll"])),
        request_id=f"request-{seconds}",
    )


def test_audit_entries_are_read_as_they_were_added_the_newest_first(
    client: "DynamoDBClient",
) -> None:
    audit = DynamoDBAudit(client, TABLE, retention_days=400)
    for seconds in (2, 1, 3):
        audit.add("north", entry(seconds))
    audit.add("south", entry(9))

    first, following = audit.newest("north", 2, None)
    second, end = audit.newest("north", 2, following)

    assert first + second == [entry(3), entry(2), entry(1)]
    assert end is None


def test_audit_entries_of_one_moment_do_not_replace_each_other(client: "DynamoDBClient") -> None:
    audit = DynamoDBAudit(client, TABLE, retention_days=400)
    for request_id in ("a", "b"):
        audit.add("north", replace(entry(1), request_id=request_id))

    assert len(audit.newest("north", 10, None)[0]) == 2


def test_audit_entries_expire_when_they_have_been_kept_long_enough(
    client: "DynamoDBClient",
) -> None:
    DynamoDBAudit(client, TABLE, retention_days=400).add("north", entry(0))

    (item,) = client.scan(TableName=TABLE)["Items"]
    assert int(item["expires_at"]["N"]) == int((NOW + dt.timedelta(days=400)).timestamp())


def test_schedules_are_listed_with_the_time_of_their_last_change(client: "DynamoDBClient") -> None:
    schedules = DynamoDBSchedules(client, TABLE)
    nightly = parse_schedule({"enabled": True, "time": "21:00"}, "America/Chicago")
    for name in ("south", "north"):
        schedules.put(name, nightly, NOW)

    assert schedules.all() == [SetSchedule(name, nightly, NOW) for name in ("north", "south")]
