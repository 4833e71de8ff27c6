"""The facts of an export run that a mapping can use: start time, time zone and school year."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

PLACEHOLDER_SHAPES = {
    "school_year": "0000",
    "school_year_end": "0000",
    "date": "0000-00-00",
    "time": "000000",
}
"""The placeholders of file names with the shapes of their values; 0 is any digit."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """`started_at` is in UTC; `time_zone` is the district's, for the day and time in file names."""

    started_at: dt.datetime
    time_zone: ZoneInfo
    school_year: int

    @property
    def started_at_text(self) -> str:
        """The start in UTC, in the format of `synced_at`: 2026-08-01T21:05:00.000Z."""
        utc = self.started_at.astimezone(dt.UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def fill_in(self, template: str) -> str:
        """The file name with its placeholders filled in."""
        local = self.started_at.astimezone(self.time_zone)
        values = {
            "school_year": str(self.school_year),
            "school_year_end": str(self.school_year + 1),
            "date": local.strftime("%Y-%m-%d"),
            "time": local.strftime("%H%M%S"),
        }
        for name in PLACEHOLDER_SHAPES:
            template = template.replace(f"{{{name}}}", values[name])
        return template
