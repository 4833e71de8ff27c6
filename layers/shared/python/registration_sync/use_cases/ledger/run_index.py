"""The index of a run's year: what became of each student, and where in the files the rows stand.

A tab-separated line for each row, in order of student id, and one for each student whom the run
settled without a row. It is kept with the files, and is all that receipts and the books read.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from registration_sync.domain.errors import NotFound
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.ports.archive import Archive


class IndexLine(NamedTuple):
    """A row of a student: the number of its file, offset and length in bytes with the line end,
    and its place in the file, from 1 and without the header. A student without a row has one line
    with length 0.

    `outcome` says what the run did with the student (an Outcome); it is empty where that changed
    nothing: a student who was not due, once more in a file of all students.
    """

    student_id: str
    version: str
    outcome: str
    number: int = 0
    offset: int = 0
    length: int = 0
    row: int = 0

    def text(self) -> str:
        return index_text(*self)


def index_text(
    student_id: str,
    version: str,
    outcome: str,
    number: int = 0,
    offset: int = 0,
    length: int = 0,
    row: int = 0,
) -> str:
    """The line; of plain values, as it is written for each row of an export."""
    return f"{student_id}\t{version}\t{outcome}\t{number}\t{offset}\t{length}\t{row}\n"


def index_name(last_batch: int) -> str:
    """Its name in the year's folder of the archive. With the batch, which each attempt closes
    anew: what a dead one still has in flight must not replace its successor's."""
    return f"index-{last_batch}.tsv"


def index_lines(index: Path) -> Iterator[IndexLine]:
    with index.open(encoding="utf-8") as lines:
        for line in lines:
            student_id, version, outcome, *numbers = line.rstrip("\n").split("\t")
            yield IndexLine(student_id, version, outcome, *map(int, numbers))


def index_rows(index: Path) -> Iterator[IndexLine]:
    """The lines that stand for a row."""
    return (line for line in index_lines(index) if line.length)


def settled_students(index: Path) -> Iterator[tuple[str, str]]:
    """Each student with whom the run did something, and the outcome."""
    for student_id, lines in groupby(index_lines(index), key=attrgetter("student_id")):
        outcome = next(lines).outcome
        if outcome:
            yield student_id, outcome


def fetched_index(
    connection_id: str,
    school_year: int,
    entry: LedgerEntry,
    *,
    archive: Archive,
    workspace: Path,
) -> Path | None:
    """The index of the entry's run on our disk; None where it is no longer kept. Raises
    Unavailable."""
    name = f"{school_year}/{index_name(entry.last)}"
    target = workspace / f"fetched-{name.replace('/', '-')}"
    workspace.mkdir(parents=True, exist_ok=True)
    try:
        archive.fetch(connection_id, entry.run_id, name, target)
    except NotFound:
        return None
    return target
