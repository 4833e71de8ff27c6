"""Export: delivers, per school year, the students synced since the last export."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.domain.registrations.row_history import Histories
from registration_sync.domain.runs.run import Finding, Run, YearOutcome, finished_run
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
from registration_sync.use_cases.exporting.plan import Plan, plan_years, ready_mapping
from registration_sync.use_cases.exporting.progress import Progress
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport, failed_year
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
    recent_fields: RecentFields,
    pause: Callable[[float], None],
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
    # A confirmed run keeps the outcomes of the years that did not wait.
    run = replace(run, years=(*run.years, *plan.unknown))
    outcomes = {year.school_year: year for year in run.years}
    server = server_of(connection)
    lease.on_loss = server.close
    resources = ExportResources(
        table=table, archive=archive, server=server, lease=lease, pause=pause, now=now
    )
    collection = CollectionCheck(connection, run, deliveries)
    progress = Progress(run, runs, now)
    try:
        for year in plan.years:
            report = partial(progress.show_phase, year.school_year)
            outcome = _export(year, plan, collection, resources, attempt.workspace, report)
            # The files of an earlier attempt may have been replaced since.
            collection.record_uploads([file for file in outcome.files if file.replaced_by])
            outcomes[year.school_year] = outcome
            progress.finish_year(outcome)
    finally:
        server.close()
    years = with_path_warnings(
        outcomes.values(), saved.definition, lambda: recent_fields.of(run.connection_id)
    )
    return finished_run(run, years, now())


def _export(
    year: YearToExport,
    plan: Plan,
    collection: CollectionCheck,
    resources: ExportResources,
    workspace: Path,
    report: Callable[[str], None],
) -> YearOutcome:
    def evaluate(written: WrittenYear, histories: Histories) -> list[Finding]:
        return evaluate_guards(year, written, histories) + collection.find_uncollected(
            paths_of(year, written),
            server=resources.server,
            lease=resources.lease,
            pause=resources.pause,
        )

    started_at = resources.now()
    report("mapping")
    try:
        with year_workspace(workspace, year.school_year) as folder:
            outcome = find_earlier_attempt(
                year, snapshots=resources.table, archive=resources.archive, workspace=folder
            )
            if outcome is None:
                plan.refuse_shared(year)
                outcome = export_year(
                    year, resources, workspace=folder, report=report, evaluate=evaluate
                )
    except RegistrationSyncError as error:
        outcome = failed_year(year.school_year, error)
    return replace(
        outcome, duration_seconds=round((resources.now() - started_at).total_seconds(), 1)
    )
