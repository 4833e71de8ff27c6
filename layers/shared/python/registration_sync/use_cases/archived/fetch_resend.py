"""Fetches the archived files of a past run, or some students' rows of them, to send them again."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registration_sync.domain.errors import Conflict, InvalidRequest, Problem
from registration_sync.domain.runs.run import ResendSelection
from registration_sync.ports.archive import Archive
from registration_sync.use_cases.archived.archive_resend import ResendFile, ResendYear
from registration_sync.use_cases.exporting.output_file import sha256_of
from registration_sync.use_cases.ledger.archived_year import ArchivedYear
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
    sources = find_resend(connection_id, resend, selected, archive=archive, workspace=workspace)
    _require_found(sources, resend.student_ids or ())
    years = [_fetch_year(source) for source in sources]
    return [year for year in years if year.files]


def find_resend(
    connection_id: str,
    resend: ResendSelection,
    selected: FilesByYear,
    *,
    archive: Archive,
    workspace: Path,
) -> list["ResendSource"]:
    """What to send of each year, of the students that are in the files. Reads manifests and run
    indexes, no files. Raises NotFound, Conflict and Unavailable."""
    sources = []
    for school_year, files in selected.items():
        folder = workspace / str(school_year)
        year = ArchivedYear(archive, connection_id, resend.run_id, school_year, folder)
        sources.append(_find_year(year, resend.student_ids, {file.name for file in files}))
    return sources


def _require_found(sources: Sequence["ResendSource"], student_ids: Sequence[str]) -> None:
    found = {student for source in sources if source.rows for student in source.rows.students}
    problems = [
        Problem(f"student_ids[{index}]", "This student is not in the files of that run.")
        for index, student in enumerate(student_ids)
        if student not in found
    ]
    if problems:
        paths = ", ".join(problem.path for problem in problems)
        message = f"Nothing was sent again: {paths} are not in the files of that run."
        raise InvalidRequest(message, problems=problems)


@dataclass(frozen=True, slots=True)
class ResendSource:
    """A year of a past run: the selected `entries` of its manifest, its run index, and the rows of
    some students, None for whole files."""

    year: ArchivedYear
    manifest: dict[str, Any]
    entries: list[dict[str, Any]]
    index: Path | None
    rows: "_Rows | None"


def _find_year(
    year: ArchivedYear, student_ids: tuple[str, ...] | None, names: set[str]
) -> ResendSource:
    manifest = json.loads(year.fetch("manifest.json").read_bytes())
    entries = [
        entry for entry in manifest["files"] if entry["name"] in names and not _is_emptied(entry)
    ]
    index = year.fetch(manifest["index"]) if "index" in manifest else None
    if student_ids is None:
        return ResendSource(year, manifest, entries, index, None)
    if index is None:
        raise Conflict("That run is too old to select students: re-send its whole files.")
    return ResendSource(year, manifest, entries, index, _Rows({*student_ids}, entries, index))


def _fetch_year(source: ResendSource) -> ResendYear:
    year, manifest = source.year, source.manifest
    files = tuple(_fetch_file(year, entry) for entry in source.entries)
    students = manifest["students"]
    if source.rows is not None:
        pairs = zip(source.entries, files, strict=True)
        cut = [source.rows.cut(entry, file.source) for entry, file in pairs]
        files = tuple(file for file in cut if file.rows)
        students = len(source.rows.students)
    return ResendYear(year.school_year, manifest["folder"], files, students, manifest, source.index)


def _is_emptied(entry: dict[str, Any]) -> bool:
    """Whether all its rows were those of erased students."""
    return "delivered" in entry and not entry["rows"]


def _fetch_file(source: ArchivedYear, entry: dict[str, Any]) -> ResendFile:
    path = source.fetch(f"files/{entry['name']}")
    if sha256_of(path) != entry["sha256"]:
        raise Conflict(
            f"The archived {entry['name']} is neither the delivered file nor the result of an "
            "erasure. If an erasure was interrupted, request it again, then send the file."
        )
    return ResendFile(entry["name"], path, entry["rows"], path.stat().st_size, entry["sha256"])


class _Rows:
    """The positions of some students' rows in the files of a year; raises Conflict for files that
    can only be sent whole."""

    def __init__(
        self, student_ids: set[str], entries: Sequence[dict[str, Any]], index: Path
    ) -> None:
        self._header_ends: dict[int, int] = {}
        self._rows: defaultdict[int, list[IndexLine]] = defaultdict(list)
        for row in index_rows(index):
            self._header_ends.setdefault(row.number, row.offset)
            if row.student_id in student_ids:
                self._rows[row.number].append(row)
        for entry in entries:
            if entry["number"] is None:
                raise Conflict(f"{entry['name']} is a package: re-send the whole package.")
            if self._rows[entry["number"]] and entry["all_students"]:
                raise Conflict(
                    f"{entry['name']} is a full file: with only some students, the SIS would treat "
                    "the others as gone. Re-send the whole file."
                )
        rows = (row for entry in entries for row in self._rows[entry["number"]])
        self.students = {row.student_id for row in rows}

    def cut(self, entry: dict[str, Any], whole: Path) -> ResendFile:
        """A file with these students' rows only."""
        number = entry["number"]
        rows = self._rows[number]
        path = whole.with_name(f"{whole.name}.cut")
        lines = []
        with whole.open("rb") as source, path.open("wb") as target:
            target.write(source.read(self._header_ends.get(number, 0)))
            for row_number, row in enumerate(rows, 1):
                lines.append(row._replace(offset=target.tell(), row=row_number))
                source.seek(row.offset)
                target.write(source.read(row.length))
        size = path.stat().st_size
        return ResendFile(entry["name"], path, len(rows), size, sha256_of(path), tuple(lines))
