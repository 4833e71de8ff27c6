"""Maps students and writes the local files of one school year."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    MappedStudent,
    RowProblem,
    UnmatchedValue,
)
from registration_sync.domain.registrations.batches import Current, DueMark, arrived_at
from registration_sync.domain.registrations.ledger import (
    NO_TOTALS,
    Outcome,
    Totals,
    change_in_totals,
)
from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.domain.runs.run import MAX_HELD_GROUPS, MAX_HELD_LISTED, HeldGroup, HeldRow
from registration_sync.use_cases.exporting.output_file import OutputFile, WrittenFile
from registration_sync.use_cases.exporting.students import DueStudent
from registration_sync.use_cases.exporting.unique_values import UniqueValueIndex
from registration_sync.use_cases.ledger.run_index import index_text

MAX_DELIVERED_LISTED = 100
"""Students listed in a run record that are left out because they were delivered before."""


@dataclass(frozen=True, slots=True)
class EarlierExports:
    """`has`: an earlier export delivered a row of the student, and the file is not known to have
    been replaced before it was collected; `may_have`: it is not certain that none delivered one."""

    has: Callable[[Current], bool]
    may_have: Callable[[Current], bool]


UNKNOWN_EXPORTS = EarlierExports(has=lambda _: False, may_have=lambda _: True)


@dataclass(frozen=True, slots=True)
class WrittenYear:
    """The written files, and the outcomes of the students; counts are of students, not rows.

    `index` is described in run_index; `held_list` has a JSON line for each held student. `missing`
    counts marks without a snapshot: syncs that failed and were not repeated. `left_out` counts due
    students without a row by the mapping's conditions, or because an earlier export delivered them;
    of these, `left_out_as_delivered` would have been new students. `delivered_before` lists the
    first students without a row in a file of new students.
    `unmatched_totals` counts the values without
    a match code by (file, field), also those that `unmatched` does not list. `header_only` has the
    files without a row that may replace the last ones (`when_nothing_due`). `settled` counts
    students with an outcome, and `change` is the change of the year's totals. `oldest_due_at` is
    the earliest of the last syncs of the due students, None without any.
    """

    files: tuple[WrittenFile, ...]
    index: Path
    held_list: Path
    students: int
    removed: int
    missing: int
    held_count: int
    held: tuple[HeldRow, ...]
    held_groups: tuple[HeldGroup, ...]
    incomplete_full_file: bool
    left_out: int = 0
    delivered_before_count: int = 0
    delivered_before: tuple[str, ...] = ()
    left_out_as_delivered: int = 0
    unmatched: tuple[UnmatchedValue, ...] = ()
    unmatched_totals: Mapping[tuple[str, str], int] = field(default_factory=dict)
    header_only: tuple[WrittenFile, ...] = ()
    settled: int = 0
    change: Totals = NO_TOTALS
    oldest_due_at: dt.datetime | None = None


class _Held:
    """Collects the held students: the first for the run record, all of them in a local file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.rows: list[HeldRow] = []
        self._groups = Counter[tuple[str, str, str]]()
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, current: Current, problems: list[RowProblem], mark: DueMark | None) -> None:
        self.count += 1
        reasons = [asdict(problem) for problem in problems]
        line = {
            "student_id": current.student_id,
            "version": current.version,
            "due": mark is not None,
            "since": mark.since if mark and mark.holds(current) else "",
            "reasons": reasons,
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._groups.update({(one.file, one.field, one.rule) for one in problems})
        room = MAX_HELD_LISTED - len(self.rows)
        self.rows += [HeldRow(current.student_id, **reason) for reason in reasons[:room]]

    @property
    def groups(self) -> tuple[HeldGroup, ...]:
        found = self._groups.most_common(MAX_HELD_GROUPS)
        return tuple(HeldGroup(*reason, students) for reason, students in found)

    def close(self) -> None:
        self._file.close()


class _Year:
    """The files of a year, and the counts of students by outcome."""

    def __init__(self, compiled: CompiledMapping, folder: Path, earlier: EarlierExports) -> None:
        self._earlier = earlier
        self._delivered_before: list[str] = []
        self._delivered_before_count = self._left_out_as_delivered = 0
        self._full = [file.is_full for file in compiled.files]
        self._header_only = [file.header_only for file in compiled.files]
        self.students = self.removed = self.missing = self.left_out = self.due = 0
        self._oldest = ""
        self._changes: Counter[tuple[str, str]] = Counter()
        self._compiled = compiled
        self._has_new = compiled.has_new
        self._writes_removals = any(file.removals for file in compiled.files)
        self._names = [file.name for file in compiled.files]
        self._outputs = [
            OutputFile(file.name, folder / f"{number}.part", file.header)
            for number, file in enumerate(compiled.files)
        ]
        self._held = _Held(folder / "held.jsonl")
        self._claimed = UniqueValueIndex(folder / "claimed.sqlite")
        self._index_path = folder / "index.tsv"
        self._index = self._index_path.open("w", encoding="utf-8", newline="\n")

    def add(self, current: Current | None, mark: DueMark | None) -> None:
        if mark and current and (current.version < self._oldest or not self._oldest):
            self._oldest = current.version
        if current and current.snapshot is None:
            if mark:
                self._add_removed(current, mark)
            return
        self.due += mark is not None
        if current is None:
            self.missing += 1
        elif current.snapshot is not None:
            self._add_student(current, decode_snapshot(current.snapshot), mark)

    def _add_removed(self, current: Current, mark: DueMark) -> None:
        self.removed += 1
        mapped = MappedStudent((), [], [])
        is_sent = self._earlier.may_have(current)
        self.due += is_sent
        if is_sent and self._writes_removals:
            removed_at = arrived_at(current.version).isoformat(timespec="milliseconds")
            text = removed_at.replace("+00:00", "Z")
            mapped = self._compiled.map_removed(current.student_id, text)
        if mapped.problems:
            self._held.add(current, mapped.problems, mark)
        else:
            self._write(current, mapped, set(), self._settled(current, Outcome.REMOVED, mark))

    def _add_student(
        self, current: Current, registration: dict[str, Any], mark: DueMark | None
    ) -> None:
        delivered = self._has_new and self._earlier.has(current)
        mapped = self._compiled.map(registration, due=mark is not None, delivered=delivered)
        problems, present = mapped.problems, set[int]()
        if mapped.claims:
            problems, present = self._claimed.claim(current.student_id, mapped.claims, self._names)
        if problems:
            self._held.add(current, problems, mark)
            return
        if delivered and mark:
            self._delivered_before_count += 1
            if self._delivered_before_count <= MAX_DELIVERED_LISTED:
                self._delivered_before.append(current.student_id)
        if any(mapped.lines):
            self.students += 1
            outcome = self._settled(current, Outcome.EXPORTED, mark)
            self._write(current, mapped, present, outcome)
        elif mark or all(self._full):
            # A student who is not due keeps the row in a file of changes.
            self.left_out += mark is not None
            self._left_out_as_delivered += delivered and mark is not None
            self._write(current, mapped, present, self._settled(current, Outcome.LEFT_OUT, mark))

    def _settled(self, current: Current, outcome: Outcome, mark: DueMark | None) -> str:
        """Counts the outcome; returns "" for a student who was not due and had it already."""
        if mark is None and current.outcome == outcome:
            return ""
        self._changes[current.outcome, outcome] += 1
        return outcome

    def _write(
        self, current: Current, mapped: MappedStudent, present: set[int], outcome: str
    ) -> None:
        student = current.student_id, current.version, outcome
        written = False
        for number, lines in enumerate(mapped.lines):
            if number in present:
                continue  # the file has this row from an earlier student
            output = self._outputs[number]
            for line in lines:
                offset = output.add_row(line)
                self._index.write(index_text(*student, number, offset, len(line), output.rows))
                written = True
        if outcome and not written:
            self._index.write(index_text(*student))

    def close(self) -> None:
        """Closes every file, also if one of them cannot be written: an open file keeps its space
        on the disk."""
        with ExitStack() as closing:
            for close in (self._held.close, self._claimed.close, self._index.close):
                closing.callback(close)
            for output in self._outputs:
                closing.callback(output.close)

    def finish(self) -> WrittenYear:
        self.close()
        finished = [output.finish() for output in self._outputs]
        return WrittenYear(
            files=tuple(
                file
                for file, is_full in zip(finished, self._full, strict=True)
                if file.rows or (is_full and self.due)
            ),
            index=self._index_path,
            held_list=self._held.path,
            students=self.students,
            removed=self.removed,
            missing=self.missing,
            held_count=self._held.count,
            held=tuple(self._held.rows),
            held_groups=self._held.groups,
            incomplete_full_file=self._held.count > 0 and any(self._full),
            left_out=self.left_out,
            delivered_before_count=self._delivered_before_count,
            delivered_before=tuple(self._delivered_before),
            left_out_as_delivered=self._left_out_as_delivered,
            unmatched=self._compiled.unmatched.values(),
            unmatched_totals=self._compiled.unmatched.totals,
            header_only=tuple(
                file
                for file, wanted in zip(finished, self._header_only, strict=True)
                if wanted and not file.rows
            ),
            settled=self._changes.total(),
            change=change_in_totals(self._changes),
            oldest_due_at=arrived_at(self._oldest) if self._oldest else None,
        )


def write_files(
    students: Iterable[DueStudent],
    *,
    compiled: CompiledMapping,
    folder: Path,
    check: Callable[[], None],
    earlier: EarlierExports = UNKNOWN_EXPORTS,
) -> WrittenYear:
    """Writes every file that has a row, and a full file that a removal has emptied; `students` are
    in order of student id. A removal is written only for a student that an earlier export may have
    delivered.

    `check` is called repeatedly, and may raise to end the work. Raises Unavailable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    year = _Year(compiled, folder, earlier)
    try:
        for count, (mark, current) in enumerate(students):
            if count % 1000 == 0:
                check()
            year.add(current, mark)
    finally:
        year.close()
    return year.finish()
