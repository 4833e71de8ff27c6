"""A mapping that somebody is writing: what can be used of it, though some of it is wrong."""

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

_PLACE = re.compile(r"files\[(\d+)\](?:\.fields\[(\d+)\]|\.(\w+))?")

_ROUNDS = 4
"""What is wrong with a whole part shows only when its keys are right."""

type Definition = dict[str, Any]


class FilePlaces(NamedTuple):
    """Where a file and its columns stand in the mapping as it was written."""

    place: int
    columns: list[int]


@dataclass(frozen=True, slots=True)
class Draft:
    """What can be used, None if nothing can, and what is wrong with the whole, if anything is."""

    mapping: Mapping | None
    places: list[FilePlaces]
    error: InvalidRequest | None


def read_draft(definition: object) -> Draft:
    """Reads a mapping without the fields and settings that are wrong, and without a file that has
    no right field: such a setting counts as left out, and a file without a usable name has one of
    ours. Raises TooLarge."""
    error, usable, places = None, definition, _places(definition)
    for _ in range(_ROUNDS):
        try:
            mapping = parse_mapping(usable)
        except TooLarge:
            raise
        except InvalidRequest as found:
            error = error or found
            if not isinstance(usable, dict):
                break
            usable, places = _without(usable, places, found.problems)
        else:
            return Draft(mapping, _of_columns(mapping, places), error)
    return Draft(None, [], error)


def _places(definition: object) -> list[FilePlaces]:
    files = definition.get("files") if isinstance(definition, dict) else None
    return [
        FilePlaces(place, list(range(len(_fields(file)))))
        for place, file in enumerate(files if isinstance(files, list) else ())
    ]


def _of_columns(mapping: Mapping, places: list[FilePlaces]) -> list[FilePlaces]:
    return [
        FilePlaces(
            place,
            [
                at
                for at, field in zip(fields, file.fields, strict=True)
                if not isinstance(field, DoNotMapField)
            ],
        )
        for file, (place, fields) in zip(mapping.files, places, strict=True)
    ]


def _fields(file: object) -> list[Any]:
    fields = file.get("fields") if isinstance(file, dict) else None
    return fields if isinstance(fields, list) else []


def _without(
    definition: Definition, places: list[FilePlaces], problems: Iterable[Problem]
) -> tuple[Definition, list[FilePlaces]]:
    """The definition without all that a problem is in, and the places of what stays."""
    wrong = {match.groups() for one in problems if (match := _PLACE.match(one.path))}
    files, kept = [], []
    for number, (place, fields) in enumerate(places):
        file, at = definition["files"][number], str(number)
        if {(at, None, None), (at, None, "fields")} & wrong:
            continue
        right = [n for n in range(len(fields)) if (at, str(n), None) not in wrong]
        settings = {key: value for key, value in file.items() if (at, None, key) not in wrong}
        settings.setdefault("name", f"file-{place + 1}")
        files.append({**settings, "fields": [_fields(file)[n] for n in right]})
        kept.append(FilePlaces(place, [fields[n] for n in right]))
    whole = {**definition, "files": files}
    if any(one.path.startswith("package") for one in problems):
        del whole["package"]
    return whole, kept
