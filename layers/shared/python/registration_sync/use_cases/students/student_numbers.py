"""The number that the SIS knows a student by: the value that the mapping writes as it."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.draft import read_draft
from registration_sync.ports.connections import Mappings

_NUMBER_HEADER = re.compile(
    r"(student|stdt|stu|pupil|learner)(sis|local|district|school|perm)?(id|number|num|no|nbr)"
    r"|(sis|local|perm|permanent)(student)?(id|number|num|no|nbr)|sourcedid|sisuserid"
)
"""The headers of PowerSchool, Infinite Campus, Skyward, Synergy, Aeries, Focus, Clever and
OneRoster for it, in lower case and without punctuation. Not the number of the state."""


class StudentNumbers:
    """Maps registrations to the number of the latest mapping."""

    def __init__(self, connection: Connection, *, now: dt.datetime, mappings: Mappings) -> None:
        """Raises Unavailable."""
        self._connection = connection
        self._now = now
        saved = mappings.latest(connection.connection_id)
        self._definition = _number_only(saved.definition) if saved else None
        self._of_year = cache(self._compile)

    def of(self, registration: Mapping[str, Any]) -> str:
        """The number of a decoded snapshot; empty without a column for it, or if it is held."""
        compiled = self._of_year(int(registration["school_year"])) if self._definition else None
        if compiled is None:
            return ""
        rows = (row for row in compiled.preview(registration) if row.row is not None)
        return next((row.fields[0].value for row in rows if not row.problems), "")

    def _compile(self, school_year: int) -> CompiledMapping | None:
        draft = read_draft(self._definition)
        context = RunContext(self._now, self._connection.zone, school_year)
        return compile_mapping(draft.mapping, context) if draft.mapping else None


def _number_only(definition: Mapping[str, Any]) -> dict[str, Any] | None:
    """A mapping with that column only: the first one in a file with one row for each student."""
    for file in definition.get("files", ()):
        for field in file.get("fields", ()) if "rows" not in file else ():
            name = re.sub("[^a-z0-9]", "", str(field.get("to", "")).lower())
            if field.get("mapping_type") != "do_not_map" and _NUMBER_HEADER.fullmatch(name):
                return {"files": [{"name": "number", "fields": [field]}]}
    return None
