"""Counts the students who would need attention because of a mapping, and because of which field."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.mapping.compiled.file import WHOLE_ROW
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.draft import Draft
from registration_sync.use_cases.students.registration_sample import RegistrationSample


class FieldAttention(NamedTuple):
    """The number of students who need attention because of a field, by the indexes of its file and
    of the field in the mapping; `field` is None for the rows of the file as a whole."""

    file: int
    field: int | None
    students: int


@dataclass(frozen=True, slots=True)
class Attention:
    """Of `looked_at` students, `students` need attention; `complete`: there are no others."""

    looked_at: int
    complete: bool
    students: int
    fields: list[FieldAttention]


class CompiledByYear(dict[int, CompiledMapping]):
    """The usable part of a draft, compiled for each school year on demand; KeyError if the draft
    has none."""

    def __init__(self, draft: Draft, connection: Connection, now: dt.datetime) -> None:
        super().__init__()
        self._draft, self._zone, self._now = draft, connection.zone, now

    def __missing__(self, school_year: int) -> CompiledMapping:
        if self._draft.mapping is None:
            raise KeyError(school_year)
        context = RunContext(self._now, self._zone, school_year)
        self[school_year] = compile_mapping(self._draft.mapping, context)
        return self[school_year]


def count_attention(
    draft: Draft, compiled: CompiledByYear, sample: RegistrationSample
) -> Attention:
    """Maps the students of the sample with the code that exports them. Does not check `unique`,
    which spans a file. Raises Unavailable."""
    found: Counter[tuple[str, str]] = Counter()
    students = 0
    for registration in sample:
        if draft.mapping is None:
            continue
        problems = compiled[int(registration["school_year"])].map(registration).problems
        found.update({(one.file, one.field) for one in problems})
        students += bool(problems)
    indexes = {name: at for of_year in compiled.values() for name, at in _indexes(draft, of_year)}
    fields = [FieldAttention(*indexes[key], count) for key, count in found.items()]
    return Attention(sample.looked_at, sample.complete, students, fields)


def _indexes(
    draft: Draft, compiled: CompiledMapping
) -> Iterator[tuple[tuple[str, str], tuple[int, int | None]]]:
    """The indexes of each file and column in the mapping, by the names in a problem; a file's name
    depends on the school year."""
    for file, (at, columns) in zip(compiled.files, draft.indexes, strict=True):
        yield (file.name, WHOLE_ROW), (at, None)
        for column, field in zip(file.columns, columns, strict=True):
            yield (file.name, column.to), (at, field)
