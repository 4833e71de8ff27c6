"""Turns pydantic's errors into problems: a path, and a message that says what to write."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from registration_sync.domain.errors import MAX_PROBLEMS, Problem

type Location = tuple[int | str, ...]

_LISTS = {
    "files": "a file",
    "fields": "a field",
    "transformations": "a transformation",
    "where": "a condition",
    "rows": "a row",
}

_EMPTY: Mapping[int | str, str] = {
    "transformations": "Add a transformation.",
    "fields": "Select at least one field.",
}
"""What to do about an empty list."""


@dataclass(frozen=True, slots=True)
class Models:
    """The root model, and the models of fields and transformations by type."""

    root: type[BaseModel]
    fields: Mapping[str, type[BaseModel]]
    transformations: Mapping[str, type[BaseModel]]


def as_problems(error: ValidationError, models: Models) -> list[Problem]:
    """All errors, except that a list is too short only because its items are wrong."""
    details = (
        detail
        for detail in error.errors(include_url=False)
        if detail["type"] != "too_short" or not detail["input"]
    )
    return [
        _as_problem(detail, models, is_listed=index < MAX_PROBLEMS)
        for index, detail in enumerate(details)
    ]


def _as_problem(detail: ErrorDetails, models: Models, *, is_listed: bool) -> Problem:
    """One error as a path without pydantic's additions and a message with the remedy. One that is
    not listed has no message, because searching for similar names takes long."""
    location = detail["loc"]
    if location[-1] == "[key]" and location[-3:-2] == ("codes",):
        location = location[:-1]  # the problem is the key of a code
    path = _path(location)
    kind, found = detail["type"], detail["input"]
    if not is_listed:
        return Problem(path, "")
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(location, models))
    if kind == "value_error":
        return Problem(path, str(detail["ctx"]["error"]))
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        return _wrong_type(kind, path, location, str(detail["ctx"].get("tag", "")), models)
    if kind == "invalid_key":
        return Problem(path, "Enter the name of every key as text, in quotes.")
    expected = _expected(location, models)
    if kind == "missing":
        message = f"This is missing: enter {expected}."
    elif kind.endswith("too_long") and isinstance(found, str):  # too_long: after another rule
        message = f"This is too long: enter at most {detail['ctx']['max_length']} characters."
    elif kind == "too_short" and location[-1] in _EMPTY:
        message = _EMPTY[location[-1]]
    elif kind in {"too_short", "string_too_short"}:
        message = f"This is empty: enter {expected}."
    else:
        message = f"{_quoted(found)} cannot be used here: enter {expected}."
    return Problem(path, message)


def _path(location: Location) -> str:
    """The path, such as `files[0].fields[3].to`, without the types that pydantic adds."""
    parts = [
        part
        for index, part in enumerate(location)
        if not (isinstance(part, str) and _is_type(location, index))
    ]
    text = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part[:80] or '""'}" for part in parts
    )
    return text.removeprefix(".")


def _is_type(location: Location, index: int) -> bool:
    """Whether pydantic added this part: the type of an item in a list of several types."""
    return (
        index >= 2
        and isinstance(location[index - 1], int)
        and location[index - 2] in {"fields", "transformations"}
    )


def _model_at(location: Location, models: Models) -> type[BaseModel]:
    """The model of the object at the location."""
    model = models.root
    for index, part in enumerate(location):
        if _is_type(location, index):
            table = models.fields if location[index - 2] == "fields" else models.transformations
            model = table[str(part)]
        elif isinstance(part, str):
            model = model_of_key(model, part) or model
    return model


def model_of_key(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The model inside the annotation of a key, such as the items of a list."""
    for name, field in model.model_fields.items():
        if (field.alias or name) == key:
            queue: list[Any] = [field.annotation]
            while queue:
                kind = queue.pop(0)
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    return kind
                queue += get_args(kind)
    return None


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _unknown_key(location: Location, models: Models) -> str:
    key = str(location[-1])
    known = _keys(_model_at(location[:-1], models))
    nearest = difflib.get_close_matches(key, known, n=1)
    if nearest:
        return f"This key does not exist here: did you mean {nearest[0]}?"
    owners = [name for name, model in models.fields.items() if key in _keys(model)]
    if owners and "fields" in location and "transformations" not in location:
        return f"This belongs to the mapping_type {' or '.join(owners)}: leave it out here."
    return f"This key does not exist here: leave it out. The keys are {', '.join(known)}."


def _wrong_type(kind: str, path: str, location: Location, tag: str, models: Models) -> Problem:
    is_field = location[-2] == "fields"
    key = "mapping_type" if is_field else "type"
    known: Sequence[str] = list(models.fields if is_field else models.transformations)
    if kind == "union_tag_not_found":
        return Problem(f"{path}.{key}", f"This is missing: enter one of {', '.join(known)}.")
    nearest = difflib.get_close_matches(re.sub(r"\W+", "_", tag.lower()), known, n=1)
    hint = f"did you mean {nearest[0]}? Enter" if nearest else "enter"
    return Problem(
        f"{path}.{key}", f"There is no {key} {_quoted(tag)}: {hint} one of {', '.join(known)}."
    )


def _expected(location: Location, models: Models) -> str:
    """The value to write at the location, from the model's description of the key."""
    if isinstance(location[-1], int):
        item = _LISTS.get(str(location[-2]))
        if item is None or (location[-2] == "fields" and "transformations" in location):
            return "a text in quotes"
        return f"{item} as an object of keys and values"
    if "codes" in location[:-1]:
        return 'the code as text, in quotes, such as "0"'
    if _is_type(location, len(location) - 1):
        return f"{_LISTS[str(location[-3])]} as an object of keys and values"
    for name, field in _model_at(location[:-1], models).model_fields.items():
        if (field.alias or name) == location[-1] and field.description:
            return field.description
    return "a value of the right kind"


def _quoted(value: object) -> str:
    if isinstance(value, dict):
        return "An object"
    if isinstance(value, list | tuple):
        return "A list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"
