"""The books as the rules of the brief want them: what becomes of every student, without any table.

Syncs, runs and what they met are told to it; it says what the API has to answer and which bytes
have to lie on the server.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

GRADES = {"K": "0", "1": "1", "PK": "-1"}
STUDENTS_FILE, ROSTER_FILE = "students.csv", "roster.csv"

type Reason = tuple[str, str, str]
"""File, column and rule."""


@dataclass(frozen=True)
class Terms:
    """A mapping, by what may change in a day: which grades have a code, and what is done without
    one; a grade without a row in a file; whether a locker may stand there twice; and the contents
    of a second file, if there is one."""

    coded: tuple[str, ...] = tuple(GRADES)
    unmatched: str = "hold"
    without: str = ""
    unique: bool = False
    roster: str = ""
    roster_without: str = ""

    def definition(self) -> dict[str, Any]:
        student_id = {"from": "students.id", "mapping_type": "direct", "to": "ID", "required": True}
        first = {"from": "students.fname", "mapping_type": "direct", "to": "First"}
        grade = {
            "from": "students.grade",
            "mapping_type": "match_codes",
            "codes": {name: GRADES[name] for name in self.coded},
            "unmatched": self.unmatched,
            "to": "Grade",
        }
        locker = {"from": "students.locker", "mapping_type": "direct", "to": "Locker"}
        if self.unique:
            locker["unique"] = True  # type: ignore[assignment]
        students = {"name": "students", "fields": [student_id, first, grade, locker]}
        roster = {"name": "roster", "fields": [student_id, first], "contents": self.roster}
        for file, without in ((students, self.without), (roster, self.roster_without)):
            if without:
                file["where"] = [{"field": "students.grade", "not_equal": without}]
        return {"files": [students, roster] if self.roster else [students]}

    @property
    def files(self) -> list[tuple[str, str, bool]]:
        """Name, header, and whether it has all students."""
        files = [(STUDENTS_FILE, "ID,First,Grade,Locker", False)]
        if self.roster:
            files.append((ROSTER_FILE, "ID,First", self.roster == "all"))
        return files


@dataclass(frozen=True)
class Place:
    """Where a student's row was delivered."""

    file: str
    row: int
    line: str
    sha256: str


@dataclass
class Student:
    """What is known of a student in a year; `data` None: removed. `version` orders the syncs."""

    version: tuple[int, str, int]
    data: dict[str, str] | None
    reasons: list[Reason] | None = None
    since: str = ""
    outcome: str = ""
    run_id: str = ""
    places: list[Place] = field(default_factory=list)

    @property
    def request_id(self) -> str:
        return self.version[1]


