"""Guards before sending: findings, deliveries that await confirmation, and files that the importer
did not collect; with real handlers and a real SFTP server."""

import copy
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from registration_sync.bootstrap import aws_clients, export_function
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import Run
from registration_sync.domain.runs.uploads import DELIVERIES_TO_LEARN
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import STRANGER, VIEWER, api_event, person, program
from tests.support.sftp_servers import AsyncSftpServer

EXPORTS = "/connections/{connection_id}/exports"
ONE_RUN = f"{EXPORTS}/{{run_id}}"
FILE = "SISData/exports/2025/students.csv"
HOLD_UNMATCHED = {"unmatched": {"action": "hold", "count": 0}}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def mapping_keeping_unmatched() -> dict[str, Any]:
    """A mapping that sends grades without a code unchanged."""
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["fields"][2]["unmatched"] = "keep"
    return mapping


def export_to_confirm(server: AsyncSftpServer, **changes: Any) -> dict[str, Any]:
    """Exports one student whose grade has no code; the run awaits confirmation."""
    set_up(server, mapping_keeping_unmatched(), guards=HOLD_UNMATCHED, **changes)
    send(registration("007", grade="PK"))
    run = run_export()
    assert run["status"] == "awaiting_confirmation", run
    return run


def confirm(run: dict[str, Any], **claims: Any) -> tuple[int, Any]:
    return call(configuration, "POST", f"{ONE_RUN}/confirm", run_id=run["run_id"], **claims)


def cancel(run: dict[str, Any]) -> tuple[int, Any]:
    return call(configuration, "POST", f"{ONE_RUN}/cancel", run_id=run["run_id"])


def read(run: dict[str, Any]) -> dict[str, Any]:
    status, record = call(configuration, "GET", ONE_RUN, run_id=run["run_id"])
    assert status == 200, record
    shown: dict[str, Any] = record
    return shown


def resume(run: dict[str, Any]) -> dict[str, Any]:
    """Runs the export function as the confirmation starts it."""
    return run_export(run_id=run["run_id"], trigger="manual", requested_by=run["requested_by"])


def findings(run: dict[str, Any]) -> list[tuple[str, str]]:
    found = [finding for year in run["years"] for finding in year["findings"]]
    return [(finding["guard"], finding["action"]) for finding in found]


def files(server: AsyncSftpServer) -> dict[str, str]:
    return {
        path.relative_to(server.root).as_posix(): path.read_bytes().decode()
        for path in server.root.rglob("*")
        if path.is_file()
    }


def ids(server: AsyncSftpServer) -> list[str]:
    lines = files(server).get(FILE, "").splitlines()
    return [line.partition(",")[0] for line in lines[1:]]


def marker() -> dict[str, Any]:
    (item,) = [item for item in stored_items("registrations") if item["sk"] == {"S": "MARKER"}]
    return {name: value["N"] for name, value in item.items() if name.startswith("exported")}


def collect(server: AsyncSftpServer) -> None:
    """Collects the files, as the importer does."""
    (server.root / FILE).unlink()


def delete_runs() -> None:
    for item in stored_items("connections"):
        if item["pk"]["S"].startswith("RUNS#"):
            key = {"pk": item["pk"], "sk": item["sk"]}
            boto3.client("dynamodb").delete_item(TableName="connections", Key=key)


# Findings


@pytest.mark.usefixtures("started")
def test_an_unusual_row_count_warns_from_the_sixth_export_on(
    server: AsyncSftpServer,
) -> None:
    row_count = {"action": "warn", "percent": 50, "at_least": 2}
    set_up(server, guards={"row_count": row_count}, importer="leaves")
    for number in range(6):
        send(registration(f"{number}"), registration("same"))
        assert findings(run_export()) == []
    send(*[registration(f"new-{number}") for number in range(5)])
    delete_runs()  # as after a long summer

    dry, run = run_export(dry_run=True), run_export()

    assert findings(dry) == findings(run) == [("row_count", "warn")]
    (year,) = run["years"]
    assert year["status"] == "succeeded"
    assert year["warnings"] == [year["findings"][0]["message"]]
    assert "students.csv has 5 rows; usually it has about 2" in year["warnings"][0]


