"""The books as the rules of the brief want them: what becomes of every student, without any table.

Syncs, runs and what they met are told to it; it says what the API has to answer and which bytes
have to lie on the server.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.functional.support.terms import STUDENTS_FILE, Reason, Rows, Terms


@dataclass(frozen=True)
class Place:
    """Where a student's row was delivered."""

    file: str
    row: int
    line: str


@dataclass
class Student:
    """What is known of a student in a year; `data` None: removed. `version` orders the syncs."""

    version: tuple[int, str, int]
    data: dict[str, Any] | None
    reasons: list[Reason] | None = None
    since: str = ""
    outcome: str = ""
    run_id: str = ""
    places: list[Place] = field(default_factory=list)
    sums: dict[str, str] = field(default_factory=dict)

    @property
    def request_id(self) -> str:
        return self.version[1]


@dataclass
class Plan:
    """What an export of a year does with those `taken`: `of_all` names the files of all students,
    `written` has the lines of each file, `unmatched` counts values without a code."""

    terms: Terms
    taken: frozenset[str]
    of_all: frozenset[str]
    written: Rows = field(default_factory=dict)
    lines: dict[str, list[Place]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[Reason]] = field(default_factory=dict)
    lockers: set[str] = field(default_factory=set)
    left_out: int = 0
    missing: int = 0
    unmatched: int = 0

    def add(self, student_id: str, student: Student) -> None:
        """Writes the student's rows, or holds them all."""
        due = student_id in self.taken
        if student.data is None:
            rows, reasons = self.terms.removal(student_id, student.version[0])
        else:
            rows, reasons = self._rows(student.data, due=due)
        if reasons:
            self.held[student_id] = reasons
            return
        places = [self._write(name, line) for name, lines in rows.items() for line in lines]
        outcome = "exported" if places else "left_out"
        if student.data is None:
            outcome = "removed"
        elif places:
            self.lines[student_id] = places
        else:
            self.left_out += due
        # Who is not due and in no file of all students keeps the row in a file of changes.
        goes_by_all = bool(places) or len(self.of_all) == len(self.terms.files)
        if due or (goes_by_all and student.outcome != outcome):
            self.outcomes[student_id] = outcome

    def _rows(self, data: dict[str, Any], *, due: bool) -> tuple[Rows, list[Reason]]:
        every = self.terms.rows(data)
        rows = {name: lines for name, lines in every.items() if due or name in self.of_all}
        self.unmatched += self.terms.has_no_code(data, rows)
        reasons = self.terms.problems(data, rows)
        locker = data["locker"] if self.terms.unique and STUDENTS_FILE in rows else ""
        if locker and not reasons:
            if locker in self.lockers:
                reasons.append((STUDENTS_FILE, "Locker", "unique"))
            self.lockers.add(locker)
        return rows, reasons

    def _write(self, name: str, line: str) -> Place:
        of_file = self.written.setdefault(name, [])
        of_file.append(line)
        return Place(name, len(of_file), line)

    @property
    def files(self) -> dict[str, bytes]:
        """A file of all students is there, too, if somebody's removal emptied it."""
        return {
            file.name: "".join(f"{line}\r\n" for line in (file.header, *lines)).encode()
            for file in self.terms.files
            if (lines := self.written.get(file.name, ()))
            or (file.name in self.of_all and self.taken)
        }

    @property
    def status(self) -> str:
        if self.held:
            return "partial"
        return "succeeded" if self.files else "nothing_to_export"

    @property
    def refused(self) -> bool:
        """One who is held keeps a file of all students from going."""
        return bool(self.of_all and self.held)


@dataclass
class Year:
    """A school year: who is there, and who is due. Of `due` who is not in `students`, a sync that
    failed has told no more than the id."""

    students: dict[str, Student] = field(default_factory=dict)
    due: set[str] = field(default_factory=set)
    last_export: tuple[str, int] | None = None

    def store(
        self, student_id: str, version: tuple[int, str, int], data: dict[str, Any] | None
    ) -> bool:
        """A sync or a removal; whether it is the newest."""
        self.mark(student_id)
        student = self.students.get(student_id)
        if student is None:
            self.students[student_id] = Student(version, data)
        elif student.version < version:
            student.version, student.data = version, data
        else:
            return False
        return True

    def mark(self, student_id: str) -> None:
        """Due, as synced: why it was held is forgotten."""
        self.due.add(student_id)
        if student_id in self.students:
            self.students[student_id].reasons = None

    def forget(self, student_id: str) -> None:
        """An erasure: as if the student had never been there."""
        self.due.discard(student_id)
        self.students.pop(student_id, None)

    def close(self) -> frozenset[str]:
        """Those whom a run takes; who comes later is for the next one."""
        taken, self.due = frozenset(self.due), set()
        return taken

    def plan(self, terms: Terms, taken: frozenset[str], *, everyone: bool) -> Plan:
        """What becomes of those taken, and of everyone for a file of all students."""
        of_all = frozenset(file.name for file in terms.files if everyone or file.of_all)
        plan = Plan(terms, taken, of_all)
        if taken or everyone:
            for student_id in sorted({*taken, *(self.students if of_all else ())}):
                student = self.students.get(student_id)
                if student is None:
                    plan.missing += 1
                elif student.data is not None or student_id in taken:
                    plan.add(student_id, student)
        return plan

    def hold(self, student_id: str, reasons: list[Reason]) -> None:
        student = self.students[student_id]
        if student.reasons is None:
            student.since = ""
        student.reasons = reasons
        self.due.add(student_id)

    def commit(self, plan: Plan, run_id: str) -> None:
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in plan.files.items()}
        for student_id, outcome in plan.outcomes.items():
            student = self.students[student_id]
            student.outcome = "" if outcome == "removed" else outcome
            if student_id not in self.due:
                student.reasons = None
            if outcome == "exported":
                student.run_id, student.places = run_id, plan.lines[student_id]
                student.sums = sums
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
        told = ("exported", "left_out", "held", "due")
        counts = {status: len(self.of_status(status)) for status in told}
        return {
            "synced": sum(counts.values()),
            **counts,
            "never_exported": len(self.never_exported()),
            "missing": len(self.due - self.students.keys()),
        }

    def never_exported(self) -> list[str]:
        """A removal that is held is of nobody who is still to come."""
        students = self.students
        waiting = self.of_status("due", "held")
        return [one for one in waiting if students[one].data and not students[one].run_id]
