"""Archives a resend's files, with a manifest and an index if the past run has an index."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registration_sync.ports.archive import Archive
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.ledger.archived_year import ArchivedYear
from registration_sync.use_cases.ledger.run_index import IndexLine


@dataclass(frozen=True, slots=True)
class ResendFile(WrittenFile):
    """A file to resend; `lines`: the selected students' index lines, None for a whole file."""

    lines: tuple[IndexLine, ...] | None = None

    @property
    def students(self) -> frozenset[str]:
        """The selected students with a row in the file."""
        return frozenset(line.student_id for line in self.lines or ())


@dataclass(frozen=True, slots=True)
class ResendYear:
    """The files of a school year to send again; `folder`, `manifest` and `index` (None for old
    runs) are those of the past run."""

    school_year: int
    folder: str
    files: tuple[ResendFile, ...]
    students: int
    manifest: dict[str, Any]
    index: Path | None


def archive_resend(year: ResendYear, connection_id: str, run_id: str, archive: Archive) -> None:
    """Raises Unavailable."""
    folder = year.files[0].source.parent
    archived = ArchivedYear(archive, connection_id, run_id, year.school_year, folder)
    if year.index:
        manifest = folder / "manifest.resend"
        manifest.write_text(json.dumps(_manifest(year, run_id), indent=1), encoding="utf-8")
        archived.store(year.manifest["index"], _index(year, year.index))
        archived.store("manifest.json", manifest)
    for file in year.files:
        archived.store(f"files/{file.name}", file.source)


def _manifest(year: ResendYear, run_id: str) -> dict[str, Any]:
    resent = {file.name: file for file in year.files}
    # With a package, the manifest also lists the files inside it, which the index refers to.
    has_package = any(entry["number"] is None for entry in year.manifest["files"])
    entries = []
    for entry in year.manifest["files"]:
        file = resent.get(entry["name"])
        kept = {name: value for name, value in entry.items() if name != "delivered"}
        if file:
            kept |= {"rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}
        if file or has_package:
            entries.append(kept)
    return {**year.manifest, "run_id": run_id, "students": year.students, "files": entries}


def _index(year: ResendYear, whole: Path) -> Path:
    if all(file.lines is None for file in year.files):
        return whole
    index = whole.with_name("index.resend")
    lines = (line.text() for file in year.files for line in file.lines or ())
    index.write_text("".join(lines), encoding="utf-8")
    return index
