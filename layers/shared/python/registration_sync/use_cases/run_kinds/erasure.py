"""Erasure: removes a student from everything that is kept of a connection, and records it.

Snapshots and marks are erased first, then run records, then the archive. The run holds the lease,
so that no export writes meanwhile. An interrupted erasure continues when it is repeated.
"""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from copy import replace
from dataclasses import dataclass
from itertools import batched
from pathlib import Path

from registration_sync.domain.errors import (
    InvalidRequest,
    LeaseLost,
    MarkerLost,
    RegistrationSyncError,
    RunUnreadable,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.runs.endings import failed_run
from registration_sync.domain.runs.liveness import effective_run
from registration_sync.domain.runs.redaction import without_name, without_student
from registration_sync.domain.runs.run import Erased, Run, RunKind, RunStatus
from registration_sync.domain.school_year import SCHOOL_YEARS, retained_until
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections
from registration_sync.ports.registrations import RegistrationsTable, StudentErasureStore
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.archived.erase_rows import (
    KeptYear,
    RowSpans,
    erase_rows,
    find_rows,
    kept_years,
)
from registration_sync.use_cases.ledger.retire_batches import MIN_SECONDS_LEFT, retire_year
from registration_sync.use_cases.ledger.stored_year import StoredYear
from registration_sync.use_cases.run_kinds.dry_run import MAX_ROWS_SHOWN
from registration_sync.use_cases.run_kinds.lifecycle import Attempt
from registration_sync.use_cases.runs.lease import HeldLease

DONE = (
    "Erased from everything that this service keeps. Not erased: the files on the district's "
    "server, which belong to the SIS, and the point-in-time backups of the tables, which last 35 "
    "days."
)
_CONTINUES = " What was erased stays erased: request it again, and it continues."
_OTHERS_RUN = "A preview or a test record was in progress, and may have stored the student again."

MAX_TRIES = 20
"""A sync of the same student may occur between reading and deleting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureStores:
    """Everything that stores data of students."""

    connections: Connections
    runs: Runs
    table: RegistrationsTable
    student_data: StudentErasureStore
    archive: Archive
    dry_runs: Archive


def run_erasure(
    attempt: Attempt,
    lease: HeldLease,
    *,
    stores: ErasureStores,
    now: Callable[[], dt.datetime],
    seconds_left: Callable[[], float],
    retention_days: int,
) -> Run:
    """Erases the student; the finished record names no student.

    A sync that is confirmed after this run started is not erased. Raises InvalidRequest without a
    student, and RunCancelled.
    """
    student_id = attempt.run.request.student_id
    if student_id is None:
        raise InvalidRequest("Enter the id of the student to erase.")
    erasure = _Erasure(
        attempt.run, student_id, lease, stores, attempt.workspace, now, seconds_left, retention_days
    )
    try:
        erasure.erase()
    except (Unavailable, LeaseLost, MarkerLost, RunUnreadable, ServiceRefused) as error:
        failed = failed_run(erasure.run, error, now())
        return replace(failed, message=error.message + _CONTINUES)
    return replace(
        erasure.run, status=RunStatus.SUCCEEDED, message=DONE, finished_at=now(), phase=None
    )


@dataclass(slots=True)
class _Erasure:
    """The erasure in progress; `run` counts what it has removed so far."""

    run: Run
    student_id: str
    lease: HeldLease
    stores: ErasureStores
    workspace: Path
    now: Callable[[], dt.datetime]
    seconds_left: Callable[[], float]
    retention_days: int

    def erase(self) -> None:
        stores, connection_id = self.stores, self.run.connection_id
        stores.connections.forget_example(connection_id, self.student_id)
        markers = stores.table.marker(connection_id).years
        for school_year, numbers in markers.items():
            self._erase_from_table(school_year, numbers)
        self._erase_from_other_years([year for year in SCHOOL_YEARS if year not in markers])
        kept, problems = self._kept(), list[RegistrationSyncError]()
        try:
            for run in stores.runs.all(connection_id, complete=True):
                self.lease.check()
                if run.run_id == self.run.run_id:
                    continue
                if _may_still_write(run, self.now()):
                    problems.append(Unavailable(_OTHERS_RUN))
                self._erase_run(run, kept.pop(run.run_id, []))
        except RunUnreadable as error:
            problems.append(error)
        for years in kept.values():  # of runs whose records have expired or are unreadable
            self.lease.check()
            self._erase_kept([(year, self._find(year)) for year in years])
        for problem in problems:
            raise problem

    def _erase_from_table(self, school_year: int, numbers: YearMarker) -> None:
        """Closes the open batch first: a sync in progress that has put its mark there repeats its
        writes in the next batch."""
        stores, connection_id = self.stores, self.run.connection_id
        expires_at = retained_until(school_year, self.now(), self.retention_days)
        retire_year(
            StoredYear(connection_id, school_year, stores.table, stores.archive, self.workspace),
            numbers,
            expires_at=int(expires_at.timestamp()),
            go_on=self._go_on,
        )
        self.lease.check()
        stores.table.close_batch(connection_id, school_year, numbers.open, self.lease.token)
        closed = range(1, numbers.open + 1)
        stores.student_data.erase_marks(connection_id, school_year, closed, self.student_id)
        for batch in numbers.due_batches:
            self._forget_in_reasons(school_year, batch)
        if self._erase_current(school_year, numbers):
            self._count(Erased(snapshots=1))

    def _erase_from_other_years(self, school_years: list[int]) -> None:
        """Removals of unknown students leave tombstones in years that may have no other items."""
        student_data, connection_id = self.stores.student_data, self.run.connection_id
        found = student_data.current_of_years(connection_id, self.student_id, school_years)
        for school_year, seen in found.items():
            if student_data.erase_current(
                connection_id, school_year, seen, whole=True, entry=None, totals=None
            ):
                self._count(Erased(snapshots=1))

    def _go_on(self) -> bool:
        self.lease.check()
        if self.seconds_left() < MIN_SECONDS_LEFT:
            raise Unavailable("The outcome of the last export is still being stored.")
        return True

    def _forget_in_reasons(self, school_year: int, batch: int) -> None:
        """Other students may be held because they have the same value as this student."""
        table, connection_id = self.stores.table, self.run.connection_id
        marks = table.marks(connection_id, school_year, range(batch, batch + 1))
        for some in batched((mark for mark in marks if mark.reasons), 100):
            changed = []
            for mark in some:
                reasons = json.loads(mark.reasons)
                after = without_name(reasons, self.student_id)
                if after != reasons:
                    changed.append(replace(mark, reasons=json.dumps(after)))
            confirmed = table.put_marks(connection_id, school_year, batch, changed)
            if len(confirmed) < len(changed):
                raise Unavailable("The reasons of other held students could not be stored.")

    def _erase_current(self, school_year: int, numbers: YearMarker) -> bool:
        """Whether there was a snapshot. The ledger's totals no longer count the student."""
        stores, connection_id = self.stores, self.run.connection_id
        for _ in range(MAX_TRIES):
            students = iter([self.student_id])
            ((_, seen),) = stores.table.current(connection_id, school_year, students)
            whole = seen is not None and seen.batch <= numbers.open
            if seen is None or not (whole or seen.settled_in):
                return False
            entry = None
            if numbers.exported:
                entry = stores.table.ledger(connection_id, school_year, numbers.exported)
            erased = stores.student_data.erase_current(
                connection_id,
                school_year,
                seen,
                whole=whole,
                entry=entry,
                totals=entry.totals.with_changed_outcome(seen.outcome, "") if entry else None,
            )
            if erased:
                return True
        raise Unavailable(
            "The student is synced continuously: stop that, then request the erasure again."
        )

    def _kept(self) -> dict[str, list[KeptYear]]:
        stores, connection_id = self.stores, self.run.connection_id
        kept = kept_years(stores.archive, connection_id, self.workspace)
        return kept | kept_years(stores.dry_runs, connection_id, self.workspace)

    def _find(self, year: KeptYear) -> RowSpans | None:
        return find_rows(year, self.student_id, MAX_ROWS_SHOWN)

    def _erase_run(self, run: Run, kept: list[KeptYear]) -> None:
        """The record first: the index shows which lines of a dry run are the student's."""
        found = [(year, self._find(year)) for year in kept]
        is_about_others = run.student_ids and self.student_id not in run.student_ids
        if is_about_others:
            found = [(year, rows) for year, rows in found if rows]
        cut = [year.school_year for year, rows in found if rows is None or rows.spans]
        shown = _shown(run, found)

        def change(latest: Run) -> Run:
            return without_student(latest, self.student_id, cut=cut, shown=shown)

        if self.stores.runs.change(run.connection_id, run.run_id, change):
            self._count(Erased(runs=1))
        self._erase_kept(found)

    def _erase_kept(self, found: list[tuple[KeptYear, RowSpans | None]]) -> None:
        for year, rows in found:
            self._count(erase_rows(year, rows, self.student_id))
            shutil.rmtree(year.workspace, ignore_errors=True)

    def _count(self, erased: Erased) -> None:
        if erased != Erased():
            self.run = replace(self.run, erased=self.run.erased.plus(erased))
            self.stores.runs.save(self.run)


def _shown(run: Run, found: list[tuple[KeptYear, RowSpans | None]]) -> set[tuple[int, str]]:
    """The files of a dry run whose lines may be the student's: all of them once the index has
    expired, which happens before the record expires."""
    if run.kind is not RunKind.DRY_RUN:
        return set()
    known = {year.school_year: rows.shown for year, rows in found if rows}
    return {
        (year.school_year, file.name)
        for year in run.years
        for file in year.files
        if file.name in known.get(year.school_year, {file.name})
    }


def _may_still_write(run: Run, now: dt.datetime) -> bool:
    """Whether a run without the lease is in progress, and may have read the student."""
    if run.kind not in {RunKind.DRY_RUN, RunKind.TEST_RECORD} or run.finished:
        return False
    return effective_run(run, lease_holder=None, now=now).status is not RunStatus.FAILED
