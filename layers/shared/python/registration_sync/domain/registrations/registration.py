"""A registration as SchoolMint Enroll sends it, and the snapshot that is kept of it.

Free of pydantic: the sync function must start fast. Every value of `data` is text from here on,
numbers in the very digits they were typed in.
"""

import datetime as dt
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson

from registration_sync.domain.errors import InvalidRequest, Problem, TooLarge
from registration_sync.domain.school_year import is_school_year

APPROVED = "Registration Approved"
REGISTRATIONS_AT_ONCE = 500
REQUEST_BYTES = 4_000_000
SNAPSHOT_BYTES = 350_000
"""Of DynamoDB's 400 kB for an item, with room for the keys and for another codec."""

COMPRESSED_ABOVE_BYTES = 1_000
"""DynamoDB bills writes by the kB: below one, compression saves nothing."""

_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}", re.ASCII)
_JSON, _ZLIB_JSON = b"J", b"Z"

type Text = str | dict[str, Text] | list[Text]
"""What a value of `data` is: text, or a group or list of them."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration of a request; `place` counts from 0 in the order of the request."""

    place: int
    registration_id: str
    student_id: str
    school_year: int
    status: str
    data: dict[str, Text]


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What one call asks to be synced; `as_of` dates it back, if it waited on its way."""

    registrations: list[Registration]
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a registration is not taken: a stable code and a sentence."""

    code: str
    message: str


def parse_sync_request(body: str) -> SyncRequest:
    """Reads `{"registrations": [{registration_id, student_id, school_year, status, data}],
    "as_of"?: "2026-03-02T10:00:00Z"}`.

    Raises TooLarge over 500 registrations or 4 MB, InvalidRequest with every problem otherwise.
    """
    if len(body.encode("utf-8", "surrogatepass")) > REQUEST_BYTES:
        raise TooLarge("The request is over 4 MB: send it in several smaller ones.")
    content = _content_of(body)
    registrations = content["registrations"]
    if len(registrations) > REGISTRATIONS_AT_ONCE:
        raise TooLarge(
            f"{len(registrations)} registrations in one request: send at most "
            f"{REGISTRATIONS_AT_ONCE} at a time."
        )
    problems: list[Problem] = []
    as_of = _parse_as_of(content.get("as_of"), problems)
    parsed = [_parse_one(place, item, problems) for place, item in enumerate(registrations)]
    if problems:
        raise InvalidRequest("Nothing was stored: the request has mistakes.", problems=problems)
    return SyncRequest([registration for registration in parsed if registration], as_of)


def _content_of(body: str) -> dict[str, Any]:
    try:
        # Numbers stay the text they were typed as: 1e5, 1.10, 23 digits.
        content = json.loads(body, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not JSON that can be read.") from None
    registrations = content.get("registrations") if isinstance(content, dict) else None
    if not isinstance(registrations, list) or not registrations:
        raise InvalidRequest(
            'The body needs {"registrations": […]} with at least one registration.',
            problems=[Problem("registrations", "Put a list of registrations here.")],
        )
    return dict(content)


def _parse_as_of(value: object, problems: list[Problem]) -> dt.datetime | None:
    if value is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problems.append(
            Problem("as_of", "Write a moment with its offset, such as 2026-03-02T10:00:00Z.")
        )
        return None
    return moment


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _parse_one(place: int, item: Any, problems: list[Problem]) -> Registration | None:
    at = f"registrations[{place}]"
    if not isinstance(item, dict):
        problems.append(Problem(at, "A registration is an object with the fields of the API."))
        return None
    found = len(problems)
    ids: dict[str, Any] = {}
    for name in ("registration_id", "student_id"):
        ids[name] = item.get(name)
        if not isinstance(ids[name], str) or not _ID.fullmatch(ids[name]):
            problems.append(
                Problem(f"{at}.{name}", "Write 1 to 64 letters, digits or . _ - @ here.")
            )
    year = parse_school_year(item.get("school_year"))
    if year is None:
        problems.append(
            Problem(f"{at}.school_year", "Write the start year as four digits: 2025 for 2025-26.")
        )
    status, data = item.get("status"), item.get("data")
    if not isinstance(status, str):
        problems.append(Problem(f"{at}.status", "Write the registration's status as text."))
    if not isinstance(data, dict):
        problems.append(Problem(f"{at}.data", 'Write the fields as {"students": {"fname": …}}.'))
    if len(problems) > found or year is None or not isinstance(data, dict):
        return None
    try:
        texts = {name: _as_text(value) for name, value in data.items()}
    except RecursionError:
        problems.append(Problem(f"{at}.data", "The fields are nested too deeply."))
        return None
    return Registration(place, ids["registration_id"], ids["student_id"], year, str(status), texts)


def parse_school_year(value: object) -> int | None:
    """A start year from a number or its text; None if it is none (of 1990 to 2100)."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}", text, re.ASCII):
        return None
    return int(text) if is_school_year(int(text)) else None


def school_year_of(value: str) -> int:
    """A start year from a path; raises InvalidRequest."""
    school_year = parse_school_year(value)
    if school_year is None:
        message = "Write the start year as four digits: 2025 for 2025-26."
        raise InvalidRequest(message, problems=[Problem("school_year", message)])
    return school_year


def parse_student_id(value: str) -> str:
    """A student id from a path or a body; raises InvalidRequest."""
    if not _ID.fullmatch(value):
        message = "A student id is 1 to 64 letters, digits or . _ - @."
        raise InvalidRequest(message, problems=[Problem("student_id", message)])
    return value


def _as_text(value: Any) -> Text:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return {name: _as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    raise TypeError(type(value).__name__)  # numbers arrive as text: nothing else is left in JSON


def encode_snapshot(registration: Registration, synced_at: str) -> bytes | Refusal:
    """The bytes to store of a registration; a Refusal if it may not or cannot be stored.

    The first byte names the codec, so that it can change. `synced_at` is ISO 8601 in UTC.
    """
    if registration.status != APPROVED:
        return Refusal(
            "not_approved",
            f'Only the status "{APPROVED}" is taken; this one is "{registration.status[:80]}".',
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
        return Refusal("invalid_text", "A value holds half a character (a lone surrogate).")
    if len(encoded) > SNAPSHOT_BYTES:
        return Refusal(
            "too_large", "The registration is over 350 kB: send fewer or shorter fields."
        )
    if len(encoded) <= COMPRESSED_ABOVE_BYTES:
        return _JSON + encoded
    return _ZLIB_JSON + zlib.compress(encoded, 1)


def decode_snapshot(stored: bytes) -> dict[str, Any]:
    """The registration as the mapping reads it: its ids, school_year, synced_at, and data."""
    codec, content = stored[:1], stored[1:]
    if codec == _ZLIB_JSON:
        content = zlib.decompress(content)
    elif codec != _JSON:
        raise ValueError(f"unknown snapshot codec {codec!r}: was it written by a newer version?")
    decoded: dict[str, Any] = orjson.loads(content)
    return decoded
