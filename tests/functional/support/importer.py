"""The SIS's importer, which knows of us only the files on the server; and what it should know."""

import csv
import itertools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.functional.support.terms import SEVERAL_ROWS

type Table = tuple[str, int]
"""A file's name and its school year."""

type Lines = tuple[str, ...]
"""A student's rows in a file."""


@dataclass
class Importer:
    """Applies the files below `root`, `SCHOOL_YEAR/NAME`, as often as it is asked to.

    The rows of a student are put over all that were there of this student, and a removal takes them
    out; a file of all students is everybody. `removes` what it took, or leaves it. The last word of
    First counts the syncs, so that a row that goes back in time is seen.
    """

    root: Path
    removes: bool
    tables: dict[Table, dict[str, Lines]] = field(default_factory=dict)
    newest: dict[tuple[Table, str], int] = field(default_factory=dict)

    def files(self) -> dict[Table, bytes]:
        """What lies there; no test record, and nothing that is hidden."""
        return {
            (path.name, int(path.parent.name)): path.read_bytes()
            for path in self.root.glob("*/*.csv")
            if not path.name.startswith(".")
        }

    def look(self, of_all: Collection[Table], sent_again: Collection[Table]) -> None:
        """Imports every file; only one that was `sent_again` may have rows older than what came
        before."""
        for table, content in self.files().items():
            rows = self._rows(table, content, may_be_older=table in sent_again)
            before = {} if table in of_all else self.tables.get(table, {})
            self.tables[table] = {one: lines for one, lines in (before | rows).items() if lines}
            if self.removes:
                (self.root / str(table[1]) / table[0]).unlink()

    def newest_of(self, year: int, student_id: str) -> int:
        """The newest sync of the student that came, in any file."""
        return max(
            (
                number
                for (table, student), number in self.newest.items()
                if (table[1], student) == (year, student_id)
            ),
            default=0,
        )

    def _rows(self, table: Table, content: bytes, *, may_be_older: bool) -> dict[str, Lines]:
        """The lines of each student, looked at as a careful importer would."""
        cells, rows = lines_of(content)[0].count(",") + 1, rows_of(content)
        assert [*rows] == sorted(rows), f"{table} is not in order of student id"
        for student_id, lines in rows.items():
            assert len(lines) <= 1 or table[0] in SEVERAL_ROWS, f"{table} has a student twice"
            for row in csv.reader(lines, strict=True):
                assert len(row) == cells, (table, row)
                number = int(row[1].rpartition(" ")[2])
                newest = self.newest.get((table, student_id), 0)
                assert may_be_older or number >= newest, f"P2: {table} has {row} after {newest}"
                self.newest[table, student_id] = max(number, newest)
        return rows


def lines_of(content: bytes) -> list[str]:
    """The lines of a file that is whole."""
    *lines, rest = content.decode().split("\r\n")
    assert rest == "", "the file is cut off"
    return lines


def without(student_id: str, content: bytes) -> bytes:
    """The file without the student's lines."""
    return _those(content, lambda line: student_at(line) != student_id)


def only(student_id: str, content: bytes) -> bytes:
    """The file with the student's lines alone."""
    return _those(content, lambda line: student_at(line) == student_id)


def _those(content: bytes, is_wanted: Callable[[str], bool]) -> bytes:
    header, *rows = lines_of(content)
    return "".join(f"{line}\r\n" for line in (header, *filter(is_wanted, rows))).encode()


def student_at(line: str) -> str:
    return line.partition(",")[0]


def students_of(content: bytes) -> list[str]:
    return [*rows_of(content)]


def rows_of(content: bytes) -> dict[str, Lines]:
    """The lines of each student; none of one who was removed, whose First is blank."""
    rows = {}
    for student_id, lines in itertools.groupby(lines_of(content)[1:], student_at):
        assert student_id not in rows, f"{student_id} stands in two places"
        rows[student_id] = tuple(line for line in lines if line.split(",")[1])
    return rows


@dataclass
class Exchange:
    """The folder between us and the importer: what has to lie there, by which run, and what the
    importer has to know by it.

    `unsure` has the students of whom it may know something else: their row was not collected, was
    sent again, or came by a run that failed later.
    """

    importer: Importer
    files: dict[Table, bytes] = field(default_factory=dict)
    brought_by: dict[Table, str] = field(default_factory=dict)
    of_all: set[Table] = field(default_factory=set)
    unread: set[Table] = field(default_factory=set)
    sent_again: set[Table] = field(default_factory=set)
    expected: dict[Table, dict[str, Lines]] = field(default_factory=dict)
    unsure: dict[Table, set[str]] = field(default_factory=dict)

    def deliver(self, table: Table, content: bytes, run_id: str, *, of_all: bool) -> list[str]:
        """A file that an export brought; the students whom the importer will never see now."""
        missed = self._put(table, content, run_id)
        rows = rows_of(content)
        self.sent_again.discard(table)
        if of_all:
            self.of_all.add(table)
            self.expected[table], self.unsure[table] = rows, set()
        else:
            self.of_all.discard(table)
            self.expected.setdefault(table, {}).update(rows)
            self.unsure[table] -= rows.keys()
        return [student_id for student_id in missed if student_id not in rows]

    def send_again(self, table: Table, content: bytes, run_id: str) -> list[str]:
        """A file of an old run, by a person's decision."""
        missed = self._put(table, content, run_id)
        self.sent_again.add(table)
        self.unsure[table] |= self.expected.get(table, {}).keys() | {*students_of(content)}
        return missed

    def find_half_done(self, table: Table, content: bytes) -> list[str]:
        """A file of a run that came to its end before it had put down that it brought it."""
        missed = self._put(table, content, "")
        self.sent_again.discard(table)
        self.unsure[table] |= self.expected.get(table, {}).keys() | {*students_of(content)}
        return missed

    def _put(self, table: Table, content: bytes, run_id: str) -> list[str]:
        missed = students_of(self.files[table]) if table in self.unread else []
        self.unsure.setdefault(table, set()).update(missed)
        self.files[table], self.brought_by[table] = content, run_id
        self.unread.add(table)
        return missed

    def look(self) -> None:
        """The importer's hour."""
        assert self.importer.files() == self.files
        self.importer.look(self.of_all, self.sent_again)
        self.unread.clear()
        if self.importer.removes:
            self.files.clear()
            self.brought_by.clear()

    def compare(self, year: int, exported_or_removed: Iterable[str]) -> None:
        """What the importer knows of these students, and of whole files of all."""
        told = {*exported_or_removed}
        for table, rows in self.expected.items():
            if table[1] == year and table not in self.unread:
                known, unsure = self.importer.tables.get(table, {}), self.unsure[table]
                for student_id in rows.keys() & told - unsure:
                    assert known.get(student_id, ()) == rows[student_id], (table, student_id)
                if table in self.of_all and not unsure:
                    assert known == {one: lines for one, lines in rows.items() if lines}, table
