"""The rows that a student has in a file: one, one for each contact or other entry, or one for each
distinct value."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from registration_sync.domain.mapping.values.base import DefinitionPart, Text, check_storable
from registration_sync.domain.mapping.values.sources import (
    ENTRY,
    Place,
    Scope,
    check_source,
    group_at,
    is_nothing,
    is_of_entry,
    place_of,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable

MOST_GROUPS = 50

type RowsOf = Callable[[Scope], Iterable[Scope]]
"""The scopes of a student's rows; raises Unmappable."""

_EACH = (
    "the path of a list, such as contacts, or the beginnings of the fields of each entry, such as "
    '["student_annual.guardian1_", "student_annual.guardian2_"]'
)


def _texts(value: object, wanted: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not items or len(items) > MOST_GROUPS:
        raise ValueError(f"Write {wanted}.")
    texts = []
    for item in items:
        if not isinstance(item, str) or not item:
            raise ValueError(f"Write {wanted}.")
        texts.append(check_storable(item))
    if len(set(texts)) < len(texts):
        raise ValueError("The same stands here twice: leave one out.")
    return tuple(texts)


def _check_path(path: str) -> str:
    if is_of_entry(path):
        raise ValueError("Write a field of the registration: entries begin only here.")
    return check_source(path)


def _check_each(value: object) -> str | tuple[str, ...]:
    texts = _texts(value, _EACH)
    if isinstance(value, str):
        return _check_path(value)
    for prefix in texts:
        _check_path(f"{prefix}x")  # a beginning may end with a dot: students.contact1.
    return texts


def _check_skip(value: object) -> tuple[str, ...]:
    names = _texts(value, 'the name of a field of the entry, such as "fname"')
    for name in names:
        _check_name(name)
    return names


def _check_name(name: str) -> None:
    if "." in name or name != name.strip():
        raise ValueError(f'Write the name as it stands after "entry.", such as fname, not {name}.')


def _check_distinct(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("Write one path, such as students.school_id.")  # noqa: TRY004
    return _check_path(check_storable(value))


_TEXT_OR_TEXTS: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_GROUPS},
    ]
}


class Rows(DefinitionPart):
    """One row per entry (`each`) or per distinct value; neither is one row per student."""

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
            description="what stands between the items, where `each` leads to one text",
        ),
    ] = None
    distinct: Annotated[
        Text | None,
        PlainValidator(_check_distinct),
        WithJsonSchema({"type": "string"}),
        Field(description="a path: one row for each value found there, such as students.school_id"),
    ] = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Rows":
        if self.each is not None and self.distinct is not None:
            raise ValueError("Write `each` or `distinct`, not both.")
        if self.each is None and self.distinct is None:
            raise ValueError("Write `student`, or an object with `each` or `distinct`.")
        if self.skip_when_blank and self.each is None:
            raise ValueError("`skip_when_blank` belongs to `each`: leave it out here.")
        if self.delimiter is not None and not isinstance(self.each, str):
            raise ValueError("`delimiter` belongs to an `each` of one path: leave it out here.")
        return self


def compile_rows(rows: Rows | None, read_of_entry: Sequence[str]) -> RowsOf:
    """A function from a student's scope to those of the rows.

    `read_of_entry` are the names of an entry's fields that the file reads: an entry in which all
    of them are blank is skipped, unless `skip_when_blank` names others. `row.number` is an
    entry's place in its list, from 1, and stays the same when one before it is blank.
    """
    if rows is None:
        return _the_student
    if rows.distinct is not None:
        return _if_not_blank(place_of(rows.distinct))
    if rows.each is None:
        raise AssertionError(rows)
    entries = (
        _list_at(rows.each, rows.delimiter)
        if isinstance(rows.each, str)
        else _flat_groups(rows.each)
    )
    names = rows.skip_when_blank or tuple(read_of_entry)

    def of_entries(scope: Scope) -> Iterator[Scope]:
        for number, entry in enumerate(entries(scope), 1):
            if not names or not all(is_nothing(entry.get(name, "")) for name in names):
                yield {**scope, ENTRY: entry, "row": {"number": str(number)}}

    return of_entries


def _the_student(scope: Scope) -> tuple[Scope]:
    return (scope,)


def _if_not_blank(place: Place) -> RowsOf:
    group, name = place

    def rows(scope: Scope) -> tuple[Scope, ...]:
        return () if is_nothing(group_at(scope, group).get(name, "")) else (scope,)

    return rows


def _list_at(path: str, delimiter: str | None) -> Callable[[Scope], Iterator[Any]]:
    group, name = place_of(path)

    def entries(scope: Scope) -> Iterator[Any]:
        found = group_at(scope, group).get(name) or ()
        if delimiter is not None and isinstance(found, str):
            found = [item.strip() for item in found.split(delimiter)]
        if not isinstance(found, list | tuple):
            raise Unmappable(
                "not_a_list",
                "The file has a row for each item of a list, and this is none: choose one.",
            )
        for entry in found:
            if isinstance(entry, list):
                raise Unmappable(
                    "not_an_entry", "An entry of the list is a list itself: that has no fields."
                )
            yield {"value": entry} if isinstance(entry, str) else entry

    return entries


class _Prefixed:
    """The fields of a group whose names begin with the same text, by what follows it."""

    __slots__ = ("_group", "_prefix")

    def __init__(self, group: Any, prefix: str) -> None:
        self._group = group
        self._prefix = prefix

    def get(self, name: str, default: Any = None) -> Any:
        return self._group.get(self._prefix + name, default)


def _flat_groups(prefixes: Sequence[str]) -> Callable[[Scope], Iterator[Any]]:
    places = [place_of(prefix) for prefix in prefixes]

    def entries(scope: Scope) -> Iterator[Any]:
        for group, prefix in places:
            yield _Prefixed(group_at(scope, group), prefix)

    return entries
