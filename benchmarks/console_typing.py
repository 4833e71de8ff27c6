"""Typing in a mapping of 100 fields: from a keystroke until the mapped value is drawn.

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
    a_hundred_fields,
    milliseconds_of_keys,
    open_mapping,
    value,
)
from tests.console.support.person import Person, new_context
from tests.stack.support.district import new_district

GOAL_MS = 300
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
        district = new_district(stack)
        a_hundred_fields(district)
        ada = Person(new_context(browser), stack, "full_access")
        ada.open()
        open_mapping(ada, district)
        expect(value(ada, 50)).to_have_text("VALUE 49", timeout=30_000)
        measured = milliseconds_of_keys(ada, FIRST_KEYS + keys)[FIRST_KEYS:]
        ada.leave()
    median = statistics.median(measured)
    report(
        Figure(
            "a keystroke to its mapped value, in a mapping of 100 fields",
            "",
            f"{median:.0f} ms ({min(measured):.0f} to {max(measured):.0f} of {len(measured)})",
            f"at most {GOAL_MS} ms",
            median / GOAL_MS,
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
