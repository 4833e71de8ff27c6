"""Two of everything.

Two senders sync and remove the same students in growing versions, two operators export, and two
people confirm and cancel runs, re-send old ones, erase students, and change the mapping and the
folder: all at once on one connection, each invocation in a process of its own, with OpenSSH's sshd
and the AWS emulator of the local stack, while an importer reads the folders. The seed decides
the steps. Then everything comes to rest, and one last export follows.

A step survives if in the end the importer has what was answered last for each student, no older row
ever followed a newer one (but in a file that was re-sent), no file was half, no two runs were on
the server at once, every run ended, and nothing of the erased students is kept.
"""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.support.sftp_servers import OpenSshServer
from tests.torture.support.cloud import Cloud
from tests.torture.support.district import (
    CONNECTION,
    EXPORTS,
    NO_CODE,
    District,
    mapping,
    new_district,
)
from tests.torture.support.importer import Importer
from tests.torture.support.killing import ENDED, OVER
from tests.torture.support.trials import Trials

STUDENTS = 12
"""Of each year."""

ERASURES = "/connections/{connection_id}/erasures"
FOLDERS = ("north", "south")
STRICT, LAX = {"unmatched": {"action": "hold", "count": 0}}, {"unmatched": {"action": "off"}}
DECISIONS = {"confirm": "confirmations", "cancel": "cancellations"}
AT_REST_MINUTES = 30

TRIES = 30
"""Of a request that is refused while another run is in progress."""


@dataclass
class Day:
    """What several people and programs do on one connection. `stays` are the times on the server,
    from the sign-in to the last request."""

    district: District
    importer: Importer
    done: list[str] = field(default_factory=list)
    stays: list[tuple[float, float]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)

    def enroll(self, draw: random.Random) -> None:
        """Syncs some students, or removes one."""
        year = draw.choice(self.district.years)
        if draw.random() < 0.2:
            self.done.append("removals")
            self.district.remove((year, f"s{draw.randrange(STUDENTS)}"))
        else:
            self.done.append("syncs")
            some = draw.sample(range(STUDENTS), draw.randint(1, 6))
            grades = ["K", "K", "1", NO_CODE]
            self.district.sync({(year, f"s{number}"): draw.choice(grades) for number in some})

    def operate(self, draw: random.Random) -> None:
        """Exports, sometimes a full file."""
        year = draw.choice(self.district.years)
        full = {"school_years": [year], "contents": "all", "override_held": True}
        self.done.append("exports")
        self.invoke(draw.choice([{}, {}, full]))

    def decide(self, draw: random.Random) -> None:
        """What people do in the console."""
        decisions = [self.confirm, self.resend, self.change, self.change, self.erase]
        draw.choice(decisions)(draw)

    def confirm(self, draw: random.Random) -> None:
        """Exports without codes, and confirms or cancels the run that then waits."""
        self.map_as("keep")
        self.enroll(draw)
        self.started(EXPORTS)
        for run in self.district.listed_runs()[:5]:
            if run["status"] == "awaiting_confirmation":
                decision = draw.choice([*DECISIONS])
                if self.started(f"{EXPORTS}/{{run_id}}/{decision}", run_id=run["run_id"]):
                    self.done.append(DECISIONS[decision])

    def resend(self, draw: random.Random) -> None:
        """Re-sends a past run, if the importer has seen its files."""
        run_id = draw.choice(self.district.listed_runs() or [{"run_id": ""}])["run_id"]
        years = self.district.run(run_id)["years"] if run_id else []
        digests = {file["sha256"] for year in years for file in year["files"]}
        is_seen = digests and digests <= self.importer.digests
        if is_seen and self.started(f"{EXPORTS}/{{run_id}}/resend", run_id=run_id):
            self.done.append("re-sends")

    def change(self, draw: random.Random) -> None:
        """Changes the mapping or the folder."""
        self.done.append("changes")
        if draw.random() < 0.5:
            self.map_as(draw.choice(["hold", "keep"]))
        else:
            self.move(draw.choice(FOLDERS), STRICT)

    def map_as(self, unmatched: str) -> None:
        self.save(f"{CONNECTION}/mapping", lambda: mapping(unmatched=unmatched))

    def move(self, folder: str, guards: dict[str, Any]) -> None:
        folder = f"{self.district.connection_id}/{folder}/{{school_year}}"

        def moved() -> dict[str, Any]:
            status, connection = self.district.ask("GET", CONNECTION)
            assert status == 200, connection
            return dict(connection | {"folder": folder, "guards": guards})

        self.save(CONNECTION, moved)

    def save(self, resource: str, body: Callable[[], dict[str, Any]]) -> None:
        """Saves, again and again while others save at the same time."""
        for _ in range(TRIES):
            status, answer = self.district.ask("PUT", resource, body())
            if status != 412:
                break
        assert status == 200, answer

    def erase(self, draw: random.Random) -> None:
        """Erases a student, who was synced before and is never synced again."""
        student_id = f"{self.district.connection_id}-erased-{draw.randrange(10**9)}-"
        student = draw.choice(self.district.years), student_id
        self.district.sync({student: "K"})
        self.district.acknowledged.pop(student)
        self.erased.append(student_id)
        if self.started(ERASURES, {"student_id": student_id}):
            self.done.append("erasures")

    def started(self, resource: str, body: object = None, **path: str) -> bool:
        """Requests a run, again and again while another one is running, and executes it."""
        for _ in range(TRIES):
            status, answer = self.district.ask("POST", resource, body, **path)
            assert status in {200, 202, 409}, answer
            if status == 202:
                self.invoke({"run_id": answer["run_id"]})
            if status != 409 or answer["error"]["code"] != "already_running":
                return bool(status != 409)
        return False

    def invoke(self, event: dict[str, Any]) -> None:
        event = {"connection_id": self.district.connection_id, **event}
        invocation = self.district.invoke("export", event)
        on_server = [one.at for one in invocation.operations if one.kind == "server"]
        if on_server:
            self.stays.append((on_server[0], on_server[-1]))

    def rest(self) -> list[str]:
        """Lets everything come to rest; returns what is wrong then."""
        district = self.district
        district.later(minutes=AT_REST_MINUTES)
        for student_id in self.erased:
            assert self.started(ERASURES, {"student_id": student_id})
        self.map_as("keep")
        self.move(FOLDERS[0], LAX)
        district.holds = False
        event = district.request()
        self.invoke(event)
        self.importer.look()
        last = district.run(event["run_id"])
        return [
            *(f"the last run is {last['status']}" for _ in [1] if last["status"] not in ENDED),
            *self._unfinished(),
            *self._together(),
            *(
                f"year {year}: {counts}"
                for year, counts in district.status().items()
                if counts["due"] or counts["held"]
            ),
            *(f"{where} has {one}" for one in self.erased for where in district.cloud.traces(one)),
            *(f"{name} is left" for name in self.importer.temporary()),
            *self.importer.new_steps_back(),
        ]

    def _unfinished(self) -> list[str]:
        return [
            f"{run['run_id']} is {run['status']}"
            for run in self.district.all_runs()
            if run["status"] not in {*OVER, "cancelled"}
        ]

    def _together(self) -> list[str]:
        """Runs that were on the server at the same time."""
        stays = sorted(self.stays)
        return [
            f"two runs were on the server at once, for {ended - began:.3f} s"
            for (_, ended), (began, _) in pairwise(stays)
            if began < ended
        ]


