"""Where a mapped value comes from: a path into a registration, the row's entry, or the run."""

import unicodedata
from collections.abc import Mapping as Object
from typing import Any

from registration_sync.domain.mapping.values.unmappable import Unmappable, is_blank

type Scope = Object[str, Any]
"""What a row's paths lead through: data, registration, run, and in a file of entries also entry
and row."""

type Place = tuple[tuple[str, ...], str]
"""The names that lead to a group in a scope, and the name of the value in it."""

REGISTRATION_FACTS = ("school_year", "synced_at", "student_id", "registration_id", "removed_at")
"""The moments in UTC, `removed_at` blank but for a removed student; see `removals` of a file."""

RUN_FACTS = ("started_at",)
ROW_FACTS = ("number",)
ENTRY = "entry"

FACTS = (
    *(f"registration.{name}" for name in REGISTRATION_FACTS),
    *(f"run.{name}" for name in RUN_FACTS),
    *(f"row.{name}" for name in ROW_FACTS),
)
NOWHERE: Place = (("registration",), "")
"""Where nothing is: for columns that read no field."""

_NOTHING: dict[str, Any] = {}


def check_source(path: str) -> str:
    """A path of names with dots between them; ValueError says what to write instead."""
    names = path.split(".")
    unclean = any(
        not name or name != name.strip() or any(unicodedata.category(c) == "Cc" for c in name)
        for name in names
    )
    if unclean or len(path) > 200 or len(names) > 10:
        raise ValueError(
            "Write the field's path, such as students.fname: 1 to 10 names with a dot between "
            "them, at most 200 characters."
        )
    if names[0] in {"registration", "run", "row"} and path not in FACTS:
        raise ValueError(f"There is no {path}: write one of {', '.join(FACTS)}.")
    if path == ENTRY:
        raise ValueError("Write the field of the entry, such as entry.fname.")
    return path


def is_of_entry(path: str) -> bool:
    """Whether the path exists only where a file has a row per entry."""
    return path.split(".", maxsplit=1)[0] in {ENTRY, "row"}


def place_of(path: str) -> Place:
    """The place of a path in a scope."""
    *group, name = path.split(".")
    if group and group[0] in {"registration", "run", "row", ENTRY}:
        return tuple(group), name
    return ("data", *group), name


def group_at(scope: Scope, path: tuple[str, ...]) -> Object[str, Any]:
    """The group of fields at a path; an absent or blank one holds nothing."""
    group: Any = scope[path[0]]
    for name in path[1:]:
        group = group.get(name) or _NOTHING
        if not isinstance(group, dict):
            raise Unmappable(
                "not_a_group",
                "The field's path leads through a value that is text or a list: correct the path.",
            )
    return group  # type: ignore[no-any-return]  # a dict, by the check above


def text_of(value: object) -> str:
    """The value, if it is text."""
    if isinstance(value, str):
        return value
    raise Unmappable(
        "not_text",
        "The field is a group or a list of values, not text: choose one value in it.",
    )


def text_at(scope: Scope, place: Place) -> str:
    """The text at a place, blank where nothing is; raises Unmappable if it is no text."""
    group, name = place
    return text_of(group_at(scope, group).get(name, ""))


def is_nothing(value: object) -> bool:
    """Whether a value of any shape is blank or empty."""
    return is_blank(value) if isinstance(value, str) else not value
