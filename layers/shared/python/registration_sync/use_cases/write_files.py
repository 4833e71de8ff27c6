"""Reads who is due, maps them, and writes the files of one school year to our disk."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from registration_sync.domain.batches import Current, arrived_at_ms
from registration_sync.domain.compiled_mapping import (
    CompiledMapping,
    MappedStudent,
    RowProblem,
    UnmatchedValue,
)
from registration_sync.domain.export_run import HELD_LISTED, HeldRow
from registration_sync.domain.registration import decode_snapshot
from registration_sync.ports import RegistrationsTable
from registration_sync.use_cases.claim_values import ClaimedValues

BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file on our disk; `rows` without the header."""

    name: str
    source: Path
    rows: int
    bytes: int
    sha256: str

    @property
    def number(self) -> int:
        """Its place in the mapping, and its number in the index; a package has none."""
        return int(self.source.stem)


@dataclass(frozen=True, slots=True)
class WrittenYear:
    """What became of everyone due; students, not rows, are counted.

    `index` has a line for each row: student id, version, number of the file, offset and length of
    the line in bytes. `held_list` has a JSON line for each held student. `missing` counts marks
    without a snapshot: syncs that failed and were not repeated. `left_out` counts those due whom
    the mapping's conditions give no row in any file.
    """

    files: tuple[WrittenFile, ...]
    index: Path
    held_list: Path
    students: int
    removed: int
    missing: int
    held_count: int
    held: tuple[HeldRow, ...]
    held_of_all: bool
    left_out: int = 0
    unmatched: tuple[UnmatchedValue, ...] = ()


class _Output:
    """One file being written, with its checksum; lines are gathered into large writes."""

    def __init__(self, name: str, path: Path, header: bytes) -> None:
        self.name = name
        self.path = path
        self.rows = 0
        self.size = 0
        self._file: BinaryIO = path.open("wb")
        self._sha = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._add(header)

    def add_row(self, line: bytes) -> int:
        """The offset at which the line begins."""
        offset = self.size
        self._add(line)
        self.rows += 1
        return offset

    def _add(self, content: bytes) -> None:
        self._waiting.append(content)
        self._waiting_bytes += len(content)
        self.size += len(content)
        if self._waiting_bytes >= BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        content = b"".join(self._waiting)
        self._waiting, self._waiting_bytes = [], 0
        self._sha.update(content)
        self._file.write(content)

    def finish(self) -> WrittenFile:
        self.close()
        return WrittenFile(self.name, self.path, self.rows, self.size, self._sha.hexdigest())

    def close(self) -> None:
        if not self._file.closed:
            self._flush()
            self._file.close()


