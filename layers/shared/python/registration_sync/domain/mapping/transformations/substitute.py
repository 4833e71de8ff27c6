"""The transformation Substitute: replaces a text, or the matches of a pattern."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from registration_sync.domain.mapping.transformations.step import (
    Example,
    Step,
    StepContext,
    Transformation,
    ValueStep,
)
from registration_sync.domain.mapping.values.base import CodeText, Text
from registration_sync.domain.mapping.values.budget import Budget
from registration_sync.domain.mapping.values.characters import compose


def _check_pattern(pattern: str) -> str:
    from registration_sync.domain.mapping.values.patterns import compile_pattern  # noqa: PLC0415  # loads slowly

    compile_pattern(pattern)
    return pattern


class SubstituteStep(Step):
    type: Literal["substitute"]
    find: Annotated[
        CodeText | None,
        Field(min_length=1, title="Text to find", description="the text to look for, in quotes"),
    ] = None
    pattern: Annotated[
        Text | None,
        AfterValidator(lambda text: text if text is None else _check_pattern(text)),
        Field(
            title="Pattern to find",
            description="a regular expression to look for, instead of `find`",
        ),
    ] = None
    replace: Annotated[
        CodeText,
        Field(
            title="Replace with",
            description="the replacement, in quotes; with a pattern, \\1 is the text that its "
            "first parentheses matched",
        ),
    ]

    @model_validator(mode="after")
    def _one_of_both(self) -> "SubstituteStep":
        if (self.find is None) == (self.pattern is None):
            raise ValueError("Enter `find` (a text) or `pattern` (a regular expression).")
        if self.pattern is not None:
            _check_references(self.pattern, self.replace)
        return self


def _check_references(pattern: str, replace: str) -> None:
    from registration_sync.domain.mapping.values.patterns import compile_pattern  # noqa: PLC0415  # loads slowly

    groups = compile_pattern(pattern).groups
    for after in re.findall(r"\\([0-9]+|.?)", replace, re.DOTALL):
        # RE2 takes all digits for the number, and \0 or three digits for a character's code.
        is_group = re.fullmatch("[1-9][0-9]?", after) and int(after) <= groups
        if after != "\\" and not is_group:
            raise ValueError(
                f"`replace` refers to \\{after}, but the pattern has {groups} pairs of "
                "parentheses. Enter \\\\ for a backslash."
            )


def _substitute(step: SubstituteStep, context: StepContext) -> ValueStep:
    find, replace = step.find, step.replace
    if find is not None:
        return _plain_substitute(find, replace, context.budget)
    from registration_sync.domain.mapping.values.patterns import substitution  # noqa: PLC0415  # loads slowly

    return substitution(step.pattern or "", replace, context.budget)


def _plain_substitute(find: str, replace: str, budget: Budget) -> ValueStep:
    find = compose(find)
    growth = max(0, len(replace) - len(find))

    def substitute(value: str) -> str:
        composed = compose(value)
        count = composed.count(find)
        if not count:
            return value
        if growth:
            budget.make(len(composed) + count * growth)
        return composed.replace(find, replace)

    return substitute


SUBSTITUTE = Transformation(
    "Substitute",
    "Replaces every occurrence of a text, or every match of a regular expression (RE2 syntax: "
    "no lookarounds).",
    SubstituteStep,
    _substitute,
    [
        Example({"find": "Street", "replace": "St"}, "12 Main Street", "12 Main St"),
        Example({"pattern": "^(\\w+), (\\w+)$", "replace": "\\2 \\1"}, "Díaz, Ana", "Ana Díaz"),
    ],
)
