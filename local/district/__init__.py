"""Registrations to try the service with: a made-up district, or those of a CSV file.

What a made-up student's fields are called and hold: `fields.py`.
"""

from local.district.csv_file import (
    UnreadableFile,
    columns_of,
    field_path,
    header_of,
    numbered_registrations_of,
    registrations_of,
    trimmed,
)
from local.district.made_up import NextDay, made_up_district, next_day, this_school_year
from local.district.registration import Registration

__all__ = [
    "NextDay",
    "Registration",
    "UnreadableFile",
    "columns_of",
    "field_path",
    "header_of",
    "made_up_district",
    "next_day",
    "numbered_registrations_of",
    "registrations_of",
    "this_school_year",
    "trimmed",
]
