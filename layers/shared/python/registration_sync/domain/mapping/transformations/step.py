"""What a transformation is made of: its parameters, and a row that says how to build it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from registration_sync.domain.mapping.values.base import DefinitionPart
from registration_sync.domain.mapping.values.run_context import RunContext

type ValueStep = Callable[[str], str]
"""Raises Unmappable for a value that it cannot take."""

type FieldsStep = Callable[[str, Sequence[str]], str]
"""A step that reads further fields: the value so far, and theirs in the order of `reads`."""


def _ignore(_value: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step is built with: the run's facts, and whom to tell of a value without a code."""

    run: RunContext
    on_unmatched: Callable[[str], None] = _ignore


class Step(DefinitionPart):
    """The parameters of one step of a chain."""

    type: str

    @property
    def repeats(self) -> bool:
        """Whether few values come again and again, so that their results are worth keeping."""
        return False

    @property
    def reads(self) -> tuple[str, ...]:
        """The paths of the further fields that it reads; such a step takes blanks too."""
        return ()


@dataclass(frozen=True, slots=True)
class Example:
    """What a step makes of a value, and of further fields by their path."""

    parameters: Mapping[str, Any]
    value: str
    result: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transformation:
    """A row of the registry: what people are told, the parameters, and what builds the step.

    Blank stays blank through a step, except where it `takes_blank`. `unguarded` is a step that is
    safe as it is: it looks after blanks itself, and what is not text is a TypeError or an
    AttributeError. `starts` says whether a chain may begin with it and have no `from`.

    `build` makes a ValueStep, or a FieldsStep of a step that has fields to read (`reads`).
    """

    title: str
    summary: str
    parameters: type[Step]
    build: Callable[[Any, StepContext], Any]
    examples: Sequence[Example]
    takes_blank: bool = False
    unguarded: bool = False
    starts: Literal["never", "always", "with field"] = "never"
