"""Keeps what a re-send delivers: its files, and whose rows they hold, as an export's are kept."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registration_sync.ports.archive import Archive
from registration_sync.use_cases.ledger.run_index import IndexLine


@dataclass(frozen=True, slots=True)
class ResendFile:
    """A file to send again, on our disk; `lines` are those of the students asked for, None where
    it is sent whole."""

    name: str
    source: Path
    rows: int
    sha256: str
    lines: tuple[IndexLine, ...] | None = None

    @property
    def students(self) -> frozenset[str]:
        """Those asked for that have a row in it."""
        return frozenset(line.student_id for line in self.lines or ())


@dataclass(frozen=True, slots=True)
class ResendYear:
    """What to send again of one school year, and the folder of then; the manifest of that run, and
    its index, if it has one."""

    school_year: int
    folder: str
    files: tuple[ResendFile, ...]
    students: int
    manifest: dict[str, Any]
    index: Path | None


def archive_resend(year: ResendYear, connection_id: str, run_id: str, archive: Archive) -> None:
    """Raises Unavailable."""

    def store(name: str, source: Path) -> None:
        archive.store(connection_id, run_id, f"{year.school_year}/{name}", source)

    if year.index:
        manifest = year.index.with_name("manifest.again")
        manifest.write_text(json.dumps(_manifest(year, run_id), indent=1), encoding="utf-8")
        store(year.manifest["index"], _index(year, year.index))
        store("manifest.json", manifest)
    for file in year.files:
        store(f"files/{file.name}", file.source)


def _manifest(year: ResendYear, run_id: str) -> dict[str, Any]:
    sent = {file.name: file for file in year.files}
    # With a package the files in it, too: the index tells of these.
    packed = any(entry["number"] is None for entry in year.manifest["files"])
    entries = []
    for entry in year.manifest["files"]:
        again = sent.get(entry["name"])
        kept = {name: value for name, value in entry.items() if name != "delivered"}
        if again:
            size = again.source.stat().st_size
            kept |= {"rows": again.rows, "bytes": size, "sha256": again.sha256}
        if again or packed:
            entries.append(kept)
    return {**year.manifest, "run_id": run_id, "students": year.students, "files": entries}


def _index(year: ResendYear, whole: Path) -> Path:
    if all(file.lines is None for file in year.files):
        return whole
    index = whole.with_name("index.again")
    lines = (line.text() for file in year.files for line in file.lines or ())
    index.write_text("".join(lines), encoding="utf-8")
    return index
