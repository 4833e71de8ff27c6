"""Each transformation by its table of cases, and the rules that all of them keep."""

import contextlib
import datetime as dt
import itertools
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from registration_sync.domain.mapping.transformations import date_formats
from registration_sync.domain.mapping.transformations.date_formats import (
    MEANINGS,
    check_source_format,
    check_target_format,
    date_rewriter,
)
from registration_sync.domain.mapping.transformations.registry import (
    MAX_CACHED_VALUES,
    TRANSFORMATIONS,
    AnyStep,
    StepContext,
    build_chain,
    fields_read,
)
from registration_sync.domain.mapping.transformations.step import Example
from registration_sync.domain.mapping.transformations.typed_formats import valid_format
from registration_sync.domain.mapping.values.patterns import compile_pattern
from registration_sync.domain.mapping.values.run_context import RunContext
from registration_sync.domain.mapping.values.unmappable import Unmappable

RUN = RunContext(dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)
STEPS: TypeAdapter[list[Any]] = TypeAdapter(list[AnyStep])


def chain(*steps: dict[str, Any]) -> Any:
    return build_chain(STEPS.validate_python(list(steps)), StepContext(RUN))


EXAMPLES: dict[str, list[tuple[dict[str, Any], str, str]]] = {
    "date": [
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-04", "4/4/2005"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-04\n", "4/4/2005"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, " 2005-04-04", "4/4/2005"),
        ({"from": "YYYY-MM-DD", "to": "MM/DD/YY"}, "2005-04-04", "04/04/05"),
        ({"from": "YYYY-MM-DD", "to": "YYYYMMDD"}, "2024-02-29", "20240229"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "4/4/2005", "2005-04-04"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "04/04/2005", "2005-04-04"),
        ({"from": "M/D/YYYY", "to": "M/D/YYYY"}, "04/30/2005", "4/30/2005"),
        ({"from": "M/D/YY", "to": "YYYY", "pivot": 30}, "1/1/30", "2030"),
        ({"from": "M/D/YY", "to": "YYYY", "pivot": 30}, "1/1/31", "1931"),
        ({"from": "M/D/YY", "to": "M/D/YY", "pivot": 0}, "2/29/00", "2/29/00"),
        ({"from": ["YYYY-MM-DD", "M/D/YYYY"], "to": "YYYYMMDD"}, "4/9/2018", "20180409"),
        ({"from": ["D/M/YYYY", "M/D/YYYY"], "to": "YYYYMMDD"}, "4/9/2018", "20180904"),
        ({"from": ["D/M/YYYY", "M/D/YYYY"], "to": "YYYYMMDD"}, "4/13/2018", "20180413"),
        ({"from": "YYYY-MM-DD HH:mm:ss", "to": "h:mm A"}, "2025-03-09 00:05:00", "12:05 AM"),
        ({"from": "YYYY-MM-DD HH:mm:ss", "to": "hh:mm A"}, "2025-03-09 12:05:00", "12:05 PM"),
        ({"from": "YYYY-MM-DD HH:mm:ss", "to": "hh:mm A"}, "2025-03-09 13:05:00", "01:05 PM"),
        (
            {"from": "M/D/YYYY h:mmA", "to": "YYYY-MM-DD HH:mm"},
            "3/9/2025 1:05pm",
            "2025-03-09 13:05",
        ),
        ({"from": "A h", "to": "h A"}, "Am 09", "9 AM"),
        ({"from": "D-MMM-YYYY", "to": "YYYY-MM-DD"}, "7-sep-2010", "2010-09-07"),
        ({"from": "YYYY-MM-DD", "to": "DD MMM YYYY"}, "2010-09-07", "07 Sep 2010"),
        ({"from": "YYYYMMDD", "to": "DD.MM.YYYY"}, "20101231", "31.12.2010"),
        (
            {"from": "YYYY-MM-DD HH:mm:ss", "to": "M/D/YYYY H:m:s"},
            "2025-03-09 07:05:00",
            "3/9/2025 7:5:0",
        ),
        (
            {"from": "YYYY-MM-DD", "to": "YYYY-MM-DD[T00:00:00.000Z]"},
            "2025-03-09",
            "2025-03-09T00:00:00.000Z",
        ),
        (
            {"from": "YYYY-MM-DD[T]HH:mm:ss.SSS[Z]", "to": "MM/DD/YYYY"},
            "2026-08-01T21:05:00.123Z",
            "08/01/2026",
        ),
        ({"from": "YYYY-MM-DD", "to": "100% {0} M"}, "2025-03-09", "100% {0} 3"),
        ({"from": "YYYY-MM", "to": "MM/YYYY"}, "2025-06", "06/2025"),
    ],
    "value_input": [
        ({"value": "US"}, "", "US"),
        ({"value": "US"}, "Mexico", "US"),
        ({"value": ""}, "Mexico", ""),
    ],
    "upper": [({}, "O'Brien", "O'BRIEN"), ({}, "José", "JOSÉ"), ({}, "06520", "06520")],
    "lower": [({}, "Ana@Example.ORG", "ana@example.org"), ({}, "ÉCOLE", "école")],
    "match_codes": [
        ({"codes": {"K": "0", "PK": "-1"}}, "PK", "-1"),
        ({"codes": {"K": ""}, "send_blank": ["K"]}, "K", ""),
        ({"codes": {"K": "0"}, "unmatched": "keep"}, "12", "12"),
        ({"codes": {"K": "0"}, "unmatched": "blank"}, "12", ""),
        ({"codes": {"K": "0"}, "unmatched": "keep"}, "k", "k"),
        ({"codes": {"Kg": "0"}, "ignore_case": True}, "KG", "0"),
        ({"codes": {"Straße": "0"}, "ignore_case": True}, "STRASSE", "0"),
        ({"codes": {"K": "0"}, "unmatched": "keep"}, " K", " K"),
        ({"codes": {"K": "0"}, "trim": True}, " K\t", "0"),
        ({"codes": {" K ": "0"}, "trim": True, "ignore_case": True}, "k", "0"),
        ({"codes": {"K": "0"}, "blank": "99"}, "", "99"),
        ({"codes": {"K": "0"}, "blank": "99"}, " ", "99"),
        ({"codes": {"A": "1", "W": "2"}, "delimiter": "|"}, "A|W", "1|2"),
        ({"codes": {"A": "1", "W": "2"}, "delimiter": "|"}, " W | A ", "2|1"),
        ({"codes": {"A": "1", "W": "2"}, "delimiter": "|", "join_with": ""}, "A|W", "12"),
        ({"codes": {"A": "1"}, "send_blank": ["W"], "delimiter": "|"}, "A||W|", "1"),
        ({"codes": {"A": "1"}, "delimiter": "|", "unmatched": "keep"}, "A|x", "1|x"),
        ({"codes": {"A": "1"}, "delimiter": "|", "unmatched": "blank"}, "x|A", "1"),
        ({"codes": {"A": "1"}, "delimiter": "|", "blank": "N"}, "", "N"),
    ],
    "today": [
        ({"to": "M/D/YYYY"}, "", "8/1/2026"),
        ({"to": "YYYY-MM-DD HH:mm"}, "x", "2026-08-01 16:05"),
    ],
    "enroll_school_year": [
        ({"to": "start"}, "", "2025"),
        ({"to": "end"}, "x", "2026"),
        ({"to": "2025-2026"}, "", "2025-2026"),
        ({"to": "25-26"}, "", "25-26"),
    ],
    "direct": [({}, " 06520 ", " 06520 ")],
    "split": [
        ({"delimiter": ","}, "Díaz, Ana", "Díaz"),
        ({"delimiter": ",", "take": 2}, "Díaz, Ana", "Ana"),
        ({"delimiter": ",", "take": 3}, "Díaz, Ana", ""),
        ({"delimiter": ",", "take": -1}, "a,b,c", "c"),
        ({"delimiter": ",", "take": -3}, "a,b,c", "a"),
        ({"delimiter": ",", "take": -4}, "a,b,c", ""),
        ({"delimiter": " - "}, "North-East - 7", "North-East"),
        ({"delimiter": "|", "take": 2}, "a||c", ""),
        ({"delimiter": ","}, "whole", "whole"),
    ],
    "substitute": [
        ({"find": "-", "replace": ""}, "123-45-6789", "123456789"),
        ({"find": ".", "replace": "x"}, "a.b", "axb"),
        ({"find": "aa", "replace": "b"}, "aaa", "ba"),
        ({"find": "a", "replace": "aaa"}, "aba", "aaabaaa"),
        ({"pattern": "[^0-9]", "replace": ""}, "(512) 555", "512555"),
        ({"pattern": "(\\pL+), (\\pL+)", "replace": "\\2 \\1"}, "Díaz, Ana", "Ana Díaz"),
        ({"pattern": "(?i)street", "replace": "St"}, "Main STREET", "Main St"),
        ({"pattern": "x*", "replace": "-"}, "ab", "-a-b-"),
        ({"pattern": "a", "replace": "\\\\"}, "a", "\\"),
        ({"pattern": "a", "replace": "\\\\12"}, "a", "\\12"),
        ({"pattern": "(a)" * 12, "replace": "\\12-"}, "a" * 12, "a-"),
    ],
    "phone_number": [
        ({"to": "(999) 999-9999"}, number, "(512) 555-0147")
        for number in (
            "5125550147",
            "512-555-0147",
            "(512) 555-0147",
            "(512)555-0147",
            "512.555.0147",
            "+1 512 555 0147",
            "1-512-555-0147",
            "15125550147",
            " 512 555 0147 ",
            "512/555-0147",
        )
    ]
    + [
        ({"to": "9999999999"}, "(512) 555-0147", "5125550147"),
        ({"to": "999-999-9999", "extension": "drop"}, "512 555 0147 x12", "512-555-0147"),
        ({"to": "999-999-9999", "extension": "drop"}, "5125550147 ext. 12", "512-555-0147"),
        ({"to": "+1 999 % 999 9999"}, "5125550147", "+1 512 % 555 0147"),
    ],
    "transliterate": [
        ({}, "José", "Jose"),
        ({}, "Nguyễn-Østergård", "Nguyen-Ostergard"),
        ({}, "Łódź", "Lodz"),
        ({}, "Straße", "Strasse"),
        ({}, "O\u2019Brien", "O'Brien"),
        ({}, "Ana\u00a0María 2.", "Ana Maria "),
        ({}, "Ana\nMaría\r\nLuz", "Ana Maria  Luz"),
        ({}, "Jose\u0301 Nun\u0303ez", "Jose Nunez"),
        ({}, "O\u00b4Brien\u2013Díaz\u2212Roe", "O'Brien-Diaz-Roe"),
        ({}, "Ana \U0001f600\u2122", "Ana "),
        ({}, "\u20ac\u2116 Bo\u00a9\u00bd", " Bo"),
        ({"keep": "0123456789."}, "Apt. 12é", "Apt. 12e"),
        ({"keep": "é"}, "éè", "ée"),
        ({"keep": "]^-\\"}, "a]^-\\!", "a]^-\\"),
    ],
    "proper_case": [
        ({}, "ANA", "Ana"),
        ({}, "mary-jane o'neil", "Mary-Jane O'Neil"),
        ({}, "MCDONALD", "McDonald"),
        ({}, "mc", "Mc"),
        ({}, "MACDONALD", "Macdonald"),
        ({}, "D\u2019ANGELO", "D\u2019Angelo"),
        ({}, "TAYLOR'S", "Taylor's"),
        ({}, "JOHN SMITH III", "John Smith III"),
        ({}, "éLODIE ÅSE", "Élodie Åse"),
        ({}, "ANDRE\u0301S NUN\u0303EZ", "Andre\u0301s Nun\u0303ez"),
        ({}, "12 MAIN ST", "12 Main St"),
        ({}, "de la cruz", "De La Cruz"),
    ],
    "trim": [({}, " a  b\n", "a  b")],
    "squish": [({}, " a \t b\r\nc ", "a b c")],
    "pad": [
        ({"width": 5}, "42", "00042"),
        ({"width": 5}, "123456", "123456"),
        ({"width": 3, "with": " ", "side": "right"}, "a", "a  "),
        ({"width": 2}, "é", "0é"),
    ],
    "character_limit": [({"length": 2}, "éàx", "éà"), ({"length": 9}, "abc", "abc")],
    "yes_no": [
        *[({}, value, "Y") for value in ("Y", "yes", "TRUE", " t ", "1", "On")],
        *[({}, value, "N") for value in ("n", "No", "false", "F", "0", "off")],
        ({"yes": "1", "no": ""}, "no", ""),
    ],
    "count_items": [
        ({}, "a|b|c", "3"),
        ({}, "|a| |", "1"),
        ({}, "||", "0"),
        ({"delimiter": ", "}, "a, b", "2"),
    ],
    "join": [
        ({"fields": ["a", "b"]}, "x", "x A B"),
        ({"fields": ["a", "blank", "b"], "delimiter": ", "}, "", "A, B"),
        ({"fields": ["blank"], "delimiter": ", "}, " ", ""),
        ({"fields": ["a"], "delimiter": ""}, " x ", " x A"),
    ],
    "pick": [
        ({"fields": ["a", "b"]}, "x", "x"),
        ({"fields": ["blank", "b"]}, "", "B"),
        ({"fields": ["blank"]}, " ", ""),
    ],
    "if_then_else": [
        ({"equals": "x", "then": "1", "else": "2"}, "x", "1"),
        ({"equals": "x", "then": "1", "else": "2"}, "X", "2"),
        ({"equals": "x", "ignore_case": True, "then": "1", "else": "2"}, "X", "1"),
        ({"equals": "", "then": "1"}, "", "1"),
        ({"not_equal": "x", "then": "1"}, "x", "x"),
        ({"not_equal": "x", "then": "1"}, "", "1"),
        ({"contains": "sian", "then": "1", "else": ""}, "Asian", "1"),
        ({"includes": "sian", "then": "1", "else": ""}, "Asian|White", ""),
        ({"includes": "White", "then": "1", "else": ""}, "Asian| White", "1"),
        ({"includes": "w", "delimiter": ", ", "ignore_case": True, "then": "1"}, "a, W", "1"),
        ({"is_blank": True, "then": "1"}, " ", "1"),
        ({"is_blank": False, "then": "1", "else": "2"}, " ", "2"),
        ({"one_of": ["K", "PK"], "then": "1", "else": "2"}, "PK", "1"),
        ({"one_of": ["K", "PK"], "then": "1", "else": "2"}, "P", "2"),
        ({"equals": "x", "else": "2"}, "x", "x"),
        ({"field": "a", "equals": "A", "then": {"field": "b"}}, "x", "B"),
        ({"field": "b", "equals": "A", "then": "1", "else": {"field": "a"}}, "x", "A"),
        ({"field": "blank", "is_blank": True, "then": {"field": "blank"}}, "x", " "),
        ({"equals": "x", "then": {"field": "a"}, "else": {"field": "b"}}, "y", "B"),
    ],
}
OTHERS = {"a": "A", "b": "B", "blank": " "}


