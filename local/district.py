"""Registrations to try the service with: a made-up district, or those of a CSV file.

Both in the shape of `POST /connections/{id}/registrations`.
"""

import csv
import datetime as dt
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

APPROVED = "Registration Approved"

type Registration = dict[str, Any]

_FIRST = ("Ava", "Ben", "Chloé", "Dae-Jung", "Elena", "Farid", "Grace", "Hugo", "Inés", "José")
_LAST = ("Adams", "Brandt", "Chen", "Díaz", "Evans", "García", "Ito", "Jones", "Nguyen", "Okafor")
_STREETS = ("Main St", "Center Ave", "Fair Oaks Dr", "Periwinkle St", "Town Line Rd")
_GRADES = ("PK", "K", *(str(grade) for grade in range(1, 13)))


class UnreadableFile(Exception):
    """The file of registrations cannot be used; the message says what to change."""


def this_school_year(today: dt.date) -> int:
    """The start year: from July on, the present one."""
    return today.year if today.month >= 7 else today.year - 1


def made_up_district(year: int, *, students: int = 600, seed: int = 7) -> list[Registration]:
    """Registrations of a school year and the next, the same for the same seed.

    Among them what CSV files and SISes stumble over, and one that is not approved.
    """
    chance = random.Random(seed)  # noqa: S311  # made-up people
    registrations = [
        _made_up(chance, number, year + (number % 5 == 0)) for number in range(1, students + 1)
    ]
    for registration, changes in zip(registrations, _HARD_CASES, strict=False):
        for path, value in changes.items():
            group, name = path.split(".")
            registration["data"][group][name] = value
    registrations[len(_HARD_CASES)]["status"] = "In Processing"
    return registrations


_HARD_CASES: tuple[dict[str, str], ...] = (
    {"students.lname": "O'Brien", "students.fname": "José"},
    {"students.notes": 'Says "hi", then leaves'},
    {"students.notes": "First line\nSecond line"},
    {"household.street": "12 Main St, Apt 4", "household.zip": "06520"},
    {"students.notes": "", "household.email": "", "household.street": ""},
    {"students.lname": "Nguyễn-Østergård", "students.notes": "=1+1"},
    {"students.notes": "1e5"},
)


def _made_up(chance: random.Random, number: int, year: int) -> Registration:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    student_id = f"{number * 37:06}"  # leading zeros, and in no order of names
    grade = chance.randrange(len(_GRADES))
    born = dt.date(year - 4 - grade, 1, 1) + dt.timedelta(days=chance.randrange(365))
    return {
        "registration_id": f"R-{year}-{student_id}",
        "student_id": student_id,
        "school_year": year,
        "status": APPROVED,
        "data": {
            "students": {
                "id": student_id,
                "fname": first,
                "lname": last,
                "dob": born.isoformat(),
                "grade": _GRADES[grade],
                "gender": chance.choice(("Male", "Female", "Nonbinary")),
                "notes": "",
            },
            "household": {
                "street": f"{chance.randrange(1, 999)} {chance.choice(_STREETS)}",
                "city": "Anytown",
                "zip": f"{chance.randrange(501, 99951):05}",
                "email": f"{first}.{last}@example.org",
            },
        },
    }


# A file of registrations


def field_path(column: str) -> str:
    """A column's field: one without a dot is a student's."""
    return column if "." in column else f"students.{column}"


def columns_of(file: Path) -> list[str]:
    """The file's header. Raises UnreadableFile."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        try:
            header = next(csv.reader(lines), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise UnreadableFile(f"{file} is not CSV in UTF-8: {error}.") from None
    if "" in header or len(set(header)) < len(header) or not header:
        raise UnreadableFile(f"{file} needs a header with a different name for each column.")
    return header


def registrations_of(file: Path, *, school_year: int) -> Iterator[Registration]:
    """The file's rows as approved registrations; the header holds field paths.

    The student's id is the column student_id or id; the year is the column school_year, else
    `school_year`. Raises UnreadableFile.
    """
    columns = columns_of(file)
    names = {field_path(column): column for column in columns}
    id_column = names.get("students.student_id") or names.get("students.id")
    if id_column is None:
        raise UnreadableFile(f"{file} needs a column student_id or id.")
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.reader(lines)
        next(rows)
        try:
            for number, row in enumerate(rows, start=2):
                if row:
                    where = f"Row {number} of {file}"
                    yield _registration(columns, row, id_column, school_year, where)
        except (UnicodeDecodeError, csv.Error) as error:
            raise UnreadableFile(f"{file} is not CSV in UTF-8: {error}.") from None


def _registration(
    columns: list[str], row: list[str], id_column: str, school_year: int, where: str
) -> Registration:
    if len(row) != len(columns):
        raise UnreadableFile(f"{where} has {len(row)} values, its header {len(columns)}.")
    values = dict(zip(columns, row, strict=True))
    year = _year(values["school_year"], where) if "school_year" in values else school_year
    student_id = values[id_column]
    return {
        "registration_id": f"R-{year}-{student_id}"[:64],
        "student_id": student_id,
        "school_year": year,
        "status": APPROVED,
        "data": _grouped({field_path(column): value for column, value in values.items()}, where),
    }


def _year(value: str, where: str) -> int:
    found = re.fullmatch(r"\s*([0-9]{4})(?:[-/][0-9]{2,4})?\s*", value)
    if not found:
        raise UnreadableFile(f"{where}: write the school year as its start year, such as 2025.")
    return int(found[1])


def _grouped(values: dict[str, str], where: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        place = data
        for group in groups:
            place = place.setdefault(group, {})
            if not isinstance(place, dict):
                raise UnreadableFile(f"{where}: {path} is both a value and a group of values.")
        if isinstance(place.get(name), dict):
            raise UnreadableFile(f"{where}: {path} is both a value and a group of values.")
        place[name] = value
    return data
