"""Students: search, lists by status, and the receipt of each."""

import datetime as dt
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route
from registration_sync.bootstrap import configuration_function
from registration_sync.bootstrap.workspace import workspace
from registration_sync.domain.access import Permission
from registration_sync.domain.access_log import Shown, StudentData
from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.name_fields import name_of
from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.fields import Fields
from registration_sync.domain.registrations.receipt import Receipt
from registration_sync.domain.registrations.registration import (
    STUDENT_ID,
    decode_snapshot,
    parse_student_id,
    school_year_of,
)
from registration_sync.routes.pages import count_that_fits, shortened
from registration_sync.use_cases.runs.read_run import stored_run
from registration_sync.use_cases.students.held_of_run import held_students
from registration_sync.use_cases.students.list_students import (
    LISTED_STATUSES,
    StudentFilter,
    list_students,
)
from registration_sync.use_cases.students.read_receipt import find_receipts, read_receipt
from registration_sync.use_cases.students.registration_sample import Position, RegistrationSample
from registration_sync.use_cases.students.search_students import (
    Naming,
    find_students,
    search_students,
)
from registration_sync.use_cases.students.student_details import (
    MAX_COLUMNS,
    ColumnPlace,
    DetailsReader,
    StudentDetails,
)
from registration_sync.use_cases.students.student_numbers import StudentNumbers

PAGE_SIZE, MAX_PAGE_SIZE = 50, 500
MAX_SEARCH_CHARACTERS = 100
MAX_IDS = 100
"""Whose names one request reads; their text fits into the 10 kB of API Gateway for a request's line
and headers."""
MAX_SECONDS = 10.0
"""For the details of a page, which then ends early; API Gateway waits 29 seconds."""


def _search_students(request: Request) -> Answer:
    """`{"items": [{"student_id", "school_year", "name", "number"}], "next": where the search
    continues or None, "looked_at", "complete"}`."""
    fields = Fields.of_query(request.query).refuse_unknown("ids", "search", "after")
    search, ids = fields.text("search").strip(), fields.text("ids").split(",")
    if len(search) > MAX_SEARCH_CHARACTERS:
        fields.add_problem("search", f"Enter at most {MAX_SEARCH_CHARACTERS} characters.")
    if len(ids) > MAX_IDS or max(map(len, ids)) > MAX_SEARCH_CHARACTERS:
        fields.add_problem("ids", f"Enter up to {MAX_IDS} student ids.")
    after = _search_position(fields)
    fields.raise_problems("Nothing was searched for.")
    deps = configuration_function.dependencies()
    connection = deps.connections.get(request.connection_id)
    numbers = StudentNumbers(connection, now=dt.datetime.now(dt.UTC), mappings=deps.mappings)
    naming = Naming(connection.name_fields, numbers)
    stored: Any = {"snapshots": deps.snapshots, "naming": naming}
    following = None
    if "ids" in fields:
        found = find_students(request.connection_id, ids, **stored)
        looked_at, complete = len(found), True
    else:
        sample = RegistrationSample(
            request.connection_id, deps.snapshots, time.monotonic, after=after
        )
        found, following = search_students(request.connection_id, search, sample, **stored)
        looked_at, complete = sample.looked_at, following is None
    items = [asdict(one) for one in found]
    next_ = following and f"{following.school_year}/{following.student_id}"
    body = {"items": items, "next": next_, "looked_at": looked_at, "complete": complete}
    return Answer(200, shortened(body), shown=Shown(StudentData.SEARCH, len(items)))


def _search_position(fields: Fields) -> Position | None:
    """The `next` of the previous answer, such as `2026/1001`."""
    after = fields.text("after")
    found = re.fullmatch(r"([0-9]{4})/(.+)", after, re.ASCII)
    if found and STUDENT_ID.fullmatch(found[2]):
        return Position(int(found[1]), found[2])
    if after:
        fields.add_problem("after", "Enter the value of `next` from the previous page.")
    return None


def _read_receipt(request: Request) -> Answer:
    deps = configuration_function.dependencies()
    connection = deps.connections.get(request.connection_id)
    with workspace("configuration") as folder:
        stored: Any = {"snapshots": deps.snapshots, "archive": deps.archive, "workspace": folder}
        receipt = read_receipt(
            request.connection_id,
            school_year_of(request.path["school_year"]),
            parse_student_id(request.path["student_id"]),
            **stored,
        )
        item = _whole(receipt, connection, stored)
    return Answer(200, shortened(item), shown=Shown(StudentData.RECEIPT, 1))


