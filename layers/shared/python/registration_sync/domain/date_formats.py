"""Dates as SISes write them: formats of tokens such as M/D/YYYY, read and written fast.

`strptime` is not used: it needs some 5 µs a date, takes 2005-4-4 for %Y-%m-%d, and cannot write
a month without its zero on every system.
"""

import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_CENTURY_TURN = 69
"""Two-digit years from 69 on are of the 1900s, as POSIX has it."""


def _four_digit_year(text: str) -> int:
    year = int(text)
    return year + (1900 if year >= _CENTURY_TURN else 2000)


def _month_number(text: str) -> int:
    return MONTHS.index(text.title()) + 1


@dataclass(frozen=True, slots=True)
class _Token:
    unit: str
    pattern: str
    write: Callable[[dt.datetime], str]
    read: Callable[[str], int] = int


_TOKENS = {
    "YYYY": _Token("year", "[0-9]{4}", lambda moment: f"{moment.year:04}"),
    "YY": _Token("year", "[0-9]{2}", lambda moment: f"{moment.year % 100:02}", _four_digit_year),
    "MMM": _Token(
        "month",
        f"(?i:{'|'.join(MONTHS)})",
        lambda moment: MONTHS[moment.month - 1],
        _month_number,
    ),
    "MM": _Token("month", "[0-9]{2}", lambda moment: f"{moment.month:02}"),
    "M": _Token("month", "[0-9]{1,2}", lambda moment: str(moment.month)),
    "DD": _Token("day", "[0-9]{2}", lambda moment: f"{moment.day:02}"),
    "D": _Token("day", "[0-9]{1,2}", lambda moment: str(moment.day)),
    "HH": _Token("hour", "[0-9]{2}", lambda moment: f"{moment.hour:02}"),
    "H": _Token("hour", "[0-9]{1,2}", lambda moment: str(moment.hour)),
    "mm": _Token("minute", "[0-9]{2}", lambda moment: f"{moment.minute:02}"),
    "m": _Token("minute", "[0-9]{1,2}", lambda moment: str(moment.minute)),
    "ss": _Token("second", "[0-9]{2}", lambda moment: f"{moment.second:02}"),
    "s": _Token("second", "[0-9]{1,2}", lambda moment: str(moment.second)),
    "SSS": _Token(
        "microsecond",
        "[0-9]{3}",
        lambda moment: f"{moment.microsecond // 1000:03}",
        lambda text: int(text) * 1000,
    ),
}

_UNIT_NAMES = {"microsecond": "thousandths of a second (SSS)", "minute": "minutes (mm)"}

# Letters in brackets as they are, a run of one letter (a token, or a mistake), any other character.
_PIECE = re.compile(r"\[([^\[\]]*)\]|(([^\W\d_])\3*)|(.)", re.DOTALL)


def split_format(text: str) -> list[str | _Token]:
    """A format as its tokens and the text between them; ValueError says what to write instead."""
    pieces: list[str | _Token] = []
    for bracketed, letters, _, other in _PIECE.findall(text):
        if letters and letters not in _TOKENS:
            raise ValueError(f'"{letters}" is not part of a date: {_advice(letters)}')
        if other and other in "[]":
            raise ValueError("Write letters that stay as they are in brackets, such as [T].")
        pieces.append(_TOKENS[letters] if letters else bracketed + other)
    if not any(isinstance(piece, _Token) for piece in pieces):
        raise ValueError("Write a date format such as YYYY-MM-DD or M/D/YYYY.")
    return pieces


def _advice(letters: str) -> str:
    alike = [token for token in _TOKENS if token.casefold() == letters.casefold()]
    if letters[0].upper() in "YD" and not alike:
        alike = difflib.get_close_matches(letters.upper(), _TOKENS, n=1)
    hint = f"did you mean {alike[0]}? " if alike else ""
    return (
        f"{hint}Write {', '.join(_TOKENS)} for what changes, and letters that stay as they are in "
        "brackets, such as [T]."
    )


def check_source_format(text: str) -> str:
    """A format to read dates by, in which every value means one thing; ValueError otherwise."""
    pieces = split_format(text)
    units = [piece.unit for piece in pieces if isinstance(piece, _Token)]
    for unit in units:
        if units.count(unit) > 1:
            raise ValueError(f"The {unit} is here twice: write it once.")
    for piece, following in zip(pieces, pieces[1:], strict=False):
        varies = isinstance(piece, _Token) and "1,2" in piece.pattern
        if varies and (isinstance(following, _Token) or following[:1].isdigit()):
            raise ValueError(
                "One or two digits straight before another number can be read in two ways: "
                "put a character between them, or write two letters (MM, DD, HH)."
            )
    return text


def check_target_format(text: str, source: str | None) -> str:
    """A format to write, of what the source format has; without a source only by itself."""
    wanted = {piece.unit for piece in split_format(text) if isinstance(piece, _Token)}
    if source is None:
        return text
    known = {piece.unit for piece in split_format(source) if isinstance(piece, _Token)}
    for unit in sorted(wanted - known):
        month = " For the month write MM." if unit == "minute" else ""
        raise ValueError(
            f'There are no {_UNIT_NAMES.get(unit, unit + "s")} in "{source}" to write here.{month}'
        )
    return text


def date_rewriter(source: str, target: str) -> Callable[[str], str]:
    """A function from a date in the source format to the same in the target format.

    It raises ValueError for a text of another form, and for a date that is not in the calendar.
    """
    pieces = split_format(source)
    tokens = [piece for piece in pieces if isinstance(piece, _Token)]
    pattern = "".join(
        f"({piece.pattern})" if isinstance(piece, _Token) else re.escape(piece) for piece in pieces
    )
    match = re.compile(pattern).fullmatch
    readers = [(token.unit, token.read) for token in tokens]
    template = [piece.write if isinstance(piece, _Token) else piece for piece in split_format(target)]
    # A leap year and a month of 31 days: a part that the source lacks makes no date impossible.
    start = {"year": 2000, "month": 1, "day": 1}

    def rewrite(value: str) -> str:
        found = match(value)
        if found is None:
            raise ValueError(source)
        parts = start.copy()
        for (unit, read), text in zip(readers, found.groups(), strict=True):
            parts[unit] = read(text)
        moment = dt.datetime(**parts)  # type: ignore[arg-type]  # noqa: DTZ001: no zone is told
        return "".join(
            [piece if isinstance(piece, str) else piece(moment) for piece in template]
        )

    return rewrite
