"""Transformations of a text: letter case, accents, blanks and length."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal

from anyascii import anyascii
from pydantic import BeforeValidator, Field

from registration_sync.domain.mapping.transformations.step import (
    Example,
    Step,
    StepContext,
    Transformation,
    ValueStep,
)
from registration_sync.domain.mapping.values.base import Text, check_code
from registration_sync.domain.mapping.values.characters import compose, cut, squish, trim

_CAPITAL_SUFFIXES = ("II", "III", "IV")
"""Suffixes of names that stay in capitals."""

_OKINA = "\u02bb"
"""The consonant of Hawaiian that looks like an apostrophe."""

_LETTER_APOSTROPHES = f"{_OKINA}\u02bc\u02bd\u02be\u02bf\u02b9\u02c8\u02ca"
_APOSTROPHES = f"{_LETTER_APOSTROPHES}\u2018\u2019\u201b\u2032\u00b4`"
"""Letters and marks that people type as an apostrophe."""

_LETTER = f"[^\\W\\d_{_LETTER_APOSTROPHES}]"
_WORD = re.compile(f"{_LETTER}+")

_SYMBOLS = ("No", "Sc", "Sk", "Sm", "So")
"""Unicode categories of symbols, which anyascii may transliterate as letters: EUR, TM."""


class UpperStep(Step):
    type: Literal["upper"]


class LowerStep(Step):
    type: Literal["lower"]


class DirectStep(Step):
    type: Literal["direct"]


class ProperCaseStep(Step):
    type: Literal["proper_case"]


class TrimStep(Step):
    type: Literal["trim"]


class SquishStep(Step):
    type: Literal["squish"]


class TransliterateStep(Step):
    type: Literal["transliterate"]
    keep: Annotated[
        Text,
        Field(
            max_length=100,
            title="Also keep",
            description="further characters to keep, such as 0123456789.,",
        ),
    ] = ""


class PadStep(Step):
    type: Literal["pad"]
    width: Annotated[int, Field(ge=1, le=1_000, description="a number of characters, 1 to 1000")]
    filler: Annotated[
        Text,
        BeforeValidator(check_code),
        Field(
            alias="with",
            title="Fill with",
            min_length=1,
            max_length=1,
            description='one character, as in "0"',
        ),
    ] = "0"
    side: Annotated[
        Literal["left", "right"], Field(description="left or right: the side to fill")
    ] = "left"


class CharacterLimitStep(Step):
    type: Literal["character_limit"]
    length: Annotated[int, Field(ge=1, le=1_000_000, description="a number of characters, from 1")]


def _proper_case(_step: Step, _context: StepContext) -> ValueStep:
    def proper(value: str) -> str:
        words = _WORD if value.isascii() else _word_with_marks()
        return words.sub(lambda found: _capital(value, found), value)

    return proper


def _capital(value: str, found: re.Match[str]) -> str:
    word = found[0]
    if word.upper() in _CAPITAL_SUFFIXES:
        return word.upper()
    lower = _lower(word)
    start = found.start()
    if start and value[start - 1].isdigit():
        return word if len(compose(word)) == 1 else lower  # Apt 4B, but 112th
    if start >= 2 and value[start - 1] in f"'{_APOSTROPHES}":
        before = compose(value[max(0, start - 12) : start - 1])
        letter = before[-1:] if value[start - 1] == _OKINA else before[-2:-1]
        if letter.isalpha():
            return lower  # Taylor's and O\u02bbahu, but O'Brien and D'Angelo
    composed = compose(lower)
    if composed.startswith("mc") and len(composed) > 3:
        return "Mc" + _with_capital(word[2:])
    return _with_capital(word)


def _with_capital(word: str) -> str:
    end = 1
    while end < len(word) and unicodedata.combining(word[end]):
        end += 1  # the accents of the first letter
    any_letter = "\u00df"  # no accent composes with it; a sigma at the end needs a letter before it
    return word[:end].title() + _lower(any_letter + word[end:])[1:]


@cache
def _word_with_marks() -> re.Pattern[str]:
    """Finds words whose accents may be separate (combining) characters of any script."""
    every = map(chr, range(0x300, 0x1F000))
    marks = re.escape("".join(one for one in every if unicodedata.category(one)[0] == "M"))
    return re.compile(f"{_LETTER}+(?:[{marks}]+{_LETTER}*)*")


def _upper(value: str) -> str:
    """Uppercase. A Greek iota below, which becomes a letter, is composed with its letter first."""
    return (compose(value) if "\u0345" in value else value).upper()


def _lower(value: str) -> str:
    """Lowercase without the combining dot that Unicode's default gives the Turkish capital I."""
    if "\u0130" in value or "\u0307" in value:
        value = compose(value).replace("\u0130", "i").replace("I\u0307", "i")
        return compose(value.lower())
    return value.lower()


