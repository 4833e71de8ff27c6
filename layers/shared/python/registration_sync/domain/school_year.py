"""A school year is an integer, its START year: 2025 for 2025-26."""

import datetime as dt

FIRST, LAST = 1990, 2100
SCHOOL_YEARS = range(FIRST, LAST + 1)
"""All that can be."""


def current_school_year(today: dt.date) -> int:
    """The school year of a day: it changes on 1 July, as SchoolMint Enroll's does."""
    return today.year if today.month >= 7 else today.year - 1


def is_school_year(value: int) -> bool:
    """Whether the number can be a school year; keeps a typing error like 20255 out of the keys."""
    return value in SCHOOL_YEARS


def retained_until(school_year: int, now: dt.datetime, retention_days: int) -> dt.datetime:
    """When a snapshot that was exported may go: `retention_days` after the year's end (30 June).

    Counted from now for a year that is long over, so that nothing fresh vanishes at once.
    """
    end = dt.datetime(school_year + 1, 6, 30, tzinfo=dt.UTC)
    return max(end, now) + dt.timedelta(days=retention_days)


def school_year_name(school_year: int) -> str:
    """As people say it: 2025-26."""
    return f"{school_year}-{(school_year + 1) % 100:02}"
