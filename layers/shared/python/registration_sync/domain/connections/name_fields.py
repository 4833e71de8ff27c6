"""The fields of a registration that hold a student's name, as a connection chooses them."""

from collections.abc import Mapping, Sequence
from typing import Any

from registration_sync.domain.mapping.values.sources import check_source, field_path, text_at
from registration_sync.domain.mapping.values.unmappable import Unmappable

USUAL_NAME_FIELDS = ("students.fname", "students.mname", "students.lname")
"""As SchoolMint Enroll usually names them."""

MAX_NAME_FIELDS = 5


def check_name_field(path: str) -> str:
    """Returns a path of the registration's data; ValueError says what to write instead."""
    check_source(path)
    if path.split(".", maxsplit=1)[0] in {"registration", "run", "row", "entry"}:
        raise ValueError("Enter a field of the registration's data, such as students.fname.")
    return path


def name_of(registration: Mapping[str, Any], paths: Sequence[str]) -> list[str]:
    """The value of each field of a decoded snapshot; blank where there is no text."""
    return [_text(registration, path) for path in paths]


def _text(registration: Mapping[str, Any], path: str) -> str:
    try:
        return text_at({"data": registration["data"]}, field_path(path)).strip()
    except Unmappable:
        return ""
