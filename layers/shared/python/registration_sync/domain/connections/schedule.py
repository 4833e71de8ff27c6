"""The schedule of exports: local times of day, weekdays, and pauses.

EventBridge Scheduler's rules apply to daylight saving time: no run on a day that skips the local
time, and one run, at the first occurrence, on a day that repeats it. (AWS, "Schedule types in
EventBridge Scheduler".) Therefore no two times of a schedule are ever the same moment.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from registration_sync.domain.connections.rules import check_time_zone, unless_stored
from registration_sync.domain.errors import InvalidRequest, Problem

NEXT_RUNS = 5
MAX_DAYS_AHEAD = 800

MAX_DURATION = dt.timedelta(hours=2)
"""Of a run from its scheduled time on, if it had to wait or was retried."""

EXPECTED_WITHIN = dt.timedelta(days=1) + MAX_DURATION
"""How long a run that did not start is reported."""

MAX_PAUSES, MAX_TIMES = 50, 6

type Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
"""In the order of `date.weekday()`."""


def _check_time(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("Enter the time of day with two digits each, from 00:00 to 23:59.")
    return text


_TIMES = f'one to {MAX_TIMES} times of day, such as ["13:15", "21:00"]'
_WEEKDAYS = 'a list of weekdays, such as ["monday", "tuesday"]'


def _sorted_times(times: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(times) <= MAX_TIMES:
        raise ValueError(f"Enter {_TIMES}.")
    if len(set(times)) < len(times):
        raise ValueError("Use each time of day only once.")
    return tuple(sorted(times))


def _sorted_weekdays(weekdays: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    if not weekdays:
        raise ValueError(f"Enter {_WEEKDAYS}.")
    if len(set(weekdays)) < len(weekdays):
        raise ValueError("Use each weekday only once.")
    return tuple(day for day in WEEKDAYS if day in weekdays)


def _check_day(value: object) -> dt.date:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("Enter a day as YYYY-MM-DD, such as 2026-06-30.")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("There is no such day in the calendar.") from None


_Day = Annotated[dt.date, BeforeValidator(_check_day)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pause(_Part):
    """Days without a run, the first and the last included."""

    first: Annotated[_Day, Field(alias="from")]
    last: Annotated[_Day, Field(alias="to")]

    @model_validator(mode="after")
    def _in_order(self) -> "Pause":
        if self.last < self.first:
            raise ValueError("The last day is before the first: swap them.")
        return self


class Schedule(_Part):
    """`times` are local times of day, such as 21:00, in the order of the day."""

    enabled: StrictBool
    times: Annotated[
        tuple[Annotated[str, BeforeValidator(_check_time)], ...],
        AfterValidator(_sorted_times),
    ]
    weekdays: Annotated[tuple[Weekday, ...], AfterValidator(_sorted_weekdays)] = WEEKDAYS
    time_zone: Annotated[str, AfterValidator(unless_stored(check_time_zone))]
    pauses: Annotated[tuple[Pause, ...], Field(max_length=MAX_PAUSES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _times_of_one(cls, given: object) -> object:
        """Clients and items that know only one `time` have it alone."""
        if not isinstance(given, Mapping) or "time" not in given:
            return given
        return {"times": [given["time"]], **{key: given[key] for key in given if key != "time"}}

    @property
    def time(self) -> str:
        """The first time of the day, for readers that know only one."""
        return self.times[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def to_json(self) -> dict[str, Any]:
        """The shape of the API, and of the stored item."""
        document = self.model_dump(mode="json", by_alias=True)
        return {"enabled": document.pop("enabled"), "time": self.time, **document}

    def runs_on(self, day: dt.date) -> bool:
        """Whether the local day is one of the weekdays, and in no pause."""
        is_paused = any(pause.first <= day <= pause.last for pause in self.pauses)
        return WEEKDAYS[day.weekday()] in self.weekdays and not is_paused

    def paused_until(self, now: dt.datetime) -> dt.date | None:
        """The last day of the pause that it is in at `now`, over pauses without a day between; None
        if it is off or not in a pause."""
        last, day = None, now.astimezone(self.zone).date()
        for pause in sorted(self.pauses, key=lambda one: one.first):
            if self.enabled and pause.first <= day <= pause.last:
                last, day = pause.last, pause.last + dt.timedelta(days=1)
        return last


def parse_schedule(definition: object, default_zone: str) -> Schedule:
    """Reads `{"enabled", "times", "weekdays"?, "time_zone"?, "pauses"?: [{"from", "to"}]}`, or
    `time` instead of `times`; raises InvalidRequest with every problem."""
    if not isinstance(definition, dict):
        raise InvalidRequest('Send a JSON object, such as {"enabled": true, "time": "21:00"}.')
    try:
        zone = definition.get("time_zone")
        schedule = Schedule.model_validate(
            {**definition, "time_zone": default_zone if zone is None else zone}
        )
        problems = []
    except ValidationError as error:
        problems = [
            Problem(_path(detail["loc"], definition), _sentence(dict(detail)))
            for detail in error.errors()
        ]
    if not problems and definition.get("time", schedule.time) != schedule.time:
        problems = [Problem("time", "This is not the first of the times: leave it out.")]
    if problems:
        raise InvalidRequest("The schedule was not saved.", problems=problems)
    return schedule


def _path(location: tuple[int | str, ...], definition: Mapping[str, Any]) -> str:
    if location[0] == "times" and "times" not in definition:
        location = ("time",)
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")[:80]


def _sentence(detail: dict[str, Any]) -> str:
    kind, name = detail["type"], detail["loc"][-1]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "extra_forbidden":
        return "There is no such key here: leave it out."
    if kind == "literal_error":
        return "Enter a weekday in full, in lowercase letters, such as monday."
    expected = {
        "enabled": "true or false, without quotes",
        "times": _TIMES,
        "weekdays": _WEEKDAYS,
        "time_zone": "a time zone, such as America/Chicago",
        "pauses": f"a list of at most {MAX_PAUSES} pauses, each with from and to",
        "from": "the first day of the pause, such as 2026-06-30",
        "to": "the last day of the pause, such as 2026-07-31",
    }.get(str(name), 'an object such as {"from": "2026-06-30", "to": "2026-07-31"}')
    return f"This is missing: enter {expected}." if kind == "missing" else f"Enter {expected}."


@dataclass(frozen=True, slots=True)
class NextRun:
    """`time` is the scheduled time of day; `at` is the local time with its offset, None on a day
    that skips the time, with a `note`."""

    day: dt.date
    time: str
    at: dt.datetime | None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """`{"day", "time", "at", "utc", "note"}`; `at` and `utc` are null if there is no run."""
        utc = self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if self.at else None
        return {
            "day": self.day.isoformat(),
            "time": self.time,
            "at": self.at.isoformat(timespec="minutes") if self.at else None,
            "utc": utc,
            "note": self.note,
        }


def next_runs(schedule: Schedule, now: dt.datetime) -> list[NextRun]:
    """The next five runs after `now` (aware), and the times among them that the clock skips.

    Empty while the schedule is off; fewer than five if pauses last longer than two years.
    """
    found: list[NextRun] = []
    for one in _runs_after(schedule, now):
        found.append(one)
        if sum(1 for each in found if each.at) == NEXT_RUNS:
            break
    return found


def _runs_after(schedule: Schedule, now: dt.datetime) -> Iterator[NextRun]:
    today = now.astimezone(schedule.zone).date()
    for number in range(MAX_DAYS_AHEAD if schedule.enabled else 0):
        day = today + dt.timedelta(days=number)
        for time in schedule.times if schedule.runs_on(day) else ():
            run = _run_at(schedule, day, time)
            # A skipped time has no moment; of today it is shown, even if it has passed.
            if run.at is None or run.at.astimezone(dt.UTC) > now:
                yield run


def _run_at(schedule: Schedule, day: dt.date, time: str) -> NextRun:
    at = dt.datetime.combine(day, dt.time.fromisoformat(time), schedule.zone)
    if is_skipped(at):
        return NextRun(day, time, None, f"The clock skips {time} on this day: no run.")
    if at.replace(fold=1).utcoffset() != at.utcoffset():
        note = f"{time} occurs twice on this day: the run starts at the first."
        return NextRun(day, time, at, note)
    return NextRun(day, time, at)


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """A stored schedule; `set_at` is the time of its last change."""

    connection_id: str
    schedule: Schedule
    set_at: dt.datetime


def last_expected_run(stored: SetSchedule, now: dt.datetime) -> dt.datetime | None:
    """When the schedule's last run that should be finished by now had to start.

    None if the last 26 hours had none: the schedule was off, paused, changed since, or other
    weekdays are chosen.
    """
    since = max(now - EXPECTED_WITHIN, stored.set_at)
    last = None
    for run in _runs_after(stored.schedule, since):
        if run.day > now.astimezone(stored.schedule.zone).date():
            break
        if run.at and run.at <= now - MAX_DURATION:
            last = run.at
    return last


def is_skipped(local: dt.datetime) -> bool:
    """Whether daylight saving time skips this local time."""
    there_and_back = local.astimezone(dt.UTC).astimezone(local.tzinfo)
    return there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None, fold=0)