@pytest.mark.usefixtures("started")
def test_row_counts_are_compared_by_the_file_name_in_the_mapping_also_in_a_package(
    server: AsyncSftpServer,
) -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["name"] = "students-{date}-{time}"
    mapping["package"] = {"name": "sis-{time}"}
    row_count = {"action": "warn", "percent": 50, "at_least": 2}
    set_up(server, mapping, guards={"row_count": row_count})
    for _ in range(5):
        send(registration("same"))
        run_export()
    send(*[registration(f"{number}") for number in range(5)])

    run = run_export()

    (year,) = run["years"]
    assert [finding["file"] for finding in year["findings"]] == ["students-{date}-{time}.csv"]


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(("grades", "found"), [("KKKKK", 1), ("1K1K1", 0)])
def test_a_missing_file_is_unusual_unless_it_is_often_missing(
    server: AsyncSftpServer, grades: str, found: int
) -> None:
    mapping = copy.deepcopy(MAPPING)
    small = {"name": "small", "where": [{"field": "students.grade", "equals": "K"}]}
    mapping["files"].append(mapping["files"][0] | small)
    row_count = {"action": "warn", "percent": 50, "at_least": 1}
    set_up(server, mapping, guards={"row_count": row_count}, importer="leaves")
    for grade in grades:
        send(registration(grade=grade))
        assert findings(run_export()) == []
    send(registration(grade="1"))

    run = run_export()

    assert findings(run) == [("row_count", "warn")] * found
    assert ("small.csv has 0 rows; usually it has about 1." in str(run["years"])) == bool(found)


@pytest.mark.usefixtures("started")
def test_a_full_run_is_not_compared_with_runs_of_changes(
    server: AsyncSftpServer,
) -> None:
    row_count = {"action": "hold", "percent": 50, "at_least": 1}
    set_up(server, guards={"row_count": row_count}, importer="leaves")
    for number in range(5):
        send(registration(f"{number}"))
        run_export()

    assert run_export(contents="all", school_years=[2025])["status"] == "succeeded"


@pytest.mark.usefixtures("started")
def test_a_mostly_blank_required_column_holds_the_whole_year(
    server: AsyncSftpServer,
) -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["fields"][1]["required"] = True
    guard = {"action": "hold", "percent": 50, "at_least": 2}
    set_up(server, mapping, guards={"blank_required": guard})
    send(registration("1", ""), registration("2", ""), registration("3", "Ann"))

    run = run_export()

    assert (run["status"], findings(run)) == ("awaiting_confirmation", [("blank_required", "hold")])
    assert "First in students.csv is required, and blank for 2 of 3" in str(run["years"][0])
    assert run["years"][0]["held_count"] == 2
    assert files(server) == {}


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("action", ["warn", "hold", "off"])
def test_a_column_that_was_filled_and_is_now_blank_is_found(
    action: str, server: AsyncSftpServer
) -> None:
    set_up(server, guards={"blank_column": {"action": action}}, importer="leaves")
    send(*[registration(f"{number}") for number in range(12)])
    assert findings(run_export()) == []
    send(registration("0", ""))
    assert findings(run_export()) == []  # a single row shows nothing
    send(*[registration(f"{number}", "" if number else "Ann") for number in range(12)])

    runs = [run_export(dry_run=True), run_export()]

    expected = [] if action == "off" else [("blank_column", action)]
    assert [findings(run) for run in runs] == [expected, expected]
    assert runs[1]["status"] == ("awaiting_confirmation" if action == "hold" else "succeeded")
    sentence = "First in students.csv is blank in 11 of 12 rows; in earlier exports most rows had"
    assert (sentence in str(runs[1]["years"])) == (action != "off")


@pytest.mark.usefixtures("started")
def test_a_mistyped_field_is_found_in_the_preview_and_the_run_of_a_few_students(
    server: AsyncSftpServer,
) -> None:
    """A column that is not required, and neither many rows nor a large share of them."""
    set_up(server, importer="leaves")
    send(*[registration(f"{number}", "" if number % 2 else "Ann") for number in range(8)])
    assert findings(run_export()) == []
    mistyped = copy.deepcopy(MAPPING)
    mistyped["files"][0]["fields"][1]["from"] = "students.fnam"
    saved = call(configuration, "PUT", "/connections/{connection_id}/mapping", mistyped)
    assert saved[0] in {200, 201}, saved
    send(*[registration(f"{number}", "Ann") for number in range(8)])

    runs = [run_export(dry_run=True), run_export()]

    assert [findings(run) for run in runs] == [[("blank_column", "warn")]] * 2
    sentence = (
        "First in students.csv is blank in all 8 rows; in earlier exports 50% of the rows had"
    )
    assert all(sentence in str(run["years"][0]["warnings"]) for run in runs)


