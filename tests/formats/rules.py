"""Rules for a single value of a file, each with the sentence that says what to write."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether a value that is not blank is allowed, and what is."""

    wants: str
    accepts: Callable[[str], bool]


def one_of(*values: str) -> Rule:
    """One of these, letter for letter."""
    return Rule(f"Write one of: {', '.join(values)}.", frozenset(values).__contains__)


def matches(pattern: str, wants: str) -> Rule:
    """The whole value fits the regular expression."""
    found = re.compile(pattern, re.ASCII).fullmatch
    return Rule(wants, lambda value: found(value) is not None)


def at_most(length: int) -> Rule:
    """So many characters; a longer one would be cut off or refused."""
    return Rule(f"Write at most {length} characters.", lambda value: len(value) <= length)


def each(rule: Rule) -> Rule:
    """A list parted by commas, each of which keeps the rule; blanks around are part of one."""
    return Rule(
        f"{rule.wants} Several are parted by commas.",
        lambda value: all(rule.accepts(one) for one in value.split(",")),
    )


_DATES = {
    "YYYY-MM-DD": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    "YYYYMMDD": r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    "MM/DD/YYYY": r"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})",
    "M/D/YYYY": r"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{4})",
}


def as_day(written: str) -> Callable[[str], str]:
    """Makes YYYY-MM-DD of a date, and a blank of what is none."""
    found = re.compile(_DATES[written], re.ASCII).fullmatch

    def day(value: str) -> str:
        parts = found(value)
        if parts is None:
            return ""
        try:
            return dt.date(*(int(parts[name]) for name in ("year", "month", "day"))).isoformat()
        except ValueError:
            return ""

    return day


def date(written: str) -> Rule:
    """A day that exists, between 1900 and 2099, written exactly so."""
    day = as_day(written)
    return Rule(
        f"Write a date as {written}.",
        lambda value: "1900-01-01" <= day(value) <= "2099-12-31",
    )


EMAIL = matches(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+", "Write one address, such as name@example.org.")
STATE = matches("[A-Z]{2}", "Write the state in two capital letters.")
ZIP = matches(r"\d{5}(-?\d{4})?", "Write five digits, or nine: a leading zero may be lost.")
Y_N = one_of("Y", "N")
