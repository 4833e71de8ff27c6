"""Dry run: tonight's files now, without sending them; it reads, and moves nothing.

It takes no lease, so it goes beside an export; what that one clears away meanwhile is missing here.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from registration_sync.domain.errors import (
    InvalidRequest,
    MarkerLost,
    NotFound,
    RegistrationSyncError,
)
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.runs.run import (
    Run,
    RunRequest,
    RunStatus,
    YearOutcome,
    finished_run,
)
from registration_sync.use_cases.exporting.archive_year import archive_year
from registration_sync.use_cases.exporting.guards import evaluate_guards
from registration_sync.use_cases.exporting.plan import Plan, plan_years, ready_mapping
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files
from registration_sync.use_cases.exporting.year import IncompleteFullFile, YearToExport
from registration_sync.use_cases.exporting.year_outcome import delivered_file, outcome_of, waits
from registration_sync.use_cases.ledger.run_index import index_rows
from registration_sync.use_cases.run_kinds.lifecycle import (
    Outside,
    failed_run,
    failed_year,
    run_error,
    saved_run,
    started_run,
)

ROWS_SHOWN = 20
CHARACTERS_SHOWN = 1000
"""Of each line: a record of DynamoDB holds 400 kB. The files that are kept have all of it."""


_WOULD_WAIT = "An export now would wait for somebody to confirm it."


def dry_run(request: RunRequest, *, attempt: int, outside: Outside) -> Run:
    """Maps and writes what an export would deliver now, and returns the finished record.

    The files are kept for a day. Raises NotFound without such a connection, RunCancelled, and
    Unavailable.
    """
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    outside.runs.save(started)
    try:
        saved, mapping = ready_mapping(connection, outside.mappings, sends=False)
        run = replace(started, mapping_version=saved.version)
        plan = plan_years(run, connection, mapping, outside.table, outside.retention_days)
    except (InvalidRequest, NotFound, MarkerLost) as error:
        return saved_run(failed_run(started, error, outside.now()), outside.runs)
    years = (*plan.unknown, *(_outcome_of(year, plan, outside) for year in plan.years))
    return saved_run(finished_run(run, years, outside.now()), outside.runs)


def _outcome_of(year: YearToExport, plan: Plan, outside: Outside) -> YearOutcome:
    try:
        plan.refuse_shared(year)
        with year_workspace(outside.workspace, year.school_year) as folder:
            return _tried(year, outside, folder)
    except RegistrationSyncError as error:
        return failed_year(year.school_year, error)


def _tried(year: YearToExport, outside: Outside, folder: Path) -> YearOutcome:
    batches = range(year.marker.exported + 1, year.marker.open + 1)
    written = write_files(
        year.connection_id,
        year.school_year,
        batches,
        compiled=year.compiled,
        table=outside.table,
        folder=folder,
        check=lambda: None,
    )
    archive_year(year, batches, written, written.files, outside.dry_runs)
    exported = year.marker.exported
    last = outside.table.ledger(year.connection_id, year.school_year, exported)
    findings = evaluate_guards(year, written, last.histories if last else ())
    lines = _first_lines(year, written)
    files = tuple(
        delivered_file(year, file, None, tuple(lines[file.number])) for file in written.files
    )
    outcome = outcome_of(year, written, files, findings)
    if written.files and waits(year, findings):
        outcome = replace(outcome, warnings=(*outcome.warnings, _WOULD_WAIT))
    if written.held_of_all and year.overridden_by is None:
        refused = run_error(IncompleteFullFile(written))
        return replace(outcome, status=RunStatus.FAILED, error=refused)
    return outcome


def _first_lines(year: YearToExport, written: WrittenYear) -> defaultdict[int, list[str]]:
    """Of each file the header and the first rows, as they stand there."""
    shown: defaultdict[int, list[str]] = defaultdict(list)
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in index_rows(written.index):
        if len(places[row.number]) < ROWS_SHOWN:
            places[row.number].append((row.offset, row.length))
    for file in written.files:
        number = file.number
        compiled = year.compiled.files[number]
        heads = [(0, len(compiled.header))] if compiled.header else []
        with file.source.open("rb") as content:
            for offset, length in [*heads, *places[number]]:
                content.seek(offset)
                line = content.read(min(length, CHARACTERS_SHOWN * 4))
                text = line.decode(CODECS[compiled.csv.encoding], errors="replace")
                shown[number].append(text[:CHARACTERS_SHOWN].removeprefix("\ufeff"))
    return shown
