"""The rows of a student in a file: one, one per entry such as a contact, or one per distinct
value."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from registration_sync.domain.mapping.values.base import DefinitionPart, Text, check_storable
from registration_sync.domain.mapping.values.characters import split_at, trim
from registration_sync.domain.mapping.values.sources import (
    ENTRY,
    FieldPath,
    Scope,
    check_source,
    field_path,
    group_at,
    is_empty,
    is_of_entry,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable

MAX_GROUPS = 50

type RowsOf = Callable[[Scope], Iterable[Scope]]
"""From a student's scope to the scopes of the rows; raises Unmappable."""

_EACH = (
    "the path of a list, such as contacts, or a list of prefixes of the fields of each entry, such "
    'as ["student_annual.guardian1_", "student_annual.guardian2_"]'
)


def _texts(value: object, expected: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not items or len(items) > MAX_GROUPS:
        raise ValueError(f"Enter {expected}.")
    texts = []
    for item in items:
        if not isinstance(item, str) or not item:
            raise ValueError(f"Enter {expected}.")
        texts.append(check_storable(item))
    if len(set(texts)) < len(texts):
        raise ValueError("A text is in the list twice: leave one out.")
    return tuple(texts)


def _check_path(path: str) -> str:
    if is_of_entry(path):
        raise ValueError("Enter a field of the registration: this key defines the entries.")
    return check_source(path)


def _check_each(value: object) -> str | tuple[str, ...]:
    texts = _texts(value, _EACH)
    if isinstance(value, str):
        return _check_path(value)
    for prefix in texts:
        _check_path(f"{prefix}x")  # a prefix may end with a dot: students.contact1.
    return texts


def _check_skip(value: object) -> tuple[str, ...]:
    names = _texts(value, 'the name of a field of the entry, such as "fname"')
    for name in names:
        _check_name(name)
    return names


def _check_name(name: str) -> None:
    if "." in name or name != name.strip():
        raise ValueError(f'Enter the name that follows "entry.", such as fname, not {name}.')


def _check_distinct(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("Enter one path, such as students.school_id.")  # noqa: TRY004
    return _check_path(check_storable(value))


_TEXT_OR_TEXTS: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MAX_GROUPS},
    ]
}


class Rows(DefinitionPart):
    """One row per entry (`each`) or per distinct value."""

    each: Annotated[
        str | tuple[str, ...] | None,
        PlainValidator(_check_each),
        WithJsonSchema(_TEXT_OR_TEXTS),
        Field(description=_EACH),
    ] = None
    skip_when_blank: Annotated[
        tuple[str, ...],
        PlainValidator(_check_skip),
        WithJsonSchema(_TEXT_OR_TEXTS),
        Field(description="the names of an entry's fields: an entry is skipped if all are blank"),
    ] = ()
    delimiter: Annotated[
        Text | None,
        Field(
            min_length=1,
            description="the text between the items, if `each` is the path of one text",
        ),
    ] = None
    distinct: Annotated[
        Text | None,
        PlainValidator(_check_distinct),
        WithJsonSchema({"type": "string"}),
        Field(description="a path: one row for each value of it, such as students.school_id"),
    ] = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Rows":
        if self.each is not None and self.distinct is not None:
            raise ValueError("Enter `each` or `distinct`, not both.")
        if self.each is None and self.distinct is None:
            raise ValueError("Enter `student`, or an object with `each` or `distinct`.")
        if self.skip_when_blank and self.each is None:
            raise ValueError("`skip_when_blank` belongs to `each`: leave it out here.")
        if self.delimiter is not None and not isinstance(self.each, str):
            raise ValueError("`delimiter` belongs to an `each` of one path: leave it out here.")
        return self


def compile_rows(rows: Rows | None, read_of_entry: Sequence[str]) -> RowsOf:
    """Builds the function from a student's scope to the scopes of the rows.

    `read_of_entry` has the names of an entry's fields that the file reads: an entry is skipped if
    all of them are blank, unless `skip_when_blank` names others. `row.number` is an entry's number
    in its list, from 1; skipped entries count.
    """
    if rows is None:
        return _one_row
    if rows.distinct is not None:
        return _row_unless_blank(field_path(rows.distinct))
    if rows.each is None:
        raise AssertionError(rows)
    entries = (
        _list_at(rows.each, rows.delimiter)
        if isinstance(rows.each, str)
        else _flat_groups(rows.each)
    )
    names = rows.skip_when_blank or tuple(read_of_entry)

    def row_per_entry(scope: Scope) -> Iterator[Scope]:
        for number, entry in enumerate(entries(scope), 1):
            if not names or not all(is_empty(entry.get(name, "")) for name in names):
                yield {**scope, ENTRY: entry, "row": {"number": str(number)}}

    return row_per_entry


def _one_row(scope: Scope) -> tuple[Scope]:
    return (scope,)


def _row_unless_blank(path: FieldPath) -> RowsOf:
    group, name = path

    def rows(scope: Scope) -> tuple[Scope, ...]:
        return () if is_empty(group_at(scope, group).get(name, "")) else (scope,)

    return rows


def _list_at(path: str, delimiter: str | None) -> Callable[[Scope], Iterator[Any]]:
    group, name = field_path(path)

    def entries(scope: Scope) -> Iterator[Any]:
        found = group_at(scope, group).get(name) or ()
        if delimiter is not None and isinstance(found, str):
            found = [trim(item) for item in split_at(found, delimiter)]
        if not isinstance(found, list | tuple):
            raise Unmappable(
                "not_a_list",
                "The file has a row for each item of a list, but the field is not a list: choose a "
                "list.",
            )
        for entry in found:
            if isinstance(entry, list):
                raise Unmappable(
                    "not_an_entry",
                    "An entry of the list is itself a list, which has no fields: choose another "
                    "list.",
                )
            yield {"value": entry} if isinstance(entry, str) else entry

    return entries


class _Prefixed:
    """The fields of a group whose names start with a prefix, by the rest of their names."""

    __slots__ = ("_group", "_prefix")

    def __init__(self, group: Any, prefix: str) -> None:
        self._group = group
        self._prefix = prefix

    def get(self, name: str, default: Any = None) -> Any:
        return self._group.get(self._prefix + name, default)


def _flat_groups(prefixes: Sequence[str]) -> Callable[[Scope], Iterator[Any]]:
    paths = [field_path(prefix) for prefix in prefixes]

    def entries(scope: Scope) -> Iterator[Any]:
        for group, prefix in paths:
            yield _Prefixed(group_at(scope, group), prefix)

    return entries
