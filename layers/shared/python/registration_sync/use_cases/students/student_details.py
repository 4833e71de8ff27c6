"""Details of listed students: the last export, the values at fault, and mapped values."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registration_sync.domain.connections.connection import Connection, SavedMapping
from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    FilePreview,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.draft import read_draft
from registration_sync.domain.registrations.batches import Current
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.domain.registrations.receipt import Receipt
from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.domain.runs.run import HeldRow
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Mappings
from registration_sync.ports.registrations import StudentPages
from registration_sync.use_cases.ledger.stored_year import StoredYear

UNIQUE = "unique"
"""The only rule about several students; a preview of one student cannot break it."""
MAX_COLUMNS = 10
MAX_VALUE_CHARACTERS = 1_000
"""Of a value in a list, which shows the beginning of a longer one."""


class ColumnPlace(NamedTuple):
    """The index of a file in the mapping, and of a field among the fields of that file."""

    file: int
    field: int


@dataclass(frozen=True, slots=True)
class StudentDetails:
    """`exported` is the run that last exported the student. `at_fault` has the value for each
    reason of a held student, None where the mapping no longer has the field or was fixed; `values`
    the mapped values for each wanted column, one for each row of the student."""

    exported: LedgerEntry | None
    at_fault: list[str | None]
    values: list[list[str]]


class DetailsReader:
    """Reads details of the students of a year. Values are mapped again, with the latest mapping:
    neither the values of a held student nor those that were delivered are stored by student."""

    def __init__(
        self,
        connection: Connection,
        school_year: int,
        columns: Sequence[ColumnPlace] = (),
        *,
        now: dt.datetime,
        mappings: Mappings,
        snapshots: StudentPages,
        archive: Archive,
        workspace: Path,
    ) -> None:
        """Raises InvalidRequest for columns that the mapping does not have."""
        year = StoredYear(connection.connection_id, school_year, snapshots, archive, workspace)
        self._entry = cache(year.ledger)
        self._places: dict[tuple[str, ColumnPlace], int] = {}
        context = RunContext(now, connection.zone, school_year)
        self._compiled = self._compile(mappings.latest(connection.connection_id), context)
        self._columns = [self._column(place) for place in columns]

    def details(self, receipt: Receipt) -> StudentDetails:
        """Raises Unavailable."""
        current = receipt.current
        rows = self._rows(current) if receipt.reasons or self._columns else []
        return StudentDetails(
            exported=self._entry(current.exported_in) if current.exported_in else None,
            at_fault=[
                _at_fault(rows, one["file"], one["field"], one["rule"]) for one in receipt.reasons
            ],
            values=[
                [_shown(row.fields[at].value) for row in rows if row.name == name and row.fields]
                for name, at in self._columns
            ],
        )

    def at_fault(self, current: Current, reasons: Sequence[HeldRow]) -> list[str | None]:
        """The student's value for each reason, None where the mapping has no such field, or no
        problem with it now."""
        rows = self._rows(current)
        return [_at_fault(rows, one.file, one.field, one.rule) for one in reasons]

    def _rows(self, current: Current) -> list[FilePreview]:
        if self._compiled is None or current.snapshot is None:
            return []
        return self._compiled.preview(decode_snapshot(current.snapshot))

    def _compile(self, saved: SavedMapping | None, context: RunContext) -> CompiledMapping | None:
        draft = read_draft(saved.definition) if saved else None
        if draft is None or draft.mapping is None:
            return None
        compiled = compile_mapping(draft.mapping, context)
        for file, indexes in zip(compiled.files, draft.indexes, strict=True):
            for at, field in enumerate(indexes.columns):
                self._places[file.name, ColumnPlace(indexes.file, field)] = at
        return compiled

    def _column(self, wanted: ColumnPlace) -> tuple[str, int]:
        """The name of the file, and the index of the column in it."""
        for (name, place), at in self._places.items():
            if place == wanted:
                return name, at
        message = f"The mapping has no column {wanted.file}.{wanted.field}: read the mapping again."
        raise InvalidRequest(message, problems=[Problem("columns", message)])


def _at_fault(rows: Sequence[FilePreview], file: str, to: str, rule: str) -> str | None:
    """The value of the field, of the first row with a problem there. A file with the date in its
    name has another name now, so the field is looked for in all files, too.

    A value without a problem was fixed since, in Enroll or in the mapping: shown as the value at
    fault, a new code would be offered for the code itself.
    """
    fields = [(row.name == file, field) for row in rows for field in row.fields if field.to == to]
    if not fields:
        return None
    _, found = max(fields, key=lambda one: (one[0], one[1].problem is not None))
    is_fixed = found.problem is None and rule != UNIQUE
    return None if is_fixed else _shown(found.value)


def _shown(value: str) -> str:
    cut = len(value) > MAX_VALUE_CHARACTERS
    return f"{value[:MAX_VALUE_CHARACTERS]}…" if cut else value
