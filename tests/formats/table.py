"""Shared by the format checkers: reads a file as strictly as the strictest importer.

Rules of every format here: UTF-8; one record per line, so no line break inside a value; double
quotes around a value that needs them, doubled inside (RFC 4180); the same number of values on each
line; each header name once; at least one data row; one kind of line ending.

A finding never quotes a value, which is a student's data: it gives file, line and column.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.formats.rules import Rule

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
WHOLE_FILE = 0
MAX_SHOWN = 100
_LINE_ENDS = {"\r\n": "CR LF (as Windows does)", "\n": "LF"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A problem, its location and its remedy; line 0 is the whole file."""

    file: str
    line: int
    column: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        location = [self.file, f"line {self.line}" if self.line else "", self.column]
        return f"{', '.join(filter(None, location))}: {self.wrong} {self.remedy}".rstrip()


type Row = dict[str, str]


@dataclass(slots=True)
class Table:
    """A file's rows, each with its first line number, and the findings."""

    name: str
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, Row]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True
    """Whether the whole file was read, so that a missing row is really missing."""

    def report(self, line: int, column: str, wrong: str, remedy: str = "") -> None:
        self.findings.append(Finding(self.name, line, column, wrong, remedy))

    def values(self, column: str) -> set[str]:
        """The column's values that are not blank."""
        return {row[column] for _, row in self.rows if row.get(column)}

    def check_order(self, required: Sequence[str], may_follow: Callable[[str], bool]) -> None:
        """The header is `required` in this order; further columns only if `may_follow`."""
        for position, name in enumerate(required):
            if position >= len(self.columns) or self.columns[position] != name:
                self.report(1, name, f"is not column {position + 1}.", "Keep the order and names.")
                self.complete = False
                return
        for name in self.columns[len(required) :]:
            if not may_follow(name):
                self.report(1, name, "is not a column of this file.", "Leave it out.")

    def check_names(self, required: Collection[str], may_be: Callable[[str], bool]) -> None:
        """The header has all `required` names in any order; further columns only if `may_be`."""
        for name in required:
            if name not in self.columns:
                self.report(1, name, "is missing.", "Add a column with exactly this name.")
                self.complete = False
        for name in self.columns:
            if name not in required and not may_be(name):
                self.report(
                    1, name, "is not a column of this file.", "Leave it out, or correct it."
                )

    def check_values(
        self,
        rules: Mapping[str, Rule],
        required: Collection[str] = (),
        required_in: Callable[[Row], bool] = lambda _row: True,
    ) -> None:
        """Every value that is not blank passes its column's rule; required values are not blank
        in the rows that `required_in` selects."""
        for line, row in self.rows:
            for column, value in row.items():
                if not value.strip():
                    if column in required and required_in(row):
                        self.report(line, column, "is blank.", "Enter a value.")
                elif column in rules and not rules[column].accepts(value):
                    self.report(line, column, "is not allowed.", rules[column].remedy)

    def check_unique(self, *columns: str) -> None:
        """No two rows have the same values in these columns."""
        seen: dict[tuple[str, ...], int] = {}
        for line, row in self.rows:
            key = tuple(row.get(column, "") for column in columns)
            if key[0] and seen.setdefault(key, line) != line:
                self.report(line, columns[0], f"is already on line {seen[key]}.", "Use it once.")

    def check_references(self, column: str, target: Self, target_column: str) -> None:
        """Every id in the column (separated by commas) is in the target column, if the target was
        read completely."""
        if not target.complete:
            return
        known = target.values(target_column)
        for line, row in self.rows:
            ids = [one.strip() for one in row.get(column, "").split(",")]
            if any(one and one not in known for one in ids):
                wrong = f"is not a {target_column} of {target.name}."
                self.report(line, column, wrong, "Add it there, or correct it.")

    def check_period(self, begin: str, end: str, as_day: Callable[[str], str]) -> None:
        """`end` is not before `begin`; `as_day` makes a date comparable."""
        for line, row in self.rows:
            first, last = as_day(row.get(begin, "")), as_day(row.get(end, ""))
            if first and last and last < first:
                self.report(line, end, f"is before {begin}.", "Correct one of them.")


