"""What may be asked of a re-send: a past run's files again, all of them or some, or some rows."""

from collections.abc import Mapping

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.registrations.registration import parse_school_year, parse_student_id
from registration_sync.domain.runs.run import MANUAL, RESEND, ResendSelection, RunRequest

RESEND_WISHES = ("school_years", "files", "student_ids")
YEARS_AT_ONCE, FILES_AT_ONCE, STUDENTS_AT_ONCE = 20, 200, 500

_FILES = 'Write a list of files, such as [{"school_year": 2025, "name": "students.csv"}].'


def parse_resend_wish(
    wish: object, *, connection_id: str, run_id: str, requested_by: str
) -> RunRequest:
    """Reads `{"resend_of", "school_years"?, "files"?, "student_ids"?}`; raises InvalidRequest."""
    if not isinstance(wish, Mapping):
        raise InvalidRequest('Send a JSON object, such as {"student_ids": ["007"]}, or nothing.')
    problems = [
        Problem(str(name), f"There is no such field: there are {', '.join(RESEND_WISHES)}.")
        for name in wish
        if name not in {"resend_of", *RESEND_WISHES}
    ]
    repeated = wish.get("resend_of")
    if not isinstance(repeated, str) or not repeated:
        problems.append(Problem("resend_of", "Write the id of the run to send again."))
    school_years = parse_school_years(wish.get("school_years"), problems)
    files = _files(wish.get("files"), problems)
    student_ids = _student_ids(wish.get("student_ids"), problems)
    if problems:
        raise InvalidRequest("Nothing was sent again.", problems=problems)
    return RunRequest(
        connection_id=connection_id,
        run_id=run_id,
        trigger=MANUAL,
        school_years=school_years,
        requested_by=requested_by,
        kind=RESEND,
        again=ResendSelection(str(repeated), files, student_ids),
    )


def parse_school_years(value: object, problems: list[Problem]) -> tuple[int, ...] | None:
    """The start years in order, None if none are named; adds to the problems."""
    if value is None:
        return None
    if not isinstance(value, list) or not 1 <= len(value) <= YEARS_AT_ONCE:
        problems.append(
            Problem("school_years", f"Write a list of 1 to {YEARS_AT_ONCE} years, such as [2025].")
        )
        return None
    years = [parse_school_year(item) for item in value]
    problems += [
        Problem(f"school_years[{place}]", "Write the start year: 2025 for 2025-26.")
        for place, year in enumerate(years)
        if year is None
    ]
    return tuple(sorted({year for year in years if year is not None}))


def _files(value: object, problems: list[Problem]) -> tuple[tuple[int, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= FILES_AT_ONCE:
        problems.append(Problem("files", _FILES))
        return ()
    files = set()
    for place, item in enumerate(value):
        named = item if isinstance(item, Mapping) else {}
        year, name = parse_school_year(named.get("school_year")), named.get("name")
        if year is None or not isinstance(name, str) or named.keys() != {"school_year", "name"}:
            problems.append(Problem(f"files[{place}]", _FILES))
        else:
            files.add((year, name))
    return tuple(sorted(files))


def _student_ids(value: object, problems: list[Problem]) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= STUDENTS_AT_ONCE:
        problems.append(
            Problem("student_ids", f"Write a list of 1 to {STUDENTS_AT_ONCE} student ids.")
        )
        return ()
    ids = {}  # in the order given, for messages to point at
    for place, item in enumerate(value):
        is_number = isinstance(item, int) and not isinstance(item, bool)
        try:
            text = item if isinstance(item, str) else str(item) if is_number else ""
            ids[parse_student_id(text)] = True
        except InvalidRequest as error:
            problems.append(Problem(f"student_ids[{place}]", error.message))
    return tuple(ids)
