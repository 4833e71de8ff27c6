"""A district's year and a half, day by day, with what the clock brings."""

import datetime as dt
import random
import time
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import asyncssh

from registration_sync.domain.school_year import current_school_year
from tests.support.sftp_servers import public_line
from tests.torture.support.cloud import ARCHIVE, CONNECTIONS, REGISTRATIONS
from tests.torture.support.district import CONNECTION, NO_CODE, District, mapping
from tests.torture.support.importer import GUARDIANS, STUDENTS, Importer, Student

ZONE = ZoneInfo("America/Chicago")
FIRST, LAST = dt.date(2027, 3, 1), dt.date(2028, 9, 15)
SUMMER = (dt.date(2027, 6, 30), dt.date(2027, 7, 31))
REFUSED = (dt.date(2027, 9, 1), dt.date(2027, 9, 30))
"""The server shows a key that is not the saved one."""

SPECIAL = (
    *(dt.date(2027, 7, day) for day in (1, 2)),
    *(dt.date(2027, 8, day) for day in (2, 30)),
    *(dt.date(2027, 9, day) for day in (1, 14)),
    *(dt.date(2027, 10, day) for day in (1,)),
    *(dt.date(2027, 11, day) for day in (5, 7, 8)),  # the clock goes back on the 7th
    *(dt.date(2028, 3, day) for day in (10, 12, 13)),  # and forward on the 12th
    *(dt.date(2028, 8, day) for day in (2, 7)),  # the snapshots of 2026 expire on the 3rd
)
NIGHT = 21
RETENTION = dt.timedelta(days=400)
CHECKED_EVERY = 12
SETTABLE = "connection_id name host port username folder district time_zone importer programs"


def _within(day: dt.date, period: tuple[dt.date, dt.date]) -> bool:
    return period[0] <= day <= period[1]


