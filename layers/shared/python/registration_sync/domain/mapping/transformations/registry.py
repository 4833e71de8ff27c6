"""All transformations of a field, and chains of them: value in, value out.

The next one is a model of its parameters, a function that builds the step and a row with examples
in one of the modules below, a place in TRANSFORMATIONS, and its table of cases in the tests.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from registration_sync.domain.mapping.transformations.choose import FIELD_STEPS, MatchCodesStep
from registration_sync.domain.mapping.transformations.code_table import CodeTable
from registration_sync.domain.mapping.transformations.dates import DATE_STEPS
from registration_sync.domain.mapping.transformations.extract import PART_STEPS
from registration_sync.domain.mapping.transformations.step import (
    FieldsStep,
    Step,
    StepContext,
    Transformation,
    ValueStep,
)
from registration_sync.domain.mapping.transformations.text import TEXT_STEPS

__all__ = [
    "REMEMBERED_VALUES",
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

REMEMBERED_VALUES = 8_192
"""Birth dates repeat: a district's students were born on some 5,000 days. About 2 MB a step."""

TRANSFORMATIONS = {**DATE_STEPS, **TEXT_STEPS, **PART_STEPS, **FIELD_STEPS}

if TYPE_CHECKING:
    AnyStep = Step
else:  # the registry is the one list of them, and no type checker can read a type out of it
    AnyStep = Annotated[
        reduce(or_, (row.parameters for row in TRANSFORMATIONS.values())),
        Field(discriminator="type"),
    ]


def fields_read(steps: Sequence[Step]) -> tuple[str, ...]:
    """The further fields that a chain reads, in the order that it is given their values."""
    return tuple(path for step in steps for path in step.reads)


def build_chain(steps: Sequence[Step], context: StepContext) -> ValueStep | FieldsStep:
    """One function of the steps, in order; a FieldsStep if there are `fields_read`."""
    built: list[tuple[Any, slice | None]] = []
    place = 0
    for step in steps:
        count = len(step.reads)
        built.append((_build_step(step, context), slice(place, place + count) if count else None))
        place += count
    if len(built) == 1:
        return built[0][0]  # type: ignore[no-any-return]
    if place:
        return _chain_with_fields(built)
    steps_only = [step for step, _ in built]

    def chain(value: str) -> str:
        for step in steps_only:
            value = step(value)
        return value

    return chain


def _chain_with_fields(built: Sequence[tuple[Any, slice | None]]) -> FieldsStep:
    def chain(value: str, others: Sequence[str]) -> str:
        for step, part in built:
            value = step(value) if part is None else step(value, others[part])
        return value

    return chain


def _build_step(step: Step, context: StepContext) -> Any:
    row = TRANSFORMATIONS[step.type]
    apply = row.build(step, context)
    if row.unguarded or step.reads:
        return apply
    if row.takes_blank:
        return lambda value: apply(value + "")  # TypeError for what is not text

    def unless_blank(value: str) -> str:
        # What is not text has no isspace: no step is given a group or a list, to write it with str.
        if value == "" or value.isspace():
            return value
        return apply(value)  # type: ignore[no-any-return]

    return _Remembered(unless_blank).__getitem__ if step.repeats else unless_blank


class _Remembered(dict[str, str]):
    """What a step made of each value; all is forgotten when it becomes too much.

    Not functools.lru_cache: keeping its entries in order costs more than many a step.
    """

    def __init__(self, step: ValueStep) -> None:
        super().__init__()
        self._step = step

    def __missing__(self, value: str) -> str:
        result = self._step(value)
        if len(self) >= REMEMBERED_VALUES:
            self.clear()
        self[value] = result
        return result
