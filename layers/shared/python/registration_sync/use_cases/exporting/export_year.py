"""Exports one school year: close the batch, write, archive, deliver, move the marker."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path
from typing import Protocol

from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import DueMark
from registration_sync.domain.registrations.ledger import Totals, timestamp
from registration_sync.domain.registrations.row_history import Histories
from registration_sync.domain.runs.run import DeliveredFile, Finding, YearOutcome
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
    with_done_files,
    with_retries,
)
from registration_sync.use_cases.exporting.archive_year import archive_year
from registration_sync.use_cases.exporting.earlier_exports import earlier_exports
from registration_sync.use_cases.exporting.ledger_entry import next_entry
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.package_files import package_files
from registration_sync.use_cases.exporting.students import students_to_write
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files
from registration_sync.use_cases.exporting.year import IncompleteFullFile, YearToExport
from registration_sync.use_cases.exporting.year_outcome import (
    needs_confirmation,
    outcome_of,
    waiting_outcome,
)
from registration_sync.use_cases.ledger.retire_batches import retire_year
from registration_sync.use_cases.ledger.stored_year import StoredYear
from registration_sync.use_cases.ledger.year_totals import YearTotals, read_year_totals
from registration_sync.use_cases.runs.lease import HeldLease

MAX_REASONS, MAX_REASONS_BYTES = 50, 200_000
"""Reasons in the mark of a held student, an item of at most 400 kB; held.jsonl has all."""

EXPORT_SECONDS = 300.0
"""Of an invocation, for the export itself. Earlier exports are settled in the time before that."""

type Evaluate = Callable[[WrittenYear, Histories], Sequence[Finding]]
"""Finds what is unusual in the files, compared with earlier exports, before they are archived."""

type ChooseHeaderOnly = Callable[[WrittenYear, Histories], Sequence[WrittenFile]]
"""Chooses those of the files without a row that replace the last file; they are not archived."""


class Collection(Protocol):
    """What the year's files replace. Its methods raise DeliveryError, LeaseLost and Unavailable."""

    def carry_over(self, workspace: Path) -> bool:
        """Makes students of files that were not collected due again, in the batch that was just
        closed. Returns False if no student is due: then this run reads none. A slow sync may put a
        mark into the closed batch at any moment; it puts the mark into the next batch, too."""

    def record(self, delivered: Sequence[DeliveredFile]) -> None:
        """Records what was delivered, before the marker moves."""


