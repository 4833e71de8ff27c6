"""Drives actors over a world in every order, with faults; or in random orders for large cases."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.exploration.actors import Actor, Export, Late, NoAnswer, Removal, Replay, Wanted
from tests.exploration.world import ON_THE_SERVER, READS, Operation, World, apply, lost_students, may_still_happen

ENDED = "ended"
FINAL = Export("f1na1")


@dataclass(frozen=True, slots=True)
class Running:
    """An actor's state: the number of its history, and what was answered before it began."""

    history: int = 0
    floor: tuple[tuple[str, int], ...] = ()
    owed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Actors are Running or ENDED. `in_flight` are operations of killed actors,
    or whose answer was lost: each may take effect at any later moment, or never."""

    world: World
    actors: tuple[Any, ...]
    in_flight: tuple[Operation, ...] = ()
    kills_left: int = 0
    losses_left: int = 0
    stalls_left: int = 0


class Explorer:
    """Knows the actors and their code; remembers histories, so that each is replayed once."""

    def __init__(self, actors: Sequence[Actor], code: SimpleNamespace, folder: Path) -> None:
        self.actors = (*actors, FINAL)
        self._code = code
        self._folder = folder
        self._histories: list[tuple[Any, ...]] = [()]
        self._numbers: dict[tuple[int, Any], int] = {}
        self._final_faults: dict[World, str] = {}
        self._next: dict[tuple[int, int, Any], tuple[Operation | None, Any]] = {}

    def start(self, *, kills: int = 0, losses: int = 0, stalls: int = 0) -> State:
        """With so many actors killed, answers lost, and live holders of the lease too slow."""
        running = tuple(Running() for _ in self.actors[:-1])
        return State(
            World(), running, kills_left=kills, losses_left=losses, stalls_left=stalls
        )

    def _grown(self, history: int, result: Any) -> int:
        key = (history, result)
        if key not in self._numbers:
            self._numbers[key] = len(self._histories)
            self._histories.append((*self._histories[history], result))
        return self._numbers[key]

    def wants(self, index: int, running: Running) -> tuple[Operation | None, Any]:
        """The operation that the actor does next, or None and its outcome."""
        key = (index, running.history, running.floor)
        if key not in self._next:
            replay = Replay(self._histories[running.history])
            try:
                outcome = self.actors[index].run(
                    self._code, replay, running.floor, self._folder
                )
            except Wanted:
                self._next[key] = (replay.wanted, None)
            else:
                self._next[key] = (None, outcome)
        return self._next[key]

    def step(self, state: State, index: int) -> State:
        """The actor does its next operation, or ends."""
        running = state.actors[index]
        operation, _ = self.wants(index, running)
        assert operation is not None
        if isinstance(self.actors[index], Export) and running.history == 0:
            running = replace(running, floor=state.world.answered, owed=state.world.owed)
        world, result = apply(state.world, operation)
        if self._is_late(state, index, running):
            result = Late(result)
        return self._going_on(state, index, running, result, world)

    def _is_late(self, state: State, index: int, running: Running) -> bool:
        """Whether the lease ran out while this operation was under way."""
        actor = self.actors[index]
        held = state.world.lease == (getattr(actor, "token", None), False)
        return isinstance(actor, Export) and running.history > 0 and not held

    def _going_on(
        self, state: State, index: int, running: Running, result: Any, world: World
    ) -> State:
        """With the result, the actor ends at once if it wants no more: the strictest moment, as
        an answer that comes later binds fewer exports."""
        running = replace(running, history=self._grown(running.history, result))
        state = replace(
            state,
            in_flight=tuple(flying for flying in state.in_flight if may_still_happen(world, flying)),
        )
        operation, outcome = self.wants(index, running)
        if operation is None:
            world = self._world_after(world, index, running, outcome)
            return self._with(state, index, ENDED, world)
        return self._with(state, index, running, world)

    def _with(self, state: State, index: int, actor: Any, world: World) -> State:
        actors = (*state.actors[:index], actor, *state.actors[index + 1 :])
        return replace(state, actors=actors, world=world)

    def _world_after(self, world: World, index: int, running: Running, outcome: Any) -> World:
        actor = self.actors[index]
        if isinstance(actor, Export):
            return self._checked_success(world, running.owed, actor) if outcome else world
        answered = _raised(world.answered, outcome, actor.label)
        owed = world.owed
        if not isinstance(actor, Removal):
            owed = _raised(owed, outcome, actor.label)
        return replace(world, answered=answered, owed=owed)

    def _checked_success(
        self, world: World, owed: tuple[tuple[str, int], ...], export: Export
    ) -> World:
        """P1: what was answered before a successful export began is delivered, held, or replaced
        by a later sync."""
        delivered, current = dict(world.delivered), dict(world.current)
        due = {student for (batch, student), _ in world.marks if batch > world.exported}
        for student, label in owed:
            removed = student in current and current[student].snapshot is None
            excused = removed or (bool(export.mapping.holds) and student in due)
            if delivered.get(student, -1) < label and not excused and not world.fault:
                world = replace(world, fault=f"P1: {student}'s {label} is in no file")
        return world

    def moves(self, state: State) -> list[State]:
        """Every state that can come next, but for those that only repeat another order."""
        alone = self._alone_on_the_server(state)
        if alone is not None:
            return self._moves_of(state, alone)
        following = []
        for index, running in enumerate(state.actors):
            if isinstance(running, Running) and not self._waits(state, index, running):
                following += self._moves_of(state, index)
        for position, operation in enumerate(state.in_flight):
            world, _ = apply(state.world, operation)
            rest = state.in_flight[:position] + state.in_flight[position + 1 :]
            following.append(replace(state, world=world, in_flight=rest))
        following += self._expiries(state)
        return following

    def _moves_of(self, state: State, index: int) -> list[State]:
        running = state.actors[index]
        following = [self.step(state, index)]
        if running.history:
            following += self._faults(state, index, running)
        return following

    def _waits(self, state: State, index: int, running: Running) -> bool:
        """An export that has not begun: while the lease is held it would only be refused, and of
        two exports alike the first may as well begin first."""
        actor = self.actors[index]
        if not isinstance(actor, Export) or running.history:
            return False
        held = state.world.lease is not None and not state.world.lease[1]
        twin_waits = any(
            isinstance(other, Export)
            and replace(other, token="") == replace(actor, token="")
            and isinstance(state.actors[earlier], Running)
            and not state.actors[earlier].history
            for earlier, other in enumerate(self.actors[:index])
        )
        return held or twin_waits

    def _alone_on_the_server(self, state: State) -> int | None:
        """The export whose next operation nobody else can notice: the server is all its own, and
        syncs have no part in it. Any order with the others' steps comes to the same."""
        exports = [
            index
            for index, running in enumerate(state.actors)
            if isinstance(running, Running)
            and isinstance(self.actors[index], Export)
            and running.history
        ]
        lease = state.world.lease
        if len(exports) != 1 or state.in_flight or lease is None or lease[1] or state.stalls_left:
            return None
        operation, _ = self.wants(exports[0], state.actors[exports[0]])
        noticed = operation is None or operation[0] not in ON_THE_SERVER
        return None if noticed else exports[0]

    def _faults(self, state: State, index: int, running: Running) -> list[State]:
        """The actor is killed, or the answer to its operation is lost."""
        operation, _ = self.wants(index, running)
        in_flight = state.in_flight
        if operation is not None and operation[0] not in READS:
            in_flight = tuple(sorted((*in_flight, operation), key=repr))
        faulty = replace(state, in_flight=in_flight)
        following = []
        if state.kills_left:
            killed = replace(faulty, kills_left=state.kills_left - 1)
            following.append(self._with(killed, index, ENDED, state.world))
        if state.losses_left:
            lost = replace(faulty, losses_left=state.losses_left - 1)
            following.append(self._going_on(lost, index, running, NoAnswer(), state.world))
        return following

    def _expiries(self, state: State) -> list[State]:
        """The lease of a dead run expires; that of a live one only where it may stall."""
        lease = state.world.lease
        if lease is None or lease[1]:
            return []
        holders = [
            running
            for running, actor in zip(state.actors, self.actors, strict=False)
            if isinstance(actor, Export) and actor.token == lease[0]
        ]
        alive = any(isinstance(holder, Running) for holder in holders)
        if alive and not state.stalls_left:
            return []
        expired = replace(state.world, lease=(lease[0], True))
        return [replace(state, world=expired, stalls_left=state.stalls_left - alive)]

    def fault_of(self, state: State) -> str:
        """The promise broken in this state, if one is. At the end an undisturbed export follows,
        and nobody who was answered may still be missing."""
        lost = lost_students(state.world)
        if state.world.fault or lost:
            return state.world.fault or f"P3: {', '.join(lost)} neither delivered nor due"
        if any(isinstance(actor, Running) for actor in state.actors):
            return ""
        world = replace(state.world, lease=None)
        if world not in self._final_faults:
            self._final_faults[world] = self._final_fault(world)
        return self._final_faults[world]

    def _final_fault(self, world: World) -> str:
        state = State(world, (*[ENDED] * (len(self.actors) - 1), Running()))
        index = len(self.actors) - 1
        while isinstance(state.actors[index], Running):
            state = self.step(state, index)
        if state.world.open and state.world.exported != state.world.open - 1:
            return "P3: the next undisturbed export fails"
        return state.world.fault

    def exhaust(self, start: State, *, limit: int = 1_000_000) -> tuple[str, int]:
        """The first fault found in any order of steps, and the number of states seen."""
        seen = {start}
        waiting = [start]
        while waiting:
            state = waiting.pop()
            fault = self.fault_of(state)
            if fault:
                return fault, len(seen)
            for following in self.moves(state):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
            assert len(seen) < limit, "too many states: make the case smaller"
        return "", len(seen)

    def walk(self, start: State, randomness: random.Random) -> str:
        """One random order of steps to its end, and the fault found there."""
        state = start
        while moves := self.moves(state):
            state = randomness.choice(moves)
            if fault := self.fault_of(state):
                return fault
        return ""


def _raised(
    labels: tuple[tuple[str, int], ...], students: tuple[str, ...], label: int
) -> tuple[tuple[str, int], ...]:
    known = dict(labels)
    return tuple(
        sorted({**known, **{s: max(label, known.get(s, -1)) for s in students}}.items())
    )
