"""JSON as RFC 8259 has it; a mistake is reported with its line and column."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.json_text import Number, parse_json, refuse_repeated_names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": NaN}', "NaN at line 1, column 7"),
        ('{"NaN": "Infinity",\n "a": -Infinity}', "-Infinity at line 2, column 7"),
        ('["\\"NaN", Infinity]', "Infinity at line 1, column 11"),
        ('{"a": 1,}', "trailing comma before end of object at line 1, column 8"),
        ("[1,\n2,]", "trailing comma before end of array at line 2, column 2"),
        ('{"a": 1', "line 1, column 8"),
        ("{'a': 1}", "line 1, column 2"),
        ('{"é":\n\n  x}', "line 3, column 3"),
        ("[1] [2]", "extra data at line 1, column 5"),
        ('["a\nb"]', "line 1, column 4"),
        ("[01]", "line 1, column 3"),
        ("[" * 100_000, "nested too deeply"),
        ("[" + "1" * 5000 + "]", "a number that is too long"),
    ],
    ids=range(13),
)
def test_a_mistake_is_reported_with_its_line_and_column(text: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_json(text)

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('{"a": 1, "a": 2}', ["a"]),
        ('{"files": [{}, {"codes": {"K": 1, "K": 1}}]}', ["files[1].codes.K"]),
        ('{"a": {"b": 1, "b": 2}, "c": [{"d": 1, "d": 2}]}', ["a.b", "c[0].d"]),
        ('[{"a": 1}, {"a": 2}]', []),
        ('{"a": {"a": {"a": 1}}}', []),
    ],
)
def test_a_repeated_name_is_refused_with_its_path(text: str, paths: list[str]) -> None:
    content = parse_json(text)

    if not paths:
        refuse_repeated_names(content)
        return
    with pytest.raises(InvalidRequest) as caught:
        refuse_repeated_names(content)
    assert [problem.path for problem in caught.value.problems] == paths
    assert f'"{paths[0]}" appears twice' in caught.value.message


def test_numbers_keep_their_text_if_asked() -> None:
    assert parse_json("[1.10, 1e5, -0, 7]", number=Number) == ["1.10", "1e5", "-0", "7"]
    assert parse_json("[1.10, 7]") == [1.1, 7]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_any_json_is_read_as_python_reads_it(content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False)

    assert parse_json(text) == json.loads(text)
    refuse_repeated_names(parse_json(text))
