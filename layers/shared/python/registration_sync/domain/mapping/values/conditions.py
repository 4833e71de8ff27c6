"""Conditions on values, for If Then Else and for the rows of a file (`where`)."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text
from registration_sync.domain.mapping.values.sources import check_source
from registration_sync.domain.mapping.values.unmappable import is_blank

type Test = Callable[[str], bool]

TESTS = ("equals", "not_equal", "contains", "includes", "is_blank", "one_of")


class ValueTest(DefinitionPart):
    """Exactly one test of a value, and its options."""

    equals: Annotated[CodeText | None, Field(description="a text in quotes")] = None
    not_equal: Annotated[CodeText | None, Field(description="a text in quotes")] = None
    contains: Annotated[
        CodeText | None, Field(min_length=1, description="a text in quotes, a part of the value")
    ] = None
    includes: Annotated[
        CodeText | None,
        Field(min_length=1, description="a text in quotes, a whole item of a delimited list"),
    ] = None
    is_blank: Annotated[
        bool | None, Field(description="true (the value is blank) or false, without quotes")
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
            raise ValueError(f"Write exactly one of {tests}.")
        return self


class Condition(ValueTest):
    """A test of one field of the registration."""

    source: Annotated[
        Text,
        AfterValidator(check_source),
        Field(alias="field", description="the field's path, such as students.grade"),
    ]


def compile_condition(definition: ValueTest) -> Test:
    """Builds the function that tests a value."""
    fold: Callable[[str], str] = str.casefold if definition.ignore_case else str
    if definition.is_blank is not None:
        expected = definition.is_blank
        return lambda value: is_blank(value) is expected
    if definition.one_of is not None:
        allowed = frozenset(map(fold, definition.one_of))
        return lambda value: fold(value) in allowed
    return _text_test(definition, fold)


def _text_test(definition: ValueTest, fold: Callable[[str], str]) -> Test:
    tests: dict[str, Callable[[str, str], bool]] = {
        "equals": lambda value, text: value == text,
        "not_equal": lambda value, text: value != text,
        "contains": lambda value, text: text in value,
        "includes": _includes(fold(definition.delimiter)),
    }
    name = next(name for name in tests if getattr(definition, name) is not None)
    test, text = tests[name], fold(getattr(definition, name))
    return lambda value: test(fold(value), text)


def _includes(delimiter: str) -> Callable[[str, str], Any]:
    def includes(value: str, item: str) -> bool:
        return item.strip() in (part.strip() for part in value.split(delimiter))

    return includes
