"""Checks across the keys of one field of a mapping, and between a field and its file's settings.

They read the raw definition (see `checks`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from registration_sync.domain.errors import Problem
from registration_sync.domain.mapping.definition.file import FileSettings
from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS
from registration_sync.domain.mapping.values.csv_format import unwritable
from registration_sync.domain.mapping.values.sources import ENTRY, check_source, is_of_entry

type Definition = dict[str, Any]


def field_problems(at: str, field: Definition, settings: FileSettings | None) -> Iterator[Problem]:
    """The problems of a mapped field at the path `at`."""
    yield from _default_problems(at, field)
    yield from _check_problems(at, field)
    yield from _source_missing(at, field)
    if settings:
        for path, source in sources_of(field):
            if problem := source_problem(source, settings):
                yield Problem(f"{at}.{path}", problem)
        yield from _unwritable_texts(at, field, settings)


def source_problem(source: str, settings: FileSettings) -> str | None:
    """The problem of a path into an entry if the file has none, or too deep into a flat entry."""
    if not is_of_entry(source) or not _is_source(source):
        return None
    if settings.rows is None or settings.rows.each is None:
        return (
            f"{source} exists only in a file with a row for each entry: enter another field, or "
            'set the `rows` of the file, such as {"each": "contacts"}.'
        )
    if not isinstance(settings.rows.each, str) and source.split(".", maxsplit=1)[0] == ENTRY:
        names = source.split(".")
        if len(names) > 2:
            return f"Enter one name after {ENTRY}: it follows each prefix in `each`."
    return None


def _is_source(path: str) -> bool:
    try:
        check_source(path)
    except ValueError:
        return False
    return True


def _steps(field: Definition) -> list[tuple[int, Definition]]:
    steps = field.get("transformations")
    items = enumerate(steps) if isinstance(steps, list) else ()
    return [(number, step) for number, step in items if isinstance(step, dict)]


def sources_of(field: Definition) -> Iterator[tuple[str, str]]:
    """The path of each key that names a field of the registration, and the field's path."""
    if isinstance(field.get("from"), str):
        yield "from", field["from"]
    for number, step in _steps(field):
        at = f"transformations[{number}]"
        for path, parent in ((at, step), *((f"{at}.{key}", step.get(key)) for key in _REFERENCES)):
            if isinstance(parent, dict) and isinstance(parent.get("field"), str):
                yield f"{path}.field", parent["field"]
        fields = step.get("fields")
        for index, source in enumerate(fields if isinstance(fields, list) else ()):
            if isinstance(source, str):
                yield f"{at}.fields[{index}]", source


_INSIDE = ("replace", "join_with")
"""Texts that may be in the middle of a value, where nothing is a formula."""

_OUTCOMES = ("then", "else")
_REFERENCES = (*_OUTCOMES, "not_before")


def _default_problems(at: str, field: Definition) -> Iterator[Problem]:
    steps = [step for _, step in _steps(field)]
    actions = [field.get("on_error"), field.get("unmatched"), *(s.get("unmatched") for s in steps)]
    default = field.get("default")
    if "default" in actions and default is None:
        yield Problem(
            f"{at}.default", "This is missing: `on_error` or `unmatched` is set to default."
        )
    if not isinstance(default, str) or not default.strip():
        return
    one_of, length = field.get("one_of"), field.get("max_length")
    if isinstance(one_of, list) and default not in one_of:
        yield Problem(f"{at}.default", "This is not in `one_of`: add it there.")
    elif isinstance(length, int) and len(default) > length and field.get("truncate") is not True:
        yield Problem(f"{at}.default", f"This is longer than the `max_length` of {length}.")


def _check_problems(at: str, field: Definition) -> Iterator[Problem]:
    if field.get("truncate") is True and field.get("max_length") is None:
        yield Problem(
            f"{at}.max_length", "This is missing: `truncate` needs a number of characters."
        )


def _source_missing(at: str, field: Definition) -> Iterator[Problem]:
    is_direct = field.get("mapping_type") == "direct"
    if is_direct and field.get("from") is None and field.get("default") is None:
        yield Problem(
            f"{at}.from",
            "Select an Enroll field, such as students.fname, or use Value Input for a fixed value. "
            "For an empty column, set a blank `default`.",
        )
    steps = [step for _, step in _steps(field)]
    if field.get("mapping_type") != "transformation" or field.get("from") is not None or not steps:
        return
    first = TRANSFORMATIONS.get(str(steps[0].get("type")))
    starts = first.starts if first else "always"
    if starts == "never" or (starts == "with field" and "field" not in steps[0]):
        starters = [
            f"{row.title} (with its field)" if row.starts == "with field" else row.title
            for row in TRANSFORMATIONS.values()
            if row.starts != "never"
        ]
        yield Problem(
            f"{at}.from",
            "Select an Enroll field, such as students.fname. Only transformations that start with "
            f"{' or '.join(starters)} work without one.",
        )


def _unwritable_texts(at: str, field: Definition, settings: FileSettings) -> Iterator[Problem]:
    """Finds texts that the file's format cannot hold, as they would hold every student."""
    csv = settings.csv_format
    inside = replace(csv, formulas="keep")
    for path, text in _texts(field):
        is_inside = path.endswith(_INSIDE)
        if found := unwritable(inside if is_inside else csv, text):
            yield Problem(f"{at}.{path}", found.message)


def _texts(field: Definition) -> Iterator[tuple[str, str]]:
    """The texts of the mapping that go into the file and that no later step changes."""
    if isinstance(field.get("default"), str):
        yield "default", field["default"]
    yield from _codes(field, "")
    for number, step in _steps(field)[-1:]:
        at = f"transformations[{number}]."
        for key in ("value", "replace", *_OUTCOMES):
            if isinstance(step.get(key), str):
                yield f"{at}{key}", step[key]
        yield from _codes(step, at)


def _codes(parent: Definition, at: str) -> Iterator[tuple[str, str]]:
    for key in ("blank", "join_with"):
        if isinstance(parent.get(key), str):
            yield f"{at}{key}", parent[key]
    codes = parent.get("codes")
    if isinstance(codes, list):
        pairs = [pair for pair in codes if isinstance(pair, dict)]
        codes = {str(pair.get("value")): pair.get("code") for pair in pairs}
    for value, code in codes.items() if isinstance(codes, dict) else ():
        if isinstance(code, str):
            yield f"{at}codes.{str(value)[:80]}", code
