"""A model of the service without a database: the outcome of every student by the promised rules.

The random day reports syncs and runs to the model, and compares the API's responses and the bytes
on the server with it.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.functional.random_day.mapping_variants import STUDENTS_FILE, MappingVariant, Reason, Rows


@dataclass(frozen=True)
class DeliveredRow:
    """A student's row in a delivered file."""

    file: str
    row: int
    line: str


type Version = tuple[int, str, int]
"""The time, request and index of a sync, which order the syncs."""


@dataclass
class Student:
    """A student in a year; `data` is None if removed. `is_new_again`: the file of new students that
    had the student was not collected."""

    version: Version
    data: dict[str, Any] | None
    reasons: list[Reason] | None = None
    since: str = ""
    outcome: str = ""
    run_id: str = ""
    is_new_again: bool = False
    delivered_rows: list[DeliveredRow] = field(default_factory=list)
    checksums: dict[str, str] = field(default_factory=dict)

    @property
    def request_id(self) -> str:
        return self.version[1]


@dataclass
class Plan:
    """The expected export of a year's `batch`: `full_files` names the full files, `written` has the
    lines of each file, `unmatched` counts values without a code, `unsent` has the removed students
    who were never delivered. `is_uncertain`: an earlier run may have delivered any student."""

    variant: MappingVariant
    batch: frozenset[str]
    full_files: frozenset[str]
    is_uncertain: bool = False
    unsent: set[str] = field(default_factory=set)
    written: Rows = field(default_factory=dict)
    lines: dict[str, list[DeliveredRow]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[Reason]] = field(default_factory=dict)
    lockers: set[str] = field(default_factory=set)
    left_out: int = 0
    delivered_before: int = 0
    missing: int = 0
    unmatched: int = 0

    def add(self, student_id: str, student: Student) -> None:
        """Writes the student's rows, or holds them all."""
        due = student_id in self.batch
        if student.data is None and not (student.run_id or self.is_uncertain):
            rows, reasons = {}, []
            self.unsent.add(student_id)
        elif student.data is None:
            rows, reasons = self.variant.removal(student_id, student.version[0])
        else:
            rows, reasons = self._rows(student, student.data, due=due)
        if reasons:
            self.held[student_id] = reasons
            return
        if due and student.data is not None:
            self.delivered_before += bool(self._without_delivered(student))
        delivered_rows = [self._write(name, line) for name, lines in rows.items() for line in lines]
        outcome = "exported" if delivered_rows else "left_out"
        if student.data is None:
            outcome = "removed"
        elif delivered_rows:
            self.lines[student_id] = delivered_rows
        else:
            self.left_out += due
        # A student who is not due and in no full file keeps the row in a file of changes.
        changes_outcome = bool(delivered_rows) or len(self.full_files) == len(self.variant.files)
        if due or (changes_outcome and student.outcome != outcome):
            self.outcomes[student_id] = outcome

    def _rows(
        self, student: Student, data: dict[str, Any], *, due: bool
    ) -> tuple[Rows, list[Reason]]:
        every = self.variant.rows(data)
        without = self._without_delivered(student)
        rows = {
            name: lines
            for name, lines in every.items()
            if name in self.full_files or (due and name not in without)
        }
        self.unmatched += self.variant.has_no_code(data, rows)
        reasons = self.variant.problems(data, rows)
        locker = data["locker"] if self.variant.unique and STUDENTS_FILE in rows else ""
        if locker and not reasons:
            if locker in self.lockers:
                reasons.append((STUDENTS_FILE, "Locker", "unique"))
            self.lockers.add(locker)
        return rows, reasons

    def _without_delivered(self, student: Student) -> set[str]:
        """The files of new students that lack the student, whom an earlier export delivered."""
        new = {file.name for file in self.variant.files if file.is_new} - self.full_files
        return new if student.run_id and not student.is_new_again else set()

    def _write(self, name: str, line: str) -> DeliveredRow:
        lines = self.written.setdefault(name, [])
        lines.append(line)
        return DeliveredRow(name, len(lines), line)

    @property
    def files(self) -> dict[str, bytes]:
        """The expected files; a full file exists even if a removal emptied it."""
        return {
            file.name: "".join(f"{line}\r\n" for line in (file.header, *lines)).encode()
            for file in self.variant.files
            if (lines := self.written.get(file.name, ()))
            or (file.name in self.full_files and self.batch - self.unsent)
        }

    @property
    def status(self) -> str:
        if self.held:
            return "partial"
        return "succeeded" if self.files else "nothing_to_export"

    @property
    def is_refused(self) -> bool:
        """A held student prevents the delivery of a full file."""
        return bool(self.full_files and self.held)


