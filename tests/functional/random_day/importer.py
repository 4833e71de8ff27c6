"""The importer of the SIS, which reads the files on the server, and the expected import."""

import csv
import itertools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.functional.random_day.mapping_variants import FILES_WITH_SEVERAL_ROWS

type Table = tuple[str, int]
"""A file's name and its school year."""

type Lines = tuple[str, ...]
"""A student's rows in a file."""


@dataclass
class Importer:
    """Imports the files `SCHOOL_YEAR/NAME` below `root`.

    A student's rows replace the student's earlier rows, and a removal deletes them; a full file
    replaces the whole table. `removes` says whether the importer deletes collected files. The last
    word of First is the number of the sync, so an older row is detected.
    """

    root: Path
    removes: bool
    tables: dict[Table, dict[str, Lines]] = field(default_factory=dict)
    newest: dict[tuple[Table, str], int] = field(default_factory=dict)

    def files(self) -> dict[Table, bytes]:
        """The files on the server, without test records and hidden files."""
        return {
            (path.name, int(path.parent.name)): path.read_bytes()
            for path in self.root.glob("*/*.csv")
            if not path.name.startswith(".")
        }

    def collect(self, full_tables: Collection[Table], resent: Collection[Table]) -> None:
        """Imports every file; only a `resent` file may have rows older than the imported ones."""
        for table, content in self.files().items():
            rows = self._rows(table, content, may_be_older=table in resent)
            before = {} if table in full_tables else self.tables.get(table, {})
            self.tables[table] = {one: lines for one, lines in (before | rows).items() if lines}
            if self.removes:
                (self.root / str(table[1]) / table[0]).unlink()

    def newest_of(self, year: int, student_id: str) -> int:
        """The number of the student's newest imported sync, in any file."""
        return max(
            (
                number
                for (table, student), number in self.newest.items()
                if (table[1], student) == (year, student_id)
            ),
            default=0,
        )

    def _rows(self, table: Table, content: bytes, *, may_be_older: bool) -> dict[str, Lines]:
        """The lines of each student, checked as a careful importer would."""
        cells, rows = lines_of(content)[0].count(",") + 1, rows_of(content)
        assert [*rows] == sorted(rows), f"{table} is not in order of student id"
        for student_id, lines in rows.items():
            assert len(lines) <= 1 or table[0] in FILES_WITH_SEVERAL_ROWS, (
                f"{table} has a student twice"
            )
            for row in csv.reader(lines, strict=True):
                assert len(row) == cells, (table, row)
                number = int(row[1].rpartition(" ")[2])
                newest = self.newest.get((table, student_id), 0)
                assert may_be_older or number >= newest, f"P2: {table} has {row} after {newest}"
                self.newest[table, student_id] = max(number, newest)
        return rows


def lines_of(content: bytes) -> list[str]:
    """The lines of a file, which must be complete."""
    *lines, rest = content.decode().split("\r\n")
    assert rest == "", "the file is cut off"
    return lines


def without_student(student_id: str, content: bytes) -> bytes:
    """The file without the student's lines."""
    return _filtered(content, lambda line: student_at(line) != student_id)


def only(student_id: str, content: bytes) -> bytes:
    """The file with the student's lines alone."""
    return _filtered(content, lambda line: student_at(line) == student_id)


def _filtered(content: bytes, is_wanted: Callable[[str], bool]) -> bytes:
    header, *rows = lines_of(content)
    return "".join(f"{line}\r\n" for line in (header, *filter(is_wanted, rows))).encode()


def student_at(line: str) -> str:
    return line.partition(",")[0]


def students_of(content: bytes) -> list[str]:
    return [*rows_of(content)]


def rows_of(content: bytes) -> dict[str, Lines]:
    """The lines of each student; none for a removed student, whose First is blank."""
    rows = {}
    for student_id, lines in itertools.groupby(lines_of(content)[1:], student_at):
        assert student_id not in rows, f"{student_id} has rows in two parts of the file"
        rows[student_id] = tuple(line for line in lines if line.split(",")[1])
    return rows


@dataclass
class Exchange:
    """The folder between us and the importer: the expected files, the runs that delivered them, and
    the rows that the importer should have after it collected them.

    `unsure` has the students whose imported rows may differ: their file was not collected, was
    resent, or came from a run that failed later.
    """

    importer: Importer
    files: dict[Table, bytes] = field(default_factory=dict)
    delivered_by: dict[Table, str] = field(default_factory=dict)
    full_tables: set[Table] = field(default_factory=set)
    uncollected: set[Table] = field(default_factory=set)
    resent: set[Table] = field(default_factory=set)
    expected: dict[Table, dict[str, Lines]] = field(default_factory=dict)
    unsure: dict[Table, set[str]] = field(default_factory=dict)

    def deliver(self, table: Table, content: bytes, run_id: str, *, is_full: bool) -> list[str]:
        """Records an export's file; returns the students whose uncollected rows it replaced."""
        missed = self._put(table, content, run_id)
        rows = rows_of(content)
        self.resent.discard(table)
        if is_full:
            self.full_tables.add(table)
            self.expected[table], self.unsure[table] = rows, set()
        else:
            self.full_tables.discard(table)
            self.expected.setdefault(table, {}).update(rows)
            self.unsure[table] -= rows.keys()
        return [student_id for student_id in missed if student_id not in rows]

    def resend(self, table: Table, content: bytes, run_id: str) -> list[str]:
        """Records a resent file of an old run; returns students as `deliver` does."""
        missed = self._put(table, content, run_id)
        self.resent.add(table)
        self.unsure[table] |= self.expected.get(table, {}).keys() | {*students_of(content)}
        return missed

    def find_interrupted(self, table: Table, content: bytes) -> list[str]:
        """Records a file of a run that was interrupted before it recorded the delivery."""
        missed = self._put(table, content, "")
        self.resent.discard(table)
        self.unsure[table] |= self.expected.get(table, {}).keys() | {*students_of(content)}
        return missed

    def _put(self, table: Table, content: bytes, run_id: str) -> list[str]:
        missed = students_of(self.files[table]) if table in self.uncollected else []
        self.unsure.setdefault(table, set()).update(missed)
        self.files[table], self.delivered_by[table] = content, run_id
        self.uncollected.add(table)
        return missed

    def collect(self) -> None:
        """Lets the importer collect the files."""
        assert self.importer.files() == self.files
        self.importer.collect(self.full_tables, self.resent)
        self.uncollected.clear()
        if self.importer.removes:
            self.files.clear()
            self.delivered_by.clear()

    def compare(self, year: int, exported_or_removed: Iterable[str]) -> None:
        """Checks the imported rows of these students, and of full files."""
        students = {*exported_or_removed}
        for table, rows in self.expected.items():
            if table[1] == year and table not in self.uncollected:
                known, unsure = self.importer.tables.get(table, {}), self.unsure[table]
                for student_id in rows.keys() & students - unsure:
                    assert known.get(student_id, ()) == rows[student_id], (table, student_id)
                if table in self.full_tables and not unsure:
                    assert known == {one: lines for one, lines in rows.items() if lines}, table
