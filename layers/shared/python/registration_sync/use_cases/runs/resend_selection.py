"""Selects the files of a past run to send again, for the request and for the run itself."""

import datetime as dt
from collections.abc import Mapping

from registration_sync.domain.connections.connection import (
    Connection,
    DeliveryMethod,
    require_host_key,
)
from registration_sync.domain.connections.destinations import destination, path_key
from registration_sync.domain.errors import Conflict, InvalidRequest, Problem
from registration_sync.domain.mapping.definition.own_names import done_name
from registration_sync.domain.runs.run import DeliveredFile, Run, RunKind, RunRequest
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.connections.shared_destinations import (
    reject_destinations_of_others,
    reject_done_files,
)

type FilesByYear = Mapping[int, tuple[DeliveredFile, ...]]


def select_files_to_resend(
    past: Run,
    request: RunRequest,
    *,
    connection: Connection,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
    today: dt.date,
) -> FilesByYear:
    """The files of the past run that the request selects, by school year.

    Raises Conflict if they cannot be sent again, or another connection now delivers to one of
    their paths, and InvalidRequest for a file that the run does not have or a name of a done file.
    """
    _require_resendable(past, connection)
    all_files = {year.school_year: year.files for year in past.years if year.files}
    selected_files = request.resend.files if request.resend else ()
    _require_known(all_files, selected_files, request.school_years)
    selected: dict[int, tuple[DeliveredFile, ...]] = {}
    for school_year, files in all_files.items():
        if request.school_years is None or school_year in request.school_years:
            some = tuple(
                file
                for file in files
                if not selected_files or (school_year, file.name) in selected_files
            )
            if some:
                selected[school_year] = some
    if not selected:
        raise Conflict("That run delivered no file, so there is nothing to re-send.")
    _require_own_paths(selected)
    for files in selected.values():
        reject_done_files(connection, [file.name for file in files])
    paths = [file.path for files in selected.values() for file in files]
    if connection.done_file:
        paths += [done_name(path) for path in paths]
    reject_destinations_of_others(
        connection,
        {destination(connection, path): path for path in paths},
        connections=connections,
        mappings=mappings,
        sign_ins=sign_ins,
        today=today,
    )
    return selected


def _require_resendable(past: Run, connection: Connection) -> None:
    if past.kind is not RunKind.EXPORT:
        resend = past.request.resend
        hint = f" Re-send {resend.run_id} instead." if resend else ""
        raise Conflict(f"Only the files of an export can be re-sent.{hint}")
    if not past.finished:
        raise Conflict("That run is not finished: re-send its files once it is.")
    if connection.delivery is not DeliveryMethod.SFTP:
        raise Conflict("This connection delivers by download: download the files from the run.")
    require_host_key(connection, sends=True)


def _require_own_paths(selected: FilesByYear) -> None:
    paths = [path_key(file.path) for files in selected.values() for file in files]
    if len(set(paths)) < len(paths):
        raise Conflict(
            "Files of several school years have the same path: send one school year at a time."
        )


def _require_known(
    all_files: FilesByYear,
    selected_files: tuple[tuple[int, str], ...],
    school_years: tuple[int, ...] | None,
) -> None:
    known = {(year, file.name) for year, files in all_files.items() for file in files}
    problems = [
        Problem("school_years", f"That run has no files of {year}.")
        for year in school_years or ()
        if year not in all_files
    ]
    problems += [
        Problem("files", f"That run has no file {name} of {year}.")
        for year, name in selected_files
        if (year, name) not in known
    ]
    if problems:
        raise InvalidRequest("Nothing was re-sent.", problems=problems)
