"""Lists the Enroll fields of a connection's registrations, and the values of one field."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from registration_sync.domain.mapping.values.characters import is_blank, split_at, trim
from registration_sync.domain.mapping.values.sources import (
    ENTRY,
    REGISTRATION_FACTS,
    check_source,
    field_path,
)
from registration_sync.use_cases.students.registration_sample import RegistrationSample

MAX_FIELDS, MAX_SAMPLES, SAMPLE_CHARACTERS = 5_000, 3, 80
MAX_VALUES, MAX_VALUE_CHARACTERS = 1_000, 200

type Leaf = tuple[str | None, str, str]
"""The list that an entry is in (None for a field of the registration), the path, the value."""


@dataclass(frozen=True, slots=True)
class FoundField:
    """`filled` counts the students with a value; `each` is the list of a field of list entries."""

    path: str
    each: str | None
    filled: int
    samples: list[str]


def list_fields(sample: RegistrationSample) -> list[FoundField]:
    """The fields of the registrations, and those that each registration has. Raises Unavailable."""
    filled: Counter[tuple[str | None, str]] = Counter()
    samples: dict[tuple[str | None, str], list[str]] = {}
    for leaves in _leaves_of(sample):
        blank_or_not: dict[tuple[str | None, str], bool] = {}
        for each, path, value in leaves:
            field = (each, path)
            if field not in samples and (
                len(samples) >= MAX_FIELDS or not _can_be_mapped(each, path)
            ):
                continue
            seen = samples.setdefault(field, [])
            has_value = not is_blank(value)
            blank_or_not[field] = blank_or_not.get(field, False) or has_value
            text = value[:SAMPLE_CHARACTERS]
            if has_value and len(seen) < MAX_SAMPLES and text not in seen:
                seen.append(text)
        filled.update(field for field, has_value in blank_or_not.items() if has_value)
    found = [
        FoundField(path, each, filled[each, path], samples[each, path])
        for each, path in sorted(samples, key=lambda field: (field[0] or "", field[1]))
    ]
    return found + [
        FoundField(f"registration.{name}", None, sample.looked_at, [])
        for name in REGISTRATION_FACTS
        if name != "removed_at"  # the sample has no removed students
    ]


def count_values(
    sample: RegistrationSample, path: str, *, each: str | None, delimiter: str | None
) -> list[tuple[str, int]]:
    """The values of a field with their counts, the most frequent first; a `delimiter` separates
    several values of one student. Raises Unavailable."""
    counts: Counter[str] = Counter()
    for leaves in _leaves_of(sample):
        for leaf_each, leaf_path, value in leaves:
            if (leaf_each, leaf_path) != (each, path):
                continue
            parts = [trim(part) for part in split_at(value, delimiter)] if delimiter else [value]
            for part in parts:
                known = part in counts or len(counts) < MAX_VALUES
                if known and not is_blank(part) and len(part) <= MAX_VALUE_CHARACTERS:
                    counts[part] += 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _leaves_of(registrations: Iterable[dict[str, Any]]) -> Iterator[list[Leaf]]:
    """The values of each registration."""
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


def _can_be_mapped(each: str | None, path: str) -> bool:
    """Whether a mapping can name the field; false if a name is too long, or is another source's."""
    try:
        check_source(path if each is None else each)
        (scope, *_), _ = field_path(check_source(path))
    except ValueError:
        return False
    return scope == (ENTRY if each else "data")
