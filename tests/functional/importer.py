"""The SIS's importer, which knows of us only the files on the server; and what it should know."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

type Table = tuple[str, int]
"""A file's name and its school year."""


@dataclass
class Importer:
    """Applies the files below `root`, `SCHOOL_YEAR/NAME`, as often as it is asked to.

    Rows are put over those of the same student; a file of all students is everybody. `removes`
    what it took, or leaves it. The last word of First counts the syncs, so that a row that goes
    back in time is seen.
    """

    root: Path
    removes: bool
    tables: dict[Table, dict[str, str]] = field(default_factory=dict)
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
            if table in of_all:
                self.tables[table] = rows
            else:
                self.tables.setdefault(table, {}).update(rows)
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

    def _rows(self, table: Table, content: bytes, *, may_be_older: bool) -> dict[str, str]:
        """The line of each student, looked at as a careful importer would."""
        header, *lines = lines_of(content)
        rows = {}
        for line in lines:
            (row,) = csv.reader([line], strict=True)
            assert len(row) == header.count(",") + 1, (table, line)
            student_id, number = row[0], int(row[1].rpartition(" ")[2])
            newest = self.newest.get((table, student_id), 0)
            assert may_be_older or number >= newest, f"P2: {table} has {line} after {newest}"
            self.newest[table, student_id] = max(number, newest)
            rows[student_id] = line
        assert [*rows] == sorted(rows), f"{table} is not in order of student id"
        assert len(rows) == len(lines), f"{table} has a student twice"
        return rows


def lines_of(content: bytes) -> list[str]:
    """The lines of a file that is whole."""
    *lines, rest = content.decode().split("\r\n")
    assert rest == "", "the file is cut off"
    return lines


def without(student_id: str, content: bytes) -> bytes:
    """The file without the student's line."""
    header, *rows = lines_of(content)
    left = [row for row in rows if row.partition(",")[0] != student_id]
    return "".join(f"{line}\r\n" for line in (header, *left)).encode()


def students_of(content: bytes) -> list[str]:
    return [line.partition(",")[0] for line in lines_of(content)[1:]]


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
    expected: dict[Table, dict[str, str]] = field(default_factory=dict)
    unsure: dict[Table, set[str]] = field(default_factory=dict)

    def deliver(self, table: Table, content: bytes, run_id: str, *, of_all: bool) -> list[str]:
        """A file that an export brought; the students whom the importer will never see now."""
        missed = self._put(table, content, run_id)
        rows = dict(zip(students_of(content), lines_of(content)[1:], strict=True))
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

    def compare(self, year: int, exported: Iterable[str]) -> None:
        """What the importer knows of students who are exported, and of whole files of all."""
        told = {*exported}
        for table, rows in self.expected.items():
            if table[1] == year and table not in self.unread:
                known, unsure = self.importer.tables.get(table, {}), self.unsure[table]
                for student_id in rows.keys() & told - unsure:
                    assert known[student_id] == rows[student_id], (table, student_id)
                if table in self.of_all and not unsure:
                    assert known == rows, table
