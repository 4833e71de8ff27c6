"""The mappings of a random day, and the rows that each should write by docs/mapping.md."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

GRADES = {"K": "0", "1": "1", "PK": "-1"}
LONGEST_CONTACT = 5
STUDENTS_FILE, ROSTER_FILE, CONTACTS_FILE = "students.csv", "roster.csv", "contacts.csv"
FILES_WITH_SEVERAL_ROWS = {CONTACTS_FILE}
"""The files in which a student may have several rows."""

type Reason = tuple[str, str, str]
"""File, column and rule."""

type Rows = dict[str, list[str]]
"""A student's lines by file, in the order of the files; without files that have none."""


class File(NamedTuple):
    """Name, header, and whether the file is full, or of new students only."""

    name: str
    header: str
    is_full: bool
    is_new: bool = False


@dataclass(frozen=True)
class MappingVariant:
    """The settings of a mapping that vary.

    `coded` are the grades with a code, `unmatched` is the action without one. Students of the
    omitted grades have no row in the students file or the roster. `unique` lockers may occur once.
    `roster` is the contents of a second file, or "" without one; `contacts` adds a third. Removed
    students have a row if `removals`; ids must be `numeric`.
    """

    coded: tuple[str, ...] = tuple(GRADES)
    unmatched: str = "hold"
    omitted_grade: str = ""
    unique: bool = False
    roster: str = ""
    roster_omitted_grade: str = ""
    contacts: bool = False
    removals: bool = False
    numeric: bool = False

    def definition(self) -> dict[str, Any]:
        pattern = {"pattern": "[0-9]+"} if self.numeric else {}
        student_id = direct("registration.student_id", "ID", required=True)
        first = direct("students.fname", "First")
        grade = {
            "from": "students.grade",
            "mapping_type": "match_codes",
            "codes": {name: GRADES[name] for name in self.coded},
            "unmatched": self.unmatched,
            "to": "Grade",
        }
        locker = direct("students.locker", "Locker", unique=self.unique)
        students: dict[str, Any] = {
            "name": "students",
            "fields": [student_id | pattern, first, grade, locker],
        }
        roster = {"name": "roster", "fields": [student_id, first], "contents": self.roster}
        contact = direct("entry.name", "Contact", max_length=LONGEST_CONTACT)
        contacts = {
            "name": "contacts",
            "rows": {"each": "students.contacts"},
            "fields": [student_id, first, direct("row.number", "Order"), contact],
        }
        for file, omitted_grade in (
            (students, self.omitted_grade),
            (roster, self.roster_omitted_grade),
        ):
            if omitted_grade:
                file["where"] = [{"field": "students.grade", "not_equal": omitted_grade}]
            if self.removals:
                file["removals"] = "row"
                file["fields"] = [*file["fields"], direct("registration.removed_at", "Removed")]
        return {
            "files": [students, *[roster] * bool(self.roster), *[contacts] * bool(self.contacts)]
        }

    @property
    def files(self) -> list[File]:
        removed = ",Removed" if self.removals else ""
        files = [File(STUDENTS_FILE, f"ID,First,Grade,Locker{removed}", is_full=False)]
        if self.roster:
            is_full, is_new = self.roster == "all", self.roster == "new"
            files.append(File(ROSTER_FILE, f"ID,First{removed}", is_full, is_new))
        if self.contacts:
            files.append(File(CONTACTS_FILE, "ID,First,Order,Contact", is_full=False))
        return files

    def rows(self, data: Mapping[str, Any]) -> Rows:
        """The lines of a student in every file, if no check fails."""
        grade, removed = data["grade"], "," if self.removals else ""
        first = f'"{data["fname"]}"' if "," in data["fname"] else data["fname"]
        begin = f"{data['id']},{first}"
        code = GRADES[grade] if grade in self.coded else grade
        rows: Rows = {}
        if grade != self.omitted_grade:
            rows[STUDENTS_FILE] = [f"{begin},{code},{data['locker']}{removed}"]
        if self.roster and grade != self.roster_omitted_grade:
            rows[ROSTER_FILE] = [f"{begin}{removed}"]
        names = [entry["name"] for entry in data["contacts"]]
        if self.contacts and any(names):
            numbered = enumerate(names, 1)
            rows[CONTACTS_FILE] = [f"{begin},{number},{name}" for number, name in numbered if name]
        return rows

    def problems(self, data: Mapping[str, Any], rows: Rows) -> list[Reason]:
        """The failed checks of the student's rows."""
        problems = self._problems_of_id(data["id"], rows)
        if self.has_no_code(data, rows) and self.unmatched == "hold":
            problems.append((STUDENTS_FILE, "Grade", "match_codes"))
        names = (entry["name"] for entry in data["contacts"])
        if CONTACTS_FILE in rows and any(len(name) > LONGEST_CONTACT for name in names):
            problems.append((CONTACTS_FILE, "Contact", "max_length"))
        return problems

    def has_no_code(self, data: Mapping[str, Any], rows: Rows) -> bool:
        return STUDENTS_FILE in rows and data["grade"] not in self.coded

    def removal(self, student_id: str, at_ms: int) -> tuple[Rows, list[Reason]]:
        """The rows of a removed student in files with removals, and the failed checks."""
        if not self.removals:
            return {}, []
        at = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).isoformat(timespec="milliseconds")
        rows = {
            file.name: [f"{student_id}{',' * file.header.count(',')}{at.replace('+00:00', 'Z')}"]
            for file in self.files
            if file.header.endswith(",Removed")
        }
        return rows, self._problems_of_id(student_id, rows)

    def _problems_of_id(self, student_id: str, rows: Rows) -> list[Reason]:
        is_wrong = self.numeric and not re.fullmatch("[0-9]+", student_id)
        return [(STUDENTS_FILE, "ID", "pattern")] if is_wrong and STUDENTS_FILE in rows else []


def direct(source: str, to: str, **more: object) -> dict[str, Any]:
    return {"from": source, "mapping_type": "direct", "to": to} | more