@dataclass
class Year:
    """A school year: its students and the due ids. An id in `due` that is not in `students` comes
    from a failed sync, or from a sync that is older than a removal of an unknown student: those
    removals are `tombstones`. `is_uncertain`: a run closed a batch and did not commit it."""

    students: dict[str, Student] = field(default_factory=dict)
    due: set[str] = field(default_factory=set)
    tombstones: dict[str, Version] = field(default_factory=dict)
    is_uncertain: bool = False
    last_export: tuple[str, int] | None = None

    def store(self, student_id: str, version: Version, data: dict[str, Any] | None) -> bool:
        """Stores a sync or a removal; returns whether it is the newest."""
        self.mark(student_id)
        if self.tombstones.get(student_id, version) > version:
            return False
        self.tombstones.pop(student_id, None)
        student = self.students.get(student_id)
        if student is None:
            self.students[student_id] = Student(version, data)
        elif student.version < version:
            student.version, student.data = version, data
        else:
            return False
        return True

    def mark(self, student_id: str) -> None:
        """Marks the student as due, which clears the reasons of a hold."""
        self.due.add(student_id)
        if student_id in self.students:
            self.students[student_id].reasons = None

    def renew(self, student_ids: set[str]) -> None:
        """Makes the students new for the files of new students."""
        for student_id in student_ids & self.students.keys():
            self.students[student_id].is_new_again = True

    def forget(self, student_id: str) -> None:
        """Erases the student."""
        self.due.discard(student_id)
        self.students.pop(student_id, None)
        self.tombstones.pop(student_id, None)

    def close_batch(self) -> frozenset[str]:
        """Closes the batch of due ids and returns it; later ids are in the next batch."""
        batch, self.due = frozenset(self.due), set()
        return batch

    def plan(self, variant: MappingVariant, batch: frozenset[str], *, is_full: bool) -> Plan:
        """Plans the export of the batch, and of all students for a full file."""
        full_files = frozenset(file.name for file in variant.files if is_full or file.is_full)
        plan = Plan(variant, batch, full_files, self.is_uncertain)
        removed = {one: Student(version, None) for one, version in self.tombstones.items()}
        if batch or is_full:
            for student_id in sorted({*batch, *(self.students if full_files else ())}):
                student = self.students.get(student_id) or removed.get(student_id)
                if student is None:
                    plan.missing += 1
                elif student.data is not None or student_id in batch:
                    plan.add(student_id, student)
        return plan

    def hold(self, student_id: str, reasons: list[Reason]) -> None:
        if student_id in self.tombstones:
            self.students[student_id] = Student(self.tombstones.pop(student_id), None)
        student = self.students[student_id]
        if student.reasons is None:
            student.since = ""
        student.reasons = reasons
        self.due.add(student_id)

    def commit(self, plan: Plan, run_id: str) -> None:
        checksums = {
            name: hashlib.sha256(content).hexdigest() for name, content in plan.files.items()
        }
        self.is_uncertain = False
        for student_id, outcome in plan.outcomes.items():
            if student_id in self.tombstones:
                continue
            student = self.students[student_id]
            student.outcome = "" if outcome == "removed" else outcome
            if student_id not in self.due:
                student.reasons = None
            if outcome == "exported":
                student.run_id, student.delivered_rows = run_id, plan.lines[student_id]
                student.is_new_again = False
                student.checksums = checksums
        if plan.lines:
            self.last_export = run_id, len(plan.lines)

    def status_of(self, student_id: str) -> str:
        student = self.students[student_id]
        is_due = student_id in self.due
        if is_due and student.reasons:
            return "held"
        if student.data is None:
            return "removed"
        return "due" if is_due else student.outcome

    def of_status(self, *wanted: str) -> list[str]:
        return [one for one in sorted(self.students) if self.status_of(one) in wanted]

    def counts(self) -> dict[str, int]:
        """The numbers of the year's status."""
        names = ("exported", "left_out", "held", "due")
        counts = {status: len(self.of_status(status)) for status in names}
        return {
            "synced": sum(counts.values()),
            **counts,
            "never_exported": len(self.never_exported()),
            "missing": len(self.due - self.students.keys() - self.tombstones.keys()),
        }

    def never_exported(self) -> list[str]:
        """The students without an exported row; a held removal does not count."""
        students = self.students
        waiting = self.of_status("due", "held")
        return [one for one in waiting if students[one].data and not students[one].run_id]
