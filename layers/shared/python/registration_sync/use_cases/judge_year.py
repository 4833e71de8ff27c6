"""Judges a year's written files before they are sent: what is unusual about them, by the guards."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from registration_sync.domain.export_run import EXPORT, Finding, RowCount, RunStatus
from registration_sync.domain.guards import (
    EARLIER_EXPORTS,
    GuardAction,
    judge_blank_required,
    judge_row_count,
    judge_unmatched,
)
from registration_sync.use_cases.export_year import YearToExport, row_counts
from registration_sync.use_cases.write_files import WrittenYear

RUNS_READ = 40
"""Of the history, once a run and only if it has a file; in one page, so 1 MB at most."""

type History = Callable[[], Sequence[Mapping[str, Any]]]
"""The records of the newest runs, the newest first."""

_DELIVERED = {RunStatus.SUCCEEDED, RunStatus.PARTIAL}


def judge_year(year: YearToExport, written: WrittenYear, *, history: History) -> list[Finding]:
    """What is unusual, wherever the files go. Raises Unavailable."""
    guards = year.guards
    found: list[Finding] = []
    if guards.row_count.action is not GuardAction.OFF:
        for count in row_counts(year, written):
            earlier = earlier_rows(history(), year.school_year, count)
            finding = judge_row_count(guards.row_count, count, earlier)
            found += [finding] if finding else []
    if written.held_count and guards.blank_required.action is not GuardAction.OFF:
        students = written.students + written.held_count
        blank = _blank_required(written.held_list)
        found += judge_blank_required(guards.blank_required, blank, students)
    return found + judge_unmatched(guards.unmatched, written.unmatched_totals)


def earlier_rows(
    records: Iterable[Mapping[str, Any]], school_year: int, count: RowCount
) -> list[int]:
    """How many rows this file of this year had in the last exports in which it had any; if it has
    none now, in the last of all: where it often has none, that is usual."""
    rows = [
        earlier["rows"]
        for record in records
        if record["kind"] == EXPORT
        for year in record["years"]
        if year["school_year"] == school_year and year["status"] in _DELIVERED
        for earlier in year.get("row_counts", ())
        if (earlier["file"], earlier["all_students"]) == (count.file, count.all_students)
        and (earlier["rows"] or not count.rows)
    ]
    return rows[:EARLIER_EXPORTS]


def _blank_required(held_list: Path) -> Counter[tuple[str, str]]:
    """For (file, column) the number of students held because it is required and blank."""
    blank: Counter[tuple[str, str]] = Counter()
    with held_list.open(encoding="utf-8") as lines:
        for held in map(json.loads, lines):
            blank.update(
                {
                    (reason["file"], reason["field"])
                    for reason in held["reasons"]
                    if reason["rule"] == "required"
                }
            )
    return blank
