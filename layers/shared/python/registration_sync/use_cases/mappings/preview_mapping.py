"""Mapped value: what each field becomes for some students, before anything is sent."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Object
from dataclasses import asdict
from typing import Any

from registration_sync.domain.connections.connection import EXAMPLES_AT_MOST, Connection
from registration_sync.domain.errors import InvalidRequest, NotFound, Problem
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    FieldValue,
    FilePreview,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.checks import TEST_FOLDER
from registration_sync.domain.mapping.definition.draft import Draft, FileIndexes, read_draft
from registration_sync.domain.registrations.registration import parse_school_year, parse_student_id
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.find_student import find_student

ROWS_SHOWN = 50
"""Of a student in a file, and as many with a problem: an answer holds 6 MB."""


def preview_mapping(
    connection_id: str,
    wish: object,
    *,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    snapshots: Snapshots,
) -> dict[str, Any]:
    """Maps up to five students with the code that exports, by `{"mapping"?, "student_ids"?,
    "school_year"?, "unfinished"?}`: a draft or the saved mapping, given students or the
    connection's examples, of that year or the latest that each has. Moves nothing.

    Answers `{"students": [{"student_id", "school_year", "files": [{"name", "place", "row",
    "fields": [{"to", "place", "value", "problem"?}], "line", "problem"?}], "test_files": [{"name",
    "path", "header"}], "message"?}], "unmatched": […], "problems": […]}`, with an item of `files`
    for each row that the student has there, up to 50, and 50 with a problem; `row` is null where it
    has none. A `place` is one in the lists of the mapping. `test_files` tells where a test record
    goes. `unique` is not looked at: it spans a file. Raises InvalidRequest with every problem; an
    `unfinished` draft is shown without what is wrong in it, and has them as its `problems`. Raises
    NotFound without a mapping.
    """
    wish = _checked(wish)
    connection = connections.get(connection_id)
    draft = _draft(connection_id, wish, mappings)
    compiled: dict[int, CompiledMapping] = {}
    students = []
    for student_id in _student_ids(wish, connection):
        found = find_student(connection_id, student_id, wish["school_year"], snapshots=snapshots)
        if found is None:
            students.append(_not_found(student_id, wish["school_year"]))
            continue
        school_year, registration = found
        if draft.mapping is None:
            nothing: dict[str, Any] = {"files": [], "test_files": []}
            students.append({"student_id": student_id, "school_year": school_year, **nothing})
            continue
        if school_year not in compiled:
            facts = RunContext(now, connection.zone, school_year)
            compiled[school_year] = compile_mapping(draft.mapping, facts)
        places = _places(compiled[school_year], draft)
        rows = compiled[school_year].preview(registration)
        student = _mapped(student_id, school_year, rows, places)
        student["test_files"] = _test_files(connection, compiled[school_year])
        students.append(student)
    unmatched = [asdict(one) for each in compiled.values() for one in each.unmatched.values()]
    problems = [asdict(one) for one in draft.error.problems] if draft.error else []
    return {"students": students, "unmatched": unmatched, "problems": problems}


def _checked(wish: object) -> dict[str, Any]:
    wish = {} if wish is None else wish
    if not isinstance(wish, Object):
        raise InvalidRequest('Send a JSON object, such as {"student_ids": ["1001"]}, or nothing.')
    known = ("mapping", "student_ids", "school_year", "unfinished")
    problems = [
        Problem(str(name), f"There is no such field: there are {', '.join(known)}.")
        for name in wish
        if name not in known
    ]
    year = wish.get("school_year")
    school_year = parse_school_year(year) if year is not None else None
    if year is not None and school_year is None:
        problems.append(Problem("school_year", "Write the start year: 2025 for 2025-26."))
    ids = wish.get("student_ids")
    if ids is not None and not (
        isinstance(ids, list)
        and len(ids) <= EXAMPLES_AT_MOST
        and all(isinstance(one, str | int) and not isinstance(one, bool) for one in ids)
    ):
        problems.append(
            Problem("student_ids", f"Write a list of up to {EXAMPLES_AT_MOST} student ids.")
        )
    if not isinstance(wish.get("unfinished", False), bool):
        problems.append(Problem("unfinished", "Write true or false."))
    if problems:
        raise InvalidRequest("Nothing was previewed.", problems=problems)
    return {**wish, "school_year": school_year}


def _student_ids(wish: dict[str, Any], connection: Connection) -> list[str]:
    ids = wish.get("student_ids")
    wanted = connection.example_students if ids is None else [str(one) for one in ids]
    return [parse_student_id(one) for one in dict.fromkeys(wanted)]


def _draft(connection_id: str, wish: dict[str, Any], mappings: Mappings) -> Draft:
    definition = wish.get("mapping")
    if definition is None:
        saved = mappings.latest(connection_id)
        if saved is None:
            raise NotFound("This connection has no mapping yet: save one, or send a draft.")
        definition = saved.definition
    draft = read_draft(definition)
    if draft.error and not wish.get("unfinished"):
        raise draft.error
    return draft


def _places(compiled: CompiledMapping, draft: Draft) -> dict[str, FileIndexes]:
    """By the name that a file has in this run."""
    names = [file.name for file in compiled.files]
    return dict(zip(names, draft.indexes, strict=True))


def _mapped(
    student_id: str, school_year: int, rows: list[FilePreview], places: dict[str, FileIndexes]
) -> dict[str, Any]:
    files = [_row(row, places[row.name]) for row in _shown(rows)]
    student = {"student_id": student_id, "school_year": school_year, "files": files}
    if more := len(rows) - len(files):
        student["message"] = f"{more} further rows are not shown."
    return student


def _not_found(student_id: str, school_year: int | None) -> dict[str, Any]:
    return {
        "student_id": student_id,
        "school_year": school_year,
        "files": [],
        "test_files": [],
        "message": "No approved registration of this student was synced"
        + (f" for {school_year}." if school_year else "."),
    }


def _shown(rows: Iterable[FilePreview]) -> Iterator[FilePreview]:
    seen = Counter[tuple[str, bool]]()
    for row in rows:
        kind = row.name, bool(row.problems)
        seen[kind] += 1
        if seen[kind] <= ROWS_SHOWN:
            yield row


def _row(row: FilePreview, places: FileIndexes) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": row.name,
        "place": places.file,
        "row": row.row,
        "fields": [
            # A student without a row has no fields.
            _field(field, place)
            for field, place in zip(row.fields, places.columns, strict=False)
        ],
        "line": row.line.removesuffix("\n").removesuffix("\r"),
    }
    if row.problem:
        shown["problem"] = {"rule": row.problem.rule, "message": row.problem.message}
    return shown


def _test_files(connection: Connection, compiled: CompiledMapping) -> list[dict[str, str]]:
    """Where a test record would put each file, or the package of them all, and what stands before
    its rows."""
    folder = f"{connection.folder_for(compiled.run.school_year)}/{TEST_FOLDER}"
    return [
        {
            "name": file.name,
            "path": f"{folder}/{compiled.package.name if compiled.package else file.name}",
            "header": file.text(file.header).removeprefix("\ufeff").rstrip("\r\n"),
        }
        for file in compiled.files
    ]


def _field(field: FieldValue, place: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"to": field.to, "place": place, "value": field.value}
    if field.problem:
        shown["problem"] = {"rule": field.problem.rule, "message": field.problem.message}
    return shown
