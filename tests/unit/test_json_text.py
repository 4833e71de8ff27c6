"""JSON as RFC 8259 has it; a mistake is reported with its line and column."""

import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.json_text import (
    Number,
    decode_base64,
    parse_json,
    refuse_repeated_names,
)


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
        ("[1e400]", "a number that is too long"),
        ("[-1e400]", "a number that is too long"),
    ],
    ids=range(15),
)
def test_a_mistake_is_reported_with_its_line_and_column(text: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_json(text)

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a":\u00a01}', "expecting value at line 1, column 6 (U+00A0)."),
        ('{"a": 1,\n \u201cb\u201d: 2}', "double quotes at line 2, column 2 (U+201C)."),
        ('{"a": 1\u200b}', "delimiter at line 1, column 8 (U+200B)."),
        ('{"a": 1}\u00a0', "extra data at line 1, column 9 (U+00A0)."),
        ("[1\uff0c 2]", "line 1, column 3 (U+FF0C)."),
        ("[\u221212]", "line 1, column 2 (U+2212)."),
        ("\ufeff{}", "line 1, column 1 (U+FEFF)."),
        ('["a\tb"]', "invalid control character at line 1, column 4 (U+0009)."),
        ("\x00{}", "line 1, column 1 (U+0000)."),
        ("[1,\U0001f600]", "line 1, column 4 (U+1F600)."),
        ('["\\\u00e9"]', "invalid \\escape at line 1, column 4 (U+00E9)."),
        ('["\\x"]', "invalid \\escape at line 1, column 4."),
        ('["abc', "unterminated string starting at line 1, column 2."),
        ("{'a': 1}", "column 2."),
        ("", "line 1, column 1."),
    ],
    ids=range(15),
)
def test_a_mistake_names_a_character_that_is_hard_to_see(text: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_json(text)

    assert caught.value.message.startswith("The body is not JSON: ")
    assert caught.value.message.endswith(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": "Jos\xe9"}', "line 1, column 11 (byte E9)"),
        (b'{"\xc3\xa9":\n"\x80"}', "line 2, column 2 (byte 80)"),
        (b"\xff\xfe{\x00", "line 1, column 1 (byte FF)"),
        (b'"\xc3', "line 1, column 2 (byte C3)"),
    ],
)
def test_a_byte_that_is_not_utf_8_is_named(content: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode_base64(base64.b64encode(content).decode())

    assert words in caught.value.message


@pytest.mark.parametrize("body", ["YWJj\ufffd", "YWJ", "YW Jj", "\ud800"])
def test_a_body_that_is_not_base64_is_refused(body: str) -> None:
    with pytest.raises(InvalidRequest, match="must be UTF-8"):
        decode_base64(body)


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


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [101, 1_500, 9_000])
def test_json_that_is_nested_deeper_than_functions_can_follow_is_refused(
    opening: str, closing: str, depth: int
) -> None:
    content = parse_json(opening * depth + ("0" if closing == "}" else "") + closing * depth)

    with pytest.raises(InvalidRequest, match="nested too deeply"):
        refuse_repeated_names(content)


def test_json_may_be_nested_as_deep_as_a_mapping() -> None:
    refuse_repeated_names(parse_json("[" * 100 + "]" * 100))


def test_a_repeated_name_after_many_others_is_found_in_time() -> None:
    names = [f'"k{number}": 1' for number in range(50_000)]
    began = time.process_time()

    with pytest.raises(InvalidRequest, match='"k49999" appears twice'):
        refuse_repeated_names(parse_json("{" + ", ".join([*names, names[-1]]) + "}"))

    assert time.process_time() - began < 5  # comparing each with each takes half a minute
