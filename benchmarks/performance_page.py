"""Writes docs/performance.md from the results of a run of all benchmarks."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Figure

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

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
    title "Share of the goal: at most 100 meets it"
    x-axis [{names}]
    y-axis "percent of the goal" 0 --> {most}
    bar [{shares}]
```
"""


def write_page(figures: Sequence[Figure], missing: Sequence[str]) -> None:
    """`missing` are the benchmarks that did not run here."""
    PAGE.write_text(_page(figures, missing), encoding="utf-8")


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
    lines = ["| measure | against | measured | goal | met |", "| --- | --- | --- | --- | --- |"]
    for one in figures:
        met = "" if one.share is None else "**no**" if one.is_missed else "yes"
        lines.append(f"| {one.measure} | {one.against} | {one.measured} | {one.goal} | {met} |")
    return "\n".join(lines) + "\n"


def _chart(figures: Sequence[Figure]) -> str:
    shares = {one.measure: one.share for one in figures if one.share is not None}
    names = ", ".join(f'"{name.replace(",", "")}"' for name in shares)
    percent = [round(100 * share) for share in shares.values()]
    most = max(100, *percent) if percent else 100
    return CHART.format(names=names, most=most, shares=", ".join(map(str, percent)))
