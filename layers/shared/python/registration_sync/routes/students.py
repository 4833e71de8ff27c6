"""Students: search, lists by status, and the receipt of each."""

import time
from dataclasses import asdict
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.bootstrap.workspace import workspace
from registration_sync.domain.access import Permission
from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.fields import Fields
from registration_sync.domain.registrations.receipt import Receipt
from registration_sync.domain.registrations.registration import parse_student_id, school_year_of
from registration_sync.routes.pages import count_that_fits, shortened
from registration_sync.use_cases.students.list_students import (
    LISTED_STATUSES,
    StudentFilter,
    list_students,
)
from registration_sync.use_cases.students.read_receipt import find_receipts, read_receipt
from registration_sync.use_cases.students.registration_sample import RegistrationSample
from registration_sync.use_cases.students.search_students import (
    MAX_FOUND,
    find_students,
    search_students,
)

PAGE_SIZE, MAX_PAGE_SIZE = 50, 500
MAX_SEARCH_CHARACTERS = 100


def _search_students(request: Request) -> Answer:
    """`{"items": [{"student_id", "school_year", "name"}], "next": None, "looked_at",
    "complete"}`."""
    fields = Fields.of_query(request.query).refuse_unknown("ids", "search")
    search, ids = fields.text("search").strip(), fields.text("ids").split(",")
    if len(search) > MAX_SEARCH_CHARACTERS:
        fields.add_problem("search", f"Write at most {MAX_SEARCH_CHARACTERS} characters.")
    if len(ids) > MAX_FOUND or max(map(len, ids)) > MAX_SEARCH_CHARACTERS:
        fields.add_problem("ids", f"Write up to {MAX_FOUND} student ids.")
    fields.raise_problems("Nothing was searched for.")
    snapshots = configuration_function.dependencies().snapshots
    if "ids" in fields:
        found = list(find_students(request.connection_id, ids, snapshots))
        looked_at, complete = len(found), True
    else:
        sample = RegistrationSample(request.connection_id, snapshots, time.monotonic)
        found = search_students(request.connection_id, search, sample, snapshots)
        looked_at, complete = sample.looked_at, sample.complete
    items = [asdict(one) for one in found]
    body = {"items": items, "next": None, "looked_at": looked_at, "complete": complete}
    return Answer(200, shortened(body))


def _read_receipt(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    with workspace("configuration") as folder:
        receipt = read_receipt(
            request.connection_id,
            school_year_of(request.path["school_year"]),
            parse_student_id(request.path["student_id"]),
            snapshots=deps.snapshots,
            archive=deps.archive,
            workspace=folder,
        )
    return Answer(200, shortened(_whole(receipt)))


def _list_students(request: Request) -> Answer:
    """`{"items": […], "next": student id or None}`: with `student_id` the student's receipts over
    the years, without it the students of a `school_year` and `status`."""
    fields = Fields.of_query(request.query)
    if fields.text("student_id"):
        return _receipts_of(request, fields)
    fields.refuse_unknown("student_id", "school_year", "status", "limit", "after")
    filters = StudentFilter(
        school_year=fields.required_school_year(),
        status=fields.one_of("status", LISTED_STATUSES),
        limit=fields.page_limit(PAGE_SIZE, MAX_PAGE_SIZE),
        after=_after(fields),
    )
    fields.raise_problems("The filters are not valid.")
    deps = configuration_function.dependencies()
    with workspace("configuration") as folder:
        receipts, following = list_students(
            request.connection_id,
            filters,
            snapshots=deps.snapshots,
            archive=deps.archive,
            workspace=folder,
        )
    found = [{**_short(one), "reasons": one.reasons} for one in receipts]
    items = found[: count_that_fits(found)]
    if len(items) < len(found):
        following = items[-1]["student_id"]
    return Answer(200, {"items": items, "next": following})


def _after(fields: Fields) -> str:
    """The `next` of the previous page; another text could exceed DynamoDB's 1024 bytes of a key."""
    after = fields.text("after")
    try:
        return after and parse_student_id(after)
    except InvalidRequest:
        fields.add_problem("after", "Write the value of `next` from the previous page.")
        return ""


def _receipts_of(request: Request, fields: Fields) -> Answer:
    fields.refuse_unknown("student_id")
    fields.raise_problems("Use student_id without other filters.")
    deps = configuration_function.dependencies()
    with workspace("configuration") as folder:
        receipts = find_receipts(
            request.connection_id,
            parse_student_id(fields.text("student_id")),
            snapshots=deps.snapshots,
            archive=deps.archive,
            workspace=folder,
        )
    return Answer(200, shortened({"items": [_whole(one) for one in receipts], "next": None}))


def _short(receipt: Receipt) -> dict[str, Any]:
    synced_at = receipt.synced_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "student_id": receipt.current.student_id,
        "school_year": receipt.school_year,
        "status": receipt.status,
        "synced_at": synced_at,
        "exported_before": receipt.exported_before,
    }


def _whole(receipt: Receipt) -> dict[str, Any]:
    since = receipt.mark.since if receipt.mark else ""
    return {
        **_short(receipt),
        "message": receipt.message,
        "request_id": receipt.request_id,
        "held": {"since": since or None, "reasons": receipt.reasons} if receipt.is_held else None,
        "exported": asdict(receipt.exported) if receipt.exported else None,
    }


ROUTES = (
    Route("GET", f"{CONNECTION}/registrations", Permission.READ, _list_students),
    Route(
        "GET",
        f"{CONNECTION}/registrations/{{school_year}}/{{student_id}}",
        Permission.READ,
        _read_receipt,
    ),
    Route("GET", f"{CONNECTION}/students", Permission.READ, _search_students),
)
