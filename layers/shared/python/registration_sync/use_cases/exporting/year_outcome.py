"""What the record of a run says of one school year: of an export and of a dry run alike."""

from collections.abc import Sequence
from dataclasses import replace

from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.registrations.row_history import RowCount
from registration_sync.domain.runs.findings import holds
from registration_sync.domain.runs.run import DeliveredFile, Finding, RunStatus, YearOutcome
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport


def outcome_of(
    year: YearToExport,
    written: WrittenYear,
    delivered: tuple[DeliveredFile, ...],
    findings: Sequence[Finding] = (),
) -> YearOutcome:
    """What the run's record says of the year: of an export and of a dry run alike, so that what
    WrittenYear comes to tell one day (unmatched codes, say) is put into both here."""
    if written.held_count:
        status = RunStatus.PARTIAL
    elif delivered:
        status = RunStatus.SUCCEEDED
    else:
        status = RunStatus.NOTHING_TO_EXPORT
    warnings = []
    if written.missing:
        warnings.append(
            f"A sync that failed announced {pluralize(written.missing, 'student')} and was not "
            "repeated: sync them again in SchoolMint Enroll."
        )
    if written.left_out:
        warnings.append(
            f"The conditions of the mapping leave {pluralize(written.left_out, 'student')} "
            "out of every file."
        )
    if written.held_of_all and year.held_overridden_by is not None:
        warnings.append(
            f"{year.held_overridden_by} let a file of all students go without the "
            f"{written.held_count} held: the SIS may count them as gone. They are due again."
        )
    warnings += [finding.message for finding in findings]
    if year.guards_overridden_by is not None and holds(findings):
        warnings.append(f"{year.guards_overridden_by} let it go all the same.")
    return YearOutcome(
        school_year=year.school_year,
        status=status,
        rows=written.students,
        held_count=written.held_count,
        held=written.held,
        files=delivered,
        warnings=tuple(warnings),
        left_out=written.left_out,
        unmatched=written.unmatched,
        findings=tuple(findings),
    )


def waits(year: YearToExport, findings: Sequence[Finding]) -> bool:
    """Whether somebody has to confirm the delivery first."""
    return year.guards_overridden_by is None and holds(findings)


def waiting_outcome(
    year: YearToExport, written: WrittenYear, findings: Sequence[Finding]
) -> YearOutcome:
    """Nothing of it was sent, until somebody confirms it."""
    outcome = outcome_of(year, written, (), findings)
    status = RunStatus.AWAITING_CONFIRMATION
    return replace(outcome, status=status, rows=0)


def delivered_file(
    year: YearToExport,
    file: WrittenFile,
    replaced_by: str | None,
    lines: tuple[str, ...] = (),
    modified: int | None = None,
) -> DeliveredFile:
    """Its place is that of the package, if it goes in one."""
    name = year.compiled.package.name if year.compiled.package else file.name
    return DeliveredFile(
        name=file.name,
        path=f"{year.folder}/{name}",
        rows=file.rows,
        bytes=file.bytes,
        sha256=file.sha256,
        replaced_by=replaced_by,
        lines=lines,
        modified=modified,
    )


def row_counts(year: YearToExport, written: WrittenYear) -> tuple[RowCount, ...]:
    """The rows of each file of the mapping, packed or not, also of one that was not written as it
    has none; nothing without any file."""
    if not written.files:
        return ()
    rows = {file.number: file.rows for file in written.files}
    return tuple(
        RowCount(of.file_name, rows.get(of.number, 0), of.is_full) for of in year.compiled.files
    )


def paths_of(year: YearToExport, written: WrittenYear) -> dict[str, bool]:
    """Where the files of the year will be put, and whether each has all students in it. The .done
    files are not among them: the importer's way with those tells nothing."""
    all_students = {file.name: file.is_full for file in year.compiled.files}
    names = {file.name: all_students[file.name] for file in written.files}
    if year.compiled.package and names:
        names = {year.compiled.package.name: all(names.values())}
    return {f"{year.folder}/{name}": of_all for name, of_all in names.items()}
