"""Send again: asks for a past run's files, or some students' rows of them, to be sent once more."""

from collections.abc import Mapping

from registration_sync.domain.runs.resend_request import parse_resend_wish
from registration_sync.domain.runs.run import Run
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.use_cases.runs.read_run import stored_export
from registration_sync.use_cases.runs.resend_selection import select_files_to_resend
from registration_sync.use_cases.runs.start_run import NewRun

TOLD = (
    "The files will replace what lies on the server now, and may bring older data; who is due "
    "does not change."
)


def request_resend(
    connection_id: str,
    repeated: str,
    wish: object,
    *,
    connections: Connections,
    mappings: Mappings,
    archive: Archive,
    new: NewRun,
) -> Run:
    """Stores the pending run and starts the export function; `wish` is the body of the request.

    Raises the errors of `select_files_to_resend`, NotFound for a run or file that is not kept,
    AlreadyRunning while another run is pending or in progress, and Unavailable. The run itself
    finds out whether the students are in the files.
    """
    given = {} if wish is None else wish
    if isinstance(given, Mapping):
        given = {**given, "resend_of": repeated}
    request = parse_resend_wish(
        given, connection_id=connection_id, run_id=new.run_id, requested_by=new.requested_by
    )
    chosen = select_files_to_resend(
        stored_export(connection_id, repeated, runs=new.runs),
        request.again,
        request.school_years,
        connection=connections.get(connection_id),
        connections=connections,
        mappings=mappings,
        today=new.now.date(),
    )
    for school_year, files in chosen.items():
        for file in files:
            archive.require_exists(connection_id, repeated, f"{school_year}/files/{file['name']}")
    return new.start(request)
