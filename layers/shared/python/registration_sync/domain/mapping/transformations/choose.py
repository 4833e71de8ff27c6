"""Transformations that choose a value: constants, codes, conditions, and further fields."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator

from registration_sync.domain.mapping.transformations.code_table import CodeTable, code_matcher
from registration_sync.domain.mapping.transformations.step import (
    TEXT_OR_FIELD_SCHEMA,
    Example,
    FieldReference,
    FieldsStep,
    Step,
    StepContext,
    Transformation,
    ValueStep,
    check_text_or_field,
)
from registration_sync.domain.mapping.values.base import CodeText, Text, check_code
from registration_sync.domain.mapping.values.characters import is_blank
from registration_sync.domain.mapping.values.conditions import ValueTest, compile_test
from registration_sync.domain.mapping.values.sources import check_source

_Path = Annotated[Text, AfterValidator(check_source)]
_Fields = Annotated[
    tuple[_Path, ...],
    Field(
        strict=False,
        min_length=1,
        max_length=50,
        description='a list of paths, such as ["students.mname", "students.lname"]',
    ),
]


class ValueInputStep(Step):
    type: Literal["value_input"]
    value: Annotated[CodeText, Field(description='the text for every row, in quotes, such as "US"')]


class JoinStep(Step):
    type: Literal["join"]
    fields: _Fields
    delimiter: Annotated[Text, Field(description="the text between the values")] = " "

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields


class PickStep(Step):
    type: Literal["pick"]
    fields: _Fields

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields


def _check_outcome(value: object) -> str | FieldReference:
    check_code(value)
    return check_text_or_field(value, "a text")


type _Outcome = Annotated[
    str | FieldReference | None,
    PlainValidator(_check_outcome),
    TEXT_OR_FIELD_SCHEMA,
]


class IfThenElseStep(Step, ValueTest):
    type: Literal["if_then_else"]
    source: Annotated[
        _Path | None,
        Field(alias="field", description="the field to test; without it, this field"),
    ] = None
    then: Annotated[
        _Outcome,
        Field(description='a text in quotes, or {"field": PATH}; without it, the value stays'),
    ] = None
    otherwise: Annotated[
        _Outcome,
        Field(
            alias="else",
            description='a text in quotes, or {"field": PATH}; without it, the value stays',
        ),
    ] = None

    @property
    def reads(self) -> tuple[str, ...]:
        outcomes = [
            one.path for one in (self.then, self.otherwise) if isinstance(one, FieldReference)
        ]
        return (*([self.source] if self.source else []), *outcomes)


class MatchCodesStep(Step, CodeTable):
    type: Literal["match_codes"]


def _value_input(step: ValueInputStep, _context: StepContext) -> ValueStep:
    return lambda _value: step.value


def _join(step: JoinStep, context: StepContext) -> FieldsStep:
    delimiter, make = step.delimiter, context.budget.make

    def join(value: str, others: Sequence[str]) -> str:
        parts = [one for one in (value, *others) if not is_blank(one)]
        make(sum(map(len, parts)) + len(delimiter) * len(parts))
        return delimiter.join(parts)

    return join


def _pick(_step: PickStep, _context: StepContext) -> FieldsStep:
    def pick(value: str, others: Sequence[str]) -> str:
        return next((one for one in (value, *others) if not is_blank(one)), "")

    return pick


def _if_then_else(step: IfThenElseStep, _context: StepContext) -> Any:
    test = compile_test(step)
    index_of = {path: index for index, path in enumerate(step.reads)}

    def outcome(chosen: str | FieldReference | None, value: str, others: Sequence[str]) -> str:
        if chosen is None:
            return value
        return chosen if isinstance(chosen, str) else others[index_of[chosen.path]]

    def if_then_else(value: str, others: Sequence[str] = ()) -> str:
        passes = test(others[0] if step.source else value)
        return outcome(step.then if passes else step.otherwise, value, others)

    return if_then_else


FIELD_STEPS = {
    "value_input": Transformation(
        "Value Input",
        "The same text for every student.",
        ValueInputStep,
        _value_input,
        [Example({"value": "US"}, "Mexico", "US"), Example({"value": "0"}, "", "0")],
        takes_blank=True,
        starts="always",
    ),
    "join": Transformation(
        "Join",
        "Combines this field with others; leaves out blank values.",
        JoinStep,
        _join,
        [
            Example(
                {"fields": ["students.mname", "students.lname"], "delimiter": " "},
                "Ana",
                "Ana Díaz",
                {"students.mname": "", "students.lname": "Díaz"},
            )
        ],
        takes_blank=True,
        starts="always",
    ),
    "pick": Transformation(
        "Pick (first non-blank)",
        "The first value that is not blank, of this field and others, in order.",
        PickStep,
        _pick,
        [
            Example(
                {"fields": ["students.cell", "household.phone"]},
                "",
                "5125550147",
                {"students.cell": " ", "household.phone": "5125550147"},
            )
        ],
        takes_blank=True,
        starts="always",
    ),
    "if_then_else": Transformation(
        "If Then Else",
        "Tests this field or another, and writes a text or another field's value. "
        "If the `then` or `else` that applies is not given, the value stays.",
        IfThenElseStep,
        _if_then_else,
        [
            Example({"equals": "K", "then": "0"}, "K", "0"),
            Example(
                {"field": "students.race", "includes": "Asian", "then": "Y", "else": ""},
                "",
                "Y",
                {"students.race": "White|Asian"},
            ),
            Example({"one_of": ["K", "PK"], "then": "0"}, "PK", "0"),
            Example(
                {"is_blank": True, "then": {"field": "students.fname"}},
                "",
                "Ana",
                {"students.fname": "Ana"},
            ),
        ],
        takes_blank=True,
        starts="with field",
    ),
    "match_codes": Transformation(
        "Match Codes",
        "A code for the value, or for each item of a delimited list.",
        MatchCodesStep,
        code_matcher,
        [
            Example({"codes": {"K": "0", "PK": "-1"}}, "PK", "-1"),
            Example({"codes": {"female": "F"}, "ignore_case": True, "trim": True}, "FEMALE ", "F"),
            Example({"codes": {"K": "0"}, "blank": "99"}, "", "99"),
            Example(
                {"codes": {"Asian": "A", "White": "C"}, "delimiter": "|", "join_with": ","},
                "White|Asian",
                "C,A",
            ),
        ],
        unguarded=True,
    ),
}