class NoCollection:
    """For exports that replace nothing."""

    def carry_over(self, workspace: Path) -> bool:  # noqa: ARG002  # the port's parameter
        return True

    def record(self, delivered: Sequence[DeliveredFile]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResources:
    """What every school year of a run uses."""

    table: RegistrationsTable
    archive: Archive
    server: RunConnection
    lease: HeldLease
    pause: Callable[[float], None]
    now: Callable[[], dt.datetime]
    seconds_left: Callable[[], float]

    def find(self, paths: Sequence[str]) -> list[RemoteFile | None]:
        """What the server has at these paths. Raises DeliveryError and LeaseLost."""
        return with_retries(
            lambda session: [session.find(path) for path in paths],
            server=self.server,
            lease=self.lease,
            pause=self.pause,
        )


def export_year(
    year: YearToExport,
    resources: ExportResources,
    *,
    workspace: Path,
    report: Callable[[str], None] = lambda _: None,
    evaluate: Evaluate = lambda *_: (),
    choose_header_only: ChooseHeaderOnly = lambda *_: (),
    collection: Collection = NoCollection(),  # noqa: B008  # it has no state
) -> YearOutcome:
    """Delivers the due students of the year; `report` is called with each phase.

    First settles the students of earlier exports, because the change of the totals depends on each
    student's last outcome. Raises DeliveryError, LeaseLost, Unavailable or IncompleteFullFile. In
    these cases, and if a finding needs a confirmation, the marker does not move, and all students
    stay due.
    """
    connection_id, school_year = year.connection_id, year.school_year
    table, lease, now = resources.table, resources.lease, resources.now
    batch = year.marker.open
    before = _totals_before(year, resources, workspace)
    table.close_batch(connection_id, school_year, batch, lease.token)
    # From here on use `batch`: another run may move `open`.
    batches = year.marker.due_batches if collection.carry_over(workspace) else range(0)
    written = _write(year, batches, before.totals, table, lease, workspace)
    mark_held_students(year, batch + 1, written.held_list, table, now())
    if written.incomplete_full_file and year.held_overridden_by is None:
        raise IncompleteFullFile(written)
    findings = evaluate(written, before.histories)
    if written.files and needs_confirmation(year, findings):
        return waiting_outcome(year, written, findings)
    if written.incomplete_full_file:
        mark_held_students(year, batch + 1, written.held_list, table, now(), all_held=True)
    sent = _packaged(year, written, workspace)
    if sent or written.settled:
        _archive(year, written, sent, resources, report)
    header_only = tuple(choose_header_only(written, before.histories))
    files = (*sent, *header_only)
    done = _deliver(year, files, resources, workspace, report) if files else ()
    delivered = done[: len(sent)]
    collection.record(done)
    entry = next_entry(year, before, written, now())
    table.put_ledger(connection_id, school_year, entry)
    table.commit(connection_id, school_year, batch, lease.token)
    outcome = outcome_of(year, written, delivered, findings)
    return replace(
        outcome,
        warnings=(*outcome.warnings, *resources.server.traits.unverified()),
        header_only=tuple(year.path_of(file.name) for file in header_only),
    )


def _archive(
    year: YearToExport,
    written: WrittenYear,
    sent: tuple[WrittenFile, ...],
    resources: ExportResources,
    report: Callable[[str], None],
) -> None:
    report("archiving")
    # A successor may be erasing a student; anything archived now would survive the erasure.
    resources.lease.check()
    archive_year(year, written, sent, resources.archive)


def _totals_before(year: YearToExport, resources: ExportResources, workspace: Path) -> YearTotals:
    def go_on() -> bool:
        resources.lease.check()
        if resources.seconds_left() < EXPORT_SECONDS:
            raise Unavailable(
                "The outcome of the last export is still being stored for each student. The next "
                "run continues, and sends the waiting students."
            )
        return True

    stored = StoredYear(
        year.connection_id, year.school_year, resources.table, resources.archive, workspace
    )
    retire_year(stored, year.marker, expires_at=year.expires_at, go_on=go_on)
    return read_year_totals(stored, year.marker.exported, expires_at=year.expires_at, check=go_on)


def _write(
    year: YearToExport,
    batches: range,
    totals: Totals,
    table: RegistrationsTable,
    lease: HeldLease,
    workspace: Path,
) -> WrittenYear:
    students = students_to_write(
        year.connection_id,
        year.school_year,
        batches,
        compiled=year.compiled,
        table=table,
        totals=totals,
    )
    return write_files(
        students,
        compiled=year.compiled,
        folder=workspace,
        check=lease.check,
        earlier=earlier_exports(year, table),
    )


def mark_held_students(
    year: YearToExport,
    batch: int,
    held_list: Path,
    table: RegistrationsTable,
    now: dt.datetime,
    *,
    all_held: bool = False,
) -> None:
    """Puts marks for the held students into the open batch, with the reasons and the start of the
    hold, before the marker moves.

    `all_held` includes students that were not due: exported earlier, and missing in a full file
    from now on. Raises Unavailable unless every mark is confirmed.
    """
    with held_list.open(encoding="utf-8") as lines:
        held = (entry for entry in map(json.loads, lines) if entry["due"] or all_held)
        for chunk in batched(held, 100):
            marks = [
                DueMark(
                    entry["student_id"],
                    entry["version"],
                    reasons_of_mark(entry["reasons"]),
                    entry["since"] or timestamp(now),
                )
                for entry in chunk
            ]
            confirmed = table.put_marks(year.connection_id, year.school_year, batch, marks)
            if len(confirmed) < len(marks):
                raise Unavailable("The students who need attention could not be stored.")
            versions = {mark.student_id: mark.version for mark in marks}
            table.raise_batch(year.connection_id, year.school_year, batch, versions)


def reasons_of_mark(reasons: Sequence[Mapping[str, str]]) -> str:
    """The first reasons as JSON, as many as fit into a mark: each may have a column's long name."""
    kept = reasons[:MAX_REASONS]
    while len(text := json.dumps(kept)) > MAX_REASONS_BYTES:
        kept = kept[: len(kept) // 2]
    return text


def _packaged(year: YearToExport, written: WrittenYear, workspace: Path) -> tuple[WrittenFile, ...]:
    """The files to deliver: those of the mapping, or their package."""
    package = year.compiled.package
    if not package or not written.files:
        return written.files
    return (package_files(written.files, package, workspace),)


def _deliver(
    year: YearToExport,
    sent: tuple[WrittenFile, ...],
    resources: ExportResources,
    workspace: Path,
    report: Callable[[str], None],
) -> tuple[DeliveredFile, ...]:
    report("delivering")
    if not year.send:
        return tuple(file.delivered(year.path_of(file.name), "download") for file in sent)
    finished = [FinishedFile(file.name, file.source) for file in sent]
    if year.done_file:
        finished = with_done_files(finished, workspace / "empty.part")
    replacements = deliver_files(
        finished,
        year.folder,
        server=resources.server,
        lease=resources.lease,
        pause=resources.pause,
    )
    return tuple(
        file.delivered(year.path_of(file.name), one.way.value, modified=one.modified)
        for file, one in zip(sent, replacements, strict=False)
    )
