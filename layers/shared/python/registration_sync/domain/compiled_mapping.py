"""A mapping made ready for one run and school year: registrations in, lines of each file out.

Preview, test record and export use the same compiled columns, so that they cannot differ.
"""

from dataclasses import dataclass
from typing import NamedTuple

from registration_sync.domain.columns import (
    Column,
    Registration,
    RowFunction,
    compile_column,
    group_at,
    row_function,
    text_of,
)
from registration_sync.domain.csv_file import (
    CODECS,
    CsvFormat,
    LineWriter,
    file_head,
    line_writer,
    why_unwritable,
)
from registration_sync.domain.mapping import ExportFile, Mapping
from registration_sync.domain.run_facts import RunFacts
from registration_sync.domain.unmappable import Unmappable

__all__ = [
    "CompiledFile",
    "CompiledMapping",
    "FieldValue",
    "FilePreview",
    "MappedStudent",
    "RowProblem",
    "RunFacts",
    "compile_mapping",
]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a student is held: the file, the header, a stable rule and a sentence without values."""

    file: str
    field: str
    rule: str
    message: str


class MappedStudent(NamedTuple):
    """The encoded lines for each file, in order; none at all where there are problems."""

    lines: tuple[tuple[bytes, ...], ...]
    problems: list[RowProblem]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of one student: what is exported, or the problem and the value it was found with."""

    to: str
    value: str
    problem: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class FilePreview:
    """One student in one file; `line` is empty where the student is held."""

    name: str
    fields: tuple[FieldValue, ...]
    line: str


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """A file of this run; `header` is all that stands before the first row."""

    name: str
    header: bytes
    all_students: bool
    columns: tuple[Column, ...]
    values: RowFunction
    csv: CsvFormat
    write: LineWriter


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """The files of a run, and `groups`: the paths in a snapshot that their values are found in."""

    files: tuple[CompiledFile, ...]
    groups: tuple[tuple[str, ...], ...]

    def map(self, registration: Registration) -> MappedStudent:
        """The student's lines; or every problem, as one anywhere holds the student in all files."""
        try:
            gets = [group_at(registration, path).get for path in self.groups]
            lines = tuple([(file.write(file.values(*gets)),) for file in self.files])
        except (Unmappable, TypeError, AttributeError, UnicodeEncodeError):
            # Something is wrong somewhere in the row: look again, field by field.
            found = self._examine(registration)
            problems = [value.problem for values in found for value in values if value.problem]
            if not problems:  # a mistake of ours: it must not pass for a student without rows
                raise
            return MappedStudent((), problems)
        return MappedStudent(lines, [])

    def preview(self, registration: Registration) -> tuple[FilePreview, ...]:
        """Each field's value or problem, and the very line that `map` gives."""
        lines = self.map(registration).lines
        return tuple(
            FilePreview(
                name=file.name,
                fields=values,
                line=b"".join(lines[number]).decode(CODECS[file.csv.encoding]) if lines else "",
            )
            for number, (file, values) in enumerate(
                zip(self.files, self._examine(registration), strict=True)
            )
        )

    def _examine(self, registration: Registration) -> list[tuple[FieldValue, ...]]:
        return [
            tuple(self._field_value(file, column, registration) for column in file.columns)
            for file in self.files
        ]

    def _field_value(
        self, file: CompiledFile, column: Column, registration: Registration
    ) -> FieldValue:
        value = ""
        try:
            value = text_of(group_at(registration, self.groups[column.group]).get(column.name, ""))
            if column.finish:
                value = column.finish(value)
            problem = why_unwritable(file.csv, value, lone=len(file.columns) == 1)
        except Unmappable as found:
            problem = found
        if problem is None:
            return FieldValue(column.to, value)
        return FieldValue(
            column.to, value, RowProblem(file.name, column.to, problem.rule, problem.message)
        )


def compile_mapping(mapping: Mapping, run: RunFacts) -> CompiledMapping:
    """Makes the mapping ready for a run and school year."""
    groups: dict[tuple[str, ...], int] = {}
    columns = [
        tuple(compile_column(field, run, groups) for field in file.mapped_fields)
        for file in mapping.files
    ]
    files = tuple(
        _compile_file(file, of_file, len(groups), run)
        for file, of_file in zip(mapping.files, columns, strict=True)
    )
    return CompiledMapping(files, tuple(groups))


def _compile_file(
    file: ExportFile, columns: tuple[Column, ...], groups: int, run: RunFacts
) -> CompiledFile:
    csv = file.csv_format
    return CompiledFile(
        name=run.fill_in(file.file_name),
        header=file_head(csv, [column.to for column in columns] if file.header else None),
        all_students=file.wants_all,
        columns=columns,
        values=row_function(columns, groups),
        csv=csv,
        write=line_writer(csv),
    )
