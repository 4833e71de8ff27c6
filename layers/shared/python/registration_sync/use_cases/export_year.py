"""Exports one school year: close the batch, write, archive, deliver, move the marker."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import batched
from pathlib import Path

from registration_sync.domain.batches import Mark, YearMarker
from registration_sync.domain.compiled_mapping import CompiledMapping
from registration_sync.domain.counted import counted
from registration_sync.domain.csv_file import CODECS
from registration_sync.domain.errors import RegistrationSyncError, Unavailable
from registration_sync.domain.export_run import (
    DeliveredFile,
    Finding,
    RunStatus,
    YearOutcome,
)
from registration_sync.domain.guards import Guards, holds
from registration_sync.domain.ledger import LedgerEntry, moment
from registration_sync.domain.row_history import Histories, RowCount
from registration_sync.ports import Archive, RegistrationsTable
from registration_sync.use_cases.deliver_files import (
    FinishedFile,
    Server,
    deliver_files,
    with_done_files,
)
from registration_sync.use_cases.hold_lease import HeldLease
from registration_sync.use_cases.keep_books import Books, next_entry, read_books
from registration_sync.use_cases.output_file import WrittenFile
from registration_sync.use_cases.package_files import package_files
from registration_sync.use_cases.retire_batches import retire_year
from registration_sync.use_cases.run_index import index_name
from registration_sync.use_cases.write_files import WrittenYear, write_files

REASONS_KEPT = 50
"""Reasons kept with a held student's mark, an item of 400 kB at most; held.jsonl has all."""


type Judge = Callable[[WrittenYear, Histories], Sequence[Finding]]
"""What is unusual in the files, before anything is archived or sent; the exports before tell."""


class HeldInFullFile(RegistrationSyncError):
    """A file of all students may not lack one: a missing child would count as gone."""

    code = "held_in_full_file"

    def __init__(self, written: WrittenYear) -> None:
        super().__init__(
            f"{counted(written.held_count, 'student')} cannot be mapped, and a file of all without "
            "them would tell the SIS that they are gone. Mend the mapping or the registrations."
        )
        self.written = written


@dataclass(frozen=True, slots=True)
class YearToExport:
    """One year's part of a run; without `send` its files are archived only, for download.

    `overridden_by` names who decided that a file of all students goes without those held,
    `let_through_by` who decided that it goes whatever the guards find.
    `expires_at` (epoch seconds) is when snapshots that were exported may go. `attempted_before`:
    this run was, by an attempt that may have died.
    """

    connection_id: str
    run_id: str
    school_year: int
    marker: YearMarker
    compiled: CompiledMapping
    mapping_version: int
    everyone: bool
    folder: str
    send: bool
    expires_at: int
    done_file: bool = False
    overridden_by: str | None = None
    guards: Guards = field(default_factory=Guards)
    let_through_by: str | None = None
    attempted_before: bool = False

    @property
    def paths(self) -> list[str]:
        """Where its files go on the server."""
        return [f"{self.folder}/{name}" for name in self.compiled.delivered_names]


def export_year(
    year: YearToExport,
    *,
    table: RegistrationsTable,
    archive: Archive,
    server: Server,
    lease: HeldLease,
    workspace: Path,
    pause: Callable[[float], None],
    now: Callable[[], dt.datetime],
    report: Callable[[str], None] = lambda _: None,
    judge: Judge = lambda *_: (),
) -> YearOutcome:
    """Delivers what is due of the year and says what became of it; `report` hears each phase.

    What earlier exports have left to settle is settled first: so it is known of each student how
    this one changes the totals. Raises DeliveryError, LeaseLost, Unavailable or HeldInFullFile.
    Then, and where the judge's findings want a person to confirm, the marker is not moved, and
    everyone stays due.
    """
    connection_id, school_year = year.connection_id, year.school_year
    batch = year.marker.open
    lease.check()
    books = _books_before(year, table, archive, lease, workspace)
    table.close_batch(connection_id, school_year, batch, lease.token)
    # From here on `batch` counts: `open` may move again, under another run.
    batches = range(year.marker.exported + 1, batch + 1)
    written = write_files(
        connection_id,
        school_year,
        batches,
        compiled=year.compiled,
        table=table,
        folder=workspace,
        check=lease.check,
    )
    keep_held_due(year, batch + 1, written.held_list, table, now())
    if written.held_of_all and year.overridden_by is None:
        raise HeldInFullFile(written)
    findings = judge(written, books.histories)
    if written.files and waits(year, findings):
        return _waiting(year, written, findings)
    if written.held_of_all:
        keep_held_due(year, batch + 1, written.held_list, table, now(), all_held=True)
    sent = _sent(year, written, workspace)
    if sent or written.settled:
        report("archiving")
        lease.check()  # an heir may be erasing a student: what is archived now would stay
        archive_year(year, batches, written, sent, archive)
    delivered = _deliver(year, sent, workspace, server, lease, pause, report)
    table.put_ledger(connection_id, school_year, _entry(year, books, batches, written, sent, now()))
    table.commit(connection_id, school_year, batch, lease.token)
    return outcome_of(year, written, delivered, findings)


def waits(year: YearToExport, findings: Sequence[Finding]) -> bool:
    """Whether somebody has to confirm the delivery first."""
    return year.let_through_by is None and holds(findings)


def _waiting(year: YearToExport, written: WrittenYear, findings: Sequence[Finding]) -> YearOutcome:
    outcome = outcome_of(year, written, (), findings)
    status = RunStatus.AWAITING_CONFIRMATION
    return replace(outcome, status=status, rows=0)


