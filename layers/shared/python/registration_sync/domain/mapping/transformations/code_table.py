"""Match codes: replaces Enroll's values by the SIS's codes."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from registration_sync.domain.mapping.transformations.step import StepContext, ValueStep
from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text
from registration_sync.domain.mapping.values.unmappable import (
    OnError,
    Unmappable,
    is_blank,
    require_bounded,
)

MAX_CACHED_CODES = 8_192
"""Bounds the cache of values that differ from the table's in case or spaces."""


def _check_source_code(value: str) -> str:
    if is_blank(value):
        raise ValueError("Write the code for a blank value in `blank`, not here.")
    return value


class CodeTable(DefinitionPart):
    """The codes, and what to do with a value without a code."""

    codes: Annotated[
        dict[Annotated[CodeText, AfterValidator(_check_source_code)], CodeText],
        Field(
            min_length=1,
            max_length=10_000,
            description='the codes of 1 to 10,000 values, such as {"K": "0", "PK": "-1"}',
        ),
    ]
    unmatched: Annotated[
        OnError | None,
        Field(
            title="Without a code",
            description="hold, keep, blank or default, for a value that has no code",
        ),
    ] = None
    blank: Annotated[
        CodeText | None,
        Field(title="Code for blanks", description="the code for a blank value, in quotes"),
    ] = None
    ignore_case: Annotated[
        bool, Field(description="true or false, without quotes: whether A and a are the same")
    ] = False
    trim: Annotated[
        bool,
        Field(description="true or false, without quotes: whether to ignore blanks at the ends"),
    ] = False
    delimiter: Annotated[
        Text | None,
        Field(min_length=1, description="the text between the items of a list; each has a code"),
    ] = None
    join_with: Annotated[
        Text | None,
        Field(description="the text between the codes; without it, the delimiter"),
    ] = None

    @model_validator(mode="after")
    def _one_code_each(self) -> "CodeTable":
        if self.join_with is not None and self.delimiter is None:
            raise ValueError("`join_with` needs a `delimiter`: write both, or leave this out.")
        table: dict[str, str] = {}
        for value, code in self.codes.items():
            if table.setdefault(normal_value(self, value), code) != code:
                raise ValueError(
                    f'"{value[:80]}" has two codes, because the table ignores case or blanks at '
                    "the ends: leave one out."
                )
        return self


def normal_value(table: CodeTable, value: str) -> str:
    """The value as the table compares it."""
    value = value.strip() if table.trim else value
    return value.casefold() if table.ignore_case else value


class _Codes(dict[str, str]):
    """The codes by value, with a cache of values that differ in case or blanks at the ends."""

    def __init__(self, table: CodeTable, on_unmatched: Callable[[str], None]) -> None:
        super().__init__(table.codes)
        self._normal = {normal_value(table, value): code for value, code in table.codes.items()}
        self._table = table
        self._on_unmatched = on_unmatched
        self._max_size = len(self) + MAX_CACHED_CODES

    def __missing__(self, value: str) -> str:
        if is_blank(value):
            return value if self._table.blank is None else self._table.blank
        code = self._normal.get(normal_value(self._table, value))
        if code is None:
            return self._without_code(value)
        if len(self) < self._max_size:
            self[value] = code
        return code

    def _without_code(self, value: str) -> str:
        """Applies `unmatched`; for `hold`, `default` or none the field decides."""
        self._on_unmatched(value)
        on_error = self._table.unmatched
        if on_error == "keep":
            return value
        if on_error == "blank":
            return ""
        raise Unmappable(
            "match_codes",
            "The value has no match code: add one, or set `unmatched` for values without a code.",
            on_error=on_error,
        )


def code_matcher(step: CodeTable, context: StepContext) -> ValueStep:
    """Builds the function that replaces a value, or each item of a delimited list, by its code."""
    code_of = _Codes(step, context.on_unmatched).__getitem__
    if step.delimiter is None:
        return code_of
    delimiter = step.delimiter
    join_with = delimiter if step.join_with is None else step.join_with

    def match_items(value: str) -> str:
        if is_blank(value):
            return code_of(value)
        found = (code_of(item.strip()) for item in value.split(delimiter) if item.strip())
        codes = [code for code in found if code]
        require_bounded("match_codes", sum(map(len, codes)) + len(join_with) * len(codes))
        return join_with.join(codes)

    return match_items
