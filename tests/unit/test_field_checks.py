"""The checks of a mapped value: the values that each one rejects and accepts."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping

RUN = RunContext(dt.datetime(2026, 8, 1, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)


def outcome(value: str, **field: Any) -> str:
    """The line, or the rules that hold the student."""
    checked = {"from": "v", "mapping_type": "direct", "to": "V", **field}
    other = {"from": "w", "mapping_type": "direct", "to": "W"}
    compiled = compile_mapping(
        parse_mapping({"files": [{"name": "f", "fields": [checked, other]}]}), RUN
    )
    registration = {"student_id": "1", "school_year": "2025", "data": {"v": value}}
    mapped = compiled.map(registration)
    if mapped.problems:
        quoted = [
            problem for problem in mapped.problems if len(value) > 2 and value in str(problem)
        ]
        assert quoted == []
        return " ".join(problem.rule for problem in mapped.problems)
    ((line,),) = mapped.lines
    return line.decode().removesuffix(",\r\n")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ({"required": True}, "x", "x"),
        ({"required": True}, "", "required"),
        ({"required": True}, "\t ", "required"),
        ({"required": True, "max_length": 3, "truncate": True}, "   Ana", "required"),
        ({"required": True, "max_length": 1, "truncate": True}, "🇲🇽x", "required"),
        ({"max_length": 3, "truncate": True, "pattern": "[A-Z]*"}, "\u200b  Ana", "\u200b  "),
        ({"max_length": 3}, "abc", "abc"),
        ({"max_length": 3}, "éèà", "éèà"),
        ({"max_length": 3}, "abcdWXYZ", "max_length"),
        ({"max_length": 3}, "", ""),
        ({"max_length": 3, "truncate": True}, "abcd", "abc"),
        ({"max_length": 3, "truncate": True}, "ab", "ab"),
        ({"max_length": 3, "truncate": True, "one_of": ["abc"]}, "abcd", "abc"),
        ({"one_of": ["M", "F"]}, "F", "F"),
        ({"one_of": ["M", "F"]}, "f", "one_of"),
        ({"one_of": ["M", "F"]}, "F ", "one_of"),
        ({"one_of": ["M", "F"]}, "", ""),
        ({"one_of": ["M", "F"], "required": True}, "", "required"),
        ({"one_of": ["M", "F"], "default": "M"}, "", "M"),
        ({"pattern": "[0-9]{3}"}, "007", "007"),
        ({"pattern": "[0-9]{3}"}, "0077", "pattern"),
        ({"pattern": "[0-9]{3}"}, "x007", "pattern"),
        ({"pattern": "[0-9]{3}"}, "007\n", "pattern"),
        ({"pattern": "[0-9]{3}"}, "", ""),
        ({"pattern": "a|ab"}, "ab", "ab"),
        ({"max_length": 2, "pattern": "[a-z]+"}, "ABC", "max_length"),
        ({"one_of": ["M"], "on_error": "blank"}, "XYZ", "one_of"),
    ],
)
def test_a_value_passes_or_is_held_by_the_rule(field: Any, value: str, expected: str) -> None:
    assert outcome(value, **field) == expected


def test_checks_use_the_mapped_value() -> None:
    codes = {"mapping_type": "match_codes", "codes": {"Female": "F"}, "one_of": ["F"]}

    assert outcome("Female", **codes) == "F"
