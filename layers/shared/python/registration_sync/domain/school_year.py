"""School years, each an integer: the START year, 2025 for 2025-26."""

import datetime as dt

FIRST, LAST = 1990, 2100
SCHOOL_YEARS = range(FIRST, LAST + 1)
"""The valid school years."""

YEARS_BACK, YEARS_AHEAD = 10, 5
"""How far a synced school year may be from the current one."""


def current_school_year(today: dt.date) -> int:
    """The school year of a day; it starts on 1 July, as in SchoolMint Enroll."""
    return today.year if today.month >= 7 else today.year - 1


def is_school_year(value: int) -> bool:
    """Whether the number is a valid school year; keeps typing errors like 20255 out of the keys."""
    return value in SCHOOL_YEARS


def synced_school_years(today: dt.date) -> range:
    """The school years that a sync accepts. A year farther off is a typing error, and would make a
    folder of its own on the server."""
    current = current_school_year(today)
    return range(current - YEARS_BACK, current + YEARS_AHEAD + 1)


def retained_until(school_year: int, now: dt.datetime, retention_days: int) -> dt.datetime:
    """The end of an exported snapshot's retention: `retention_days` after the year's end (30 June).

    For a past year the days count from now, so that a new snapshot does not expire at once.
    """
    end = dt.datetime(school_year + 1, 6, 30, tzinfo=dt.UTC)
    return max(end, now) + dt.timedelta(days=retention_days)


def school_year_name(school_year: int) -> str:
    """The name that people use: 2025-26."""
    return f"{school_year}-{(school_year + 1) % 100:02}"
