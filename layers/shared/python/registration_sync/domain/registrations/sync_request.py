"""Parses the registrations of a sync as SchoolMint Enroll sends them.

Without pydantic: the sync function must start fast. From here on, every value of `data` is text;
numbers keep the digits they were sent with.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem, TooLarge
from registration_sync.domain.json_text import REPLACEMENT, Number, RepeatedName, parse_json, shown
from registration_sync.domain.registrations.registration import (
    NUMBER_AS_ID,
    STUDENT_ID,
    WRITE_START_YEAR,
    Refusal,
    RefusalCode,
    Registration,
    Text,
    damaged_text,
    four_digits,
    wrong_in_id,
)
from registration_sync.domain.school_year import synced_school_years
from registration_sync.domain.similar_names import unknown_fields

MAX_REGISTRATIONS = 500
MAX_REQUEST_BYTES = 4_000_000
MAX_PATH_NAMES = 10
"""Of a mapping's path; a longer dotted name cannot be mapped, so it is kept as it is."""

CLOCK_SKEW = dt.timedelta(minutes=5)
"""How far `as_of` may be in the future, because the clocks of two systems differ. AWS allows the
same for the time of a signature."""

_FIELDS = ("registrations", "as_of")
_REGISTRATION_FIELDS = ("registration_id", "student_id", "school_year", "status", "data")


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """The registrations of one request; `as_of` dates them to an earlier time."""

    registrations: list[Registration]
    as_of: dt.datetime | None = None

    def moment(self, arrived_at: dt.datetime) -> dt.datetime:
        """The time of the registrations: of `as_of`, or of the arrival if that is earlier. Raises
        InvalidRequest for an `as_of` too far in the future, or before the first school year."""
        if self.as_of is None:
            return arrived_at
        if self.as_of > arrived_at + CLOCK_SKEW:
            raise _wrong_time(
                "This time is in the future: send the time at which you read the data."
            )
        first = synced_school_years(arrived_at.date()).start
        if self.as_of < dt.datetime(first, 7, 1, tzinfo=dt.UTC):
            raise _wrong_time(
                f"This time is before the school year {first}, the first that can be synced: send "
                "the time at which you read the data."
            )
        return min(arrived_at, self.as_of)


def _wrong_time(message: str) -> InvalidRequest:
    problems = [Problem("as_of", message)]
    return InvalidRequest("Nothing was stored: the request has errors.", problems=problems)


def parse_sync_request(body: str) -> SyncRequest:
    """Parses `{"registrations": [{registration_id, student_id, school_year, status, data}],
    "as_of"?: "2026-03-02T10:00:00Z"}`.

    Raises TooLarge over 500 registrations or 4 MB, else InvalidRequest with every problem. A
    registration whose `data` cannot be used has a refusal instead of data.
    """
    if len(body.encode("utf-8", "surrogatepass")) > MAX_REQUEST_BYTES:
        raise TooLarge("The request is over 4 MB: send it in several smaller ones.")
    content = parse_json(body, number=Number)
    registrations = content.get("registrations") if isinstance(content, dict) else None
    if not isinstance(registrations, list) or not registrations:
        raise InvalidRequest(
            'The body needs {"registrations": […]} with at least one registration.',
            problems=[Problem("registrations", "Put a list of registrations here.")],
        )
    if len(registrations) > MAX_REGISTRATIONS:
        raise TooLarge(
            f"{len(registrations)} registrations in one request: send at most "
            f"{MAX_REGISTRATIONS} at a time."
        )
    problems = list(_wrong_names(content, _FIELDS))
    as_of = _parse_as_of(content.get("as_of"), problems)
    is_damaged = REPLACEMENT in body
    parsed = [_parse_one(index, item, problems) for index, item in enumerate(registrations)]
    if problems:
        raise InvalidRequest("Nothing was stored: the request has errors.", problems=problems)
    found = [registration for registration in parsed if registration]
    return SyncRequest(list(map(_without_damaged, found)) if is_damaged else found, as_of)


def _wrong_names(
    content: dict[str, Any], known: tuple[str, ...], path: str = ""
) -> Iterator[Problem]:
    for problem in unknown_fields(content, known):
        yield Problem(f"{path}{problem.path[:80]}", problem.message)
    if isinstance(content, RepeatedName):
        yield Problem(f"{path}{content.repeated[:80]}", "This name appears twice: remove one.")


def _parse_as_of(value: object, problems: list[Problem]) -> dt.datetime | None:
    if value is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problems.append(
            Problem("as_of", "Enter a time with its UTC offset, such as 2026-03-02T10:00:00Z.")
        )
        return None
    return moment


