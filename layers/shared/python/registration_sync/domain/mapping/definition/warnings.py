"""Warnings about a valid mapping: field paths that no registration has, ASCII-only patterns, and
minutes where a month is meant.

They do not stop a save or an export: a field may be new, and a pattern may be meant that way.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from registration_sync.domain.errors import Problem
from registration_sync.domain.mapping.definition.field_rules import Definition, sources_of
from registration_sync.domain.mapping.transformations.date_formats import minute_as_month
from registration_sync.domain.mapping.transformations.dates import DATE_STEPS, DateStep, TodayStep
from registration_sync.domain.mapping.values.characters import INVISIBLE
from registration_sync.domain.mapping.values.sources import ENTRY, FACTS

MAX_PATHS = 20_000
MAX_COMPARED = 20_000
"""Bounds the search for nearest fields to about a second."""

_UNMEANT = str.maketrans(
    "", "", INVISIBLE + "\"'`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
)
"""Invisible characters and quotes that a word processor adds to a typed path."""


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The paths of the fields that registrations have, and the names of the fields of the entries
    of each list, by the path of the list."""

    paths: set[str] = field(default_factory=set)
    entries: dict[str, set[str]] = field(default_factory=dict)

    def add(self, data: Mapping[str, Any]) -> None:
        """Adds the fields of a registration's data."""
        self._add(data, "")

    def _add(self, group: Mapping[str, Any], start: str) -> None:
        for name, value in group.items():
            path = f"{start}{name}"
            if len(self.paths) >= MAX_PATHS:
                return
            if isinstance(value, dict):
                self._add(value, f"{path}.")
                continue
            self.paths.add(path)
            if isinstance(value, list):
                names = self.entries.setdefault(path, set())
                for entry in value:
                    names.update(_leaves(entry) if isinstance(entry, dict) else ["value"])


def _leaves(group: Mapping[str, Any]) -> Iterator[str]:
    for name, value in group.items():
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in _leaves(value))
        else:
            yield name


def mapping_warnings(definition: Definition, known: KnownFields | None = None) -> list[Problem]:
    """The warnings about a mapping that `parse_mapping` accepts.

    Without known fields, paths are not checked.
    """
    found = list(unknown_paths(definition, known)) if known else []
    for number, file in enumerate(definition["files"]):
        for index, one in enumerate(file["fields"]):
            at = f"files[{number}].fields[{index}]"
            found += [*_ascii_patterns(at, one), *_minutes(at, one)]
    return found


def unknown_paths(definition: Definition, known: KnownFields) -> Iterator[Problem]:
    """The warnings about field paths that no registration has; none without any registration."""
    compared = 0
    for number, file in enumerate(definition["files"] if known.paths else ()):
        for where, path, names in _unknown_paths(file, known):
            compared += len(names)
            nearest = nearest_field(path, names) if compared <= MAX_COMPARED else None
            advice = f"did you mean {nearest}?" if nearest else "check the path."
            advice = _of_list(path, known) or advice
            yield Problem(
                f"files[{number}].{where}", f"No registration has the field {path}: {advice}"
            )
        for where, message in _unknown_of_entries(file, known):
            yield Problem(f"files[{number}].{where}", message)


def nearest_field(path: str, known: Iterable[str]) -> str | None:
    """The known field that the path most likely means, if one is near."""
    by_name = {name.casefold(): name for name in known}
    plain = path.translate(_UNMEANT).strip().casefold()
    nearest = difflib.get_close_matches(plain, by_name, n=1, cutoff=0.75)
    last = f".{plain.rpartition('.')[2]}"
    nearest = nearest or [name for name in by_name if name.endswith(last)]
    return by_name[nearest[0]] if len(nearest) == 1 else None


def _of_list(path: str, known: KnownFields) -> str | None:
    """What to do about a path that names a field of a list's entries."""
    group, _, name = path.rpartition(".")
    if name not in known.entries.get(group, ()):
        return None
    return (
        f'{group} is a list, whose fields need a file with `rows`: {{"each": "{group}"}} and the '
        f"path {ENTRY}.{name}."
    )


