"""The columns of a file: where their values are in a registration, and what is done with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from registration_sync.domain.mapping.compiled.value_checks import Check, build_checks
from registration_sync.domain.mapping.definition.mapping import (
    DirectField,
    MappedField,
    MatchCodesField,
)
from registration_sync.domain.mapping.transformations.registry import (
    CodeTable,
    MatchCodesStep,
    Step,
    StepContext,
    build_chain,
    fields_read,
)
from registration_sync.domain.mapping.values.sources import (
    NOWHERE,
    Place,
    Scope,
    place_of,
    text_at,
    text_of,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable, Way, is_blank

type Finish = Callable[..., str]
"""From the source's value, and those of the further fields if there are any, to the column's."""

type RowFunction = Callable[..., list[str]]
"""From the `get` of each group of a scope to the values of a row."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its value's place, those of further fields, and what is done with the values."""

    to: str
    place: Place
    others: tuple[Place, ...]
    finish: Finish | None

    def value(self, scope: Scope) -> str:
        """The mapped value, as the row function has it; raises Unmappable."""
        source = text_at(scope, self.place)
        if self.finish is None:
            return source
        if self.others:
            return self.finish(source, tuple(text_at(scope, place) for place in self.others))
        return self.finish(source)


def compile_column(field: MappedField, context: StepContext) -> Column:
    """The column of a field."""
    steps = steps_of(field)
    others = tuple(place_of(path) for path in fields_read(steps))
    place = place_of(field.source) if field.source else NOWHERE
    chain = build_chain(steps, context) if steps else None
    return Column(field.to, place, others, _finish(field, chain, reads_others=bool(others)))


def steps_of(field: MappedField) -> tuple[Step, ...]:
    """The chain that a field's value goes through."""
    if isinstance(field, DirectField):
        return ()
    if isinstance(field, MatchCodesField):
        table = {name: getattr(field, name) for name in CodeTable.model_fields}
        return (MatchCodesStep(type="match_codes", **table),)
    return field.transformations


def row_function(columns: Sequence[Column], groups: Sequence[tuple[str, ...]]) -> RowFunction:
    """A function from the `get` of each group to a row's values, written out as one expression:

        lambda g0, g1: [g0(name0, ''), finish1(g0(name1, '')), finish2(g1(name2, ''), (…,))]

    A loop over the columns takes three times as long. No text of the mapping is in the source:
    names and functions are handed over as its constants.
    """
    constants: dict[str, Any] = {}

    def read(place: Place) -> str:
        group, name = place
        constant = f"name{len(constants)}"
        constants[constant] = _as_decoded(name)
        return f"g{number_of[group]}({constant}, '')"

    number_of = {group: number for number, group in enumerate(groups)}
    cells = []
    for number, column in enumerate(columns):
        cell = read(column.place)
        if column.finish:
            constants[f"finish{number}"] = column.finish
            others = "".join(f"{read(place)}, " for place in column.others)
            cell = f"finish{number}({cell}, ({others}))" if others else f"finish{number}({cell})"
        cells.append(cell)
    gets = ", ".join(f"g{number}" for number in range(len(groups)))
    row: RowFunction = eval(f"lambda {gets}: [{', '.join(cells)}]", constants)  # noqa: S307 -- ours
    return row


def _as_decoded(name: str) -> str:
    """The name as the very object that orjson makes of this key: dicts find that one faster."""
    return next(iter(orjson.loads(orjson.dumps({name: None}))))  # type: ignore[no-any-return]


def _finish(field: MappedField, chain: Any, *, reads_others: bool) -> Finish | None:
    """What is done with the values; None where the source's goes out as it is."""
    check = build_checks(field)
    if reads_others:
        return _with_others(field, chain, check)
    if field.default is None and check is None and (chain is None or field.on_error == "hold"):
        return chain  # type: ignore[no-any-return]
    apply = chain or (lambda value: value + "")  # TypeError for what is not text
    return _with_policy(field, apply, check)


def _with_others(field: MappedField, chain: Finish, check: Check | None) -> Finish:
    finish = _with_policy(field, chain, check)

    def checked(source: str, others: tuple[str, ...]) -> str:
        for value in (source, *others):
            text_of(value)
        return finish(source, others)

    return checked


def _with_policy(field: MappedField, apply: Finish, check: Check | None) -> Finish:
    """The field's on_error, default and checks around its chain."""
    on_error, default = field.on_error, field.default

    def finish(source: str, *others: tuple[str, ...]) -> str:
        try:
            value = apply(source, *others)
        except Unmappable as problem:
            way: Way = problem.way or on_error
            if way == "hold":
                raise
            value = {"blank": "", "keep": source, "default": default or ""}[way]
        if default is not None and is_blank(value) and is_blank(source):
            value = default
        return check(value) if check else value

    return finish
