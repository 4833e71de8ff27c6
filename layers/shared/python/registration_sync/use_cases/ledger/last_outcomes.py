"""Reads the last outcome of each student, including outcomes that are not in the snapshots yet."""

from collections.abc import Callable, Collection, Iterator
from copy import replace
from functools import cache

from registration_sync.domain.registrations.batches import Current, YearMarker
from registration_sync.domain.registrations.ledger import LedgerEntry, Outcome, inferred_outcome
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.run_index import settled_students
from registration_sync.use_cases.ledger.stored_year import StoredYear

type WithLastOutcome = Callable[[Current], Current]
"""Adds the student's outcome as of the last exported batch."""


def last_outcomes(
    year: StoredYear[Snapshots], numbers: YearMarker, students: Collection[str] | None = None
) -> WithLastOutcome:
    """Reads the indexes of unretired runs, which exist only shortly after a run, or after an
    interrupted run. With `students`, only theirs are kept in memory. Raises Unavailable."""
    known: dict[str, Current] = {}
    entries = unretired_entries(year, numbers) if students is None or students else ()
    for entry in entries:
        index = entry.settled and year.fetch_index(entry)
        for student_id, outcome in settled_students(index) if index else ():
            if students is not None and student_id not in students:
                continue
            before = known.get(student_id) or Current(student_id, "", 0, None)
            known[student_id] = with_outcome(before, outcome, entry.last)

    def with_last_outcome(current: Current) -> Current:
        newer = known.get(current.student_id)
        if newer and newer.settled_in > current.settled_in:
            return replace(
                current,
                outcome=newer.outcome,
                settled_in=newer.settled_in,
                exported_in=newer.exported_in or current.exported_in,
            )
        inferred = inferred_outcome(current, numbers.exported)
        if inferred and is_before_ledger():
            return with_outcome(current, inferred, current.batch)
        return current

    @cache
    def is_before_ledger() -> bool:
        """Whether the last export is older than the ledger."""
        return year.ledger(numbers.exported) is None

    return with_last_outcome


def with_outcome(current: Current, outcome: str, batch: int) -> Current:
    """The student after the export of a batch."""
    exported = outcome == Outcome.EXPORTED
    return replace(
        current,
        outcome="" if outcome == Outcome.REMOVED else outcome,
        settled_in=batch,
        exported_in=batch if exported else current.exported_in,
    )


def unretired_entries(year: StoredYear[Snapshots], numbers: YearMarker) -> Iterator[LedgerEntry]:
    """The ledger entries of the batches that are exported but not retired, in order."""
    batch = numbers.retired + 1
    while batch <= numbers.exported:
        entry = year.ledger(batch)
        if entry:
            yield entry
        batch = (entry.last if entry else batch) + 1