def applied(step: dict[str, Any], value: Any, context: StepContext | None = None) -> str:
    """What the step makes of the value, further fields found in OTHERS."""
    (parsed,) = STEPS.validate_python([step])
    built: Any = build_chain([parsed], context or StepContext(RUN))
    return built(value, [OTHERS[path] for path in parsed.reads]) if parsed.reads else built(value)


@pytest.mark.parametrize(
    ("name", "parameters", "value", "expected"),
    [(name, *example) for name, examples in EXAMPLES.items() for example in examples],
)
def test_a_transformation_keeps_to_its_table(
    name: str, parameters: dict[str, Any], value: str, expected: str
) -> None:
    assert applied({"type": name, **parameters}, value) == expected


@pytest.mark.lint
def test_every_transformation_has_a_table() -> None:
    without = TRANSFORMATIONS.keys() - EXAMPLES.keys()

    assert without == set(), "add their cases to EXAMPLES in tests/unit/test_transformations.py"
    assert EXAMPLES.keys() == TRANSFORMATIONS.keys()


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-02-30"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2023-02-29"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-31"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-13-01"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-00-10"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "0000-01-10"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-4-4"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "\uff12\uff10\uff10\uff15-04-04"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-04 00:00:00"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "2/30/2005"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "4/4/05"),
        ({"from": "HH:mm", "to": "H:mm"}, "24:00"),
    ],
)
def test_a_value_not_in_the_date_format_is_unmappable(
    parameters: dict[str, Any], value: str
) -> None:
    date = chain({"type": "date", **parameters})

    for _ in range(2):  # the second time a result could be remembered
        with pytest.raises(Unmappable) as problem:
            date(value)

    assert problem.value.rule == "date"
    assert str(parameters["from"]) in problem.value.message
    assert value.strip() not in problem.value.message