def _parse_one(index: int, item: Any, problems: list[Problem]) -> Registration | None:
    path = f"registrations[{index}]"
    if not isinstance(item, dict):
        problems.append(Problem(path, "Send an object with the fields of a registration."))
        return None
    found = len(problems)
    problems += _wrong_names(item, _REGISTRATION_FIELDS, f"{path}.")
    registration_id = _parse_id(item, "registration_id", path, problems)
    student_id = _parse_id(item, "student_id", path, problems)
    year = four_digits(item.get("school_year"))
    if year is None:
        problems.append(Problem(f"{path}.school_year", WRITE_START_YEAR))
    status = item.get("status")
    if not isinstance(status, str):
        problems.append(Problem(f"{path}.status", "Enter the registration's status as text."))
    data, refusal = _parse_data(item.get("data"), path, problems)
    if len(problems) > found or year is None:
        return None
    return Registration(index, registration_id, student_id, year, str(status), data, refusal)


def _parse_data(
    data: object, path: str, problems: list[Problem]
) -> tuple[dict[str, Text], Refusal | None]:
    if not isinstance(data, dict):
        problems.append(Problem(f"{path}.data", 'Write the fields as {"students": {"fname": …}}.'))
        return {}, None
    try:
        return _group(data, "data"), None
    except _Unusable as error:
        return {}, error.refusal
    except RecursionError:
        problems.append(Problem(f"{path}.data", "The fields are nested too deeply."))
        return {}, None


def _parse_id(item: dict[str, Any], name: str, path: str, problems: list[Problem]) -> str:
    value = item.get(name)
    if isinstance(value, Number) and not value.isdecimal():
        problems.append(Problem(f"{path}.{name}", NUMBER_AS_ID))
    elif not isinstance(value, str) or not STUDENT_ID.fullmatch(value):
        wrong = wrong_in_id(value) if isinstance(value, str) else ""
        message = f"Enter 1 to 64 letters, digits or . _ - @ here.{wrong}"
        problems.append(Problem(f"{path}.{name}", message))
    return str(value)


# Data


class _Unusable(Exception):
    """The data cannot be stored as it was sent."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, message)


def _group(content: dict[str, Any], path: str) -> dict[str, Text]:
    """The values as text, with dotted names read as paths; raises _Unusable."""
    if isinstance(content, RepeatedName):
        raise _Unusable(
            "repeated_field", f"{_at(path, content.repeated)} appears twice: send it once."
        )
    group = {
        name: value if type(value) is str else _text(value, path, name)
        for name, value in content.items()
    }
    return _with_paths(group, path) if "." in "".join(group) else group


def _text(value: Any, path: str, name: str) -> Text:
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _group(value, f"{path}.{name}")
    if isinstance(value, list):
        return [_text(inner, path, f"{name}[{index}]") for index, inner in enumerate(value)]
    raise TypeError(type(value).__name__)  # JSON has no other types, and numbers are text here


def _with_paths(group: dict[str, Text], path: str) -> dict[str, Text]:
    """The group with each name such as `students.fname` read as the path."""
    read: dict[str, Text] = {}
    for name, value in group.items():
        _put(read, _names_in(name), value, path)
    return read


def _names_in(name: str) -> list[str]:
    """The names of a path. A name that no mapping could use as a path is kept whole."""
    names = name.split(".")
    is_path = len(names) <= MAX_PATH_NAMES and all(one and one == one.strip() for one in names)
    return names if is_path else [name]


def _put(group: dict[str, Text], names: list[str], value: Text, path: str) -> None:
    *groups, name = names
    for one in groups:
        inner = group.get(one, "")
        path = f"{path}.{one}"
        if inner == "":  # absent, or null, which gives way to fields
            inner = group[one] = {}
        if not isinstance(inner, dict):
            raise _value_and_fields(shown(path))
        group = inner
    before = group.get(name)
    if before is None or (before == "" and isinstance(value, dict)):
        group[name] = value
        return
    if isinstance(before, dict) and value == "":
        return
    if isinstance(before, dict) != isinstance(value, dict):
        raise _value_and_fields(_at(path, name))
    if not isinstance(before, dict) or not isinstance(value, dict):
        raise _Unusable(
            "repeated_field",
            f"{_at(path, name)} appears twice, as a dotted name and as a group: send it once.",
        )
    for one, inner in value.items():
        _put(before, [one], inner, f"{path}.{name}")


def _value_and_fields(field: str) -> "_Unusable":
    return _Unusable("repeated_field", f"{field} has both a value and fields: send one of them.")


def _at(path: str, name: str) -> str:
    return shown(f"{path}.{name}")


def _without_damaged(registration: Registration) -> Registration:
    """The registration, refused if a text has the replacement character."""
    message = damaged_text(registration.data, lambda character: character == REPLACEMENT)
    return (
        replace(registration, refusal=Refusal("invalid_text", message)) if message else registration
    )