def _books_before(
    year: YearToExport,
    table: RegistrationsTable,
    archive: Archive,
    lease: HeldLease,
    workspace: Path,
) -> Books:
    def go_on() -> bool:
        lease.check()
        return True

    retire_year(
        year.connection_id,
        year.school_year,
        year.marker,
        table=table,
        archive=archive,
        workspace=workspace,
        expires_at=year.expires_at,
        go_on=go_on,
    )
    return read_books(
        year.connection_id,
        year.school_year,
        year.marker.exported,
        expires_at=year.expires_at,
        table=table,
    )


def _entry(
    year: YearToExport,
    books: Books,
    batches: range,
    written: WrittenYear,
    sent: tuple[WrittenFile, ...],
    now: dt.datetime,
) -> LedgerEntry:
    package = sent[0].name if year.compiled.package and sent else ""
    paths = [
        (
            file,
            f"{year.folder}/{package or file.name}",
            CODECS[year.compiled.files[file.number].csv.encoding],
        )
        for file in written.files
    ]
    counts = row_counts(year, written)
    return next_entry(books, batches, year.run_id, written, paths, counts, now)


def keep_held_due(
    year: YearToExport,
    batch: int,
    held_list: Path,
    table: RegistrationsTable,
    now: dt.datetime,
    *,
    all_held: bool = False,
) -> None:
    """Moves the held students into the open batch, with the reasons and since when they are held,
    before the marker moves.

    Of those that a file of all students lacks, `all_held` takes also who was not due: exported
    earlier, and missing from now on. Raises Unavailable unless every mark is confirmed.
    """
    with held_list.open(encoding="utf-8") as lines:
        held = (entry for entry in map(json.loads, lines) if entry["due"] or all_held)
        for chunk in batched(held, 100):
            marks = [
                Mark(
                    entry["student_id"],
                    entry["version"],
                    json.dumps(entry["reasons"][:REASONS_KEPT]),
                    entry["since"] or moment(now),
                )
                for entry in chunk
            ]
            confirmed = table.put_marks(year.connection_id, year.school_year, batch, marks)
            if len(confirmed) < len(marks):
                raise Unavailable("Held students could not be kept for the next export.")
            versions = {mark.student_id: mark.version for mark in marks}
            table.raise_batch(year.connection_id, year.school_year, batch, versions)


def _sent(year: YearToExport, written: WrittenYear, workspace: Path) -> tuple[WrittenFile, ...]:
    """What is put on the server: the files, or the package of them."""
    package = year.compiled.package
    if not package or not written.files:
        return written.files
    return (package_files(written.files, package, workspace),)


def archive_year(
    year: YearToExport,
    batches: range,
    written: WrittenYear,
    sent: tuple[WrittenFile, ...],
    archive: Archive,
) -> None:
    """Keeps the files, and what is sent instead of them, with a manifest, the index from student
    to line, and the held rows."""
    manifest = {
        "connection_id": year.connection_id,
        "run_id": year.run_id,
        "school_year": year.school_year,
        "mapping_version": year.mapping_version,
        "batches": [batches.start, batches.stop - 1],
        "index": index_name(batches.stop - 1),
        "folder": year.folder,
        "students": written.students,
        "held": written.held_count,
        "files": [
            {
                **asdict(file),
                "source": None,
                "number": file.number,
                "all_students": year.everyone or year.compiled.files[file.number].all_students,
            }
            for file in written.files
        ]
        + [
            {**asdict(file), "source": None, "number": None, "all_students": False}
            for file in sent
            if file not in written.files
        ],
    }
    manifest_path = written.index.with_name("manifest.json")
    manifest_path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for file in dict.fromkeys((*written.files, *sent)):
        archive.store(
            year.connection_id, year.run_id, f"{year.school_year}/files/{file.name}", file.source
        )
    for name, path in (
        (manifest["index"], written.index),
        ("held.jsonl", written.held_list),
        ("manifest.json", manifest_path),
    ):
        archive.store(year.connection_id, year.run_id, f"{year.school_year}/{name}", path)


def _deliver(
    year: YearToExport,
    sent: tuple[WrittenFile, ...],
    workspace: Path,
    server: Server,
    lease: HeldLease,
    pause: Callable[[float], None],
    report: Callable[[str], None],
) -> tuple[DeliveredFile, ...]:
    if not sent:
        return ()
    report("delivering")
    if not year.send:
        return tuple(delivered_file(year, file, "download") for file in sent)
    finished = [FinishedFile(file.name, file.source) for file in sent]
    if year.done_file:
        finished = with_done_files(finished, workspace / "empty.part")
    placed = deliver_files(finished, year.folder, server=server, lease=lease, pause=pause)
    return tuple(
        delivered_file(year, file, one.way.value, modified=one.modified)
        for file, one in zip(sent, placed, strict=False)
    )


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
        RowCount(of.file_name, rows.get(of.number, 0), of.all_students)
        for of in year.compiled.files
    )


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
            f"A sync that failed announced {counted(written.missing, 'student')} and was not "
            "repeated: sync them again in SchoolMint Enroll."
        )
    if written.left_out:
        warnings.append(
            f"The conditions (`where`) of the mapping leave {counted(written.left_out, 'student')} "
            "out of every file."
        )
    if written.held_of_all and year.overridden_by is not None:
        warnings.append(
            f"{year.overridden_by} let a file of all students go without the "
            f"{written.held_count} held: the SIS may count them as gone. They are due again."
        )
    warnings += [finding.message for finding in findings]
    if year.let_through_by is not None and holds(findings):
        warnings.append(f"{year.let_through_by} let it go all the same.")
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
