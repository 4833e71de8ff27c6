"""A random day's mappings, and what each makes of a student by the rules of docs/mapping.md."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

GRADES = {"K": "0", "1": "1", "PK": "-1"}
LONGEST_CONTACT = 5
STUDENTS_FILE, ROSTER_FILE, CONTACTS_FILE = "students.csv", "roster.csv", "contacts.csv"
SEVERAL_ROWS = {CONTACTS_FILE}
"""Where a student may have several rows."""

type Reason = tuple[str, str, str]
"""File, column and rule."""

type Rows = dict[str, list[str]]
"""The lines of a student in each file with any, in the order of the files."""


class File(NamedTuple):
    """Name and header, and whether it has all students."""

    name: str
    header: str
    of_all: bool


@dataclass(frozen=True)
class Terms:
    """A mapping, by what may change in a day.

    Which grades have a code, and what is done without one; a grade without a row in a file; whether
    a locker may stand there twice; the contents of a second file, if there is one; whether there is
    one of contacts; whether removed students have a row, and ids have to be `numeric`.
    """

    coded: tuple[str, ...] = tuple(GRADES)
    unmatched: str = "hold"
    without: str = ""
    unique: bool = False
    roster: str = ""
    roster_without: str = ""
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
        for file, without in ((students, self.without), (roster, self.roster_without)):
            if without:
                file["where"] = [{"field": "students.grade", "not_equal": without}]
            if self.removals:
                file["removals"] = "row"
                file["fields"] = [*file["fields"], direct("registration.removed_at", "Removed")]
        return {
            "files": [students, *[roster] * bool(self.roster), *[contacts] * bool(self.contacts)]
        }

    @property
    def files(self) -> list[File]:
        removed = ",Removed" if self.removals else ""
        files = [File(STUDENTS_FILE, f"ID,First,Grade,Locker{removed}", of_all=False)]
        if self.roster:
            files.append(File(ROSTER_FILE, f"ID,First{removed}", self.roster == "all"))
        if self.contacts:
            files.append(File(CONTACTS_FILE, "ID,First,Order,Contact", of_all=False))
        return files

    def rows(self, data: Mapping[str, Any]) -> Rows:
        """The lines of a student in every file, were there nothing wrong."""
        grade, removed = data["grade"], "," if self.removals else ""
        first = f'"{data["fname"]}"' if "," in data["fname"] else data["fname"]
        begin = f"{data['id']},{first}"
        code = GRADES[grade] if grade in self.coded else grade
        rows: Rows = {}
        if grade != self.without:
            rows[STUDENTS_FILE] = [f"{begin},{code},{data['locker']}{removed}"]
        if self.roster and grade != self.roster_without:
            rows[ROSTER_FILE] = [f"{begin}{removed}"]
        names = [entry["name"] for entry in data["contacts"]]
        if self.contacts and any(names):
            numbered = enumerate(names, 1)
            rows[CONTACTS_FILE] = [f"{begin},{number},{name}" for number, name in numbered if name]
        return rows

    def problems(self, data: Mapping[str, Any], rows: Rows) -> list[Reason]:
        """What is wrong with the student's own rows."""
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
        """The row of a student who was removed, in each file that wants one, and what is wrong."""
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
