"""Links to a file of a run; for a short time, anyone with the link can download the file."""

import datetime as dt
from dataclasses import dataclass

from registration_sync.domain.errors import NotFound
from registration_sync.domain.runs.run import DRY_RUN_RETENTION, RunKind
from registration_sync.ports.archive import Archive
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.runs.read_run import stored_run

LINK_SECONDS = 300


@dataclass(frozen=True, slots=True)
class FileLink:
    """`rows` are those of the file: one or more for each student."""

    url: str
    expires_at: dt.datetime
    rows: int


def link_file(
    connection_id: str,
    run_id: str,
    school_year: int | None,
    name: str,
    *,
    runs: Runs,
    archive: Archive,
    dry_runs: Archive,
    now: dt.datetime,
) -> FileLink:
    """Raises NotFound for a file that the run does not have, or that has expired."""
    run = stored_run(connection_id, run_id, runs=runs)
    rows = {(year.school_year, file.name): file.rows for year in run.years for file in year.files}
    if school_year is None or (school_year, name) not in rows:
        raise NotFound("This run has no such file. Its record names the files of each year.")
    is_dry_run = run.kind is RunKind.DRY_RUN
    if is_dry_run and now - run.requested_at > DRY_RUN_RETENTION:
        raise NotFound("The files of a preview are kept for a day: make a new preview.")
    kept_in = dry_runs if is_dry_run else archive
    url = kept_in.link(connection_id, run_id, f"{school_year}/files/{name}", seconds=LINK_SECONDS)
    return FileLink(url, now + dt.timedelta(seconds=LINK_SECONDS), rows[school_year, name])