@pytest.mark.usefixtures("started")
def test_a_year_with_only_held_students_awaits_no_confirmation(server: AsyncSftpServer) -> None:
    mapping = copy.deepcopy(MAPPING)
    mapping["files"][0]["fields"][1]["required"] = True
    guard = {"action": "hold", "percent": 50, "at_least": 1}
    set_up(server, mapping, guards={"blank_required": guard})
    send(registration("1", ""))

    run = run_export()

    assert (run["status"], findings(run)) == ("partial", [("blank_required", "hold")])


@pytest.mark.usefixtures("started")
def test_a_dry_run_reports_that_an_export_would_await_confirmation(
    server: AsyncSftpServer,
) -> None:
    set_up(server, mapping_keeping_unmatched(), guards=HOLD_UNMATCHED)
    send(registration("007", grade="PK"))

    run = run_export(dry_run=True)

    assert (run["status"], findings(run)) == ("succeeded", [("unmatched", "hold")])
    assert run["years"][0]["warnings"][-1] == "An export now would need approval."
    assert run["finished_at"]


# Confirmation


@pytest.mark.usefixtures("started")
def test_a_delivery_that_awaits_confirmation_is_neither_archived_nor_sent_and_students_stay_due(
    server: AsyncSftpServer,
) -> None:
    run = export_to_confirm(server)

    (year,) = run["years"]
    assert (year["status"], year["rows"], year["files"]) == ("awaiting_confirmation", 0, [])
    assert run["finished_at"] is None
    assert read(run) == run
    assert files(server) == {}
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="archive")
    assert marker() == {"exported_2025": "0"}


@pytest.mark.usefixtures("started")
def test_the_history_finds_a_run_that_awaits_confirmation(server: AsyncSftpServer) -> None:
    run = export_to_confirm(server)
    query = {"status": "awaiting_confirmation"}

    event = api_event("GET", EXPORTS, claims=VIEWER, query=query, connection_id=NORTH)
    page = json.loads(configuration.handler(event, context())["body"])

    assert [item["run_id"] for item in page["items"]] == [run["run_id"]]


