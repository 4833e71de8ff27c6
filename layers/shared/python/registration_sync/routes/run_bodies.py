"""The bodies of runs in answers, made from the stored record of each run."""

from collections.abc import Sequence
from typing import Any

from registration_sync.domain.access import Caller, Permission
from registration_sync.domain.access_log import Shown, StudentData
from registration_sync.domain.runs.record import TIMES, to_record
from registration_sync.domain.runs.run import Run, RunKind

MAX_HELD_SHOWN = 20
"""Held rows of each year in a list, which keeps it under Lambda's limit of 6 MB; the body of one
run has all that are recorded."""

REACH_STEPS = ("name", "connection", "algorithms")
"""The steps of a check until an SFTP server answers."""

NOT_REACHED = (
    "The server was not reached as it is set up. Someone with Full Access sees the reason in this "
    "check."
)
SKIPPED = "Not tried because an earlier step failed."

_STORED_ONLY = ("attempt_token", "resend_files", "resend_whole_files")


def run_body(run: Run) -> dict[str, Any]:
    """The body of `GET …/exports/{run}`, which adds what a resend would replace."""
    body = {name: value for name, value in to_record(run).items() if name not in _STORED_ONLY}
    for name in TIMES:
        moment = getattr(run, name)
        body[name] = moment and moment.isoformat(timespec="seconds")
    return body | {"resend_replaces": []}


def shown_of(run: dict[str, Any]) -> Shown:
    """The students in the body of a run: those that it names, and the lines of a dry run."""
    named = len(_named_in(run))
    match run["kind"]:
        case RunKind.TEST_RECORD:
            return Shown(StudentData.TEST_RECORD, named)
        case RunKind.DRY_RUN:
            return Shown(StudentData.DRY_RUN, named + sum(map(_most_rows, run["years"])))
    return Shown(StudentData.RUN, named)


def _most_rows(year: dict[str, Any]) -> int:
    """How many rows of one file of the year are shown; the lines may begin with a header."""
    return max((min(file["rows"], len(file["lines"])) for file in year["files"]), default=0)


def shown_of_list(runs: Sequence[dict[str, Any]]) -> Shown:
    """The students that the bodies name together."""
    return Shown(StudentData.RUNS, len(set[str]().union(*map(_named_in, runs))))


def _named_in(run: dict[str, Any]) -> set[str]:
    """The ids in the body of a run."""
    years = run["years"]
    return {
        *run["student_ids"],
        *(held["student_id"] for year in years for held in year["held"]),
        *(student for year in years for student in year["delivered_before"]),
        *(student for year in years for one in year["unmatched"] for student in one["students"]),
    }


def may_see_reach(caller: Caller) -> bool:
    """Whether the caller may see why a check did not reach the server: this tells open, closed and
    silent ports apart, so only people and programs see it who may configure the connection."""
    return Permission.CONFIGURE in caller.permissions


def without_reach(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a run; if it is a check that did not reach the server, without the reason."""
    if all(step["result"] != "failed" for step in body["steps"] if step["step"] in REACH_STEPS):
        return body
    result = {True: ("failed", NOT_REACHED), False: ("skipped", SKIPPED)}
    steps = []
    for step in body["steps"]:
        kind, message = result[step["step"] in REACH_STEPS]
        unknown = {"result": kind, "message": message, "seconds": 0.0, "host_key": None}
        steps.append({**step, **unknown})
    return {**body, "steps": steps, "message": NOT_REACHED}


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
