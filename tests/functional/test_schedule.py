"""The schedule through the real handlers: set, fired, paused, off, deleted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.errors import Unavailable
from tests.functional.conftest import stored_items
from tests.functional.support.deleted import delete_and_purge
from tests.functional.support.district import NORTH, call, context, registration, send, set_up
from tests.functional.support.events import STRANGER, VIEWER
from tests.support.sftp_servers import AsyncSftpServer

pytestmark = pytest.mark.usefixtures("started")

SCHEDULE = "/connections/{connection_id}/schedule"
NIGHTLY = {"enabled": True, "time": "21:00"}


@pytest.fixture(autouse=True)
def server(tmp_path: Path, started: object) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        set_up(running)
        yield running
    call(configuration, "DELETE", "/connections/{connection_id}")


def set_schedule(**changes: Any) -> dict[str, Any]:
    status, answer = call(configuration, "PUT", SCHEDULE, NIGHTLY | changes)
    assert status == 200, answer
    shown: dict[str, Any] = answer
    return shown


def stored_schedule() -> dict[str, Any] | None:
    """The schedule in EventBridge."""
    client = boto3.client("scheduler")
    try:
        return dict(client.get_schedule(GroupName="stack-exports", Name=NORTH))
    except client.exceptions.ResourceNotFoundException:
        return None


def expressions() -> dict[str, str]:
    """The expression of each schedule in EventBridge, by its name."""
    client = boto3.client("scheduler")
    names = [one["Name"] for one in client.list_schedules(GroupName="stack-exports")["Schedules"]]
    return {
        name: client.get_schedule(GroupName="stack-exports", Name=name)["ScheduleExpression"]
        for name in names
    }


def fire(scheduled_time: str = "2026-06-02T02:00:00Z") -> dict[str, Any]:
    """The event that EventBridge sends, with its placeholder filled in."""
    schedule = stored_schedule()
    event = json.loads(schedule["Target"]["Input"]) if schedule else {"connection_id": NORTH}
    event |= {"trigger": "schedule", "scheduled_time": scheduled_time}
    answer: dict[str, Any] = export.handler(event, context())
    return answer


def test_a_schedule_uses_the_district_time_zone_and_shows_its_next_runs() -> None:
    shown = set_schedule()

    assert (shown["enabled"], shown["time"], shown["time_zone"]) == (
        True,
        "21:00",
        "America/Chicago",
    )
    assert [run["at"][10:16] for run in shown["next_runs"]] == ["T21:00"] * 5
    _, read = call(configuration, "GET", SCHEDULE, claims=VIEWER)
    assert read == shown
    schedule = stored_schedule()
    assert schedule is not None
    assert schedule["ScheduleExpression"] == "cron(0 21 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "America/Chicago"
    assert schedule["Target"]["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": 3600,
        "MaximumRetryAttempts": 20,
    }
    assert schedule["Target"]["DeadLetterConfig"]["Arn"].endswith(":failures")


def test_a_preview_shows_the_next_runs_and_sets_nothing() -> None:
    status, shown = call(configuration, "POST", f"{SCHEDULE}/preview", NIGHTLY, claims=VIEWER)

    _, read = call(configuration, "GET", SCHEDULE)
    assert (read["enabled"], stored_schedule()) == (False, None)
    assert (status, shown) == (200, set_schedule())


def test_a_preview_names_every_mistake() -> None:
    wrong = {"enabled": True, "time": "9 pm", "pauses": [{"from": "2026-06-30", "to": "never"}]}

    status, answer = call(configuration, "POST", f"{SCHEDULE}/preview", wrong)

    assert status == 400
    paths = [problem["path"] for problem in answer["error"]["problems"]]
    assert paths == ["time", "pauses[0].to"]


def test_a_new_connection_has_its_schedule_off() -> None:
    _, read = call(configuration, "GET", SCHEDULE)

    assert (read["enabled"], read["time"], read["time_zone"]) == (False, None, "America/Chicago")


def test_a_change_replaces_the_whole_schedule_and_off_deletes_it() -> None:
    set_schedule()
    set_schedule(time="05:30", time_zone="America/Phoenix")
    changed = stored_schedule()
    off = set_schedule(enabled=False)

    assert changed is not None
    assert changed["ScheduleExpression"] == "cron(30 5 * * ? *)"
    assert changed["ScheduleExpressionTimezone"] == "America/Phoenix"
    assert changed["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 20
    assert (stored_schedule(), off["enabled"], off["next_runs"]) == (None, False, [])


def test_a_scheduled_run_delivers_once_for_each_time(
    server: AsyncSftpServer,
) -> None:
    set_schedule()
    send(registration("7"))

    first = fire()
    send(registration("8"))
    repeated = fire()

    assert (first["status"], first["trigger"]) == ("succeeded", "schedule")
    assert repeated["run_id"] == first["run_id"] == "20260602T020000Z-schedule"
    file = server.root / "SISData/exports/2025/students.csv"
    assert file.read_text().splitlines()[1:] == ["7,Ann,0"]


@pytest.mark.parametrize(
    "changes",
    [{"enabled": False}, {"pauses": [{"from": "2026-06-01", "to": "2026-06-01"}]}],
)
def test_a_schedule_that_is_off_or_paused_starts_and_records_no_run(
    changes: dict[str, Any], server: AsyncSftpServer
) -> None:
    set_schedule(**changes)
    send(registration("7"))
    before = stored_items("registrations"), stored_items("connections")

    answer = fire("2026-06-02T02:00:00Z")  # the evening of 1 June there

    assert (answer["status"], answer["run_id"]) == ("cancelled", None)
    assert (stored_items("registrations"), stored_items("connections")) == before
    assert list(server.root.iterdir()) == []


def test_a_schedule_runs_on_the_day_after_a_pause(server: AsyncSftpServer) -> None:
    set_schedule(pauses=[{"from": "2026-06-01", "to": "2026-06-01"}])
    send(registration("7"))

    assert fire("2026-06-03T02:00:00Z")["status"] == "succeeded"


def set_several(times: list[str], **changes: Any) -> dict[str, Any]:
    body = {"enabled": True, "times": times} | changes
    status, answer = call(configuration, "PUT", SCHEDULE, body)
    assert status == 200, answer
    shown: dict[str, Any] = answer
    return shown


def test_each_time_has_its_start_until_it_is_taken_out() -> None:
    six = [f"{hour:02}:{hour + 1:02}" for hour in range(8, 20, 2)]
    shown = set_several(six)
    of_six = expressions()
    set_several(["21:00", "13:15"], weekdays=["sunday", "monday", "friday"])
    of_two = expressions()
    set_schedule()
    of_one = expressions()
    set_several(six, enabled=False)

    assert [run["time"] for run in shown["next_runs"]][:1] == [shown["next_runs"][0]["at"][11:16]]
    assert (shown["time"], shown["times"]) == ("08:09", six)
    assert sorted(of_six.values()) == sorted(
        f"cron({hour + 1} {hour} * * ? *)" for hour in range(8, 20, 2)
    )
    assert of_two == {
        NORTH: "cron(15 13 ? * MON,FRI,SUN *)",
        f"{NORTH}.2": "cron(0 21 ? * MON,FRI,SUN *)",
    }
    assert of_one == {NORTH: "cron(0 21 * * ? *)"}
    assert expressions() == {}


def test_each_time_of_a_day_runs_once_and_other_weekdays_have_no_run(
    server: AsyncSftpServer,
) -> None:
    set_several(["13:15", "21:00"], weekdays=["monday"])
    send(registration("7"))
    noon = fire("2026-06-01T18:15:00Z")
    send(registration("8"))
    night = fire("2026-06-02T02:00:00Z")
    send(registration("9"))

    again = [fire("2026-06-01T18:15:00Z"), fire("2026-06-02T02:00:00Z")]
    tuesday = fire("2026-06-03T02:00:00Z")

    assert (noon["run_id"], night["run_id"]) == (
        "20260601T181500Z-schedule",
        "20260602T020000Z-schedule",
    )
    assert [run["run_id"] for run in again] == [noon["run_id"], night["run_id"]]
    assert (tuesday["status"], tuesday["run_id"]) == ("cancelled", None)
    file = server.root / "SISData/exports/2025/students.csv"
    assert file.read_text().splitlines()[1:] == ["8,Ann,0"]


def test_the_purge_of_the_connection_deletes_its_schedules() -> None:
    set_several(["13:15", "21:00"])

    delete_and_purge()

    assert expressions() == {}
    assert [item for item in stored_items() if item["pk"]["S"] == "SCHEDULES"] == []


class FailingScheduler:
    """A scheduler that is unavailable."""

    def start(self, *_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")

    def stop(self, *_: object) -> None:
        raise Unavailable("AWS did not answer in time: please try again.")


@pytest.mark.parametrize("enabled", [True, False])
def test_a_schedule_is_not_stored_while_the_scheduler_is_unavailable(
    enabled: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not enabled:
        set_schedule()
    deps = configuration_function.dependencies()
    with monkeypatch.context() as context_:
        broken = configuration_function.Dependencies(
            **{name: getattr(deps, name) for name in deps.__slots__}
            | {"scheduler": FailingScheduler()}
        )
        context_.setattr(configuration_function, "dependencies", lambda: broken)
        status, _ = call(configuration, "PUT", SCHEDULE, NIGHTLY | {"enabled": enabled})
        _, read = call(configuration, "GET", SCHEDULE)

    assert (status, read["enabled"]) == (503, False)
    assert set_schedule(enabled=enabled)["enabled"] is enabled


def test_a_reader_may_not_change_the_schedule() -> None:
    assert call(configuration, "PUT", SCHEDULE, NIGHTLY, claims=VIEWER)[0] == 403
    assert call(configuration, "GET", SCHEDULE, claims=STRANGER)[0] == 403


@pytest.mark.parametrize(
    ("code", "status", "path"),
    [("ValidationException", 400, "time_zone"), ("ConflictException", 503, None)],
)
def test_refusals_of_the_scheduler_have_a_clear_answer(
    monkeypatch: pytest.MonkeyPatch, code: str, status: int, path: str | None
) -> None:
    scheduler = configuration_function.dependencies().scheduler
    client = scheduler._client  # type: ignore[attr-defined]

    def refuse(**_: Any) -> None:
        raise client.exceptions.from_code(code)({"Error": {"Code": code}}, "UpdateSchedule")

    monkeypatch.setattr(client, "update_schedule", refuse)

    answered, body = call(configuration, "PUT", SCHEDULE, NIGHTLY)

    assert answered == status
    assert [problem["path"] for problem in body["error"]["problems"]] == ([path] if path else [])
