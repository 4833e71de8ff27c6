"""A mapping made ready for one run and school year: registrations in, lines of each file out.

Preview, test record and export use the same compiled columns, so that they cannot differ.
"""

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
from registration_sync.domain.mapping.compiled.unmatched import Unmatched, UnmatchedValue
from registration_sync.domain.mapping.definition.mapping import Mapping
from registration_sync.domain.mapping.definition.package import Manifest
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
    """The encoded lines for each file, in order, and the values that may stand in a file once;
    none at all where there are problems."""

    lines: tuple[tuple[bytes, ...], ...]
    problems: list[RowProblem]
    claims: list[Claim]


@dataclass(frozen=True, slots=True)
class CompiledPackage:
    """The zip of this run; `names` are those of the mapping's files, as the mapping has them."""

    name: str
    manifest: Manifest | None
    manifest_name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """The files of a run, and the values met without a match code; `everyone`: the run asks for
    all current students in every file, also if nobody is due."""

    files: tuple[CompiledFile, ...]
    run: RunContext
    run_scope: dict[str, str]
    unmatched: Unmatched
    package: CompiledPackage | None = None
    everyone: bool = False

    @property
    def delivered_names(self) -> tuple[str, ...]:
        """What may be put on the server: the package or the files."""
        return (self.package.name,) if self.package else tuple(file.name for file in self.files)

    def map(self, registration: Registration, *, due: bool = True) -> MappedStudent:
        """The student's lines; or every problem, as one anywhere holds the student in all files.

        A student who is not due has lines in the files of all students only. `unique` spans a
        whole file: the claims are for whoever writes it.
        """
        scope = self._scope(registration)
        claims: list[Claim] = []
        try:
            lines = tuple(
                [file.map(scope, claims) if due or file.all_students else () for file in self.files]
            )
        except (Unmappable, TypeError, AttributeError, UnicodeEncodeError):
            # Something is wrong somewhere in a row: look again, field by field.
            self.unmatched.forget()
            problems = list(
                dict.fromkeys(  # ten thousand contacts may have the same one
                    problem
                    for file in self.files
                    if due or file.all_students
                    for row in file.examine(scope)
                    for problem in row.problems
                )
            )
            if not problems:  # a mistake of ours: it must not pass for a student without rows
                raise
            self.unmatched.keep(registration["student_id"])
            return MappedStudent((), problems, [])
        self.unmatched.keep(registration["student_id"])
        return MappedStudent(lines, [], claims)

    def map_removed(self, student_id: str, removed_at: str) -> MappedStudent:
        """The lines of a removed student, in the files that ask for `removals`.

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
        found = [file.examine(scope, removed=True) if file.removals else [] for file in self.files]
        self.unmatched.forget()
        problems = [problem for rows in found for row in rows for problem in row.problems]
        if problems:
            return MappedStudent((), list(dict.fromkeys(problems)), [])
        lines = tuple(
            tuple(file.line(row) for row in rows if row.row is not None)
            for file, rows in zip(self.files, found, strict=True)
        )
        return MappedStudent(lines, [], [])

    def preview(self, registration: Registration) -> list[FilePreview]:
        """The student's rows in each file, with each field's value or problem, and the very lines
        that `map` gives."""
        lines = self.map(registration).lines
        scope = self._scope(registration)
        rows: list[FilePreview] = []
        for file in self.files:
            found = file.examine(scope)
            if lines and found[0].row is not None:
                of_file = map(file.text, lines[file.number])
                found = [
                    FilePreview(row.name, row.row, row.fields, line)
                    for row, line in zip(found, of_file, strict=True)
                ]
            rows += found
        self.unmatched.forget()
        return rows

    def _scope(self, registration: Registration) -> Scope:
        return {"data": registration["data"], "registration": registration, "run": self.run_scope}


def compile_mapping(
    mapping: Mapping, run: RunContext, *, everyone: bool = False
) -> CompiledMapping:
    """Makes the mapping ready for a run and school year; `everyone` asks for all current students
    in every file."""
    unmatched = Unmatched()
    files = tuple(
        compile_file(number, file, run, everyone=everyone, unmatched=unmatched)
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
    return CompiledMapping(files, run, run_scope, unmatched, package, everyone)