def test_a_value_without_a_code_is_unmappable_and_not_quoted() -> None:
    match = chain({"type": "match_codes", "codes": {"K": "0"}})

    with pytest.raises(Unmappable, match="no match code") as problem:
        match("Grade 13")

    assert (problem.value.rule, problem.value.on_error) == ("match_codes", None)
    assert "13" not in problem.value.message


@pytest.mark.parametrize("blank", ["", " ", "\t \n"])
@pytest.mark.parametrize(
    "name", sorted(name for name, row in TRANSFORMATIONS.items() if not row.takes_blank)
)
def test_blank_stays_blank(name: str, blank: str) -> None:
    parameters = EXAMPLES[name][0][0]

    assert applied({"type": name, **parameters}, blank).strip() == ""


@pytest.mark.parametrize("name", sorted(TRANSFORMATIONS.keys() - {"join", "pick"}))
@pytest.mark.parametrize("value", [[], {}, ["x"], {"x": "y"}])
def test_no_step_takes_a_group_or_a_list_for_text(name: str, value: Any) -> None:
    """With further fields, the column checks each value by itself."""
    parameters = EXAMPLES[name][0][0]

    with pytest.raises((TypeError, AttributeError)):
        applied({"type": name, **parameters}, value)


@pytest.mark.parametrize(
    ("step", "value"),
    [
        *[({"type": "phone_number", "to": "999-999-9999"}, value) for value in (
            "555-0147", "51255501477", "512 555 014a", "n/a", "512-555-0147 x12", "5" * 100_000,
            "+44 20 7946 0958", "\uff15125550147",
        )],
        *[({"type": "yes_no"}, value) for value in ("maybe", "yes!", "2", "ja")],
        ({"type": "match_codes", "codes": {"A": "1"}, "delimiter": "|"}, "A|B"),
        ({"type": "match_codes", "codes": {"A": "1"}, "delimiter": "|"}, "A,B"),
    ],
)  # fmt: skip
def test_a_value_that_a_step_cannot_take_is_unmappable_and_not_quoted(
    step: dict[str, Any], value: str
) -> None:
    with pytest.raises(Unmappable) as problem:
        applied(step, value)

    assert problem.value.rule == step["type"]
    assert value not in problem.value.message


