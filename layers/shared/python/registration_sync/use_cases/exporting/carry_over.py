"""Carry over: the students of a file that was not collected go again, in the file that replaces it.

The holder of the lease marks them as due in the batch that it has just closed, before it reads the
due students. If the run is interrupted, they stay due.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import batched, groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from registration_sync.domain.errors import Unavailable
from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.domain.runs.run import Carried
from registration_sync.domain.runs.uploads import FoundUpload, UploadedRows
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import RegistrationsTable, Snapshots
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.archived_year import ArchivedYear
from registration_sync.use_cases.ledger.run_index import index_rows

BATCH_SIZE = 500


class _Row(NamedTuple):
    """A student with a row in an uncollected upload (its place in the list); `is_new`: in a file of
    new students."""

    student_id: str
    upload: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class CarriedStudent:
    """A student of uncollected uploads; `is_due`: also without being carried over, `is_new`: as a
    new student, because a file of new students was not collected."""

    current: Current
    is_due: bool
    is_new: bool

    @property
    def student_id(self) -> str:
        return self.current.student_id


class CarryOver:
    """The students to carry over, from uploads that the importer is not known to have collected.

    `found` are the uploads that the files of the year replace. A path may be that of several school
    years: the students of another year are due in that year again.
    """

    def __init__(
        self, year: YearToExport, found: Iterable[FoundUpload], archive: Archive, workspace: Path
    ) -> None:
        self._year = year
        self._archive = archive
        self._workspace = workspace
        self._uploads = [
            (one.last.path, rows)
            for one in found
            if not year.is_full_at(one.last.path)  # that file will have all students
            for rows in one.uncarried
        ]
        self._students = Counter[int]()
        self._missing = Counter[int]()
        self._unlisted = set[int]()
        self._writes_removals = any(file.removals for file in year.compiled.files)

    @property
    def school_years(self) -> list[int]:
        """The school years of the uploads."""
        return sorted({self._year_of(rows) for _, rows in self._uploads})

    def carried(self) -> tuple[Carried, ...]:
        """The counts of each upload, once its students were read."""
        return tuple(
            Carried(
                path,
                rows.run_id,
                self._students[number],
                self._missing[number],
                is_listed=number not in self._unlisted,
            )
            for number, (path, rows) in enumerate(self._uploads)
        )

    def students(
        self, school_year: int, marks: Iterator[DueMark], table: Snapshots
    ) -> Iterator[list[CarriedStudent]]:
        """The students of a year, some at a time, in order of student id. `marks` are those of the
        due students, in the same order. A removed student is carried over if the mapping has rows
        for removals. Raises Unavailable."""
        rows = merge(*[self._rows(*one) for one in self._uploads_of(school_year)])
        mark = next(marks, None)
        groups = ((key, [*group]) for key, group in groupby(rows, key=attrgetter("student_id")))
        for some in batched(groups, BATCH_SIZE):
            ids = (student_id for student_id, _ in some)
            stored = table.current(self._year.connection_id, school_year, ids)
            found = []
            for (student_id, rows_of), (_, current) in zip(some, stored, strict=True):
                while mark and mark.student_id < student_id:
                    mark = next(marks, None)
                self._count(rows_of, current)
                if current and self._may_have_row(current):
                    is_due = mark is not None and mark.student_id == student_id
                    is_new = any(row.is_new for row in rows_of)
                    found.append(CarriedStudent(current, is_due, is_new))
            yield found

    def _may_have_row(self, current: Current) -> bool:
        return current.snapshot is not None or self._writes_removals

    def _count(self, rows: Iterable[_Row], current: Current | None) -> None:
        uploads = {row.upload for row in rows}
        if current is None:
            self._missing.update(uploads)
        elif self._may_have_row(current):
            self._students.update(uploads)

    def _uploads_of(self, school_year: int) -> Iterator[tuple[int, str, UploadedRows]]:
        for number, (path, rows) in enumerate(self._uploads):
            if self._year_of(rows) == school_year:
                yield number, path, rows

    def _year_of(self, rows: UploadedRows) -> int:
        return self._year.school_year if rows.school_year is None else rows.school_year

    def _rows(self, upload: int, path: str, rows: UploadedRows) -> Iterator[_Row]:
        """The students of an upload, in order of student id."""
        run = self._year.connection_id, rows.run_id, self._year_of(rows)
        archived = ArchivedYear(self._archive, *run, self._workspace / str(upload))
        listed = rows if rows.index else _from_manifest(archived, path, rows)
        index = archived.find(listed.index) if listed else None
        if listed is None or index is None:
            self._unlisted.add(upload)
            return
        for line in index_rows(index):
            if not listed.numbers or line.number in listed.numbers:
                is_new = self._year.is_new_at(path, line.number)
                yield _Row(line.student_id, upload, is_new)
        index.unlink()


def _from_manifest(year: ArchivedYear, path: str, rows: UploadedRows) -> UploadedRows | None:
    """Where the manifest of the run says that the rows are: for uploads that an older version
    recorded."""
    found = year.find("manifest.json")
    manifest = json.loads(found.read_bytes()) if found else {}
    name = path.rpartition("/")[2]
    numbers = [one["number"] for one in manifest.get("files", ()) if one["name"] == name]
    if not numbers or "index" not in manifest:
        return None
    of_package = None in numbers  # a package has the rows of all files
    return UploadedRows(
        rows.run_id, rows.school_year, manifest["index"], () if of_package else tuple(numbers)
    )


def mark_carried_students(
    carry_over: CarryOver,
    year: YearToExport,
    table: RegistrationsTable,
    go_on: Callable[[], None],
) -> tuple[Carried, ...]:
    """Makes the students due again; those of the year in its open batch, which this run has closed.

    Marks no student who is due already: the mark of a held student has the reasons. Raises
    Unavailable unless every mark is confirmed, and any error of `go_on`, which is called from time
    to time. Those that are marked by then stay due, and the next run marks the others.
    """
    connection_id = year.connection_id
    markers = table.marker(connection_id).years
    for school_year in carry_over.school_years:
        numbers = year.marker if school_year == year.school_year else markers[school_year]
        batch = numbers.open
        marks = table.marks(connection_id, school_year, numbers.due_batches)
        for students in carry_over.students(school_year, marks, table):
            go_on()
            versions = {one.student_id: one.current.version for one in students if not one.is_due}
            confirmed = table.put_marks(
                connection_id, school_year, batch, [DueMark(student) for student in versions]
            )
            if len(confirmed) < len(versions):
                raise Unavailable("Students of an earlier file could not be added to this export.")
            # Nothing due ever expires; a snapshot has an expiry once its batch is retired.
            table.raise_batch(connection_id, school_year, batch, versions)
            new = [one.student_id for one in students if one.is_new]
            table.set_carried(connection_id, school_year, batch, new)
    return carry_over.carried()
