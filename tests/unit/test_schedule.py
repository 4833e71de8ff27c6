"""The schedule: valid settings, next runs, and days with clock changes."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.connections.schedule import (
    Schedule,
    SetSchedule,
    last_expected_run,
    next_runs,
    parse_schedule,
)
from registration_sync.domain.errors import InvalidRequest


def schedule(time: str = "21:00", zone: str = "America/Chicago", **more: Any) -> Schedule:
    times = {} if "times" in more else {"time": time}
    return parse_schedule({"enabled": True, **times, "time_zone": zone, **more}, "UTC")


def runs(one: Schedule, now: str) -> list[str]:
    """Each next run as its local time with offset, or the skipped day with a cross."""
    found = next_runs(one, dt.datetime.fromisoformat(now))
    return [run.at.isoformat(timespec="minutes") if run.at else f"{run.day} x" for run in found]


def test_the_next_five_runs_have_their_offset() -> None:
    assert runs(schedule(), "2026-06-01T12:00:00+00:00") == [
        f"2026-06-0{day}T21:00-05:00" for day in range(1, 6)
    ]


def test_a_time_that_has_passed_today_runs_tomorrow() -> None:
    before = runs(schedule(), "2026-06-01T20:59:59-05:00")
    after = runs(schedule(), "2026-06-01T21:00:00-05:00")

    assert (before[0], after[0]) == ("2026-06-01T21:00-05:00", "2026-06-02T21:00-05:00")


def test_the_local_time_is_kept_across_clock_changes() -> None:
    found = next_runs(schedule(), dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC))

    assert [run.to_json()["at"] for run in found[:2]] == [
        "2026-10-31T21:00-05:00",
        "2026-11-01T21:00-06:00",
    ]
    assert [run.to_json()["utc"] for run in found[:2]] == [
        "2026-11-01T02:00:00Z",
        "2026-11-02T03:00:00Z",
    ]


@pytest.mark.parametrize(
    ("zone", "time", "day"),
    [
        ("America/New_York", "02:30", "2026-03-08"),
        ("America/New_York", "02:00", "2026-03-08"),
        ("Europe/London", "01:59", "2026-03-29"),
        ("Australia/Lord_Howe", "02:15", "2026-10-04"),
        ("America/Havana", "00:30", "2026-03-08"),
    ],
)
def test_a_day_without_the_scheduled_time_is_flagged_and_has_no_run(
    zone: str, time: str, day: str
) -> None:
    eve = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00") - dt.timedelta(days=2)

    found = {run.day.isoformat(): run for run in next_runs(schedule(time, zone), eve)}

    assert (found[day].at, "skips" in found[day].note) == (None, True)
    assert sum(1 for run in found.values() if run.at) == 5
    shown = found[day].to_json()
    assert shown == {"day": day, "time": time, "at": None, "utc": None, "note": found[day].note}


@pytest.mark.parametrize(
    ("zone", "time", "at"),
    [
        ("America/New_York", "01:30", "2026-11-01T01:30-04:00"),
        ("Europe/London", "01:00", "2026-10-25T01:00+01:00"),
        ("Australia/Lord_Howe", "01:45", "2026-04-05T01:45+11:00"),
        ("America/Havana", "00:00", "2026-11-01T00:00-04:00"),
    ],
)
def test_a_time_that_occurs_twice_is_flagged_and_runs_at_the_first(
    zone: str, time: str, at: str
) -> None:
    eve = dt.datetime.fromisoformat(at).astimezone(dt.UTC) - dt.timedelta(days=1, hours=12)

    found = next_runs(schedule(time, zone), eve)

    flagged = [run for run in found if run.note]
    assert [run.at.isoformat(timespec="minutes") for run in flagged if run.at] == [at]
    assert "twice" in flagged[0].note


def test_a_zone_without_clock_changes_has_no_flagged_day() -> None:
    found = next_runs(schedule("02:30", "America/Phoenix"), dt.datetime(2026, 3, 7, tzinfo=dt.UTC))

    assert [run.note for run in found] == [""] * 5


def test_pauses_are_left_out_with_their_first_and_last_day() -> None:
    one = schedule(pauses=[{"from": "2026-06-02", "to": "2026-06-03"}])

    assert [run[:10] for run in runs(one, "2026-06-01T12:00:00+00:00")] == [
        "2026-06-01", "2026-06-04", "2026-06-05", "2026-06-06", "2026-06-07",
    ]  # fmt: skip
    assert [one.runs_on(dt.date(2026, 6, day)) for day in (1, 2, 3, 4)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_several_times_run_in_the_order_of_the_day_on_the_chosen_weekdays() -> None:
    one = schedule(times=["21:00", "13:15"], weekdays=["friday", "monday"])

    assert (one.times, one.weekdays, one.time) == (
        ("13:15", "21:00"),
        ("monday", "friday"),
        "13:15",
    )
    assert runs(one, "2026-06-05T14:00:00-05:00") == [  # a Friday
        "2026-06-05T21:00-05:00",
        "2026-06-08T13:15-05:00",
        "2026-06-08T21:00-05:00",
        "2026-06-12T13:15-05:00",
        "2026-06-12T21:00-05:00",
    ]


def test_only_the_skipped_of_several_times_has_no_run() -> None:
    one = schedule(times=["01:59", "02:30", "03:30"])

    assert runs(one, "2026-03-07T12:00:00-06:00")[:4] == [
        "2026-03-08T01:59-06:00",
        "2026-03-08 x",
        "2026-03-08T03:30-05:00",
        "2026-03-09T01:59-05:00",
    ]


def test_a_skipped_time_on_another_weekday_is_not_mentioned() -> None:
    one = schedule("02:30", weekdays=["monday"])  # the clock changes on Sunday, 8 March

    assert runs(one, "2026-03-07T12:00:00-06:00")[0] == "2026-03-09T02:30-05:00"


def test_one_time_is_read_and_shown_as_before() -> None:
    one = parse_schedule({"enabled": True, "time": "21:00"}, "UTC")

    assert one == parse_schedule({"enabled": True, "times": ["21:00"]}, "UTC")
    assert (one.to_json()["time"], one.to_json()["times"]) == ("21:00", ["21:00"])
    shown = schedule(times=["21:00", "13:15"]).to_json()
    assert parse_schedule(shown, "UTC").to_json() == shown


def test_a_schedule_that_is_off_has_no_next_run() -> None:
    off = parse_schedule({"enabled": False, "time": "21:00"}, "America/Chicago")

    assert (next_runs(off, dt.datetime(2026, 6, 1, tzinfo=dt.UTC)), off.time_zone) == (
        [],
        "America/Chicago",
    )


def test_a_pause_without_end_ends_the_search() -> None:
    for_ever = schedule(pauses=[{"from": "2026-01-01", "to": "2099-12-31"}])

    assert next_runs(for_ever, dt.datetime(2026, 6, 1, tzinfo=dt.UTC)) == []


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"time": "21:00"}, {"enabled": "missing"}),
        ({"enabled": "yes", "time": "21:00"}, {"enabled": "true or false"}),
        ({"enabled": True}, {"time": "missing"}),
        ({"enabled": True, "time": "9:00"}, {"time": "two digits"}),
        ({"enabled": True, "time": "24:00"}, {"time": "two digits"}),
        ({"enabled": True, "time": 2100}, {"time": "two digits"}),
        ({"enabled": True, "time": "21:00", "time_zone": "America/Chigaco"}, {"time_zone": "mean"}),
        ({"enabled": True, "time": "21:00", "time_zone": ""}, {"time_zone": "no such"}),
        *(
            ({"enabled": True, "time": "21:00", "time_zone": zone}, {"time_zone": "no such"})
            for zone in ("localtime", "Factory", "right/UTC", "posix/UTC", "america/chicago", "..")
        ),
        ({"enabled": True, "time": "21:00", "cron": "* *"}, {"cron": "no such key"}),
        ({"enabled": True, "times": ["21:00", "9:00"]}, {"times[1]": "two digits"}),
        ({"enabled": True, "times": ["21:00", "21:00"]}, {"times": "once"}),
        ({"enabled": True, "times": []}, {"times": "one to 6"}),
        ({"enabled": True, "times": None}, {"times": "one to 6"}),
        ({"enabled": True, "times": "21:00"}, {"times": "one to 6"}),
        ({"enabled": True, "times": [f"0{n}:00" for n in range(7)]}, {"times": "one to 6"}),
        ({"enabled": True, "time": "22:00", "times": ["21:00"]}, {"time": "not the first"}),
        ({"enabled": True, "time": 7, "times": ["x"]}, {"times[0]": "two digits"}),
        *(
            ({"enabled": True, "time": "21:00", "weekdays": days}, {path: words})
            for days, path, words in (
                ([], "weekdays", "a list of weekdays"),
                ("monday", "weekdays", "a list of weekdays"),
                (["monday", "Mon"], "weekdays[1]", "in full"),
                (["monday", "monday"], "weekdays", "once"),
                ([1], "weekdays[0]", "in full"),
            )
        ),
        (
            {"enabled": 1, "time": "x", "time_zone": "y", "pauses": [{"from": "2026-02-30"}]},
            {
                "enabled": "true or false",
                "time": "two digits",
                "time_zone": "no such",
                "pauses[0].from": "calendar",
                "pauses[0].to": "missing",
            },
        ),
        (
            {
                "enabled": True,
                "time": "21:00",
                "pauses": [{"from": "2026-02-03", "to": "2026-02-01"}],
            },
            {"pauses[0]": "before the first"},
        ),
        ({"enabled": True, "time": "21:00", "pauses": "x"}, {"pauses": "a list"}),
        ({"enabled": True, "time": "21:00", "pauses": ["x"]}, {"pauses[0]": "an object"}),
    ],
)
def test_every_mistake_is_reported_with_its_path(definition: Any, expected: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as error:
        parse_schedule(definition, "UTC")

    found = {problem.path: problem.message for problem in error.value.problems}
    assert found.keys() == expected.keys()
    assert all(words in found[path] for path, words in expected.items()), found


def test_a_schedule_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="JSON object"):
        parse_schedule(["21:00"], "UTC")


def is_allowed(zone: str) -> bool:
    """Abbreviations and offsets, such as EST and Etc/GMT+5, are refused."""
    return zone == "UTC" or ("/" in zone and not zone.startswith("Etc/"))


@given(
    st.sampled_from(sorted({zone for zone in available_timezones() if is_allowed(zone)})),
    st.times(),
    st.integers(1_577_836_800, 2_051_222_400),
)
def test_each_day_in_every_zone_has_one_run_unless_the_clock_skips_the_time(
    zone: str, time: dt.time, seconds: int
) -> None:
    now = dt.datetime.fromtimestamp(seconds, dt.UTC)
    one = schedule(time.strftime("%H:%M"), zone)

    found = next_runs(one, now)

    assert sum(1 for run in found if run.at) == 5
    assert all(run.at is None or run.at.astimezone(dt.UTC) > now for run in found)
    days = [run.day for run in found]
    assert days == [days[0] + dt.timedelta(days=number) for number in range(len(days))]
    for run in found:
        if run.at:
            back = run.at.astimezone(dt.UTC).astimezone(ZoneInfo(zone))
            assert (back.date(), back.strftime("%H:%M")) == (run.day, one.time)


@given(
    st.sampled_from(sorted({zone for zone in available_timezones() if is_allowed(zone)})),
    st.lists(st.times(), min_size=2, max_size=6, unique_by=lambda time: time.strftime("%H:%M")),
    st.integers(1_577_836_800, 2_051_222_400),
)
def test_no_two_times_are_the_same_moment_in_any_zone(
    zone: str, times: list[dt.time], seconds: int
) -> None:
    one = schedule(zone=zone, times=[time.strftime("%H:%M") for time in times])

    found = next_runs(one, dt.datetime.fromtimestamp(seconds, dt.UTC))

    moments = [run.at.astimezone(dt.UTC) for run in found if run.at]
    assert moments == sorted(set(moments))


PAUSED_YESTERDAY = {"pauses": [{"from": "2026-02-20", "to": "2026-03-02"}]}
NOON_TOO = {"times": ["13:15", "21:00"]}
NO_TUESDAY = {"weekdays": ["monday", "wednesday"]}  # 3 March 2026 is a Tuesday


@pytest.mark.parametrize(
    ("more", "set_at", "now", "expected"),
    [
        ({}, "2026-01-01", "2026-03-03 22:59", "2026-03-02 21:00"),
        ({}, "2026-01-01", "2026-03-03 23:01", "2026-03-03 21:00"),
        ({}, "2026-03-03 12:00", "2026-03-03 22:59", None),  # switched on today, not yet overdue
        ({}, "2026-03-03 12:00", "2026-03-03 23:01", "2026-03-03 21:00"),
        ({"enabled": False}, "2026-01-01", "2026-03-03 12:00", None),
        (PAUSED_YESTERDAY, "2026-01-01", "2026-03-02 12:00", None),
        (PAUSED_YESTERDAY, "2026-01-01", "2026-03-03 22:59", None),
        (PAUSED_YESTERDAY, "2026-01-01", "2026-03-03 23:01", "2026-03-03 21:00"),
        (NOON_TOO, "2026-01-01", "2026-03-03 15:14", "2026-03-02 21:00"),
        (NOON_TOO, "2026-01-01", "2026-03-03 15:15", "2026-03-03 13:15"),
        (NOON_TOO, "2026-01-01", "2026-03-03 22:59", "2026-03-03 13:15"),
        (NOON_TOO, "2026-01-01", "2026-03-03 23:00", "2026-03-03 21:00"),
        (NOON_TOO, "2026-03-03 14:00", "2026-03-03 22:00", None),
        (NO_TUESDAY, "2026-01-01", "2026-03-03 22:59", "2026-03-02 21:00"),
        (NO_TUESDAY, "2026-01-01", "2026-03-03 23:01", None),
        (NO_TUESDAY | NOON_TOO, "2026-01-01", "2026-03-04 15:15", "2026-03-04 13:15"),
    ],
)
def test_a_run_is_expected_to_be_finished_two_hours_after_its_scheduled_time(
    more: dict[str, Any], set_at: str, now: str, expected: str | None
) -> None:
    zone = ZoneInfo("America/Chicago")
    one = schedule(**more)
    kept = SetSchedule("north", one, dt.datetime.fromisoformat(set_at).replace(tzinfo=zone))

    found = last_expected_run(kept, dt.datetime.fromisoformat(now).replace(tzinfo=zone))

    assert (found.strftime("%Y-%m-%d %H:%M") if found else None) == expected


def test_a_night_without_the_scheduled_time_is_not_expected() -> None:
    zone = ZoneInfo("America/Chicago")
    one = schedule("02:30")  # on 8 March the clock goes from 02:00 to 03:00
    kept = SetSchedule("north", one, dt.datetime(2026, 1, 1, tzinfo=zone))

    assert last_expected_run(kept, dt.datetime(2026, 3, 8, 8, 0, tzinfo=zone)) is None
    assert last_expected_run(kept, dt.datetime(2026, 3, 9, 8, 0, tzinfo=zone))
