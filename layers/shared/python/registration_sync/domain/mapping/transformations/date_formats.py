"""Rewrites dates between formats of tokens such as M/D/YYYY.

`strptime` is not used: it is slow, and accepts 2005-4-4 for %Y-%m-%d. This module copies digits;
only a day after the 28th needs a calendar.
"""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise
from operator import itemgetter

type _Convert = Callable[[str], str]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _with_zero(digits: str) -> str:
    return digits.zfill(2)


def _without_zero(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _am_pm(hour: str) -> str:
    return "AM" if int(hour) < 12 else "PM"


def _twelve_hour(hour: str) -> str:
    return str((int(hour) + 11) % 12 + 1)


def _month_number(name: str) -> str:
    return f"{MONTHS.index(name.title()) + 1:02}"


@dataclass(frozen=True, slots=True)
class _Token:
    """A token's unit and pattern; `read` converts its text to the unit's full digits (2005, 04) and
    `write` converts back. `varies`: the token has one or two digits."""

    unit: str
    pattern: str
    read: _Convert | None = None
    write: _Convert | None = None
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
    "hh": _Token("hour", "0[1-9]|1[0-2]", None, lambda hour: _twelve_hour(hour).zfill(2)),
    "h": _Token("hour", "1[0-2]|0?[1-9]", None, _twelve_hour, varies=True),
    "A": _Token("hour", "(?i:[AP]M)", None, _am_pm),
    "mm": _Token("minute", "[0-5][0-9]"),
    "m": _short("minute", "[0-5]?[0-9]"),
    "ss": _Token("second", "[0-5][0-9]"),
    "s": _short("second", "[0-5]?[0-9]"),
    "SSS": _Token("thousandth", "[0-9]{3}"),
}

_AM_PM = _TOKENS["A"]
_TWELVE_HOUR = (_TOKENS["hh"], _TOKENS["h"])
"""Hours that need AM or PM to be read."""

MEANINGS = {
    "YYYY": "the year, 2018",
    "YY": "the year in two digits, 18; to read it, `pivot` must give the century",
    "MM": "the month in two digits, 04",
    "M": "the month, 4",
    "MMM": "the month's name, Apr",
    "DD": "the day in two digits, 09",
    "D": "the day, 9",
    "HH": "the hour in two digits, 00 to 23",
    "H": "the hour, 0 to 23",
    "hh": "the hour in two digits, 01 to 12; to read it, the format needs A",
    "h": "the hour, 1 to 12; to read it, the format needs A",
    "A": "AM or PM",
    "mm": "the minute in two digits",
    "m": "the minute",
    "ss": "the second in two digits",
    "s": "the second",
    "SSS": "thousandths of a second",
}

# Literal text in brackets; a run of one letter (a token or a mistake); any other character.
_PIECE = re.compile(r"\[([^\[\]]*)\]|(([^\W\d_])\3*)|(.)", re.DOTALL)


def split_format(text: str) -> list[str | _Token]:
    """Splits a format into tokens and literal text; ValueError says what to write instead."""
    pieces: list[str | _Token] = []
    for bracketed, letters, _, other in _PIECE.findall(text):
        if letters and letters not in _TOKENS:
            raise ValueError(f'"{letters}" is not part of a date: {_advice(letters)}')
        if other and other in "[]":
            raise ValueError("Put literal letters in brackets, such as [T].")
        pieces.append(_TOKENS[letters] if letters else bracketed + other)
    if not any(isinstance(piece, _Token) for piece in pieces):
        raise ValueError("Enter a date format such as YYYY-MM-DD or M/D/YYYY.")
    return pieces


def _advice(letters: str) -> str:
    alike = [token for token in _TOKENS if token.casefold() == letters.casefold()]
    if letters[0].upper() in "YD" and not alike:
        alike = difflib.get_close_matches(letters.upper(), _TOKENS, n=1)
    hint = f"did you mean {alike[0]}? " if alike else ""
    return f"{hint}Use {', '.join(_TOKENS)}, and put literal letters in brackets, such as [T]."


def check_source_format(text: str) -> str:
    """Returns a format that reads every date in one way only; ValueError says what to change."""
    pieces = split_format(text)
    tokens = [piece for piece in pieces if isinstance(piece, _Token)]
    if tokens.count(_AM_PM) != sum(token in _TWELVE_HOUR for token in tokens):
        raise ValueError(
            "hh or h needs A (AM or PM), and A needs hh or h: enter both, such as h:mm A, or enter "
            "HH or H for the hours 0 to 23."
        )
    units = [token.unit for token in tokens if token != _AM_PM]
    for unit in units:
        if units.count(unit) > 1:
            raise ValueError(f"The format has the {unit} twice: enter it once.")
    for piece, following in pairwise(pieces):
        varies = isinstance(piece, _Token) and piece.varies and following != _AM_PM
        if varies and (isinstance(following, _Token) or following[:1].isdigit()):
            raise ValueError(
                "A number of one or two digits directly before another number is ambiguous: put a "
                "character between them, or enter two letters (MM, DD, HH)."
            )
    return text


def check_target_format(text: str, source: str | None) -> str:
    """Returns a target format whose units the source format has; ValueError says what to change.

    Without a source, it checks the target format only.
    """
    needed = {piece.unit for piece in split_format(text) if isinstance(piece, _Token)}
    if source is None:
        return text
    known = {piece.unit for piece in split_format(source) if isinstance(piece, _Token)}
    for unit in sorted(needed - known):
        hint = " (mm is minutes: for the month enter MM)" if unit == "minute" else ""
        raise ValueError(f'The source format "{source}" has no {unit}: leave it out here{hint}.')
    return text


