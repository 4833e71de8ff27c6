"""Lists of a year's students who are due, held back, or were never exported."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.registrations.receipt import StudentStatus, receipt_of_due
from registration_sync.domain.registrations.registration import parse_school_year, parse_student_id
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.ledger.due_students import with_current
from registration_sync.use_cases.ledger.last_outcomes import last_outcomes
from registration_sync.use_cases.students.read_receipt import find_receipts

SHOWN, MOST_SHOWN = 50, 500
NEVER_EXPORTED = "never_exported"
STATUSES = (StudentStatus.DUE.value, StudentStatus.HELD.value, NEVER_EXPORTED)
KNOWN = ("student_id", "school_year", "status", "limit", "after")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which students of a year, and how many at once."""

    school_year: int
    status: str
    limit: int
    after: str


def list_students(
    connection_id: str,
    query: Mapping[str, str],
    *,
    snapshots: Snapshots,
    archive: Archive,
    workspace: Path,
) -> dict[str, Any]:
    """`{"items": […], "next": student id or None}`, in order of student id.

    With `student_id` the receipts of the student over the years; else `school_year` and `status`
    (due, held, never_exported) say who, with `limit` and `after`: the `next` of the page before.
    Costs what is due, whoever else is there. Raises InvalidRequest and Unavailable.
    """
    if query.get("student_id"):
        _refuse_unknown(query, ("student_id",))
        student_id = parse_student_id(query["student_id"])
        return find_receipts(
            connection_id, student_id, snapshots=snapshots, archive=archive, workspace=workspace
        )
    wanted = _parse(query)
    numbers = snapshots.marker(connection_id).years.get(wanted.school_year)
    if numbers is None:
        return {"items": [], "next": None}
    with_outcome = last_outcomes(
        connection_id,
        wanted.school_year,
        numbers,
        snapshots=snapshots,
        archive=archive,
        workspace=workspace,
    )
    batches = range(numbers.exported + 1, numbers.open + 1)
    marks = snapshots.marks(connection_id, wanted.school_year, batches, wanted.after)
    found: list[dict[str, Any]] = []
    for mark, stored in with_current(connection_id, wanted.school_year, marks, snapshots):
        if stored is None:
            continue
        told = receipt_of_due(wanted.school_year, with_outcome(stored), mark)
        is_new = stored.snapshot is not None and not told["exported_before"]
        if wanted.status in {told["status"], NEVER_EXPORTED if is_new else ""}:
            if len(found) == wanted.limit:
                return {"items": found, "next": found[-1]["student_id"]}
            found.append(told)
    return {"items": found, "next": None}


def _parse(query: Mapping[str, str]) -> Wanted:
    problems = _unknown(query, KNOWN)
    school_year = parse_school_year(query.get("school_year"))
    if school_year is None:
        problems.append(Problem("school_year", "Write the start year: 2025 for 2025-26."))
    status = query.get("status", "")
    if status not in STATUSES:
        problems.append(Problem("status", f"Write one of {', '.join(STATUSES)}."))
    limit = query.get("limit", str(SHOWN))
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit) <= MOST_SHOWN):
        problems.append(Problem("limit", f"Write a number from 1 to {MOST_SHOWN}."))
    if problems or school_year is None:
        raise InvalidRequest("Students cannot be listed so.", problems=problems)
    return Wanted(school_year, status, int(limit), query.get("after", ""))


def _unknown(query: Mapping[str, str], known: tuple[str, ...]) -> list[Problem]:
    return [
        Problem(name, f"There is no such filter: there are {', '.join(known)}.")
        for name in query
        if name not in known
    ]


def _refuse_unknown(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    problems = _unknown(query, known)
    if problems:
        raise InvalidRequest("A student is found by the id alone.", problems=problems)
