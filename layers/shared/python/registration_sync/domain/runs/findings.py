"""The checks of the guards, which find what is unusual in a year's files."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from registration_sync.domain.connections.guard_settings import (
    BlankColumnGuard,
    BlankRequiredGuard,
    GuardAction,
    NotCollectedAction,
    NotCollectedGuard,
    RowCountGuard,
    UnmatchedGuard,
)
from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.registrations.row_history import HISTORY_LENGTH, RowCount
from registration_sync.domain.runs.run import Carried, Finding
from registration_sync.domain.runs.uploads import FoundUpload


def holds(findings: Iterable[Finding]) -> bool:
    """Whether a finding holds the delivery until a person confirms it."""
    return any(finding.action == GuardAction.HOLD for finding in findings)


def check_row_count(
    guard: RowCountGuard, count: RowCount, earlier: Sequence[int]
) -> Finding | None:
    """Compares with `earlier`, the file's row counts in the last exports, newest first."""
    if guard.action is GuardAction.OFF or len(earlier) < HISTORY_LENGTH:
        return None
    usual = round(median(earlier[:HISTORY_LENGTH]))
    difference = abs(count.rows - usual)
    if difference < guard.at_least or difference * 100 <= guard.percent * usual:
        return None
    return Finding(
        "row_count",
        guard.action,
        count.file,
        f"{count.file} has {pluralize(count.rows, 'row')}; usually it has about {usual}. Check "
        "the number of synced registrations, and the students that the mapping's conditions filter "
        "out.",
    )


def check_blank_required(
    guard: BlankRequiredGuard, blank: Mapping[tuple[str, str], int], students: int
) -> list[Finding]:
    """`blank` has, by (file, column), the number of the year's `students` who are held because the
    required column is blank."""
    if guard.action is GuardAction.OFF:
        return []
    return [
        Finding(
            "blank_required",
            guard.action,
            file,
            f"{column} in {file} is required, and blank for {count} of "
            f"{pluralize(students, 'student')}, who are not sent. Check whether the mapping takes "
            "it from the right field.",
        )
        for (file, column), count in sorted(blank.items())
        if count >= guard.at_least and count * 100 > guard.percent * students
    ]


def check_blank_columns(
    guard: BlankColumnGuard,
    count: RowCount,
    filled: Collection[str],
    newly_blank: Mapping[str, float],
) -> list[Finding]:
    """`filled` has the columns filled in most rows of the last large export, `newly_blank`
    those that are blank in all rows now, with the share of rows that had a value before."""
    if guard.action is GuardAction.OFF:
        return []
    found = []
    for column, blank in count.blank.items():
        many = blank >= guard.at_least and blank * 100 > guard.percent * count.rows
        if column in newly_blank:
            now = f"all {pluralize(count.rows, 'row')}"
            before = f"{max(1, round(newly_blank[column] * 100))}% of the rows"
        elif column in filled and many:
            now, before = f"{blank:,} of {pluralize(count.rows, 'row')}", "most rows"
        else:
            continue
        message = (
            f"{column} in {count.file} is blank in {now}; in earlier exports {before} had a value. "
            "Check whether the mapping takes it from the right field."
        )
        found.append(Finding("blank_column", guard.action, count.file, message))
    return found


def check_unmatched(guard: UnmatchedGuard, counts: Mapping[tuple[str, str], int]) -> list[Finding]:
    """`counts` has, by (file, field), the number of values without a match code."""
    if guard.action is GuardAction.OFF:
        return []
    return [
        Finding(
            "unmatched",
            guard.action,
            file,
            f"{field} in {file} has {pluralize(count, 'value')} without a match code (listed in "
            "the run). Add codes to the mapping.",
        )
        for (file, field), count in sorted(counts.items())
        if count > guard.count
    ]


@dataclass(frozen=True, slots=True)
class UnreportedFinding:
    """A finding about an uncollected file that a run replaces; the run of `run_id` is to report
    it."""

    run_id: str
    school_year: int
    finding: Finding


def not_collected_finding(
    guard: NotCollectedGuard,
    found: FoundUpload,
    *,
    replaced_by_full: bool,
    carried: Carried | None = None,
    carried_later: bool = False,
) -> Finding:
    """A delivered file that is still on the server although this importer removes the files that it
    collects. `replaced_by_full`: the new file is a full file; `carried`: the new file has its
    students; `carried_later`: the file of the next export will have them."""
    last = found.last
    action: str = guard.action
    if replaced_by_full:
        lost = (
            "The new file has all students, so no student is lost; find out why the importer does "
            "not run."
        )
    elif carried:
        action = NotCollectedAction.CARRY_OVER
        lost = (
            f"Its {pluralize(carried.students, 'student')} are in the new file, too, as they are "
            "now; find out why the importer does not run."
        )
    elif carried_later:
        lost = "The next export sends its students again, as they are then."
    else:
        lost = (
            "The SIS does not have these students yet, and the new file replaces them. Once the "
            f"importer runs, re-send run {last.of_export}: it contains them."
        )
    hint = (
        " (If this SIS leaves the files that it imports on the server, select that in the "
        "connection's settings.)"
        if found.learned
        else ""
    )
    return Finding(
        "not_collected",
        action,
        last.path.rpartition("/")[2],
        f"{last.path} was not imported: the file that run {last.run_id} delivered "
        f"({last.delivered_text}) is still there unchanged. {lost}{hint}",
        run_id=last.of_export,
    )
