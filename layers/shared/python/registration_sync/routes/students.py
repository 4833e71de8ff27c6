"""Students: found, listed, each with the receipt of what became of them."""

import tempfile
import time
from pathlib import Path

from registration_sync.api import Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.registrations.registration import parse_student_id, school_year_of
from registration_sync.use_cases.students.list_students import list_students
from registration_sync.use_cases.students.read_receipt import read_receipt
from registration_sync.use_cases.students.search_students import search_students


def _search_students(request: Request) -> Answer:
    snapshots = configuration_function.dependencies().snapshots
    found = search_students(
        request.connection_id, request.query, snapshots=snapshots, clock=time.monotonic
    )
    return Answer(200, found)


def _read_receipt(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    with tempfile.TemporaryDirectory() as workspace:
        receipt = read_receipt(
            request.connection_id,
            school_year_of(request.path["school_year"]),
            parse_student_id(request.path["student_id"]),
            snapshots=deps.snapshots,
            archive=deps.archive,
            workspace=Path(workspace),
        )
    return Answer(200, receipt)


def _list_students(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    with tempfile.TemporaryDirectory() as workspace:
        students = list_students(
            request.connection_id,
            request.query,
            snapshots=deps.snapshots,
            archive=deps.archive,
            workspace=Path(workspace),
        )
    return Answer(200, students)


ROUTES = (
    Route("GET", "/connections/{connection_id}/registrations", Permission.READ, _list_students),
    Route(
        "GET",
        "/connections/{connection_id}/registrations/{school_year}/{student_id}",
        Permission.READ,
        _read_receipt,
    ),
    Route("GET", "/connections/{connection_id}/students", Permission.READ, _search_students),
)
