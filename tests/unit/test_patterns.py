"""Patterns know the letters of every script, and replace as Python's re does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.mapping.values.budget import Budget
from registration_sync.domain.mapping.values.characters import WHITE_SPACE
from registration_sync.domain.mapping.values.patterns import (
    ascii_parts,
    compile_pattern,
    substitution,
)

LETTERS = "aZ09_ñÉßłжא한字ǆ,. -\n\xa0\u2028\x0b[]\\^"
ATOMS = [
    *("a", "n", "ñ", "é", ".", r"\.", r"\w", r"\W", r"\s", r"\S", r"[\w-]", r"[^\w]", r"[^\s,]"),
    *(r"[\s.]", r"[a-zñ]", r"[^a]", r"[]a]", r"[^]a]", r"[\W0]", r"[\S]", r"\pL"),
    *(r"(\w)", r"(ñ|é)", r"(a|(n))", r"(?:ab)?", r"\Q\w\E", "^", "$"),
]
PATTERNS = st.lists(
    st.tuples(st.sampled_from(ATOMS), st.sampled_from(["", "*", "+", "?", "{2}", "+?"])).map(
        lambda pair: "".join(pair) if pair[0] not in {"^", "$"} else pair[0]
    ),
    min_size=1,
    max_size=4,
).map("".join)
REPLACEMENTS = st.lists(
    st.sampled_from(["", "x", "ñ", "é-", "한", "\\\\", "\\1", "😀"]), max_size=3
).map("".join)


def python_pattern(pattern: str) -> str:
    """The same pattern for `re`, which has no \\pL, no \\Q and another $."""
    pattern = pattern.replace(r"\pL", r"[^\W\d_]").replace(r"\Q\w\E", r"\\w")
    return re.sub(r"(?<!\\)\$", r"\\Z", pattern)


@given(PATTERNS, REPLACEMENTS, st.text(LETTERS, max_size=8))
def test_a_substitution_is_that_of_python(pattern: str, replace: str, value: str) -> None:
    try:
        groups = compile_pattern(pattern).groups
    except ValueError:  # two repetitions in a row
        return
    replace = replace if groups else replace.replace("\\1", "")

    expected = re.sub(python_pattern(pattern), replace, value)

    assert substitution(pattern, replace, Budget())(value) == expected


@pytest.mark.parametrize(
    ("pattern", "replace", "value", "expected"),
    [
        ("n$", "ñ", "Juan", "Juañ"),
        ("$", "!", "Juan", "Juan!"),
        ("x*", "-", "axb", "-a--b-"),
        ("ñ", "n~", "Peñón", "Pen~ón"),
        (r"^(\w+), (\w+)$", r"\2 \1", "Díaz, Ana", "Ana Díaz"),
        (r"^(\w+), (\w+)$", r"\2 \1", "Jose\u0301, Ana", "Ana Jos\u00e9"),
        (r"\W+", "-", "Peñón No. 3", "Peñón-No-3"),
        (r"[^\w ]", "", "O\u2019Brien, José", "OBrien José"),
        (r"\s+", " ", "12\xa0\u2028Main", "12 Main"),
        (r"\d", "#", "1٢3", "#٢#"),
        ("(?i)É", "e", "éÉ", "ee"),
        ("a", r"\\", "banana", r"b\n\n\\"[:-1]),
        ("(x)?a", r"[\1]", "xaa", "[x][]"),
        (r"\Q\w\E", "x", r"a\w", "ax"),
        (r"[[\w]", "x", "[é-", "xx-"),
        (r"[a[]\w", "x", "aé[é", "xx"),
        (r"[:\w:]", "x", ":é-", "xx-"),
    ],
)
def test_patterns_know_every_script(pattern: str, replace: str, value: str, expected: str) -> None:
    assert substitution(pattern, replace, Budget())(value) == expected


def test_white_space_and_words_are_those_of_python() -> None:
    space, no_space = compile_pattern(r"\s"), compile_pattern(r"[\S]")
    word = compile_pattern(r"[\w]")
    characters = [chr(c) for c in range(0x3100) if not 0xD800 <= c < 0xE000]

    assert {c for c in characters if space.fullmatch(c)} == {c for c in WHITE_SPACE if c < "\u3100"}
    assert not [c for c in characters if bool(no_space.fullmatch(c)) == bool(space.fullmatch(c))]
    assert not [c for c in characters if re.fullmatch(r"\w", c) and not word.fullmatch(c)]


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (r"\w+\s\W\d[a-zñ]", []),
        (r"\bana\b", [r"\b"]),
        (r"[[:alpha:]]+", ["[:alpha:]"]),
        (r"\Q\b\E", []),
        (r"\\b", []),
        (r"\w{255}", [r"\w"]),
        ("^([A-Za-z]+), ([A-Za-z' -]+)$", ["A-Z", "a-z"]),
        ("(?i)[^A-Z]", ["A-Z"]),
        ("[0-9A-z ]", ["A-z"]),
        ("[A-ZÑ][a-zà-ÿ]", []),
        (r"[A-Z\pL][a-z\x{e0}-\x{ff}][\wa-z][a-z[:alpha:]]", ["[:alpha:]", "a-z"]),
        (r"[A-F0-9][A\-Z][-Z]A-Z[A-Z]{2}", ["A-Z"]),
        ("[A-Za-z0-9._/@-]{1,255}", []),
    ],
)
def test_parts_that_know_english_letters_only_are_found(pattern: str, parts: list[str]) -> None:
    assert ascii_parts(pattern) == parts


def test_a_pattern_that_is_too_large_for_every_script_keeps_its_ascii_meaning() -> None:
    compiled = compile_pattern(r"\w{1,255}")

    assert compiled.fullmatch("a" * 255)
    assert not compiled.fullmatch("é")
