"""Past runs: the history, cancellation, and links to files."""

import datetime as dt
import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.bootstrap import configuration_function, export_function
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import Lease
from registration_sync.domain.runs.run import (
    ResendSelection,
    Run,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.domain.runs.run_id import new_run_id, run_id_of
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.district import (
    NORTH,
    call,
    context,
    registration,
    run_export,
    send,
    set_up,
)
from tests.functional.support.events import STRANGER, VIEWER, api_event
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

EXPORTS = "/connections/{connection_id}/exports"
ONE_RUN = f"{EXPORTS}/{{run_id}}"
FILE = f"{ONE_RUN}/files/{{school_year}}/{{name}}"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


def listed(**query: str) -> dict[str, Any]:
    event = api_event("GET", EXPORTS, claims=VIEWER, query=query, connection_id=NORTH)
    response = configuration.handler(event, context())
    page: dict[str, Any] = json.loads(response["body"])
    assert response["statusCode"] == 200, page
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [run["run_id"] for run in page["items"]]


def store(moment: dt.datetime, ending: str = "x", **changes: Any) -> Run:
    """Stores a run in the history, finished unless the changes differ."""
    asked = {
        name: changes.pop(name) for name in ("kind", "school_years", "resend") if name in changes
    }
    run = Run(
        connection_id=NORTH,
        run_id=run_id_of(moment, ending),
        trigger=RunTrigger.OPERATOR,
        requested_at=moment,
        requested_by="ada",
        request=RunRequest(**asked),
        status=RunStatus.SUCCEEDED,
        started_at=moment,
        finished_at=moment,
    )
    run = replace(run, **changes)
    configuration_function.dependencies().runs.save(run)
    return run


def shown(run: Run) -> dict[str, Any]:
    status, record = call(configuration, "GET", ONE_RUN, run_id=run.run_id)
    assert status == 200, record
    return record


def in_progress(age: dt.timedelta, **changes: Any) -> Run:
    begun = {"status": RunStatus.IN_PROGRESS, "finished_at": None}
    return store(now() - age, **(begun | changes))


def hold_lease(run_id: str, seconds: float) -> None:
    now = time.time()
    lease = Lease("ab12", run_id, int((now + seconds) * 1000))
    export_function.dependencies().table.take_lease(NORTH, lease, int(now * 1000))


# The history


def test_runs_of_one_second_are_listed_in_the_order_of_their_requests() -> None:
    moments = [dt.datetime(2026, 3, 2, 21, 0, 0, ms * 1000, dt.UTC) for ms in (0, 7, 60, 500)]

    ids = [new_run_id(moment, ending) for moment, ending in zip(moments, "fade", strict=True)]

    assert ids == sorted(ids)
    assert ids[1] == "20260302T210000Z-007-a"


def test_a_filtered_history_is_complete_over_its_pages(server: AsyncSftpServer) -> None:
    set_up(server)
    day = dt.datetime(2026, 3, 2, 3, tzinfo=dt.UTC)
    failed = []
    for number in range(130):
        status = RunStatus.FAILED if number % 13 == 0 else RunStatus.SUCCEEDED
        run = store(day + dt.timedelta(hours=number), status=status)
        if status is RunStatus.FAILED:
            failed.append(run.run_id)

    found, after = [], {}
    while True:
        page = listed(status="failed", limit="3", **after)
        found += ids(page)
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert found == failed[::-1]


def test_an_empty_page_of_a_long_search_has_a_next_token(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registration_sync.use_cases.runs.list_runs.MAX_PAGES_READ", 1)
    set_up(server)
    day = dt.datetime(2026, 3, 2, 3, tzinfo=dt.UTC)
    oldest = store(day, trigger=RunTrigger.SCHEDULE)
    for number in range(1, 120):
        store(day + dt.timedelta(minutes=number))

    first = listed(trigger="schedule")
    second = listed(trigger="schedule", after=first["next"])

    assert (first["items"], ids(second), second["next"]) == ([], [oldest.run_id], None)


def test_history_filters_use_days_of_the_district(server: AsyncSftpServer) -> None:
    set_up(server)  # America/Chicago: six hours behind in winter
    evening = store(dt.datetime(2026, 3, 3, 5, 59, 59, tzinfo=dt.UTC))
    midnight = store(dt.datetime(2026, 3, 3, 6, tzinfo=dt.UTC))
    last = store(dt.datetime(2026, 3, 4, 5, 59, 59, tzinfo=dt.UTC))

    page = {"from": "2026-03-03", "to": "2026-03-03", "limit": "1"}
    first = listed(**page)
    second = listed(**page, after=first["next"])

    assert ids(first) + ids(second) == [last.run_id, midnight.run_id]
    assert second["next"] is None
    assert ids(listed(to="2026-03-02")) == [evening.run_id]
    assert listed(**{"from": "2026-03-04", "to": "2026-03-03"}) == {"items": [], "next": None}


def test_the_history_is_filtered_by_kind_trigger_and_year(server: AsyncSftpServer) -> None:
    set_up(server)
    moment = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    dry = store(moment, "a", kind=RunKind.DRY_RUN)
    nightly = store(moment, "b", trigger=RunTrigger.SCHEDULE)
    of_2025 = store(moment, "c", years=(YearOutcome(2025, RunStatus.SUCCEEDED),))
    asked = store(moment, "d", school_years=(2025,))

    assert ids(listed(kind="dry_run")) == [dry.run_id]
    assert ids(listed(trigger="schedule,manual")) == [nightly.run_id]
    assert ids(listed(school_year="2025")) == [asked.run_id, of_2025.run_id]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"status": "broken"}, "status"),
        ({"school_year": "25"}, "school_year"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"statuses": "failed"}, "statuses"),
        ({"after": "x" * 2000}, "after"),
        ({"after": "a b"}, "after"),
    ],
)
def test_an_invalid_filter_is_refused(
    query: dict[str, str], path: str, server: AsyncSftpServer
) -> None:
    set_up(server)
    event = api_event("GET", EXPORTS, claims=VIEWER, query=query, connection_id=NORTH)

    response = configuration.handler(event, context())

    problems = json.loads(response["body"])["error"]["problems"]
    assert (response["statusCode"], [problem["path"] for problem in problems]) == (400, [path])


