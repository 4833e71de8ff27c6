"""Runs actors on a world in every order, with faults; or in random orders for large cases.

Worlds, operations, results and actors are numbered, and each is computed once. A state is a few
integers, so a test can check a million states.
"""

import gc
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any, NamedTuple

from tests.exploration.actors import (
    Actor,
    Export,
    Importer,
    LabelMapping,
    Late,
    Loss,
    NoAnswer,
    PausedReplay,
    Removal,
    Replay,
)
from tests.exploration.world import (
    ACCOUNTING,
    AMONG_EXPORTS,
    READS,
    SEEN_BY_IMPORTER,
    SEEN_BY_LOSS,
    Operation,
    World,
    apply,
    has_effect_only_once,
    is_behind,
    label_of,
    lost_students,
    needs_no_row,
    without_uncommitted_accounting,
)
from tests.exploration.year_totals import fault_in_totals

ENDED = -1
FINAL = Export("f1na1")
MOST_PAUSED = 100
"""Actors at once: each may have files open. In a depth-first search the last ones go on soon."""

type Labels = tuple[tuple[str, int], ...]


class Numbered[Value]:
    """Numbers values; equal values have the same number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[type, Value], int] = {}
        self._values: list[Value] = []

    def number(self, value: Value) -> int:
        # With the type: True equals 1, but is another result.
        number = self._numbers.setdefault((type(value), value), len(self._values))
        if number == len(self._values):
            self._values.append(value)
        return number

    def __getitem__(self, number: int) -> Value:
        return self._values[number]


@dataclass(frozen=True, slots=True)
class Running:
    """The state of an actor: its results so far; for an export, the syncs acknowledged before it
    began (`floor`), and those `owed` a delivery."""

    history: tuple[int, ...] = ()
    floor: Labels = ()
    owed: Labels = ()


class State(NamedTuple):
    """Numbers of the world and of each actor (or ENDED). `in_flight` are operations of killed
    actors, or with a lost answer: each may take effect at any later moment, or never."""

    world: int
    actors: tuple[int, ...]
    in_flight: tuple[int, ...] = ()
    kills_left: int = 0
    losses_left: int = 0
    stalls_left: int = 0


@dataclass(frozen=True, slots=True)
class Faults:
    """The numbers of actors killed, answers lost, and live holders of the lease that stall.

    `syncs_too`: syncs fail, too, not only exports. `late_accounting`: ledger entries and indexes of
    a killed run stay, and may be written late. `lost_accounting`: they are lost, although its
    commit may take effect.
    `late_clocks`: a holder does not notice that its lease has expired, because its clock is minutes
    late. `done`: so many of the first actors have ended, one after the other, before the others
    begin.
    """

    kills: int = 0
    losses: int = 0
    stalls: int = 0
    syncs_too: bool = True
    late_accounting: bool = False
    lost_accounting: bool = False
    late_clocks: bool = False
    done: int = 0


class Explorer:
    """Explores the orders of the actors' operations, with faults. Checks the `totals` against the
    files, or P1 to P3 only."""

    def __init__(
        self,
        actors: Sequence[Actor],
        code: SimpleNamespace,
        folder: Path,
        faults: Faults,
        *,
        totals: bool = True,
    ) -> None:
        self._carries = any(isinstance(one, Export) and one.carries for one in actors)
        self._only_new = any(isinstance(one, Export) and one.mapping.has_new for one in actors)
        final = replace(FINAL, carries=self._carries)
        if self._only_new:
            final = replace(final, mapping=LabelMapping.of_new())
        self.actors = (*actors, final)
        self._code = code
        self._folder = folder
        self._faults = faults
        self._totals = totals
        imports = any(isinstance(one, Importer) for one in actors)
        loses = any(isinstance(one, Loss) for one in actors)
        self._unnoticed = AMONG_EXPORTS - (SEEN_BY_IMPORTER if imports else set())
        self._unnoticed -= SEEN_BY_LOSS if loses else set()
        self._never_late = READS if faults.late_accounting else READS | ACCOUNTING
        self._left_out = frozenset[int]().union(
            *(one.mapping.leaves_out for one in self.actors if isinstance(one, Export))
        )
        self._paused: dict[tuple[int, Running], PausedReplay] = {}
        self._free_folders: list[Path] = []
        self.worlds = Numbered[World]()
        self.operations = Numbered[Operation]()
        self.results = Numbered[Any]()
        self.running = Numbered[Running]()
        self._no_answer = self.results.number(NoAnswer())
        self.wants = cache(self._wants)
        self._apply = cache(self._applied)
        self._after = cache(self._actor_after)
        self._step = cache(self._stepped)
        self._left_behind = cache(self._after_a_kill)
        self._waits = cache(self._waiting)
        self._new = self.running.number(Running())
        self._all_ended = (ENDED,) * (len(self.actors) - 1)
        self._exports = [n for n, one in enumerate(self.actors) if isinstance(one, Export)]
        self._world_fault = cache(self._fault_of_world)
        self._final = cache(self._final_fault)

    def start(self) -> State:
        """No actor has begun, or only those that are done."""
        actors = (self._new,) * (len(self.actors) - 1)
        left = self._faults.kills, self._faults.losses, self._faults.stalls
        world = World(
            keeps_first=any(map(_sends_removals, self.actors)),
            carries=self._carries,
            only_new=self._only_new,
        )
        state = State(self.worlds.number(world), actors, (), *left)
        for index in range(self._faults.done):
            while state.actors[index] != ENDED:
                state = self.step(state, index)
        return state

    # One step

    def _wants(self, index: int, actor: int) -> tuple[int | None, Any]:
        """The next operation of the actor, or None and its outcome."""
        replay = self._replay(index, self.running[actor])
        if replay.wanted is None:
            return None, replay.outcome
        self._paused[index, self.running[actor]] = replay
        if len(self._paused) > MOST_PAUSED:
            self._paused.pop(next(iter(self._paused))).close()
        return self.operations.number(replay.wanted), None

    def _replay(self, index: int, running: Running) -> PausedReplay:
        """The actor after its history: it goes on, if it is still paused before the last result."""
        if running.history:
            *history, last = running.history
            before = replace(running, history=tuple(history))
            if paused := self._paused.pop((index, before), None):
                paused.go_on(self.results[last])
                return paused
        results = [self.results[number] for number in running.history]
        return PausedReplay(lambda replay: self._run(index, replay, running.floor), results)

    def _run(self, index: int, replay: Replay, floor: Labels) -> Any:
        """In a folder that no paused actor uses."""
        folder = self._free_folders.pop() if self._free_folders else Path(mkdtemp(dir=self._folder))
        try:
            return self.actors[index].run(self._code, replay, floor, folder)
        finally:
            self._free_folders.append(folder)

    def _applied(self, world: int, operation: int) -> tuple[int, int]:
        after, result = apply(self.worlds[world], self.operations[operation])
        return self.worlds.number(after), self.results.number(result)

    def step(self, state: State, index: int) -> State:
        """The state after the next operation of the actor."""
        return self._following(state, index, *self._step(index, state.actors[index], state.world))

    def _stepped(self, index: int, actor: int, number: int) -> tuple[int, int]:
        """The actor and the world after its next operation."""
        world = self.worlds[number]
        if isinstance(self.actors[index], Export) and not self.running[actor].history:
            actor = self.running.number(Running((), world.acknowledged, world.owed))
        operation, _ = self.wants(index, actor)
        assert operation is not None
        after, result = self._apply(number, operation)
        if self._is_late(world, index, actor):
            result = self.results.number(Late(self.results[result]))
        return self._after(index, actor, result, after)

    def _is_late(self, world: World, index: int, actor: int) -> bool:
        """Whether the lease expired during this operation."""
        export = self.actors[index]
        if self._faults.late_clocks:
            return False
        if not isinstance(export, Export) or not self.running[actor].history:
            return False
        return world.lease != (export.token, False)

    def _following(self, state: State, index: int, actor: int, world: int) -> State:
        _, actors, in_flight, kills, losses, stalls = state
        actors = (*actors[:index], actor, *actors[index + 1 :])
        if in_flight:
            in_flight = tuple(flying for flying in in_flight if self._may_happen(world, flying))
        return State(world, actors, in_flight, kills, losses, stalls)

    def _may_happen(self, world: int, operation: int) -> bool:
        if not has_effect_only_once(self.operations[operation]):
            return True
        return self._apply(world, operation)[0] != world

    def _actor_after(self, index: int, actor: int, result: int, world: int) -> tuple[int, int]:
        """The actor and the world after the result. An actor without a further operation ends at
        once: that is the strictest moment, as a later answer binds fewer exports."""
        running = self.running[actor]
        running = replace(running, history=(*running.history, result))
        after = self.running.number(running)
        operation, outcome = self.wants(index, after)
        if operation is not None:
            return after, world
        ended = _world_after(
            self.worlds[world], self.actors[index], running, outcome, self._left_out
        )
        return ENDED, self.worlds.number(ended)

    # Every step

    def moves(self, state: State) -> list[State]:
        """Every possible next state, except those that only repeat another order."""
        alone = self._alone_on_the_server(state)
        if alone is not None:
            return self._moves_of(self._where_it_matters(state, alone), alone)
        following = []
        for index, actor in enumerate(state.actors):
            if actor == ENDED:
                continue
            if actor != self._new or not self._waits(index, state.actors, state.world):
                following += self._moves_of(state, index)
        for position, operation in enumerate(state.in_flight):
            world, _ = self._apply(state.world, operation)
            rest = state.in_flight[:position] + state.in_flight[position + 1 :]
            following.append(state._replace(world=world, in_flight=rest))
        following += self._expiries(state)
        return following

    def _where_it_matters(self, state: State, alone: int) -> State:
        """The last of a series of steps between which nothing else can happen: without lost
        answers, a kill among reads equals a kill after them."""
        while not state.losses_left:
            operation, _ = self.wants(alone, state.actors[alone])
            if state.kills_left and self.operations[operation or 0][0] not in READS:
                break
            after = self.step(state, alone)
            if self._alone_on_the_server(after) != alone:
                break
            state = after
        return state

    def _moves_of(self, state: State, index: int) -> list[State]:
        following = [self.step(state, index)]
        if (state.kills_left or state.losses_left) and state.actors[index] != self._new:
            following += self._after_faults(state, index)
        return following

    def _after_faults(self, state: State, index: int) -> list[State]:
        """The states after the actor is killed, or the answer to its operation is lost."""
        is_export = index in self._exports
        if not is_export and not self._faults.syncs_too:
            return []
        actor = state.actors[index]
        operation, _ = self.wants(index, actor)
        if operation is not None and self.operations[operation][0] not in self._never_late:
            in_flight = tuple(sorted((*state.in_flight, operation)))
            state = state._replace(in_flight=in_flight)
        following = []
        if state.kills_left:
            actors = (*state.actors[:index], ENDED, *state.actors[index + 1 :])
            killed = state._replace(actors=actors, kills_left=state.kills_left - 1)
            if is_export and self._loses_accounting(state):
                killed = killed._replace(world=self._left_behind(state.world))
            following.append(killed)
        if state.losses_left:
            lost = state._replace(losses_left=state.losses_left - 1)
            after = self._after(index, actor, self._no_answer, state.world)
            following.append(self._following(lost, index, *after))
        return following

    def _loses_accounting(self, state: State) -> bool:
        """Whether a kill drops the accounting of batches that are not committed: it is of no use,
        unless a commit is in flight, or another run is in progress."""
        if self._faults.late_accounting or len(self._begun(state)) > 1:
            return False
        may_commit = any(self.operations[flying][0] == "commit" for flying in state.in_flight)
        return self._faults.lost_accounting or not may_commit

    def _after_a_kill(self, number: int) -> int:
        """The world without the accounting of a batch that the killed run never commits."""
        return self.worlds.number(without_uncommitted_accounting(self.worlds[number]))

    def _waiting(self, index: int, actors: tuple[int, ...], world: int) -> bool:
        """Whether an actor that is new need not begin now: while the lease is held an export would
        be refused, and of two equal exports, it is enough that the first begins first."""
        actor = self.actors[index]
        if not isinstance(actor, Export):
            return False
        lease = self.worlds[world].lease
        if lease is not None and not lease[1]:
            return True
        return any(
            isinstance(other, Export)
            and replace(other, token="") == replace(actor, token="")
            and actors[earlier] == actors[index]
            for earlier, other in enumerate(self.actors[:index])
        )

    def _begun(self, state: State) -> list[int]:
        actors = state.actors
        return [n for n in self._exports[:-1] if actors[n] != ENDED and actors[n] != self._new]

    def _alone_on_the_server(self, state: State) -> int | None:
        """The export whose next operation no other actor can notice: only exports use the server
        and the accounting. Its order among the steps of others makes no difference."""
        lease = self.worlds[state.world].lease
        if state.stalls_left or lease is None or lease[1]:
            return None
        begun = self._begun(state)
        if len(begun) != 1:
            return None
        if any(self.operations[flying][0] in AMONG_EXPORTS for flying in state.in_flight):
            return None
        operation, _ = self.wants(begun[0], state.actors[begun[0]])
        unnoticed = operation is not None and self.operations[operation][0] in self._unnoticed
        return begun[0] if unnoticed else None

    def _expiries(self, state: State) -> list[State]:
        """The lease of a killed run expires; that of a live one only if it may stall."""
        world = self.worlds[state.world]
        if world.lease is None or world.lease[1]:
            return []
        token = world.lease[0]
        alive = any(self.actors[index].token == token for index in self._begun(state))  # type: ignore[union-attr]
        if alive and not state.stalls_left:
            return []
        expired = self.worlds.number(replace(world, lease=(token, True)))
        return [state._replace(world=expired, stalls_left=state.stalls_left - alive)]

    # Faults

    def fault_of(self, state: State) -> str:
        """The promise that is broken in this state, or an empty text. At the end the totals add up,
        also after one more undisturbed export, which must deliver every acknowledged sync."""
        fault = self._world_fault(state.world)
        if fault or state.actors != self._all_ended:
            return fault
        return self._final(state.world)

    def _fault_of_world(self, number: int) -> str:
        world = self.worlds[number]
        lost = lost_students(world, self._left_out)
        return world.fault or (f"P3: {', '.join(lost)} neither delivered nor due" if lost else "")

    def _final_fault(self, number: int) -> str:
        fault = self._fault_of_totals(number)
        if fault:
            return fault
        world = self.worlds.number(replace(self.worlds[number], lease=None))
        index = len(self.actors) - 1
        state = State(world, (*[ENDED] * index, self.running.number(Running())))
        while state.actors[index] != ENDED:
            state = self.step(state, index)
        world_after = self.worlds[state.world]
        if world_after.open and world_after.exported != world_after.open - 1:
            return "P3: the next undisturbed export fails"
        return self._world_fault(state.world) or self._fault_of_totals(state.world)

    def _fault_of_totals(self, number: int) -> str:
        if not self._totals:
            return ""
        return fault_in_totals(self.worlds[number], self._code, self._folder, self._left_out)

    def exhaust(self, start: State, *, limit: int = 1_000_000) -> tuple[str, int]:
        """The first fault found in any order of steps, and the number of states checked."""
        gc.disable()  # a million states without reference cycles
        try:
            return self._exhausted(start, limit)
        finally:
            gc.enable()
            self._close_paused()

    def _close_paused(self) -> None:
        while self._paused:
            self._paused.popitem()[1].close()

    def _exhausted(self, start: State, limit: int) -> tuple[str, int]:
        seen = {start}
        waiting = [start]
        while waiting:
            state = waiting.pop()
            if fault := self.fault_of(state):
                return fault, len(seen)
            # Undisturbed steps come first: that finds most faults sooner.
            for following in reversed(self.moves(state)):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
            assert len(seen) < limit, "too many states: make the case smaller"
        return "", len(seen)

    def walks(self, number: int, start: State, randomness: random.Random) -> set[str]:
        """Takes so many random orders of steps to their ends; returns the faults found."""
        try:
            return {self._walk(start, randomness) for _ in range(number)}
        finally:
            self._close_paused()

    def _walk(self, start: State, randomness: random.Random) -> str:
        state = start
        while moves := self.moves(state):
            state = randomness.choice(moves)
            if fault := self.fault_of(state):
                return fault
        return ""


def _world_after(
    world: World, actor: Actor, running: Running, outcome: Any, left_out: frozenset[int]
) -> World:
    if isinstance(actor, Importer | Loss):
        return world
    if isinstance(actor, Export):
        if not outcome:
            return world
        world = _checked_success(world, running.owed, actor, left_out)
        return _checked_removals(world, running.floor) if _sends_removals(actor) else world
    acknowledged = _raised(world.acknowledged, outcome, actor.label)
    owed = world.owed
    if not isinstance(actor, Removal):
        owed = _raised(owed, outcome, actor.label)
    return replace(world, acknowledged=acknowledged, owed=owed)


def _checked_success(world: World, owed: Labels, export: Export, left_out: frozenset[int]) -> World:
    """P1: a sync acknowledged before a successful export began is delivered, held, left out, or
    replaced by a later sync."""
    delivered = dict(world.delivered)
    due = {student for (batch, student), _ in world.marks if batch > world.exported}
    for student, label in owed:
        held = bool(export.mapping.holds) and student in due
        excused = held or needs_no_row(world, student, label, left_out)
        if is_behind(world, delivered, student, label) and not excused and not world.fault:
            world = replace(world, fault=f"P1: {student}'s {label} is in no file")
    return world


def _sends_removals(actor: Actor) -> bool:
    return isinstance(actor, Export) and actor.mapping.files[0].removals


def _checked_removals(world: World, acknowledged: Labels) -> World:
    """P1 for removals: after a successful export, a removal that was acknowledged before it began
    is delivered if an older sync of the student was."""
    delivered, current = dict(world.delivered), dict(world.current)
    for student, label in acknowledged:
        found = current.get(student)
        is_removal = found and found.snapshot is None and label_of(found) == label
        if is_removal and student in delivered and delivered[student] < label and not world.fault:
            world = replace(world, fault=f"P1: the removal {label} of {student} is in no file")
    return world


def _raised(labels: Labels, students: tuple[str, ...], label: int) -> Labels:
    known = dict(labels)
    known |= {student: max(label, known.get(student, -1)) for student in students}
    return tuple(sorted(known.items()))
