"""Holds the books, as the API shows them, against what was delivered."""

from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from registration_sync.domain.registrations.batches import Current
from tests.exploration.actors import MarkReadingTable, Replay, ReplayArchive
from tests.exploration.world import Refused, World, apply, label_of

type Counts = tuple[int, int]
"""How many were exported, and how many left out."""


class Look(Replay):
    """Gives the result of each read at once, from a world that stands still."""

    def __init__(self, world: World) -> None:
        super().__init__([])
        self._world = world

    def do(self, *operation: Any) -> Any:
        after, result = apply(self._world, operation)
        assert after == self._world, "a status moves nothing"
        if isinstance(result, Refused):
            raise result.error(result.message)
        return result


def fault_in_books(
    world: World, code: SimpleNamespace, folder: Path, left_out: frozenset[int]
) -> str:
    """Why the books of a world in which nobody runs do not close, if so; `left_out` are labels
    that some mapping leaves out."""
    look = Look(world)
    years = code.read_status.read_status(
        "c", snapshots=MarkReadingTable(look), archive=ReplayArchive(look), workspace=folder
    )
    (year,) = years or [None]
    if year is None:
        return ""
    due = {student for (batch, student), _ in world.marks if batch > world.exported}
    current = dict(world.current)
    stored = [student for student in due if student in current]
    here = [student for student in stored if current[student].snapshot is not None]
    if year.due + year.held != len(here) or year.missing != len(due) - len(stored):
        return f"C3: of {len(here)} who are due the status tells {year}"
    found = year.exported, year.left_out
    allowed = _sums(
        [_may_be(world, one, left_out) for student, one in world.current if student not in due]
    )
    if found not in allowed:
        return f"C3: exported and left out are {found}, and by the files {sorted(allowed)}"
    if year.synced != sum(found) + len(here):
        return f"C3: the books do not close: {year}"
    return ""


def _may_be(world: World, current: Current, left_out: frozenset[int]) -> set[Counts]:
    """What may be said of a student who is not due: one thing, if the last sync was answered. If
    not, it may count or not, and what was before it may."""
    label = label_of(current)
    delivered = dict(world.delivered).get(current.student_id)
    if current.snapshot is None:
        counts = {(0, 0)}
    elif delivered == label:
        counts = {(1, 0)}
    else:
        counts = {(0, 1)}
    if dict(world.answered).get(current.student_id, -1) < label:
        counts |= {(0, 0)} | ({(1, 0)} if delivered is not None else set())
        counts |= {(0, 1)} if left_out else set()
    if label in left_out:
        counts |= {(0, 1)}  # a file of all students went, and its run died before the commit
    return counts


def _sums(of_students: list[set[Counts]]) -> set[Counts]:
    return {
        (sum(one for one, _ in counts), sum(other for _, other in counts))
        for counts in product(*of_students)
    }