def units_of(text: str) -> set[str]:
    """The units in a format, such as year and month."""
    return {piece.unit for piece in split_format(text) if isinstance(piece, _Token)}


def minute_as_month(text: str) -> str | None:
    """The minute of the format, mm or m, if it stands beside a day or a year, where most people
    mean the month."""
    tokens = [piece for piece in split_format(text) if isinstance(piece, _Token)]
    units = ["", *(token.unit for token in tokens), ""]
    for token, before, after in zip(tokens, units, units[2:], strict=False):
        is_of_time = token.unit != "minute" or before == "hour" or after == "second"
        if not is_of_time and {before, after} & {"day", "year"}:
            return "m" if token.varies else "mm"
    return None


def has_time(text: str) -> bool:
    """Whether a format has a time of day."""
    return not units_of(text) <= {"year", "month", "day"}


def has_short_year(text: str) -> bool:
    """Whether a format has a two-digit year."""
    return _TOKENS["YY"] in split_format(text)


def date_rewriter(source: str, target: str, pivot: int = 0) -> Callable[[str], str]:
    """Builds the function that rewrites a date from the source format to the target format.

    A two-digit year up to `pivot` is in the 2000s, a later one in the 1900s. The function raises
    ValueError for text in another format and for a date that does not exist.
    """
    pieces = [_with_century(piece, pivot) for piece in split_format(source)]
    used = units_of(target) | {"year", "month", "day"}  # the calendar needs these
    match = re.compile("".join(_pattern(piece, used) for piece in pieces)).fullmatch
    read = [piece for piece in pieces if isinstance(piece, _Token) and piece.unit in used]
    am_pm = read.index(_AM_PM) if _AM_PM in read else None
    tokens = {token.unit: token for token in read if token != _AM_PM}
    group_of = {token.unit: group for group, token in enumerate(read) if token != _AM_PM}
    if am_pm is not None:
        tokens["hour"] = _TOKENS["HH"]
    texts, converted, in_target = _target_parts(target, tokens, group_of, len(read))
    day = group_of.get("day")

    def rewrite(value: str) -> str:
        found = match(value)
        if found is None:
            raise ValueError(source)
        digits = found.groups()
        if day is not None and digits[day] > "28":
            _check_calendar(digits, tokens, group_of)
        if am_pm is not None:
            digits = _to_24_hours(digits, group_of["hour"], am_pm)
        parts = digits + texts
        if converted:
            parts += tuple([convert(digits[group]) for group, convert in converted])
        return "".join(in_target(parts))

    return rewrite


def _pattern(piece: str | _Token, used: set[str]) -> str:
    if isinstance(piece, str):
        return re.escape(piece)
    return f"({piece.pattern})" if piece.unit in used else f"(?:{piece.pattern})"


def _to_24_hours(digits: tuple[str, ...], hour: int, am_pm: int) -> tuple[str, ...]:
    """Replaces the hour of 12 by the hour of 24 in two digits: 12 AM is 00."""
    offset = 12 if digits[am_pm].upper() == "PM" else 0
    return (*digits[:hour], f"{int(digits[hour]) % 12 + offset:02}", *digits[hour + 1 :])


def _with_century(piece: str | _Token, pivot: int) -> str | _Token:
    if piece != _TOKENS["YY"]:
        return piece
    return replace(_TOKENS["YY"], read=lambda year: ("20" if int(year) <= pivot else "19") + year)


def _target_parts(
    target: str, tokens: dict[str, _Token], group_of: dict[str, int], groups: int
) -> tuple[tuple[str, ...], list[tuple[int, _Convert]], Callable[[Sequence[str]], Iterable[str]]]:
    """The target's literal texts, the groups to convert, and the function that selects the target's
    parts in order from the digits of the source's groups, these texts and the converted groups.

    `groups` is how many groups the source's pattern has. With one part, itemgetter returns a text
    and not a tuple; `"".join` leaves it as it is.
    """
    pieces = split_format(target)
    texts = tuple(piece for piece in pieces if isinstance(piece, str))
    converted: list[tuple[int, _Convert]] = []
    of_texts, of_converted = count(groups), count(groups + len(texts))
    indexes = []
    for piece in pieces:
        if isinstance(piece, str):
            indexes.append(next(of_texts))
        elif convert := _conversion(tokens[piece.unit], piece):
            converted.append((group_of[piece.unit], convert))
            indexes.append(next(of_converted))
        else:
            indexes.append(group_of[piece.unit])
    return texts, converted, itemgetter(*indexes)


def _conversion(source: _Token, target: _Token) -> _Convert | None:
    read, write = source.read, target.write
    if source == target and not source.varies:
        return None
    if read and write:
        return lambda digits: write(read(digits))
    return read or write


def _check_calendar(
    digits: tuple[str, ...], tokens: dict[str, _Token], group_of: dict[str, int]
) -> None:
    """Raises ValueError for a date such as 30 February; without a year, 29 February is valid."""
    parts = {"year": 2000, "month": 1, "day": 1}
    for unit in parts.keys() & group_of.keys():
        read, text = tokens[unit].read, digits[group_of[unit]]
        parts[unit] = int(read(text) if read else text)
    dt.date(**parts)
