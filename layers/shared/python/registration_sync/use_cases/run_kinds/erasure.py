"""Erasure: takes a student out of all that is kept of a connection, and records that it was done.

It goes through snapshots and marks, the records of runs, and the archive, in this order, and holds
the lease, so that no export writes meanwhile. Killed anywhere and repeated, it goes on.
"""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any

from registration_sync.domain.errors import InvalidRequest, LeaseLost, MarkerLost, Unavailable
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.runs.liveness import effective_record
from registration_sync.domain.runs.redaction import without_name, without_student
from registration_sync.domain.runs.run import (
    DRY_RUN,
    MANUAL,
    TEST_RECORD,
    Erased,
    Run,
    RunRequest,
    RunStatus,
)
from registration_sync.domain.school_year import retained_until
from registration_sync.use_cases.exporting.archive_erasure import (
    KeptYear,
    Places,
    erase_rows,
    find_rows,
    kept_years,
)
from registration_sync.use_cases.ledger.retire_batches import retire_year
from registration_sync.use_cases.run_kinds.dry_run import ROWS_SHOWN
from registration_sync.use_cases.run_kinds.lifecycle import (
    ATTEMPTS,
    NEXT_ATTEMPT_TIMEOUT,
    Outside,
    failed_run,
    lease_of,
    saved_run,
    started_run,
)
from registration_sync.use_cases.runs.lease import HeldLease

DONE = (
    "Erased from all that this service keeps. Not reached: the files on the district's server, "
    "which are the SIS's; and what point-in-time recovery of the tables holds, for 35 days."
)
_GOES_ON = " What was erased stays erased: ask again, and it goes on."
_WITH_OTHERS = "A dry run or a test record was under way, and may have kept the student once more."

RUNS_AT_ONCE = 100
TRIES = 20
"""A sync of the same student may come between reading and deleting, now and then."""


def erase_student(request: RunRequest, *, attempt: int, outside: Outside) -> Run:
    """Erases the student and returns the finished record, which is also stored and names nobody.

    A sync that is answered later than this run begins is a new fact, and stays. Raises NotFound
    without such a connection, InvalidRequest without a student, AlreadyRunning, RunCancelled, and
    Unavailable where another attempt will follow.
    """
    if not request.student_ids:
        raise InvalidRequest("Write the id of the student to erase.")
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    started = replace(started, sent_to="")  # it goes to no server
    with lease_of(started, outside) as lease:
        outside.runs.save(started)
        erasure = _Erasure(started, request.student_ids[0], lease, outside)
        try:
            erasure.erase()
        except (Unavailable, LeaseLost, MarkerLost) as error:
            return _broken_off(erasure.run, error, outside)
        run = replace(
            erasure.run,
            status=RunStatus.SUCCEEDED,
            message=DONE,
            finished_at=outside.now(),
            phase=None,
        )
        return saved_run(run, outside.runs)


def _broken_off(run: Run, error: Unavailable | LeaseLost | MarkerLost, outside: Outside) -> Run:
    now = outside.now()
    if run.trigger != MANUAL or run.attempt >= ATTEMPTS or isinstance(error, MarkerLost):
        failed = failed_run(run, error, now)
        return saved_run(replace(failed, message=error.message + _GOES_ON), outside.runs)
    message = "It will be tried again in a minute or two."
    outside.runs.save(replace(run, message=message, next_attempt_by=now + NEXT_ATTEMPT_TIMEOUT))
    raise Unavailable("The erasure was broken off and will be tried again.") from error