def _night_of(day: dt.date) -> str:
    """When the schedule's export of the day runs, in UTC."""
    runs_at = dt.datetime.combine(day, dt.time(NIGHT), ZONE).astimezone(dt.UTC)
    return runs_at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class SimulatedYear:
    """`live` lives a day; `wrong` has what broke a promise, `lost` the students."""

    district: District
    random: random.Random
    exports: int = 0
    skipped: int = 0
    failed: int = 0
    expired: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    importer: Importer = field(init=False)
    _students: list[str] = field(default_factory=list)
    _days: int = 0
    _is_refused: bool = False

    def __post_init__(self) -> None:
        self.importer = self.district.importer(removes=True)

    def days(self, every: int) -> list[dt.date]:
        """About each of so many days, and those on which something happens."""
        self._at(FIRST, 8)
        pause = {"from": SUMMER[0].isoformat(), "to": SUMMER[1].isoformat()}
        schedule = {"enabled": True, "time": f"{NIGHT}:00", "pauses": [pause]}
        self._put(f"{CONNECTION}/schedule", schedule)
        all_days = (FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days))
        return [day for day in all_days if day in SPECIAL or self.random.random() * every < 1]

    def live(self, day: dt.date) -> None:
        """Syncs by day, the export at night (not on weekends), and the importer after it."""
        self._days += 1
        self._at(day, 12)
        self._show_host_key(day)
        self._sync(day)
        self._remove_sometimes()
        self._compare_schedule(day)
        if day.weekday() < 5:
            self._export(day)
        if self._days % CHECKED_EVERY == 0 or day in SPECIAL[-2:]:
            self._expire(day)

    def end(self) -> None:
        """Everything expires that may; the mapping holds nobody any more; a last export runs."""
        self._at(LAST, 12)
        self._show_host_key(LAST)
        self._expire(LAST)
        self._put(f"{CONNECTION}/mapping", mapping(unmatched="keep"))
        self.district.holds = False
        self._export(LAST)

    def _at(self, day: dt.date, hour: int) -> None:
        moment = dt.datetime.combine(day, dt.time(hour), ZONE)
        self.district.ahead_seconds = moment.timestamp() - time.time()

    def _put(self, resource: str, body: Any) -> None:
        status, answer = self.district.ask("PUT", resource, body)
        assert status == 200, answer

    def _show_host_key(self, day: dt.date) -> None:
        if _within(day, REFUSED) == self._is_refused:
            return
        self._is_refused = not self._is_refused
        _, saved = self.district.ask("GET", CONNECTION)
        other = public_line(asyncssh.generate_private_key("ssh-ed25519"))
        keys = [other] if self._is_refused else list(self.district.server.host_keys)
        secret = self.district.server.account().credentials.private_key
        kept = {name: saved[name] for name in SETTABLE.split()}
        self._put(CONNECTION, {**kept, "host_keys": keys, "private_key": secret})

    def _sync(self, day: dt.date) -> None:
        year = current_school_year(day)
        years = [year, year + 1] if day.month in range(1, 7) else [year]
        chosen: dict[Student, str] = {}
        for _ in range(self.random.randint(1, 5)):
            if not self._students or self.random.random() < 0.5:
                self._students.append(f"s{len(self._students)}")
            student = self.random.choice(years), self.random.choice(self._students)
            chosen[student] = self.random.choice(["K", "K", "1", "1", "1", NO_CODE])
        self.district.sync(chosen)

    def _remove_sometimes(self) -> None:
        if self.random.random() < 0.1 and self.district.acknowledged:
            self.district.remove(self.random.choice(sorted(self.district.acknowledged)))

    def _compare_schedule(self, day: dt.date) -> None:
        """The service's next run, and ours."""
        if _within(day, SUMMER):
            return
        _, shown = self.district.ask("GET", f"{CONNECTION}/schedule")
        if shown["next_runs"][0]["utc"] != _night_of(day):
            self.wrong.append(f"{day}: the next run is {shown['next_runs'][0]}")

    def _export(self, day: dt.date) -> None:
        self._at(day, NIGHT)
        event = {"trigger": "schedule", "scheduled_time": _night_of(day)}
        event["connection_id"] = self.district.connection_id
        run = self.district.invoke("export", event).answer or {}
        statuses = {year["error"]["code"] for year in run.get("years", ()) if year["error"]}
        if _within(day, SUMMER):
            self.skipped += 1
            if run.get("run_id"):
                self.wrong.append(f"{day}: a run in a pause: {run}")
        elif self._is_refused:
            self.failed += 1
            if statuses != {"host_key_mismatch"}:
                self.wrong.append(f"{day}: {run}")
        else:
            self.exports += any(year["files"] for year in run.get("years", ()))
            self.importer.take()
            missing = self.district.missing(self.importer)
            self.lost += missing
            if missing or statuses or run.get("status") == "failed":
                self.wrong.append(f"{day}: {missing} {run}")

    def _expire(self, day: dt.date) -> None:
        """What DynamoDB and S3 do: they delete what is past its time."""
        now = dt.datetime.combine(day, dt.time(12), ZONE)
        dynamodb = self.district.cloud.client("dynamodb")
        for table in (REGISTRATIONS, CONNECTIONS):
            for page in dynamodb.get_paginator("scan").paginate(TableName=table):
                for item in page["Items"]:
                    if "expires_at" in item and self.district.connection_id in item["pk"]["S"]:
                        at = dt.datetime.fromtimestamp(int(item["expires_at"]["N"]), dt.UTC)
                        self._check(item["pk"]["S"], item["sk"]["S"], at)
                        if at < now:
                            key = {"pk": item["pk"], "sk": item["sk"]}
                            dynamodb.delete_item(TableName=table, Key=key)
                            self.expired += 1
        oldest, s3 = f"{now - RETENTION:%Y%m%dT%H%M%SZ}", self.district.cloud.client("s3")
        prefix = f"{self.district.connection_id}/"
        for path in self.district.cloud.archived(prefix):
            if path.split("/")[1] < oldest:
                s3.delete_object(Bucket=ARCHIVE, Key=path)
                self.expired += 1

    def _check(self, pk: str, sk: str, at: dt.datetime) -> None:
        kind, _, *rest = pk.split("#")
        if kind == "CURRENT":
            student = int(rest[0]), sk
            end = dt.datetime(student[0] + 1, 6, 30, tzinfo=dt.UTC)
            known = self.district.acknowledged[student]
            wanted = known if self.district.grades[known] else None
            if at < end + RETENTION:
                self.wrong.append(f"{student} expires too early: {at}")
            if self.importer.version(STUDENTS, student) != wanted:
                self.lost.append(f"{student} expires and is due")
            if wanted and self.importer.version(GUARDIANS, student) != wanted:
                self.lost.append(f"a guardian of {student} expires and is due")
        elif kind == "RUNS":
            requested = dt.datetime.strptime(sk[:15], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
            if abs(at - requested - RETENTION) > dt.timedelta(days=1):
                self.wrong.append(f"the run {sk} expires at {at}")
        elif kind == "BATCH":
            self.wrong.append(f"a due mark expires: {sk}")
