"""A file of a mapping, compiled for one run and school year: maps a student to lines."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from registration_sync.domain.mapping.compiled.columns import (
    Column,
    RowFunction,
    compile_column,
    row_function,
    steps_of,
)
from registration_sync.domain.mapping.compiled.filled import FilledColumns
from registration_sync.domain.mapping.compiled.unmatched import Found, Unmatched
from registration_sync.domain.mapping.definition.mapping import ExportFile, MappedField
from registration_sync.domain.mapping.definition.rows import RowsOf, compile_rows
from registration_sync.domain.mapping.transformations.registry import StepContext, fields_read
from registration_sync.domain.mapping.values.budget import (
    MAX_LINE_CHARACTERS,
    VALUE_BYTES,
    Budget,
    require_line,
    require_rows,
)
from registration_sync.domain.mapping.values.characters import compose, is_blank
from registration_sync.domain.mapping.values.conditions import Condition, compile_test
from registration_sync.domain.mapping.values.csv_format import (
    CODECS,
    CsvFormat,
    LineWriter,
    file_start,
    format_problem,
    line_writer,
)
from registration_sync.domain.mapping.values.run_context import RunContext
from registration_sync.domain.mapping.values.sources import (
    ENTRY,
    REMOVAL_FACTS,
    FieldPath,
    Scope,
    field_path,
    text_at,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable

WHOLE_ROW = "rows"
"""The `field` of a problem with the rows themselves, not with one column."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a student is held: the file, the header, a stable code (`rule`) and a message without
    student data."""

    file: str
    field: str
    rule: str
    message: str


MAX_REPEATED_FIELD = 10
"""Ten columns of one field of 350 kB stay below the bound of a line."""

SAME_VALUE = "has the same value, "
"""Follows the student in `duplicate_message`; an erasure finds the message by it."""


def duplicate_message(student: str) -> str:
    """The message for a student whose unique value is already in the file."""
    return f"{student} {SAME_VALUE}but it must be unique in the file. Correct it in Enroll."


class Claim(NamedTuple):
    """A value that may be in the file only once: of a `unique` field, or of the whole row if
    `field` is None. A row's claim comes before those of its fields, which count only if the row is
    new. Values are composed (NFC), so that equal texts are equal."""

    file: int
    field: str | None
    value: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of a row: the exported value, or the problem and the value that caused it. `source`
    is the value of the field in the registration; rows with equal values are equal."""

    to: str
    value: str
    problem: RowProblem | None = None
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class FilePreview:
    """A student's row in a file, numbered from 1.

    If the student has no row, `row` is None and `fields` is empty. `line` is empty without a row
    and for a held student. `problem` is a problem with the rows themselves.
    """

    name: str
    row: int | None
    fields: tuple[FieldValue, ...] = ()
    line: str = ""
    problem: RowProblem | None = None

    @property
    def problems(self) -> list[RowProblem]:
        """Every problem of the row and its fields."""
        of_fields = [field.problem for field in self.fields if field.problem]
        return [self.problem, *of_fields] if self.problem else of_fields


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """A file of this run. `file_name` is `name` with its placeholders, `header` the bytes before
    the first row. `is_full`: the file contains all current students; `is_new`: only students that
    no export has delivered. `repeats_a_field`: so many columns have the same source that a long
    value of it may make the line too long. `has_items`: the rows are items of a text, and several
    with the same line are one row. `row_bytes` counts for each row besides its line."""

    number: int
    name: str
    file_name: str
    header: bytes
    is_full: bool
    is_new: bool
    removals: bool
    header_only: bool
    columns: tuple[Column, ...]
    csv: CsvFormat
    values: RowFunction
    write: LineWriter
    rows: RowsOf
    rows_of_removed: RowsOf
    distinct: FieldPath | None
    unique: tuple[int, ...]
    repeats_a_field: bool
    has_items: bool
    row_bytes: int
    budget: Budget
    filled: FilledColumns

    def map(self, scope: Scope, claims: list[Claim]) -> tuple[bytes, ...]:
        """The student's lines; adds to `claims` the values that may be in the file only once.

        Raises Unmappable, TypeError, AttributeError or UnicodeEncodeError on any problem.
        """
        lines: list[bytes] = []
        seen: set[bytes] = set()
        size = 0
        for row in self.rows(scope):
            values = self.values(row)
            if self.repeats_a_field:
                require_line(sum(map(len, values)))
            line = self.write(values)
            size += len(line) + self.row_bytes
            if size > MAX_LINE_CHARACTERS:
                require_line(sum(map(len, values)))
                require_rows(size)
            if self.has_items:
                if line in seen:
                    continue
                seen.add(line)
            lines.append(line)
            self.filled.add(values)
            if self.unique or self.distinct:
                self._claim(values, scope, claims)
        self.budget.write(size)
        return tuple(lines)

    def _require_bounded(self, rows: Sequence[FilePreview]) -> None:
        size = 0
        for row in rows:
            if not row.problems:
                values = [field.value for field in row.fields]
                require_line(sum(map(len, values)))
                size += len(self.write(values)) + self.row_bytes
                require_rows(size)
        self.budget.write(size)

    def _value_of_removed(self, column: Column, row: Scope) -> str:
        """A removed student's data is unknown, so a required value may be blank."""
        try:
            return column.value(row)
        except Unmappable as problem:
            if problem.rule == "required":
                return ""
            raise

    def _claim(self, values: Sequence[str], scope: Scope, claims: list[Claim]) -> None:
        if self.distinct:
            claims.append(Claim(self.number, None, compose(text_at(scope, self.distinct))))
        claims += [
            Claim(self.number, self.columns[index].to, compose(values[index]))
            for index in self.unique
            if not is_blank(values[index])
        ]

    def examine(self, scope: Scope, *, removed: bool = False) -> list[FilePreview]:
        """Maps each row field by field: the same values as `map`, and every problem."""
        value_of = self._value_of_removed if removed else Column.value
        rows_of = self.rows_of_removed if removed else self.rows
        try:
            fields = []
            for count, row in enumerate(rows_of(scope), 1):
                require_rows(count * self.row_bytes)
                fields.append(
                    tuple(self._field_value(column, row, value_of) for column in self.columns)
                )
            if self.has_items:
                fields = list(dict.fromkeys(fields))
            rows = [FilePreview(self.name, number, one) for number, one in enumerate(fields, 1)]
            if rows and self.distinct:
                text_at(scope, self.distinct)
            self._require_bounded(rows)
        except Unmappable as found:
            return [FilePreview(self.name, None, problem=self.problem(WHOLE_ROW, found))]
        return rows or [FilePreview(self.name, None)]

    def _field_value(
        self, column: Column, row: Scope, value_of: Callable[[Column, Scope], str]
    ) -> FieldValue:
        value = source = ""
        try:
            value = source = text_at(row, column.path)
            value = value_of(column, row)
            found = format_problem(self.csv, value, only_column=len(self.columns) == 1)
        except Unmappable as problem:
            found = problem
        problem_of_row = self.problem(column.to, found) if found else None
        return FieldValue(column.to, value, problem_of_row, source)

    def problem(self, column: str, found: Unmappable) -> RowProblem:
        """The problem of a field of this file."""
        return RowProblem(self.name, column, found.rule, found.message)

    def lines(
        self, rows: Sequence[FilePreview], scope: Scope, claims: list[Claim]
    ) -> tuple[bytes, ...]:
        """The lines of examined rows without problems; adds to `claims` as `map` does."""
        lines = []
        for row in rows:
            if row.row is not None:
                values = [field.value for field in row.fields]
                lines.append(self.write(values))
                self.filled.add(values)
                self._claim(values, scope, claims)
        return tuple(lines)

    def includes(self, *, due: bool, delivered: bool) -> bool:
        """Whether the file may have rows of the student; `delivered` by an earlier export."""
        return self.is_full or (due and not (self.is_new and delivered))

    def text(self, line: bytes) -> str:
        """A line of this file as text."""
        return line.decode(CODECS[self.csv.encoding])


