"""Parses registrations as SchoolMint Enroll sends them, and encodes their snapshots.

Without pydantic: the sync function must start fast. From here on, every value of `data` is text;
numbers keep the digits they were sent with.
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
MAX_REGISTRATIONS = 500
MAX_REQUEST_BYTES = 4_000_000
MAX_SNAPSHOT_BYTES = 350_000
"""DynamoDB allows 400 kB for an item; this leaves room for the keys and another codec."""

COMPRESS_ABOVE_BYTES = 1_000
"""DynamoDB bills writes by the kB: below 1 kB, compression saves nothing."""

_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}", re.ASCII)
_JSON, _ZLIB_JSON = b"J", b"Z"

type Text = str | dict[str, Text] | list[Text]
"""A value of `data`: text, or a group or list of values."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration of a request; `index` is its position there, from 0."""

    index: int
    registration_id: str
    student_id: str
    school_year: int
    status: str
    data: dict[str, Text]


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """The registrations of one request; `as_of` dates them to an earlier time."""

    registrations: list[Registration]
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a registration is refused: a stable code and a message."""

    code: str
    message: str


def parse_sync_request(body: str) -> SyncRequest:
    """Parses `{"registrations": [{registration_id, student_id, school_year, status, data}],
    "as_of"?: "2026-03-02T10:00:00Z"}`.

    Raises TooLarge over 500 registrations or 4 MB, else InvalidRequest with every problem.
    """
    if len(body.encode("utf-8", "surrogatepass")) > MAX_REQUEST_BYTES:
        raise TooLarge("The request is over 4 MB: send it in several smaller ones.")
    content = _content_of(body)
    registrations = content["registrations"]
    if len(registrations) > MAX_REGISTRATIONS:
        raise TooLarge(
            f"{len(registrations)} registrations in one request: send at most "
            f"{MAX_REGISTRATIONS} at a time."
        )
    problems: list[Problem] = []
    as_of = _parse_as_of(content.get("as_of"), problems)
    parsed = [_parse_one(index, item, problems) for index, item in enumerate(registrations)]
    if problems:
        raise InvalidRequest("Nothing was stored: the request has errors.", problems=problems)
    return SyncRequest([registration for registration in parsed if registration], as_of)


def _content_of(body: str) -> dict[str, Any]:
    try:
        # Numbers keep the digits they were sent with: 1e5, 1.10, 23 digits.
        content = json.loads(body, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not valid JSON.") from None
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
            Problem("as_of", "Write a time with its UTC offset, such as 2026-03-02T10:00:00Z.")
        )
        return None
    return moment


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _parse_one(index: int, item: Any, problems: list[Problem]) -> Registration | None:
    path = f"registrations[{index}]"
    if not isinstance(item, dict):
        problems.append(Problem(path, "Send an object with the fields of a registration."))
        return None
    found = len(problems)
    ids: dict[str, Any] = {}
    for name in ("registration_id", "student_id"):
        ids[name] = item.get(name)
        if not isinstance(ids[name], str) or not _ID.fullmatch(ids[name]):
            problems.append(
                Problem(f"{path}.{name}", "Write 1 to 64 letters, digits or . _ - @ here.")
            )
    year = parse_school_year(item.get("school_year"))
    if year is None:
        problems.append(
            Problem(f"{path}.school_year", "Write the start year as four digits: 2025 for 2025-26.")
        )
    status, data = item.get("status"), item.get("data")
    if not isinstance(status, str):
        problems.append(Problem(f"{path}.status", "Write the registration's status as text."))
    if not isinstance(data, dict):
        problems.append(Problem(f"{path}.data", 'Write the fields as {"students": {"fname": …}}.'))
    if len(problems) > found or year is None or not isinstance(data, dict):
        return None
    try:
        texts = {name: _as_text(value) for name, value in data.items()}
    except RecursionError:
        problems.append(Problem(f"{path}.data", "The fields are nested too deeply."))
        return None
    return Registration(index, ids["registration_id"], ids["student_id"], year, str(status), texts)


def parse_school_year(value: object) -> int | None:
    """A start year (1990 to 2100) from a number or its text; None if it is not one."""
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
    raise TypeError(type(value).__name__)  # JSON has no other types, and numbers are text here


def encode_snapshot(registration: Registration, synced_at: str) -> bytes | Refusal:
    """The bytes to store for a registration, or the Refusal of one that cannot be stored.

    The first byte names the codec, so the codec can change. `synced_at` is ISO 8601 in UTC.
    """
    if registration.status != APPROVED:
        return Refusal(
            "not_approved",
            f'Only the status "{APPROVED}" is accepted; this one is "{registration.status[:80]}".',
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
        return Refusal("invalid_text", "A value contains an invalid Unicode character.")
    if len(encoded) > MAX_SNAPSHOT_BYTES:
        return Refusal(
            "too_large", "The registration is over 350 kB: send fewer or shorter fields."
        )
    if len(encoded) <= COMPRESS_ABOVE_BYTES:
        return _JSON + encoded
    return _ZLIB_JSON + zlib.compress(encoded, 1)


def decode_snapshot(stored: bytes) -> dict[str, Any]:
    """The registration as the mapping reads it: its ids, school_year, synced_at and data."""
    codec, content = stored[:1], stored[1:]
    if codec == _ZLIB_JSON:
        content = zlib.decompress(content)
    elif codec != _JSON:
        raise ValueError(f"unknown snapshot codec {codec!r}: a newer version may have written it")
    decoded: dict[str, Any] = orjson.loads(content)
    return decoded
