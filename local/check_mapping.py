"""Checks a mapping file and shows the mapped values of registrations, without a stack.

python -m local.check_mapping FILE.yaml [--registrations FILE.csv] [--school-year YEAR]
"""

import argparse
import datetime as dt
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched, chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.district import (
    UnreadableFile,
    header_of,
    made_up_district,
    numbered_registrations_of,
    this_school_year,
    trimmed,
)
from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import Mapping, parse_mapping
from registration_sync.domain.mapping.definition.warnings import KnownFields, mapping_warnings
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text
from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.domain.registrations.registration import (
    APPROVED,
    Registration,
    decode_snapshot,
    encode_snapshot,
)
from registration_sync.domain.registrations.sync_request import parse_sync_request
from registration_sync.use_cases.exporting.write_files import write_files

MAX_STUDENTS_SHOWN = 2
MAX_WIDTH = 110
BATCH_SIZE = 500


def main() -> None:
    arguments = _arguments()
    try:
        definition = _definition(arguments.mapping)
        mapping = parse_mapping(definition)
        year = arguments.school_year or this_school_year(dt.datetime.now().astimezone().date())
        notes: list[str] = []
        students = _students(arguments.registrations, year, notes)
    except (InvalidRequest, UnreadableFile) as error:
        sys.exit(_error_text(arguments.mapping, error))
    fields = sum(len(file.mapped_fields) for file in mapping.files)
    print(f"{arguments.mapping}: {len(mapping.files)} files, {fields} fields, no mistake found.")
    _show_list("Registrations:", notes)
    warnings = mapping_warnings(definition, _known_fields(students.values()))
    _show_list("Warnings:", [f"{one.path}: {one.message}" for one in warnings])
    held = [_show(mapping, year, of_year) for year, of_year in sorted(students.items())]
    sys.exit(1 if any(held) else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mapping", type=Path, help="YAML or JSON")
    parser.add_argument("--registrations", type=Path, help="CSV with field paths in its header")
    parser.add_argument("--school-year", type=int, help="start year, if the file has none")
    return parser.parse_args()


def _definition(file: Path) -> Any:
    if not file.is_file():
        raise UnreadableFile(f"There is no file {file}.")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8 text: {error}.") from None
    return read_mapping_text(text)


def _students(file: Path | None, year: int, notes: list[str]) -> dict[int, list[Current]]:
    """Each school year's registrations as stored snapshots, in order of student id.

    As in the service, a later row with the same id replaces an earlier one.
    """
    students: dict[int, dict[str, Current]] = {}
    lines: dict[tuple[int, str], int] = {}
    for part in batched(_numbered(file, year, notes), BATCH_SIZE):
        for line, one in zip([line for line, _ in part], _parsed(part), strict=True):
            stored = encode_snapshot(one, f"{one.school_year}-08-01T12:00:00.000Z")
            if not isinstance(stored, bytes):
                raise UnreadableFile(f"Line {line}: {stored.message}")
            student = one.school_year, one.student_id
            if student in lines:
                notes.append(
                    f"Line {line} has the same student id as line {lines[student]} and replaces it."
                )
            lines[student] = line
            of_year = students.setdefault(one.school_year, {})
            of_year[one.student_id] = Current(one.student_id, "", 1, stored)
    return {year: [found[student] for student in sorted(found)] for year, found in students.items()}


def _numbered(
    file: Path | None, year: int, notes: list[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The approved registrations, each with its line in the file."""
    if file is None:
        sent: Iterable[tuple[int, Any]] = enumerate(made_up_district(year), 2)
    elif not file.is_file():
        raise UnreadableFile(f"There is no file {file}.")
    else:
        notes += [
            f'The header "{name}" has blanks around it: read as "{trimmed(name)}".'
            for name in header_of(file)
            if name != trimmed(name)
        ]
        sent = numbered_registrations_of(file, school_year=year)
    return ((line, one) for line, one in sent if one["status"] == APPROVED)


def _parsed(part: Sequence[tuple[int, dict[str, Any]]]) -> list[Registration]:
    """The registrations as the service reads them; problems name the line instead of the index."""
    try:
        body = json.dumps({"registrations": [one for _, one in part]})
        return list(parse_sync_request(body).registrations)
    except InvalidRequest as error:
        problems = [
            Problem(
                re.sub(
                    r"^registrations\[(\d+)\]",
                    lambda found: f"line {part[int(found[1])][0]}",
                    one.path,
                ),
                one.message,
            )
            for one in error.problems
        ]
        raise InvalidRequest("The registrations have mistakes.", problems=problems) from None


def _known_fields(students: Iterable[Sequence[Current]]) -> KnownFields:
    known = KnownFields()
    for student in chain.from_iterable(students):
        known.add(decode_snapshot(student.snapshot or b"")["data"])
    return known


def _show(mapping: Mapping, school_year: int, students: Sequence[Current]) -> int:
    """Prints the result of an export of the students; returns the number of held students."""
    run = RunContext(dt.datetime.now(dt.UTC), ZoneInfo("UTC"), school_year)
    compiled = compile_mapping(mapping, run)
    for student in students[:MAX_STUDENTS_SHOWN]:
        _show_student(compiled, student)
    with tempfile.TemporaryDirectory() as folder:
        due = ((DueMark(student.student_id), student) for student in students)
        written = write_files(
            due, compiled=compile_mapping(mapping, run), folder=Path(folder), check=lambda: None
        )
    files = ", ".join(f"{file.name} {file.rows} rows" for file in written.files) or "no file"
    print(f"\n{school_year}: {len(students)} registrations: {files}.")
    if written.held_count:
        print(f"Needs attention: {written.held_count}.")
    if written.left_out:
        print(f"Filtered out by the conditions (`where`): {written.left_out}.")
    reasons = Counter((one.file, one.field, one.rule, one.message) for one in written.held)
    _show_list(
        "Held:",
        [f"{n} in {file}, {field}: {text}" for (file, field, _, text), n in reasons.most_common()],
    )
    _show_list(
        "Values without a match code:",
        [f"{one.file}, {one.field}: {one.value!r}, {one.count} times" for one in written.unmatched],
    )
    return written.held_count


def _show_student(compiled: CompiledMapping, student: Current) -> None:
    print(f"\nStudent {student.student_id}")
    for row in compiled.preview(decode_snapshot(student.snapshot or b"")):
        number = f", row {row.row}" if row.row and row.row > 1 else ""
        print(f"  {row.name}{number}" + ("" if row.row else ": no row"))
        for field in row.fields:
            problem = f"   <- {field.problem.message}" if field.problem else ""
            print(f"    {field.to:<28} {field.value}{problem}")
        if row.line:
            print(f"    {row.line.rstrip()[:MAX_WIDTH]}")


def _show_list(title: str, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        print(f"{title}\n  {line}" if number == 0 else f"  {line}")


def _error_text(file: Path, error: InvalidRequest | UnreadableFile) -> str:
    problems = error.problems if isinstance(error, InvalidRequest) else ()
    lines = [f"  {problem.path}: {problem.message}" for problem in problems]
    message = error.message if isinstance(error, InvalidRequest) else str(error)
    return "\n".join([f"{file}: {message}", *lines])


if __name__ == "__main__":
    main()
