"""The deletion of a connection through the real handlers: grace, taking back, and a purge that
leaves nothing, also if it is killed anywhere."""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import batched
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.adapters.dynamodb import connection_items
from registration_sync.adapters.dynamodb.registrations.registration_items import current_key
from registration_sync.adapters.dynamodb.registrations.registrations_table import (
    DynamoDBRegistrationsTable,
)
from registration_sync.bootstrap import aws_clients, configuration_function, export_function
from registration_sync.domain.access import Permission
from registration_sync.domain.connections.deletion import MIN_GRACE
from registration_sync.domain.connections.schedule import Schedule
from registration_sync.domain.errors import MarkerLost, Unavailable
from registration_sync.domain.registrations.batches import DueMark
from tests.functional.conftest import StartedExports, secret_names, stored_items
from tests.functional.support.deleted import ONE, delete, delete_and_purge, make_due, purge
from tests.functional.support.district import (
    CONNECTION,
    ENROLL,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import OPERATOR, STRANGER, VIEWER, api_event, program
from tests.functional.support.stored import State, all_stored, in_bucket, put_back, state, traces
from tests.functional.test_run_history import hold_lease
from tests.support.sftp_servers import AsyncSftpServer

NEIGHBOR = f"{NORTH}-2"
"""Another connection of the district, whose id begins with the same text."""

CANARIES = ("4711-canary", "Xaverinë", "8812-held", "9913-unknown", "7714-late")
KEPT = [f"connections/CONNECTIONS/{NORTH}"]


@pytest.fixture(autouse=True)
def server(
    tmp_path: Path, started: StartedExports, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AsyncSftpServer]:
    monkeypatch.setattr(connection_items, "SCHOOL_YEARS", range(2023, 2027))
    with AsyncSftpServer(tmp_path) as running:
        yield running


def fill(server: AsyncSftpServer) -> None:
    """A connection with everything that the service keeps, and another one."""
    set_up(server, example_students=["4711-canary"], private_key=None)
    other = CONNECTION | {"connection_id": NEIGHBOR, "delivery": "download"}
    assert call(configuration, "POST", "/connections", other)[0] == 201
    for one in (NORTH, NEIGHBOR):
        send(
            registration("4711-canary", "Xaverinë"),
            registration("8812-held", grade="none of the codes"),
            registration("9", year=2024),
            connection_id=one,
        )
    call(configuration, "PUT", f"{ONE}/mapping", MAPPING, connection_id=NEIGHBOR)
    schedule = {"enabled": True, "time": "21:00"}
    for one in (NORTH, NEIGHBOR):
        call(configuration, "PUT", f"{ONE}/schedule", schedule, connection_id=one)
    assert run_export()["status"] == "partial"
    run_export(dry_run=True)
    run_export(action="test_record", student_id="4711-canary")
    run_export(action="check")
    send(registration("4711-canary", "Xaverinë"))
    path = {"school_year": "2023", "student_id": "9913-unknown"}
    call(
        sync, "DELETE", f"{ONE}/registrations/{{school_year}}/{{student_id}}", claims=ENROLL, **path
    )
    # A slow sync has put a mark into a batch that is retired already.
    table = export_function.dependencies().table
    table.put_marks(NORTH, 2025, 1, [DueMark("7714-late")])
    for kind in ("exports", "check"):  # pending
        assert call(configuration, "POST", f"{ONE}/{kind}")[0] == 202


def of_connection(connection_id: str = NORTH) -> list[str]:
    """The paths of all that is kept of the connection, other than its audit entries, its access
    log, and the counts of checks: in tables, the bucket, secrets and schedules."""
    schedules = boto3.client("scheduler").list_schedules()["Schedules"]
    names = [*secret_names(), *(json.dumps(one, default=str) for one in schedules)]
    words = (f"/{connection_id}/", f"#{connection_id}/", f"#{connection_id}#", f'"{connection_id}"')
    kept = [*all_stored(), *names]
    ends = (f"/{connection_id}", f"#{connection_id}")
    found = [one for one in kept if any(word in one for word in words) or one.endswith(ends)]
    apart = (f"AUDIT#{connection_id}/", f"ACCESS#{connection_id}/", "/ATTEMPTS#")
    return sorted(one for one in found if not any(part in one for part in apart))


def of_neighbor() -> dict[str, bytes]:
    return {path: text for path, text in all_stored().items() if NEIGHBOR in path}


def connection_item() -> dict[str, Any]:
    (item,) = [
        item
        for item in stored_items()
        if item["pk"]["S"] == "CONNECTIONS" and item["sk"]["S"] == NORTH
    ]
    return item


def audited() -> list[dict[str, Any]]:
    return [item for item in stored_items() if item["pk"]["S"] == f"AUDIT#{NORTH}"]


def test_after_the_purge_nothing_is_left_and_other_connections_are_untouched(
    server: AsyncSftpServer,
) -> None:
    fill(server)
    server_files = sorted(path.name for path in server.root.rglob("*") if path.is_file())
    before = of_neighbor()
    prefixes = {path.split("/")[1].partition("#")[0] for path in of_connection()}
    assert {"CURRENT", "BATCH", "MARKER", "WITNESS", "LEDGER", "RUNS", "MAPPING"} <= prefixes
    assert {"LAST", "SCHEDULES", "REQUESTED", "DELIVERED", "CHECKS"} <= prefixes
    assert in_bucket(f"{NORTH}/")
    assert in_bucket(f"dry_runs/{NORTH}/")

    delete()
    record = purge()

    assert record["status"] == "purged"
    assert of_connection() == KEPT
    assert not [path for path in traces(*CANARIES) if NEIGHBOR not in path]
    assert connection_item().keys() == {"pk", "sk", "removed", "district", "purged"}
    assert of_neighbor() == before
    assert secret_names() == []
    assert {name: record["purged"][name] for name in ("snapshots", "marks")} == {
        "snapshots": 4,
        "marks": 3,
    }
    assert sorted(path.name for path in server.root.rglob("*") if path.is_file()) == server_files


def test_the_record_of_a_purge_has_counts_and_no_student(server: AsyncSftpServer) -> None:
    fill(server)

    delete_and_purge()

    (entry,) = [item for item in audited() if item["action"]["S"] == "connection_purged"]
    changes = {one["field"]: one["from"] for one in json.loads(entry["changes"]["S"])}
    assert entry["by"]["S"] == "ada"
    assert changes == purge()["purged"]
    assert all(changes.values())
    assert not any(name in json.dumps(audited()) for name in CANARIES)


class Killed(BaseException):
    """The process ends: no code of ours handles this."""


def kill_after(number: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Ends the process right after this write to AWS."""
    make_api_call, counted = BaseClient._make_api_call, {"writes": 0}

    def counting(client: BaseClient, operation: str, given: dict[str, Any]) -> Any:
        answer = make_api_call(client, operation, given)
        if not operation.startswith(("Get", "Query", "List")):
            counted["writes"] += 1
            if counted["writes"] == number:
                raise Killed
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", counting)
    return counted


def test_a_purge_that_is_killed_at_any_step_is_completed_by_the_next(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_items, "SCHOOL_YEARS", range(2025, 2026))
    set_up(server)
    send(registration("4711-canary"), registration("8812-held", grade="none of the codes"))
    run_export()
    delete()
    start, number = state(), 0

    while True:
        number += 1
        with monkeypatch.context() as patch:
            counted = kill_after(number, patch)
            with contextlib.suppress(Killed):
                purge()
        if counted["writes"] < number:
            break
        release_lease()
        assert purge()["status"] == "purged", number
        assert of_connection() == KEPT, number
        assert [item["action"]["S"] for item in audited()].count("connection_purged") == 1, number
        put_back(start)

    assert number > 20


def release_lease() -> None:
    """Time passes until the lease of a killed invocation has expired."""
    key = {"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}}
    client = boto3.client("dynamodb")
    if "Item" in client.get_item(TableName="registrations", Key=key):
        client.update_item(
            TableName="registrations",
            Key=key,
            UpdateExpression="REMOVE lease_token, lease_run, lease_expires, lease_since",
        )


def test_a_large_purge_makes_progress_in_each_short_invocation(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration("1"))
    put_many(5_000)
    delete()
    monkeypatch.setattr(connection_items, "PAGE_ITEMS", 50)

    done = []
    while (record := purge(seconds=1))["status"] == "purging":
        done.append(sum(record["purged"].values()))

    assert record["status"] == "purged"
    assert record["purged"]["snapshots"] == 5_001
    assert done[2:8] == sorted({*done[2:8]})
    assert len(done) > 10
    assert of_connection() == KEPT


def put_many(count: int) -> None:
    """Copies of the one snapshot."""
    client = boto3.client("dynamodb")
    (one,) = [item for item in stored_items("registrations") if "CURRENT#" in item["pk"]["S"]]
    for numbers in batched(range(count), 25):
        requests = [
            {"PutRequest": {"Item": {**one, **current_key(NORTH, 2025, f"many-{number}")}}}
            for number in numbers
        ]
        client.batch_write_item(RequestItems={"registrations": requests})


# Grace, and taking back


def test_a_connection_being_deleted_shows_when_and_by_whom(server: AsyncSftpServer) -> None:
    set_up(server)
    now = dt.datetime.now(dt.UTC)

    assert call(configuration, "DELETE", ONE) == (204, None)

    _, shown = call(configuration, "GET", ONE)
    at = dt.datetime.fromisoformat(shown["deletion"]["purge_at"])
    assert shown["deletion"]["requested_by"] == "ada"
    assert dt.timedelta(days=7, minutes=-1) < at - now < dt.timedelta(days=7, minutes=1)
    for path in ("/connections", "/overview"):
        (listed,) = call(configuration, "GET", path)[1]["items"]
        assert listed["deletion"] == shown["deletion"]
    schedule = purge_schedule()
    assert schedule["ScheduleExpression"] == "rate(15 minutes)"
    assert abs(schedule["StartDate"].timestamp() - at.timestamp()) < 2
    assert json.loads(schedule["Target"]["Input"]) == {"action": "purge", "connection_id": NORTH}


def purge_schedule() -> Any:
    return boto3.client("scheduler").get_schedule(GroupName="stack-exports", Name=f"{NORTH}.purge")


def request_deletion(days: str, **claims: Any) -> int:
    query = {"grace_days": days}
    event = api_event(
        "DELETE", ONE, claims=claims.get("claims", OPERATOR), query=query, connection_id=NORTH
    )
    return int(configuration.handler(event, context())["statusCode"])


def test_a_deletion_without_grace_waits_until_nothing_in_flight_can_write(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    now = dt.datetime.now(dt.UTC)

    assert request_deletion("0") == 204

    found = configuration_function.dependencies().deletions.find(NORTH)
    assert found
    assert found.purge_at - now >= MIN_GRACE
    before = state()
    assert purge()["status"] == "being_deleted"
    assert state() == before


@pytest.mark.parametrize("days", ["31", "-1", "x", "1.5", "", " ", "²", "9" * 5000])
def test_an_impossible_grace_time_deletes_nothing(server: AsyncSftpServer, days: str) -> None:
    set_up(server)
    before = state()

    status = request_deletion(days)

    assert status == 400
    assert state() == before


def test_while_a_connection_is_deleted_only_reads_are_answered(server: AsyncSftpServer) -> None:
    fill(server)
    call(configuration, "DELETE", ONE)
    before = state()

    path = {"connection_id": NORTH, "school_year": "2025", "student_id": "9"}
    path |= {
        "run_id": "20260302T210000Z-0001",
        "version": "1",
        "name": "x",
        "email": "ada@x.example",
    }
    answers = [
        app.handler(api_event(route.method, route.resource, claims=OPERATOR, **path), context())
        for app in (configuration, sync)
        for route in app.ROUTES
        if "{connection_id}" in route.resource
        and route.method != "GET"
        and route.permission is not Permission.READ
        and not route.while_deleted
    ]

    assert len(answers) > 10
    assert {one["statusCode"] for one in answers} == {409}
    assert {json.loads(one["body"])["error"]["code"] for one in answers} == {"being_deleted"}
    assert state() == before


def test_no_run_begins_while_a_connection_is_deleted(server: AsyncSftpServer) -> None:
    fill(server)
    call(configuration, "DELETE", ONE)
    before = state()
    scheduled = {"trigger": "schedule", "scheduled_time": "2026-11-23T03:00:00Z"}

    assert run_export()["error"]["code"] == "being_deleted"
    assert run_export(action="check")["error"]["code"] == "being_deleted"
    by_schedule = export.handler({"connection_id": NORTH, **scheduled}, context())

    assert by_schedule["status"] == "cancelled"
    assert state() == before


def test_a_deletion_that_is_taken_back_has_changed_nothing(server: AsyncSftpServer) -> None:
    fill(server)
    before = without_audit()
    call(configuration, "DELETE", ONE)

    status, shown = call(configuration, "POST", f"{ONE}/restore")

    assert status == 200
    assert "deletion" not in shown
    assert without_audit() == before
    actions = [item["action"]["S"] for item in audited()]
    assert actions[-2:] == ["connection_deleted", "deletion_taken_back"]
    schedules = boto3.client("scheduler").list_schedules()["Schedules"]
    assert {one["Name"] for one in schedules} == {NORTH, NEIGHBOR}
    assert purge()["status"] == "in_use"
    assert send(registration("1"))[0] == 200
    assert call(configuration, "POST", f"{ONE}/restore")[0] == 200
    assert [item["action"]["S"] for item in audited()] == actions


def without_audit() -> State:
    tables, files = state()
    kept = {
        table: [item for item in items if not item["pk"]["S"].startswith(("AUDIT#", "ACCESS#"))]
        for table, items in tables.items()
    }
    return kept, files


def test_a_deletion_that_is_taken_back_at_the_last_moment_is_not_purged(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server)
    before = without_audit()
    delete()
    deletions = configuration_function.dependencies().deletions
    found = type(deletions).find

    def taken_back_after(self: Any, connection_id: str) -> Any:
        seen = found(self, connection_id)
        deletions.take_back(connection_id)
        return seen

    monkeypatch.setattr(type(deletions), "find", taken_back_after)
    purge()

    assert without_audit() == before


def test_a_purge_that_has_begun_cannot_be_taken_back(server: AsyncSftpServer) -> None:
    fill(server)
    delete()
    assert purge(seconds=1)["status"] == "purging"

    assert call(configuration, "POST", f"{ONE}/restore")[0] == 404
    assert call(configuration, "DELETE", ONE)[0] == 404
    assert call(configuration, "GET", "/connections")[1]["items"][0]["connection_id"] == NEIGHBOR
    assert send(registration("1"))[0] == 403


class FailingSchedule:
    """EventBridge Scheduler is unavailable."""

    def start_purge(self, *_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")


def test_a_deletion_whose_schedule_is_not_set_changes_nothing(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    before = state()
    parts = replace(configuration_function.dependencies(), purge_schedule=FailingSchedule())
    monkeypatch.setattr(configuration_function, "dependencies", lambda: parts)

    assert call(configuration, "DELETE", ONE)[0] == 503
    assert state() == before


# What is in flight


def test_a_sync_that_was_accepted_before_the_deletion_leaves_nothing(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    put_current = DynamoDBRegistrationsTable.put_current

    def deleted_meanwhile(self: Any, *given: Any) -> Any:
        assert request_deletion("0") == 204
        assert purge()["status"] == "being_deleted"
        return put_current(self, *given)

    monkeypatch.setattr(DynamoDBRegistrationsTable, "put_current", deleted_meanwhile)
    assert send(registration("4711-canary"))[0] == 200

    assert send(registration("4711-canary"))[0] == 409
    make_due()
    assert purge()["status"] == "purged"
    assert send(registration("4711-canary"))[0] == 403
    assert of_connection() == KEPT
    assert traces("4711-canary") == []


def test_a_run_of_the_connection_holds_back_its_purge(server: AsyncSftpServer) -> None:
    fill(server)
    delete()
    hold_lease("20260302T210000Z-0001", 60)
    before = all_stored()

    assert purge()["status"] == "purging"
    assert before.keys() == all_stored().keys()

    release_lease()
    assert purge()["status"] == "purged"


def test_a_pending_run_of_a_purged_connection_stores_nothing(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    fill(server)
    event = started.events[-1]
    delete_and_purge()

    assert export.handler(event, context())["error"]["code"] == "not_found"
    assert of_connection() == KEPT


# A connection with the same id


def test_the_id_of_a_deleted_connection_is_free_for_its_district_after_the_purge(
    server: AsyncSftpServer,
) -> None:
    fill(server)

    def create(district: str, claims: dict[str, str] = OPERATOR) -> int:
        body = CONNECTION | {"delivery": "download", "district": district}
        return call(configuration, "POST", "/connections", body, claims=claims)[0]

    delete()
    assert create("north") == 409
    purge(seconds=1)
    assert create("north") == 409
    purge()
    assert create("south", STRANGER) == 409
    assert create("north") == 201

    assert call(configuration, "GET", f"{ONE}/exports")[1] == {"items": [], "next": None}
    assert call(configuration, "GET", f"{ONE}/status")[1]["years"] == []
    assert call(configuration, "GET", f"{ONE}/mapping")[0] == 404
    assert purge()["status"] == "in_use"
    assert send(registration("1"))[0] == 200


# Who may, and operators


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        (VIEWER, 403),
        (STRANGER, 403),
        (ENROLL, 403),
        (program("enroll", "sync/configuration.write"), 204),
        (OPERATOR, 204),
    ],
)
def test_who_configures_a_connection_may_delete_it_and_take_that_back(
    server: AsyncSftpServer, claims: dict[str, str], status: int
) -> None:
    set_up(server)

    assert call(configuration, "DELETE", ONE, claims=claims)[0] == status
    restored = call(configuration, "POST", f"{ONE}/restore", claims=claims)[0]
    assert restored == (200 if status == 204 else 403)


def test_a_connection_that_an_older_version_deleted_is_purged_for_an_operator(
    server: AsyncSftpServer,
) -> None:
    fill(server)
    configuration_function.dependencies().connections.remove(NORTH)

    assert listed()[NORTH]["status"] == "not_purged"
    assert purge()["status"] == "not_purged"
    assert purge(operator="arn:olga")["status"] == "purged"

    assert of_connection() == KEPT
    assert listed()[NORTH] == purge()
    assert listed()[NORTH]["requested_by"] == "arn:olga"
    assert listed()[NEIGHBOR] == {"connection_id": NEIGHBOR, "status": "in_use"}


def listed() -> dict[str, Any]:
    event = {"action": "list_deletions", "district": "north"}
    return {one["connection_id"]: one for one in export.handler(event, context())["items"]}


def test_an_operator_purges_no_connection_in_use(server: AsyncSftpServer) -> None:
    set_up(server)
    before = state()

    assert purge(operator="olga")["error"]["code"] == "conflict"
    assert purge("nowhere", operator="olga")["error"]["code"] == "not_found"
    assert purge(operator="olga", dry_run=True)["error"]["problems"][0]["path"] == "dry_run"
    assert export.handler({"action": "list_deletions"}, context())["error"]["code"] == (
        "invalid_request"
    )
    assert state() == before


def test_a_lost_marker_stops_the_purge_until_it_is_rebuilt(server: AsyncSftpServer) -> None:
    fill(server)
    delete()
    key = {"pk": {"S": f"MARKER#{NORTH}"}, "sk": {"S": "MARKER"}}
    aws_clients.dynamodb().delete_item(TableName="registrations", Key=key)

    with pytest.raises(MarkerLost):
        purge()

    assert traces("7714-late")
    rebuilt = export.handler({"action": "rebuild_marker", "connection_id": NORTH}, context())
    assert "error" not in rebuilt
    assert purge()["status"] == "purged"
    assert of_connection() == KEPT


def test_an_overdue_export_of_a_connection_being_deleted_is_not_reported(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    schedules = configuration_function.dependencies().schedules
    weeks_ago = dt.datetime.now(dt.UTC) - dt.timedelta(weeks=2)
    schedules.put(NORTH, Schedule(enabled=True, time="00:00", time_zone="UTC"), weeks_ago)

    assert configuration.handler({"action": "watch_schedules"}, None)["overdue"] == [NORTH]
    call(configuration, "DELETE", ONE)
    assert configuration.handler({"action": "watch_schedules"}, None)["overdue"] == []
    (listed,) = call(configuration, "GET", "/overview")[1]["items"]
    assert (listed["overdue"], listed["scheduled"], listed["next_export"]) == (False, False, None)
