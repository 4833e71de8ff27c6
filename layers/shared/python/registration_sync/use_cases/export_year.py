"""Exports one school year: close the batch, write, archive, deliver, move the marker."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import batched
from pathlib import Path

from registration_sync.domain.batches import Mark, YearMarker
from registration_sync.domain.compiled_mapping import CompiledMapping
from registration_sync.domain.errors import RegistrationSyncError, Unavailable
from registration_sync.domain.export_run import DeliveredFile, RunStatus, YearOutcome
from registration_sync.ports import Archive, RegistrationsTable
from registration_sync.use_cases.deliver_files import FinishedFile, Server, deliver_files
from registration_sync.use_cases.hold_lease import HeldLease
from registration_sync.use_cases.package_files import package_files
from registration_sync.use_cases.write_files import WrittenFile, WrittenYear, write_files

REASONS_KEPT = 50
"""Reasons kept with a held student's mark, an item of 400 kB at most; held.jsonl has all."""


class HeldInFullFile(RegistrationSyncError):
    """A file of all students may not lack one: a missing child would count as gone."""

    code = "held_in_full_file"


@dataclass(frozen=True, slots=True)
class YearToExport:
    """One year's part of a run; without `send` its files are archived only, for download."""

    connection_id: str
    run_id: str
    school_year: int
    marker: YearMarker
    compiled: CompiledMapping
    mapping_version: int
    everyone: bool
    folder: str
    send: bool

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
) -> YearOutcome:
    """Delivers what is due of the year and says what became of it.

    Raises DeliveryError, LeaseLost, Unavailable or HeldInFullFile; the marker is not moved then,
    and everyone stays due.
    """
    connection_id, school_year = year.connection_id, year.school_year
    batch = year.marker.open
    lease.check()
    table.close_batch(connection_id, school_year, batch, lease.token)
    # From here on `batch` is the number that counts: `open` may move again, under another run.
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
    keep_held_due(connection_id, school_year, batch + 1, written.held_list, table)
    if written.held_of_all:
        raise HeldInFullFile(
            f"{written.held_count} students cannot be mapped, and a file of all students without "
            "them would tell the SIS that they are gone. Mend the mapping or the registrations."
        )
    delivered: tuple[DeliveredFile, ...] = ()
    if written.files:
        sent = _sent(year, written, workspace)
        _archive(year, batches, written, sent, archive)
        delivered = _deliver(year, sent, server, lease, pause)
    table.commit(connection_id, school_year, batch, lease.token)
    return _outcome(school_year, written, delivered)


def keep_held_due(
    connection_id: str,
    school_year: int,
    batch: int,
    held_list: Path,
    table: RegistrationsTable,
) -> None:
    """Moves the held students into the open batch, with the reasons, before the marker moves.

    Raises Unavailable unless every mark is confirmed.
    """
    with held_list.open(encoding="utf-8") as lines:
        held = (entry for entry in map(json.loads, lines) if entry["due"])
        for chunk in batched(held, 100):
            marks = [
                Mark(
                    entry["student_id"],
                    entry["version"],
                    json.dumps(entry["reasons"][:REASONS_KEPT]),
                )
                for entry in chunk
            ]
            confirmed = table.put_marks(connection_id, school_year, batch, marks)
            if len(confirmed) < len(marks):
                raise Unavailable("Held students could not be kept for the next export.")
            versions = {mark.student_id: mark.version for mark in marks}
            table.raise_batch(connection_id, school_year, batch, versions)


def _sent(year: YearToExport, written: WrittenYear, workspace: Path) -> tuple[WrittenFile, ...]:
    """What is put on the server: the files, or the package of them."""
    package = year.compiled.package
    return (package_files(written.files, package, workspace),) if package else written.files


def _archive(
    year: YearToExport,
    batches: range,
    written: WrittenYear,
    sent: tuple[WrittenFile, ...],
    archive: Archive,
) -> None:
    manifest = {
        "connection_id": year.connection_id,
        "run_id": year.run_id,
        "school_year": year.school_year,
        "mapping_version": year.mapping_version,
        "batches": [batches.start, batches.stop - 1],
        "folder": year.folder,
        "students": written.students,
        "held": written.held_count,
        "files": [
            {**asdict(file), "source": None, "number": _number_of(file.source)}
            for file in written.files
        ],
        "package": sent[0].name if year.compiled.package else None,
    }
    manifest_path = written.index.with_name("manifest.json")
    manifest_path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for file in dict.fromkeys((*written.files, *sent)):
        archive.store(
            year.connection_id, year.run_id, f"{year.school_year}/files/{file.name}", file.source
        )
    for path in (written.index, written.held_list, manifest_path):
        archive.store(year.connection_id, year.run_id, f"{year.school_year}/{path.name}", path)


def _number_of(source: Path) -> int:
    return int(source.stem)


def _deliver(
    year: YearToExport,
    sent: tuple[WrittenFile, ...],
    server: Server,
    lease: HeldLease,
    pause: Callable[[float], None],
) -> tuple[DeliveredFile, ...]:
    ways: list[str] = ["download"] * len(sent)
    if year.send:
        finished = [FinishedFile(file.name, file.source) for file in sent]
        replaced = deliver_files(finished, year.folder, server=server, lease=lease, pause=pause)
        ways = [way.value for way in replaced]
    return tuple(
        DeliveredFile(
            name=file.name,
            path=f"{year.folder}/{file.name}",
            rows=file.rows,
            bytes=file.bytes,
            sha256=file.sha256,
            replaced_by=way,
        )
        for file, way in zip(sent, ways, strict=True)
    )


def _outcome(
    school_year: int, written: WrittenYear, delivered: tuple[DeliveredFile, ...]
) -> YearOutcome:
    if written.held_count:
        status = RunStatus.PARTIAL
    elif delivered:
        status = RunStatus.SUCCEEDED
    else:
        status = RunStatus.NOTHING_TO_EXPORT
    warnings = []
    if written.missing:
        warnings.append(
            f"{written.missing} students were announced by a sync that failed and was not "
            "repeated: sync them again in SchoolMint Enroll."
        )
    if written.left_out:
        warnings.append(
            f"{written.left_out} students have no row: the conditions (`where`) of the mapping "
            "leave them out of every file."
        )
    return YearOutcome(
        school_year=school_year,
        status=status,
        rows=written.students,
        held_count=written.held_count,
        held=written.held,
        files=delivered,
        warnings=tuple(warnings),
        left_out=written.left_out,
        unmatched=written.unmatched,
    )
