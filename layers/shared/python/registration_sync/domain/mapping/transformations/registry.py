"""The list of all transformations, and chains of them.

To add one, write a model of its parameters, a function that builds the step, and a Transformation
with examples in one of the modules imported here; and a table of cases in the tests.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from registration_sync.domain.mapping.transformations.choose import FIELD_STEPS, MatchCodesStep
from registration_sync.domain.mapping.transformations.code_table import CodeTable
from registration_sync.domain.mapping.transformations.dates import DATE_STEPS
from registration_sync.domain.mapping.transformations.extract import EXTRACT_STEPS
from registration_sync.domain.mapping.transformations.step import (
    FieldsStep,
    Step,
    StepContext,
    Transformation,
    ValueStep,
)
from registration_sync.domain.mapping.transformations.text import TEXT_STEPS
from registration_sync.domain.mapping.values.budget import MAX_VALUE_CHARACTERS, Budget
from registration_sync.domain.mapping.values.characters import is_blank

__all__ = [
    "MAX_CACHED_VALUES",
    "TRANSFORMATIONS",
    "AnyStep",
    "CodeTable",
    "FieldsStep",
    "MatchCodesStep",
    "Step",
    "StepContext",
    "Transformation",
    "ValueStep",
    "build_chain",
    "fields_read",
]

MAX_CACHED_VALUES = 8_192
"""Birth dates repeat: a district's students were born on about 5,000 days. 2 MB per step."""

TRANSFORMATIONS = {**DATE_STEPS, **TEXT_STEPS, **EXTRACT_STEPS, **FIELD_STEPS}

if TYPE_CHECKING:
    AnyStep = Step
else:  # a type checker cannot derive the union from the registry
    AnyStep = Annotated[
        reduce(or_, (one.parameters for one in TRANSFORMATIONS.values())),
        Field(discriminator="type"),
    ]


def fields_read(steps: Sequence[Step]) -> tuple[str, ...]:
    """The further fields that a chain reads, in the order in which it takes their values."""
    return tuple(path for step in steps for path in step.reads)


def build_chain(steps: Sequence[Step], context: StepContext) -> ValueStep | FieldsStep:
    """One function that applies the steps in order; a FieldsStep if they read further fields."""
    built: list[tuple[Any, slice | None]] = []
    start = 0
    for step in steps:
        count = len(step.reads)
        built.append((_build_step(step, context), slice(start, start + count) if count else None))
        start += count
    if len(built) == 1:
        return built[0][0]  # type: ignore[no-any-return]
    if start:
        return _chain_with_fields(built, context.budget)
    steps_only, make = [step for step, _ in built], context.budget.make

    def chain(value: str) -> str:
        for step in steps_only:
            value = step(value)
            if len(value) > MAX_VALUE_CHARACTERS:
                make(len(value))
        return value

    return chain


def _chain_with_fields(built: Sequence[tuple[Any, slice | None]], budget: Budget) -> FieldsStep:
    def chain(value: str, others: Sequence[str]) -> str:
        for step, part in built:
            value = step(value) if part is None else step(value, others[part])
            if len(value) > MAX_VALUE_CHARACTERS:
                budget.make(len(value))
        return value

    return chain


def _build_step(step: Step, context: StepContext) -> Any:
    transformation = TRANSFORMATIONS[step.type]
    apply = transformation.build(step, context)
    if step.reads:
        return apply
    if transformation.takes_blank:
        return lambda value: apply(value + "")  # TypeError if the value is not text
    guarded = apply if transformation.unguarded else _unless_blank(apply)
    return _Cached(guarded).__getitem__ if step.is_cacheable else guarded


def _unless_blank(apply: ValueStep) -> ValueStep:
    def unless_blank(value: str) -> str:
        # isspace raises AttributeError for a group or a list, which no step may convert to text.
        if value == "" or value.isspace() or (not value.isascii() and is_blank(value)):
            return value
        return apply(value)

    return unless_blank


class _Cached(dict[str, str]):
    """A step's results by value; a full cache is cleared.

    functools.lru_cache keeps its entries in order, which costs more than most steps.
    """

    def __init__(self, step: ValueStep) -> None:
        super().__init__()
        self._step = step

    def __missing__(self, value: str) -> str:
        result = self._step(value)
        if len(self) >= MAX_CACHED_VALUES:
            self.clear()
        self[value] = result
        return result
