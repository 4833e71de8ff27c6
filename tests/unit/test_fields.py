"""Reads the fields of a request: each value, and all problems at once."""

from typing import Any

import pytest

from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.fields import Fields


def problems_of(fields: Fields) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as raised:
        fields.raise_problems("Nothing was done.")
    assert raised.value.message == "Nothing was done."
    return {problem.path: problem.message for problem in raised.value.problems}


def test_valid_fields_have_no_problem() -> None:
    body = {"school_year": "2025", "years": [2026, 2025, "2026"], "ids": ["2", 1, "2"], "dry": True}

    fields = Fields.of_body(body, "{}").refuse_unknown(*body)

    assert fields.school_year() == 2025
    assert fields.school_years("years", 3) == (2025, 2026)
    assert fields.student_ids("ids", 3) == ("2", "1")
    assert fields.flag("dry") is True
    fields.raise_problems("Nothing was done.")


def test_every_problem_is_reported_at_its_path() -> None:
    body = {"yeer": 1, "other": 2, "year": 20255, "years": [2025, "x"]}
    body |= {"ids": [True, "a b"], "dry": "yes"}

    fields = Fields.of_body(body, "{}").refuse_unknown("year", "years", "ids", "dry", "kind")
    fields.school_year("year")
    fields.school_years("years", 3)
    fields.student_ids("ids", 3)
    fields.flag("dry")
    fields.one_of("kind", ("export", "check"))

    problems = problems_of(fields)
    assert [*problems] == ["yeer", "other", "year", "years[1]", "ids[0]", "ids[1]", "dry", "kind"]
    assert problems["yeer"] == "There is no such field: did you mean year?"
    assert problems["other"] == "There is no such field. Known fields: year, years, ids, dry, kind."
    assert problems["kind"] == "Enter one of export, check."


@pytest.mark.parametrize("number", [1001.0, 1e3, -5, 1.5, 1e22, float("inf")])
def test_a_number_as_an_id_has_digits_only(number: float) -> None:
    fields = Fields.of_body({"student_id": number, "ids": ["-5", number, "1001.0"]}, "{}")
    fields.student_id()
    fields.student_ids("ids", 3)

    problems = problems_of(fields)
    assert [*problems] == ["student_id", "ids[1]"]
    assert all(message.startswith("Send the id as text") for message in problems.values())


@pytest.mark.parametrize("ids", ["1", [], ["1", "2", "3"], {}])
def test_a_list_has_a_minimum_and_a_maximum_length(ids: object) -> None:
    fields = Fields.of_body({"ids": ids}, "{}")
    fields.student_ids("ids", 2)

    assert problems_of(fields) == {"ids": "Enter a list of 1 to 2 student ids."}


def test_null_counts_as_omitted() -> None:
    names = ("school_year", "years", "ids", "dry", "kind")
    fields = Fields.of_body(dict.fromkeys(names), "{}")

    assert fields.school_year() is None
    assert fields.school_years("years", 3) is None
    assert fields.student_ids("ids", 3) is None
    assert fields.flag("dry") is False
    assert fields.one_of("kind", ("export", "check"), "export") == "export"
    fields.raise_problems("Nothing was done.")


def test_an_empty_query_parameter_counts_as_omitted_except_for_the_limit() -> None:
    fields = Fields.of_query({"school_year": "", "status": "", "limit": ""})

    assert fields.school_year() is None
    assert fields.text("status") == ""
    assert "status" in fields
    fields.page_limit(20, 100)
    assert problems_of(fields) == {"limit": "Enter a number from 1 to 100."}


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "²", "9" * 5000])
def test_a_page_limit_is_bounded(limit: str) -> None:
    fields = Fields.of_query({"limit": limit})
    fields.page_limit(20, 100)

    assert problems_of(fields) == {"limit": "Enter a number from 1 to 100."}


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_a_body_is_an_object(body: Any) -> None:
    with pytest.raises(InvalidRequest, match=r'Send a JSON object, such as \{"a": 1\}\.'):
        Fields.of_body(body, '{"a": 1}')


def test_an_optional_body_may_be_missing() -> None:
    assert "a" not in Fields.of_body(None, '{"a": 1}', optional=True)
    with pytest.raises(InvalidRequest, match="or nothing"):
        Fields.of_body([], '{"a": 1}', optional=True)