def read(
    name: str,
    content: bytes,
    *,
    separator: str = ",",
    columns: Sequence[str] = (),
    line_ends: Collection[str] = ("\r\n", "\n"),
    bom: bool = False,
) -> Table:
    """Reads the file, without a header if `columns` are given, and reports violations."""
    table = Table(name, complete=False)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        table.report(line, "", "is not UTF-8.", "Save the file as UTF-8.")
        return table
    if text.startswith(BOM):
        if not bom:
            table.report(1, "", "starts with a byte order mark.", "Save the file without it.")
        text = text.removeprefix(BOM)
    records = _records(table, text, separator, line_ends)
    if not columns:
        _, header = next(records, (1, []))
        if not any(header):
            table.report(1, "", "has no header.", "Start the file with the names of its columns.")
            return table
        columns = header
        for position, column in enumerate(header):
            if column in header[:position] or not column.strip():
                wrong = f"is the name of column {position + 1}."
                table.report(1, column, wrong, "Give each column its own name.")
    table.columns = tuple(columns)
    table.complete = True
    _add_rows(table, records)
    return table


def _add_rows(table: Table, records: Iterator[tuple[int, list[str]]]) -> None:
    width, empty = len(table.columns), True
    for line, cells in records:
        empty = False
        if cells == [""] and width > 1:
            table.report(line, "", "is a blank line.", "Remove it.")
        elif len(cells) != width:
            table.complete = False
            table.report(line, "", f"has {len(cells)} values.", f"Write {width}, as the header.")
        else:
            table.rows.append((line, dict(zip(table.columns, cells, strict=True))))
    if empty:
        table.report(WHOLE_FILE, "", "has no data rows.", "Leave the file out, or add rows.")


def _records(
    table: Table, text: str, separator: str, line_ends: Collection[str]
) -> Iterator[tuple[int, list[str]]]:
    """The records, each with its first line number."""
    stop = f"{re.escape(separator)}\r\n"
    cell = re.compile(
        rf'(?:"(?P<quoted>(?:[^"]|"")*)"(?=[{stop}]|\Z)|(?P<plain>[^{stop}]*))'
        rf"(?P<end>{re.escape(separator)}|\r\n|\r|\n|\Z)"
    )
    position, line, begun, used, mixed = 0, 1, 1, "", False
    cells: list[str] = []
    while position < len(text) or cells:
        found = cell.match(text, position)
        assert found is not None  # plain may be empty, and every character that stops it is an end
        quoted, plain, end = found["quoted"], found["plain"], found["end"]
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        column = table.columns[len(cells) - 1] if len(cells) <= len(table.columns) else ""
        if plain and '"' in plain:
            remedy = "Put the value in quotes, and double those inside."
            table.report(line, column, "has a quote in a value without quotes.", remedy)
        breaks = re.findall(r"\r\n|\r|\n", quoted or "")
        if breaks:
            table.report(line, column, "has a line break in a value.", "Write a space instead.")
        line += len(breaks)
        position = found.end()
        if end == separator:
            continue
        if end and end not in line_ends:
            names = " or ".join(_LINE_ENDS[one] for one in line_ends)
            table.report(line, "", "has another line ending.", f"End each line with {names}.")
        elif end and used and end != used and not mixed:
            mixed = True  # reported once
            table.report(
                line, "", "has another line ending than the lines before.", "Use one kind."
            )
        yield begun, cells
        line += 1
        begun, cells, used = line, [], used or end


def run(check: Callable[[Path], list[Finding]], arguments: Sequence[str]) -> int:
    """A checker's command line: prints the findings and returns 1 if there are any."""
    if len(arguments) != 1 or not Path(arguments[0]).exists():
        sys.stderr.write("Name the folder of the files.\n")
        return 2
    findings = check(Path(arguments[0]))
    for finding in sorted(findings)[:MAX_SHOWN]:
        sys.stdout.write(f"{finding}\n")
    if len(findings) > MAX_SHOWN:
        sys.stdout.write(f"… and more; these are the first {MAX_SHOWN}.\n")
    sys.stdout.write("Nothing is wrong.\n" if not findings else f"{len(findings)} found.\n")
    return 1 if findings else 0