def _list_students(request: Request) -> Answer:
    """`{"items": […], "next": student id or None}`: with `student_id` the student's receipts over
    the years, without it the students of a `school_year` and `status`, and `name_fields`."""
    fields = Fields.of_query(request.query)
    if fields.text("student_id"):
        return _receipts_of(request, fields)
    fields.refuse_unknown(
        "student_id", "school_year", "status", "limit", "after", "details", "columns"
    )
    filters = StudentFilter(
        school_year=fields.required_school_year(),
        status=fields.one_of("status", LISTED_STATUSES),
        limit=fields.page_limit(PAGE_SIZE, MAX_PAGE_SIZE),
        after=_after(fields),
    )
    columns = _columns(fields)
    has_details = fields.one_of("details", ("true", "false"), default="false") == "true"
    fields.raise_problems("The filters are not valid.")
    deps = configuration_function.dependencies()
    connection = deps.connections.get(request.connection_id)
    with workspace("configuration") as folder:
        stored: Any = {"snapshots": deps.snapshots, "archive": deps.archive, "workspace": folder}
        page = list_students(request.connection_id, filters, **stored)
        reader = None
        if has_details or columns:
            reader = DetailsReader(
                connection,
                filters.school_year,
                columns,
                now=dt.datetime.now(dt.UTC),
                mappings=deps.mappings,
                **stored,
            )
        shown = _shown(page.students, connection.name_fields, reader)
    items = shown[: count_that_fits(shown)]
    is_cut = len(items) < len(page.students)
    following = items[-1]["student_id"] if is_cut else page.following
    body = {"items": items, "next": following, "name_fields": list(connection.name_fields)}
    return Answer(200, body, shown=Shown(StudentData.LIST, len(items)))


def _list_held_of_run(request: Request) -> Answer:
    """`{"items": [{"student_id", "name", "file", "field", "rule", "message", "value"}], "next"}`:
    those that the record of the run lists."""
    fields = Fields.of_query(request.query).refuse_unknown("school_year", "after")
    school_year = fields.required_school_year()
    after = fields.text("after")
    if not re.fullmatch(r"[0-9]{0,6}", after, re.ASCII):
        fields.add_problem("after", "Enter the value of `next` from the previous page.")
    fields.raise_problems("The filters are not valid.")
    deps, now = configuration_function.dependencies(), dt.datetime.now(dt.UTC)
    connection = deps.connections.get(request.connection_id)
    run = stored_run(request.connection_id, request.path["run_id"], runs=deps.runs)
    held = [row for year in run.years if year.school_year == school_year for row in year.held]
    first = int(after or 0)
    ends = time.monotonic() + MAX_SECONDS
    with workspace("configuration") as folder:
        stored: Any = {"snapshots": deps.snapshots, "archive": deps.archive, "workspace": folder}
        reader = DetailsReader(connection, school_year, now=now, mappings=deps.mappings, **stored)
        found = held_students(
            connection,
            school_year,
            held[first : first + MAX_PAGE_SIZE],
            snapshots=deps.snapshots,
            reader=reader,
            go_on=lambda: time.monotonic() < ends,
        )
    items = [{**asdict(one.row), "name": one.name, "value": one.value} for one in found]
    items = items[: count_that_fits(items)]
    end = first + len(items)
    body = {"items": items, "next": str(end) if end < len(held) else None}
    students = len({item["student_id"] for item in items})
    return Answer(200, body, shown=Shown(StudentData.LIST, students))


def _columns(fields: Fields) -> list[ColumnPlace]:
    """Reads `0.2,1.0`: columns of the mapping, each by the index of its file and its field."""
    text = fields.text("columns")
    if re.fullmatch(r"[0-9]{1,3}\.[0-9]{1,4}(,[0-9]{1,3}\.[0-9]{1,4})*", text, re.ASCII):
        places = [ColumnPlace(*map(int, one.split("."))) for one in text.split(",")]
        if len(places) <= MAX_COLUMNS:
            return places
    if text:
        fields.add_problem(
            "columns",
            f"Enter at most {MAX_COLUMNS} columns with commas, each the index of the file in the "
            "mapping and of the field in the file, such as 0.2.",
        )
    return []


