"""Conditions on values, for If Then Else and for the rows of a file (`where`)."""

import datetime as dt
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text
from registration_sync.domain.mapping.values.characters import compose, fold, is_blank, plain, trim
from registration_sync.domain.mapping.values.sources import check_source
from registration_sync.domain.mapping.values.unmappable import Unmappable

type Test = Callable[[str], bool]

TESTS = (
    *("equals", "not_equal", "contains", "includes", "is_blank", "one_of"),
    *("before", "after", "less", "greater"),
)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")


def check_date(text: str) -> str:
    """Returns the text if it is a valid date written YYYY-MM-DD; raises ValueError with what to
    write instead."""
    try:
        if _DAY.fullmatch(text):
            dt.date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise ValueError('Enter a valid date as YYYY-MM-DD, in quotes, such as "2025-08-15".')


def _check_number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise ValueError('Enter a number in quotes, such as "5" or "2.5".')
    return text


_Date = Annotated[
    CodeText | None, AfterValidator(lambda text: text if text is None else check_date(text))
]
_Number = Annotated[
    CodeText | None, AfterValidator(lambda text: text if text is None else _check_number(text))
]


class ValueTest(DefinitionPart):
    """Exactly one test of a value, and its options."""

    equals: Annotated[CodeText | None, Field(description="text in quotes")] = None
    not_equal: Annotated[CodeText | None, Field(description="text in quotes")] = None
    contains: Annotated[
        CodeText | None, Field(min_length=1, description="text in quotes that is part of the value")
    ] = None
    includes: Annotated[
        CodeText | None,
        Field(min_length=1, description="text in quotes that is a whole item of a delimited list"),
    ] = None
    is_blank: Annotated[
        bool | None,
        Field(description="true or false, without quotes: whether the value must be blank"),
    ] = None
    one_of: Annotated[
        tuple[CodeText, ...] | None,
        Field(
            strict=False,
            min_length=1,
            max_length=10_000,
            description='a list of texts in quotes, such as ["K", "PK"]',
        ),
    ] = None
    before: Annotated[
        _Date,
        Field(description='a date in quotes, such as "2025-08-15", for values written YYYY-MM-DD'),
    ] = None
    after: Annotated[
        _Date,
        Field(description='a date in quotes, such as "2025-08-15", for values written YYYY-MM-DD'),
    ] = None
    less: Annotated[
        _Number,
        Field(description='a number in quotes, such as "5", for a value that is a number'),
    ] = None
    greater: Annotated[
        _Number,
        Field(description='a number in quotes, such as "5", for a value that is a number'),
    ] = None
    delimiter: Annotated[
        Text, Field(min_length=1, description="the text between the items, for `includes`")
    ] = "|"
    ignore_case: Annotated[
        bool, Field(description="true or false, without quotes: whether A and a are the same")
    ] = False

    @model_validator(mode="after")
    def _one_test(self) -> "ValueTest":
        given = [name for name in TESTS if getattr(self, name) is not None]
        if len(given) != 1:
            tests = ", ".join(f"`{test}`" for test in TESTS)
            raise ValueError(f"Enter exactly one of {tests}.")
        return self


class Condition(ValueTest):
    """A test of one field of the registration."""

    source: Annotated[
        Text,
        AfterValidator(check_source),
        Field(alias="field", description="the field's path, such as students.grade"),
    ]


def compile_test(definition: ValueTest) -> Test:
    """Builds the function that tests a value."""
    normalize = fold if definition.ignore_case else compose
    if definition.is_blank is not None:
        expected = definition.is_blank
        return lambda value: is_blank(value) is expected
    if definition.one_of is not None:
        allowed = frozenset(map(normalize, definition.one_of))
        return lambda value: normalize(value) in allowed
    for name, read, compare in _COMPARISONS:
        if (text := getattr(definition, name)) is not None:
            return _comparison(read, compare, read(text))
    return _text_test(definition, normalize)


def _read_date(value: str) -> str:
    found = _DATE.fullmatch(plain(value))
    try:
        return check_date(found[1] if found else "")
    except ValueError:
        raise Unmappable(
            "condition",
            "A condition compares dates, but this value is not a date written YYYY-MM-DD: "
            "correct it in Enroll, or change the condition.",
        ) from None


def _read_number(value: str) -> Decimal:
    text = plain(value)
    if not _NUMBER.fullmatch(text):
        raise Unmappable(
            "condition",
            "A condition compares numbers, but this value is not one: correct it in Enroll, or "
            "change the condition.",
        )
    return Decimal(text)


_COMPARISONS: tuple[tuple[str, Callable[[str], Any], Callable[[Any, Any], bool]], ...] = (
    ("before", _read_date, operator.lt),
    ("after", _read_date, operator.gt),
    ("less", _read_number, operator.lt),
    ("greater", _read_number, operator.gt),
)


def _comparison(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool], bound: object
) -> Test:
    """Every comparison is false for a blank value."""
    return lambda value: not is_blank(value) and compare(read(value), bound)


def _text_test(definition: ValueTest, normalize: Callable[[str], str]) -> Test:
    tests: dict[str, Callable[[str, str], bool]] = {
        "equals": lambda value, text: value == text,
        "not_equal": lambda value, text: value != text,
        "contains": lambda value, text: text in value,
        "includes": _includes(normalize(definition.delimiter)),
    }
    name = next(name for name in tests if getattr(definition, name) is not None)
    test, text = tests[name], normalize(getattr(definition, name))
    return lambda value: test(normalize(value), text)


def _includes(delimiter: str) -> Callable[[str, str], Any]:
    def includes(value: str, item: str) -> bool:
        return trim(item) in map(trim, value.split(delimiter))

    return includes
