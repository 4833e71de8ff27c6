"""What exports did last with each student, also where that is not yet noted with the snapshots."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from registration_sync.domain.registrations.batches import Current, YearMarker
from registration_sync.domain.registrations.ledger import (
    LedgerEntry,
    Outcome,
    outcome_before_ledger,
)
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.run_index import fetched_index, settled_students

type WithOutcome = Callable[[Current], Current]
"""Gives the student the outcome that holds as of the last exported batch."""


def last_outcomes(
    connection_id: str,
    school_year: int,
    numbers: YearMarker,
    *,
    snapshots: Snapshots,
    archive: Archive,
    workspace: Path,
) -> WithOutcome:
    """Reads the indexes of runs that are not retired: none, but for the moments after a run, and
    after one that was cut short. Raises Unavailable."""
    known: dict[str, Current] = {}
    for entry in unretired(connection_id, school_year, numbers, snapshots=snapshots):
        index = entry.settled and fetched_index(
            connection_id, school_year, entry, archive=archive, workspace=workspace
        )
        for student_id, outcome in settled_students(index) if index else ():
            before = known.get(student_id) or Current(student_id, "", 0, None)
            known[student_id] = settled(before, outcome, entry.last)

    def with_outcome(current: Current) -> Current:
        newer = known.get(current.student_id)
        if newer and newer.settled_in > current.settled_in:
            return replace(
                current,
                outcome=newer.outcome,
                settled_in=newer.settled_in,
                exported_in=newer.exported_in or current.exported_in,
            )
        older = outcome_before_ledger(current, numbers.exported)
        return settled(current, older, current.batch) if older and is_older() else current

    @cache
    def is_older() -> bool:
        """Whether the last export is older than the ledger."""
        return snapshots.ledger(connection_id, school_year, numbers.exported) is None

    return with_outcome


def settled(current: Current, outcome: str, batch: int) -> Current:
    """The student after the export of a batch."""
    exported = outcome == Outcome.EXPORTED
    return replace(
        current,
        outcome="" if outcome == Outcome.REMOVED else outcome,
        settled_in=batch,
        exported_in=batch if exported else current.exported_in,
    )


def unretired(
    connection_id: str, school_year: int, numbers: YearMarker, *, snapshots: Snapshots
) -> Iterator[LedgerEntry]:
    """The ledger's entries of the batches that are exported and not retired, in order."""
    batch = numbers.retired + 1
    while batch <= numbers.exported:
        entry = snapshots.ledger(connection_id, school_year, batch)
        if entry:
            yield entry
        batch = (entry.last if entry else batch) + 1
