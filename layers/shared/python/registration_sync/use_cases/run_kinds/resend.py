"""Resend: sends a past run's archived files, or some students' rows, to the original paths.

The run holds the lease, so that no export runs beside it, and changes neither the marker nor a
mark. It may deliver older data: a person decides this, and the record names the person.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import InvalidRequest, RegistrationSyncError
from registration_sync.domain.runs.endings import finished_run
from registration_sync.domain.runs.run import DeliveredFile, Finding, Run, RunStatus, YearOutcome
from registration_sync.domain.runs.uploads import FoundUpload, UploadedRows
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.runs import Runs
from registration_sync.ports.sftp import Deliveries
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.archived.archive_resend import ResendYear, archive_resend
from registration_sync.use_cases.archived.fetch_resend import fetch_resend
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
    with_done_files,
    with_retries,
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
    sign_ins: SignIns,
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
        raise InvalidRequest("Enter the id of the run to re-send.")
    past = stored_run(run.connection_id, resend.run_id, runs=runs)
    select = partial(
        select_files_to_resend,
        past,
        run.request,
        connection=connection,
        connections=connections,
        mappings=mappings,
        sign_ins=sign_ins,
        today=now().date(),
    )
    selected = select()
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
            outcome = _resend_year(year, attempt, collection, archive, server, lease, pause, select)
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
    select: Callable[[], object],
) -> YearOutcome:
    unreported = UnreportedFindings(collection)
    try:
        with_retries(lambda _: None, server=server, lease=lease, pause=pause)
        select()  # again: connections of other districts count after the sign-in
        found = _look(year, collection, server, lease, pause)
        uncollected = _find_uncollected(year, found, collection)
        lease.on_confirm = partial(unreported.note, year.school_year, uncollected)
        with full_disk_as_error():
            files = _send(year, attempt, archive, server, lease, pause)
        _record(year, found, files, collection, lease)
    except RegistrationSyncError as error:
        return unreported.added_to(failed_year(year.school_year, error))
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
        replaces=collection.replaced(found),
    )


def _warnings(past: Run, run: Run) -> tuple[str, ...]:
    repeats = f"This repeats {past.run_id}, and may have brought older data."
    if past.sent_to == run.sent_to:
        return (repeats,)
    moved = f"That run delivered to {past.sent_to}; this one delivered to {run.sent_to}."
    return (repeats, moved)


def _look(
    year: ResendYear,
    collection: CollectionCheck,
    server: RunConnection,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> list[FoundUpload]:
    return collection.look(
        [f"{year.folder}/{file.name}" for file in year.files],
        lambda paths: with_retries(
            lambda session: [session.find(path) for path in paths],
            server=server,
            lease=lease,
            pause=pause,
        ),
    )


def _find_uncollected(
    year: ResendYear, found: Sequence[FoundUpload], collection: CollectionCheck
) -> list[Finding]:
    """The files that the importer has not collected and the resend replaces. An older full file may
    lack students who were synced since."""
    older = {f"{year.folder}/{file.name}": False for file in year.files}
    repeated = _repeated(collection.run)
    return [one for one in collection.findings(found, older) if one.run_id != repeated]


def _repeated(run: Run) -> str | None:
    """The run whose whole files the resend delivers again."""
    resend = run.request.resend
    return resend.run_id if resend and resend.student_ids is None else None


def _record(
    year: ResendYear,
    found: Sequence[FoundUpload],
    files: Sequence[DeliveredFile],
    collection: CollectionCheck,
    lease: HeldLease,
) -> None:
    """Records the uploads. A resend moves no mark, so the record names what it replaced and was not
    collected: the next export that carries over has those students, too."""
    if not collection.is_enabled:
        return
    by_path = {one.last.path: one for one in found}
    repeated = _repeated(collection.run)
    numbers = {entry["name"]: entry["number"] for entry in year.manifest["files"]}
    for file in files:
        number = numbers.get(file.name)
        source = UploadedRows(
            collection.run.run_id,
            year.school_year,
            year.manifest.get("index", ""),
            () if number is None else (number,),
        )
        one = by_path.get(file.path)
        lost = one.lost_with(unknown_too=collection.carries_over) if one else ()
        lost = tuple(rows for rows in lost if rows.run_id != repeated)
        collection.record(file, source, lost=lost, lease_token=lease.token)


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
