"""Explores the orders of two invocations for one event, and of a later one: one of them stores the
record of the run and announces it, whatever happens to the event and to the lease."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from registration_sync.domain.errors import AlreadyRunning, AttemptEnded, Unavailable
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import (
    Run,
    RunError,
    RunKind,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.use_cases.run_kinds.lifecycle import RunExecutor
from tests.exploration.actors import NOW, Replay, Wanted
from tests.exploration.world import Refused

RUN = Run(connection_id="c", run_id="run", trigger=RunTrigger.API, requested_at=NOW)
LEASE_LOST = RunError("lease_lost", "Another run took over.", transient=True)
RULES = frozenset({"begin", "save", "claim"})
"""The conditional writes; a mutant lacks one of them."""


@dataclass(frozen=True, slots=True)
class World:
    """The stored run, its announcements and the lease (its token, and whether it has expired)."""

    record: Run = RUN
    claimed: bool = False
    marked: bool = False
    announced: tuple[RunStatus, ...] = ()
    lease: tuple[str, bool] | None = None
    delivered: bool = False
    fault: str = ""


def apply(world: World, rules: frozenset[str], name: str, *given: Any) -> tuple[World, Any]:
    return _OPERATIONS[name](world, rules, *given)


def _find(world: World, _: frozenset[str]) -> tuple[World, Any]:
    return world, world.record


def _begin(world: World, rules: frozenset[str], run: Run, after: str) -> tuple[World, Any]:
    return _store(world, run, after if "begin" in rules else None)


def _save(world: World, rules: frozenset[str], run: Run) -> tuple[World, Any]:
    return _store(world, run, run.attempt_token if "save" in rules else None)


def _store(world: World, run: Run, token: str | None) -> tuple[World, Any]:
    stored = world.record
    is_last = not stored.attempt_token or stored.attempt_token == token
    if token is not None and (stored.finished or not is_last):
        return world, Refused(AttemptEnded)
    fault = f"{stored.status} replaced" if stored.finished and run != stored else world.fault
    return replace(world, record=run, claimed=False, marked=False, fault=fault), None


def _take_lease(world: World, _: frozenset[str], token: str) -> tuple[World, Any]:
    if world.lease and not world.lease[1]:
        return world, False
    return replace(world, lease=(token, False)), True


def _release_lease(world: World, _: frozenset[str], token: str) -> tuple[World, Any]:
    ours = world.lease is not None and world.lease[0] == token
    return (replace(world, lease=None) if ours else world), None


def _deliver(world: World, _: frozenset[str], token: str) -> tuple[World, Any]:
    """Delivers what is due, if the lease is ours. Returns the outcome as `find_earlier_attempt` and
    `export_year` do."""
    if world.lease is None or world.lease[0] != token:
        return world, "lost"
    return replace(world, delivered=True), "before" if world.delivered else "now"


def _claim(world: World, rules: frozenset[str], status: RunStatus) -> tuple[World, Any]:
    if "claim" in rules and (world.record.status != status or world.marked or world.claimed):
        return world, False
    return replace(world, claimed=True), True


def _announce(world: World, _: frozenset[str], status: RunStatus) -> tuple[World, Any]:
    return replace(world, announced=(*world.announced, status)), None


def _mark(world: World, _: frozenset[str], status: RunStatus) -> tuple[World, Any]:
    same = world.record.status == status
    return (replace(world, marked=True) if same else world), None


_OPERATIONS: dict[str, Callable[..., tuple[World, Any]]] = {
    "find": _find,
    "begin": _begin,
    "save": _save,
    "take_lease": _take_lease,
    "release_lease": _release_lease,
    "deliver": _deliver,
    "claim": _claim,
    "announce": _announce,
    "mark": _mark,
}


class ReplayRuns:
    """Implements the part of the port Runs that an invocation uses."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def find(self, connection_id: str, run_id: str) -> Any:
        return self._replay.do("find")

    def begin(self, run: Run, after: str) -> None:
        self._replay.do("begin", run, after)

    def save(self, run: Run) -> None:
        self._replay.do("save", run)


