"""The message to people about a run that ended: what happened, where, and what to do.

It names no student: counts only. It arrives by mail, on a phone, or is read aloud, so sentences are
short, and one run sends one message.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from anyascii import anyascii

from registration_sync.domain.connections.recipients import MailKind
from registration_sync.domain.pluralize import need_attention, pluralize
from registration_sync.domain.printable import mail_text
from registration_sync.domain.runs.run import (
    HeldRow,
    Run,
    RunKind,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.domain.runs.summary import UNCONFIRMED, Counts, failed_years, is_failure
from registration_sync.domain.school_year import school_year_name

MAX_SUBJECT_CHARACTERS = 99
"""Amazon SNS takes less than 100, in ASCII and on one line
(docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""

MAX_REASONS, MAX_YEARS_NAMED = 5, 3
NOT_COLLECTED = "not_collected"
_NEWLY_HELD = "more student"

_DELIVERING = frozenset({RunKind.EXPORT, RunKind.RESEND})


@dataclass(frozen=True, slots=True)
class Alert:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that people must know; `headline` follows the connection's name. The lines may
    have text from outside."""

    headline: str
    lines: Sequence[str]
    kind: MailKind


def concerns_of(run: Run, newly_held: Counts) -> list[Concern]:
    """The concerns about an export, resend or erasure: mostly none. The most urgent is first."""
    return [concern for find in _KINDS for concern in find(run, newly_held)]


def delivery_of(run: Run) -> Concern | None:
    """That an export or resend delivered files, and nothing of it failed; else None. It concerns
    only those who asked for such mail."""
    years = [year for year in run.delivered_years if year.files]
    if not (years and run.finished and run.kind in _DELIVERING) or is_failure(run):
        return None
    lines = [
        f"School year {_name(year)}: delivered {pluralize(year.rows, 'student')} in "
        f"{pluralize(len(year.files), 'file')}."
        for year in years
    ]
    count = pluralize(sum(year.rows for year in years), "student")
    headline = f"{_subject_of(run)} delivered {count}"
    return Concern(headline, lines, MailKind.SUCCEEDED)


def alert_of(run: Run, concerns: Sequence[Concern], *, name: str, zone: ZoneInfo) -> Alert:
    """The message about the run; `name` and `zone` are the connection's."""
    link = f"#/connections/{run.connection_id}/runs/{run.run_id}"
    ended = time_text(run.finished_at or run.started_at, zone)
    paragraphs = [
        f"{mail_text(name)}: {_subject_of(run)} of {ended}.",
        *("\n".join(map(mail_text, concern.lines)) for concern in concerns),
        f"To see the run, add this to the console's address: {link}",
    ]
    subject = subject_line(name, concerns[0].headline, run.connection_id)
    return Alert(subject, "\n\n".join(paragraphs) + "\n")


def _failed(run: Run, _newly_held: Counts) -> Iterator[Concern]:
    if not is_failure(run):
        return
    years = failed_years(run)
    lines = [
        f"School year {_name(year)} failed: {year.error.message if year.error else run.message}"
        for year in years
    ]
    headline = f"{_subject_of(run)} failed"
    if run.status is not RunStatus.FAILED:
        headline += f" for {_names(years)}"
        lines.append("The other school years are not affected.")
    if not years:
        lines.append(f"It failed: {run.message}")
        if run.delivered_years and run.kind is not RunKind.ERASURE:
            lines.append(f"It had delivered {_names(run.delivered_years)} before that.")
    if run.kind is RunKind.RESEND:
        lines.append("Students ready to send are not affected.")
        lines.append("What to do: fix this, then re-send the files.")
    elif run.kind is RunKind.ERASURE:
        lines.append("What was erased stays erased. The rest of the student's data is still there.")
        lines.append("What to do: request the erasure again; it continues with what is left.")
    else:
        lines.append("No student is lost: all of them wait for the next export.")
        lines.append("What to do: fix this. You can then export now, or wait for the next export.")
    yield Concern(headline, lines, MailKind.FAILED)


def _awaiting(run: Run, _newly_held: Counts) -> Iterator[Concern]:
    lines = [
        f"School year {_name(year)} waits, and nothing of it was sent: "
        + " ".join(finding.message for finding in year.findings)
        for year in run.years
        if year.status is RunStatus.AWAITING_CONFIRMATION
    ]
    if not lines:
        return
    lines.append("No student is lost.")
    lines.append(
        "What to do: open the run. If the files are right, select Send anyway. If not, select "
        "Don't send, fix the cause and export again. If nobody decides, the next export replaces "
        "this one and includes its students."
    )
    headline = f"{_subject_of(run)} needs your approval"
    yield Concern(headline, lines, MailKind.NEEDS_APPROVAL)


def _not_collected(run: Run, _newly_held: Counts) -> Iterator[Concern]:
    if run.confirmed_by:
        return  # the person who confirmed it has read the finding
    lines = [
        f"School year {_name(year)}: {finding.message}"
        for year in run.years
        for finding in year.findings
        if finding.guard == NOT_COLLECTED and year.status not in UNCONFIRMED
    ]
    if not lines:
        return
    lines.append("What to do: find out why the importer did not run, then follow the steps above.")
    headline = "the SIS did not import the last file"
    yield Concern(headline, lines, MailKind.NOT_COLLECTED)


def _newly(run: Run, newly_held: Counts) -> Iterator[Concern]:
    count = sum(newly_held.values())
    if not count:
        return
    lines = [
        f"School year {_name(year)}: "
        f"{need_attention(newly_held[year.school_year], _NEWLY_HELD)}, "
        f"{year.held_count} in all. Why: {_reasons(year.held)}."
        for year in run.years
        if year.school_year in newly_held
    ]
    lines.append("They were not sent.")
    lines.append(
        "What to do: the run names each student, with the field and the reason. Fix the "
        "registration or the mapping; the next export sends the students."
    )
    yield Concern(need_attention(count, _NEWLY_HELD), lines, MailKind.NEEDS_ATTENTION)


_KINDS = (_failed, _awaiting, _not_collected, _newly)
"""The most urgent first."""


def _subject_of(run: Run) -> str:
    if run.kind is RunKind.RESEND:
        return "the re-send"
    if run.kind is RunKind.ERASURE:
        return "the erasure of a student"
    return "the scheduled export" if run.trigger is RunTrigger.SCHEDULE else "the export"


def time_text(moment: dt.datetime | None, zone: ZoneInfo) -> str:
    """As September 15, 2025, 9:02 PM (America/Chicago)."""
    if moment is None:
        return "unknown time"
    local = moment.astimezone(zone)
    return f"{local:%B} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M %p} ({zone})"


def subject_line(name: str, headline: str, connection_id: str) -> str:
    """The subject of a mail about a connection, within the rules of SNS."""
    room = MAX_SUBJECT_CHARACTERS - len(headline) - len(": ")
    ascii_name = mail_text(anyascii(name)).strip() or connection_id
    short = ascii_name if len(ascii_name) <= room else f"{ascii_name[: room - 3].rstrip()}..."
    return f"{short}: {headline}"


def _reasons(held: Sequence[HeldRow]) -> str:
    """Fields and rules, the most frequent first. No messages: they may name another student."""
    counts = Counter((row.field, row.rule) for row in held)
    reasons = [
        f"{field}, {rule.replace('_', ' ')} ({count})"
        for (field, rule), count in counts.most_common(MAX_REASONS)
    ]
    return "; ".join(reasons) + ("; and others" if len(counts) > MAX_REASONS else "")


def _name(year: YearOutcome) -> str:
    return school_year_name(year.school_year)


def _names(years: Sequence[YearOutcome]) -> str:
    if len(years) > MAX_YEARS_NAMED:
        return f"{len(years)} school years"
    *first, last = [_name(year) for year in years]
    return f"{', '.join(first)} and {last}" if first else last
