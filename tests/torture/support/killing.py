"""Kills the runs of a district, one operation at a time, and checks what is promised after each."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.torture.support.district import District
from tests.torture.support.importer import Importer
from tests.torture.support.invocations import Invocation
from tests.torture.support.operations import READS, Kill, Operation, kind_of
from tests.torture.support.trials import Trials

FIRST_RETRY, SECOND_RETRY, LEASE_ENDS, NEVER_STARTED = 1.1, 2.1, 4.1, 20.0
"""Minutes: of Lambda's two retries, each after the last failure; of a lease with the minute of
grace; and of a requested run that has not started."""

DELIVERED = {"succeeded", "partial"}
ENDED = {*DELIVERED, "nothing_to_export"}
OVER = {*ENDED, "failed"}

CALLS = {
    "table": "DynamoDB",
    "archive": "S3",
    "secrets": "Secrets Manager",
    "server": "the SFTP server",
    "message": "EventBridge or SNS",
    "schedule": "EventBridge Scheduler",
}

TRIES = 4
"""Of a kill: not every run has every operation."""

type Event = dict[str, Any]


@dataclass(frozen=True)
class KindOfRun:
    """What is done in each trial, by its number: `prepare` before it, `request`, which asks for the
    run and returns its event, and `check` at its end, which returns what else is wrong."""

    prepare: Callable[[int], None]
    request: Callable[[int], Event]
    check: Callable[[int], list[str]] = lambda _: []


@dataclass
class Killing:
    """The trials of one kind of run on one connection. `problems` are broken promises, each with
    the kill."""

    district: District
    importer: Importer
    kind: KindOfRun
    number: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    """By the kind of operation."""
    survived: int = 0
    lost: int = 0
    problems: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """Runs of which an event must tell."""

    def find_points(self, runs: int, *, after: int = 0) -> list[Kill]:
        """Where any of so many runs can be killed, which may differ, after others."""
        found = dict[Kill, None]()
        for number in range(after + runs):
            self._prepare()
            event = self.kind.request(self.number)
            counted = self.district.invoke("export", event)
            self._check([event["run_id"]], "not killed")
            self.district.later(minutes=LEASE_ENDS)
            if number >= after:
                found |= dict.fromkeys(points_of(counted.operations))
        assert self.problems == [], self.problems
        return list(found)

    def kill(self, kill: Kill, *, retried: bool) -> None:
        """One trial: after the kill, AWS's retries of the event or the next run."""
        known = len(self.problems)
        for _ in range(TRIES):
            self._prepare()
            event = self.kind.request(self.number)
            invocation = self.district.invoke("export", event, kill)
            if invocation.was_killed:
                break
        else:  # it always had fewer operations than the counted runs
            return
        about = f"{self._count_kill(invocation, kill)}, {'retried' if retried else 'next run'}"
        run_ids = [event["run_id"]]
        if retried:
            self._retry(event, about)
            self.district.later(minutes=LEASE_ENDS)  # a run that had ended did not wait for it
        else:
            run_ids.append(self._start_next(about))
        self._check(run_ids, about)
        self.survived += len(self.problems) == known

    def kill_sync(
        self, sync: Callable[[Kill | None], Invocation], kill: Kill, *, repeated: bool
    ) -> None:
        """One trial of a sync: after the kill, Enroll repeats it, or an export follows."""
        known = len(self.problems)
        self._prepare()
        invocation = sync(kill)
        if not invocation.was_killed:
            return
        about = (
            f"{self._count_kill(invocation, kill)}, {'repeated' if repeated else 'not repeated'}"
        )
        if repeated:
            sync(None)
        event = self.kind.request(self.number)
        self.district.invoke("export", event)
        self._check([event["run_id"]], about)
        self.survived += len(self.problems) == known
        self.district.later(minutes=LEASE_ENDS)

    def _count_kill(self, invocation: Invocation, kill: Kill) -> str:
        operation = invocation.operations[-1]
        self.killed[operation.kind] += 1
        return f"killed {kill.edge} {operation.number} {operation.name}"

    def check_events(self) -> None:
        """Every run that ended was announced, as its record says, and no run as failed."""
        self.district.cloud.collect_messages()
        events = [
            (event["run_id"], event["status"])
            for event in self.district.cloud.events
            if event["connection_id"] == self.district.connection_id
        ]
        statuses = {run_id: self.district.run(run_id)["status"] for run_id, _ in events}
        alerts = [one for one in self.district.cloud.alerts if self.district.connection_id in one]
        self.problems += [f"a message says {one!r}" for one in alerts if "failed" in one]
        silent = self.ended - statuses.keys()
        self.problems += [f"no event tells of {run_id}" for run_id in sorted(silent)]
        self.problems += [
            f"an event says that {run_id} is {status}, not {statuses[run_id]}"
            for run_id, status in events
            if status != statuses[run_id]
        ]

    def _prepare(self) -> None:
        self.number += 1
        self.kind.prepare(self.number)

    def _retry(self, event: Event, about: str) -> None:
        """As Lambda repeats an event that failed."""
        for minutes in (FIRST_RETRY, SECOND_RETRY):
            self.district.later(minutes=minutes)
            again = self.district.invoke("export", event)
            if not again.raised:
                return
        self.problems.append(f"{about}: the last retry raised {again.raised}, {again.message}")

    def _start_next(self, about: str) -> str:
        """A person's next run, once the lease has expired."""
        self.district.later(minutes=LEASE_ENDS)
        if self.district.listed_runs()[0]["status"] == "pending":  # it may still begin
            self.district.later(minutes=NEVER_STARTED)
        try:
            event = self.kind.request(self.number)
        except AssertionError as refusal:
            self.problems.append(f"{about}: the next run was refused, {refusal}")
            self.district.later(minutes=NEVER_STARTED)
            event = self.kind.request(self.number)
        if self.district.invoke("export", event).raised:
            self._retry(event, "the next run")
        return str(event["run_id"])

    def _check(self, run_ids: list[str], about: str) -> None:
        self.importer.look()
        missing = self.district.missing(self.importer.after_all())
        self.lost += len(missing)
        found = [*missing, *self._untrue(run_ids), *self._left_behind()]
        found += self.kind.check(self.number)
        self.problems += [f"{about}: {problem}" for problem in found]
        self.ended.add(run_ids[-1])

    def _untrue(self, run_ids: list[str]) -> Iterator[str]:
        """What records say that is not so. The last run must have ended well."""
        runs = [self.district.run(run_id) for run_id in run_ids]
        for run in runs:
            allowed = ENDED if run is runs[-1] else OVER
            if run["status"] not in allowed:
                yield f"run {run['run_id']} is {run['status']}: {run['message']}"
            for year in run["years"]:
                for file in year["files"]:
                    if file["sha256"] not in self.importer.digests:
                        yield f"{file['path']} of {run['run_id']} was never on the server"

    def _left_behind(self) -> Iterator[str]:
        yield from (f"{name} is left" for name in self.importer.temporary())
        yield from (f"the files of two attempts are in {name}" for name in self.importer.apart())
        yield from self.importer.new_steps_back()
        for year, counts in self.district.status().items():
            if counts["due"] or counts["held"] != self.district.held_in(year):
                yield f"year {year} has {counts['due']} due and {counts['held']} held"


