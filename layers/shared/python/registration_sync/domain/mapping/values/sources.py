"""Field paths: where a mapped value is in the registration, in the row's entry, or in the run."""

import unicodedata
from collections.abc import Callable
from collections.abc import Mapping as Object
from typing import Any

from registration_sync.domain.mapping.values.characters import is_blank, name_character
from registration_sync.domain.mapping.values.unmappable import Unmappable

type Scope = Object[str, Any]
"""The values that a row's paths read, by root: data, registration, run; entry and row as well in a
file with a row per entry."""

type FieldPath = tuple[tuple[str, ...], str]
"""The path of a group of fields in a scope, and the name of the field in that group."""

type GroupReader = Callable[[Scope], Object[str, Any]]
"""Returns the group of fields at a path of the scope."""

REGISTRATION_FACTS = ("school_year", "synced_at", "student_id", "registration_id", "removed_at")
"""Times are in UTC; `removed_at` is blank except in the row of a removed student."""

RUN_FACTS = ("started_at",)
REMOVAL_FACTS = (
    *("registration.student_id", "registration.school_year", "registration.removed_at"),
    "run.started_at",
)
"""The paths that are known for a removed student."""

ROW_FACTS = ("number",)
ENTRY = "entry"

FACTS = (
    *(f"registration.{name}" for name in REGISTRATION_FACTS),
    *(f"run.{name}" for name in RUN_FACTS),
    *(f"row.{name}" for name in ROW_FACTS),
)
NO_FIELD: FieldPath = (("registration",), "")
"""The path of a column that reads no field: always blank."""

_EMPTY: dict[str, Any] = {}


def check_source(path: str) -> str:
    """Returns a valid path of names separated by dots; ValueError says what to write instead."""
    names = path.split(".")
    for index, character in enumerate(path):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError(
                f"{name_character(path, index)} is not visible: enter the path without it, such as "
                "students.fname."
            )
    unclean = any(not name or name != name.strip() for name in names)
    if unclean or len(path) > 200 or len(names) > 10:
        raise ValueError(
            "Enter the field's path, such as students.fname: 1 to 10 names separated by dots, at "
            "most 200 characters."
        )
    if names[0] in {"registration", "run", "row"} and path not in FACTS:
        raise ValueError(f"There is no {path}: enter one of {', '.join(FACTS)}.")
    if path == ENTRY:
        raise ValueError("Enter a field of the entry, such as entry.fname.")
    return path


def is_of_entry(path: str) -> bool:
    """Whether the path exists only in a file with a row per entry."""
    return path.split(".", maxsplit=1)[0] in {ENTRY, "row"}


def field_path(path: str) -> FieldPath:
    """Parses a path that `check_source` accepts."""
    *group, name = path.split(".")
    if group and group[0] in {"registration", "run", "row", ENTRY}:
        return tuple(group), name
    return ("data", *group), name


def group_at(scope: Scope, path: tuple[str, ...]) -> Object[str, Any]:
    """The group of fields at a path, empty if absent or blank; raises Unmappable for another
    value."""
    group: Any = scope[path[0]]
    for name in path[1:]:
        group = group.get(name) or _EMPTY
        if not isinstance(group, dict):
            raise Unmappable(
                "not_a_group",
                "The field's path goes through a text or a list, not a group: correct the path.",
            )
    return group  # type: ignore[no-any-return]  # a dict, by the check above


def group_reader(path: tuple[str, ...]) -> GroupReader:
    """Builds the function that calls `group_at` with this path; faster for a group of the data."""
    if len(path) != 2:
        return lambda scope: group_at(scope, path)
    root, name = path

    def read(scope: Scope) -> Object[str, Any]:
        group = scope[root].get(name)
        return group if type(group) is dict else group_at(scope, path)

    return read


def text_of(value: object) -> str:
    """The value if it is text, blank for an empty list or group; raises Unmappable otherwise."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict) and not value:
        return ""
    raise Unmappable(
        "not_text",
        "The field is a group or a list of values, not text: choose one of its values.",
    )


def text_at(scope: Scope, path: FieldPath) -> str:
    """The text at a path, blank if absent; raises Unmappable if it is not text."""
    group, name = path
    return text_of(group_at(scope, group).get(name, ""))


def is_empty(value: object) -> bool:
    """Whether a text is blank, or a group or list is empty."""
    return is_blank(value) if isinstance(value, str) else not value
