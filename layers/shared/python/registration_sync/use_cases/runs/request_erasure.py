"""Erase student: asks for everything that is kept of a student to be erased, in the background."""

from collections.abc import Mapping
from dataclasses import replace

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.runs.run import ERASURE, Run, RunRequest
from registration_sync.ports.connections import Connections
from registration_sync.use_cases.runs.request_check import parse_student_of
from registration_sync.use_cases.runs.start_run import NewRun

TOLD = (
    "The student is erased from snapshots, files and runs that this service keeps, of all school "
    "years; the run says when it is done. Not reached: the files on the district's server, which "
    "are the SIS's; and what point-in-time recovery of the tables holds, for 35 days."
)


def request_erasure(
    connection_id: str,
    wish: object,
    *,
    connections: Connections,
    new: NewRun,
) -> Run:
    """Stores the pending run, which alone names the student, and starts it. Raises InvalidRequest,
    NotFound, AlreadyRunning while another run is pending or in progress, and Unavailable."""
    connections.get(connection_id)
    return new.start(parse_erasure(wish, new.request(connection_id, ERASURE)))


def parse_erasure(wish: object, request: RunRequest) -> RunRequest:
    """Reads `{"student_id"}`; raises InvalidRequest with every problem."""
    if not isinstance(wish, Mapping):
        raise InvalidRequest('Send a JSON object, such as {"student_id": "1001"}.')
    problems = [
        Problem(str(name), "There is no such field: there is student_id.")
        for name in wish
        if name != "student_id"
    ]
    student = parse_student_of(wish, "erase", problems)
    if problems:
        raise InvalidRequest("Nobody was erased.", problems=problems)
    return replace(request, student_ids=(student,))