def _unknown_of_entries(file: Definition, known: KnownFields) -> Iterator[tuple[str, str]]:
    """The messages about unknown prefixes and names in `rows`, each with its key."""
    rows = file.get("rows")
    if not isinstance(rows, dict):
        return
    each, skip = rows.get("each"), rows.get("skip_when_blank") or ()
    for prefix in each if isinstance(each, list | tuple) else ():
        if not any(path.startswith(prefix) for path in known.paths):
            yield (
                "rows.each",
                f"No registration has a field whose name starts with {prefix}: check the prefix.",
            )
    names = {path.partition(".")[2] for path in _entry_fields(each, known)}
    for name in [skip] if isinstance(skip, str) else skip:
        if names and not _is_known(name, names):
            nearest = nearest_field(name, names)
            advice = f"did you mean {nearest}?" if nearest else "check the name."
            yield "rows.skip_when_blank", f"No entry has the field {name}: {advice}"


def _unknown_paths(file: Definition, known: KnownFields) -> Iterator[tuple[str, str, set[str]]]:
    """Each unknown path, with the key that names it before, and the paths that it may mean."""
    rows = file.get("rows")
    each = rows.get("each") if isinstance(rows, dict) else None
    entries = _entry_fields(each, known)
    for where, path in _paths(file):
        if path in FACTS:
            continue
        names = entries if path.startswith(f"{ENTRY}.") else known.paths
        if not _is_known(path, names):
            yield where, path, names


def _is_known(path: str, names: set[str]) -> bool:
    """A group counts, as some registrations may have it where others have nothing."""
    return path in names or any(name.startswith(f"{path}.") for name in names)


def _entry_fields(each: object, known: KnownFields) -> set[str]:
    """The paths below `entry` that the entries of a file have."""
    if isinstance(each, str):
        names = known.entries.get(each, {"value"})
    else:
        prefixes = tuple(each) if isinstance(each, list | tuple) else ()
        names = {
            path.removeprefix(prefix)
            for prefix in prefixes
            for path in known.paths
            if path.startswith(prefix)
        }
    return {f"{ENTRY}.{name}" for name in names}


def _paths(file: Definition) -> Iterator[tuple[str, str]]:
    """Each path that the file reads, with the key that names it."""
    rows = file.get("rows")
    if isinstance(rows, dict):
        for key in ("each", "distinct"):
            if isinstance(rows.get(key), str):
                yield f"rows.{key}", rows[key]
    for number, condition in enumerate(file.get("where") or ()):
        yield f"where[{number}].field", condition["field"]
    for index, one in enumerate(file["fields"]):
        if one.get("mapping_type") != "do_not_map":
            for key, path in sources_of(one):
                yield f"fields[{index}].{key}", path


def _minutes(at: str, one: Definition) -> Iterator[Problem]:
    """Formats of dates with the minute where the month is usual."""
    for number, step in enumerate(one.get("transformations") or ()):
        for key, text in _formats_of(step):
            if letters := minute_as_month(text):
                yield Problem(
                    f"{at}.transformations[{number}].{key}",
                    f"{letters} in {text} is the minute: for the month enter {letters.upper()}.",
                )


def _formats_of(step: Definition) -> Iterator[tuple[str, str]]:
    """The formats of a date step as they are read, each with its key."""
    if step["type"] in DATE_STEPS:
        found = DATE_STEPS[step["type"]].parameters.model_validate(step)
        if isinstance(found, DateStep):
            yield from (("from", text) for text in found.sources)
        if isinstance(found, DateStep | TodayStep):
            yield "to", found.target


def _ascii_patterns(at: str, one: Definition) -> Iterator[Problem]:
    steps = one.get("transformations") or ()
    parents = {at: one} | {f"{at}.transformations[{n}]": step for n, step in enumerate(steps)}
    for path, parent in parents.items():
        if pattern := parent.get("pattern"):
            from registration_sync.domain.mapping.values.patterns import ascii_parts  # noqa: PLC0415  # loads slowly

            if parts := ascii_parts(pattern):
                know = "know" if len(parts) > 1 else "knows"
                yield Problem(
                    f"{path}.pattern",
                    f"{' and '.join(parts)} in this pattern {know} English letters only: a name "
                    r"such as Peña may not match. \w and \pL know the letters of every script.",
                )
