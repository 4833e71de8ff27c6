"""The Enroll fields that a connection's registrations have, and the values found in one of them.

Nothing is kept for it, and a sync does no more for it: the first few thousand snapshots are read
when somebody asks, which an administrator does while mapping, and nobody else does.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.registration import decode_snapshot
from registration_sync.domain.sources import ENTRY, REGISTRATION_FACTS, check_source, place_of
from registration_sync.domain.unmappable import is_blank
from registration_sync.ports import Snapshots

STUDENTS_LOOKED_AT = 2_000
SECONDS_AT_MOST = 15.0
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
    reader = _Reader(connection_id, snapshots, clock)
    path = query.get("path")
    found = (
        _fields(reader)
        if path is None
        else _values(reader, path, query.get("each"), query.get("delimiter"))
    )
    return {**found, "looked_at": reader.looked_at, "complete": reader.complete}


class _Reader:
    """The registrations looked at, and whether those were all."""

    def __init__(self, connection_id: str, snapshots: Snapshots, clock: Callable[[], float]):
        self.looked_at = 0
        self.complete = False
        self._connection_id = connection_id
        self._snapshots = snapshots
        self._clock = clock

    def leaves(self) -> Iterator[list[Leaf]]:
        """The values of each student."""
        end = self._clock() + SECONDS_AT_MOST
        registrations = self._registrations()
        for registration in islice(registrations, STUDENTS_LOOKED_AT):
            self.looked_at += 1
            yield list(_leaves(registration["data"], ""))
            if self._clock() > end:
                return
        self.complete = next(registrations, None) is None

    def _registrations(self) -> Iterator[dict[str, Any]]:
        years = sorted(self._snapshots.marker(self._connection_id).years, reverse=True)
        for year in years:
            for current in self._snapshots.all_current(self._connection_id, year):
                if current.snapshot is not None:
                    yield decode_snapshot(current.snapshot)


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


def _fields(reader: _Reader) -> dict[str, Any]:
    filled: Counter[tuple[str | None, str]] = Counter()
    samples: dict[tuple[str | None, str], list[str]] = {}
    for leaves in reader.leaves():
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
        {"path": f"registration.{name}", "each": None, "filled": reader.looked_at, "samples": []}
        for name in REGISTRATION_FACTS
        if name != "removed_at"  # those looked at are not removed
    ]
    return {"items": items + facts, "next": None}


def _can_be_mapped(each: str | None, path: str) -> bool:
    """Whether a mapping can name it: not where a name is too long, or that of another source."""
    try:
        check_source(path if each is None else each)
        (scope, *_), _ = place_of(check_source(path))
    except ValueError:
        return False
    return scope == (ENTRY if each else "data")


def _values(reader: _Reader, path: str, each: str | None, delimiter: str | None) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for leaves in reader.leaves():
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
