"""Check Connection and Send Record: ask for a run that looks or tries, and moves nothing."""

from collections.abc import Mapping
from dataclasses import replace

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.registrations.registration import parse_school_year, parse_student_id
from registration_sync.domain.runs.run import CHECK, TEST_RECORD, Run, RunRequest
from registration_sync.ports.connections import Connections
from registration_sync.use_cases.runs.start_run import NewRun


def request_check(
    connection_id: str,
    *,
    connections: Connections,
    new: NewRun,
) -> Run:
    """Starts a check of the connection in the background; raises NotFound and Unavailable."""
    connections.get(connection_id)
    return new.start(new.request(connection_id, CHECK))


def request_test_record(
    connection_id: str,
    wish: object,
    *,
    connections: Connections,
    new: NewRun,
) -> Run:
    """Starts sending one student's record; raises InvalidRequest, NotFound and Unavailable."""
    connections.get(connection_id)
    return new.start(parse_test_record(wish, new.request(connection_id, TEST_RECORD)))


def parse_test_record(wish: object, request: RunRequest) -> RunRequest:
    """Reads `{"student_id", "school_year"?}`; raises InvalidRequest with every problem."""
    if not isinstance(wish, Mapping):
        raise InvalidRequest('Send a JSON object, such as {"student_id": "1001"}.')
    problems = [
        Problem(str(name), "There is no such field: there are student_id, school_year.")
        for name in wish
        if name not in {"student_id", "school_year"}
    ]
    student = parse_student_of(wish, "send", problems)
    year = wish.get("school_year")
    school_year = parse_school_year(year) if year is not None else None
    if year is not None and school_year is None:
        problems.append(Problem("school_year", "Write the start year: 2025 for 2025-26."))
    if problems:
        raise InvalidRequest("No record was sent.", problems=problems)
    years = None if school_year is None else (school_year,)
    return replace(request, student_ids=(student,), school_years=years)


def parse_student_of(wish: Mapping[str, object], purpose: str, problems: list[Problem]) -> str:
    """The id of the student that is wished for; adds to the problems."""
    student = wish.get("student_id")
    if isinstance(student, int) and not isinstance(student, bool):
        student = str(student)
    if not isinstance(student, str):
        problems.append(Problem("student_id", f"Write the id of the student to {purpose}."))
        return ""
    try:
        return parse_student_id(student)
    except InvalidRequest as error:
        problems += error.problems
        return ""
