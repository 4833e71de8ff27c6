"""Characters of any script: blanks, line breaks, control characters, composition and cutting.

The sets follow Unicode's properties White_Space and Default_Ignorable_Code_Point, and UAX #15 and
#29 for composition and for whole characters.
"""

import re
import unicodedata
from functools import cache
from typing import Any, Literal

WHITE_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
INVISIBLE = "\xad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2061, 0x2070)))
)
"""Characters without any width: zero-width spaces, byte order marks and text directions."""

BLANKS = WHITE_SPACE + INVISIBLE
_VISIBLE = re.compile(
    f"[^{BLANKS}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Joiners, fillers, tags and variation selectors have a meaning only next to other characters.
U+2800, a braille cell without dots, has neither property but looks like a space."""

_NO_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))

LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
"""The line boundaries of Python's str.splitlines, which include those of Java's Scanner."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters (Unicode's Cc) except tab, CR and LF: no part of a CSV file by RFC 4180."""

_BLANK_RUN = re.compile(f"[{re.escape(BLANKS)}]+")

_MAX_MARKS = 30
"""Combining marks in a row. UAX #15 (Stream-Safe Text Format) knows no writing with more; composing
many thousands would take minutes, as its time grows with their square."""

_SHORT = 1_000


def is_blank(value: str) -> bool:
    """Whether a text has nothing visible; raises AttributeError if it is not text."""
    if value == "" or value.isspace():
        return True
    return not value.isascii() and not _VISIBLE.search(value)


def trim(value: str) -> str:
    """Removes white space and invisible characters at both ends."""
    return value.strip() if value.isascii() else value.strip(BLANKS)


def plain(value: str) -> str:
    """The value without any invisible character, trimmed: for dates, numbers and answers."""
    return value.strip() if value.isascii() else value.translate(_NO_INVISIBLE).strip(BLANKS)


def squish(value: str) -> str:
    """Trims, and replaces each run of blanks by one space."""
    if value.isascii():
        return " ".join(value.split())
    return _BLANK_RUN.sub(lambda run: " " if any(map(str.isspace, run[0])) else run[0], trim(value))


def compose(value: str) -> str:
    """The composed form (NFC), in which equal texts have equal characters."""
    return value if value.isascii() else _normalized("NFC", value)


def split_at(value: str, delimiter: str) -> list[str]:
    """The parts between the delimiters; composed, so that a delimiter is found in either form."""
    return compose(value).split(compose(delimiter))


def _normalized(form: Literal["NFC", "NFD"], value: str) -> str:
    """The text in the form; a long text with too many marks in a row stays as it is."""
    if len(value) > _SHORT:
        marks = 0
        for character in value:
            marks = marks + 1 if unicodedata.combining(character) else 0
            if marks > _MAX_MARKS:
                return value
    return unicodedata.normalize(form, value)


def fold(value: str) -> str:
    """The form for a comparison that ignores case (canonical caseless matching, Unicode D145)."""
    if value.isascii():
        return value.casefold()
    return _normalized("NFD", _normalized("NFD", value).casefold())


def cut(value: str, length: int) -> str:
    """At most `length` characters (code points) without half of what people see as one.

    A longer text is composed first; a whole character that does not fit is left out.
    """
    if len(value) <= length:
        return value
    if value.isascii() and value[length - 1 : length + 1] != "\r\n":
        return value[:length]
    value = compose(value)
    end = 0
    for found in _whole_characters().finditer(value):
        if found.end() > length:
            break
        end = found.end()
    return value[:end]


def name_character(text: str, index: int) -> str:
    """A character by its number and its position from 1: `U+00F1 (character 3)`."""
    return f"U+{ord(text[index]):04X} (character {index + 1})"


@cache
def _whole_characters() -> Any:
    """Finds grapheme clusters. Loaded only when a text with other than ASCII is cut."""
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415  # loads slowly

    # The library counts back through a run of flags for each one, which takes quadratic time.
    flag = r"[\U0001F1E6-\U0001F1FF]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*"
    return regex.compile(rf"{flag}|\X")
