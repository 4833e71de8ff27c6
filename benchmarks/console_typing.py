"""Typing in mappings of 100 and of 200 fields: from a keystroke until the mapped value is drawn.

Real keystrokes in Chromium, on the local stack: the console waits 80 ms after a keystroke, requests
a preview of the whole draft, and draws the result. The emulator, the function and Chromium share
this machine. Timed with the browser's clock.

    python -m benchmarks.console_typing [KEYS]
"""

import statistics
import sys

from playwright.sync_api import expect

from benchmarks.measure import Figure, report
from local.chromium import CHROMIUM, chromium
from local.processes import ROOT, end_on_signals
from local.stack import local_stack
from tests.console.support.mapping_page import (
    many_fields,
    milliseconds_of_keys,
    open_mapping,
    value,
)
from tests.console.support.person import Person, new_page
from tests.stack.support.district import new_district

GOALS_MS = {100: 300, 200: 500}
"""By the number of fields."""

FIRST_KEYS = 4
"""Not counted: the functions start with the first of these."""


def main(keys: int = 10) -> None:
    """Skips the benchmark without Chromium."""
    if CHROMIUM is None:
        print("console_typing: skipped, because Chromium is not installed", flush=True)
        return
    end_on_signals()
    state = ROOT / ".local" / "run" / "benchmarks"
    with local_stack(state, lambda _: None) as stack, chromium() as browser:
        for fields, goal in GOALS_MS.items():
            district = new_district(stack)
            many_fields(district, fields)
            ada = Person(new_page(browser), stack, "full_access")
            ada.open()
            open_mapping(ada, district)
            expect(value(ada, 50)).to_have_text("VALUE 49", timeout=30_000)
            measured = milliseconds_of_keys(ada, FIRST_KEYS + keys)[FIRST_KEYS:]
            ada.leave()
            report_typing(fields, goal, measured)


def report_typing(fields: int, goal_ms: int, measured_ms: list[float]) -> None:
    """Reports the median."""
    median = statistics.median(measured_ms)
    report(
        Figure(
            f"a keystroke to its mapped value, in a mapping of {fields} fields",
            "",
            f"{median:.0f} ms ({min(measured_ms):.0f} to {max(measured_ms):.0f} of "
            f"{len(measured_ms)})",
            f"at most {goal_ms} ms",
            median / goal_ms,
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
