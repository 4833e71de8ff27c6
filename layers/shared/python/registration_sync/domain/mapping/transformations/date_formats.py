"""Dates as SISes write them: formats of tokens such as M/D/YYYY, read and written fast.

`strptime` is not used: it is slow, and takes 2005-4-4 for %Y-%m-%d. Here digits are carried over;
only a day after the 28th needs a calendar.
"""

import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _with_zero(digits: str) -> str:
    return digits.zfill(2)


def _without_zero(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _half_of_day(hour: str) -> str:
    return "AM" if int(hour) < 12 else "PM"


def _of_twelve(hour: str) -> str:
    return str((int(hour) + 11) % 12 + 1)


def _month_number(name: str) -> str:
    return f"{MONTHS.index(name.title()) + 1:02}"


@dataclass(frozen=True, slots=True)
class _Token:
    """What it stands for, and how it is read into the unit's full digits (2005, 04) and back."""

    unit: str
    pattern: str
    read: Callable[[str], str] | None = None
    write: Callable[[str], str] | None = None
    varies: bool = False


def _short(unit: str, pattern: str) -> _Token:
    return _Token(unit, pattern, _with_zero, _without_zero, varies=True)


_TOKENS = {
    "YYYY": _Token("year", "(?!0000)[0-9]{4}"),
    "YY": _Token("year", "[0-9]{2}", None, lambda year: year[2:]),
    "MMM": _Token(
        "month", f"(?i:{'|'.join(MONTHS)})", _month_number, lambda month: MONTHS[int(month) - 1]
    ),
    "MM": _Token("month", "0[1-9]|1[0-2]"),
    "M": _short("month", "1[0-2]|0?[1-9]"),
    "DD": _Token("day", "0[1-9]|[12][0-9]|3[01]"),
    "D": _short("day", "[12][0-9]|3[01]|0?[1-9]"),
    "HH": _Token("hour", "[01][0-9]|2[0-3]"),
    "H": _short("hour", "1[0-9]|2[0-3]|0?[0-9]"),
    "hh": _Token("hour", "0[1-9]|1[0-2]", None, lambda hour: _of_twelve(hour).zfill(2)),
    "h": _Token("hour", "1[0-2]|0?[1-9]", None, _of_twelve, varies=True),
    "A": _Token("hour", "(?i:[AP]M)", None, _half_of_day),
    "mm": _Token("minute", "[0-5][0-9]"),
    "m": _short("minute", "[0-5]?[0-9]"),
    "ss": _Token("second", "[0-5][0-9]"),
    "s": _short("second", "[0-5]?[0-9]"),
    "SSS": _Token("thousandth", "[0-9]{3}"),
}

_HALF = _TOKENS["A"]
_OF_TWELVE = (_TOKENS["hh"], _TOKENS["h"])
"""Hours that are read together with their half of the day."""

MEANINGS = {
    "YYYY": "the year, 2018",
    "YY": "the year in two digits, 18; to read one, `pivot` has to say which century is meant",
    "MM": "the month in two digits, 04",
    "M": "the month, 4",
    "MMM": "the month's name, Apr",
    "DD": "the day in two digits, 09",
    "D": "the day, 9",
    "HH": "the hour in two digits, 00 to 23",
    "H": "the hour, 0 to 23",
    "hh": "the hour in two digits, 01 to 12; to read one, A has to be there, too",
    "h": "the hour, 1 to 12; to read one, A has to be there, too",
    "A": "AM or PM",
    "mm": "the minute in two digits",
    "m": "the minute",
    "ss": "the second in two digits",
    "s": "the second",
    "SSS": "thousandths of a second",
}

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
    tokens = [piece for piece in pieces if isinstance(piece, _Token)]
    if tokens.count(_HALF) != sum(token in _OF_TWELVE for token in tokens):
        raise ValueError(
            "hh or h and A belong together, as each hour of 12 is there twice a day: write both, "
            "such as h:mm A, or HH or H for the hours to 23."
        )
    units = [token.unit for token in tokens if token != _HALF]
    for unit in units:
        if units.count(unit) > 1:
            raise ValueError(f"The {unit} is here twice: write it once.")
    for piece, following in pairwise(pieces):
        varies = isinstance(piece, _Token) and piece.varies and following != _HALF
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
        month = ", and mm stands for minutes: for the month write MM" if unit == "minute" else ""
        raise ValueError(f'There is no {unit} in "{source}" to write here{month}.')
    return text


def has_time(text: str) -> bool:
    """Whether a format has a time of day in it."""
    units = {piece.unit for piece in split_format(text) if isinstance(piece, _Token)}
    return not units <= {"year", "month", "day"}


def has_short_year(text: str) -> bool:
    """Whether a format has a year of two digits."""
    return _TOKENS["YY"] in split_format(text)


def date_rewriter(source: str, target: str, pivot: int = 0) -> Callable[[str], str]:
    """A function from a date in the source format to the same in the target format.

    A two-digit year up to `pivot` is of the 2000s, one after it of the 1900s. The function raises
    ValueError for a text of another form, and for a date that is not in the calendar.
    """
    pieces = [_with_century(piece, pivot) for piece in split_format(source)]
    match = re.compile(
        "".join(f"({p.pattern})" if isinstance(p, _Token) else re.escape(p) for p in pieces)
    ).fullmatch
    read = [piece for piece in pieces if isinstance(piece, _Token)]
    half = read.index(_HALF) if _HALF in read else None
    tokens = {token.unit: token for token in read if token != _HALF}
    places = {token.unit: place for place, token in enumerate(read) if token != _HALF}
    if half is not None:
        tokens["hour"] = _TOKENS["HH"]
    template, writes = _writing(target, tokens, places)
    day = places.get("day")

    def rewrite(value: str) -> str:
        found = match(value)
        if found is None:
            raise ValueError(source)
        digits = found.groups()
        if day is not None and digits[day] > "28":
            _check_calendar(digits, tokens, places)
        if half is not None:
            digits = _of_day(digits, places["hour"], half)
        return template % tuple(
            [digits[place] if write is None else write(digits[place]) for place, write in writes]
        )

    return rewrite


def _of_day(digits: tuple[str, ...], hour: int, half: int) -> tuple[str, ...]:
    """The hour of the day in two digits in place of the one of twelve: 12 AM is 00."""
    passed = 12 if digits[half].upper() == "PM" else 0
    return (*digits[:hour], f"{int(digits[hour]) % 12 + passed:02}", *digits[hour + 1 :])


def _with_century(piece: str | _Token, pivot: int) -> str | _Token:
    if piece != _TOKENS["YY"]:
        return piece
    return replace(_TOKENS["YY"], read=lambda year: ("20" if int(year) <= pivot else "19") + year)


def _writing(
    target: str, tokens: dict[str, _Token], places: dict[str, int]
) -> tuple[str, list[tuple[int, Callable[[str], str] | None]]]:
    """The target as a template, and for each gap whose digits go there and what is done to them."""
    template, writes = "", []
    for piece in split_format(target):
        if isinstance(piece, _Token):
            template += "%s"
            writes.append((places[piece.unit], _conversion(tokens[piece.unit], piece)))
        else:
            template += piece.replace("%", "%%")
    return template, writes


def _conversion(source: _Token, target: _Token) -> Callable[[str], str] | None:
    read, write = source.read, target.write
    if source == target and not source.varies:
        return None
    if read and write:
        return lambda digits: write(read(digits))
    return read or write


def _check_calendar(
    digits: tuple[str, ...], tokens: dict[str, _Token], places: dict[str, int]
) -> None:
    """Raises ValueError for 30 February; a date without its year is allowed 29 February."""
    parts = {"year": 2000, "month": 1, "day": 1}
    for unit in parts.keys() & places.keys():
        read, text = tokens[unit].read, digits[places[unit]]
        parts[unit] = int(read(text) if read else text)
    dt.date(**parts)
