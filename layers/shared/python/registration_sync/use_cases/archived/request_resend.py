"""Requests a resend of a past run's files, or of some students' rows in them."""

import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from registration_sync.domain.access import Permission
from registration_sync.domain.connections.connection import DeliveryMethod
from registration_sync.domain.runs.run import (
    ReplacedFile,
    ResendSelection,
    Run,
    RunKind,
    RunRequest,
)
from registration_sync.domain.runs.uploads import Collected
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.sftp import Deliveries
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.archived.fetch_resend import find_resend
from registration_sync.use_cases.archived.student_numbers import replace_numbers
from registration_sync.use_cases.runs.check_attempts import admit_first_sign_in
from registration_sync.use_cases.runs.read_run import stored_run
from registration_sync.use_cases.runs.resend_selection import FilesByYear, select_files_to_resend
from registration_sync.use_cases.runs.start_run import RunStarter


def request_resend(
    connection_id: str,
    repeated_run_id: str,
    request: RunRequest,
    *,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
    archive: Archive,
    starter: RunStarter,
    permissions: Collection[Permission] = (),
) -> Run:
    """The pending run.

    Raises the errors of `select_files_to_resend`, NotFound if the connection or run does not exist
    or a file is no longer kept, InvalidRequest for students who are not in the files (it suggests
    others to those who may read students),
    AlreadyRunning while another run is pending or in progress, TooManyAttempts before the
    connection has signed in to its account, and Unavailable.
    """
    connection = connections.get(connection_id)
    selected = select_files_to_resend(
        stored_run(connection_id, repeated_run_id, runs=starter.runs),
        request,
        connection=connection,
        connections=connections,
        mappings=mappings,
        sign_ins=sign_ins,
        today=starter.now.date(),
    )
    for school_year, files in selected.items():
        for file in files:
            name = f"{school_year}/files/{file.name}"
            archive.require_exists(connection_id, repeated_run_id, name)
    if request.resend and request.resend.student_ids is not None:
        suggests = Permission.READ in permissions
        found = _students(connection_id, request.resend, selected, archive, mappings, suggests)
        request = replace(request, resend=replace(request.resend, student_ids=found))
    admit_first_sign_in(
        connection, sign_ins=sign_ins, attempts=starter.check_attempts, now=starter.now
    )
    return starter.start(connection_id, request)


def _students(
    connection_id: str,
    resend: ResendSelection,
    selected: FilesByYear,
    archive: Archive,
    mappings: Mappings,
    suggests: bool,
) -> tuple[str, ...]:
    """The students by their Enroll ids; the request may also have their numbers in the files."""
    student_ids = resend.student_ids or ()
    with tempfile.TemporaryDirectory() as workspace:
        sources = find_resend(
            connection_id, resend, selected, archive=archive, workspace=Path(workspace)
        )
        found = replace_numbers(student_ids, sources, mappings, suggests=suggests)
        # Files that can only be sent whole are refused for the ids, too.
        by_id = replace(resend, student_ids=found)
        find_resend(connection_id, by_id, selected, archive=archive, workspace=Path(workspace))
    return found


def replaced_by_resend(
    run: Run, *, connections: Connections, deliveries: Deliveries
) -> list[ReplacedFile]:
    """Our last uploads to the paths of an export's files: what a resend of it would replace. Nobody
    asks the server whether they were collected. Raises NotFound and Unavailable."""
    files = [file for year in run.years for file in year.files]
    if run.kind is not RunKind.EXPORT or not run.finished or not files:
        return []
    connection = connections.get(run.connection_id)
    if connection.delivery is not DeliveryMethod.SFTP:
        return []
    account = connection.account_name
    lasts = [deliveries.last(run.connection_id, account, file.path) for file in files]
    return [last.replaced(Collected.UNKNOWN, connection.zone) for last in lasts if last]
