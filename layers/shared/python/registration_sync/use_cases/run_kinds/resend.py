"""Send again: a past run's archived files, or some students' rows, to the paths of then.

It takes the lease, so that no export runs beside it, and moves no marker and no mark. It may bring
older data: a person's decision, and the record says whose.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    Problem,
    RegistrationSyncError,
)
from registration_sync.domain.runs.run import (
    DeliveredFile,
    ResendSelection,
    Run,
    RunRequest,
    RunStatus,
    YearOutcome,
)
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
    with_done_files,
)
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.exporting.archive_resend import (
    ResendFile,
    ResendYear,
    archive_resend,
)
from registration_sync.use_cases.ledger.run_index import IndexLine, index_rows
from registration_sync.use_cases.run_kinds.lifecycle import (
    Outside,
    account_of,
    failed_run,
    failed_year,
    finish_or_raise,
    lease_of,
    saved_run,
    started_run,
)
from registration_sync.use_cases.runs.lease import HeldLease
from registration_sync.use_cases.runs.read_run import stored_export
from registration_sync.use_cases.runs.resend_selection import FilesOfYears, select_files_to_resend


def resend_files(request: RunRequest, *, attempt: int, outside: Outside) -> Run:
    """Sends the files again and returns the finished record of this run, which is also stored.

    Everything is fetched and looked at before anything is sent. Raises as an export does.
    """
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    with lease_of(started, outside) as lease:
        outside.runs.save(started)
        try:
            record = stored_export(
                connection.connection_id, request.again.run_id, runs=outside.runs
            )
            chosen = select_files_to_resend(
                record,
                request.again,
                request.school_years,
                connection=connection,
                connections=outside.connections,
                mappings=outside.mappings,
                today=outside.now().date(),
            )
            years = _fetch(connection.connection_id, request.again, chosen, outside)
        except (InvalidRequest, NotFound, Conflict) as error:
            return saved_run(failed_run(started, error, outside.now()), outside.runs)
        warnings = _warnings(record, started)
        outcomes = _send(years, warnings, connection, lease, started, outside)
        return finish_or_raise(started, outcomes, outside)


def _warnings(record: dict[str, Any], run: Run) -> tuple[str, ...]:
    repeats = f"This repeats {record['run_id']}, and may have brought older data."
    if record["sent_to"] == run.sent_to:
        return (repeats,)
    moved = f"That run went to {record['sent_to']}; this one went to {run.sent_to}."
    return (repeats, moved)


def _fetch(
    connection_id: str, again: ResendSelection, chosen: FilesOfYears, outside: Outside
) -> list[ResendYear]:
    """Raises NotFound, Conflict, Unavailable, and InvalidRequest for students who are not there."""
    years = [
        _fetch_year(connection_id, again, school_year, {file["name"] for file in files}, outside)
        for school_year, files in chosen.items()
    ]
    found = {student for year in years for file in year.files for student in file.students}
    problems = [
        Problem(f"student_ids[{place}]", "This student is not in the files of that run.")
        for place, student in enumerate(again.student_ids)
        if student not in found
    ]
    if problems:
        places = ", ".join(problem.path for problem in problems)
        message = f"Nothing was sent again: {places} are not in the files of that run."
        raise InvalidRequest(message, problems=problems)
    return [year for year in years if year.files]


def _fetch_year(
    connection_id: str, again: ResendSelection, school_year: int, names: set[str], outside: Outside
) -> ResendYear:
    folder = outside.workspace / str(school_year)
    folder.mkdir()

    def fetch(name: str, target: str) -> Path:
        kept = f"{school_year}/{name}"
        outside.archive.fetch(connection_id, again.run_id, kept, folder / target)
        return folder / target

    manifest = json.loads(fetch("manifest.json", "manifest.json").read_bytes())
    entries = [
        entry for entry in manifest["files"] if entry["name"] in names and not _is_emptied(entry)
    ]
    index = fetch(manifest["index"], "index.tsv") if "index" in manifest else None
    sources = [fetch(f"files/{entry['name']}", f"{entry['number']}.part") for entry in entries]
    for entry, source in zip(entries, sources, strict=True):
        _refuse_changed(entry, source)
    files = tuple(
        ResendFile(entry["name"], source, entry["rows"], entry["sha256"])
        for entry, source in zip(entries, sources, strict=True)
    )
    students = manifest["students"]
    if again.student_ids:
        if index is None:
            raise Conflict("That run is older than its index: send whole files of it again.")
        rows = _Rows(again.student_ids, index)
        cut = [rows.cut(entry, file.source) for entry, file in zip(entries, files, strict=True)]
        files = tuple(file for file in cut if file.rows)
        students = len({student for file in files for student in file.students})
    return ResendYear(school_year, manifest["folder"], files, students, manifest, index)


def _is_emptied(entry: dict[str, Any]) -> bool:
    """Whether all its rows were those of erased students."""
    return "delivered" in entry and not entry["rows"]


def _refuse_changed(entry: dict[str, Any], source: Path) -> None:
    if _sha256(source) != entry["sha256"]:
        raise Conflict(
            f"The archived {entry['name']} is not the file that was delivered, nor what an erasure "
            "left of it. If an erasure was broken off, ask for it again, then send the file."
        )


class _Rows:
    """Where in the files of a year the rows of some students stand."""

    def __init__(self, student_ids: Sequence[str], index: Path) -> None:
        self._heads: dict[int, int] = {}
        self._rows: defaultdict[int, list[IndexLine]] = defaultdict(list)
        wanted = {*student_ids}
        for row in index_rows(index):
            self._heads.setdefault(row.number, row.offset)  # all that stands before the first row
            if row.student_id in wanted:
                self._rows[row.number].append(row)

    def cut(self, entry: dict[str, Any], source: Path) -> ResendFile:
        """The file with these students' rows only; raises Conflict for a file of all students."""
        number = entry["number"]
        if number is None:
            raise Conflict(f"{entry['name']} is a package: send the whole of it again.")
        rows = self._rows[number]
        if rows and entry["all_students"]:
            raise Conflict(
                f"{entry['name']} is a file of all students: with only some of them it would tell "
                "the SIS that the others are gone. Send the whole file again."
            )
        target = source.with_suffix(".cut")
        lines = []
        with source.open("rb") as whole, target.open("wb") as some:
            some.write(whole.read(self._heads.get(number, 0)))
            for place, row in enumerate(rows, 1):
                lines.append(row._replace(offset=some.tell(), row=place))
                whole.seek(row.offset)
                some.write(whole.read(row.length))
        return ResendFile(entry["name"], target, len(rows), _sha256(target), tuple(lines))


