"""Shortens the record of a run that is too large to store or to answer with.

The counts stay; so do the files, which a resend needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from registration_sync.domain.runs.check import CheckStep
from registration_sync.domain.runs.run import Run, YearOutcome

SHORTENED = (
    "The run's record is shortened: it does not show all lines, held students, values and warnings."
)
"""A warning of such a year; the counts are complete, and so is the archive of an export."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """The characters of a text, and how many of each list are kept."""

    text: int
    lines: int
    unmatched: int
    warnings: int
    held: int


_LIMITS = (
    _Limits(text=2_000, lines=20, unmatched=200, warnings=100, held=1_000),
    _Limits(text=500, lines=5, unmatched=50, warnings=50, held=500),
    _Limits(text=500, lines=0, unmatched=20, warnings=20, held=200),
    _Limits(text=200, lines=0, unmatched=5, warnings=20, held=50),
    _Limits(text=200, lines=0, unmatched=0, warnings=5, held=0),
)
"""Tried in this order: what the archive or a new check shows again goes first."""


def shorter_versions(run: Run) -> Iterator[Run]:
    """The run, and shorter and shorter versions of it."""
    yield run
    for limits in _LIMITS:
        years = tuple(_year(year, limits) for year in run.years)
        steps = tuple(_step(step, limits) for step in run.steps)
        yield replace(run, years=years, steps=steps, message=_text(run.message, limits))


def _year(year: YearOutcome, limits: _Limits) -> YearOutcome:
    shorter = replace(
        year,
        held=tuple(
            replace(row, field=_text(row.field, limits), message=_text(row.message, limits))
            for row in year.held[: limits.held]
        ),
        held_groups=tuple(
            replace(one, field=_text(one.field, limits))
            for one in year.held_groups[: limits.warnings]
        ),
        unmatched=tuple(
            replace(one, field=_text(one.field, limits), value=_text(one.value, limits))
            for one in year.unmatched[: limits.unmatched]
        ),
        files=tuple(
            replace(file, lines=tuple(_text(one, limits) for one in file.lines[: limits.lines]))
            for file in year.files
        ),
        warnings=tuple(_text(one, limits) for one in year.warnings[: limits.warnings]),
        findings=tuple(
            replace(one, message=_text(one.message, limits))
            for one in year.findings[: limits.warnings]
        ),
        error=year.error and replace(year.error, message=_text(year.error.message, limits)),
    )
    if shorter == year or SHORTENED in year.warnings:
        return shorter
    return replace(shorter, warnings=(SHORTENED, *shorter.warnings))


def _step(step: CheckStep, limits: _Limits) -> CheckStep:
    return replace(step, message=_text(step.message, limits))


def _text(text: str, limits: _Limits) -> str:
    return text if len(text) <= limits.text else f"{text[: limits.text]}…"
