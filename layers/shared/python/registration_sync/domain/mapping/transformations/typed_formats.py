"""Reads the formats of dates and phone numbers as people type them, such as mm/dd/yyyy.

A format that is valid as it stands keeps its meaning: only one that would be refused is read
without regard to case. `m` after an hour or before a second is then the minute, and next to a year
or a day the month.
"""

import re
from collections.abc import Callable

_GROUP = re.compile(
    r"\[[^\[\]]*\]|(?P<letters>(?P<one>[A-Za-z])(?P=one)*)|.", re.DOTALL | re.IGNORECASE
)
_TOKENS = {
    token.casefold(): token for token in ("YYYY", "YY", "MMM", "DD", "D", "A", "ss", "s", "SSS")
}
_UNITS = {"y": "year", "d": "day", "h": "hour", "s": "second"}
_DIGIT = re.compile("[0-9#XxN]")
_PHONE_DIGITS = 10


def valid_format(text: str, check: Callable[[str], str]) -> str:
    """The format if `check` takes it, else as it must be meant. Raises the ValueError of `check` if
    there is no such reading, and one of its own if m may be the month or the minute."""
    try:
        return check(text)
    except ValueError:
        meant = _in_tokens(text)
        if meant is None or meant == text:
            raise
    return check(meant)


def phone_format(text: str) -> str:
    """The format with a 9 for each of ten digits: #, X, N, 0 and the digits of an example count as
    such. Any other text is returned as it is."""
    if text.count("9") == _PHONE_DIGITS or len(_DIGIT.findall(text)) != _PHONE_DIGITS:
        return text
    return _DIGIT.sub("9", text)


def _in_tokens(text: str) -> str | None:
    """The format in the letters of `date_formats`; None if one of its letters means nothing."""
    groups = list(_GROUP.finditer(text))
    letters = [found["letters"].casefold() for found in groups if found["letters"]]
    number, meant = 0, ""
    for found in groups:
        if not found["letters"]:
            meant += found[0]
            continue
        token = _token(letters, number, found["letters"])
        if token is None:
            return None
        meant += token
        number += 1
    return meant


def _token(letters: list[str], number: int, typed: str) -> str | None:
    group = letters[number]
    if group in {"m", "mm"}:
        return group.upper() if _is_month(letters, number) else group
    if group in {"h", "hh"}:
        return typed  # hh has 12 hours and HH has 24, which only the author knows
    if group == "t" and letters[number + 1 : number + 2] in (["h"], ["hh"]):
        return "[T]"
    return _TOKENS.get(group)


def _is_month(letters: list[str], number: int) -> bool:
    """Whether an m is the month, by its neighbors."""
    before = _UNITS.get(letters[number - 1][0]) if number else None
    after = _UNITS.get(letters[number + 1][0]) if number + 1 < len(letters) else None
    if before == "hour" or after == "second":
        return False
    if {before, after} & {"year", "day"}:
        return True
    raise ValueError(
        f'"{letters[number]}" can be the month or the minute here: enter all letters as in '
        "YYYY-MM-DD HH:mm:ss, where MM is the month and mm the minute."
    )
