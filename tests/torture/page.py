"""Writes docs/reliability.md from the rows of the last long run: `make torture`."""

import ast
import datetime as dt
import subprocess

from local.processes import ROOT
from tests.torture.support.trials import SEED, Row, rows_of

PAGE = ROOT / "docs" / "reliability.md"

SUBJECTS = (
    "killed",
    "wire",
    "time",
    "two_of_everything",
    "load",
    "hostile_input",
    "mutants",
)
"""The modules of this folder, in the order of the page. Their docstrings are its text."""

HEAD = """\
# Under fire

Written by `make torture`; do not edit it. Each row is a fault, and how often it was tried. A trial
survives if every promise holds after it: no student lost, no half file, no files together that do
not belong together, and a record that says the truth. `make test` runs a part of these trials, and
fails if one does not survive. A fault that was found has a test of its own, where the code is.
"""


def write_page() -> None:
    """Raises ValueError if a subject has no rows: its trials did not run."""
    PAGE.write_text(_page(), encoding="utf-8")


def _page() -> str:
    rows = {subject: rows_of(subject) for subject in SUBJECTS}
    missing = [subject for subject, found in rows.items() if not found]
    if missing:
        raise ValueError(f"there are no rows of {', '.join(missing)}: run make torture")
    every = [row for found in rows.values() for row in found]
    sums = (
        f"{sum(row.tried for row in every):,} trials, {sum(row.survived for row in every):,} "
        f"survived; students lost: {sum(row.lost for row in every)}; half files: "
        f"{sum(row.half_files for row in every)}; files that do not belong together: "
        f"{sum(row.mixed for row in every)}"
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    run = (
        f"Run on {dt.datetime.now(dt.UTC):%Y-%m-%d} at commit {commit} with seed {SEED}: "
        f"{sums}. `make torture SEED={SEED}` at that commit repeats it."
    )
    parts = [_part(subject, found) for subject, found in rows.items()]
    return "\n".join([HEAD, run, "", *parts])


def _part(subject: str, rows: list[Row]) -> str:
    source = (ROOT / "tests" / "torture" / f"test_{subject}.py").read_text(encoding="utf-8")
    heading, _, text = (ast.get_docstring(ast.parse(source)) or "").partition("\n")
    lines = ["| fault | outcome | tried | survived | lost |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        counts = f"{row.tried:,} | {row.survived:,} | {row.lost}"
        lines.append(f"| {row.fault} | {_outcome(row)} | {counts} |")
    return "\n".join([f"## {heading.rstrip('.')}", text.rstrip(), "", *lines, ""])


def _outcome(row: Row) -> str:
    most_first = sorted(row.counts.items(), key=lambda item: -item[1])
    counts = ", ".join(f"{name} {count}" for name, count in most_first)
    sentences = [
        row.outcome,
        f"{row.detail} {counts}.".lstrip() if counts else row.detail,
        f"Tried {row.tried:,} of {row.of:,}." if row.of else "",
    ]
    return " ".join(one for one in sentences if one)


if __name__ == "__main__":
    try:
        write_page()
    except ValueError as error:
        raise SystemExit(f"docs/reliability.md was not written: {error}") from None
