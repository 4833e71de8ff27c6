"""Match codes: replaces Enroll's values by the SIS's codes."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from registration_sync.domain.mapping.transformations.step import StepContext, ValueStep
from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text, check_code
from registration_sync.domain.mapping.values.characters import (
    compose,
    fold,
    is_blank,
    split_at,
    trim,
)
from registration_sync.domain.mapping.values.unmappable import OnError, Unmappable

MAX_CACHED_CODES = 8_192
"""Bounds the cache of values that differ from the table's in case, blanks or composition."""


def _from_list(codes: object) -> object:
    """Accepts a list of values and codes, as programs reorder an object with numbers as keys."""
    if not isinstance(codes, list | tuple):
        return codes
    table: dict[Any, Any] = {}
    for pair in codes:
        if not isinstance(pair, dict) or pair.keys() != {"value", "code"}:
            raise ValueError('Enter each code as {"value": "K", "code": "0"}.')
        if not isinstance(check_code(pair["value"]), str):
            raise ValueError('Enter each code as {"value": "K", "code": "0"}.')  # noqa: TRY004
        if pair["value"] in table:
            raise ValueError(f'"{str(pair["value"])[:80]}" is in the list twice: leave one out.')
        table[pair["value"]] = pair["code"]
    return table


def _check_source_code(value: str) -> str:
    if is_blank(value):
        raise ValueError("Enter the code for a blank value in `blank`, not here.")
    return value


_SourceCode = Annotated[CodeText, AfterValidator(_check_source_code)]


class _Pair(DefinitionPart):
    value: str
    code: str


class CodeTable(DefinitionPart):
    """The codes, and what to do with a value without a code."""

    codes: Annotated[
        dict[_SourceCode, CodeText],
        Field(min_length=1, max_length=10_000),
        BeforeValidator(_from_list, json_schema_input_type=dict[str, str] | list[_Pair]),
        Field(
            description='the codes of 1 to 10,000 values, such as {"K": "0", "PK": "-1"}; or, to '
            'keep their order in every program, a list such as [{"value": "K", "code": "0"}]',
        ),
    ]
    send_blank: Annotated[
        tuple[_SourceCode, ...],
        Field(
            strict=False,
            max_length=10_000,
            title="Send blank for",
            description="a list of the values whose code is a blank, in quotes: an empty code in "
            "`codes` means that there is no code yet",
        ),
    ] = ()
    unmatched: Annotated[
        OnError | None,
        Field(
            title="If no code matches",
            description="hold, keep, blank or default, for a value that has no code",
        ),
    ] = None
    blank: Annotated[
        CodeText | None,
        Field(title="Code for blanks", description="the code for a blank value, in quotes"),
    ] = None
    ignore_case: Annotated[
        bool,
        Field(
            title="Ignore upper/lower case",
            description="true or false, without quotes: whether A and a are the same",
        ),
    ] = False
    trim: Annotated[
        bool,
        Field(
            title="Ignore extra spaces",
            description="true or false, without quotes: whether spaces at the ends are ignored",
        ),
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
            raise ValueError("`join_with` needs a `delimiter`: enter both, or leave this out.")
        table: dict[str, str] = {}
        for value, code in self.codes.items():
            if table.setdefault(normal_value(self, value), code) != code:
                raise ValueError(
                    f'"{value[:80]}" has two codes, because case, blanks at the ends or '
                    "the composition of accents do not count: leave one out."
                )
        for value in self.send_blank:
            if not is_blank(table.get(normal_value(self, value), "")):
                raise ValueError(
                    f'"{value[:80]}" in `send_blank` has a code: leave it out there or in `codes`.'
                )
        return self

    @property
    def known_codes(self) -> dict[str, str]:
        """The codes by value, with the blanks of `send_blank` and without those still missing."""
        return {
            value: code for value, code in self.codes.items() if not is_blank(code)
        } | dict.fromkeys(self.send_blank, "")


def normal_value(table: CodeTable, value: str) -> str:
    """The value as the table compares it."""
    value = trim(value) if table.trim else value
    return fold(value) if table.ignore_case else compose(value)


class _Codes(dict[str, str]):
    """The codes by value, with a cache of values that equal them by the table's rules."""

    def __init__(self, table: CodeTable, on_unmatched: Callable[[str], None]) -> None:
        codes = table.known_codes
        super().__init__(codes)
        self._normal = {normal_value(table, value): code for value, code in codes.items()}
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
            "The value has no match code: add one, or change what applies if no code matches.",
            on_error=on_error,
        )


def code_matcher(step: CodeTable, context: StepContext) -> ValueStep:
    """Builds the function that replaces a value by its code, or a delimited list by its codes.

    Several items with the same code give the code once, as 72 FR 59266 counts races.
    """
    code_of = _Codes(step, context.on_unmatched).__getitem__
    if step.delimiter is None:
        return code_of
    delimiter, make = step.delimiter, context.budget.make
    join_with = delimiter if step.join_with is None else step.join_with

    def match_items(value: str) -> str:
        if is_blank(value):
            return code_of(value)
        found = (code_of(trim(item)) for item in split_at(value, delimiter) if not is_blank(item))
        codes = list(dict.fromkeys(code for code in found if code))
        make(sum(map(len, codes)) + len(join_with) * len(codes))
        return join_with.join(codes)

    return match_items
