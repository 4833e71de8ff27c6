"""Finds students of a past run by the number in its files that the SIS knows them by."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from registration_sync.domain.access_log import Shown, StudentData, StudentsSuggested
from registration_sync.domain.errors import Problem
from registration_sync.domain.mapping.definition.mapping import ExportFile, parse_mapping
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.pluralize import pluralize
from registration_sync.ports.connections import Mappings
from registration_sync.use_cases.archived.fetch_resend import ResendSource
from registration_sync.use_cases.ledger.run_index import index_rows

MAX_BYTES = 20_000_000
"""Of an archived file that is searched for numbers, while a person waits for the answer."""

MAX_SUGGESTED = 3
"""Students for one text."""


@dataclass(frozen=True, slots=True)
class NumberedStudent:
    """A student, and the column of a file with the value that may have been meant."""

    student_id: str
    column: str
    value: str


def replace_numbers(
    student_ids: Sequence[str],
    sources: Sequence[ResendSource],
    mappings: Mappings,
    *,
    suggests: bool,
) -> tuple[str, ...]:
    """The Enroll ids: a text that is no id in the files, but the value of one student in a column
    that the mapping of the run makes unique, becomes that student's id. Raises Unavailable, and
    StudentsSuggested for texts that stay unknown, which `suggests` the students who may be meant.
    """
    known = {student for source in sources if source.rows for student in source.rows.students}
    unknown = [student for student in student_ids if student not in known]
    if not unknown:
        return tuple(student_ids)
    alike = _students_alike(unknown, sources, mappings)
    found: dict[str, str] = {}
    problems = []
    suggested: set[str] = set()
    for index, typed in enumerate(student_ids):
        meant = alike[_digits(typed)]
        same = {one.student_id for one in meant if one.column and one.value == typed}
        if typed in known:
            found[typed] = typed
        elif len(same) == 1:
            found[typed] = same.pop()
        else:
            shown = meant[:MAX_SUGGESTED] if suggests else []
            suggested.update(one.student_id for one in shown)
            message = _unknown(typed, shown, is_ambiguous=bool(same))
            problems.append(Problem(f"student_ids[{index}]", message))
    if problems:
        raise StudentsSuggested(
            f"Nothing was sent: {pluralize(len(problems), 'student')} not found.",
            problems=problems,
            shown=Shown(StudentData.RUN, len(suggested)),
        )
    return tuple(dict.fromkeys(found.values()))


def _digits(text: str) -> str:
    """Without the zeros in front that people and spreadsheets leave out."""
    return text.lstrip("0") or text


def _unknown(typed: str, alike: Sequence[NumberedStudent], *, is_ambiguous: bool) -> str:
    message = f"No student with Enroll ID {typed} in the files of this run."
    meant = [
        f"{one.student_id} ({one.column} {one.value})" if one.column else one.student_id
        for one in alike
    ]
    if not meant:
        return message
    if is_ambiguous:
        return f"{message} Several students have this number: {', '.join(meant)}."
    return f"{message} Did you mean {' or '.join(meant)}?"


def _students_alike(
    wanted: Sequence[str], sources: Sequence[ResendSource], mappings: Mappings
) -> Mapping[str, list[NumberedStudent]]:
    """Students by their number or id without zeros in front, of those that are wanted."""
    digits = {_digits(one) for one in wanted}
    found: dict[str, dict[NumberedStudent, None]] = defaultdict(dict)
    for source in sources:
        for line in index_rows(source.index) if source.index else ():
            if _digits(line.student_id) in digits:
                one = NumberedStudent(line.student_id, "", line.student_id)
                found[_digits(line.student_id)][one] = None
        for one in _numbered(source, digits, mappings):
            found[_digits(one.value)][one] = None
    return defaultdict(list, {key: [*students] for key, students in found.items()})


def _numbered(
    source: ResendSource, digits: set[str], mappings: Mappings
) -> Iterator[NumberedStudent]:
    version = source.manifest.get("mapping_version")
    saved = mappings.version(source.year.connection_id, version) if version else None
    if saved is None or source.index is None:
        return
    mapping = parse_mapping(saved.definition)
    for entry in source.entries:
        if entry["number"] is not None and entry["bytes"] <= MAX_BYTES:
            yield from _numbered_in(source, entry, mapping.files[entry["number"]], digits)


def _numbered_in(
    source: ResendSource, entry: Mapping[str, object], file: ExportFile, digits: set[str]
) -> Iterator[NumberedStudent]:
    unique = [(at, one.to) for at, one in enumerate(file.mapped_fields) if one.unique]
    copy = source.year.find(f"files/{entry['name']}") if unique else None
    if copy is None or source.index is None:
        return
    form = file.csv_format
    codec = CODECS[form.encoding]
    searched = [one.encode(codec, "replace") for one in digits]
    with copy.open("rb") as content:
        for row in index_rows(source.index):
            if row.number != entry["number"]:
                continue
            content.seek(row.offset)
            line = content.read(row.length)
            if not any(one in line for one in searched):
                continue
            quote = form.text_identifier
            cells = next(
                csv.reader(
                    [line.decode(codec)],
                    delimiter=form.separator,
                    quotechar=quote or None,
                    quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
                )
            )
            for at, column in unique:
                if _digits(cells[at]) in digits:
                    yield NumberedStudent(row.student_id, column, cells[at])
