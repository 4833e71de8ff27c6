"""Rules for a single value of a file, each with a message that says what to write."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A test for a value that is not blank, and the message for a value that fails."""

    remedy: str
    accepts: Callable[[str], bool]


def one_of(*values: str) -> Rule:
    """Exactly one of these values."""
    return Rule(f"Write one of: {', '.join(values)}.", frozenset(values).__contains__)


def matches(pattern: str, remedy: str) -> Rule:
    """The whole value matches the regular expression."""
    found = re.compile(pattern, re.ASCII).fullmatch
    return Rule(remedy, lambda value: found(value) is not None)


def at_most(length: int) -> Rule:
    """At most this many characters."""
    return Rule(f"Write at most {length} characters.", lambda value: len(value) <= length)


def each(rule: Rule) -> Rule:
    """A list separated by commas, each item of which passes the rule; blanks are not trimmed."""
    return Rule(
        f"{rule.remedy} Separate several with commas.",
        lambda value: all(rule.accepts(one) for one in value.split(",")),
    )


_DATES = {
    "YYYY-MM-DD": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    "YYYYMMDD": r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    "MM/DD/YYYY": r"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})",
    "M/D/YYYY": r"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{4})",
}


def as_day(written: str) -> Callable[[str], str]:
    """Converts a date to YYYY-MM-DD, and any other value to a blank."""
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
    """An existing day between 1900 and 2099 in exactly this format."""
    day = as_day(written)
    return Rule(
        f"Write a date as {written}.",
        lambda value: "1900-01-01" <= day(value) <= "2099-12-31",
    )


EMAIL = matches(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+", "Write one address, such as name@example.org.")
STATE = matches("[A-Z]{2}", "Write the state in two capital letters.")
ZIP = matches(r"\d{5}(-?\d{4})?", "Write five digits, or nine: a leading zero may be lost.")
Y_N = one_of("Y", "N")
