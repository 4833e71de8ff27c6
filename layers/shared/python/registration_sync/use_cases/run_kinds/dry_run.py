"""Dry run: writes the files that an export would deliver now, without sending them.

A dry run takes no lease, so it may run beside an export; students that the export delivers
meanwhile are missing from the files.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.errors import DeliveryError, RegistrationSyncError, SignInRefused
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.registrations.batches import DueMark
from registration_sync.domain.registrations.ledger import NO_TOTALS
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import Carried, Run, RunError, RunStatus, YearOutcome
from registration_sync.domain.runs.uploads import FoundUpload
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Mappings
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.ports.runs import CheckAttempts
from registration_sync.ports.sftp import Deliveries
from registration_sync.use_cases.delivery.deliver_files import RunConnection
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.exporting.archive_year import archive_year
from registration_sync.use_cases.exporting.carry_over import CarryOver
from registration_sync.use_cases.exporting.earlier_exports import earlier_exports
from registration_sync.use_cases.exporting.guards import evaluate_guards
from registration_sync.use_cases.exporting.plan import Plan, plan_years, ready_mapping
from registration_sync.use_cases.exporting.students import students_to_write
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import (
    EarlierExports,
    WrittenYear,
    write_files,
)
from registration_sync.use_cases.exporting.year import IncompleteFullFile, YearToExport, failed_year
from registration_sync.use_cases.exporting.year_collection import with_carried
from registration_sync.use_cases.exporting.year_outcome import (
    needs_confirmation,
    outcome_of,
    paths_of,
)
from registration_sync.use_cases.ledger.last_outcomes import last_outcomes
from registration_sync.use_cases.ledger.run_index import index_rows
from registration_sync.use_cases.ledger.stored_year import StoredYear
from registration_sync.use_cases.mappings.known_fields import RecentFields, with_path_warnings
from registration_sync.use_cases.run_kinds.lifecycle import Attempt

MAX_ROWS_SHOWN = 20
MAX_CHARACTERS_SHOWN = 1000
"""Of each line, because a DynamoDB item holds 400 kB. The archived files have whole lines."""

_WOULD_WAIT = "An export now would need approval."


def run_dry_run(
    attempt: Attempt,
    *,
    mappings: Mappings,
    table: RegistrationsTable,
    archive: Archive,
    dry_runs: Archive,
    deliveries: Deliveries,
    server_of: Callable[[Connection], RunConnection],
    check_attempts: CheckAttempts,
    recent_fields: RecentFields,
    now: Callable[[], dt.datetime],
    retention_days: int,
) -> Run:
    """Maps and writes what an export would deliver now; the files are kept for a day. Signs in to
    the server only to look at the files that an export would replace, if there are any.

    Raises InvalidRequest, NotFound and MarkerLost if nothing could be exported, and Unavailable.
    """
    saved, mapping = ready_mapping(attempt.connection, mappings, sends=False)
    run = replace(attempt.run, mapping_version=saved.version)
    plan = plan_years(run, attempt.connection, mapping, table, retention_days)
    server = server_of(attempt.connection)
    collection = CollectionCheck(attempt.connection, run, deliveries)
    replaced = _Replaced(collection, server, check_attempts, now)
    try:
        years = [
            _outcome(year, plan, replaced, table, archive, dry_runs, attempt.workspace)
            for year in plan.years
        ]
    finally:
        server.close()
    years = with_path_warnings(years, saved.definition, lambda: recent_fields.of(run.connection_id))
    return finished_run(run, (*plan.unknown, *years), now())


@dataclass(frozen=True, slots=True)
class _Replaced:
    """Looks at the files that an export would replace, as far as the server can be reached."""

    collection: CollectionCheck
    server: RunConnection
    attempts: CheckAttempts
    now: Callable[[], dt.datetime]

    def look(self, year: YearToExport) -> list[FoundUpload]:
        return self.collection.look(year.paths, self._find)

    def _find(self, paths: Sequence[str]) -> list[RemoteFile | None]:
        connection_id = self.collection.connection.connection_id
        unknown: list[RemoteFile | None] = [RemoteFile(one, None, is_hidden=True) for one in paths]
        if self.attempts.refused(connection_id)[0]:
            return unknown  # servers lock accounts after failed sign-ins
        try:
            session = self.server.session()
            self.attempts.forget_refused(connection_id)
            return [session.find(path) for path in paths]
        except SignInRefused:
            self.attempts.note_refused(connection_id, self.now())
        except DeliveryError:
            self.server.close()
        return unknown


@dataclass(frozen=True, slots=True)
class _CarriedOver:
    """The students that an export would carry over: marks for those that are not due, and the ids
    of those that count as new."""

    carried: tuple[Carried, ...] = ()
    marks: Iterable[DueMark] = ()
    new: frozenset[str] = frozenset()

    def without_new(self, earlier: EarlierExports) -> EarlierExports:
        """The earlier exports, of which those of students that count as new do not count."""
        return replace(earlier, has=lambda one: one.student_id not in self.new and earlier.has(one))


def _carry_over(
    year: YearToExport,
    found: Iterable[FoundUpload],
    table: RegistrationsTable,
    archive: Archive,
    folder: Path,
) -> _CarriedOver:
    """Reads what `mark_carried_students` would mark."""
    students = CarryOver(year, found, archive, folder / "carried")
    if not students.school_years or year.compiled.is_full:
        return _CarriedOver()
    marks = table.marks(year.connection_id, year.school_year, year.marker.due_batches)
    first = next(marks, None)
    if first is None:
        return _CarriedOver()
    ids, new = folder / "carried.ids", set[str]()
    folder.mkdir(parents=True, exist_ok=True)
    with ids.open("w", encoding="utf-8") as listed:
        for some in students.students(year.school_year, chain([first], marks), table):
            listed.writelines(f"{one.student_id}\n" for one in some if not one.is_due)
            new.update(one.student_id for one in some if one.is_new)
    return _CarriedOver(students.carried(), _marks_of(ids), frozenset(new))


def _marks_of(ids: Path) -> Iterator[DueMark]:
    with ids.open(encoding="utf-8") as listed:
        for line in listed:
            yield DueMark(line.rstrip("\n"))


def _outcome(
    year: YearToExport,
    plan: Plan,
    replaced: _Replaced,
    table: RegistrationsTable,
    archive: Archive,
    dry_runs: Archive,
    workspace: Path,
) -> YearOutcome:
    try:
        plan.refuse_shared(year)
        with year_workspace(workspace, year.school_year) as folder:
            return _write(year, plan, replaced, table, archive, dry_runs, folder)
    except RegistrationSyncError as error:
        return failed_year(year.school_year, error)


def _write(
    year: YearToExport,
    plan: Plan,
    replaced: _Replaced,
    table: RegistrationsTable,
    archive: Archive,
    dry_runs: Archive,
    folder: Path,
) -> YearOutcome:
    connection_id, school_year = year.connection_id, year.school_year
    collection, found = replaced.collection, replaced.look(year)
    carried = _carry_over(year, found if collection.carries_over else (), table, archive, folder)
    last_export = table.ledger(connection_id, school_year, year.marker.exported)
    students = students_to_write(
        connection_id,
        school_year,
        year.marker.due_batches,
        compiled=year.compiled,
        table=table,
        totals=last_export.totals if last_export else NO_TOTALS,
        carried=carried.marks,
    )
    stored = StoredYear(connection_id, school_year, table, archive, folder)
    outcomes = last_outcomes(stored, year.marker)
    written = write_files(
        students,
        compiled=year.compiled,
        folder=folder,
        check=lambda: None,
        earlier=carried.without_new(earlier_exports(year, table, outcomes)),
    )
    paths = paths_of(year, written)
    plan.take_paths(year, paths)
    archive_year(year, written, written.files, dry_runs)
    findings = evaluate_guards(year, written, last_export.histories if last_export else ())
    findings += collection.findings(found, paths, carried.carried)
    lines = _first_lines(year, written)
    files = tuple(
        file.delivered(year.path_of(file.name), lines=tuple(lines[file.number]))
        for file in written.files
    )
    replaces = collection.replaced((one for one in found if one.last.path in paths), paths)
    outcome = replace(outcome_of(year, written, files, findings), replaces=replaces)
    outcome = with_carried(outcome, carried.carried if files else ())
    if written.files and needs_confirmation(year, findings):
        outcome = replace(outcome, warnings=(*outcome.warnings, _WOULD_WAIT))
    if written.incomplete_full_file and year.held_overridden_by is None:
        error = RunError.of(IncompleteFullFile(written))
        return replace(outcome, status=RunStatus.FAILED, error=error)
    return outcome


def _first_lines(year: YearToExport, written: WrittenYear) -> defaultdict[int, list[str]]:
    """The header and the first rows of each file."""
    shown: defaultdict[int, list[str]] = defaultdict(list)
    spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in index_rows(written.index):
        if len(spans[row.number]) < MAX_ROWS_SHOWN:
            spans[row.number].append((row.offset, row.length))
    for file in written.files:
        number = file.number
        compiled = year.compiled.files[number]
        header = [(0, len(compiled.header))] if compiled.header else []
        with file.source.open("rb") as content:
            for offset, length in [*header, *spans[number]]:
                content.seek(offset)
                line = content.read(min(length, MAX_CHARACTERS_SHOWN * 4))
                text = line.decode(CODECS[compiled.csv.encoding], errors="replace")
                shown[number].append(text[:MAX_CHARACTERS_SHOWN].removeprefix("\ufeff"))
    return shown
