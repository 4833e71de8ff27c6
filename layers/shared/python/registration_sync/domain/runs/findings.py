"""What guards find unusual in a year's files, before they are sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from registration_sync.domain.connections.guard_settings import (
    BlankRequiredGuard,
    GuardAction,
    NotCollectedGuard,
    RowCountGuard,
    UnmatchedGuard,
)
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.registrations.row_history import HISTORY_LENGTH, RowCount
from registration_sync.domain.runs.run import Finding

TOUCHED_SECONDS = 600
"""A server that renames by copying dates the file anew: so soon after the upload it is still ours
as we left it."""


def holds(findings: Iterable[Finding]) -> bool:
    """Whether any of them wants a person to decide before anything is sent."""
    return any(finding.action == GuardAction.HOLD for finding in findings)


def check_row_count(
    guard: RowCountGuard, count: RowCount, earlier: Sequence[int]
) -> Finding | None:
    """`earlier` has the rows of this file in the last exports with any, the newest first."""
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
        f"{count.file} has {pluralize(count.rows, 'row')}; usually it has about {usual}. See "
        "whether so many registrations were synced, and whether the mapping's conditions leave "
        "some out.",
    )


def check_blank_required(
    guard: BlankRequiredGuard, blank: Mapping[tuple[str, str], int], students: int
) -> list[Finding]:
    """`blank` has for (file, column) how many of the year's `students` are held as it is required
    and blank."""
    if guard.action is GuardAction.OFF:
        return []
    return [
        Finding(
            "blank_required",
            guard.action,
            file,
            f"{column} in {file} is required, and blank for {count} of "
            f"{pluralize(students, 'student')}, held for that. See whether the mapping "
            "takes it from the right field.",
        )
        for (file, column), count in sorted(blank.items())
        if count >= guard.at_least and count * 100 > guard.percent * students
    ]


def check_unmatched(guard: UnmatchedGuard, counts: Mapping[tuple[str, str], int]) -> list[Finding]:
    """`counts` has for (file, field) how many values had no match code."""
    if guard.action is GuardAction.OFF:
        return []
    return [
        Finding(
            "unmatched",
            guard.action,
            file,
            f"{field} in {file} has {pluralize(count, 'value')} without a match code: the run "
            "lists them. Add codes to the mapping.",
        )
        for (file, field), count in sorted(counts.items())
        if count > guard.count
    ]


@dataclass(frozen=True, slots=True)
class LastUpload:
    """What we last put at a path: by which run, and of which export its rows are (itself, or the
    one that it repeats). `modified` is the server's own time of it, in seconds since 1970."""

    path: str
    run_id: str
    of_export: str
    delivered_at: str
    size: int
    sha256: str
    modified: int | None = None

    def matches(self, found: RemoteFile) -> bool:
        """Whether `found` is this upload, unchanged, as far as the server reports: a size or time
        that the server does not report is no difference."""
        if found.size is not None and found.size != self.size:
            return False
        if found.modified is None or self.modified is None:
            return True
        return 0 <= found.modified - self.modified <= TOUCHED_SECONDS


def not_collected_finding(
    guard: NotCollectedGuard, last: LastUpload, *, replaced_by_all: bool, learned: bool
) -> Finding:
    """A file of ours that still lies there though this importer removes what it takes; the new
    one has everybody in it (`replaced_by_all`) or not; `learned` from an earlier removal."""
    lost = (
        "The new file has every student in it, so nobody is lost; see why the importer does not "
        "run."
        if replaced_by_all
        else "The SIS does not have these students yet, and the new file takes their place. Once "
        f"the importer runs again, send run {last.of_export} again: it brings them once more."
    )
    hint = (
        " (If this importer leaves the files that it took, say so in the connection: importer.)"
        if learned
        else ""
    )
    return Finding(
        "not_collected",
        guard.action,
        last.path.rpartition("/")[2],
        f"{last.path} was not collected: what run {last.run_id} delivered there "
        f"({last.delivered_at}) still lies there unchanged. {lost}{hint}",
        run_id=last.of_export,
    )
