"""Checks across the parts of a mapping, such as names that repeat.

They read the raw definition, to find these problems even if other parts do not parse; the models
report a part with the wrong shape.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from registration_sync.domain.errors import Problem
from registration_sync.domain.mapping.definition.field_rules import field_problems, source_problem
from registration_sync.domain.mapping.definition.file import FileSettings, may_coincide
from registration_sync.domain.mapping.definition.own_names import own_name_problem
from registration_sync.domain.mapping.definition.package import Package
from registration_sync.domain.mapping.values.csv_format import is_encodable, unwritable

MAX_FILES = 100
MAX_MAPPING_CHARACTERS = 300_000
"""DynamoDB allows 400 kB for an item, and the mapping is stored as ASCII. Bounds the time of every
other check."""

MAX_PATTERNS = 100
"""The largest pattern takes 0.1 s to compile, and RE2 caches 128."""


def too_large(definition: dict[str, Any]) -> list[Problem]:
    """The problem of a mapping over the size limits; no other check runs then."""
    characters = len(json.dumps(definition, default=str, skipkeys=True))
    if characters > MAX_MAPPING_CHARACTERS:
        return [
            Problem(
                "files",
                f"The mapping has {characters:,} characters as JSON, more than the "
                f"{MAX_MAPPING_CHARACTERS:,} allowed: leave fields out, or shorten its texts.",
            )
        ]
    if (count := len(_items(definition, "files"))) > MAX_FILES:
        return [Problem("files", f"{count} files are too many: enter at most {MAX_FILES}.")]
    if (count := len(_patterns(definition))) > MAX_PATTERNS:
        return [
            Problem(
                "files", f"{count} different patterns are too many: enter at most {MAX_PATTERNS}."
            )
        ]
    return []


def _patterns(definition: dict[str, Any]) -> set[str]:
    fields = [f for _, file in _items(definition, "files") for _, f in _items(file, "fields")]
    steps = [step for field in fields for _, step in _items(field, "transformations")]
    found = (part.get("pattern") for part in (*fields, *steps))
    return {pattern for pattern in found if isinstance(pattern, str)}


def whole_mapping_problems(definition: dict[str, Any]) -> list[Problem]:
    """The problems between keys: names and headers that repeat, settings that need another."""
    problems: list[Problem] = []
    named: list[tuple[int, FileSettings]] = []
    for number, file in _items(definition, "files"):
        at = f"files[{number}]"
        if name := _settings(file, ("name", "extension")):
            named.append((number, name))
        settings = _settings(file, FileSettings.model_fields)
        if settings:
            problems += _settings_problems(at, settings)
            problems += _header_only_problems(at, settings, definition)
        problems += _field_list_problems(at, file, settings)
    names = [settings.file_name for _, settings in named]
    return [*problems, *_file_names(named), *_names_of_package(definition, names)]


def _items(parent: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    """The objects in a list with their indexes; none if the key is not a list."""
    items = parent.get(key)
    if not isinstance(items, list | tuple):
        return []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, dict)]


def _settings(file: dict[str, Any], keys: Iterable[str]) -> FileSettings | None:
    known = {key: file[key] for key in keys if key in file}
    try:
        return FileSettings.model_validate(known)
    except ValidationError:
        return None


def _settings_problems(at: str, settings: FileSettings) -> Iterator[Problem]:
    csv = settings.csv_format
    if csv.separator == csv.text_identifier:
        yield Problem(
            f"{at}.separator",
            "The separator and the text identifier are the same character: change one of them.",
        )
    if csv.quote_always and not csv.text_identifier:
        yield Problem(
            f"{at}.quoting",
            "The file has no text identifier to put around every value: enter `needed` here, or "
            "`double` or `single` as `text_identifier`.",
        )
    for number, condition in enumerate(settings.where):
        if problem := source_problem(condition.source, settings):
            yield Problem(f"{at}.where[{number}].field", problem)
    if not is_encodable(csv.separator, csv.encoding):
        yield Problem(
            f"{at}.separator",
            f"{csv.encoding} cannot hold this character: choose another separator or encoding.",
        )


def _header_only_problems(
    at: str, settings: FileSettings, definition: dict[str, Any]
) -> Iterator[Problem]:
    if settings.when_nothing_due == "leave":
        return
    if settings.is_full:
        problem = "A full file without rows would report every student to the SIS as gone"
    elif not settings.header:
        problem = "This file has no header"
    elif definition.get("package"):
        problem = "The files of a package are never sent alone"
    else:
        return
    yield Problem(f"{at}.when_nothing_due", f"{problem}: enter `leave` here.")


def _file_names(files: list[tuple[int, FileSettings]]) -> Iterator[Problem]:
    for index, (number, file) in enumerate(files):
        if problem := own_name_problem(file.file_name):
            yield Problem(f"files[{number}].name", problem)
        for earlier, other in files[:index]:
            if may_coincide(file.file_name, other.file_name):
                yield Problem(
                    f"files[{number}].name",
                    f'"{file.file_name}" and files[{earlier}] ("{other.file_name}") can get the '
                    "same name, and one would overwrite the other: choose another name.",
                )
                break


def _names_of_package(definition: dict[str, Any], files: list[str]) -> Iterator[Problem]:
    """The archive keeps the zip, its manifest and the files in one folder."""
    try:
        package = Package.model_validate(definition.get("package"))
    except ValidationError:
        return
    named = {"package.name": package.file_name}
    if package.manifest:
        named["package.manifest.name"] = package.manifest.file_name
    for path, name in named.items():
        if problem := own_name_problem(name):
            yield Problem(path, problem)
        if any(may_coincide(name, other) for other in files):
            yield Problem(path, "A file has this name: choose another.")


def _field_list_problems(
    at: str, file: dict[str, Any], settings: FileSettings | None
) -> Iterator[Problem]:
    fields = file.get("fields")
    if isinstance(fields, list | tuple) and all(
        isinstance(field, dict) and field.get("mapping_type") == "do_not_map" for field in fields
    ):
        yield Problem(f"{at}.fields", "Add at least one field that is mapped.")
    seen: dict[str, int] = {}
    for number, field in _items(file, "fields"):
        if field.get("mapping_type") == "do_not_map":
            continue
        here = f"{at}.fields[{number}]"
        yield from field_problems(here, field, settings)
        header = field.get("to")
        if not isinstance(header, str):
            continue
        if header in seen:
            yield Problem(
                f"{here}.to",
                f"“{header[:80]}” is already used by fields[{seen[header]}]: a file can have each "
                "header only once.",
            )
        seen.setdefault(header, number)
        if settings and settings.header and (problem := _header_problem(settings, header)):
            yield Problem(f"{here}.to", problem)


def _header_problem(settings: FileSettings, header: str) -> str | None:
    found = unwritable(replace(settings.csv_format, formulas="keep"), header)
    if found is None or found.rule == "control_character":  # the model of a field reports these
        return None
    return found.message.replace("The text", "The header", 1)
