"""The API's sync routes: SchoolMint Enroll sends and removes registrations."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from registration_sync.api import RETRY_AFTER_SECONDS, Answer, Request, Route, handle
from registration_sync.bootstrap import sync_function
from registration_sync.bootstrap.init import build_during_init
from registration_sync.domain.access import ConnectionAccess, Permission, Person, may
from registration_sync.domain.audit import Note, SettingChange
from registration_sync.domain.errors import AccessDenied
from registration_sync.domain.fields import Fields
from registration_sync.domain.registrations.registration import (
    Selector,
    parse_student_id,
    school_year_of,
)
from registration_sync.domain.registrations.sync_request import SyncRequest, parse_sync_request
from registration_sync.last_catch import catch_last
from registration_sync.use_cases.registrations.remove_registration import remove_registration
from registration_sync.use_cases.registrations.send_again import DUE, SENT_AGAIN, send_again
from registration_sync.use_cases.registrations.sync_everywhere import (
    ResultEverywhere,
    sync_everywhere,
)
from registration_sync.use_cases.registrations.sync_registrations import (
    SyncResult,
    sync_registrations,
)

GATEWAY_SECONDS = 29.0
"""From the arrival of a request, API Gateway waits so long for the answer
(docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html).
"""

RESPONSE_SECONDS = 2.0

MAX_SENT_AGAIN = 500

UNKNOWN = (
    "This connection has no registration of this student for this school year, so there is nothing "
    "to remove. Check the id and the school year."
)


@catch_last
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle(
        {**event, "context": context},
        ROUTES,
        access_of=_access_of,
        audit_of=lambda: sync_function.dependencies().audit,
        districts_of=_districts_of,
    )


def _access_of(connection_id: str) -> ConnectionAccess | None:
    return sync_function.dependencies().access.access(connection_id)


def _districts_of(client_id: str) -> frozenset[str] | None:
    return sync_function.dependencies().programs.districts(client_id)


def _sync(request: Request) -> Answer:
    takes = request.access.takes if request.access else ""
    results = _store(request, parse_sync_request(request.body()), request.connection_id, takes)
    answer = _answer([(result.result, _shown(result)) for result in results])
    return replace(answer, note=_note_of(request, results))


def _note_of(request: Request, results: Sequence[SyncResult]) -> Note | None:
    """For the audit, a person who syncs: programs sync all day, and receipts show what they did. A
    registration that failed may be stored, too. Without students: audit entries outlive them."""
    counts = Counter(result.result for result in results)
    if not isinstance(request.caller, Person) or not counts["synced"] + counts["failed"]:
        return None
    changes = [
        SettingChange(name, None, counts[name]) for name in ("synced", "failed") if counts[name]
    ]
    return Note("registrations_synced", tuple(changes))


def _sync_everywhere(request: Request) -> Answer:
    """For a program: syncs to each connection that lists it, of one of its districts or of all; not
    to one that is being deleted."""
    fields = Fields.of_query(request.query).refuse_unknown("district")
    district = fields.text("district")
    fields.raise_problems("Nothing was stored.")
    takes = {
        access.connection_id: access.takes
        for access in sync_function.dependencies().access.of_program(request.caller.name)
        if district in ("", access.district)
        and not access.being_deleted
        and may(request.caller, Permission.SYNC, access)
    }
    if not takes:
        raise AccessDenied(
            "No connection lists this program, or an operator has bound the program to other "
            'districts: add its client id to the "programs" of each connection that it syncs to.'
        )
    sync_request = parse_sync_request(request.body())
    results = sync_everywhere(
        sync_request.registrations,
        list(takes),
        lambda connection_id: _store(request, sync_request, connection_id, takes[connection_id]),
    )
    return _answer([(result.result, _shown_everywhere(result)) for result in results])


def _store(
    request: Request, sync_request: SyncRequest, connection_id: str, takes: str
) -> list[SyncResult]:
    deps = sync_function.dependencies()
    return sync_registrations(
        connection_id,
        sync_request,
        request_id=request.request_id,
        arrived_at=_arrival(request),
        select=_selector(takes),
        table=deps.table,
        retention_days=deps.retention_days,
        seconds_left=_clock(request),
    )


def _selector(takes: str) -> Selector | None:
    if not takes:
        return None
    from registration_sync.domain.connections import takes as module  # noqa: PLC0415 -- pydantic

    return module.parse_selector(takes)


def _answer(results: Sequence[tuple[str, dict[str, Any]]]) -> Answer:
    counts = Counter(result for result, _ in results)
    body = {
        "registrations": [shown for _, shown in results],
        **{name: counts[name] for name in ("synced", "superseded", "refused", "failed")},
    }
    if counts["failed"] == len(results):
        return Answer(503, body, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return Answer(200, body)


def _shown(result: SyncResult) -> dict[str, Any]:
    shown = asdict(result)
    return shown if result.unchanged else {n: v for n, v in shown.items() if n != "unchanged"}


def _shown_everywhere(result: ResultEverywhere) -> dict[str, Any]:
    connections = [
        {"connection_id": connection_id, "result": one.result, "code": one.code}
        for connection_id, one in result.connections.items()
    ]
    return {
        "student_id": result.student_id,
        "school_year": result.school_year,
        "result": result.result,
        "code": result.code,
        "message": result.message,
        "connections": connections,
    }


def _remove(request: Request) -> Answer:
    school_year = school_year_of(request.path["school_year"])
    student_id = parse_student_id(request.path["student_id"])
    deps = sync_function.dependencies()
    is_known = remove_registration(
        request.connection_id,
        school_year,
        student_id,
        request_id=request.request_id,
        arrived_at=_arrival(request),
        table=deps.table,
        retention_days=deps.retention_days,
        seconds_left=_clock(request),
    )
    # Without the student: audit entries outlive student data.
    note = Note("registration_removed", (SettingChange("school_year", school_year, None),))
    if is_known:
        return Answer(204, note=note)
    unknown = {"student_id": student_id, "school_year": school_year, "result": "unknown"}
    return Answer(200, {**unknown, "message": UNKNOWN}, note=note)


def _send_again(request: Request) -> Answer:
    """Reads `{"school_year", "student_ids"}`."""
    fields = Fields.of_body(request.json(), '{"school_year": 2025, "student_ids": ["007"]}')
    fields.refuse_unknown("school_year", "student_ids")
    school_year = fields.required_school_year()
    student_ids = fields.student_ids("student_ids", MAX_SENT_AGAIN) or ()
    if fields.get("student_ids") is None:
        fields.add_problem("student_ids", f"Enter a list of 1 to {MAX_SENT_AGAIN} student ids.")
    fields.raise_problems("No student was changed.")
    results = send_again(
        request.connection_id,
        school_year,
        student_ids,
        table=sync_function.dependencies().table,
        seconds_left=_clock(request),
    )
    counts = Counter(results.values())
    body = {
        "students": [{"student_id": one, "result": result} for one, result in results.items()],
        **{name: counts[name] for name in SENT_AGAIN},
    }
    changes = (("school_year", school_year), ("students", counts[DUE]))
    note = Note("students_due_again", tuple(SettingChange(name, None, to) for name, to in changes))
    return Answer(200, body, note=note)


def _arrival(request: Request) -> dt.datetime:
    """The time at which the API received the request, regardless of the function's cold start."""
    epoch_ms = int(request.event["requestContext"]["requestTimeEpoch"])
    return dt.datetime.fromtimestamp(epoch_ms / 1000, dt.UTC)


def _clock(request: Request) -> Callable[[], float]:
    """The seconds until the answer must be ready. Lambda's own clock starts after a cold start, the
    gateway's before."""

    def lambda_left() -> float:
        left: float = request.event["context"].get_remaining_time_in_millis() / 1000
        return left - RESPONSE_SECONDS

    arrived = _arrival(request).timestamp()
    if not 0 <= time.time() - arrived < GATEWAY_SECONDS:  # the clocks differ
        return lambda_left
    ends = arrived + GATEWAY_SECONDS - RESPONSE_SECONDS
    return lambda: min(lambda_left(), ends - time.time())


ROUTES = (
    Route("POST", "/registrations", Permission.SYNC, _sync_everywhere, programs_only=True),
    Route("POST", "/connections/{connection_id}/registrations", Permission.SYNC, _sync),
    Route(
        "DELETE",
        "/connections/{connection_id}/registrations/{school_year}/{student_id}",
        Permission.SYNC,
        _remove,
    ),
    Route(
        "POST",
        "/connections/{connection_id}/registrations/due",
        Permission.RUN_EXPORTS,
        _send_again,
    ),
)

build_during_init(sync_function.dependencies)
