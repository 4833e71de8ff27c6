"""Fetches from the archive the files of a past run that are sent again, or some rows of them."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registration_sync.domain.errors import Conflict, InvalidRequest, Problem
from registration_sync.domain.runs.run import ResendSelection
from registration_sync.ports.archive import Archive
from registration_sync.use_cases.exporting.archive_resend import ResendFile, ResendYear
from registration_sync.use_cases.ledger.run_index import IndexLine, index_rows
from registration_sync.use_cases.runs.resend_selection import FilesByYear


def fetch_resend(
    connection_id: str,
    resend: ResendSelection,
    selected: FilesByYear,
    *,
    archive: Archive,
    workspace: Path,
) -> list[ResendYear]:
    """The years with something to send. Raises NotFound, Conflict, Unavailable, and InvalidRequest
    for students who are not in the files."""
    years = []
    for school_year, files in selected.items():
        folder = workspace / str(school_year)
        folder.mkdir()
        source = _Source(archive, connection_id, resend.run_id, school_year, folder)
        years.append(_fetch_year(source, resend.student_ids, {file.name for file in files}))
    found = {student for year in years for file in year.files for student in file.students}
    problems = [
        Problem(f"student_ids[{index}]", "This student is not in the files of that run.")
        for index, student in enumerate(resend.student_ids or ())
        if student not in found
    ]
    if problems:
        paths = ", ".join(problem.path for problem in problems)
        message = f"Nothing was sent again: {paths} are not in the files of that run."
        raise InvalidRequest(message, problems=problems)
    return [year for year in years if year.files]


class _Source:
    """The archived files of a run's year, fetched into a folder."""

    def __init__(
        self, archive: Archive, connection_id: str, run_id: str, school_year: int, folder: Path
    ) -> None:
        self.school_year = school_year
        self._archive = archive
        self._connection_id = connection_id
        self._run_id = run_id
        self._folder = folder

    def fetch(self, name: str, target: str) -> Path:
        path = self._folder / target
        archived = f"{self.school_year}/{name}"
        self._archive.fetch(self._connection_id, self._run_id, archived, path)
        return path


def _fetch_year(
    source: _Source, student_ids: tuple[str, ...] | None, names: set[str]
) -> ResendYear:
    manifest = json.loads(source.fetch("manifest.json", "manifest.json").read_bytes())
    entries = [
        entry for entry in manifest["files"] if entry["name"] in names and not _is_emptied(entry)
    ]
    index = source.fetch(manifest["index"], "index.tsv") if "index" in manifest else None
    paths = [source.fetch(f"files/{entry['name']}", f"{entry['number']}.part") for entry in entries]
    for entry, path in zip(entries, paths, strict=True):
        _require_unchanged(entry, path)
    files = tuple(
        ResendFile(entry["name"], path, entry["rows"], entry["sha256"])
        for entry, path in zip(entries, paths, strict=True)
    )
    students = manifest["students"]
    if student_ids is not None:
        if index is None:
            raise Conflict("That run is older than its index: send its whole files again.")
        rows = _Rows(student_ids, index)
        cut = [rows.cut(entry, file.source) for entry, file in zip(entries, files, strict=True)]
        files = tuple(file for file in cut if file.rows)
        students = len({student for file in files for student in file.students})
    return ResendYear(source.school_year, manifest["folder"], files, students, manifest, index)


def _is_emptied(entry: dict[str, Any]) -> bool:
    """Whether all its rows were those of erased students."""
    return "delivered" in entry and not entry["rows"]


def _require_unchanged(entry: dict[str, Any], path: Path) -> None:
    if _sha256(path) != entry["sha256"]:
        raise Conflict(
            f"The archived {entry['name']} is neither the file that was delivered, nor what an "
            "erasure left of it. If an erasure was interrupted, request it again, then send the "
            "file."
        )


class _Rows:
    """The positions of some students' rows in the files of a year."""

    def __init__(self, student_ids: Sequence[str], index: Path) -> None:
        self._header_ends: dict[int, int] = {}
        self._rows: defaultdict[int, list[IndexLine]] = defaultdict(list)
        selected = {*student_ids}
        for row in index_rows(index):
            self._header_ends.setdefault(row.number, row.offset)
            if row.student_id in selected:
                self._rows[row.number].append(row)

    def cut(self, entry: dict[str, Any], source: Path) -> ResendFile:
        """A file with these students' rows only; raises Conflict for a full file."""
        number = entry["number"]
        if number is None:
            raise Conflict(f"{entry['name']} is a package: send the whole package again.")
        rows = self._rows[number]
        if rows and entry["all_students"]:
            raise Conflict(
                f"{entry['name']} is a full file: with only some students, the SIS would treat the "
                "others as gone. Send the whole file again."
            )
        target = source.with_suffix(".cut")
        lines = []
        with source.open("rb") as whole, target.open("wb") as some:
            some.write(whole.read(self._header_ends.get(number, 0)))
            for row_number, row in enumerate(rows, 1):
                lines.append(row._replace(offset=some.tell(), row=row_number))
                whole.seek(row.offset)
                some.write(whole.read(row.length))
        return ResendFile(entry["name"], target, len(rows), _sha256(target), tuple(lines))


def _sha256(source: Path) -> str:
    with source.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
