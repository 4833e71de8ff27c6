"""The transformations of a field: value in, value out.

The next one is a model of its parameters, a function that builds the step, a row in
TRANSFORMATIONS, and its table of cases in the tests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    field_validator,
)

from registration_sync.domain.date_formats import (
    check_source_format,
    check_target_format,
    date_rewriter,
    has_time,
)
from registration_sync.domain.definition import CodeText, DefinitionPart, Text
from registration_sync.domain.run_facts import RunFacts
from registration_sync.domain.unmappable import Unmappable, Way, is_blank

REMEMBERED_VALUES = 8_192
"""Birth dates repeat: a district's students were born on some 5,000 days. About 2 MB a step."""

type ValueStep = Callable[[str], str]
"""Raises Unmappable for a value that it cannot take."""

type FieldsStep = Callable[[str, Sequence[str]], str]
"""A step that reads further fields: the value so far, and theirs in the order of `reads`."""


def _ignore(_value: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step is built with: the run's facts, and whom to tell of a value without a code."""

    run: RunFacts
    on_unmatched: Callable[[str], None] = _ignore


def _check_source_code(value: str) -> str:
    if is_blank(value):
        raise ValueError("A blank value has no code: write the field's `default` instead.")
    return value


Codes = Annotated[
    dict[Annotated[CodeText, AfterValidator(_check_source_code)], CodeText],
    Field(
        min_length=1,
        max_length=10_000,
        description='the codes of 1 to 10,000 values, such as {"K": "0", "PK": "-1"}',
    ),
]
Unmatched = Annotated[
    Way | None, Field(description="hold, keep, blank or default, for a value that has no code")
]


class Step(DefinitionPart):
    """One step of a chain."""

    type: str

    @property
    def repeats(self) -> bool:
        """Whether few values come again and again, so that their results are worth keeping."""
        return False

    @property
    def reads(self) -> tuple[str, ...]:
        """The paths of the further fields that it reads; such a step takes blanks too."""
        return ()


class DateStep(Step):
    type: Literal["date"]
    source: Annotated[
        Text,
        AfterValidator(check_source_format),
        Field(alias="from", description="the format of the date in Enroll, such as YYYY-MM-DD"),
    ]
    target: Annotated[
        Text, Field(alias="to", description="the format of the date in the file, such as M/D/YYYY")
    ]

    @field_validator("target")
    @classmethod
    def _fits_source(cls, target: str, info: ValidationInfo) -> str:
        return check_target_format(target, info.data.get("source"))

    @property
    def repeats(self) -> bool:
        return not has_time(self.source)


class ValueInputStep(Step):
    type: Literal["value_input"]
    value: Annotated[
        CodeText, Field(description='the text that stands in every row, in quotes, such as "US"')
    ]


class UpperStep(Step):
    type: Literal["upper"]


class LowerStep(Step):
    type: Literal["lower"]


class MatchCodesStep(Step):
    type: Literal["match_codes"]
    codes: Codes
    unmatched: Unmatched = None


def _date(step: DateStep, _context: StepContext) -> ValueStep:
    rewrite = date_rewriter(step.source, step.target)
    message = (
        f"The value is not a date written as {step.source}: mend it in Enroll, or change `from`."
    )

    def date(value: str) -> str:
        try:
            return rewrite(value)
        except ValueError:
            raise Unmappable("date", message) from None

    return date


def _value_input(step: ValueInputStep, _context: StepContext) -> ValueStep:
    return lambda _value: step.value


def _match_codes(step: MatchCodesStep, context: StepContext) -> ValueStep:
    """`keep` passes the value on, `blank` a blank; else the field decides over one without code."""
    message = "The value has no match code: add one, or say in `unmatched` what becomes of it."
    get, unmatched, tell = step.codes.get, step.unmatched, context.on_unmatched

    def match(value: str) -> str:
        code = get(value)
        if code is not None:
            return code
        tell(value)
        if unmatched == "keep":
            return value
        if unmatched == "blank":
            return ""
        raise Unmappable("match_codes", message, way=unmatched)

    return match


@dataclass(frozen=True, slots=True)
class Transformation:
    """A row of the registry: the name that people know, the parameters, and what builds the step.

    Blank stays blank through a step, except where it `takes_blank`; such a step, at the start of a
    chain, needs no source either. `unguarded` is a step that is safe as it is: blank stays blank,
    and what is not text is a TypeError.

    `build` makes a ValueStep, or a FieldsStep of a step that has fields to read (`reads`).
    """

    title: str
    parameters: type[Step]
    build: Callable[[Any, StepContext], Any]
    takes_blank: bool = False
    unguarded: bool = False


TRANSFORMATIONS = {
    "date": Transformation("Date", DateStep, _date),
    "value_input": Transformation("Value Input", ValueInputStep, _value_input, takes_blank=True),
    "upper": Transformation("Upper", UpperStep, lambda _step, _context: str.upper, unguarded=True),
    "lower": Transformation("Lower", LowerStep, lambda _step, _context: str.lower, unguarded=True),
    "match_codes": Transformation("Match Codes", MatchCodesStep, _match_codes),
}

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