def record(killings: list[Killing], trials: Trials, points: int, fault: str, outcome: str) -> None:
    """The row of the trials on these connections; of so many points, if that is known."""
    killed = sum((one.killed for one in killings), Counter[str]())
    problems = [problem for one in killings for problem in one.problems]
    trials.record(
        fault=fault,
        outcome=outcome,
        tried=killed.total(),
        survived=sum(one.survived for one in killings),
        lost=sum(one.lost for one in killings),
        half_files=sum(len(one.importer.half) for one in killings),
        mixed=sum(len(one.importer.mixed) for one in killings),
        detail="; ".join(problems[:5]) or "Killed at calls of",
        of=points,
        counts={CALLS[kind]: count for kind, count in killed.items()},
    )


def changing(operations: list[Operation]) -> list[Operation]:
    """Without a read right after another read: nothing has changed in between."""
    before = [None, *operations]
    return [
        one
        for previous, one in zip(before, operations, strict=False)
        if not (previous and previous.name in READS and one.name in READS)
    ]


def points_of(operations: list[Operation]) -> list[Kill]:
    """Where a run with these operations can be killed."""
    return [Kill(one.nth, edge, one.name) for one in operations for edge in one.edges]


def chosen(points: list[Kill], count: int, random: Random) -> list[Kill]:
    """So many of the points, or all; of each kind of operation at least one."""
    points = random.sample(points, len(points))
    first_of = {kind_of(one.name): one for one in reversed(points)}
    points.sort(key=lambda one: first_of[kind_of(one.name)] is not one)
    return points[: max(count, len(first_of))]
