"""What of a past run can be sent again, and whether it may: asked at the request and at the run."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from registration_sync.domain.connections.connection import (
    Connection,
    DeliveryMethod,
    require_host_key,
)
from registration_sync.domain.connections.destinations import destination
from registration_sync.domain.errors import Conflict, InvalidRequest, Problem
from registration_sync.domain.runs.run import EXPORT, ResendSelection
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.use_cases.connections.shared_destinations import (
    reject_destinations_of_others,
)

type FilesOfYears = Mapping[int, list[dict[str, Any]]]
"""By school year, the run's records of its files."""


def select_files_to_resend(
    record: Mapping[str, Any],
    again: ResendSelection,
    school_years: tuple[int, ...] | None,
    *,
    connection: Connection,
    connections: Connections,
    mappings: Mappings,
    today: dt.date,
) -> FilesOfYears:
    """The files of the run that are asked for; `record` is that run's.

    Raises Conflict if it is none that can be sent again or another connection now delivers to a
    path of it, and InvalidRequest for a file that is not in it.
    """
    _refuse_unfit(record, connection)
    of_run = {year["school_year"]: year["files"] for year in record["years"] if year["files"]}
    _refuse_unknown(of_run, again, school_years)
    chosen: dict[int, list[dict[str, Any]]] = {}
    for school_year, files in of_run.items():
        if school_years is None or school_year in school_years:
            wanted = [
                file
                for file in files
                if not again.files or (school_year, file["name"]) in again.files
            ]
            if wanted:
                chosen[school_year] = wanted
    if not chosen:
        raise Conflict("That run delivered no file, so there is nothing to send again.")
    paths = [file["path"] for files in chosen.values() for file in files]
    reject_destinations_of_others(
        connection,
        {destination(connection, path) for path in paths},
        connections=connections,
        mappings=mappings,
        today=today,
    )
    return chosen


def _refuse_unfit(record: Mapping[str, Any], connection: Connection) -> None:
    if record["kind"] != EXPORT:
        repeated = record["resend_of"]
        hint = f" Send {repeated} again instead." if repeated else ""
        raise Conflict(f"Only the files of an export can be sent again.{hint}")
    if not record["finished_at"]:
        raise Conflict("That run is not finished: send its files again once it is.")
    if connection.delivery is not DeliveryMethod.SFTP:
        raise Conflict("This connection delivers by download: fetch the files from the run.")
    require_host_key(connection, sends=True)


def _refuse_unknown(
    of_run: FilesOfYears, again: ResendSelection, school_years: tuple[int, ...] | None
) -> None:
    there = {(year, file["name"]) for year, files in of_run.items() for file in files}
    problems = [
        Problem("school_years", f"That run has no files of {year}.")
        for year in school_years or ()
        if year not in of_run
    ]
    problems += [
        Problem("files", f"That run has no file {name} of {year}.")
        for year, name in again.files
        if (year, name) not in there
    ]
    if problems:
        raise InvalidRequest("Nothing was sent again.", problems=problems)
