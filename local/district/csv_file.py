"""Registrations of a CSV file: its header holds field paths, its rows are students."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.district.registration import Registration, registration


class UnreadableFile(Exception):
    """The file of registrations cannot be used; the message says what to change."""


def field_path(column: str) -> str:
    """The field of a column; a name without a dot is a student's field."""
    return column if "." in column else f"students.{column}"


def trimmed(name: str) -> str:
    """A column's name without blanks and invisible characters at its ends."""
    return name.strip(" \t\r\n\xa0\u200b\ufeff")


def columns_of(file: Path) -> list[str]:
    """The file's column names, without blanks around them. Raises UnreadableFile."""
    header = [trimmed(name) for name in header_of(file)]
    if "" in header or len(set(header)) < len(header) or not header:
        raise UnreadableFile(f"{file} needs a header with a different name for each column.")
    return header


def header_of(file: Path) -> list[str]:
    """The file's header as it is. Raises UnreadableFile."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        try:
            return next(csv.reader(lines), [])
        except UnicodeDecodeError:
            raise _not_utf8(file) from None
        except csv.Error as error:
            raise UnreadableFile(f"{file} is not CSV: {error}.") from None


def _not_utf8(file: Path) -> UnreadableFile:
    content = file.read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"has the byte {content[error.start]:02X}, which is not UTF-8"
        return UnreadableFile(f"Line {line} of {file} {found}: save the file as UTF-8.")
    return UnreadableFile(f"{file} changed while it was read: try again.")


def registrations_of(file: Path, *, school_year: int) -> Iterator[Registration]:
    """The file's rows as approved registrations (see `numbered_registrations_of`)."""
    for _, one in numbered_registrations_of(file, school_year=school_year):
        yield one


def numbered_registrations_of(
    file: Path, *, school_year: int
) -> Iterator[tuple[int, Registration]]:
    """The file's rows as approved registrations, each with its first line in the file.

    The header has field paths. The student's id is the column student_id or id; the year is the
    column school_year, else `school_year`. Raises UnreadableFile.
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
            line = rows.line_num + 1
            for row in rows:
                if row:
                    where = f"Line {line} of {file}"
                    yield line, _registration(columns, row, id_column, school_year, where)
                line = rows.line_num + 1
        except UnicodeDecodeError:
            raise _not_utf8(file) from None
        except csv.Error as error:
            raise UnreadableFile(f"{file} is not CSV: {error}.") from None


def _registration(
    columns: list[str], row: list[str], id_column: str, school_year: int, where: str
) -> Registration:
    if len(row) != len(columns):
        raise UnreadableFile(f"{where} has {len(row)} values, its header {len(columns)}.")
    values = dict(zip(columns, row, strict=True))
    year = _year(values["school_year"], where) if "school_year" in values else school_year
    student_id = values[id_column]
    data = _grouped({field_path(column): value for column, value in values.items()}, where)
    return registration(year, student_id, data)


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