def compile_file(
    number: int,
    file: ExportFile,
    run: RunContext,
    *,
    is_full: bool,
    unmatched: Unmatched,
    found: Found,
    budget: Budget,
) -> CompiledFile:
    """Compiles a file; `is_full` includes all current students even if the file does not ask."""
    name = run.fill_in(file.file_name)
    columns = tuple(
        compile_column(field, StepContext(run, unmatched.recorder_for(name, field.to), budget))
        for field in file.mapped_fields
    )
    paths = [path for column in columns for path in (column.path, *column.other_paths)]
    csv = file.csv_format
    return CompiledFile(
        number=number,
        name=name,
        file_name=file.file_name,
        header=file_start(csv, [column.to for column in columns] if file.header else None),
        is_full=is_full or file.is_full,
        is_new=file.contents == "new" and not is_full,
        removals=file.removals == "row",
        header_only=file.when_nothing_due == "header_only",
        columns=columns,
        csv=csv,
        values=row_function(columns),
        write=line_writer(csv),
        rows=_rows(file, file.where),
        rows_of_removed=_rows(file, [one for one in file.where if one.source in REMOVAL_FACTS]),
        distinct=field_path(file.rows.distinct) if file.rows and file.rows.distinct else None,
        unique=tuple(index for index, field in enumerate(file.mapped_fields) if field.unique),
        has_items=file.rows is not None and file.rows.delimiter is not None,
        repeats_a_field=max(Counter(paths).values()) > MAX_REPEATED_FIELD,
        row_bytes=VALUE_BYTES * len(columns),
        budget=budget,
        filled=FilledColumns([column.to for column in columns], found),
    )


def _rows(file: ExportFile, where: Sequence[Condition]) -> RowsOf:
    read = [path for field in file.mapped_fields for path in _read_by(field)]
    read += [condition.source for condition in file.where]
    of_entry = [path.split(".")[1] for path in read if path.split(".")[0] == ENTRY]
    rows = compile_rows(file.rows, tuple(dict.fromkeys(of_entry)))
    if not where:
        return rows
    tests = [(field_path(one.source), compile_test(one)) for one in where]

    def matching_rows(scope: Scope) -> list[Scope]:
        return [row for row in rows(scope) if all(test(text_at(row, path)) for path, test in tests)]

    return matching_rows


def _read_by(field: MappedField) -> list[str]:
    return [*([field.source] if field.source else []), *fields_read(steps_of(field))]
