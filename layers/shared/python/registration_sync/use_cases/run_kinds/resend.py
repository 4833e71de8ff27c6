"""Resend: sends a past run's archived files, or some students' rows, to the original paths.

The run holds the lease, so that no export runs beside it, and changes neither the marker nor a
mark. It may deliver older data: a person decides this, and the record names the person.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import InvalidRequest, RegistrationSyncError
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import DeliveredFile, Finding, Run, RunStatus, YearOutcome
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.runs import Runs
from registration_sync.ports.sftp import Deliveries
from registration_sync.use_cases.archived.archive_resend import ResendYear, archive_resend
from registration_sync.use_cases.archived.fetch_resend import fetch_resend
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
    with_done_files,
)
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.exporting.progress import Progress
from registration_sync.use_cases.exporting.unreported_findings import UnreportedFindings
from registration_sync.use_cases.exporting.workspace import full_disk_as_error
from registration_sync.use_cases.exporting.year import failed_year
from registration_sync.use_cases.run_kinds.lifecycle import Attempt
from registration_sync.use_cases.runs.lease import HeldLease
from registration_sync.use_cases.runs.read_run import stored_run
from registration_sync.use_cases.runs.resend_selection import select_files_to_resend


def run_resend(
    attempt: Attempt,
    lease: HeldLease,
    *,
    connections: Connections,
    mappings: Mappings,
    runs: Runs,
    archive: Archive,
    deliveries: Deliveries,
    server_of: Callable[[Connection], RunConnection],
    pause: Callable[[float], None],
    now: Callable[[], dt.datetime],
) -> Run:
    """Fetches and checks all files before it sends any, and does not repeat the years that an
    earlier attempt sent. Raises InvalidRequest, NotFound, Conflict and Unavailable."""
    run, connection, resend = attempt.run, attempt.connection, attempt.run.request.resend
    if resend is None:
        raise InvalidRequest("Write the id of the run to send again.")
    past = stored_run(run.connection_id, resend.run_id, runs=runs)
    selected = select_files_to_resend(
        past,
        run.request,
        connection=connection,
        connections=connections,
        mappings=mappings,
        today=now().date(),
    )
    years = fetch_resend(
        run.connection_id, resend, selected, archive=archive, workspace=attempt.workspace
    )
    server = server_of(connection)
    lease.on_loss = server.close
    collection, warnings = CollectionCheck(connection, run, deliveries), _warnings(past, run)
    outcomes = {year.school_year: year for year in run.years}
    progress = Progress(run, runs, now)
    try:
        for year in years:
            if year.school_year in outcomes:
                continue
            outcome = _resend_year(year, attempt, collection, archive, server, lease, pause)
            if not outcome.error:
                outcome = replace(outcome, warnings=(*warnings, *outcome.warnings))
            outcomes[year.school_year] = outcome
            progress.finish_year(outcome)
    finally:
        server.close()
    return finished_run(run, outcomes.values(), now())


def _resend_year(
    year: ResendYear,
    attempt: Attempt,
    collection: CollectionCheck,
    archive: Archive,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> YearOutcome:
    unreported = UnreportedFindings(collection)
    try:
        uncollected = _find_uncollected(year, collection, server, lease, pause)
        lease.on_confirm = partial(unreported.note, year.school_year, uncollected)
        with full_disk_as_error():
            files = _send(year, attempt, archive, server, lease, pause)
    except RegistrationSyncError as error:
        return unreported.added_to(failed_year(year.school_year, error))
    collection.record_uploads(files)
    return YearOutcome(
        year.school_year,
        RunStatus.SUCCEEDED,
        rows=year.students,
        files=files,
        warnings=(
            *_erasure_warnings(year),
            *(finding.message for finding in uncollected),
            *server.traits.unverified(),
        ),
    )


def _warnings(past: Run, run: Run) -> tuple[str, ...]:
    repeats = f"This repeats {past.run_id}, and may have brought older data."
    if past.sent_to == run.sent_to:
        return (repeats,)
    moved = f"That run delivered to {past.sent_to}; this one delivered to {run.sent_to}."
    return (repeats, moved)


def _find_uncollected(
    year: ResendYear,
    collection: CollectionCheck,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> list[Finding]:
    """The files that the importer has not collected and the resend replaces. An older full file may
    lack students who were synced since."""
    older = {f"{year.folder}/{file.name}": False for file in year.files}
    found = collection.find_uncollected(older, server=server, lease=lease, pause=pause)
    resend = collection.run.request.resend
    repeated = resend.run_id if resend and resend.student_ids is None else None
    return [finding for finding in found if finding.run_id != repeated]


def _erasure_warnings(year: ResendYear) -> list[str]:
    """Warnings about files that differ from those that the past run delivered."""
    return [
        f"{entry['name']} is without the rows of students who were erased since."
        for entry in year.manifest["files"]
        if "delivered" in entry
    ]


def _send(
    year: ResendYear,
    attempt: Attempt,
    archive: Archive,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> tuple[DeliveredFile, ...]:
    finished = [FinishedFile(file.name, file.source) for file in year.files]
    lease.check()  # a successor may be erasing a student
    archive_resend(year, attempt.run.connection_id, attempt.run.run_id, archive)
    if attempt.connection.done_file:
        finished = with_done_files(finished, attempt.workspace / "empty.part")
    replacements = deliver_files(finished, year.folder, server=server, lease=lease, pause=pause)
    return tuple(
        file.delivered(f"{year.folder}/{file.name}", one.way.value, modified=one.modified)
        for file, one in zip(year.files, replacements, strict=False)
    )
