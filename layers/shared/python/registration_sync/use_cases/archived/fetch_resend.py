"""Fetches the archived files of a past run, or some students' rows of them, to send them again."""

import json
from collections import defaultdict
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
    years = []
    for school_year, files in selected.items():
        folder = workspace / str(school_year)
        source = ArchivedYear(archive, connection_id, resend.run_id, school_year, folder)
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


def _fetch_year(
    source: ArchivedYear, student_ids: tuple[str, ...] | None, names: set[str]
) -> ResendYear:
    manifest = json.loads(source.fetch("manifest.json").read_bytes())
    entries = [
        entry for entry in manifest["files"] if entry["name"] in names and not _is_emptied(entry)
    ]
    index = source.fetch(manifest["index"]) if "index" in manifest else None
    files = tuple(_fetch_file(source, entry) for entry in entries)
    students = manifest["students"]
    if student_ids is not None:
        if index is None:
            raise Conflict("That run is too old to select students: send its whole files again.")
        rows = _Rows({*student_ids}, index)
        cut = [rows.cut(entry, file.source) for entry, file in zip(entries, files, strict=True)]
        files = tuple(file for file in cut if file.rows)
        students = len({student for file in files for student in file.students})
    return ResendYear(source.school_year, manifest["folder"], files, students, manifest, index)


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
    """The positions of some students' rows in the files of a year."""

    def __init__(self, student_ids: set[str], index: Path) -> None:
        self._header_ends: dict[int, int] = {}
        self._rows: defaultdict[int, list[IndexLine]] = defaultdict(list)
        for row in index_rows(index):
            self._header_ends.setdefault(row.number, row.offset)
            if row.student_id in student_ids:
                self._rows[row.number].append(row)

    def cut(self, entry: dict[str, Any], whole: Path) -> ResendFile:
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
