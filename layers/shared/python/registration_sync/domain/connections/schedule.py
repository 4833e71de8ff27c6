"""The schedule of the nightly export: a local time of day, and pauses.

EventBridge Scheduler's rules apply to daylight saving time: no run on a day that skips the local
time, and one run, at the first occurrence, on a day that repeats it. (AWS, "Schedule types in
EventBridge Scheduler".)
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
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

OVERDUE_AFTER = dt.timedelta(hours=26)
"""A day, and two hours for a run that had to wait or was retried."""

MAX_DURATION = dt.timedelta(hours=2)
MAX_PAUSES = 50


def _check_time(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("Write the time of day with two digits each, from 00:00 to 23:59.")
    return text


def _check_day(value: object) -> dt.date:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("Write a day as YYYY-MM-DD, such as 2026-06-30.")
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
            raise ValueError("The pause ends before it begins: swap the two days.")
        return self


class Schedule(_Part):
    """`time` is the local time of day, as 21:00."""

    enabled: StrictBool
    time: Annotated[str, BeforeValidator(_check_time)]
    time_zone: Annotated[str, AfterValidator(unless_stored(check_time_zone))]
    pauses: Annotated[tuple[Pause, ...], Field(max_length=MAX_PAUSES)] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def to_json(self) -> dict[str, Any]:
        """The shape of the API, and of the stored item."""
        return self.model_dump(mode="json", by_alias=True)

    def pauses_on(self, day: dt.date) -> bool:
        """Whether the local day is within a pause."""
        return any(pause.first <= day <= pause.last for pause in self.pauses)


def parse_schedule(definition: object, default_zone: str) -> Schedule:
    """Reads `{"enabled", "time", "time_zone"?, "pauses"?: [{"from", "to"}]}`; raises
    InvalidRequest with every problem."""
    if not isinstance(definition, dict):
        raise InvalidRequest('Send a JSON object, such as {"enabled": true, "time": "21:00"}.')
    try:
        zone = definition.get("time_zone")
        return Schedule.model_validate(
            {**definition, "time_zone": default_zone if zone is None else zone}
        )
    except ValidationError as error:
        problems = [
            Problem(_path(detail["loc"]), _sentence(dict(detail))) for detail in error.errors()
        ]
        raise InvalidRequest("The schedule was not saved.", problems=problems) from None


def _path(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")[:80]


def _sentence(detail: dict[str, Any]) -> str:
    kind, name = detail["type"], detail["loc"][-1]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "extra_forbidden":
        return "There is no such key here: leave it out."
    expected = {
        "enabled": "true or false, without quotes",
        "time": "the time of day, such as 21:00",
        "time_zone": "a time zone, such as America/Chicago",
        "pauses": f"a list of at most {MAX_PAUSES} pauses, each with from and to",
        "from": "the first day of the pause, such as 2026-06-30",
        "to": "the last day of the pause, such as 2026-07-31",
    }.get(str(name), 'an object such as {"from": "2026-06-30", "to": "2026-07-31"}')
    return f"This is missing: write {expected}." if kind == "missing" else f"Write {expected}."


@dataclass(frozen=True, slots=True)
class NextRun:
    """`at` is the local time with its offset, None on a day that skips the time, with a `note`."""

    day: dt.date
    at: dt.datetime | None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """`{"day", "at", "utc", "note"}`; `at` and `utc` are null if there is no run."""
        utc = self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if self.at else None
        return {
            "day": self.day.isoformat(),
            "at": self.at.isoformat(timespec="minutes") if self.at else None,
            "utc": utc,
            "note": self.note,
        }


def next_runs(schedule: Schedule, now: dt.datetime) -> list[NextRun]:
    """The next five runs after `now` (aware), and the days among them that skip the time.

    Empty while the schedule is off; fewer than five if pauses last longer than two years.
    """
    found: list[NextRun] = []
    for one in _days(schedule, now) if schedule.enabled else ():
        found.append(one)
        if sum(1 for each in found if each.at) == NEXT_RUNS:
            break
    return found


def _days(schedule: Schedule, now: dt.datetime) -> Iterator[NextRun]:
    hour, minute = map(int, schedule.time.split(":"))
    today = now.astimezone(schedule.zone).date()
    for number in range(MAX_DAYS_AHEAD):
        day = today + dt.timedelta(days=number)
        if schedule.pauses_on(day):
            continue
        at = dt.datetime.combine(day, dt.time(hour, minute), schedule.zone)
        if at.astimezone(dt.UTC) <= now and not is_skipped(at):
            continue
        if is_skipped(at):
            note = f"The clock skips {schedule.time} on this day: no run."
            yield NextRun(day, None, note)
        elif at.replace(fold=1).utcoffset() != at.utcoffset():
            note = f"{schedule.time} occurs twice on this day: the run starts at the first."
            yield NextRun(day, at, note)
        else:
            yield NextRun(day, at)


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """A stored schedule; `set_at` is the time of its last change."""

    connection_id: str
    schedule: Schedule
    set_at: dt.datetime


def should_have_run(stored: SetSchedule, now: dt.datetime) -> bool:
    """Whether the schedule had a run in the last 26 hours, early enough to be finished by now.

    False while the schedule is off, pauses, or is too new.
    """
    since = max(now - OVERDUE_AFTER, stored.set_at)
    first = next((run.at for run in next_runs(stored.schedule, since) if run.at), None)
    return first is not None and first <= now - MAX_DURATION


def is_skipped(local: dt.datetime) -> bool:
    """Whether daylight saving time skips this local time."""
    there_and_back = local.astimezone(dt.UTC).astimezone(local.tzinfo)
    return there_and_back.replace(tzinfo=None) != local.replace(tzinfo=None, fold=0)
