"""What people are told when a run has ended: what, where, and what now. No student: counts only.

It arrives by mail, on a phone, or is read aloud; so sentences are short, and one run sends one
message.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from anyascii import anyascii

from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.runs.run import ERASURE, RESEND, SCHEDULED, RunStatus
from registration_sync.domain.runs.summary import NOT_DONE, Counts, failed_years, is_failure
from registration_sync.domain.school_year import school_year_name

SUBJECT_CHARACTERS = 100
"""Amazon SNS takes no more, and of them only ASCII."""

REASONS_TOLD, YEARS_NAMED = 5, 3
NOT_COLLECTED = "not_collected"


@dataclass(frozen=True, slots=True)
class Alert:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that somebody has to know; `headline` goes on from the connection's name."""

    headline: str
    text: str


def concerns_of(record: Mapping[str, Any], newly_held: Counts) -> list[Concern]:
    """What somebody has to know of an export or re-send that ended or waits: mostly nothing. The
    most urgent comes first."""
    return [concern for find in _KINDS for concern in find(record, newly_held)]


def alert_of(
    record: Mapping[str, Any], concerns: Sequence[Concern], *, name: str, zone: ZoneInfo
) -> Alert:
    """The message of the run; `name` is the connection's, and the time is told in its `zone`."""
    when = _moment(record["finished_at"] or record["started_at"], zone)
    connection_id, run_id = record["connection_id"], record["run_id"]
    place = f"#/connections/{connection_id}/runs/{run_id}"
    paragraphs = [
        f"{name}: {_what(record)} of {when}.",
        *(concern.text for concern in concerns),
        f"To see the run, put this after the console's address: {place}",
    ]
    subject = _subject(name, concerns[0].headline, connection_id)
    return Alert(subject, "\n\n".join(paragraphs) + "\n")


def _failed(record: Mapping[str, Any], _newly_held: Counts) -> Iterator[Concern]:
    if not is_failure(record):
        return
    years = failed_years(record)
    told = [f"School year {_name(year)} failed: {year['error']['message']}" for year in years]
    headline = f"{_what(record)} failed"
    if record["status"] != RunStatus.FAILED:
        headline += f" for {_names(years)}"
        told.append("The other school years are not touched by this.")
    if not years:
        told.append(f"It failed: {record['message']}")
    if record["kind"] == RESEND:
        told.append("Who is due has not changed.")
        told.append("What now: mend this, then send the files again.")
    elif record["kind"] == ERASURE:
        told.append("What was erased stays erased, the rest of the student is still there.")
        told.append("What now: ask for the erasure again; it goes on with what is left.")
    else:
        told.append("No student is lost: all of them stay due.")
        told.append(
            "What now: mend this. The next export delivers them; it may be run by hand at once."
        )
    yield Concern(headline, "\n".join(told))


def _awaiting(record: Mapping[str, Any], _newly_held: Counts) -> Iterator[Concern]:
    years = [y for y in record["years"] if y["status"] == RunStatus.AWAITING_CONFIRMATION]
    if not years:
        return
    told = [
        f"School year {_name(year)} waits, and nothing of it was sent: "
        + " ".join(finding["message"] for finding in _findings(year))
        for year in years
    ]
    told.append("All of its students stay due.")
    told.append(
        "What now: look at the run. If it is right, confirm it. If not, mend the cause and export "
        "again. If nobody decides, the next export takes its place, with everyone in it."
    )
    yield Concern(f"{_what(record)} waits for your confirmation", "\n".join(told))


def _not_collected(record: Mapping[str, Any], _newly_held: Counts) -> Iterator[Concern]:
    if record.get("confirmed_by"):
        return  # whoever confirmed it has read that
    told = [
        f"School year {_name(year)}: {finding['message']}"
        for year in record["years"]
        for finding in _findings(year)
        if finding["guard"] == NOT_COLLECTED and year["status"] not in NOT_DONE
    ]
    if not told:
        return
    told.append("What now: find out why the importer did not run, then do as it says above.")
    yield Concern("the SIS did not collect the last file", "\n".join(told))


def _newly(record: Mapping[str, Any], newly_held: Counts) -> Iterator[Concern]:
    count = sum(newly_held.values())
    if not count:
        return
    told = [
        f"School year {_name(year)}: {pluralize(newly_held[year['school_year']], 'student')} newly "
        f"held back, {year['held_count']} in all. Why: {_reasons(year['held'])}."
        for year in record["years"]
        if year["school_year"] in newly_held
    ]
    told.append("They are in no file, and stay due.")
    told.append(
        "What now: the run names each of them, with the field and the reason. Mend the "
        "registration or the mapping; the next export delivers them."
    )
    yield Concern(f"{pluralize(count, 'student')} newly held back", "\n".join(told))


_KINDS = (_failed, _awaiting, _not_collected, _newly)
"""The most urgent first."""


def _what(record: Mapping[str, Any]) -> str:
    if record["kind"] == RESEND:
        return "the re-send"
    if record["kind"] == ERASURE:
        return "the erasure of a student"
    return "the nightly export" if record["trigger"] == SCHEDULED else "the export"


def _moment(text: str, zone: ZoneInfo) -> str:
    """September 15, 2025, 9:02 PM (America/Chicago)."""
    local = dt.datetime.fromisoformat(text).astimezone(zone)
    return f"{local:%B} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M %p} ({zone})"


def _subject(name: str, headline: str, connection_id: str) -> str:
    room = SUBJECT_CHARACTERS - len(headline) - len(": ")
    ascii_name = "".join(c for c in anyascii(name) if c.isprintable()).strip() or connection_id
    short = ascii_name if len(ascii_name) <= room else f"{ascii_name[: room - 3].rstrip()}..."
    return f"{short}: {headline}"


def _reasons(held: Sequence[Mapping[str, Any]]) -> str:
    """Fields and rules, those of most students first; a message may name another student."""
    counts = Counter((row["field"], row["rule"]) for row in held)
    told = [
        f"{field}, {rule.replace('_', ' ')} ({count})"
        for (field, rule), count in counts.most_common(REASONS_TOLD)
    ]
    return "; ".join(told) + ("; and others" if len(counts) > REASONS_TOLD else "")


def _findings(year: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return year.get("findings") or ()


def _name(year: Mapping[str, Any]) -> str:
    return school_year_name(year["school_year"])


def _names(years: Sequence[Mapping[str, Any]]) -> str:
    if len(years) > YEARS_NAMED:
        return f"{len(years)} school years"
    *first, last = [_name(year) for year in years]
    return f"{', '.join(first)} and {last}" if first else last
