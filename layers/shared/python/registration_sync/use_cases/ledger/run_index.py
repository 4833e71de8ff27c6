"""The index of a run's year: the outcome of each student, and the positions of the rows.

It has a tab-separated line for each row, in order of student id, and one for each student with an
outcome but no row. It is archived with the files; receipts and totals are made from it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class IndexLine(NamedTuple):
    """A row of a student: the number of its file, offset and length in bytes including the line
    ending, and the number of the row, from 1 after the header. A student without a row has one
    line with length 0.

    `outcome` is an Outcome, or empty if the run did not change it: a student who was not due, in a
    full file.
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
    """The line as text; takes plain values, because every row of an export calls it."""
    return f"{student_id}\t{version}\t{outcome}\t{number}\t{offset}\t{length}\t{row}\n"


def index_name(last_batch: int) -> str:
    """The file name in the year's folder of the archive. It contains the batch, which is different
    for each attempt: a late upload of an interrupted attempt must not replace the index of its
    successor."""
    return f"index-{last_batch}.tsv"


def index_lines(index: Path) -> Iterator[IndexLine]:
    with index.open(encoding="utf-8") as lines:
        for line in lines:
            student_id, version, outcome, *numbers = line.rstrip("\n").split("\t")
            yield IndexLine(student_id, version, outcome, *map(int, numbers))


def index_rows(index: Path) -> Iterator[IndexLine]:
    """The lines that have a row."""
    return (line for line in index_lines(index) if line.length)


def settled_students(index: Path, after: str = "") -> Iterator[tuple[str, str]]:
    """Each student with an outcome of the run, in order of student id; those that sort after
    `after`. A student's lines have the same outcome."""
    before = after
    with index.open(encoding="utf-8") as lines:
        for line in lines:
            student_id, _, outcome, _ = line.split("\t", 3)
            if student_id > before:
                before = student_id
                if outcome:
                    yield student_id, outcome