def _shown(
    students: Sequence[Receipt], name_fields: Sequence[str], reader: DetailsReader | None
) -> list[dict[str, Any]]:
    """The students of a page; of those with details as many as can be mapped in time, at least
    one."""
    ends = time.monotonic() + MAX_SECONDS
    shown: list[dict[str, Any]] = []
    for receipt in students:
        if reader and shown and time.monotonic() > ends:
            break
        shown.append(_in_list(receipt, name_fields, reader.details(receipt) if reader else None))
    return shown


def _in_list(
    receipt: Receipt, name_fields: Sequence[str], details: StudentDetails | None
) -> dict[str, Any]:
    item = {
        **_short(receipt),
        "names": _names(receipt, name_fields),
        "held_since": _held_since(receipt),
        "reasons": receipt.reasons,
    }
    if details is None:
        return item
    exported = details.exported
    return {
        **item,
        "reasons": _with_values(receipt, details),
        "exported": exported and {"run_id": exported.run_id, "exported_at": exported.exported_at},
        "values": details.values,
    }


def _names(receipt: Receipt, name_fields: Sequence[str]) -> list[str]:
    """The value of each field; of a removed student none."""
    snapshot = receipt.current.snapshot
    return name_of(decode_snapshot(snapshot), name_fields) if snapshot else []


def _with_values(receipt: Receipt, details: StudentDetails) -> list[dict[str, Any]]:
    """The reasons of a held student, each with the value at fault."""
    reasons = zip(receipt.reasons, details.at_fault, strict=True)
    return [{**reason, "value": value} for reason, value in reasons]


def _after(fields: Fields) -> str:
    """The `next` of the previous page; another text could exceed DynamoDB's 1024 bytes of a key."""
    after = fields.text("after")
    try:
        return after and parse_student_id(after)
    except InvalidRequest:
        fields.add_problem("after", "Enter the value of `next` from the previous page.")
        return ""


def _receipts_of(request: Request, fields: Fields) -> Answer:
    fields.refuse_unknown("student_id")
    fields.raise_problems("Use student_id without other filters.")
    deps = configuration_function.dependencies()
    connection = deps.connections.get(request.connection_id)
    with workspace("configuration") as folder:
        stored: Any = {"snapshots": deps.snapshots, "archive": deps.archive, "workspace": folder}
        student_id = parse_student_id(fields.text("student_id"))
        receipts = find_receipts(request.connection_id, student_id, **stored)
        items = [_whole(one, connection, stored) for one in receipts]
    shown = Shown(StudentData.RECEIPT, 1 if items else 0)
    return Answer(200, shortened({"items": items, "next": None}), shown=shown)


def _short(receipt: Receipt) -> dict[str, Any]:
    synced_at = receipt.synced_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "student_id": receipt.current.student_id,
        "school_year": receipt.school_year,
        "status": receipt.status,
        "synced_at": synced_at,
        "exported_before": receipt.exported_before,
    }


def _whole(receipt: Receipt, connection: Connection, stored: Mapping[str, Any]) -> dict[str, Any]:
    held = None
    if receipt.is_held:
        now, mappings = dt.datetime.now(dt.UTC), configuration_function.dependencies().mappings
        reader = DetailsReader(
            connection, receipt.school_year, now=now, mappings=mappings, **stored
        )
        reasons = _with_values(receipt, reader.details(receipt))
        held = {"since": _held_since(receipt), "reasons": reasons}
    return {
        **_short(receipt),
        "names": _names(receipt, connection.name_fields),
        "message": receipt.message,
        "request_id": receipt.request_id,
        "held": held,
        "exported": asdict(receipt.exported) if receipt.exported else None,
    }


def _held_since(receipt: Receipt) -> str | None:
    return (receipt.mark.since if receipt.mark and receipt.is_held else "") or None


ROUTES = (
    Route("GET", f"{CONNECTION}/registrations", Permission.READ, _list_students),
    Route(
        "GET",
        f"{CONNECTION}/registrations/{{school_year}}/{{student_id}}",
        Permission.READ,
        _read_receipt,
    ),
    Route("GET", f"{CONNECTION}/students", Permission.READ, _search_students),
    Route("GET", f"{CONNECTION}/exports/{{run_id}}/held", Permission.READ, _list_held_of_run),
)
