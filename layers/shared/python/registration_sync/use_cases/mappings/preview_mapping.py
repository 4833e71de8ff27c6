"""Mapped value: previews what each field becomes for some students, before any file is sent; and
of how many students it would need attention."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.errors import NotFound, Problem
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    FilePreview,
    UnmatchedValue,
)
from registration_sync.domain.mapping.definition.draft import Draft, read_draft
from registration_sync.domain.mapping.definition.own_names import TEST_FOLDER
from registration_sync.domain.runs.run import ReplacedFile
from registration_sync.domain.runs.uploads import Collected
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.registrations import Snapshots
from registration_sync.ports.sftp import Deliveries
from registration_sync.use_cases.mappings.count_attention import (
    Attention,
    CompiledByYear,
    count_attention,
)
from registration_sync.use_cases.mappings.known_fields import RecentFields
from registration_sync.use_cases.students.find_student import find_student
from registration_sync.use_cases.students.registration_sample import RegistrationSample

MAX_ROWS = 50
"""Of a student in a file, and as many with a problem."""

MAX_VALUE_CHARACTERS, MAX_LINE_CHARACTERS = 2_000, 20_000

MAX_BYTES = 2_000_000
"""Of all rows as JSON: a response holds 6 MB."""

_BYTES_PER_FIELD = 60


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """By default the saved mapping, the connection's example students, and the latest year of each
    student. The invalid parts of an `unfinished` mapping are left out. `everyone` counts the
    students who would need attention."""

    mapping: object = None
    student_ids: Sequence[str] | None = None
    school_year: int | None = None
    unfinished: bool = False
    everyone: bool = False


class RowPreview(NamedTuple):
    """A row, and the indexes of its file and of its columns in the mapping."""

    row: FilePreview
    file_index: int
    column_indexes: Sequence[int]


class TestRecordFile(NamedTuple):
    """The path to which a test record of this file is delivered, the file's header, and the earlier
    test record that it replaces; of a draft of a mapping nobody looks for that."""

    name: str
    path: str
    header: str
    replaces: ReplacedFile | None


@dataclass(frozen=True, slots=True)
class StudentPreview:
    """The rows of a student, up to 50 of each file and 50 with a problem, as far as a response
    holds them; `message` says what is not shown."""

    student_id: str
    school_year: int | None
    rows: Sequence[RowPreview] = ()
    test_files: Sequence[TestRecordFile] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class MappingPreview:
    """The problems are those of an unfinished mapping; the warnings are about its other parts."""

    students: list[StudentPreview]
    unmatched: list[UnmatchedValue]
    problems: Sequence[Problem]
    warnings: Sequence[Problem]
    everyone: Attention | None


def preview_mapping(
    connection_id: str,
    options: PreviewOptions,
    *,
    now: dt.datetime,
    connections: Connections,
    mappings: Mappings,
    snapshots: Snapshots,
    recent_fields: RecentFields,
    deliveries: Deliveries,
    monotonic: Callable[[], float],
) -> MappingPreview:
    """Maps the students with the code that exports them, without any effect on later exports.

    Does not check `unique`, which spans a file. Raises InvalidRequest with every problem of a
    mapping that is not `unfinished`, and NotFound if there is no mapping.
    """
    connection = connections.get(connection_id)
    draft = _draft(connection_id, options, mappings)
    compiled = CompiledByYear(draft, connection, now)
    test_files: dict[int, list[TestRecordFile]] = {}
    is_sent = options.mapping is None and connection.delivery is DeliveryMethod.SFTP
    sample = RegistrationSample(connection_id, snapshots, monotonic)
    students = []
    room = MAX_BYTES
    ids = connection.example_students if options.student_ids is None else options.student_ids
    for student_id in dict.fromkeys(ids):
        found = find_student(connection_id, student_id, options.school_year, snapshots=snapshots)
        if found is None:
            students.append(_not_found(student_id, options.school_year))
            continue
        school_year, registration = found
        if draft.mapping is None:
            students.append(StudentPreview(student_id, school_year))
            continue
        of_year = compiled[school_year]
        if school_year not in test_files:
            sent = deliveries if is_sent else None
            test_files[school_year] = list(_test_files(connection, of_year, sent))
        rows = of_year.preview(registration)
        shown = list(_first_rows(rows, of_year, draft, room))
        room -= sum(_size(one.row) for one in shown)
        message = _not_shown(rows, shown)
        files = test_files[school_year]
        students.append(StudentPreview(student_id, school_year, shown, files, message))
    unmatched = [one for each in compiled.values() for one in each.unmatched.values()]
    return MappingPreview(
        students,
        unmatched,
        problems=draft.error.problems if draft.error else (),
        warnings=draft.warnings(recent_fields.of(connection_id)),
        everyone=count_attention(draft, compiled, sample) if options.everyone else None,
    )


def _draft(connection_id: str, options: PreviewOptions, mappings: Mappings) -> Draft:
    definition = options.mapping
    if definition is None:
        saved = mappings.latest(connection_id)
        if saved is None:
            raise NotFound("This connection has no mapping yet: save one, or send a draft.")
        definition = saved.definition
    draft = read_draft(definition)
    if draft.error and not options.unfinished:
        raise draft.error
    return draft


def _not_found(student_id: str, school_year: int | None) -> StudentPreview:
    of_year = f" for {school_year}" if school_year else ""
    message = f"No approved registration of this student was synced{of_year}."
    return StudentPreview(student_id, school_year, message=message)


def _first_rows(
    rows: Iterable[FilePreview], compiled: CompiledMapping, draft: Draft, room: int
) -> Iterator[RowPreview]:
    """The first rows of each file, with short values, that fit into `room` bytes."""
    names = [file.name for file in compiled.files]
    indexes = dict(zip(names, draft.indexes, strict=True))
    seen = Counter[tuple[str, bool]]()
    for whole in rows:
        kind = whole.name, bool(whole.problems)
        seen[kind] += 1
        if seen[kind] > MAX_ROWS:
            continue
        row = _shortened(whole)
        room -= _size(row)
        if room < 0:
            return
        yield RowPreview(row, indexes[row.name].file, indexes[row.name].columns)


def _shortened(row: FilePreview) -> FilePreview:
    fields = tuple(
        replace(
            field,
            value=_short(field.value, MAX_VALUE_CHARACTERS),
            source=_short(field.source, MAX_VALUE_CHARACTERS),
        )
        for field in row.fields
    )
    return replace(row, fields=fields, line=_short(row.line, MAX_LINE_CHARACTERS))


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _size(row: FilePreview) -> int:
    """The approximate size of a row in a response."""
    texts = [text for field in row.fields for text in (field.to, field.value, field.source)]
    texts += [problem.message for problem in row.problems]
    return len(json.dumps([row.line, *texts])) + _BYTES_PER_FIELD * len(row.fields)


def _not_shown(rows: Sequence[FilePreview], shown: Sequence[RowPreview]) -> str:
    messages = []
    if hidden := len(rows) - len(shown):
        messages.append(f"{hidden} further rows are not shown.")
    values = [field.value for one in shown for field in one.row.fields]
    if any(len(value) > MAX_VALUE_CHARACTERS for value in values):
        messages.append("Some values are longer than shown.")
    return " ".join(messages)


def _test_files(
    connection: Connection, compiled: CompiledMapping, deliveries: Deliveries | None
) -> Iterator[TestRecordFile]:
    folder = f"{connection.folder_for(compiled.run.school_year)}/{TEST_FOLDER}"
    connection_id, account = connection.connection_id, connection.account_name
    for file in compiled.files:
        path = f"{folder}/{compiled.package.name if compiled.package else file.name}"
        last = deliveries.last(connection_id, account, path) if deliveries else None
        yield TestRecordFile(
            name=file.name,
            path=path,
            header=file.text(file.header).removeprefix("\ufeff").rstrip("\r\n"),
            replaces=last.replaced(Collected.UNKNOWN, connection.zone) if last else None,
        )