def test_every_value_without_a_code_is_reported_each_time() -> None:
    reported: list[str] = []
    step = {"type": "match_codes", "codes": {"A": "1"}, "delimiter": "|", "unmatched": "keep"}

    for value in ("A|B", "B|C", "A"):
        applied(step, value, StepContext(RUN, reported.append))

    assert reported == ["B", "B", "C"]


def test_a_chain_hands_each_step_its_own_fields() -> None:
    steps = STEPS.validate_python(
        [
            {"type": "join", "fields": ["a", "b"], "delimiter": "-"},
            {"type": "lower"},
            {"type": "pick", "fields": ["c"]},
            {"type": "if_then_else", "field": "d", "equals": "D", "then": {"field": "e"}},
        ]
    )
    built: Any = build_chain(steps, StepContext(RUN))

    assert fields_read(steps) == ("a", "b", "c", "d", "e")
    assert built("", ["A", "B", "C", "D", "E"]) == "E"
    assert built("x", ["A", "B", "C", "", "E"]) == "x-a-b"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"type": "date", "from": "M/D/YY", "to": "YYYY"}, "last two-digit year"),
        ({"type": "date", "from": [], "to": "YYYY"}, "Enter a format"),
        ({"type": "date", "from": ["YYYY", 7], "to": "YYYY"}, "each format as text"),
        ({"type": "date", "from": ["YYYY-MM", "YYYY"], "to": "M/YYYY"}, '"YYYY" has no month'),
        ({"type": "date", "from": "h:mm", "to": "HH:mm"}, "hh or h needs A"),
        ({"type": "today", "to": "SSS"}, "no thousandth"),
        ({"type": "split", "delimiter": ""}, "at least 1"),
        ({"type": "split", "delimiter": ",", "take": 0}, "1 in `take`"),
        ({"type": "substitute", "replace": "x"}, "Enter `find`"),
        ({"type": "substitute", "find": "a", "pattern": "b", "replace": "x"}, "Enter `find`"),
        ({"type": "substitute", "find": "", "replace": "x"}, "at least 1"),
        ({"type": "substitute", "pattern": "(", "replace": "x"}, "missing \\)"),
        ({"type": "substitute", "pattern": "(?=a)", "replace": "x"}, "Lookarounds"),
        ({"type": "substitute", "pattern": "(a)\\1", "replace": "x"}, "regular expression"),
        ({"type": "substitute", "pattern": "(a)", "replace": "\\2"}, "1 pairs of"),
        ({"type": "substitute", "pattern": "a", "replace": "\\n"}, "`replace` refers to"),
        ({"type": "substitute", "pattern": "(a)", "replace": "\\12"}, "`replace` refers to"),
        ({"type": "substitute", "pattern": "(a)", "replace": "\\0"}, "`replace` refers to"),
        ({"type": "substitute", "pattern": "(a)", "replace": "\\01"}, "`replace` refers to"),
        ({"type": "substitute", "pattern": "(a)" * 83, "replace": "\\123"}, "`replace` refers to"),
        ({"type": "substitute", "pattern": "a", "replace": "x\\"}, "`replace` refers to"),
        ({"type": "substitute", "pattern": "a" * 501, "replace": ""}, "1 to 500"),
        ({"type": "substitute", "pattern": "((a{1000}){1000}){9}", "replace": ""}, "expression"),
        ({"type": "phone_number", "to": "999-9999"}, "ten 9s"),
        ({"type": "phone_number", "to": 9999999999}, "in quotes"),
        ({"type": "pad", "width": 0}, "greater than or equal"),
        ({"type": "pad", "width": 5, "with": "ab"}, "at most 1"),
        ({"type": "pad", "width": 5, "with": 0}, "in quotes"),
        ({"type": "enroll_school_year", "to": "2025"}, "start"),
        ({"type": "join", "fields": []}, "at least 1"),
        ({"type": "join", "fields": ["a..b"]}, "field's path"),
        ({"type": "pick", "fields": "a"}, "tuple"),
        ({"type": "if_then_else", "then": "1"}, "exactly one of"),
        ({"type": "if_then_else", "equals": "a", "contains": "b", "then": "1"}, "exactly one of"),
        ({"type": "if_then_else", "equals": "a", "then": 1}, "in quotes"),
        ({"type": "if_then_else", "equals": "a", "then": {"feld": "x"}}, "Enter a text"),
        ({"type": "if_then_else", "equals": "a", "then": {"field": "a..b"}}, "field's path"),
        ({"type": "match_codes", "codes": {}}, "at least 1"),
        ({"type": "match_codes", "codes": {" ": "1"}}, "in `blank`"),
        ({"type": "match_codes", "codes": {"k": "1", "K": "2"}, "ignore_case": True}, "two codes"),
        ({"type": "match_codes", "codes": {"K": "1"}, "join_with": ","}, "needs a `delimiter`"),
    ],
)
def test_parameters_that_cannot_work_are_refused_at_once(step: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        STEPS.validate_python([step])


EVERY_PARAMETERS = [
    (name, parameters) for name, cases in EXAMPLES.items() for parameters, _, _ in cases
]


@given(st.sampled_from(EVERY_PARAMETERS), st.text() | st.text("0123456789-/|, AKyn.", max_size=20))
def test_any_text_gives_the_same_text_each_time_or_is_unmappable(
    case: tuple[str, dict[str, Any]], value: str
) -> None:
    step = {"type": case[0], **case[1]}

    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(applied(step, value))
        except Unmappable as problem:
            outcomes.append(problem.message)

    assert isinstance(outcomes[0], str)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(("name", "parameters"), EVERY_PARAMETERS[::3])
def test_a_huge_value_takes_no_time(name: str, parameters: dict[str, Any]) -> None:
    values = ["a" * 300_000, "1 " * 150_000, "A|" * 150_000, "\u00e9," * 100_000]
    values += [f"a{'\u200b' * 100_000}a", f"a{'\u0301\u0316' * 80_000}"]

    start = time.process_time()
    for value in values:
        with contextlib.suppress(Unmappable):
            applied({"type": name, **parameters}, value)

    assert time.process_time() - start < 5


def test_a_chain_of_substitutes_cannot_grow_a_value_without_end() -> None:
    grow = {"type": "substitute", "find": "a", "replace": "a" * 2_000}

    with pytest.raises(Unmappable, match="would become longer than 1,000,000") as problem:
        chain(*[grow] * 20)("a")

    assert problem.value.rule == "too_large"


@pytest.mark.parametrize(
    "step",
    [
        {"type": "join", "fields": ["a"] * 50},
        {
            "type": "match_codes",
            "codes": {f"a{n}": f"{n:04}" + "c" * 1_996 for n in range(600)},
            "delimiter": "|",
        },
    ],
)
def test_no_step_makes_a_value_that_fills_the_memory(step: dict[str, Any]) -> None:
    value = "|".join(f"a{n}" for n in range(600)) + "|" * 30_000
    others = (value,) * 50

    with pytest.raises(Unmappable, match="would become longer than 1,000,000") as problem:
        chain(step)(*((value, others) if "fields" in step else (value,)))

    assert problem.value.rule == "too_large"


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(.*)(.*)(.*)(.*)[^a]", "^(a+)+$"])
def test_a_hostile_pattern_stalls_nothing(pattern: str) -> None:
    start = time.process_time()
    applied({"type": "substitute", "pattern": pattern, "replace": ""}, "a" * 19_000 + "!")
    compile_pattern(pattern).fullmatch("a" * 300_000 + "!")

    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("name", "example"),
    [(name, example) for name, row in TRANSFORMATIONS.items() for example in row.examples],
)
def test_the_examples_of_the_reference_are_true(name: str, example: Example) -> None:
    run = RunContext(dt.datetime(2025, 9, 1, 17, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)
    (step,) = STEPS.validate_python([{"type": name, **example.parameters}])
    built: Any = build_chain([step], StepContext(run))

    others = [[example.fields[path] for path in step.reads]] if step.reads else []
    assert built(example.value, *others) == example.result


def test_every_part_of_a_date_is_explained() -> None:
    assert MEANINGS.keys() == date_formats._TOKENS.keys()


def test_every_transformation_has_a_summary() -> None:
    assert [name for name, row in TRANSFORMATIONS.items() if not row.summary.endswith(".")] == []


def test_a_chain_is_applied_in_order() -> None:
    steps = chain(
        {"type": "upper"}, {"type": "match_codes", "codes": {"K": "Zero"}}, {"type": "lower"}
    )

    assert steps("k") == "zero"


def test_the_cache_is_bounded() -> None:
    year = chain({"type": "date", "from": "YYYY-MM-DD", "to": "YYYY"})
    first = dt.date(1950, 1, 1)

    for number in range(MAX_CACHED_VALUES * 2 + 5):
        day = first + dt.timedelta(days=number)
        assert year(day.isoformat()) == str(day.year)

    assert len(year.__self__) <= MAX_CACHED_VALUES  # type: ignore[attr-defined]


@given(st.dates())
def test_every_date_survives_the_way_there_and_back(day: dt.date) -> None:
    for form in ("M/D/YYYY", "YYYYMMDD", "D MMM YYYY", "MM/DD/YYYY"):
        there = date_rewriter("YYYY-MM-DD", form)(day.isoformat())

        assert date_rewriter(form, "YYYY-MM-DD")(there) == day.isoformat()


@pytest.mark.parametrize("form", ["hh:mm A", "A h:mm", "h A mm", "H:mm"])
def test_every_minute_of_a_day_is_read_as_it_was_written(form: str) -> None:
    write, read = date_rewriter("HH:mm", form), date_rewriter(check_source_format(form), "HH:mm")

    for hour, minute in itertools.product(range(24), (0, 5, 59)):
        time = f"{hour:02}:{minute:02}"
        assert read(write(time)) == time


@pytest.mark.parametrize("value", ["0:30 AM", "13:00 PM", "3:05", "3:05 XM", "12:60 AM"])
def test_an_hour_that_twelve_do_not_have_is_no_time(value: str) -> None:
    with pytest.raises(ValueError, match="h:mm A"):
        date_rewriter("h:mm A", "HH:mm")(value)


@given(st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True))
def test_a_date_is_taken_exactly_if_the_calendar_has_it(text: str) -> None:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"YYYY|out of range"):
            date_rewriter("YYYY-MM-DD", "M/D/YYYY")(text)
    else:
        date_rewriter("YYYY-MM-DD", "M/D/YYYY")(text)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("YYYYY-MM-DD", "YYYYY"),
        ("YYYY-MM-DDTHH:mm", "brackets"),
        ("YYYY-MM-DD[T", "brackets"),
        ("hh:mm", "needs A"),
        ("HH:mm A", "A needs hh or h"),
        ("hh:mm A h A", "has the hour twice"),
        ("hmm A", "ambiguous"),
        ("HHH:mm", "HHH"),
        ("M/D/YYYY M", "has the month twice"),
        ("YYYY YY", "has the year twice"),
        ("MDYYYY", "ambiguous"),
        ("YYYYM1", "ambiguous"),
        ("", "such as YYYY-MM-DD"),
        ("12/31", "such as YYYY-MM-DD"),
    ],
)
def test_a_source_format_that_cannot_be_is_refused(form: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_source_format(form)


MEANT = [
    ("mm/dd/yyyy", "04/09/2018"),
    ("MM/DD/YYYY", "04/09/2018"),
    ("m/d/yy", "4/9/18"),
    ("yyyymmdd", "20180409"),
    ("dd-mmm-yyyy", "09-Apr-2018"),
    ("Dd.Mm.Yyyy", "09.04.2018"),
    ("YYYY-MM-DD HH:MM:SS", "2018-04-09 15:07:02"),
    ("yyyy-mm-ddTHH:mm:ss", "2018-04-09T15:07:02"),
    ("m/d/yyyy h:mm a", "4/9/2018 3:07 PM"),
    ("HH:mm dd/mm", "15:07 09/04"),
    ("mm yyyy", "04 2018"),
    ("HH mm:ss", "15 07:02"),
    ("mm:ss", "07:02"),
    ("mm", "07"),  # valid as it stands: the minute
    ("mm [o'clock]", "07 o'clock"),
]


@pytest.mark.parametrize(("typed", "written"), MEANT)
def test_formats_are_understood_as_people_type_them(typed: str, written: str) -> None:
    moment, form = "2018-04-09 15:07:02", "YYYY-MM-DD HH:mm:ss"
    assert chain({"type": "date", "from": form, "to": typed})(moment) == written

    day = {"type": "date", "from": typed, "pivot": 30}
    if {"year", "month", "day"} <= date_formats.units_of(meant(typed)):
        assert chain(day | {"to": "YYYY-MM-DD"})(written) == "2018-04-09"


def test_minutes_that_the_source_does_not_have_are_the_month() -> None:
    day = chain({"type": "date", "from": ["YYYY-MM-DD", "YYYYMMDD"], "to": "mm/DD/YYYY"})
    assert day("2018-04-09") == "04/09/2018"


def meant(typed: str) -> str:
    """The format as the Date step reads it."""
    return valid_format(typed, lambda text: check_target_format(text, None))


@pytest.mark.parametrize("typed", ["mm a yyyy", "mm x", "yyyy/mon/dd", "dd/mm/yyyyy"])
def test_an_ambiguous_or_unknown_format_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"can be the month or the minute|not part of a date"):
        STEPS.validate_python([{"type": "date", "from": typed, "to": "YYYY"}])


@given(st.lists(st.sampled_from([*date_formats.MEANINGS, "/", "-", " ", ":", "[T]"]), max_size=8))
def test_a_valid_format_means_what_it_meant(parts: list[str]) -> None:
    text = "".join(parts)
    for check in (check_source_format, lambda one: check_target_format(one, "YYYY-MM-DD HH:mm")):
        try:
            check(text)
        except ValueError:
            continue
        assert valid_format(text, check) == text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("(###) ###-####", "(512) 555-0147"),
        ("XXX-XXX-XXXX", "512-555-0147"),
        ("xxx.xxx.xxxx", "512.555.0147"),
        ("000 000 0000", "512 555 0147"),
        ("(210) 555-1234", "(512) 555-0147"),
        ("+1 9999999999", "+1 5125550147"),
    ],
)
def test_a_phone_format_is_understood_as_people_type_it(typed: str, written: str) -> None:
    assert chain({"type": "phone_number", "to": typed})("512.555.0147") == written


@pytest.mark.parametrize("step", [{"type": "upper", "to": "x"}, {"type": "date"}, {"type": "nope"}])
def test_unknown_and_missing_parameters_are_refused(step: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        chain(step)
