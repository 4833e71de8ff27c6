"""The skips that are failures: with NO_SKIP=1 all but those for data outside this repository."""

import os

import pytest

from local.processes import ROOT

OUTSIDE_DATA = ROOT.parent / "shared" / "data"
NOT_THERE = "data outside this repository is not there"


def needs_outside_data(name: str) -> pytest.MarkDecorator:
    """Skips a test where OUTSIDE_DATA has no file or folder of that name."""
    there = (OUTSIDE_DATA / name).exists()
    return pytest.mark.skipif(not there, reason=f"{NOT_THERE}: {name}")


def without_skip[Report: (pytest.TestReport, pytest.CollectReport)](report: Report) -> Report:
    """The report; with NO_SKIP=1, a skip that is not for outside data becomes a failure."""
    if os.environ.get("NO_SKIP") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if NOT_THERE not in reason:
        report.outcome = "failed"
        report.longrepr = f"NO_SKIP=1 allows no skip: {reason}"
    return report