def test_a_record_shows_caller_options_and_duration(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    send(registration())

    run = run_export(operator="ada")

    (record,) = listed()["items"]
    assert (record["requested_by"], record["trigger"], record["kind"]) == ("ada", "hand", "export")
    assert (record["mapping_version"], record["phase"]) == (1, None)
    assert record["sent_to"] == f"{server.account().username}@127.0.0.1:{server.account().port}"
    assert record["duration_seconds"] >= record["years"][0]["duration_seconds"] >= 0
    assert record["years"][0]["files"][0]["replaced_by"] in {"posix_rename", "new"}
    assert record["run_id"] == run["run_id"]


def test_the_older_name_of_the_operator_is_still_read(server: AsyncSftpServer) -> None:
    set_up(server)

    assert run_export(requested_by="ada")["requested_by"] == "ada"


@pytest.mark.parametrize("operator", [["ada"], 7, "a" * 257], ids=["list", "number", "long"])
def test_an_operator_who_is_not_a_name_is_refused(
    server: AsyncSftpServer, operator: object
) -> None:
    set_up(server)

    refused = run_export(operator=operator)

    assert [one["path"] for one in refused["error"]["problems"]] == ["operator"]
    assert listed()["items"] == []


# Interrupted runs


def test_a_run_without_its_lease_is_shown_as_interrupted_with_the_next_step(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    dead = in_progress(dt.timedelta(seconds=1))

    record = shown(dead)

    assert (record["status"], record["error"]["code"]) == ("failed", "stopped")
    assert "No student is lost" in record["message"]
    assert "the next export sends them" in record["message"]
    assert ids(listed(status="failed")) == [dead.run_id]
    assert listed(status="in_progress")["items"] == []


@pytest.mark.parametrize("seconds", [120, -30])
def test_a_run_with_its_lease_is_running_despite_a_clock_slightly_ahead(
    server: AsyncSftpServer, seconds: float
) -> None:
    set_up(server)
    running_run = in_progress(dt.timedelta(minutes=14))
    hold_lease(running_run.run_id, seconds)

    assert shown(running_run)["status"] == "in_progress"


@pytest.mark.parametrize("holder", ["another-run", None])
def test_a_run_with_an_expired_or_foreign_lease_is_not_running(
    server: AsyncSftpServer, holder: str | None
) -> None:
    set_up(server)
    dead = in_progress(dt.timedelta(minutes=1))
    hold_lease(holder or dead.run_id, 120 if holder else -90)

    assert shown(dead)["status"] == "failed"


def test_a_run_that_finishes_during_the_read_is_shown_as_finished(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    running_run = in_progress(dt.timedelta(seconds=9))
    deps = configuration_function.dependencies()

    class LeaseReleasedDuringRead:
        def running(self, connection_id: str, now_ms: int) -> None:
            deps.runs.save(replace(running_run, status=RunStatus.SUCCEEDED, finished_at=now()))

    monkeypatch.setattr(
        configuration_function,
        "dependencies",
        lambda: replace(deps, leases=LeaseReleasedDuringRead()),
    )

    assert shown(running_run)["status"] == "succeeded"


def test_a_run_may_be_requested_as_soon_as_the_last_one_is_shown_as_interrupted(
    server: AsyncSftpServer, started: StartedExports
) -> None:
    set_up(server)
    assert call(configuration, "POST", EXPORTS)[0] == 202
    while_pending = call(configuration, "POST", EXPORTS)[0]
    (requested,) = started.runs
    dead = replace(requested, status=RunStatus.IN_PROGRESS, started_at=now(), attempt_token="dead")
    configuration_function.dependencies().runs.begin(dead, "")
    hold_lease(dead.run_id, 120)
    while_running = call(configuration, "POST", EXPORTS)[0]
    hold_lease(dead.run_id, -90)
    assert shown(dead)["status"] == "failed"

    status, answer = call(configuration, "POST", EXPORTS)

    assert (while_pending, while_running, status) == (409, 409, 202), answer
    assert answer["run_id"] != dead.run_id


def test_a_run_that_aws_will_retry_is_not_interrupted(server: AsyncSftpServer) -> None:
    set_up(server)
    minute = dt.timedelta(minutes=1)

    waiting = in_progress(minute, next_attempt_by=now() + minute)

    assert shown(waiting)["status"] == "in_progress"


@pytest.mark.parametrize(("minutes", "status"), [(14, "in_progress"), (17, "failed")])
def test_a_dry_run_is_interrupted_after_the_longest_invocation(
    server: AsyncSftpServer, minutes: int, status: str
) -> None:
    set_up(server)

    assert (
        shown(in_progress(dt.timedelta(minutes=minutes), kind=RunKind.DRY_RUN))["status"] == status
    )


@pytest.mark.parametrize(("minutes", "status"), [(19, "pending"), (21, "failed")])
def test_a_run_that_never_started_is_reported_after_a_time(
    server: AsyncSftpServer, minutes: int, status: str
) -> None:
    set_up(server)
    waiting = {"status": RunStatus.PENDING, "started_at": None, "finished_at": None}

    assert shown(store(now() - dt.timedelta(minutes=minutes), **waiting))["status"] == status


@pytest.mark.parametrize(("minutes", "status"), [(18, "succeeded"), (20, "failed")])
def test_a_run_that_is_shown_as_never_started_never_starts(
    server: AsyncSftpServer, minutes: int, status: str
) -> None:
    set_up(server)
    send(registration("007"))
    waiting = {"status": RunStatus.PENDING, "started_at": None, "finished_at": None, "attempt": 0}
    run = store(now() - dt.timedelta(minutes=minutes), **waiting)

    late = export.handler({"connection_id": NORTH, "run_id": run.run_id}, context())

    assert late["status"] == shown(run)["status"] == status
    if status == "failed":
        assert shown(run)["error"]["code"] == "never_started"
        assert shown(run)["finished_at"]
    assert (server.root / "SISData").exists() == (status == "succeeded")


@pytest.mark.parametrize(("minutes", "code"), [(29, None), (31, "stopped")])
def test_a_resend_is_not_retried_late(
    server: AsyncSftpServer, minutes: int, code: str | None
) -> None:
    set_up(server)
    send(registration("007"))
    past = run_export()["run_id"]
    before = (server.root / "SISData/exports/2025/students.csv").stat().st_mtime_ns
    age = dt.timedelta(minutes=minutes)
    run = in_progress(age, kind=RunKind.RESEND, resend=ResendSelection(past))

    late = export.handler({"connection_id": NORTH, "run_id": run.run_id}, context())

    assert (late["error"] or {}).get("code") == code
    after = (server.root / "SISData/exports/2025/students.csv").stat().st_mtime_ns
    assert (before == after) == (code is not None)


def test_a_second_invocation_of_a_running_run_leaves_its_record_unchanged(
    server: AsyncSftpServer,
) -> None:
    set_up(server)
    running_run = in_progress(dt.timedelta(seconds=1), trigger=RunTrigger.API)
    hold_lease(running_run.run_id, 120)

    with pytest.raises(Unavailable):
        run_export(run_id=running_run.run_id, trigger="manual")

    assert shown(running_run)["status"] == "in_progress"


def test_a_long_run_shows_its_current_phase(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "registration_sync.use_cases.exporting.progress.SHOW_PHASES_AFTER", dt.timedelta(0)
    )
    set_up(server)
    send(registration())
    runs = export_function.dependencies().runs
    phases = []
    real_save = runs.save
    monkeypatch.setattr(runs, "save", lambda run: phases.append(run.phase) or real_save(run))

    run_export()

    assert [phase for phase in phases if phase] == [
        "2025: mapping",
        "2025: archiving",
        "2025: delivering",
    ]


# Cancel


def request_export(**options: Any) -> str:
    status, answer = call(configuration, "POST", EXPORTS, options, claims=VIEWER)
    assert status == 202, answer
    run_id: str = answer["run_id"]
    return run_id


def cancel(run_id: str) -> tuple[int, Any]:
    return call(configuration, "POST", f"{ONE_RUN}/cancel", claims=VIEWER, run_id=run_id)


def test_a_cancelled_run_does_nothing_when_its_function_starts(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration())
    run_id = request_export()
    before = stored_items("registrations")

    status, record = cancel(run_id)
    run = export.handler({"connection_id": NORTH, "run_id": run_id, "trigger": "manual"}, context())

    assert (status, record["status"], run["status"]) == (200, "cancelled", "cancelled")
    assert "vic" in record["message"]
    assert stored_items("registrations") == before
    assert list(server.root.rglob("*")) == []
    assert cancel(run_id)[0] == 200
    assert request_export() != run_id  # the next run is not blocked


def test_a_run_cancelled_while_starting_does_not_run(
    server: AsyncSftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(server)
    send(registration())
    run_id = request_export()
    runs = export_function.dependencies().runs
    real_find = runs.find

    def find_and_cancel(connection_id: str, found_id: str) -> dict[str, Any] | None:
        found = real_find(connection_id, found_id)
        monkeypatch.setattr(runs, "find", real_find)
        cancel(run_id)
        return found

    monkeypatch.setattr(runs, "find", find_and_cancel)
    run = export.handler({"connection_id": NORTH, "run_id": run_id, "trigger": "manual"}, context())

    assert run["status"] == "cancelled"
    assert list(server.root.rglob("*")) == []
    hold_lease("next", 1)  # the lease was released


def test_a_running_or_finished_run_cannot_be_cancelled(server: AsyncSftpServer) -> None:
    set_up(server)
    running_run = in_progress(dt.timedelta(seconds=1))
    finished = store(now(), "finished")

    assert cancel(running_run.run_id)[0] == 409
    assert cancel(finished.run_id)[0] == 409
    assert cancel("20250101T000000Z-00000000")[0] == 404


def test_a_run_id_that_does_not_sort_by_time_is_refused(server: AsyncSftpServer) -> None:
    set_up(server)

    answer = run_export(run_id="../elsewhere")

    assert answer["error"]["problems"][0]["path"] == "run_id"


# Links


def link(run_id: str, name: str = "students.csv", **more: Any) -> tuple[int, Any]:
    return call(configuration, "GET", FILE, run_id=run_id, school_year="2025", name=name, **more)


@pytest.mark.parametrize("delivery", ["sftp", "download"])
def test_a_link_to_a_file_is_signed_short_lived_and_names_the_file(
    server: AsyncSftpServer, delivery: str
) -> None:
    set_up(server, delivery=delivery)
    send(registration())
    run = run_export()
    before = stored_items("registrations")

    status, answer = link(run["run_id"], claims=VIEWER)

    address = urllib.parse.urlparse(answer["url"])
    asked = urllib.parse.parse_qs(address.query)
    assert status == 200
    assert address.path.endswith(f"{NORTH}/{run['run_id']}/2025/files/students.csv")
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-Expires"] == ["300"]
    assert asked["response-content-disposition"] == ["attachment; filename*=UTF-8''students.csv"]
    lasts = dt.datetime.fromisoformat(answer["expires_at"]) - dt.datetime.now(dt.UTC)
    assert 290 < lasts.total_seconds() <= 300
    assert stored_items("registrations") == before


def test_links_are_given_for_files_of_that_run_only(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration())
    run = run_export()
    later = run_export()

    assert link(run["run_id"], "held.jsonl")[0] == 404
    assert link(run["run_id"], "../manifest.json")[0] == 404
    assert link(later["run_id"])[0] == 404
    assert link("20250101T000000Z-00000000")[0] == 404
    assert link(run["run_id"], claims=STRANGER)[0] == 403


def test_a_file_that_has_expired_is_not_found(server: AsyncSftpServer) -> None:
    set_up(server)
    send(registration())
    run = run_export()
    kept = f"{NORTH}/{run['run_id']}/2025/files/students.csv"
    boto3.client("s3").delete_object(Bucket="archive", Key=kept)

    status, answer = link(run["run_id"])

    assert (status, answer["error"]["code"]) == (404, "not_found")
    assert "no longer kept" in answer["error"]["message"]