def _transliterate(step: TransliterateStep, context: StepContext) -> ValueStep:
    make = context.budget.make
    unwanted = re.compile(f"[^A-Za-z' {re.escape(step.keep)}\\-]")

    def transliterate(value: str) -> str:
        kept = [c if c in step.keep else _plain_letters(c) for c in compose(value)]
        make(sum(map(len, kept)))
        return unwanted.sub("", "".join(kept))

    return transliterate


def _plain_letters(character: str) -> str:
    """White space becomes a space; a symbol gives no letters, as an emoji's name is no name."""
    if character.isspace():
        return " "
    if character.isascii() and character != "`":
        return character
    if character in _APOSTROPHES:
        return "'"
    plain = anyascii(character)
    if unicodedata.category(character) in _SYMBOLS:
        return re.sub("[A-Za-z]", "", plain)
    return plain


def _pad(step: PadStep, _context: StepContext) -> ValueStep:
    width, filler = step.width, step.filler
    is_left = step.side == "left"

    def pad(value: str) -> str:
        fill = filler * (width - len(compose(value)))
        return fill + value if is_left else value + fill

    return pad


def _character_limit(step: CharacterLimitStep, _context: StepContext) -> ValueStep:
    length = step.length
    return lambda value: cut(value, length)


def _plain(function: Callable[[str], str]) -> Callable[[Any, StepContext], ValueStep]:
    return lambda _step, _context: function


TEXT_STEPS = {
    "lower": Transformation(
        "Lower",
        "Lowercase letters.",
        LowerStep,
        _plain(_lower),
        [Example({}, "Ana@Example.ORG", "ana@example.org")],
        unguarded=True,
    ),
    "upper": Transformation(
        "Upper",
        "Uppercase letters.",
        UpperStep,
        _plain(_upper),
        [Example({}, "O'Brien", "O'BRIEN")],
        unguarded=True,
    ),
    "direct": Transformation(
        "Direct",
        "The unchanged value.",
        DirectStep,
        _plain(lambda value: value),
        [Example({}, "06520", "06520")],
    ),
    "transliterate": Transformation(
        "Transliterate (remove accents)",
        "Replaces letters with accents and letters of other scripts by plain letters; keeps only "
        "letters, apostrophes, dashes, spaces and the characters in `keep`.",
        TransliterateStep,
        _transliterate,
        [
            Example({}, "José Nguyễn-O'Brien", "Jose Nguyen-O'Brien"),
            Example({"keep": "0123456789."}, "12 Calle Peñón No. 3", "12 Calle Penon No. 3"),
            Example({}, "Ka\u02bbiulani", "Ka'iulani"),
        ],
    ),
    "proper_case": Transformation(
        "Proper Case",
        "Capitalizes each word, also after Mc, O' and a hyphen; keeps II, III and IV. Letters "
        "after a digit are lowercase; a single letter there is kept.",
        ProperCaseStep,
        _proper_case,
        [
            Example({}, "MCDONALD-O'BRIEN III", "McDonald-O'Brien III"),
            Example({}, "taylor's lane", "Taylor's Lane"),
            Example({}, "1214 112TH AVE APT 4B", "1214 112th Ave Apt 4B"),
        ],
    ),
    "trim": Transformation(
        "Trim",
        "Removes spaces and invisible characters at both ends of a value.",
        TrimStep,
        _plain(trim),
        [Example({}, "  Ana ", "Ana")],
    ),
    "squish": Transformation(
        "Remove extra spaces",
        "Removes spaces at both ends of a value, and replaces several spaces in a row by one.",
        SquishStep,
        _plain(squish),
        [Example({}, " 12  Main\n St ", "12 Main St")],
    ),
    "pad": Transformation(
        "Pad to length",
        "Fills a value up to a width; a longer value stays unchanged.",
        PadStep,
        _pad,
        [Example({"width": 6}, "42", "000042"), Example({"width": 3, "with": "0"}, "1234", "1234")],
    ),
    "character_limit": Transformation(
        "Character Limit",
        "Cuts a value to a number of characters, never in the middle of what people see as one.",
        CharacterLimitStep,
        _character_limit,
        [Example({"length": 1}, "Middle", "M")],
    ),
}