@dataclass(slots=True)
class _Erasure:
    """What is under way: the run with what it has taken away so far."""

    run: Run
    student_id: str
    lease: HeldLease
    outside: Outside

    def erase(self) -> None:
        outside, connection_id = self.outside, self.run.connection_id
        outside.connections.forget_example(connection_id, self.student_id)
        for school_year, numbers in outside.table.marker(connection_id).years.items():
            self._erase_from_table(school_year, numbers)
        kept = self._kept()
        writing = False
        for record in self._records():
            self.lease.check()
            if record["run_id"] == self.run.run_id:
                continue
            writing |= _may_still_write(record, outside.now())
            self._erase_run(record, kept.pop(record["run_id"], []))
        for of_run in kept.values():  # of runs whose records have expired
            self.lease.check()
            self._erase_kept([(year, self._find(year)) for year in of_run])
        if writing:
            raise Unavailable(_WITH_OTHERS)

    def _erase_from_table(self, school_year: int, numbers: YearMarker) -> None:
        """Closes the open batch first: a sync under way that has marked the student in it comes
        to the next one, and whole."""
        outside, connection_id = self.outside, self.run.connection_id
        expires_at = retained_until(school_year, outside.now(), outside.retention_days)
        retire_year(
            connection_id,
            school_year,
            numbers,
            table=outside.table,
            archive=outside.archive,
            workspace=outside.workspace,
            expires_at=int(expires_at.timestamp()),
            go_on=self._go_on,
        )
        self.lease.check()
        outside.table.close_batch(connection_id, school_year, numbers.open, self.lease.token)
        closed = range(1, numbers.open + 1)
        outside.traces.erase_marks(connection_id, school_year, closed, self.student_id)
        for batch in range(numbers.exported + 1, numbers.open + 1):
            self._forget_in_reasons(school_year, batch)
        if self._erase_current(school_year, numbers):
            self._count(Erased(snapshots=1))

    def _go_on(self) -> bool:
        self.lease.check()
        return True

    def _forget_in_reasons(self, school_year: int, batch: int) -> None:
        """Others may be held because they have the same value as this student."""
        table, connection_id = self.outside.table, self.run.connection_id
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
                raise Unavailable("The reasons of other students could not be kept.")

    def _erase_current(self, school_year: int, numbers: YearMarker) -> bool:
        """Whether anything was there. The totals of the ledger no longer count the student."""
        outside, connection_id = self.outside, self.run.connection_id
        for _ in range(TRIES):
            students = iter([self.student_id])
            ((_, seen),) = outside.table.current(connection_id, school_year, students)
            whole = seen is not None and seen.batch <= numbers.open
            if seen is None or not (whole or seen.settled_in):
                return False
            entry = None
            if numbers.exported:
                entry = outside.table.ledger(connection_id, school_year, numbers.exported)
            erased = outside.traces.erase_current(
                connection_id,
                school_year,
                seen,
                whole=whole,
                entry=entry,
                totals=entry.totals.with_changed_outcome(seen.outcome, "") if entry else None,
            )
            if erased:
                return True
        raise Unavailable("The student is synced again and again: stop that, then ask again.")

    def _kept(self) -> dict[str, list[KeptYear]]:
        outside = self.outside
        kept = kept_years(outside.archive, self.run.connection_id, outside.workspace)
        return kept | kept_years(outside.dry_runs, self.run.connection_id, outside.workspace)

    def _records(self) -> Iterator[dict[str, Any]]:
        after = None
        while True:
            records, after = self.outside.runs.newest(self.run.connection_id, RUNS_AT_ONCE, after)
            yield from records
            if after is None:
                return

    def _find(self, year: KeptYear) -> Places | None:
        return find_rows(year, self.student_id, ROWS_SHOWN)

    def _erase_run(self, record: dict[str, Any], kept: list[KeptYear]) -> None:
        """The record first: where a dry run shows rows of the student is told by the index."""
        found = [(year, self._find(year)) for year in kept]
        of_others = record["student_ids"] and self.student_id not in record["student_ids"]
        if of_others:
            found = [(year, places) for year, places in found if places]
        cut = [year.school_year for year, places in found if places is None or places.spans]
        shown = _shown(record, found)

        def change(latest: dict[str, Any]) -> dict[str, Any]:
            return without_student(latest, self.student_id, cut=cut, shown=shown)

        if self.outside.runs.change(self.run.connection_id, record["run_id"], change):
            self._count(Erased(runs=1))
        self._erase_kept(found)

    def _erase_kept(self, found: list[tuple[KeptYear, Places | None]]) -> None:
        for year, places in found:
            self._count(erase_rows(year, places, self.student_id))
            shutil.rmtree(year.workspace, ignore_errors=True)

    def _count(self, erased: Erased) -> None:
        if erased != Erased():
            self.run = replace(self.run, erased=self.run.erased.plus(erased))
            self.outside.runs.save(self.run)


def _shown(
    record: dict[str, Any], found: list[tuple[KeptYear, Places | None]]
) -> set[tuple[int, str]]:
    """The files of a dry run whose lines may be the student's: also where no index tells any
    more, as it expires before the record."""
    if record["kind"] != DRY_RUN:
        return set()
    known = {year.school_year: places.shown for year, places in found if places}
    return {
        (year["school_year"], file["name"])
        for year in record["years"]
        for file in year["files"]
        if file["name"] in known.get(year["school_year"], {file["name"]})
    }


def _may_still_write(record: dict[str, Any], now: dt.datetime) -> bool:
    """Whether a run that holds no lease is under way, and read the student perhaps."""
    if record["kind"] not in {DRY_RUN, TEST_RECORD} or record["finished_at"]:
        return False
    shown = effective_record(record, running=None, now=now)
    return bool(shown["status"] != RunStatus.FAILED)
