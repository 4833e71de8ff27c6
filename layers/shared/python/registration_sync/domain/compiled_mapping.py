"""A mapping made ready for one run and school year: registrations in, lines of each file out.

Preview, test record and export use the same compiled columns, so that they cannot differ.
"""

from collections.abc import Callable, Mapping as Object
from dataclasses import dataclass
from typing import Any, NamedTuple

from registration_sync.domain.csv_file import (
    CODECS,
    CsvFormat,
    LineWriter,
    file_head,
    line_writer,
    why_unwritable,
)
from registration_sync.domain.mapping import (
    DirectField,
    ExportFile,
    MappedField,
    Mapping,
    MatchCodesField,
)
from registration_sync.domain.run_facts import RunFacts
from registration_sync.domain.sources import RUN_STARTED_AT, place_of
from registration_sync.domain.transformations import ValueStep, build_chain, match_codes_step
from registration_sync.domain.unmappable import Unmappable, is_blank

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

type Registration = Object[str, Any]
"""A decoded snapshot: registration_id, student_id, school_year, synced_at, and data."""

_NOTHING: dict[str, Any] = {}
