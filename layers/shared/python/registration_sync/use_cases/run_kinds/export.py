"""Export: delivers, per school year, the students synced since the last export."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import Conflict, LeaseLost, RegistrationSyncError, Unavailable
from registration_sync.domain.registrations.row_history import Histories
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import Finding, Run, RunTrigger, YearOutcome
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Mappings
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.ports.runs import Runs
from registration_sync.ports.sftp import Deliveries
from registration_sync.use_cases.delivery.deliver_files import RunConnection
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.exporting.earlier_attempt import find_earlier_attempt
from registration_sync.use_cases.exporting.export_year import ExportResources, export_year
from registration_sync.use_cases.exporting.guards import evaluate_guards
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.plan import Plan, plan_years, ready_mapping
from registration_sync.use_cases.exporting.progress import Progress
from registration_sync.use_cases.exporting.unreported_findings import UnreportedFindings
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport, failed_year
from registration_sync.use_cases.exporting.year_collection import YearCollection
from registration_sync.use_cases.exporting.year_outcome import paths_of
from registration_sync.use_cases.mappings.known_fields import RecentFields, with_path_warnings
from registration_sync.use_cases.run_kinds.lifecycle import Attempt
from registration_sync.use_cases.runs.cancel_run import cancel_superseded_run
from registration_sync.use_cases.runs.lease import HeldLease


def run_export(
    attempt: Attempt,
    lease: HeldLease,
    *,
    mappings: Mappings,
    runs: Runs,
    table: RegistrationsTable,
    archive: Archive,
    deliveries: Deliveries,
    server_of: Callable[[Connection], RunConnection],
    resources_of: Callable[[RunConnection, HeldLease], ExportResources],
    recent_fields: RecentFields,
    now: Callable[[], dt.datetime],
    retention_days: int,
) -> Run:
    """The finished run, or one that awaits confirmation because a guard holds a year's delivery.

    If a year fails, its students stay due, and the other years are exported. Raises InvalidRequest,
    NotFound and MarkerLost if nothing can be exported, RunCancelled, and Unavailable.
    """
    connection = attempt.connection
    cancel_superseded_run(attempt.run, now=now(), runs=runs)
    saved, mapping = ready_mapping(connection, mappings, sends=True)
    run = replace(attempt.run, mapping_version=saved.version)
    plan = plan_years(run, connection, mapping, table, retention_days)
    collection = CollectionCheck(connection, run, deliveries)
    unreported = UnreportedFindings(collection)
    unreported.take_over([year.school_year for year in plan.years], runs)
    delivered = _find_delivered(plan, table, archive, attempt.workspace)
    # `run` has the years that an earlier attempt delivered, or that needed no confirmation.
    outcomes = {year.school_year: year for year in (*run.years, *plan.unknown)}
    outcomes |= {year: unreported.added_to(outcome) for year, outcome in delivered.items()}
    progress = Progress(replace(run, years=tuple(outcomes.values())), runs, now)
    years = [year for year in plan.years if year.school_year not in delivered]
    _remember_first(years, lease, table, now())
    server = server_of(connection)
    lease.on_loss = server.close
    resources = resources_of(server, lease)
    try:
        for year in years:
            report = partial(progress.show_phase, year.school_year)
            outcome = _export(
                year, plan, collection, unreported, resources, attempt.workspace, report
            )
            outcomes[year.school_year] = outcome
            progress.finish_year(outcome)
    finally:
        server.close()
    finished = with_path_warnings(
        outcomes.values(), saved.definition, lambda: recent_fields.of(run.connection_id)
    )
    return finished_run(run, finished, now())


def _remember_first(
    years: Sequence[YearToExport], lease: HeldLease, table: RegistrationsTable, now: dt.datetime
) -> None:
    """The next attempt begins with another year: this one may use up the time."""
    if len(years) > 1:
        # Without the lease, each year fails; without the note, only the order stays.
        with suppress(LeaseLost, Unavailable):
            first, now_ms = years[0], int(now.timestamp() * 1000)
            table.set_first(first.connection_id, first.school_year, lease.token, now_ms)


def _find_delivered(
    plan: Plan, table: RegistrationsTable, archive: Archive, workspace: Path
) -> dict[int, YearOutcome]:
    """The years that an interrupted attempt delivered without a record of it, found before any
    other year takes their paths. A year that cannot be checked has failed."""
    outcomes = {}
    for year in plan.years:
        try:
            with year_workspace(workspace, year.school_year) as folder:
                outcome = find_earlier_attempt(
                    year, snapshots=table, archive=archive, workspace=folder
                )
        except RegistrationSyncError as error:
            outcome = failed_year(year.school_year, error)
        if outcome:
            outcomes[year.school_year] = outcome
            with suppress(Conflict):  # an older version may have written two years to one path
                plan.take_paths(year, [file.path for file in outcome.files] or year.paths)
    return outcomes


def _export(
    year: YearToExport,
    plan: Plan,
    collection: CollectionCheck,
    unreported: UnreportedFindings,
    resources: ExportResources,
    workspace: Path,
    report: Callable[[str], None],
) -> YearOutcome:
    oldest_due_at = None
    replaced = YearCollection(year, collection, unreported, resources, report)

    def evaluate(written: WrittenYear, histories: Histories) -> list[Finding]:
        nonlocal oldest_due_at
        oldest_due_at = written.oldest_due_at
        plan.take_paths(year, paths_of(year, written))
        uncollected = replaced.findings(written)
        return evaluate_guards(year, written, histories) + uncollected

    started_at = resources.now()
    report("mapping")
    try:
        with year_workspace(workspace, year.school_year) as folder:
            plan.refuse_shared(year)
            outcome = export_year(
                year,
                resources,
                workspace=folder,
                report=report,
                evaluate=evaluate,
                choose_header_only=partial(_header_only, year, plan, collection, resources),
                collection=replaced,
            )
    except RegistrationSyncError as error:
        outcome = failed_year(year.school_year, error)
    return replace(
        unreported.added_to(replaced.added_to(outcome)),
        duration_seconds=round((resources.now() - started_at).total_seconds(), 1),
        oldest_due_at=outcome.oldest_due_at or oldest_due_at,
    )


def _header_only(
    year: YearToExport,
    plan: Plan,
    collection: CollectionCheck,
    resources: ExportResources,
    written: WrittenYear,
    histories: Histories,
) -> list[WrittenFile]:
    """Of the files without a row those that replace the last one: in a scheduled run, if an earlier
    export of the year delivered rows, and no other year of this run has the path."""
    if collection.run.trigger is not RunTrigger.SCHEDULE:
        return []
    names = {one.file for one in histories if one.rows_if_any}
    files = {
        year.path_of(file.name): file
        for file in written.header_only
        if year.compiled.files[file.number].file_name in names
    }
    sizes = {path: file.bytes for path, file in files.items() if plan.is_free(year, path)}
    paths = collection.replaceable_by_header(sizes, resources.find)
    return [files[path] for path in paths]
