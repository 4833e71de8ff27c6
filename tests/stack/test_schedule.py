"""The emulator's scheduler fires a schedule that was set over HTTP, and the file arrives.

The emulator fires in UTC, regardless of the schedule's zone, and leaves the placeholder of the
scheduled time unfilled: the service then uses the minute of arrival.
"""

import datetime as dt
import time
from typing import Any

from local.stack import LocalStack
from tests.stack.support.district import District, new_district, registration

FIRES_WITHIN_SECONDS = 150


def set_schedule(district: District, **schedule: Any) -> dict[str, Any]:
    answer = district.stack.call(
        "PUT", f"{district.path}/schedule", {"time_zone": "UTC"} | schedule, role="full_access"
    )
    assert answer.status == 200, answer.body
    shown: dict[str, Any] = answer.json()
    return shown


def soon() -> str:
    """The next minute if it is far enough away, else the minute after."""
    now = dt.datetime.now(dt.UTC)
    minutes = 1 if now.second < 40 else 2
    return (now + dt.timedelta(minutes=minutes)).strftime("%H:%M")


def runs_of(district: District) -> list[dict[str, Any]]:
    answer = district.stack.call("GET", f"{district.path}/exports", role="limited_access")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_schedule_delivers_at_its_minute_unless_off_or_paused(
    stack: LocalStack,
) -> None:
    on, off, paused = (new_district(stack) for _ in range(3))
    for district in (on, off, paused):
        district.sync(registration("1", "Ann"))
    at = soon()
    today = dt.datetime.now(dt.UTC).date()
    days = {"from": today.isoformat(), "to": (today + dt.timedelta(days=1)).isoformat()}

    shown = set_schedule(on, enabled=True, time=at)
    set_schedule(off, enabled=True, time=at)
    set_schedule(off, enabled=False, time=at)
    set_schedule(paused, enabled=True, time=at, pauses=[days])

    assert shown["next_runs"][0]["at"].endswith(f"T{at}+00:00")
    give_up = time.monotonic() + FIRES_WITHIN_SECONDS
    while time.monotonic() < give_up and not (runs_of(on) and runs_of(on)[0]["finished_at"]):
        time.sleep(1)
    (run,) = runs_of(on)
    assert (run["status"], run["trigger"]) == ("succeeded", "schedule")
    assert on.names() == ["Ann"]
    assert (runs_of(off), runs_of(paused)) == ([], [])
    assert not (off.folder / "exports").exists()
    assert not (paused.folder / "exports").exists()


def test_a_scheduled_time_runs_once_and_a_paused_day_runs_nothing(
    stack: LocalStack,
) -> None:
    district = new_district(stack)
    district.sync(registration("1", "Ann"))

    first = district.nightly_export("2026-06-02T02:00:00Z")
    district.sync(registration("2", "Ben"))
    repeated = district.nightly_export("2026-06-02T02:00:00Z")
    set_schedule(
        district,
        enabled=True,
        time="21:00",
        pauses=[{"from": "2026-06-03", "to": "2026-06-03"}],
    )
    sleeping = district.nightly_export("2026-06-03T21:00:00Z")

    assert first["run_id"] == repeated["run_id"]
    assert sleeping["status"] == "cancelled"
    assert district.names() == ["Ann"]
    assert district.nightly_export("2026-06-04T21:00:00Z")["status"] == "succeeded"
    assert district.names() == ["Ben"]
