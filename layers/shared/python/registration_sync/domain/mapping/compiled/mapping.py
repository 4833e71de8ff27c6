"""A mapping compiled for one run and school year: maps a registration to the lines of each file.

Preview, test record and export all use these columns, so their values cannot differ.
"""

import time
from collections.abc import Callable
from collections.abc import Mapping as Object
from dataclasses import dataclass
from typing import Any, NamedTuple

from registration_sync.domain.mapping.compiled.file import (
    Claim,
    CompiledFile,
    FieldValue,
    FilePreview,
    RowProblem,
    compile_file,
)
from registration_sync.domain.mapping.compiled.unmatched import Found, Unmatched, UnmatchedValue
from registration_sync.domain.mapping.definition.mapping import Mapping
from registration_sync.domain.mapping.definition.package import Manifest
from registration_sync.domain.mapping.values.budget import Budget
from registration_sync.domain.mapping.values.run_context import RunContext
from registration_sync.domain.mapping.values.sources import Scope
from registration_sync.domain.mapping.values.unmappable import Unmappable

__all__ = [
    "Claim",
    "CompiledFile",
    "CompiledMapping",
    "CompiledPackage",
    "FieldValue",
    "FilePreview",
    "MappedStudent",
    "RowProblem",
    "RunContext",
    "UnmatchedValue",
    "compile_mapping",
]

type Registration = Object[str, Any]
"""A decoded snapshot: registration_id, student_id, school_year, synced_at, and data."""


class MappedStudent(NamedTuple):
    """The encoded lines for each file, in order, and the values that may be in a file only once;
    both are empty if there are problems."""

    lines: tuple[tuple[bytes, ...], ...]
    problems: list[RowProblem]
    claims: list[Claim]


@dataclass(frozen=True, slots=True)
class CompiledPackage:
    """The zip of this run; `names` are the names of the mapping's files in the definition."""

    name: str
    manifest: Manifest | None
    manifest_name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """The files of a run, and the values found without a match code. `is_full`: the run puts all
    current students into every file, even if no student is due. `found` is of the student that is
    mapped now."""

    files: tuple[CompiledFile, ...]
    run: RunContext
    run_scope: dict[str, str]
    unmatched: Unmatched
    found: Found
    budget: Budget
    package: CompiledPackage | None = None
    is_full: bool = False

    @property
    def has_new(self) -> bool:
        """Whether a file has only students that no export has delivered."""
        return any(file.is_new for file in self.files)

    @property
    def delivered_names(self) -> tuple[str, ...]:
        """The names that may be delivered: the package, or the files."""
        return (self.package.name,) if self.package else tuple(file.name for file in self.files)

    def map(
        self, registration: Registration, *, due: bool = True, delivered: bool = False
    ) -> MappedStudent:
        """The student's lines; or every problem, as one problem holds the student in all files.

        A student who is not due has lines in full files only, and one that an export has
        `delivered` has none in files of new students. The writer of the files checks the
        claims, as `unique` applies to a whole file.
        """
        scope = self._scope(registration)
        claims: list[Claim] = []
        if self.budget.is_used:
            self.budget.start()
        in_all = due and not delivered
        try:
            lines = tuple(
                [
                    file.map(scope, claims)
                    if in_all or file.includes(due=due, delivered=delivered)
                    else ()
                    for file in self.files
                ]
            )
        except (Unmappable, TypeError, AttributeError, UnicodeEncodeError):
            # Field by field: finds every problem, and maps an empty list, which is no problem.
            self.found.clear()
            mapped = self._examine(scope, due=due, delivered=delivered)
        else:
            mapped = MappedStudent(lines, [], claims)
        if self.found:
            for count in self.found:
                count(registration["student_id"])
            self.found.clear()
        return mapped

    def _examine(self, scope: Scope, *, due: bool, delivered: bool) -> MappedStudent:
        self.budget.start()
        rows = [
            file.examine(scope) if file.includes(due=due, delivered=delivered) else []
            for file in self.files
        ]
        found = (problem for of_file in rows for row in of_file for problem in row.problems)
        problems = list(dict.fromkeys(found))  # ten thousand contacts may have the same problem
        if problems:
            return MappedStudent((), problems, [])
        claims: list[Claim] = []
        lines = tuple(
            file.lines(of_file, scope, claims)
            for file, of_file in zip(self.files, rows, strict=True)
        )
        return MappedStudent(lines, [], claims)

    def map_removed(self, student_id: str, removed_at: str) -> MappedStudent:
        """The lines of a removed student, in the files with `removals: row`.

        `removed_at` is ISO 8601 in UTC.
        """
        scope = self._scope(
            {
                "registration_id": "",
                "student_id": student_id,
                "school_year": str(self.run.school_year),
                "synced_at": "",
                "removed_at": removed_at,
                "data": {},
            }
        )
        self.budget.start()
        found = [file.examine(scope, removed=True) if file.removals else [] for file in self.files]
        problems = [problem for rows in found for row in rows for problem in row.problems]
        if problems:
            self.found.clear()
            return MappedStudent((), list(dict.fromkeys(problems)), [])
        lines = tuple(
            file.lines(rows, scope, []) for file, rows in zip(self.files, found, strict=True)
        )
        self.found.clear()
        return MappedStudent(lines, [], [])

    def preview(self, registration: Registration) -> list[FilePreview]:
        """The student's rows in each file, with each field's value or problem, and the lines that
        `map` returns."""
        lines = self.map(registration).lines
        scope = self._scope(registration)
        rows: list[FilePreview] = []
        self.budget.start()
        for file in self.files:
            found = file.examine(scope)
            if lines and found[0].row is not None:
                of_file = map(file.text, lines[file.number])
                found = [
                    FilePreview(row.name, row.row, row.fields, line)
                    for row, line in zip(found, of_file, strict=True)
                ]
            rows += found
        self.found.clear()
        return rows

    def _scope(self, registration: Registration) -> Scope:
        return {"data": registration["data"], "registration": registration, "run": self.run_scope}


def compile_mapping(
    mapping: Mapping,
    run: RunContext,
    *,
    is_full: bool = False,
    clock: Callable[[], float] = time.process_time,
) -> CompiledMapping:
    """Compiles the mapping for a run and school year; `is_full` makes every file a full file.

    `clock` gives CPU seconds, which bound the time of a student's patterns.
    """
    found: Found = []
    unmatched, budget = Unmatched(found), Budget(clock)
    files = tuple(
        compile_file(
            number, file, run, is_full=is_full, unmatched=unmatched, found=found, budget=budget
        )
        for number, file in enumerate(mapping.files)
    )
    package = None
    if mapping.package:
        manifest = mapping.package.manifest
        package = CompiledPackage(
            name=run.fill_in(mapping.package.file_name),
            manifest=manifest,
            manifest_name=run.fill_in(manifest.file_name) if manifest else "",
            names=tuple(file.name for file in mapping.files),
        )
    run_scope = {"started_at": run.started_at_text}
    return CompiledMapping(files, run, run_scope, unmatched, found, budget, package, is_full)
