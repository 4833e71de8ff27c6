"""The outcome of a school year in the run record, for exports and dry runs."""

from collections.abc import Sequence
from dataclasses import replace

from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.registrations.row_history import RowCount
from registration_sync.domain.runs.findings import holds
from registration_sync.domain.runs.run import DeliveredFile, Finding, RunStatus, YearOutcome
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport


def outcome_of(
    year: YearToExport,
    written: WrittenYear,
    delivered: tuple[DeliveredFile, ...],
    findings: Sequence[Finding] = (),
) -> YearOutcome:
    """The outcome of a year whose files were written; `delivered` are those to list."""
    if written.held_count:
        status = RunStatus.PARTIAL
    elif delivered:
        status = RunStatus.SUCCEEDED
    else:
        status = RunStatus.NOTHING_TO_EXPORT
    warnings = _warnings(year, written)
    warnings += [finding.message for finding in findings]
    if year.guards_overridden_by is not None and holds(findings):
        warnings.append(f"Safety checks overridden by {year.guards_overridden_by}.")
    return YearOutcome(
        school_year=year.school_year,
        status=status,
        rows=written.students,
        held_count=written.held_count,
        held=written.held,
        held_groups=written.held_groups,
        files=delivered,
        warnings=tuple(warnings),
        left_out=written.left_out,
        delivered_before_count=written.delivered_before_count,
        delivered_before=written.delivered_before,
        unmatched=written.unmatched,
        findings=tuple(findings),
    )


def _warnings(year: YearToExport, written: WrittenYear) -> list[str]:
    warnings = []
    if written.missing:
        warnings.append(
            f"The sync of {pluralize(written.missing, 'student')} failed and was not repeated: "
            "sync them again in SchoolMint Enroll."
        )
    if written.delivered_before_count:
        warnings.append(
            f"Changes of {pluralize(written.delivered_before_count, 'student')} were not sent: an "
            "earlier export sent these students, and a file has only new students."
        )
    by_conditions = written.left_out - written.left_out_as_delivered
    if by_conditions:
        warnings.append(
            f"The conditions of the mapping filter {pluralize(by_conditions, 'student')} "
            "out of every file."
        )
    if written.incomplete_full_file and year.held_overridden_by is not None:
        warnings.append(
            f"{year.held_overridden_by} sent a full file without "
            f"{pluralize(written.held_count, 'student')} who could not be sent: the SIS may treat "
            "them as gone. The next export tries them again."
        )
    return warnings


def needs_confirmation(year: YearToExport, findings: Sequence[Finding]) -> bool:
    """Whether a person must confirm the delivery first."""
    return year.guards_overridden_by is None and holds(findings)


def waiting_outcome(
    year: YearToExport, written: WrittenYear, findings: Sequence[Finding]
) -> YearOutcome:
    """The outcome of a year that sends nothing until a person confirms it."""
    outcome = outcome_of(year, written, (), findings)
    return replace(outcome, status=RunStatus.AWAITING_CONFIRMATION, rows=0)


def row_counts(year: YearToExport, written: WrittenYear) -> tuple[RowCount, ...]:
    """The rows of each file of the mapping, also of one without rows; empty if no file was
    written."""
    if not written.files:
        return ()
    rows = {file.number: file.rows for file in written.files}
    return tuple(
        RowCount(
            file.file_name,
            rows.get(file.number, 0),
            file.is_full,
            file.filled.blank_in(rows.get(file.number, 0)),
        )
        for file in year.compiled.files
    )


def paths_of(year: YearToExport, written: WrittenYear) -> dict[str, bool]:
    """The remote paths of the year's files, and whether every file written to the path is full.
    Done files are not included: their removal by the importer says nothing about the others."""
    paths: dict[str, bool] = {}
    for file in written.files:
        path = year.path_of(file.name)
        paths[path] = year.compiled.files[file.number].is_full and paths.get(path, True)
    return paths
