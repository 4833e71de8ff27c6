"""The numbers of a run that has finished or awaits confirmation: its event and its metrics."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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
OLDEST_DUE_HOURS = "OldestDueHours"
OVERDUE_CONNECTIONS = "OverdueConnections"
"""The names of the metrics; alarms in template.yaml refer to some of them."""

HOUR = dt.timedelta(hours=1)

type Counts = Mapping[int, int]
"""A number of students for each school year."""

UNCONFIRMED = frozenset({RunStatus.AWAITING_CONFIRMATION, RunStatus.CANCELLED})
"""The statuses of a year that sent nothing because it was not confirmed (yet)."""


def newly_held(run: Run, earlier: Iterable[Run]) -> Counts:
    """The number of students of each year that this run held and the year's last export did not.

    `earlier` has the previous runs, newest first. It is read only as far back as each year's last
    export with a list of held students, which most failed years lack. A year that awaits
    confirmation is reported when it is done, or else by the next export.
    """
    remaining = {
        year.school_year: year
        for year in run.years
        if year.held_count and year.status not in UNCONFIRMED
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
    """Whether the year's list of held students was made and reported. Not if the year failed early
    or was cancelled while it waited."""
    failed_early = year.status is RunStatus.FAILED and not year.held_count
    return year.status is not RunStatus.CANCELLED and not failed_early


def _newly_held(year: YearOutcome, past: YearOutcome) -> int:
    now, before = (frozenset(row.student_id for row in each.held) for each in (year, past))
    if all(len(each.held) < MAX_HELD_LISTED for each in (year, past)):
        return len(now - before)
    # At least one list is truncated, so compare the counts, which include students erased since.
    return max(0, year.held_count - past.held_count)


def is_failure(run: Run) -> bool:
    """Whether people must be informed that the run, or one of its years, failed.

    Not of a dry run, a check or a test record, and not of a run that was refused because another
    one was in progress: the caller already has the answer.
    """
    if not run.holds_lease or run.was_refused:
        return False
    return run.status is RunStatus.FAILED or any(failed_years(run))


def failed_years(run: Run) -> list[YearOutcome]:
    return [year for year in run.years if year.status is RunStatus.FAILED]


def run_metrics(run: Run, newly: Counts, *, is_quiet: bool = False) -> dict[str, int]:
    """The metrics of a run of a kind that takes the lease; zeros are sent too, so that alarms
    clear; with `is_quiet` those of alarms are always 0. A run that awaits confirmation reports only
    the metrics of alarms; its students are counted once it has finished. Students that are sent
    again count as exported. The hours are since the earliest of the last syncs of the students that
    the run found due, if it found any."""
    alarms = {
        FAILED_RUNS: int(is_failure(run) and not is_quiet),
        NEWLY_HELD_STUDENTS: 0 if is_quiet else sum(newly.values()),
    }
    if not run.finished_at:
        return alarms
    due_since = [year.oldest_due_at for year in run.years if year.oldest_due_at]
    hours = {OLDEST_DUE_HOURS: (run.finished_at - min(due_since)) // HOUR} if due_since else {}
    return (
        alarms
        | hours
        | {
            EXPORTED_STUDENTS: sum(year.rows for year in run.years),
            HELD_STUDENTS: sum(year.held_count for year in run.years),
        }
    )


def run_event(run: Run, newly: Counts) -> dict[str, Any]:
    """The detail of the events `Export run finished` and `Export run waits`: ids of connection and
    run, and counts."""
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
                "findings": sorted({finding.guard for finding in year.findings}),
                "error": _code(year.error),
            }
            for year in run.years
        ],
    }


def _code(error: RunError | None) -> str | None:
    return error.code if error else None
