"""Export: delivers, per school year, the students synced since the last export."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import (
    InvalidRequest,
    MarkerLost,
    NotFound,
    RegistrationSyncError,
)
from registration_sync.domain.registrations.row_history import Histories
from registration_sync.domain.runs.run import (
    Finding,
    Run,
    RunRequest,
    YearOutcome,
)
from registration_sync.use_cases.delivery.deliver_files import RunConnection
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.exporting.earlier_attempt import find_earlier_attempt
from registration_sync.use_cases.exporting.export_year import export_year
from registration_sync.use_cases.exporting.guards import evaluate_guards
from registration_sync.use_cases.exporting.plan import Plan, plan_years, ready_mapping
from registration_sync.use_cases.exporting.progress import Progress
from registration_sync.use_cases.exporting.workspace import year_workspace
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.exporting.year_outcome import paths_of
from registration_sync.use_cases.run_kinds.lifecycle import (
    Outside,
    account_of,
    failed_run,
    failed_year,
    finish_or_raise,
    lease_of,
    saved_run,
    started_run,
)
from registration_sync.use_cases.runs.cancel_run import cancel_superseded_run
from registration_sync.use_cases.runs.lease import HeldLease


def export_registrations(request: RunRequest, *, attempt: int, outside: Outside) -> Run:
    """Runs the export and returns its record, which is also stored: finished, or awaiting
    confirmation where a guard holds a year's delivery.

    What a person must mend is in the record: a mapping or a connection that is not ready, a
    server that refuses. A year that fails leaves the others alone, and its students due. Raises
    NotFound without such a connection, AlreadyRunning while another run holds the lease,
    RunCancelled if somebody was quicker, and Unavailable where another attempt will follow: AWS
    or the server failed in passing, nothing was delivered, and `attempt` (from 1) is not the last.
    """
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    with lease_of(started, outside) as lease:
        outside.runs.save(started)
        cancel_superseded_run(started, now=outside.now(), runs=outside.runs)
        try:
            saved, mapping = ready_mapping(connection, outside.mappings, sends=True)
            run = replace(started, mapping_version=saved.version)
            plan = plan_years(run, connection, mapping, outside.table, outside.retention_days)
        except (InvalidRequest, NotFound, MarkerLost) as error:
            return saved_run(failed_run(started, error, outside.now()), outside.runs)
        years = _export_years(run, connection, plan, lease, outside)
        return finish_or_raise(run, years, outside)


def _export_years(
    run: Run, connection: Connection, plan: Plan, lease: HeldLease, outside: Outside
) -> list[YearOutcome]:
    # Of a run that was confirmed, what became of the years that did not wait stays.
    run = replace(run, years=(*run.years, *plan.unknown))
    outcomes = {year.school_year: year for year in run.years}
    collection = CollectionCheck(connection, run, outside.deliveries)
    server = RunConnection(outside.servers, lambda: account_of(connection, outside))
    lease.on_loss = server.close

    def judge(year: YearToExport, written: WrittenYear, histories: Histories) -> list[Finding]:
        return evaluate_guards(year, written, histories) + collection.find_uncollected(
            paths_of(year, written), server=server, lease=lease, pause=outside.pause
        )

    progress = Progress(run, outside.runs, outside.now)
    try:
        for year in plan.years:
            began = outside.now()
            report = partial(progress.at, year.school_year)
            report("mapping")
            outcome = _outcome_of(year, plan, server, lease, outside, report, judge)
            # What an earlier attempt put there may have been replaced since.
            collection.record_uploads([file for file in outcome.files if file.replaced_by])
            seconds = round((outside.now() - began).total_seconds(), 1)
            outcome = replace(outcome, duration_seconds=seconds)
            outcomes[year.school_year] = outcome
            progress.year_is_done(outcome)
    finally:
        server.close()
    return list(outcomes.values())


def _outcome_of(
    year: YearToExport,
    plan: Plan,
    server: RunConnection,
    lease: HeldLease,
    outside: Outside,
    report: Callable[[str], None],
    judge: Callable[[YearToExport, WrittenYear, Histories], list[Finding]],
) -> YearOutcome:
    try:
        with year_workspace(outside.workspace, year.school_year) as workspace:
            earlier = find_earlier_attempt(
                year, snapshots=outside.table, archive=outside.archive, workspace=workspace
            )
            if earlier:
                return earlier
            plan.refuse_shared(year)
            return export_year(
                year,
                table=outside.table,
                archive=outside.archive,
                server=server,
                lease=lease,
                workspace=workspace,
                pause=outside.pause,
                now=outside.now,
                report=report,
                judge=partial(judge, year),
            )
    except RegistrationSyncError as error:
        return failed_year(year.school_year, error)