class _Held:
    """Gathers those left out: the first for the run's record, all of them on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.rows: list[HeldRow] = []
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, current: Current, problems: list[RowProblem], *, due: bool) -> None:
        self.count += 1
        reasons = [asdict(problem) for problem in problems]
        line = {
            "student_id": current.student_id,
            "version": current.version,
            "due": due,
            "reasons": reasons,
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        room = HELD_LISTED - len(self.rows)
        self.rows += [HeldRow(current.student_id, **reason) for reason in reasons[:room]]

    def close(self) -> None:
        self._file.close()


class _Year:
    """The outputs of a year, and the count of everyone who goes into them or does not."""

    def __init__(self, compiled: CompiledMapping, folder: Path) -> None:
        self.of_all = [file.all_students for file in compiled.files]
        self.students = self.removed = self.missing = self.left_out = self.due = 0
        self._compiled = compiled
        self._tells_removals = any(file.removals for file in compiled.files)
        self._names = [file.name for file in compiled.files]
        self._outputs = [
            _Output(file.name, folder / f"{number}.part", file.header)
            for number, file in enumerate(compiled.files)
        ]
        self._held = _Held(folder / "held.jsonl")
        self._claimed = ClaimedValues(folder / "claimed.sqlite")
        self._index_path = folder / "index.tsv"
        self._index = self._index_path.open("w", encoding="utf-8", newline="\n")

    def add(self, current: Current | None, *, due: bool) -> None:
        self.due += due
        if current is None:
            self.missing += 1
        elif current.snapshot is None:
            self.removed += due
            if due and self._tells_removals:
                self._add_removed(current)
        else:
            self._add_student(current, decode_snapshot(current.snapshot), due=due)

    def _add_removed(self, current: Current) -> None:
        moment = dt.datetime.fromtimestamp(arrived_at_ms(current.version) / 1000, dt.UTC)
        text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        mapped = self._compiled.map_removed(current.student_id, text)
        if mapped.problems:
            self._held.add(current, mapped.problems, due=True)
        else:
            self._write(current, mapped, set())

    def _add_student(self, current: Current, registration: dict[str, Any], *, due: bool) -> None:
        mapped = self._compiled.map(registration, due=due)
        problems, there = mapped.problems, set[int]()
        if mapped.claims:
            problems, there = self._claimed.claim(current.student_id, mapped.claims, self._names)
        if problems:
            self._held.add(current, problems, due=due)
        elif any(mapped.lines):
            self.students += 1
            self._write(current, mapped, there)
        else:
            self.left_out += due

    def _write(self, current: Current, mapped: MappedStudent, there: set[int]) -> None:
        for number, of_file in enumerate(mapped.lines):
            if number in there:
                continue  # an earlier student has brought this file's row
            for line in of_file:
                offset = self._outputs[number].add_row(line)
                self._index.write(
                    f"{current.student_id}\t{current.version}\t{number}\t{offset}\t{len(line)}\n"
                )

    def close(self) -> None:
        self._held.close()
        self._claimed.close()
        self._index.close()
        for output in self._outputs:
            output.close()

    def finish(self) -> WrittenYear:
        self.close()
        finished = [output.finish() for output in self._outputs]
        return WrittenYear(
            files=tuple(
                file
                for file, wants_all in zip(finished, self.of_all, strict=True)
                if file.rows or (wants_all and self.due)
            ),
            index=self._index_path,
            held_list=self._held.path,
            students=self.students,
            removed=self.removed,
            missing=self.missing,
            held_count=self._held.count,
            held=tuple(self._held.rows),
            held_of_all=self._held.count > 0 and any(self.of_all),
            left_out=self.left_out,
            unmatched=self._compiled.unmatched.values(),
        )


def write_files(
    connection_id: str,
    school_year: int,
    batches: range,
    *,
    compiled: CompiledMapping,
    table: RegistrationsTable,
    folder: Path,
    check: Callable[[], None],
) -> WrittenYear:
    """Writes every file that has a row, in order of student id; memory does not grow with them.

    A file of all students is also written without rows, where a removal emptied it. `check` is
    called again and again, and may raise to end the work. Raises Unavailable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    year = _Year(compiled, folder)
    stream = _all_students if any(year.of_all) else _due_students
    try:
        for count, (current, due) in enumerate(stream(connection_id, school_year, batches, table)):
            if count % 1000 == 0:
                check()
            year.add(current, due=due)
    finally:
        year.close()
    return year.finish()


def _due_students(
    connection_id: str, school_year: int, batches: range, table: RegistrationsTable
) -> Iterator[tuple[Current | None, bool]]:
    ids = (mark.student_id for mark in table.marks(connection_id, school_year, batches))
    for _, current in table.current(connection_id, school_year, ids):
        yield current, True


def _all_students(
    connection_id: str, school_year: int, batches: range, table: RegistrationsTable
) -> Iterator[tuple[Current | None, bool]]:
    """Everyone, and whether a mark says due; both streams come in order of student id."""
    marks = table.marks(connection_id, school_year, batches)
    mark = next(marks, None)
    for current in table.all_current(connection_id, school_year):
        while mark and mark.student_id < current.student_id:
            yield None, True
            mark = next(marks, None)
        due = mark is not None and mark.student_id == current.student_id
        yield current, due
        if due:
            mark = next(marks, None)
    while mark:
        yield None, True
        mark = next(marks, None)
