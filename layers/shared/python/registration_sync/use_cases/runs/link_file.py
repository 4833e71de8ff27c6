"""A link to a file of a run, for a short while; whoever has it can download the file."""

import datetime as dt
from typing import Any

from registration_sync.domain.errors import NotFound
from registration_sync.domain.registrations.registration import parse_school_year
from registration_sync.domain.runs.run import DRY_RUN, DRY_RUN_RETENTION
from registration_sync.ports.archive import Archive
from registration_sync.ports.runs import Runs
from registration_sync.use_cases.runs.read_run import stored_export

LINK_SECONDS = 300


def link_file(
    connection_id: str,
    run_id: str,
    school_year: str,
    name: str,
    *,
    runs: Runs,
    archive: Archive,
    dry_runs: Archive,
    now: dt.datetime,
) -> dict[str, Any]:
    """`{"url", "expires_at"}`; raises NotFound for what is no file of this run, or is kept no
    longer."""
    record = stored_export(connection_id, run_id, runs=runs)
    files = {
        (year["school_year"], file["name"]) for year in record["years"] for file in year["files"]
    }
    year = parse_school_year(school_year)
    if (year, name) not in files:
        raise NotFound("This run has no such file: its record names the files of each year.")
    is_dry = record["kind"] == DRY_RUN
    if is_dry and now - dt.datetime.fromisoformat(record["requested_at"]) > DRY_RUN_RETENTION:
        raise NotFound("The files of a dry run are kept for a day: make another one.")
    kept_in = dry_runs if is_dry else archive
    url = kept_in.link(connection_id, run_id, f"{year}/files/{name}", seconds=LINK_SECONDS)
    expires_at = now + dt.timedelta(seconds=LINK_SECONDS)
    return {"url": url, "expires_at": expires_at.isoformat(timespec="seconds")}
