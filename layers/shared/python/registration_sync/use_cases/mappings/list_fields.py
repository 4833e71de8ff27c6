"""The Enroll fields that a connection's registrations have, and the values found in one of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.mapping.values.characters import is_blank
from registration_sync.domain.mapping.values.sources import (
    ENTRY,
    REGISTRATION_FACTS,
    check_source,
    field_path,
)
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.registration_sample import RegistrationSample

SAMPLES, SAMPLE_CHARACTERS = 3, 80
FIELDS_SHOWN, VALUES_SHOWN, VALUE_CHARACTERS = 5_000, 1_000, 200

type Leaf = tuple[str | None, str, str]
"""The list that an entry is in (None for a field of the registration), the path, the value."""


def list_fields(
    connection_id: str,
    query: Mapping[str, str],
    *,
    snapshots: Snapshots,
    clock: Callable[[], float],
) -> dict[str, Any]:
    """Answers `{"items": [{"path", "each", "filled", "samples"}], "looked_at", "complete"}`.

    `filled` counts the students with a value, `looked_at` those that were read, the newest year
    first; `complete` says whether that was everyone. With a `path` in the query (and `each`, for a
    field of a list's entries; and `delimiter`, for several answers in one) its values instead:
    `{"path", "values": [{"value", "count"}], "looked_at", "complete"}`. Raises InvalidRequest and
    Unavailable.
    """
    known = {"path", "each", "delimiter"}
    problems = [
        Problem(name, f"There is no such parameter: there are {', '.join(sorted(known))}.")
        for name in query
        if name not in known
    ]
    if problems:
        raise InvalidRequest("The fields were not listed.", problems=problems)
    looked = RegistrationSample(connection_id, snapshots, clock)
    path = query.get("path")
    found = (
        _fields(looked)
        if path is None
        else _values(looked, path, query.get("each"), query.get("delimiter"))
    )
    return {**found, "looked_at": looked.looked_at, "complete": looked.complete}


def _leaves_of(registrations: Iterable[dict[str, Any]]) -> Iterator[list[Leaf]]:
    """The values of each student."""
    for registration in registrations:
        yield list(_leaves(registration["data"], ""))


def _leaves(value: Any, path: str, each: str | None = None) -> Iterator[Leaf]:
    if isinstance(value, str):
        yield each, path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name, each)
    elif each is None:  # a list; one inside an entry cannot be mapped
        for entry in value:
            entry_path = f"{ENTRY}.value" if isinstance(entry, str) else ENTRY
            yield from _leaves(entry, entry_path, path)


def _fields(looked: RegistrationSample) -> dict[str, Any]:
    filled: Counter[tuple[str | None, str]] = Counter()
    samples: dict[tuple[str | None, str], list[str]] = {}
    for leaves in _leaves_of(looked):
        blank_or_not: dict[tuple[str | None, str], bool] = {}
        for each, path, value in leaves:
            place = (each, path)
            if place not in samples and (
                len(samples) >= FIELDS_SHOWN or not _can_be_mapped(each, path)
            ):
                continue
            seen = samples.setdefault(place, [])
            has_value = not is_blank(value)
            blank_or_not[place] = blank_or_not.get(place, False) or has_value
            sample = value[:SAMPLE_CHARACTERS]
            if has_value and len(seen) < SAMPLES and sample not in seen:
                seen.append(sample)
        filled.update(place for place, has_value in blank_or_not.items() if has_value)
    items = [
        {"path": path, "each": each, "filled": filled[each, path], "samples": samples[each, path]}
        for each, path in sorted(samples, key=lambda place: (place[0] or "", place[1]))
    ]
    facts: list[dict[str, Any]] = [
        {"path": f"registration.{name}", "each": None, "filled": looked.looked_at, "samples": []}
        for name in REGISTRATION_FACTS
        if name != "removed_at"  # those looked at are not removed
    ]
    return {"items": items + facts, "next": None}


def _can_be_mapped(each: str | None, path: str) -> bool:
    """Whether a mapping can name it: not where a name is too long, or that of another source."""
    try:
        check_source(path if each is None else each)
        (scope, *_), _ = field_path(check_source(path))
    except ValueError:
        return False
    return scope == (ENTRY if each else "data")


def _values(
    looked: RegistrationSample, path: str, each: str | None, delimiter: str | None
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for leaves in _leaves_of(looked):
        for at, place, value in leaves:
            if (at, place) != (each or None, path):
                continue
            parts = [part.strip() for part in value.split(delimiter)] if delimiter else [value]
            for part in parts:
                known = part in counts or len(counts) < VALUES_SHOWN
                if known and not is_blank(part) and len(part) <= VALUE_CHARACTERS:
                    counts[part] += 1
    values = [
        {"value": value, "count": count}
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return {"path": path, "values": values}
