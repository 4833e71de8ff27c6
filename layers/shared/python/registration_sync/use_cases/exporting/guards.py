"""Checks a year's written files with the guards, before anything is sent."""

import json
from collections import Counter
from pathlib import Path

from registration_sync.domain.connections.guard_settings import GuardAction
from registration_sync.domain.registrations.row_history import (
    Histories,
    earlier_rows,
    filled_columns,
    newly_blank,
)
from registration_sync.domain.runs.findings import (
    check_blank_columns,
    check_blank_required,
    check_row_count,
    check_unmatched,
)
from registration_sync.domain.runs.run import Finding
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.exporting.year_outcome import row_counts


def evaluate_guards(
    year: YearToExport, written: WrittenYear, histories: Histories
) -> list[Finding]:
    """The findings about the files; `histories` has the row counts of earlier exports."""
    guards = year.guards
    found: list[Finding] = []
    for count in row_counts(year, written):
        finding = check_row_count(guards.row_count, count, earlier_rows(histories, count))
        found += [finding] if finding else []
        filled = filled_columns(histories, count)
        blank = newly_blank(histories, count)
        found += check_blank_columns(guards.blank_column, count, filled, blank)
    if written.held_count and guards.blank_required.action is not GuardAction.OFF:
        students = written.students + written.held_count
        required = _blank_required(written.held_list)
        found += check_blank_required(guards.blank_required, required, students)
    return found + check_unmatched(guards.unmatched, written.unmatched_totals)


def _blank_required(held_list: Path) -> Counter[tuple[str, str]]:
    """The number of students held because a required column is blank, by (file, column)."""
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
