"""A registration, its ids, and its stored snapshot. Without pydantic: the sync function must start
fast."""

import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.school_year import is_school_year

APPROVED = "Registration Approved"
MAX_SNAPSHOT_BYTES = 350_000
"""DynamoDB allows 400 kB for an item; this leaves room for the keys and another codec."""

COMPRESS_ABOVE_BYTES = 1_000
"""DynamoDB bills writes by the kB: below 1 kB, compression saves nothing."""

STUDENT_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}", re.ASCII)
NUMBER_AS_ID = (
    'Send the id as text, such as "1001": a number may have digits only, and no sign, point or '
    "exponent."
)
WRITE_START_YEAR = "Enter the start year as four digits: 2025 for 2025-26."

_JSON, _ZLIB_JSON = b"J", b"Z"

MAX_PATH_SHOWN = 200

type Text = str | dict[str, Text] | list[Text]
"""A value of `data`: text, or a group or list of values."""

type RefusalCode = Literal[
    "invalid_text",
    "not_approved",
    "not_taken",
    "repeated_field",
    "school_year_too_far_off",
    "too_large",
    "undecided",
]
"""docs/enroll.md explains each."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a registration is refused: a stable code and a message."""

    code: RefusalCode
    message: str


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration of a request; `index` is its position there, from 0. One with a `refusal`
    has data that cannot be stored."""

    index: int
    registration_id: str
    student_id: str
    school_year: int
    status: str
    data: dict[str, Text]
    refusal: Refusal | None = None


type Selector = Callable[[Registration], Refusal | None]
"""Tests whether a connection takes the registration; None means that it does."""

NOT_TAKEN = Refusal(
    "not_taken",
    "The connection does not take this registration, because of its school year or its data. An "
    "earlier registration of the student and year is removed from the connection.",
)


def parse_school_year(value: object) -> int | None:
    """A start year (1990 to 2100) from a number or its text; None if it is not one."""
    year = four_digits(value)
    return year if year is not None and is_school_year(year) else None


def four_digits(value: object) -> int | None:
    """Any year from a number or its text; None if it has not four digits."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}", text, re.ASCII):
        return None
    return int(text)


def school_year_of(value: str) -> int:
    """A start year from a path; raises InvalidRequest."""
    school_year = parse_school_year(value)
    if school_year is None:
        problems = [Problem("school_year", WRITE_START_YEAR)]
        raise InvalidRequest(WRITE_START_YEAR, problems=problems)
    return school_year


def parse_student_id(value: object) -> str:
    """A student id from a path or a body: text as it is, or a number of digits only, because a
    spreadsheet's `1001.0` is not the id that the SIS has. Raises InvalidRequest."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if is_number or isinstance(value, str) else ""
    if is_number and not text.isdecimal():
        raise InvalidRequest(NUMBER_AS_ID, problems=[Problem("student_id", NUMBER_AS_ID)])
    if not STUDENT_ID.fullmatch(text):
        message = f"A student id is 1 to 64 letters, digits or . _ - @.{wrong_in_id(text)}"
        raise InvalidRequest(message, problems=[Problem("student_id", message)])
    return text


def wrong_in_id(text: str) -> str:
    """A sentence that names the first character that no id has; empty if there is none."""
    index = next((i for i, one in enumerate(text) if not STUDENT_ID.fullmatch(one)), None)
    return "" if index is None else f" It has {_number_of(text, index)}."


def encode_snapshot(registration: Registration, synced_at: str) -> bytes | Refusal:
    """The bytes to store for a registration, or the Refusal of one that cannot be stored.

    The first byte names the codec, so the codec can change. `synced_at` is ISO 8601 in UTC.
    """
    if registration.refusal:
        return registration.refusal
    if registration.status != APPROVED:
        return Refusal(
            "not_approved",
            f'Only the status "{APPROVED}" is accepted; this one is '
            f"{_quoted_status(registration.status[:80])}.",
        )
    content = {
        "registration_id": registration.registration_id,
        "student_id": registration.student_id,
        "school_year": str(registration.school_year),
        "synced_at": synced_at,
        "data": registration.data,
    }
    try:
        encoded = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return Refusal("invalid_text", damaged_text(registration.data, _is_surrogate))
    if len(encoded) > MAX_SNAPSHOT_BYTES:
        return Refusal(
            "too_large", "The registration is over 350 kB: send fewer or shorter fields."
        )
    if len(encoded) <= COMPRESS_ABOVE_BYTES:
        return _JSON + encoded
    return _ZLIB_JSON + zlib.compress(encoded, 1)


def _quoted_status(status: str) -> str:
    """The status, and its first character that may look like another one or like none."""
    found = next((i for i, one in enumerate(status) if not " " <= one <= "~"), None)
    return f'"{status}"' + (f" with {_number_of(status, found)}" if found is not None else "")


def _number_of(text: str, index: int) -> str:
    return f"U+{ord(text[index]):04X} (character {index + 1})"


def damaged_text(data: Text, is_wrong: Callable[[str], bool]) -> str:
    """A message about the first wrong character, with its U+ number and position; empty if there is
    none."""
    for path, text in _texts(data, "data"):
        for index, character in enumerate(text):
            if is_wrong(character):
                return (
                    f"{path[:MAX_PATH_SHOWN]} has U+{ord(character):04X} as character {index + 1}: "
                    "the text was damaged before it arrived. Send it as UTF-8."
                )
    return ""


def _texts(content: Text, path: str) -> Iterator[tuple[str, str]]:
    """Each name and value, with its path."""
    if isinstance(content, str):
        yield path, content
    elif isinstance(content, dict):
        for name, value in content.items():
            yield f"a name in {path}", name
            yield from _texts(value, f"{path}.{name}")
    else:
        for index, value in enumerate(content):
            yield from _texts(value, f"{path}[{index}]")


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def decode_snapshot(stored: bytes) -> dict[str, Any]:
    """The registration as the mapping reads it: its ids, school_year, synced_at and data."""
    decoded: dict[str, Any] = orjson.loads(_json_of(stored))
    return decoded


def has_same_content(before: bytes, after: bytes) -> bool:
    """Whether two snapshots differ in nothing but the time of the sync; false if `before` cannot be
    read."""
    try:
        first, second = _json_of(before), _json_of(after)
        if len(first) != len(second):  # the time always has the same length
            return False
        return _without_time(first) == _without_time(second)
    except (ValueError, zlib.error):
        return False


def _without_time(text: bytes) -> dict[str, Any]:
    return {**orjson.loads(text), "synced_at": ""}


def _json_of(stored: bytes) -> bytes:
    codec, content = stored[:1], stored[1:]
    if codec == _ZLIB_JSON:
        return zlib.decompress(content)
    if codec != _JSON:
        raise ValueError(f"unknown snapshot codec {codec!r}: a newer version may have written it")
    return content
