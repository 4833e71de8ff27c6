"""Match codes: a table from Enroll's values to the SIS's codes."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from registration_sync.domain.mapping.transformations.step import StepContext, ValueStep
from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text
from registration_sync.domain.mapping.values.unmappable import (
    Unmappable,
    Way,
    is_blank,
    require_bounded,
)

REMEMBERED_CODES = 8_192
"""Values in another writing than the table's, with their codes."""


def _check_source_code(value: str) -> str:
    if is_blank(value):
        raise ValueError("A blank value has no code here: write `blank` for it.")
    return value


class CodeTable(DefinitionPart):
    """Codes by value, and what becomes of a value that has none."""

    codes: Annotated[
        dict[Annotated[CodeText, AfterValidator(_check_source_code)], CodeText],
        Field(
            min_length=1,
            max_length=10_000,
            description='the codes of 1 to 10,000 values, such as {"K": "0", "PK": "-1"}',
        ),
    ]
    unmatched: Annotated[
        Way | None,
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
        bool, Field(description="true or false, without quotes: whether blanks around do not count")
    ] = False
    delimiter: Annotated[
        Text | None,
        Field(min_length=1, description="what stands between the items of a list: each has a code"),
    ] = None
    join_with: Annotated[
        Text | None,
        Field(description="what stands between their codes; without it the delimiter"),
    ] = None

    @model_validator(mode="after")
    def _one_code_each(self) -> "CodeTable":
        if self.join_with is not None and self.delimiter is None:
            raise ValueError("`join_with` needs a `delimiter`: write that too, or leave it out.")
        table: dict[str, str] = {}
        for value, code in self.codes.items():
            if table.setdefault(normal_value(self, value), code) != code:
                raise ValueError(
                    f'"{value[:80]}" has two codes, as capitals or blanks around do not count: '
                    "leave one out."
                )
        return self


def normal_value(table: CodeTable, value: str) -> str:
    """The value as it is looked up."""
    value = value.strip() if table.trim else value
    return value.casefold() if table.ignore_case else value


class _Codes(dict[str, str]):
    """The codes, and what was looked up in another writing; a value without a code is told."""

    def __init__(self, table: CodeTable, tell: Callable[[str], None]) -> None:
        super().__init__(table.codes)
        self._normal = {normal_value(table, value): code for value, code in table.codes.items()}
        self._table = table
        self._tell = tell
        self._room = len(self) + REMEMBERED_CODES

    def __missing__(self, value: str) -> str:
        if is_blank(value):
            return value if self._table.blank is None else self._table.blank
        code = self._normal.get(normal_value(self._table, value))
        if code is None:
            return self._without_code(value)
        if len(self) < self._room:
            self[value] = code
        return code

    def _without_code(self, value: str) -> str:
        """`keep` passes it on, `blank` a blank; else the field decides."""
        self._tell(value)
        way = self._table.unmatched
        if way == "keep":
            return value
        if way == "blank":
            return ""
        raise Unmappable(
            "match_codes",
            "The value has no match code: add one, or choose what becomes of values without.",
            way=way,
        )


def code_matcher(step: CodeTable, context: StepContext) -> ValueStep:
    """A function from a value to its code, or from a delimited list to its items' codes."""
    code_of = _Codes(step, context.on_unmatched).__getitem__
    if step.delimiter is None:
        return code_of
    delimiter = step.delimiter
    between = delimiter if step.join_with is None else step.join_with

    def match_items(value: str) -> str:
        if is_blank(value):
            return code_of(value)
        found = (code_of(item.strip()) for item in value.split(delimiter) if item.strip())
        codes = [code for code in found if code]
        require_bounded("match_codes", sum(map(len, codes)) + len(between) * len(codes))
        return between.join(codes)

    return match_items
