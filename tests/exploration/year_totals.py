"""Compares the totals of the API with the deliveries of a world."""

from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from registration_sync.domain.registrations.batches import Current
from tests.exploration.actors import MarkReadingTable, Replay, ReplayArchive
from tests.exploration.world import Refused, World, apply, label_of

type Counts = tuple[int, int]
"""The number of students exported, and the number left out."""


class Reader(Replay):
    """Returns the result of each read from a world that does not change."""

    def __init__(self, world: World) -> None:
        super().__init__([])
        self._world = world

    def do(self, *operation: Any) -> Any:
        after, result = apply(self._world, operation)
        assert after == self._world, "reading a status changes nothing"
        if isinstance(result, Refused):
            raise result.error(result.message)
        return result


def fault_in_totals(
    world: World, code: SimpleNamespace, folder: Path, left_out: frozenset[int]
) -> str:
    """Why the totals are wrong in a world without running actors, or an empty text; `left_out` are
    labels that some mapping leaves out."""
    reader = Reader(world)
    years = code.read_status.read_status(
        "c", snapshots=MarkReadingTable(reader), archive=ReplayArchive(reader), workspace=folder
    )
    (year,) = years or [None]
    if year is None:
        return ""
    due = {student for (batch, student), _ in world.marks if batch > world.exported}
    current = dict(world.current)
    stored = [student for student in due if student in current]
    here = [student for student in stored if current[student].snapshot is not None]
    if year.due + year.held != len(here) or year.missing != len(due) - len(stored):
        return f"C3: {len(here)} students are due, but the status is {year}"
    found = year.exported, year.left_out
    allowed = _sums(
        [_allowed(world, one, left_out) for student, one in world.current if student not in due]
    )
    if found not in allowed:
        return f"C3: exported and left out are {found}, but the files allow {sorted(allowed)}"
    if year.synced != sum(found) + len(here):
        return f"C3: the totals do not add up: {year}"
    return ""


def _allowed(world: World, current: Current, left_out: frozenset[int]) -> set[Counts]:
    """The allowed counts for a student who is not due. There is one if the last sync was
    acknowledged; otherwise that sync or the state before it may count."""
    label = label_of(current)
    delivered = dict(world.delivered).get(current.student_id)
    if current.snapshot is None:
        counts = {(0, 0)}
    elif delivered == label:
        counts = {(1, 0)}
    else:
        counts = {(0, 1)}
    if dict(world.acknowledged).get(current.student_id, -1) < label:
        counts |= {(0, 0)} | ({(1, 0)} if delivered is not None else set())
        counts |= {(0, 1)} if left_out else set()
    if world.only_new and delivered is not None:
        counts |= {(0, 1)}  # it is due once more if its sync was slow, and then not new any more
    if label in left_out:
        counts |= {(0, 1)}  # a full file was delivered, and its run was killed before the commit
    return counts


def _sums(of_students: list[set[Counts]]) -> set[Counts]:
    return {
        (sum(one for one, _ in counts), sum(other for _, other in counts))
        for counts in product(*of_students)
    }
