"""Registrations to try the service: a made-up district, or those of a CSV file.

`fields.py` has the fields of a made-up student and their content.
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
