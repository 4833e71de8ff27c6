"""A file of a mapping made ready for one run and school year: a student in, lines out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from registration_sync.domain.mapping.compiled.columns import (
    Column,
    RowFunction,
    compile_column,
    row_function,
    steps_of,
)
from registration_sync.domain.mapping.compiled.unmatched import Unmatched
from registration_sync.domain.mapping.definition.mapping import ExportFile, MappedField
from registration_sync.domain.mapping.definition.rows import RowsOf, compile_rows
from registration_sync.domain.mapping.transformations.registry import StepContext, fields_read
from registration_sync.domain.mapping.values.conditions import compile_condition
from registration_sync.domain.mapping.values.csv_format import (
    CODECS,
    CsvFormat,
    LineWriter,
    file_head,
    line_writer,
    why_unwritable,
)
from registration_sync.domain.mapping.values.run_context import RunContext
from registration_sync.domain.mapping.values.sources import (
    ENTRY,
    Place,
    Scope,
    group_at,
    place_of,
    text_at,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable, is_blank

WHOLE_ROW = "rows"
"""Stands for the header where a problem is with the rows themselves."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a student is held: the file, the header, a stable rule and a sentence without values."""

    file: str
    field: str
    rule: str
    message: str


def taken_by(whom: str) -> str:
    """Why a student is held whose value stands in the file already."""
    return f"{whom} has the same value, which may stand once in the file. Mend it in Enroll."


class Claim(NamedTuple):
    """A value that stands once in a file: of a `unique` field, or a whole row's if `field` is
    None. A row's comes before those of its fields: these do not count if the row is there."""

    file: int
    field: str | None
    value: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of a row: what is exported, or the problem and the value it was found with."""

    to: str
    value: str
    problem: RowProblem | None = None


@dataclass(frozen=True, slots=True)
class FilePreview:
    """A row of a student in a file, counted from 1.

    Without a row, `row` is None and there are no fields; `line` is empty then, and where the
    student is held. `problem` is one of the rows themselves.
    """

    name: str
    row: int | None
    fields: tuple[FieldValue, ...] = ()
    line: str = ""
    problem: RowProblem | None = None

    @property
    def problems(self) -> list[RowProblem]:
        """All that is wrong with the row."""
        of_fields = [field.problem for field in self.fields if field.problem]
        return [self.problem, *of_fields] if self.problem else of_fields


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """A file of this run; `file_name` is its name with the placeholders not yet filled in,
    `header` all that stands before the first row, `groups` the paths of the groups of fields that
    are read."""

    number: int
    name: str
    file_name: str
    header: bytes
    all_students: bool
    removals: bool
    columns: tuple[Column, ...]
    csv: CsvFormat
    groups: tuple[tuple[str, ...], ...]
    values: RowFunction
    write: LineWriter
    rows: RowsOf
    distinct: Place | None
    unique: tuple[int, ...]

    def map(self, scope: Scope, claims: list[Claim]) -> tuple[bytes, ...]:
        """The student's lines; adds the values that may stand in the file only once.

        Raises Unmappable, TypeError, AttributeError or UnicodeEncodeError if anything is wrong.
        """
        lines: list[bytes] = []
        for row in self.rows(scope):
            values = self.values(*[group_at(row, path).get for path in self.groups])
            lines.append(self.write(values))
            if self.distinct:
                claims.append(Claim(self.number, None, text_at(scope, self.distinct)))
            self._claim(values, claims)
        return tuple(lines)

    def _value_of_removed(self, column: Column, row: Scope) -> str:
        """What is not known any more may be blank."""
        try:
            return column.value(row)
        except Unmappable as problem:
            if problem.rule == "required":
                return ""
            raise

    def _claim(self, values: Sequence[str], claims: list[Claim]) -> None:
        claims += [
            Claim(self.number, self.columns[place].to, values[place])
            for place in self.unique
            if not is_blank(values[place])
        ]

    def examine(self, scope: Scope, *, removed: bool = False) -> list[FilePreview]:
        """Each row field by field: the same values as in `map`, and every problem."""
        value_of = self._value_of_removed if removed else Column.value
        try:
            rows = [
                FilePreview(
                    self.name,
                    number,
                    tuple(self._field_value(column, row, value_of) for column in self.columns),
                )
                for number, row in enumerate(self.rows(scope), 1)
            ]
            if rows and self.distinct:
                text_at(scope, self.distinct)
        except Unmappable as found:
            return [FilePreview(self.name, None, problem=self.problem(WHOLE_ROW, found))]
        return rows or [FilePreview(self.name, None)]

    def _field_value(
        self, column: Column, row: Scope, value_of: Callable[[Column, Scope], str]
    ) -> FieldValue:
        value = ""
        try:
            value = text_at(row, column.place)
            value = value_of(column, row)
            found = why_unwritable(self.csv, value, lone=len(self.columns) == 1)
        except Unmappable as problem:
            found = problem
        problem_of_row = self.problem(column.to, found) if found else None
        return FieldValue(column.to, value, problem_of_row)

    def problem(self, field: str, found: Unmappable) -> RowProblem:
        """What was found, with its place in this file."""
        return RowProblem(self.name, field, found.rule, found.message)

    def line(self, row: FilePreview) -> bytes:
        """The line of an examined row without problems."""
        return self.write([field.value for field in row.fields])

    def text(self, line: bytes) -> str:
        """A line of this file as text."""
        return line.decode(CODECS[self.csv.encoding])


def compile_file(
    number: int, file: ExportFile, run: RunContext, *, everyone: bool, unmatched: Unmatched
) -> CompiledFile:
    """Makes a file ready; `everyone` puts all current students into it."""
    name = run.fill_in(file.file_name)
    columns = tuple(
        compile_column(field, StepContext(run, unmatched.noted_for(name, field.to)))
        for field in file.mapped_fields
    )
    places = [place for column in columns for place in (column.place, *column.others)]
    groups = tuple(dict.fromkeys(group for group, _ in places))
    csv = file.csv_format
    return CompiledFile(
        number=number,
        name=name,
        file_name=file.file_name,
        header=file_head(csv, [column.to for column in columns] if file.header else None),
        all_students=everyone or file.wants_all,
        removals=file.removals == "row",
        columns=columns,
        csv=csv,
        groups=groups,
        values=row_function(columns, groups),
        write=line_writer(csv),
        rows=_rows(file),
        distinct=place_of(file.rows.distinct) if file.rows and file.rows.distinct else None,
        unique=tuple(place for place, field in enumerate(file.mapped_fields) if field.unique),
    )


def _rows(file: ExportFile) -> RowsOf:
    read = [path for field in file.mapped_fields for path in _read_by(field)]
    read += [condition.source for condition in file.where]
    of_entry = [path.split(".")[1] for path in read if path.split(".")[0] == ENTRY]
    rows = compile_rows(file.rows, tuple(dict.fromkeys(of_entry)))
    if not file.where:
        return rows
    tests = [(place_of(one.source), compile_condition(one)) for one in file.where]

    def that_hold(scope: Scope) -> list[Scope]:
        return [
            row for row in rows(scope) if all(test(text_at(row, place)) for place, test in tests)
        ]

    return that_hold


def _read_by(field: MappedField) -> list[str]:
    return [*([field.source] if field.source else []), *fields_read(steps_of(field))]