def test_everything_at_once(cloud: Cloud, sshd: OpenSshServer, trials: Trials) -> None:
    day = Day(district := new_district(cloud, sshd, guards=STRICT), district.importer())
    day.move(FOLDERS[0], STRICT)
    district.sync({(district.years[0], "s0"): "K"})
    day.invoke({})  # before its first sign-in, a connection has 20 attempts an hour
    steps = 12 if trials.long else 1
    seeds = [trials.random.getrandbits(32) for _ in range(6)]
    hands = [(day.enroll, 8), (day.operate, 2), (day.decide, 3)]

    def work(do: Callable[[random.Random], None], count: int, seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(count * steps):
            do(draw)

    with day.importer.watching(), ThreadPoolExecutor(6) as together:
        working = [
            together.submit(work, do, count, seed)
            for (do, count), seed in zip([*hands, *hands], seeds, strict=True)
        ]
        for one in working:
            one.result()
        problems = day.rest()

    missing = district.missing(day.importer)
    problems += missing
    tried = len(day.done)
    steps_by_name = Counter(day.done).most_common()
    counts = f"Steps: {', '.join(f'{name} {count}' for name, count in steps_by_name)}."
    trials.record(
        fault="Everything at once on one connection",
        outcome="The importer has what was answered last for each student.",
        tried=tried,
        survived=0 if problems else tried,
        lost=len(missing),
        half_files=len(day.importer.half),
        detail="; ".join(problems[:5]) or counts,
    )
