"""Types for transformations: the parameters of a step, and an entry of the registry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import WithJsonSchema

from registration_sync.domain.mapping.values.base import DefinitionPart
from registration_sync.domain.mapping.values.budget import Budget
from registration_sync.domain.mapping.values.run_context import RunContext
from registration_sync.domain.mapping.values.sources import check_source

type ValueStep = Callable[[str], str]
"""From value to value; raises Unmappable for a value that the step cannot handle."""

type FieldsStep = Callable[[str, Sequence[str]], str]
"""A step that reads further fields: takes the value so far, and theirs in the order of `reads`."""


def _ignore(_value: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class StepContext:
    """Context for building a step: the run, a function to call with each value without a code, and
    the bounds for a student."""

    run: RunContext
    on_unmatched: Callable[[str], None] = _ignore
    budget: Budget = field(default_factory=Budget)


class Step(DefinitionPart):
    """The parameters of one step of a chain."""

    type: str

    @property
    def is_cacheable(self) -> bool:
        """Whether the values repeat so often that caching the results pays."""
        return False

    @property
    def reads(self) -> tuple[str, ...]:
        """The paths of the further fields that it reads; such a step also gets blank values."""
        return ()


@dataclass(frozen=True, slots=True)
class FieldReference:
    """A parameter that is the value of another field."""

    path: str


TEXT_OR_FIELD_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {"field": {"type": "string"}},
                "required": ["field"],
                "additionalProperties": False,
            },
        ]
    }
)


def check_text_or_field(value: object, kind: str) -> str | FieldReference:
    """A text, or the field of `{"field": PATH}`; ValueError asks for `kind` instead."""
    if isinstance(value, str):
        return value
    path = value.get("field") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(path, str):
        raise ValueError(  # noqa: TRY004 -- pydantic reports a ValueError
            f'Enter {kind} in quotes, or {{"field": "students.fname"}}.'
        )
    return FieldReference(check_source(path))


@dataclass(frozen=True, slots=True)
class Example:
    """The result of a step for a value, and for further fields by path."""

    parameters: Mapping[str, Any]
    value: str
    result: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transformation:
    """An entry of the registry: the documentation, the parameters, and the function that builds it.

    A blank value skips the step unless `takes_blank`. An `unguarded` step handles blank values
    itself and raises TypeError or AttributeError for a value that is not text. `starts` says
    whether a chain without `from` may start with the step.

    `build` returns a ValueStep, or a FieldsStep if the step reads further fields (`reads`).
    """

    title: str
    summary: str
    parameters: type[Step]
    build: Callable[[Any, StepContext], Any]
    examples: Sequence[Example]
    takes_blank: bool = False
    unguarded: bool = False
    starts: Literal["never", "always", "with field"] = "never"
