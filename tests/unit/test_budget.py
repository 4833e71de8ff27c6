"""Bounds on one student: the length of a value and a line, the rows, and the time of patterns."""

import datetime as dt
import itertools
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.mapping.values import budget
from registration_sync.domain.mapping.values.budget import (
    MAX_LINE_CHARACTERS,
    MAX_ROWS_BYTES,
    MAX_STUDENT_SECONDS,
    MAX_VALUE_CHARACTERS,
    VALUE_BYTES,
)

RUN = RunContext(dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)
GROW = {"type": "substitute", "pattern": "a", "replace": "b" * 2_000}


def compiled(fields: list[dict[str, Any]], clock: Any = None, **file: Any) -> CompiledMapping:
    named = [
        {"from": "v", "mapping_type": "direct", "to": f"C{number}"} | field
        for number, field in enumerate(fields)
    ]
    mapping = parse_mapping({"files": [{"name": "f", "fields": named} | file]})
    return compile_mapping(mapping, RUN, **({"clock": clock} if clock else {}))


def steps(*chain: dict[str, Any], **field: Any) -> dict[str, Any]:
    return {"mapping_type": "transformation", "transformations": list(chain), **field}


def rules(mapping: CompiledMapping, **data: Any) -> list[str]:
    """Why the student is held, in the run and in the preview."""
    registration = {
        "student_id": "7",
        "registration_id": "r",
        "school_year": "2025",
        "synced_at": "",
        "data": data,
    }
    mapped = mapping.map(registration)
    found = list(
        dict.fromkeys(one for row in mapping.preview(registration) for one in row.problems)
    )
    assert found == mapped.problems
    assert bool(mapped.lines) == (not mapped.problems)
    return [problem.rule for problem in mapped.problems]


@pytest.mark.parametrize(
    "chain",
    [
        [GROW],
        [{"type": "substitute", "find": "a", "replace": "b" * 2_000}],
        [{"type": "transliterate", "keep": "a"}],
        [{"type": "join", "fields": ["v"] * 50}],
        [{"type": "direct"}, {"type": "upper"}, {"type": "lower"}, {"type": "upper"}],
    ],
    ids=["pattern", "text", "transliterate", "join", "chain"],
)
def test_a_value_that_grows_too_long_holds_the_student(chain: list[dict[str, Any]]) -> None:
    long = {"join": "a" * 25_000, "transliterate": "\ufdfa" * 100_000, "upper": "\u0390" * 340_000}
    value = long.get(chain[-1]["type"], "a" * 19_000)

    assert rules(compiled([steps(*chain, on_error="blank")]), v=value) == ["too_large"]


def test_a_line_that_grows_too_long_holds_the_student() -> None:
    repeated = {"mapping_type": "direct"}
    few = MAX_LINE_CHARACTERS // 300_000

    assert rules(compiled([repeated] * few), v="x" * 300_000) == []
    assert rules(compiled([repeated] * (few + 1)), v="x" * 300_000) == ["too_large"]
    made = MAX_VALUE_CHARACTERS // 2_000 - 1
    assert set(rules(compiled([steps(GROW)] * 6), v="a" * made)) == {"too_large"}


def test_rows_that_grow_too_large_hold_the_student() -> None:
    mapping = compiled([{"mapping_type": "direct"}], rows={"each": "list"})
    rows = MAX_ROWS_BYTES // 300_002

    assert rules(mapping, v="x" * 300_000, list=["y"] * rows) == []
    assert rules(mapping, v="x" * 300_000, list=["y"] * (rows + 1)) == ["too_large"]
    assert rules(mapping, v="x", list=["y"]) == []


def test_many_small_values_that_make_a_long_line_hold_the_student() -> None:
    grow = steps({"type": "substitute", "find": "a", "replace": "b" * 199})

    assert rules(compiled([grow] * 500), v="a" * 45) == []
    assert rules(compiled([grow] * 600), v="a" * 45) == ["too_large"]


def test_the_rows_of_all_files_together_are_bounded() -> None:
    rows = MAX_ROWS_BYTES // 300_100 // 2
    data = {"v": "x" * 300_000, "list": ["y"] * rows}
    fields = [{"mapping_type": "direct", "from": "v", "to": "C"}]
    files = [{"name": f"f{n}", "fields": fields, "rows": {"each": "list"}} for n in range(3)]

    for count, expected in ((2, []), (3, ["too_large"])):
        mapping = compile_mapping(parse_mapping({"files": files[:count]}), RUN)
        assert rules(mapping, **data) == expected
        assert rules(mapping, **data) == expected  # the next student has a budget of its own


def test_many_rows_of_short_values_hold_the_student(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_ROWS_BYTES", 20 * 100 * VALUE_BYTES)
    mapping = compiled([{"mapping_type": "direct", "from": "w"}] * 100, rows={"each": "list"})

    assert rules(mapping, list=["y"] * 15) == []
    assert rules(mapping, list=["y"] * 21) == ["too_large"]


def test_patterns_that_take_too_long_hold_the_student_and_not_the_next() -> None:
    seconds = itertools.count(step=MAX_STUDENT_SECONDS / 2)
    patterns = [steps({"type": "substitute", "pattern": "a", "replace": "b"})] * 4

    mapping = compiled(patterns, clock=lambda: float(next(seconds)))

    assert set(rules(mapping, v="a")) == {"too_large"}
    assert rules(compiled(patterns[:2]), v="a") == []


def test_one_pattern_that_takes_long_for_each_match_holds_the_student() -> None:
    seconds = itertools.count(step=MAX_STUDENT_SECONDS / 20)
    # Each match reads to the end of the value: minutes for 20,000 letters.
    slow = steps({"type": "substitute", "pattern": r"(?:\w+ ?){1,50}b|a", "replace": "x"})

    mapping = compiled([slow], clock=lambda: float(next(seconds)))

    assert rules(mapping, v="a" * 10) == []
    assert rules(mapping, v="a" * 30) == ["too_large"]


def test_a_value_that_is_too_long_for_a_pattern_holds_the_student() -> None:
    assert rules(compiled([{"pattern": "x*"}]), v="x" * 20_001) == ["too_large"]
    assert rules(compiled([{"pattern": "x*"}]), v="x" * 20_000) == []
