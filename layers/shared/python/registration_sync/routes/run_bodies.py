"""The bodies of runs in answers, made from the stored record of each run."""

from typing import Any

from registration_sync.domain.runs.record import TIMES, to_record
from registration_sync.domain.runs.run import Run

MAX_HELD_SHOWN = 20
"""Held rows of each year in a list, which keeps it under Lambda's limit of 6 MB; the body of one
run has all that are recorded."""

_STORED_ONLY = ("attempt_token", "resend_files", "resend_whole_files")


def run_body(run: Run) -> dict[str, Any]:
    """The body of `GET …/exports/{run}`."""
    body = {name: value for name, value in to_record(run).items() if name not in _STORED_ONLY}
    for name in TIMES:
        moment = getattr(run, name)
        body[name] = moment and moment.isoformat(timespec="seconds")
    return body


def short_run_body(run: Run) -> dict[str, Any]:
    """The body with the first held rows of each year only."""
    body = run_body(run)
    years = [{**year, "held": year["held"][:MAX_HELD_SHOWN]} for year in body["years"]]
    return {**body, "years": years}


def listed_run_body(run: Run) -> dict[str, Any]:
    """The short body, also without the lines that a dry run shows."""
    body = short_run_body(run)
    for year in body["years"]:
        year["files"] = [{**file, "lines": []} for file in year["files"]]
    return body
