"""Each transformation by its table of cases, and the rules that all of them keep."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from registration_sync.domain.date_formats import (
    check_source_format,
    check_target_format,
    date_rewriter,
)
from registration_sync.domain.run_facts import RunFacts
from registration_sync.domain.transformations import (
    REMEMBERED_VALUES,
    TRANSFORMATIONS,
    AnyStep,
    StepContext,
    ValueStep,
    build_chain,
)
from registration_sync.domain.unmappable import Unmappable

RUN = RunFacts(dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC), ZoneInfo("America/Chicago"), 2025)
STEPS: TypeAdapter[list[Any]] = TypeAdapter(list[AnyStep])


def chain(*steps: dict[str, Any]) -> ValueStep:
    return build_chain(STEPS.validate_python(list(steps)), StepContext(RUN))


EXAMPLES: dict[str, list[tuple[dict[str, Any], str, str]]] = {
    "date": [
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-04", "4/4/2005"),
        ({"from": "YYYY-MM-DD", "to": "MM/DD/YY"}, "2005-04-04", "04/04/05"),
        ({"from": "YYYY-MM-DD", "to": "YYYYMMDD"}, "2024-02-29", "20240229"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "4/4/2005", "2005-04-04"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "04/04/2005", "2005-04-04"),
        ({"from": "M/D/YYYY", "to": "M/D/YYYY"}, "04/30/2005", "4/30/2005"),
        ({"from": "M/D/YY", "to": "YYYY"}, "1/1/68", "2068"),
        ({"from": "M/D/YY", "to": "YYYY"}, "1/1/69", "1969"),
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
        ({"codes": {"K": ""}}, "K", ""),
        ({"codes": {"K": "0"}, "unmatched": "keep"}, "12", "12"),
        ({"codes": {"K": "0"}, "unmatched": "blank"}, "12", ""),
    ],
}


@pytest.mark.parametrize(
    ("name", "parameters", "value", "expected"),
    [(name, *example) for name, examples in EXAMPLES.items() for example in examples],
)
def test_a_transformation_keeps_to_its_table(
    name: str, parameters: dict[str, Any], value: str, expected: str
) -> None:
    assert chain({"type": name, **parameters})(value) == expected


def test_every_transformation_has_a_table() -> None:
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
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-04\n"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, " 2005-04-04"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "\uff12\uff10\uff10\uff15-04-04"),
        ({"from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "2005-04-04 00:00:00"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "2/30/2005"),
        ({"from": "M/D/YYYY", "to": "YYYY-MM-DD"}, "4/4/05"),
        ({"from": "HH:mm", "to": "H:mm"}, "24:00"),
    ],
)
def test_what_is_no_date_of_the_format_is_unmappable(
    parameters: dict[str, Any], value: str
) -> None:
    date = chain({"type": "date", **parameters})

    for _ in range(2):  # the second time a result could be remembered
        with pytest.raises(Unmappable) as problem:
            date(value)

    assert problem.value.rule == "date"
    assert parameters["from"] in problem.value.message
    assert value.strip() not in problem.value.message


def test_a_value_without_a_code_is_unmappable_and_not_quoted() -> None:
    match = chain({"type": "match_codes", "codes": {"K": "0"}})

    with pytest.raises(Unmappable, match="no match code") as problem:
        match("Grade 13")

    assert (problem.value.rule, problem.value.way) == ("match_codes", None)
    assert "13" not in problem.value.message


@pytest.mark.parametrize("blank", ["", " ", "\t \n"])
@pytest.mark.parametrize("name", sorted(TRANSFORMATIONS.keys() - {"value_input"}))
def test_blank_stays_blank(name: str, blank: str) -> None:
    parameters = EXAMPLES[name][0][0]

    assert chain({"type": name, **parameters})(blank) == blank


@pytest.mark.parametrize("name", sorted(TRANSFORMATIONS))
@pytest.mark.parametrize("value", [[], {}, ["x"], {"x": "y"}])
def test_no_step_takes_a_group_or_a_list_for_text(name: str, value: Any) -> None:
    parameters = EXAMPLES[name][0][0]

    with pytest.raises((TypeError, AttributeError)):
        chain({"type": name, **parameters})(value)


def test_a_chain_is_applied_in_order() -> None:
    steps = chain(
        {"type": "upper"}, {"type": "match_codes", "codes": {"K": "Zero"}}, {"type": "lower"}
    )

    assert steps("k") == "zero"


def test_what_is_remembered_is_bounded() -> None:
    year = chain({"type": "date", "from": "YYYY-MM-DD", "to": "YYYY"})
    first = dt.date(1950, 1, 1)

    for number in range(REMEMBERED_VALUES * 2 + 5):
        day = first + dt.timedelta(days=number)
        assert year(day.isoformat()) == str(day.year)

    assert len(year.__self__) <= REMEMBERED_VALUES  # type: ignore[attr-defined]


@given(st.dates())
def test_every_date_survives_the_way_there_and_back(day: dt.date) -> None:
    for form in ("M/D/YYYY", "YYYYMMDD", "D MMM YYYY", "MM/DD/YYYY"):
        there = date_rewriter("YYYY-MM-DD", form)(day.isoformat())

        assert date_rewriter(form, "YYYY-MM-DD")(there) == day.isoformat()


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
        ("yyyy-MM-DD", "did you mean YYYY"),
        ("MM/dd/YYYY", "did you mean DD"),
        ("YYYYY-MM-DD", "YYYYY"),
        ("YYYY-MM-DDTHH:mm", "brackets"),
        ("YYYY-MM-DD[T", "brackets"),
        ("hh:mm", "did you mean HH"),
        ("M/D/YYYY M", "month is here twice"),
        ("YYYY YY", "year is here twice"),
        ("MDYYYY", "two ways"),
        ("YYYYM1", "two ways"),
        ("", "such as YYYY-MM-DD"),
        ("12/31", "such as YYYY-MM-DD"),
    ],
)
def test_a_source_format_that_cannot_be_is_refused(form: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_source_format(form)


def test_minutes_in_the_place_of_months_are_noticed() -> None:
    with pytest.raises(ValueError, match="for the month write MM"):
        check_target_format("mm/DD/YYYY", "YYYY-MM-DD")


@pytest.mark.parametrize("step", [{"type": "upper", "to": "x"}, {"type": "date"}, {"type": "nope"}])
def test_unknown_and_missing_parameters_are_refused(step: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        chain(step)