def _send(
    years: Sequence[ResendYear],
    warnings: tuple[str, ...],
    connection: Connection,
    lease: HeldLease,
    run: Run,
    outside: Outside,
) -> list[YearOutcome]:
    server = RunConnection(outside.servers, lambda: account_of(connection, outside))
    lease.on_loss = server.close
    collection = CollectionCheck(connection, run, outside.deliveries)
    outcomes = []
    try:
        for year in years:
            try:
                told = [*warnings, *_erased_from(year)]
                told += _not_collected(year, collection, server, lease, outside)
                files = _send_year(year, connection, server, lease, run, outside)
            except RegistrationSyncError as error:
                outcomes.append(failed_year(year.school_year, error))
            else:
                collection.record_uploads(files)
                outcomes.append(
                    YearOutcome(
                        school_year=year.school_year,
                        status=RunStatus.SUCCEEDED,
                        rows=year.students,
                        files=files,
                        warnings=(*told, *server.traits.unverified()),
                    )
                )
    finally:
        server.close()
    return outcomes


def _not_collected(
    year: ResendYear,
    collection: CollectionCheck,
    server: RunConnection,
    lease: HeldLease,
    outside: Outside,
) -> list[str]:
    """What the importer has not taken and this replaces; a person's decision, so it goes all the
    same. A file of all students of then may lack who came since."""
    older = {f"{year.folder}/{file.name}": False for file in year.files}
    found = collection.find_uncollected(older, server=server, lease=lease, pause=outside.pause)
    again = collection.run.again
    has_all_of = None if again.student_ids else again.run_id
    return [finding.message for finding in found if finding.run_id != has_all_of]


def _erased_from(year: ResendYear) -> list[str]:
    """What is another file than that run delivered."""
    return [
        f"{entry['name']} is without the rows of students who were erased since."
        for entry in year.manifest["files"]
        if "delivered" in entry
    ]


def _send_year(
    year: ResendYear,
    connection: Connection,
    server: RunConnection,
    lease: HeldLease,
    run: Run,
    outside: Outside,
) -> tuple[DeliveredFile, ...]:
    finished = [FinishedFile(file.name, file.source) for file in year.files]
    lease.check()  # as an export does
    archive_resend(year, connection.connection_id, run.run_id, outside.archive)
    if connection.done_file:
        empty = outside.workspace / "empty.part"
        finished = with_done_files(finished, empty)
    placed = deliver_files(finished, year.folder, server=server, lease=lease, pause=outside.pause)
    return tuple(
        DeliveredFile(
            name=file.name,
            path=f"{year.folder}/{file.name}",
            rows=file.rows,
            bytes=file.source.stat().st_size,
            sha256=file.sha256,
            replaced_by=one.way.value,
            modified=one.modified,
        )
        for file, one in zip(year.files, placed, strict=False)
    )


def _sha256(source: Path) -> str:
    with source.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
