"""Writes docs/performance.md from the results of a run of all benchmarks."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Figure

HEAD = """\
# What it costs

Written by `make bench`; do not edit it. Each measure is beside its floor or a peer that ran in the
same run, in turns with ours; ratios are medians of the pairs. The usual script is what people
write instead (`benchmarks/whole_export.py`): a query on an index by time, `csv.DictWriter`, and
paramiko's `put`. DynamoDB answers at once, except where a delay is named: the figures show the work
of our program without the network.

No test measures time, except typing in the console. What a test can count exactly, it does, and
fails when a count grows: calls to DynamoDB and to the server
(`tests/functional/test_operation_counts.py`), units that DynamoDB bills (`test_request_units.py`),
and what each function imports when it starts (`tests/unit/test_starts.py`).
"""

CHART = """\
```mermaid
xychart-beta horizontal
    title "Percent of the goal that is used: at most 100 meets it"
    x-axis "line of the table" [{names}]
    y-axis "percent" 0 --> {most}
    bar [{shares}]
```
"""


def write_page(page: Path, figures: Sequence[Figure], missing: Sequence[str]) -> None:
    """`missing` are the benchmarks that did not run here, each with the reason."""
    page.write_text(_page(figures, missing), encoding="utf-8")


def _page(figures: Sequence[Figure], missing: Sequence[str]) -> str:
    missed = [figure for figure in figures if figure.is_missed]
    verdict = (
        "Every goal is met."
        if not missed
        else "**Goals that were not met:** " + "; ".join(one.measure for one in missed) + "."
    )
    absent = f"\n\nNot measured here: {', '.join(missing)}." if missing else ""
    return "\n".join(
        (
            HEAD,
            f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}, on {_machine()}. {verdict}{absent}",
            "",
            _table(figures),
            _chart(figures),
        )
    )


def _machine() -> str:
    names = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((one.partition(": ")[2] for one in names if "model name" in one), "")
    processor = model or platform.machine()
    python = platform.python_version()
    return f"{os.cpu_count()} processors ({processor}, {platform.system()}), Python {python}"


def _table(figures: Sequence[Figure]) -> str:
    lines = [
        "| | measure | against | measured | goal | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for number, one in enumerate(figures, 1):
        met = "" if one.share is None else "**no**" if one.is_missed else "yes"
        cells = (number, one.measure, one.against, one.measured, one.goal, met)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _chart(figures: Sequence[Figure]) -> str:
    """A bar for each line of the table that has a goal, named by its number."""
    percent = {
        number: round(100 * one.share)
        for number, one in enumerate(figures, 1)
        if one.share is not None
    }
    return CHART.format(
        names=", ".join(f'"{number}"' for number in percent),
        most=max(100, *percent.values(), 0),
        shares=", ".join(map(str, percent.values())),
    )
