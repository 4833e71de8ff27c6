"""Compiles the fields of a file into columns, and the columns into one function per row."""

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
from registration_sync.domain.mapping.values.budget import Budget
from registration_sync.domain.mapping.values.characters import is_blank
from registration_sync.domain.mapping.values.sources import (
    NO_FIELD,
    FieldPath,
    Scope,
    field_path,
    group_reader,
    text_at,
    text_of,
)
from registration_sync.domain.mapping.values.unmappable import OnError, Unmappable

type Finish = Callable[..., str]
"""From the source's value, and the further fields' values if any, to the column's value."""

type RowFunction = Callable[[Scope], list[str]]
"""From a row's scope to its values; raises Unmappable, TypeError or AttributeError."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, the paths of its source and further fields, and its function."""

    to: str
    path: FieldPath
    other_paths: tuple[FieldPath, ...]
    finish: Finish | None

    def value(self, scope: Scope) -> str:
        """The mapped value, the same as in the row function; raises Unmappable."""
        source = text_at(scope, self.path)
        if self.finish is None:
            return source
        if self.other_paths:
            return self.finish(source, tuple(text_at(scope, path) for path in self.other_paths))
        return self.finish(source)


def compile_column(field: MappedField, context: StepContext) -> Column:
    """Compiles a field into a column."""
    steps = steps_of(field)
    others = tuple(field_path(path) for path in fields_read(steps))
    path = field_path(field.source) if field.source else NO_FIELD
    chain = build_chain(steps, context) if steps else None
    return Column(
        field.to, path, others, _finish(field, chain, context.budget, reads_others=bool(others))
    )


def steps_of(field: MappedField) -> tuple[Step, ...]:
    """The transformations of a field, in order."""
    if isinstance(field, DirectField):
        return ()
    if isinstance(field, MatchCodesField):
        table = {name: getattr(field, name) for name in CodeTable.model_fields}
        return (MatchCodesStep(type="match_codes", **table),)
    return field.transformations


def row_function(columns: Sequence[Column]) -> RowFunction:
    """Generates the function from a row's scope to its values, as one expression:

        lambda scope: [
            (g0 := group0(scope).get)(name0, ''), finish1(g0(name1, '')), finish2(…, (…,)), …
        ]

    A loop over the columns takes three times as long. The source contains no text of the mapping:
    names and functions are constants in its globals.
    """
    constants: dict[str, Any] = {}
    number_of: dict[tuple[str, ...], int] = {}

    def read(path: FieldPath) -> str:
        group, name = path
        constant = f"name{len(constants)}"
        constants[constant] = _as_decoded(name)
        if group in number_of:
            return f"g{number_of[group]}({constant}, '')"
        number = number_of[group] = len(number_of)
        constants[f"group{number}"] = group_reader(group)
        return f"(g{number} := group{number}(scope).get)({constant}, '')"

    cells = []
    for number, column in enumerate(columns):
        cell = read(column.path)
        if column.finish:
            constants[f"finish{number}"] = column.finish
            others = "".join(f"{read(path)}, " for path in column.other_paths)
            cell = f"finish{number}({cell}, ({others}))" if others else f"finish{number}({cell})"
        cells.append(cell)
    row: RowFunction = eval(f"lambda scope: [{', '.join(cells)}]", constants)  # noqa: S307 -- generated above
    return row


def _as_decoded(name: str) -> str:
    """The same string object that orjson caches for this key: dict lookups are faster with it."""
    return next(iter(orjson.loads(orjson.dumps({name: None}))))  # type: ignore[no-any-return]


def _finish(field: MappedField, chain: Any, budget: Budget, *, reads_others: bool) -> Finish | None:
    """The column's function; None if the source's value is written unchanged."""
    check = build_checks(field, budget)
    if reads_others:
        return _with_others(field, chain, check)
    if field.default is None and check is None and (chain is None or field.on_error == "hold"):
        return chain  # type: ignore[no-any-return]
    apply = chain or (lambda value: value + "")  # TypeError if the value is not text
    return _with_policy(field, apply, check)


def _with_others(field: MappedField, chain: Finish, check: Check | None) -> Finish:
    finish = _with_policy(field, chain, check)

    def checked(source: str, others: tuple[str, ...]) -> str:
        for value in (source, *others):
            text_of(value)
        return finish(source, others)

    return checked


def _with_policy(field: MappedField, apply: Finish, check: Check | None) -> Finish:
    """Wraps the chain in the field's `on_error`, `default` and checks."""
    on_error, default = field.on_error, field.default

    def finish(source: str, *others: tuple[str, ...]) -> str:
        try:
            value = apply(source, *others)
        except Unmappable as problem:
            action: OnError = problem.on_error or on_error
            if action == "hold":
                raise
            value = {"blank": "", "keep": source, "default": default or ""}[action]
        if default is not None and is_blank(value) and is_blank(source):
            value = default
        return check(value) if check else value

    return finish