def invoke(token: str, replay: Replay) -> None:
    """One invocation of the export function."""

    @contextmanager
    def hold_lease(_connection_id: str, run_id: str) -> Iterator[Any]:
        if not replay.do("take_lease", token):
            raise AlreadyRunning("running", run_id=run_id)
        yield None
        replay.do("release_lease", token)

    def export(attempt: Any, _lease: Any) -> Run:
        result = replay.do("deliver", token)
        if result == "lost":
            year = YearOutcome(2025, RunStatus.FAILED, error=LEASE_LOST)
        elif result == "before" and attempt.run.attempt == 1:
            year = YearOutcome(2025, RunStatus.NOTHING_TO_EXPORT)
        else:
            year = YearOutcome(2025, RunStatus.SUCCEEDED, rows=1)
        return finished_run(attempt.run, (year,), NOW)

    def announce(run: Run) -> None:
        if replay.do("claim", run.status):
            replay.do("announce", run.status)
            replay.do("mark", run.status)

    unused: Any = None
    executor = RunExecutor(
        connections=Connections(),  # type: ignore[arg-type]
        runs=ReplayRuns(replay),  # type: ignore[arg-type]
        schedules=unused,
        runners={},
        leased_runners={RunKind.EXPORT: export},
        hold_lease=hold_lease,
        announce=announce,
        retire=lambda *_: None,
        workspace=lambda: nullcontext(Path()),
        now=lambda: NOW,
        new_token=lambda: token,
    )
    executor.execute({"connection_id": "c", "run_id": "run"}, "request")


class Connections:
    """A connection that delivers by download: its server does not matter here."""

    delivery = "download"
    deletion = setup = None

    def get(self, connection_id: str) -> "Connections":
        return self


@cache
def step(token: str, history: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The next operation of the invocation after these results; None once it has ended."""
    replay = Replay(history)
    try:
        invoke(token, replay)
    except Wanted:
        assert replay.wanted is not None
        return replay.wanted
    except (Unavailable, AlreadyRunning):
        return None  # Lambda invokes it again
    return None


def faults(rules: frozenset[str], kills: int, expiries: int) -> tuple[set[str], int]:
    """The faults in all orders of two invocations and a later one, and the number of states."""
    start = (World(), ((), ()), kills, expiries)
    states, waiting, found = {start}, [start], set[str]()
    while waiting:
        world, histories, kills_left, expiries_left = waiting.pop()
        following = []
        wanted = [None if h is None else step("ab"[i], h) for i, h in enumerate(histories)]
        for index, operation in enumerate(wanted):
            if operation is None:
                continue
            after, result = apply(world, rules, *operation)
            others = list(histories)
            others[index] = (*(histories[index] or ()), result)
            following.append((after, tuple(others), kills_left, expiries_left))
            if kills_left:
                others[index] = None  # type: ignore[call-overload]
                following.append((world, tuple(others), kills_left - 1, expiries_left))
        if world.lease and not world.lease[1] and expiries_left:
            late = replace(world, lease=(world.lease[0], True))
            following.append((late, histories, kills_left, expiries_left - 1))
        if not any(wanted):
            found.add(fault_of(_after_retry(world, rules), killed=kills_left < kills))
        following = [state for state in following if state not in states]
        states.update(following)
        waiting += following
    return found - {""}, len(states)


def _after_retry(world: World, rules: frozenset[str]) -> World:
    """The world after an invocation a minute later: the lease and the claim have expired."""
    world = replace(world, lease=None, claimed=False)
    history: tuple[Any, ...] = ()
    while operation := step("c", history):
        world, result = apply(world, rules, *operation)
        history = (*history, result)
    return world


def fault_of(world: World, *, killed: bool) -> str:
    if world.fault:
        return world.fault
    if world.record.status is not RunStatus.SUCCEEDED:
        return f"delivered, but recorded as {world.record.status}"
    if {*world.announced} != {RunStatus.SUCCEEDED}:
        return f"announced as {world.announced}"
    if len(world.announced) > 1 and not killed:
        return "announced twice"
    return ""


@pytest.mark.parametrize(("kills", "expiries"), [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)])
def test_one_attempt_stores_and_announces_a_run_in_every_order(kills: int, expiries: int) -> None:
    found, states = faults(RULES, kills, expiries)

    assert found == set()
    assert states > 50


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_exploration_finds_the_lack_of_a_condition(rule: str) -> None:
    found, _ = faults(RULES - {rule}, 0, 1)

    assert found != set()
