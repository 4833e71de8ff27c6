"""The columns of a file: where each value is in a registration, and what is done with it."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Object
from dataclasses import dataclass
from typing import Any

import orjson

from registration_sync.domain.mapping import DirectField, MappedField, MatchCodesField
from registration_sync.domain.run_facts import RunFacts
from registration_sync.domain.sources import RUN_STARTED_AT, place_of
from registration_sync.domain.transformations import (
    MatchCodesStep,
    StepContext,
    ValueStep,
    build_chain,
)
from registration_sync.domain.unmappable import Unmappable, is_blank

type Registration = Object[str, Any]
"""A decoded snapshot: registration_id, student_id, school_year, synced_at, and data."""

type RowFunction = Callable[..., list[str]]
"""From the `get` of each group of a registration to the values of a row."""

_NOTHING: dict[str, Any] = {}

_NO_PLACE: tuple[tuple[str, ...], str] = ((), "")
"""Where nothing is: for columns that read no field."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its value's place (which group, what name) and what is done with the value."""

    to: str
    group: int
    name: str
    finish: ValueStep | None


def compile_column(field: MappedField, run: RunFacts, groups: dict[tuple[str, ...], int]) -> Column:
    """The column of a field; its group is added to `groups`, with its number."""
    finish = _finisher(field, run)
    if field.source == RUN_STARTED_AT:
        finish = _constant(run.started_at_text, finish)
        group, name = _NO_PLACE
    else:
        group, name = place_of(field.source) if field.source else _NO_PLACE
    return Column(field.to, groups.setdefault(group, len(groups)), name, finish)


def row_function(columns: Sequence[Column], groups: int) -> RowFunction:
    """A function from the `get` of each group to a row's values, written out as one expression:

        lambda g0, g1: [g0(name0, ''), finish1(g0(name1, '')), g1(name2, '')]

    A loop over the columns takes three times as long. No text of the mapping is in the source:
    names and functions are handed over as its constants.
    """
    constants: dict[str, Any] = {}
    cells = []
    for number, column in enumerate(columns):
        cell = f"g{column.group}(name{number}, '')"
        constants[f"name{number}"] = _as_decoded(column.name)
        if column.finish:
            cell = f"finish{number}({cell})"
            constants[f"finish{number}"] = column.finish
        cells.append(cell)
    gets = ", ".join(f"g{number}" for number in range(groups))
    row: RowFunction = eval(f"lambda {gets}: [{', '.join(cells)}]", constants)  # noqa: S307 -- ours
    return row


def _as_decoded(name: str) -> str:
    """The name as the very object that orjson makes of this key: dicts find that one faster."""
    return next(iter(orjson.loads(orjson.dumps({name: None}))))  # type: ignore[no-any-return]


def _constant(source: str, finish: ValueStep | None) -> ValueStep:
    return (lambda _value: finish(source)) if finish else (lambda _value: source)


def _finisher(field: MappedField, run: RunFacts) -> ValueStep | None:
    """What is done with the source's value; None where it goes out as it is."""
    chain = _chain(field, run)
    on_error, default, required = field.on_error, field.default, field.required
    if default is None and not required and (chain is None or on_error == "hold"):
        return chain
    apply: ValueStep = chain or (lambda value: value)

    def finish(source: str) -> str:
        try:
            value = apply(source)
        except Unmappable as problem:
            way = problem.way or on_error
            if way == "hold":
                raise
            value = {"blank": "", "keep": source, "default": default or ""}[way]
        if default is not None and is_blank(value) and is_blank(source):
            value = default
        if required and is_blank(value):
            raise Unmappable(
                "required", "The value is blank: fill it in in Enroll, or give a `default`."
            )
        return value

    return finish


def _chain(field: MappedField, run: RunFacts) -> ValueStep | None:
    if isinstance(field, DirectField):
        return None
    if isinstance(field, MatchCodesField):
        step = MatchCodesStep(type="match_codes", codes=field.codes, unmatched=field.unmatched)
        return build_chain([step], StepContext(run))  # type: ignore[return-value]
    return build_chain(field.transformations, StepContext(run))  # type: ignore[return-value]


def group_at(registration: Registration, path: tuple[str, ...]) -> Object[str, Any]:
    """The group of fields at a path; an absent or blank one holds nothing."""
    group: Any = registration
    for name in path:
        group = group.get(name) or _NOTHING
        if not isinstance(group, dict):
            raise Unmappable(
                "not_a_group",
                "The field's path leads through a value that is text or a list: correct `from`.",
            )
    return group  # type: ignore[no-any-return]  # a dict, by the check above


def text_of(value: object) -> str:
    """The value, if it is text."""
    if isinstance(value, str):
        return value
    raise Unmappable(
        "not_text",
        "The field is a group or a list of values, not text: let `from` lead to one value in it.",
    )
