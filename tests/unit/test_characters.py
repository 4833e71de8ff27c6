"""Blank, invisible, composed and cut text, in any script."""

import sys
import time
import unicodedata

import pytest
import regex  # type: ignore[import-untyped]  # has no stubs
from hypothesis import given
from hypothesis import strategies as st

from registration_sync.domain.mapping.values.characters import (
    BLANKS,
    CONTROL,
    LINE_BREAK,
    WHITE_SPACE,
    compose,
    cut,
    fold,
    is_blank,
    squish,
    trim,
)

FAMILY = "👨\u200d👩\u200d👧"
FLAG = "🇲🇽"
SCRIPTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(f"eE\u0301ñ{FAMILY}{FLAG}\r\n \u200b\ufeffİßﬁ한\u1112\u1161कि"),
    )
)


def test_white_space_is_that_of_python() -> None:
    assert {chr(c) for c in range(0x110000) if chr(c).isspace()} == set(WHITE_SPACE)


def test_line_breaks_are_those_of_python() -> None:
    found = {chr(c) for c in range(0x110000) if len(f"a{chr(c)}b".splitlines()) == 2}

    assert found == {c for c in map(chr, range(0x110000)) if LINE_BREAK.fullmatch(c)}
    assert LINE_BREAK.sub(" ", "a\r\nb") == "a b"


def test_control_characters_are_those_of_unicode_without_tab_and_line_ends() -> None:
    found = {chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Cc"}

    assert {c for c in found if CONTROL.match(c)} == found - set("\t\r\n")


@pytest.mark.parametrize(
    "value", ["", " ", "\t\n", "\xa0", "\u200b", "\ufeff", "\u200b \ufeff", "\u200d", "\ufe0f"]
)
def test_a_text_without_anything_visible_is_blank(value: str) -> None:
    assert is_blank(value)


@pytest.mark.parametrize("value", ["a", " a ", "\u200ba", "ñ", "\u0301", "0", "-", "👨"])
def test_a_text_with_a_visible_character_is_not_blank(value: str) -> None:
    assert not is_blank(value)


@pytest.mark.parametrize(
    ("value", "trimmed", "squished"),
    [
        (" Ana  María ", "Ana  María", "Ana María"),
        ("\ufeffAna", "Ana", "Ana"),
        ("\u200bAna\u200b \xa0María\u200e", "Ana\u200b \xa0María", "Ana María"),
        ("\u202aAna\u202c", "Ana", "Ana"),
        ("می\u200cر", "می\u200cر", "می\u200cر"),
        ("Ana\u200bbel", "Ana\u200bbel", "Ana\u200bbel"),
        ("12 \n Main", "12 \n Main", "12 Main"),
    ],
)
def test_trim_and_squish(value: str, trimmed: str, squished: str) -> None:
    assert (trim(value), squish(value)) == (trimmed, squished)


@pytest.mark.parametrize(
    ("value", "length", "expected"),
    [
        ("Middle", 1, "M"),
        (f"a{FLAG}b", 2, "a"),
        (f"a{FLAG}b", 3, f"a{FLAG}"),
        (f"{FAMILY}x", 4, ""),
        (f"{FAMILY}x", 5, FAMILY),
        ("E\u0301lodie", 1, "É"),
        ("Jose\u0301 x", 4, "José"),
        ("x\u0323\u0304y", 2, ""),
        ("a\r\nb", 2, "a"),
        ("ab", 2, "ab"),
    ],
)
def test_a_cut_keeps_whole_characters(value: str, length: int, expected: str) -> None:
    assert cut(value, length) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("José", "JOSE\u0301"), ("straße", "STRASSE"), ("Ǆ", "ǆ"), ("Å", "\u212b")]
)
def test_fold_ignores_case_and_composition(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(SCRIPTS, st.integers(1, 12))
def test_any_cut_is_short_composed_alike_and_stable(value: str, length: int) -> None:
    composed, decomposed = (unicodedata.normalize(form, value) for form in ("NFC", "NFD"))

    assert len(cut(value, length)) <= length
    assert cut(cut(value, length), length) == cut(value, length)
    assert compose(cut(decomposed, length)) == compose(cut(composed, length))


@given(SCRIPTS)
def test_trim_and_squish_are_stable_and_leave_no_blank_at_the_ends(value: str) -> None:
    for function in (trim, squish):
        result = function(value)
        assert function(result) == result
        assert not result or (result[0] not in BLANKS and result[-1] not in BLANKS)
        assert is_blank(value) or compose(function(unicodedata.normalize("NFD", value))) == compose(
            function(unicodedata.normalize("NFC", value))
        )


def test_every_ignorable_character_of_unicode_is_blank() -> None:
    ignorable = regex.compile(r"\p{Default_Ignorable_Code_Point}|\p{White_Space}").fullmatch

    found = [c for c in map(chr, range(sys.maxunicode + 1)) if ignorable(c) and not is_blank(c)]

    assert found == []


@pytest.mark.parametrize("ending", ["", "x", "\U0001f1f2", "\u200d\u0301x", "\u0903\U0001f1f2"])
def test_a_cut_of_flags_takes_linear_time(ending: str) -> None:
    text = "\U0001f1f2\U0001f1fd" * 40_000 + ending + "\U0001f1f2\U0001f1fd" * 3
    started = time.process_time()

    assert cut(text, 79_999) == text[:79_998]
    assert time.process_time() - started < 1
    short = text[79_996:]
    whole = regex.findall(r"\X", short)
    assert [cut(short, n) for n in range(len(short))] == [
        next(s for k in range(len(whole), -1, -1) if len(s := "".join(whole[:k])) <= n)
        for n in range(len(short))
    ]
