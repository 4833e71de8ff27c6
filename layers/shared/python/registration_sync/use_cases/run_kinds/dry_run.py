"""Dry run: writes the files that an export would deliver now, without sending them.

A dry run takes no lease, so it may run beside an export; students that the export delivers
meanwhile are missing from the files.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import Run, RunError, RunStatus, YearOutcome
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Mappings
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.exporting.archive_year import archive_year
from registration_sync.use_cases.exporting.earlier_exports import earlier_exports
from registration_sync.use_cases.exporting.guards import evaluate_guards
from registration_sync.use_cases.exporting.plan import Plan, plan_years, ready_mapping
from registration_sync.use_cases.exporting.students import students_to_write
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files
from registration_sync.use_cases.exporting.year import IncompleteFullFile, YearToExport, failed_year
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

_WOULD_WAIT = "An export now would wait for a confirmation."


def run_dry_run(
    attempt: Attempt,
    *,
    mappings: Mappings,
    table: RegistrationsTable,
    archive: Archive,
    dry_runs: Archive,
    recent_fields: RecentFields,
    now: Callable[[], dt.datetime],
    retention_days: int,
) -> Run:
    """Maps and writes what an export would deliver now; the files are kept for a day.

    Raises InvalidRequest, NotFound and MarkerLost if nothing could be exported, and Unavailable.
    """
    saved, mapping = ready_mapping(attempt.connection, mappings, sends=False)
    run = replace(attempt.run, mapping_version=saved.version)
    plan = plan_years(run, attempt.connection, mapping, table, retention_days)
    years = [
        _outcome(year, plan, table, archive, dry_runs, attempt.workspace) for year in plan.years
    ]
    years = with_path_warnings(years, saved.definition, lambda: recent_fields.of(run.connection_id))
    return finished_run(run, (*plan.unknown, *years), now())


def _outcome(
    year: YearToExport,
    plan: Plan,
    table: RegistrationsTable,
    archive: Archive,
    dry_runs: Archive,
    workspace: Path,
) -> YearOutcome:
    try:
        plan.refuse_shared(year)
        with year_workspace(workspace, year.school_year) as folder:
            return _write(year, plan, table, archive, dry_runs, folder)
    except RegistrationSyncError as error:
        return failed_year(year.school_year, error)


def _write(
    year: YearToExport,
    plan: Plan,
    table: RegistrationsTable,
    archive: Archive,
    dry_runs: Archive,
    folder: Path,
) -> YearOutcome:
    connection_id, school_year = year.connection_id, year.school_year
    students = students_to_write(
        connection_id, school_year, year.marker.due_batches, compiled=year.compiled, table=table
    )
    stored = StoredYear(connection_id, school_year, table, archive, folder)
    written = write_files(
        students,
        compiled=year.compiled,
        folder=folder,
        check=lambda: None,
        earlier=earlier_exports(year, table, last_outcomes(stored, year.marker)),
    )
    plan.take_paths(year, paths_of(year, written))
    archive_year(year, written, written.files, dry_runs)
    last_export = table.ledger(connection_id, school_year, year.marker.exported)
    findings = evaluate_guards(year, written, last_export.histories if last_export else ())
    lines = _first_lines(year, written)
    files = tuple(
        file.delivered(year.path_of(file.name), lines=tuple(lines[file.number]))
        for file in written.files
    )
    outcome = outcome_of(year, written, files, findings)
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
