"""Reads the usable part of a mapping with mistakes, for previews while someone edits it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from registration_sync.domain.errors import InvalidRequest, Problem, TooLarge
from registration_sync.domain.mapping.definition.mapping import (
    DoNotMapField,
    Mapping,
    parse_mapping,
)
from registration_sync.domain.mapping.definition.warnings import KnownFields, mapping_warnings

_PROBLEM_PATH = re.compile(r"files\[(\d+)\](?:\.fields\[(\d+)\]|\.(\w+))?")

_MAX_ROUNDS = 4
"""Some problems show only after others are fixed: a check of a whole part needs valid keys."""

type Definition = dict[str, Any]


class FileIndexes(NamedTuple):
    """The index of a file in the definition, and the indexes of its columns among its fields."""

    file: int
    columns: list[int]


@dataclass(frozen=True, slots=True)
class Draft:
    """The usable part of a mapping (None if there is none), and the error of the whole, if any."""

    mapping: Mapping | None
    indexes: list[FileIndexes]
    error: InvalidRequest | None
    definition: Definition
    fields: list[FileIndexes]
    """The usable part as it was sent, and the indexes of its files and fields in the whole."""

    def warnings(self, known: KnownFields) -> list[Problem]:
        """The warnings about the usable part, with the paths of the whole."""
        if self.mapping is None:
            return []
        found = mapping_warnings(self.definition, known)
        return [Problem(_PROBLEM_PATH.sub(self._path_in_whole, p.path), p.message) for p in found]

    def _path_in_whole(self, path: re.Match[str]) -> str:
        file, field, setting = path.groups()
        original, fields = self.fields[int(file)]
        if field:
            return f"files[{original}].fields[{fields[int(field)]}]"
        return f"files[{original}]" + (f".{setting}" if setting else "")


def read_draft(definition: object) -> Draft:
    """Reads a mapping without its wrong fields, wrong settings, and files without a valid field.

    A wrong setting counts as left out; a file without a valid name gets one. Raises TooLarge.
    """
    usable: Any = definition
    error, indexes = None, _indexes(definition)
    for _ in range(_MAX_ROUNDS):
        try:
            mapping = parse_mapping(usable)
        except TooLarge:
            raise
        except InvalidRequest as found:
            error = error or found
            if not isinstance(usable, dict):
                break
            usable, indexes = _without(usable, indexes, found.problems)
        else:
            columns = _columns_only(mapping, indexes)
            return Draft(mapping, columns, error, usable, indexes)
    return Draft(None, [], error, {}, [])


def _indexes(definition: object) -> list[FileIndexes]:
    files = definition.get("files") if isinstance(definition, dict) else None
    return [
        FileIndexes(number, list(range(len(_fields(file)))))
        for number, file in enumerate(files if isinstance(files, list) else ())
    ]


def _columns_only(mapping: Mapping, indexes: list[FileIndexes]) -> list[FileIndexes]:
    return [
        FileIndexes(
            number,
            [
                index
                for index, field in zip(fields, file.fields, strict=True)
                if not isinstance(field, DoNotMapField)
            ],
        )
        for file, (number, fields) in zip(mapping.files, indexes, strict=True)
    ]


def _fields(file: object) -> list[Any]:
    fields = file.get("fields") if isinstance(file, dict) else None
    return fields if isinstance(fields, list) else []


def _without(
    definition: Definition, indexes: list[FileIndexes], problems: Iterable[Problem]
) -> tuple[Definition, list[FileIndexes]]:
    """The definition without the parts that have problems, and the original indexes of the rest."""
    wrong = {match.groups() for one in problems if (match := _PROBLEM_PATH.match(one.path))}
    files, kept = [], []
    for number, (original, fields) in enumerate(indexes):
        file, at = definition["files"][number], str(number)
        if {(at, None, None), (at, None, "fields")} & wrong:
            continue
        right = [n for n in range(len(fields)) if (at, str(n), None) not in wrong]
        settings = {key: value for key, value in file.items() if (at, None, key) not in wrong}
        settings.setdefault("name", f"file-{original + 1}")
        files.append({**settings, "fields": [_fields(file)[n] for n in right]})
        kept.append(FileIndexes(original, [fields[n] for n in right]))
    whole = {**definition, "files": files}
    if any(one.path.startswith("package") for one in problems):
        del whole["package"]
    return whole, kept
