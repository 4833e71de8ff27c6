"""A finished run in numbers: what an event tells programs, and what the alarms count."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from registration_sync.domain.errors import AlreadyRunning
from registration_sync.domain.runs.run import EXPORT, LEASED, MAX_HELD_LISTED, RunStatus

FAILED_RUNS = "FailedRuns"
EXPORTED_STUDENTS = "ExportedStudents"
HELD_STUDENTS = "HeldStudents"
NEWLY_HELD_STUDENTS = "NewlyHeldStudents"
OVERDUE_CONNECTIONS = "OverdueConnections"
"""The metrics; the alarms of the template count them by these names."""

type Counts = Mapping[int, int]
"""A number of students for each school year."""


NOT_DONE = frozenset({RunStatus.AWAITING_CONFIRMATION, RunStatus.CANCELLED})
"""A year of which nothing was sent, as nobody confirmed it, or not yet."""


def newly_held(record: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> Counts:
    """How many students each year holds whom its last export had not held.

    `earlier` are the records before this one, the newest first, and are read only as far as
    needed: to the last export that tells who was held, which most failed years do not. A year
    that waits to be confirmed is told of when it is done, and by the next export if it never is.
    """
    wanted = {
        year["school_year"]: year
        for year in record["years"]
        if year["held_count"] and year["status"] not in NOT_DONE
    }
    found = {school_year: year["held_count"] for school_year, year in wanted.items()}
    for past in _told_years(earlier) if wanted else ():
        year = wanted.pop(past["school_year"], None)
        if year:
            found[past["school_year"]] = _newly_held(year, past)
        if not wanted:
            break
    return {school_year: count for school_year, count in found.items() if count}


def _told_years(records: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for record in records:
        if record["kind"] == EXPORT and record["finished_at"]:
            yield from filter(_tells_who_is_held, record["years"])


def _tells_who_is_held(year: Mapping[str, Any]) -> bool:
    """Nobody was told of a year that waited, and was cancelled."""
    failed_early = year["status"] == RunStatus.FAILED and not year["held_count"]
    return year["status"] != RunStatus.CANCELLED and not failed_early


def _newly_held(year: Mapping[str, Any], past: Mapping[str, Any]) -> int:
    now, then = (frozenset(row["student_id"] for row in each["held"]) for each in (year, past))
    if all(len(each["held"]) < MAX_HELD_LISTED for each in (year, past)):
        return len(now - then)
    # Lists that are cut off: then the numbers have to do, though they count who was erased since.
    return max(0, int(year["held_count"]) - int(past["held_count"]))


def is_failure(record: Mapping[str, Any]) -> bool:
    """Whether the run, or some of its years, failed so that somebody has to know.

    Not one that was refused because another run was under way: whoever asked was told.
    """
    error = record["error"] or {}
    if record["kind"] not in LEASED or error.get("code") == AlreadyRunning.code:
        return False
    return record["status"] == RunStatus.FAILED or any(failed_years(record))


def failed_years(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [year for year in record["years"] if year["status"] == RunStatus.FAILED]


def run_metrics(record: Mapping[str, Any], newly: Counts) -> dict[str, int]:
    """What a run that moves something adds to the metrics; zeros too, so that alarms end. One that
    waits rings the alarms only: what it delivered counts when it has ended."""
    rings = {
        FAILED_RUNS: int(is_failure(record)),
        NEWLY_HELD_STUDENTS: sum(newly.values()),
    }
    if not record["finished_at"]:
        return rings
    return rings | {
        EXPORTED_STUDENTS: sum(year["rows"] for year in record["years"]),
        HELD_STUDENTS: sum(year["held_count"] for year in record["years"]),
    }


def run_event(record: Mapping[str, Any], newly: Counts) -> dict[str, Any]:
    """The detail of the event `Export run finished`: ids of connection and run, and counts."""
    names = ("connection_id", "run_id", "kind", "trigger", "status")
    times = ("started_at", "finished_at", "duration_seconds")
    return {
        **{name: record[name] for name in (*names, *times)},
        "error": _code(record),
        "years": [
            {
                "school_year": year["school_year"],
                "status": year["status"],
                "exported": year["rows"],
                "held": year["held_count"],
                "newly_held": newly.get(year["school_year"], 0),
                "left_out": year["left_out"],
                "files": len(year["files"]),
                "error": _code(year),
            }
            for year in record["years"]
        ],
    }


def _code(part: Mapping[str, Any]) -> str | None:
    return part["error"]["code"] if part["error"] else None
