"""The mails about a connection that no run causes: an overdue export, and the weekly summary.

Like all mails they have counts only, no student.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.printable import mail_text
from registration_sync.domain.registrations.batches import DueCount
from registration_sync.domain.runs.alerts import Alert, subject_line, time_text
from registration_sync.domain.runs.run import Run, RunKind, RunStatus

WEEKLY_HOUR = 7
"""Of Monday, in the district's time zone: the summary is not sent earlier."""

_WEEK = dt.timedelta(days=7)

_OVERDUE_REMEDY = (
    "What to do: see whether a run needs approval, then export now. That export includes all "
    "students ready to send. This mail comes once a day until an export has finished."
)


@dataclass(frozen=True, slots=True)
class Week:
    """The seven days before a Monday, in the time zone of a district."""

    monday: dt.date
    begins: dt.datetime
    ends: dt.datetime

    def __contains__(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self.begins <= moment < self.ends


def week_to_report(connection: Connection, now: dt.datetime) -> Week | None:
    """The past week on a Monday from seven o'clock; None at any other time."""
    local = now.astimezone(connection.zone)
    if local.weekday() != 0 or local.hour < WEEKLY_HOUR:
        return None
    today = local.date()
    begins, ends = (
        dt.datetime.combine(day, dt.time(), connection.zone) for day in (today - _WEEK, today)
    )
    return Week(today, begins, ends)


def overdue_alert(connection: Connection) -> Alert:
    """The mail about a connection whose schedule had a run to start, without a finished export."""
    name = mail_text(connection.name)
    paragraphs = [
        f"{name}: a scheduled export did not finish, and no other export has finished since.",
        "No student is lost: all of them wait for the next export.",
        _OVERDUE_REMEDY,
        _link("runs", connection),
    ]
    subject = subject_line(connection.name, "the export is overdue", connection.connection_id)
    return Alert(subject, _body(paragraphs))


def weekly_alert(
    connection: Connection,
    week: Week,
    runs: Iterable[Run],
    students: DueCount,
    next_export: dt.datetime | None,
) -> Alert:
    """The summary of the week; `runs` may have others, too."""
    exports = [run for run in runs if run.kind is RunKind.EXPORT and run.finished_at in week]
    last = week.monday - dt.timedelta(days=1)
    first = week.monday - _WEEK
    paragraphs = [
        f"{mail_text(connection.name)}: {_day(first)} to {_day(last)} ({connection.time_zone}).",
        "\n".join(_of_exports(exports)),
        _of_students(students),
        f"The next export: {time_text(next_export, connection.zone)}."
        if next_export
        else "No export is scheduled.",
        _link("runs", connection),
    ]
    subject = subject_line(connection.name, "weekly summary", connection.connection_id)
    return Alert(subject, _body(paragraphs))


_STATUSES = {
    RunStatus.SUCCEEDED: "delivered everything",
    RunStatus.PARTIAL: "delivered a part",
    RunStatus.NOTHING_TO_EXPORT: "had nothing to export",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}


def _of_exports(exports: list[Run]) -> Iterator[str]:
    counts = Counter(run.status for run in exports)
    yield f"{pluralize(len(exports), 'export')}{'' if exports else ' in this week'}."
    for status, text in _STATUSES.items():
        if counts[status]:
            yield f"- {counts[status]:,} {text}"
    rows = sum(year.rows for run in exports for year in run.delivered_years)
    if rows:
        yield f"{pluralize(rows, 'student')} sent. A student of several exports counts in each."


def _of_students(students: DueCount) -> str:
    at_least = "at least " if students.at_least else ""
    return (
        f"Ready to send now: {at_least}{pluralize(students.due, 'student')}. "
        f"Needs attention: {at_least}{pluralize(students.held, 'student')}."
    )


def _day(day: dt.date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"


def _link(page: str, connection: Connection) -> str:
    link = f"#/connections/{connection.connection_id}/{page}"
    return f"To see the exports, add this to the console's address: {link}"


def _body(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"