def test_a_confirmed_run_delivers_the_students_then_due(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    run = export_to_confirm(server)
    send(registration("1e5"))

    read_times = read(run)
    assert confirm(run) == (202, {"run_id": run["run_id"]})
    assert read(run)["status"] == "pending"
    assert [event["run_id"] for event in started.events] == [run["run_id"]]
    _, audit = call(configuration, "GET", "/connections/{connection_id}/audit")
    assert (audit["items"][0]["by"], audit["items"][0]["action"]) == ("ada", "export_confirmed")
    after = resume(run)

    assert (after["run_id"], after["status"]) == (run["run_id"], "succeeded")
    assert (after["confirmed_by"], after["trigger"]) == ("ada", run["trigger"])
    shown = read(run)
    assert shown["first_started_at"] == read_times["started_at"]
    assert shown["first_started_at"] <= shown["confirmed_at"] <= shown["started_at"]
    assert ids(server) == ["007", "1e5"]
    assert findings(after) == [("unmatched", "hold")]
    assert "Safety checks overridden by ada." in after["years"][0]["warnings"]
    assert confirm(run)[0] == 409
    assert run_export()["status"] == "nothing_to_export"


@pytest.mark.parametrize(
    "claims",
    [
        VIEWER,
        person("limited-access", "operators"),
        program("enroll", "sync/exports.run", "sync/read", "sync/registrations.write"),
    ],
)
def test_a_caller_who_may_not_override_guards_confirms_no_run(
    claims: dict[str, str], server: AsyncSftpServer, started: StartedExports
) -> None:
    run = export_to_confirm(server)

    for options in ({"override_guards": True}, {"override_held": True}):
        assert call(configuration, "POST", EXPORTS, options, claims=claims)[0] == 403
    status, answer = confirm(run, claims=claims)

    assert (status, answer["error"]["code"]) == (403, "access_denied")
    assert read(run) == run
    assert started.events == []
    assert files(server) == {}


@pytest.mark.usefixtures("started")
def test_a_confirmed_run_keeps_the_deliveries_of_its_other_years(server: AsyncSftpServer) -> None:
    set_up(server, mapping_keeping_unmatched(), guards=HOLD_UNMATCHED)
    send(registration("1", year=2024), registration("2", grade="PK", year=2025))
    run = run_export()
    assert [year["status"] for year in run["years"]] == ["succeeded", "awaiting_confirmation"]
    send(registration("3", year=2024))
    confirm(run)

    after = resume(run)

    assert [year["status"] for year in after["years"]] == ["succeeded", "succeeded"]
    assert after["years"][0] == run["years"][0]
    assert after["status"] == "succeeded"
    assert files(server)["SISData/exports/2024/students.csv"].splitlines()[1] == "1,Ann,0"
    assert run_export()["years"][0]["rows"] == 1


@pytest.mark.usefixtures("started")
def test_a_confirmed_run_that_fails_leaves_students_due_and_no_year_waiting(
    server: AsyncSftpServer,
) -> None:
    run = export_to_confirm(server)
    confirm(run)
    server.faults.forbidden.add("open")

    after = resume(run)

    assert (after["status"], after["years"][0]["status"]) == ("failed", "failed")
    assert after["confirmed_by"] == "ada"
    assert marker() == {"exported_2025": "0"}


def confirmed_and_disconnected(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """A confirmed run whose server loses each connection at `open` from now on."""
    set_up(server, mapping_keeping_unmatched(), guards=HOLD_UNMATCHED)
    send(registration("007", grade="PK"))
    run = run_export(trigger="manual")
    confirm(run)
    deps = export_function.dependencies()
    hasty = replace(deps, pause=lambda _: None)
    monkeypatch.setattr(export_function, "dependencies", lambda: hasty)
    server.faults.drop_before.add("open")
    return run


@pytest.mark.usefixtures("started")
def test_a_confirmed_run_with_a_transient_error_is_retried_as_confirmed(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = confirmed_and_disconnected(server, monkeypatch)

    with pytest.raises(Unavailable):
        resume(run)
    assert marker() == {"exported_2025": "0"}
    server.faults.drop_before.clear()
    after = resume(run)

    assert (after["status"], after["confirmed_by"], ids(server)) == ("succeeded", "ada", ["007"])


def kill_on_save(
    run: dict[str, Any], monkeypatch: pytest.MonkeyPatch, which: Callable[[Run], bool]
) -> None:
    """Resumes the run, and kills it before it stores its first record of this kind."""
    save = type(export_function.dependencies().runs).save

    def kill(self: Any, record: Run) -> None:
        if which(record):
            raise SystemExit
        save(self, record)

    with monkeypatch.context() as during:
        during.setattr(type(export_function.dependencies().runs), "save", kill)
        with pytest.raises(SystemExit):
            resume(run)


@pytest.mark.usefixtures("started")
def test_a_confirmed_run_interrupted_after_a_transient_error_still_sends(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = confirmed_and_disconnected(server, monkeypatch)
    kill_on_save(run, monkeypatch, lambda record: bool(record.next_attempt_by))
    server.faults.drop_before.clear()

    after = resume(run)

    assert (after["status"], ids(server)) == ("succeeded", ["007"])


@pytest.mark.usefixtures("started")
def test_a_waiting_run_of_an_older_version_can_be_confirmed(server: AsyncSftpServer) -> None:
    run = export_to_confirm(server)

    key = {"pk": {"S": f"RUNS#{NORTH}"}, "sk": {"S": run["run_id"]}}
    item = aws_clients.dynamodb().get_item(TableName="connections", Key=key)["Item"]
    record = json.loads(zlib.decompress(item["record"]["B"][1:]))
    record["years"] = [{**year, "row_counts": []} for year in record["years"]]
    stored = b"Z" + zlib.compress(json.dumps(record).encode())
    aws_clients.dynamodb().put_item(TableName="connections", Item={**item, "record": {"B": stored}})
    confirm(run)

    assert (resume(run)["status"], ids(server)) == ("succeeded", ["007"])


@pytest.mark.usefixtures("started")
def test_a_confirmed_run_interrupted_after_sending_sends_nothing_unconfirmed(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = export_to_confirm(server)
    confirm(run)
    kill_on_save(run, monkeypatch, lambda record: bool(record.finished))
    send(registration("8", grade="PK", year=2024))

    after = resume(run)

    assert [year["school_year"] for year in after["years"]] == [2025]
    assert (after["status"], ids(server)) == ("succeeded", ["007"])
    assert run_export()["status"] == "awaiting_confirmation"


@pytest.mark.usefixtures("started")
def test_a_second_event_of_a_waiting_run_does_nothing(server: AsyncSftpServer) -> None:
    run = export_to_confirm(server)

    assert run_export(run_id=run["run_id"]) == run
    assert read(run)["status"] == "awaiting_confirmation"


@pytest.mark.usefixtures("started")
def test_a_scheduled_run_can_be_confirmed_while_the_schedule_is_paused(
    server: AsyncSftpServer,
) -> None:
    set_up(server, mapping_keeping_unmatched(), guards=HOLD_UNMATCHED)
    send(registration("007", grade="PK"))
    night = {"trigger": "schedule", "scheduled_time": "2026-03-03T03:00:00Z"}
    run = run_export(**night)
    pause = [{"from": "2026-01-01", "to": "2099-01-01"}]
    schedule = {"enabled": True, "time": "21:00", "pauses": pause}
    call(configuration, "PUT", "/connections/{connection_id}/schedule", schedule)
    confirm(run)

    after = resume(run)

    assert (run["status"], after["status"]) == ("awaiting_confirmation", "succeeded")
    assert (after["trigger"], ids(server)) == ("schedule", ["007"])


@pytest.mark.usefixtures("started")
def test_the_next_export_supersedes_a_waiting_run_and_is_named_in_it(
    server: AsyncSftpServer,
) -> None:
    run = export_to_confirm(server)

    later = run_export()

    before = read(run)
    assert (before["status"], before["years"][0]["status"]) == ("cancelled", "cancelled")
    assert later["run_id"] in before["message"]
    assert before["finished_at"]
    assert later["status"] == "awaiting_confirmation"
    assert confirm(run)[0] == 409
    assert confirm(later)[0] == 202


@pytest.mark.usefixtures("started")
def test_a_cancelled_waiting_run_leaves_its_students_due(server: AsyncSftpServer) -> None:
    run = export_to_confirm(server)

    status, cancelled = cancel(run)

    assert (status, cancelled["status"]) == (200, "cancelled")
    assert cancelled["years"][0]["status"] == "cancelled"
    assert read(run) == cancelled
    assert confirm(run)[0] == 409
    assert run_export(override_guards=True)["status"] == "succeeded"
    assert ids(server) == ["007"]


def test_a_waiting_run_does_not_block_a_request(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    run = export_to_confirm(server)

    status, asked = call(configuration, "POST", EXPORTS, {})
    assert status == 202, asked
    assert confirm(run) == (409, confirm(run)[1])
    assert confirm(run)[1]["run_id"] == asked["run_id"]

    run_export(run_id=asked["run_id"], trigger="manual")
    assert read(run)["status"] == "cancelled"
    assert [event["run_id"] for event in started.events] == [asked["run_id"]]


def test_a_confirmation_that_cannot_start_leaves_the_run_waiting(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    run = export_to_confirm(server)
    started.fails = True
    assert confirm(run)[0] == 503
    assert read(run) == run
    started.fails = False

    assert confirm(run)[0] == 202


@pytest.mark.usefixtures("started")
def test_only_a_waiting_run_can_be_confirmed_and_only_by_its_district(
    server: AsyncSftpServer,
) -> None:
    run = export_to_confirm(server)

    assert confirm(run, claims=STRANGER)[0] == 403
    assert confirm({"run_id": "none"})[0] == 404
    cancel(run)
    status, answer = confirm(run)
    assert (status, "its status is cancelled" in answer["error"]["message"]) == (409, True)


def test_full_access_may_override_the_guards_and_the_run_names_the_caller(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server, mapping_keeping_unmatched(), guards=HOLD_UNMATCHED)
    send(registration("007", grade="PK"))
    options = {"override_guards": True}
    assert call(configuration, "POST", EXPORTS, options, claims=VIEWER)[0] == 403
    assert call(configuration, "POST", EXPORTS, options)[0] == 202
    assert started.runs[0].request.override_guards

    run = run_export(**options, requested_by="olga")

    assert (run["status"], run["override_guards"]) == ("succeeded", True)
    assert run["years"][0]["warnings"][-1] == "Safety checks overridden by olga."


@pytest.mark.usefixtures("started")
def test_a_download_awaits_confirmation_before_its_files_exist(server: AsyncSftpServer) -> None:
    run = export_to_confirm(server, delivery="download")
    confirm(run)

    after = resume(run)

    assert (after["status"], after["years"][0]["rows"]) == ("succeeded", 1)
    assert server.sign_ins == []


# Uncollected files


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("in_place", [False, True])
def test_a_file_left_by_an_importer_that_removes_warns_with_the_earlier_run(
    server: AsyncSftpServer, in_place: bool
) -> None:
    if in_place:
        server.faults.unsupported |= {"rename", "posix_rename"}
    set_up(server, write_in_place=in_place)
    for number in range(DELIVERIES_TO_LEARN):
        send(registration(f"collected-{number}"))
        assert findings(run_export()) == []
        collect(server)
    send(registration("2"))
    second = run_export()
    assert findings(second) == []
    send(registration("3"))

    third = run_export()

    assert (third["status"], findings(third)) == ("succeeded", [("not_collected", "warn")])
    finding = third["years"][0]["findings"][0]
    assert (finding["file"], finding["run_id"]) == ("students.csv", second["run_id"])
    assert f"re-send run {second['run_id']}:" in third["years"][0]["warnings"][0]
    assert ids(server) == ["3"]


@pytest.mark.usefixtures("started")
def test_one_absent_file_shows_nothing_about_the_importer(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration("1"))
    run_export()
    collect(server)
    for number in range(3):
        send(registration(f"{number}"))
        assert findings(run_export()) == []


@pytest.mark.usefixtures("started")
def test_an_importer_that_never_removes_causes_no_warning(server: AsyncSftpServer) -> None:
    set_up(server)
    for number in range(4):
        send(registration(f"{number}"))
        assert findings(run_export()) == []


@pytest.mark.usefixtures("started")
def test_the_importer_setting_decides_about_the_first_warning(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes")
    for number in range(2):
        send(registration(f"{number}"))
        run = run_export()
    assert findings(run) == [("not_collected", "warn")]
    assert "select that in the connection" not in str(run["years"][0]["findings"])

    change(server, importer="leaves")
    send(registration("9"))
    server.requests.clear()
    assert findings(run_export()) == []
    assert ("stat", f"/{FILE}") not in server.requests


def change(server: AsyncSftpServer, **changes: Any) -> None:
    account = server.account()
    connection = CONNECTION | {
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "host_keys": list(account.host_keys),
    }
    status, answer = call(
        configuration, "PUT", "/connections/{connection_id}", connection | changes
    )
    assert status == 200, answer


@pytest.mark.usefixtures("started")
def test_a_file_of_another_program_causes_no_warning(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes")
    send(registration("1"))
    run_export()
    (server.root / FILE).write_text("an answer of the SIS")
    send(registration("2"))

    assert findings(run_export()) == []


@pytest.mark.usefixtures("started")
def test_a_done_file_alone_causes_no_warning(server: AsyncSftpServer) -> None:
    set_up(server, done_file=True)
    for number in range(3):  # this importer removes only the .done file
        send(registration(f"{number}"))
        assert findings(run_export()) == []
        (server.root / f"{FILE}.done").unlink()


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("fault", ["size_unknown", "failing", "forbidden"])
def test_a_server_with_few_file_attributes_is_checked_by_those(
    server: AsyncSftpServer, fault: str
) -> None:
    set_up(server, importer="removes")
    send(registration("1"))
    run_export()
    send(registration("2"))
    if fault == "size_unknown":  # neither size nor time: the name must suffice
        server.faults.size_unknown = True
    else:  # not even that
        getattr(server.faults, fault).add("stat")

    run = run_export()

    told = fault == "size_unknown"
    assert run["status"] == "succeeded"
    assert findings(run) == ([("not_collected", "warn")] if told else [])


@pytest.mark.usefixtures("started")
def test_a_connection_lost_during_the_collection_check_is_reopened(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server, importer="removes")
    send(registration("1"))
    run_export()
    send(registration("2"))
    server.faults.drop_before.add("stat")
    deps = export_function.dependencies()
    changed = replace(deps, pause=lambda _: server.faults.drop_before.clear())
    monkeypatch.setattr(export_function, "dependencies", lambda: changed)

    run = run_export()

    assert run["status"] == "succeeded"
    assert findings(run) == [("not_collected", "warn")]


@pytest.mark.usefixtures("started")
def test_each_account_has_its_own_importer(server: AsyncSftpServer, tmp_path: Path) -> None:
    set_up(server, importer="unknown")
    for number in range(DELIVERIES_TO_LEARN):
        send(registration(f"{number}"))
        run_export()
        collect(server)
    send(registration("2"))
    run_export()
    root = tmp_path / "other"
    root.mkdir()
    with AsyncSftpServer(root) as other:
        change(other, importer="unknown", password=other.account().credentials.password)
        for number in range(3):
            send(registration(f"{number}"))
            assert findings(run_export()) == []


@pytest.mark.usefixtures("started")
def test_a_delivery_is_held_until_the_importer_has_collected_the_earlier_file(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes", guards={"not_collected": {"action": "hold"}})
    send(registration("1"))
    run_export()
    send(registration("2"))
    run = run_export()
    assert (run["status"], ids(server)) == ("awaiting_confirmation", ["1"])
    collect(server)
    confirm(run)

    after = resume(run)

    assert (after["status"], findings(after), ids(server)) == ("succeeded", [], ["2"])


@pytest.mark.usefixtures("started")
def test_a_resend_warns_of_uncollected_files_and_counts_as_a_delivery(
    server: AsyncSftpServer,
) -> None:
    set_up(server, importer="removes")
    send(registration("1"))
    first = run_export()
    send(registration("2"))
    second = run_export()
    change(server, importer="removes", guards={"not_collected": {"action": "hold"}})
    assert second["years"][0]["findings"][0]["run_id"] == first["run_id"]

    resent = run_export(resend_of=first["run_id"])

    assert (resent["status"], findings(resent), ids(server)) == ("succeeded", [], ["1"])
    assert f"re-send run {second['run_id']}:" in resent["years"][0]["warnings"][-1]
    once_more = run_export(resend_of=first["run_id"])
    assert len(once_more["years"][0]["warnings"]) == 1  # the same rows: no student is lost
    send(registration("3"))
    finding = run_export()["years"][0]["findings"][0]
    assert (finding["run_id"], once_more["run_id"] in finding["message"]) == (first["run_id"], True)


@pytest.mark.usefixtures("started")
def test_a_test_record_is_not_guarded_and_not_counted(server: AsyncSftpServer) -> None:
    set_up(server, importer="removes")
    send(registration("1"))
    run_export()

    remembered = stored_item(f"DELIVERED#{NORTH}", FILE)

    run = run_export(action="test_record", student_id="1")

    assert (run["status"], findings(run)) == ("succeeded", [])
    assert stored_item(f"DELIVERED#{NORTH}", FILE) == remembered


def stored_item(pk: str, sk: str) -> Any:
    (found,) = [one for one in stored_items() if (one["pk"]["S"], one["sk"]["S"]) == (pk, sk)]
    return found


@pytest.mark.usefixtures("started")
def test_a_failure_to_store_the_last_delivery_costs_a_warning_and_no_delivery(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise Unavailable("throttled")

    set_up(server, importer="removes")
    send(registration("1"))
    monkeypatch.setattr(
        "registration_sync.adapters.dynamodb.deliveries_table.DynamoDBDeliveries.remember", fail
    )

    assert run_export()["status"] == "succeeded"
    send(registration("2"))
    assert findings(run_export()) == []
