"""A finished run in numbers: the detail of its event, and the metrics that alarms count."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from registration_sync.domain.errors import AlreadyRunning
from registration_sync.domain.runs.run import (
    MAX_HELD_LISTED,
    Run,
    RunError,
    RunKind,
    RunStatus,
    YearOutcome,
)

FAILED_RUNS = "FailedRuns"
EXPORTED_STUDENTS = "ExportedStudents"
HELD_STUDENTS = "HeldStudents"
NEWLY_HELD_STUDENTS = "NewlyHeldStudents"
OVERDUE_CONNECTIONS = "OverdueConnections"
"""The metrics; the alarms of the template count them by these names."""

type Counts = Mapping[int, int]
"""A number of students for each school year."""

NOT_DONE = frozenset({RunStatus.AWAITING_CONFIRMATION, RunStatus.CANCELLED})
"""A year that sent nothing, because it is not or was never confirmed."""


def newly_held(run: Run, earlier: Iterable[Run]) -> Counts:
    """The number of students of each year that this run held and the year's last export did not.

    `earlier` are the runs before this one, the newest first. They are read only as far as needed:
    to the last export that lists held students; most failed years do not. A year that awaits
    confirmation is reported when it is done, or else by the next export.
    """
    remaining = {
        year.school_year: year
        for year in run.years
        if year.held_count and year.status not in NOT_DONE
    }
    found = {school_year: year.held_count for school_year, year in remaining.items()}
    for past in _years_with_held_list(earlier) if remaining else ():
        year = remaining.pop(past.school_year, None)
        if year:
            found[past.school_year] = _newly_held(year, past)
        if not remaining:
            break
    return {school_year: count for school_year, count in found.items() if count}


def _years_with_held_list(runs: Iterable[Run]) -> Iterator[YearOutcome]:
    for run in runs:
        if run.kind is RunKind.EXPORT and run.finished:
            yield from filter(_has_held_list, run.years)


def _has_held_list(year: YearOutcome) -> bool:
    """A year that waited and was then cancelled was never reported."""
    failed_early = year.status is RunStatus.FAILED and not year.held_count
    return year.status is not RunStatus.CANCELLED and not failed_early


def _newly_held(year: YearOutcome, past: YearOutcome) -> int:
    now, before = (frozenset(row.student_id for row in each.held) for each in (year, past))
    if all(len(each.held) < MAX_HELD_LISTED for each in (year, past)):
        return len(now - before)
    # The lists are cut off: compare the counts, although they include students erased since.
    return max(0, year.held_count - past.held_count)


def is_failure(run: Run) -> bool:
    """Whether the run, or some of its years, failed in a way that people must know about.

    Not one that was refused because another run was in progress: its caller got that answer.
    """
    was_refused = run.error is not None and run.error.code == AlreadyRunning.code
    if not run.holds_lease or was_refused:
        return False
    return run.status is RunStatus.FAILED or any(failed_years(run))


def failed_years(run: Run) -> list[YearOutcome]:
    return [year for year in run.years if year.status is RunStatus.FAILED]


def run_metrics(run: Run, newly: Counts) -> dict[str, int]:
    """The metrics of a run that holds the lease; zeros too, so that alarms end. A run that awaits
    confirmation counts for the alarms only: its deliveries count when it has ended."""
    alarms = {
        FAILED_RUNS: int(is_failure(run)),
        NEWLY_HELD_STUDENTS: sum(newly.values()),
    }
    if not run.finished:
        return alarms
    return alarms | {
        EXPORTED_STUDENTS: sum(year.rows for year in run.years),
        HELD_STUDENTS: sum(year.held_count for year in run.years),
    }


def run_event(run: Run, newly: Counts) -> dict[str, Any]:
    """The detail of the event `Export run finished`: ids of connection and run, and counts."""
    times = {"started_at": run.started_at, "finished_at": run.finished_at}
    return {
        "connection_id": run.connection_id,
        "run_id": run.run_id,
        "kind": run.kind.value,
        "trigger": run.trigger.value,
        "status": run.status.value,
        **{name: at and at.isoformat(timespec="seconds") for name, at in times.items()},
        "duration_seconds": run.duration_seconds,
        "error": _code(run.error),
        "years": [
            {
                "school_year": year.school_year,
                "status": year.status.value,
                "exported": year.rows,
                "held": year.held_count,
                "newly_held": newly.get(year.school_year, 0),
                "left_out": year.left_out,
                "files": len(year.files),
                "error": _code(year.error),
            }
            for year in run.years
        ],
    }


def _code(error: RunError | None) -> str | None:
    return error.code if error else None