@dataclass
class Plan:
    """What an export of a year does: `unmatched` values without a code, `of_all` says whether one
    who is held keeps the year from going."""

    taken: frozenset[str]
    of_all: bool
    files: dict[str, bytes] = field(default_factory=dict)
    lines: dict[str, list[Place]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    held: dict[str, list[Reason]] = field(default_factory=dict)
    left_out: int = 0
    missing: int = 0
    unmatched: int = 0

    @property
    def status(self) -> str:
        if self.held:
            return "partial"
        return "succeeded" if self.files else "nothing_to_export"

    @property
    def refused(self) -> bool:
        return self.of_all and bool(self.held)


@dataclass
class Year:
    """A school year: who is there, and who is due. Of `due` who is not in `students`, a sync that
    failed has told no more than the id."""

    students: dict[str, Student] = field(default_factory=dict)
    due: set[str] = field(default_factory=set)
    last_export: tuple[str, int] | None = None

    def store(
        self, student_id: str, version: tuple[int, str, int], data: dict[str, str] | None
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
        of_all = [everyone or wants_all for _, _, wants_all in terms.files]
        plan = Plan(taken, any(of_all))
        if not taken and not everyone:
            return plan
        claimed: set[str] = set()
        lines: list[list[str]] = [[] for _ in of_all]
        for student_id in sorted({*taken, *(self.students if any(of_all) else ())}):
            student, due = self.students.get(student_id), student_id in taken
            if student is None:
                plan.missing += 1
            elif student.data is None:
                if due:
                    plan.outcomes[student_id] = "removed"
            else:
                wanted = [due or wants_all for wants_all in of_all]
                rows, reasons = self._rows(student.data, terms, wanted, plan, claimed)
                if reasons:
                    plan.held[student_id] = reasons
                else:
                    for number, row in rows.items():
                        lines[number].append(row)
                    self._settle(plan, student_id, rows, lines, due=due, all_files=all(of_all))
        for (name, header, _), of_file, wants_all in zip(terms.files, lines, of_all, strict=True):
            if of_file or (wants_all and taken):
                content = "".join(f"{line}\r\n" for line in (header, *of_file)).encode()
                plan.files[name] = content
        self._place(plan, terms)
        return plan

    def _rows(
        self,
        data: dict[str, str],
        terms: Terms,
        wanted: list[bool],
        plan: Plan,
        claimed: set[str],
    ) -> tuple[dict[int, str], list[Reason]]:
        rows: dict[int, str] = {}
        reasons: list[Reason] = []
        first = f'"{data["fname"]}"' if "," in data["fname"] else data["fname"]
        locker = data["locker"]
        if wanted[0] and data["grade"] != terms.without:
            if data["grade"] not in terms.coded:
                plan.unmatched += 1
                if terms.unmatched == "hold":
                    reasons.append((STUDENTS_FILE, "Grade", "match_codes"))
            if terms.unique and locker and not reasons:
                if locker in claimed:
                    reasons.append((STUDENTS_FILE, "Locker", "unique"))
                claimed.add(locker)
            grade = GRADES[data["grade"]] if data["grade"] in terms.coded else data["grade"]
            rows[0] = f"{data['id']},{first},{grade},{locker}"
        if terms.roster and wanted[1] and data["grade"] != terms.roster_without:
            rows[1] = f"{data['id']},{first}"
        return rows, reasons

    def _settle(
        self,
        plan: Plan,
        student_id: str,
        rows: dict[int, str],
        lines: list[list[str]],
        *,
        due: bool,
        all_files: bool,
    ) -> None:
        if rows:
            names = (STUDENTS_FILE, ROSTER_FILE)
            plan.lines[student_id] = [
                Place(names[number], len(lines[number]), row, "") for number, row in rows.items()
            ]
        elif due:
            plan.left_out += 1
        outcome = "exported" if rows else "left_out"
        if due or ((rows or all_files) and self.students[student_id].outcome != outcome):
            plan.outcomes[student_id] = outcome

    def _place(self, plan: Plan, terms: Terms) -> None:
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in plan.files.items()}
        for student_id, places in plan.lines.items():
            plan.lines[student_id] = [
                Place(place.file, place.row, place.line, sums[place.file]) for place in places
            ]

    def hold(self, student_id: str, reasons: list[Reason]) -> None:
        student = self.students[student_id]
        if student.reasons is None:
            student.since = ""
        student.reasons = reasons
        self.due.add(student_id)

    def commit(self, plan: Plan, run_id: str) -> None:
        for student_id, outcome in plan.outcomes.items():
            student = self.students[student_id]
            student.outcome = "" if outcome == "removed" else outcome
            if student_id not in self.due:
                student.reasons = None
            if outcome == "exported":
                student.run_id, student.places = run_id, plan.lines[student_id]
        if plan.lines:
            self.last_export = run_id, len(plan.lines)

    def status_of(self, student_id: str) -> str:
        student = self.students[student_id]
        if student.data is None:
            return "removed"
        if student_id in self.due:
            return "held" if student.reasons else "due"
        return student.outcome

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
        return [one for one in self.of_status("due", "held") if not self.students[one].run_id]
