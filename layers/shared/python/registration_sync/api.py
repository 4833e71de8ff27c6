"""Handles HTTP requests: finds the route, authorizes the caller, and builds the response.

A small route table instead of a router library keeps the sync function's cold start short. STATUS
is the only list of HTTP statuses of errors.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from registration_sync.domain.access import (
    NOBODY,
    Caller,
    ConnectionAccess,
    Permission,
    Program,
    authorize,
    authorize_operator,
    caller_from_claims,
    require,
)
from registration_sync.domain.access_log import Shown, StudentsSuggested
from registration_sync.domain.audit import Note
from registration_sync.domain.errors import (
    AccessDenied,
    AlreadyRunning,
    BeingDeleted,
    Conflict,
    DeliveryError,
    InternalError,
    InvalidRequest,
    LeaseLost,
    MarkerLost,
    NotFound,
    Problem,
    RegistrationSyncError,
    ServiceRefused,
    TooLarge,
    TooManyAttempts,
    Unavailable,
    VersionMismatch,
    listed_problems,
)
from registration_sync.domain.json_text import parse_json, refuse_damaged, refuse_repeated_names
from registration_sync.domain.request_body import body_text, refuse_encoding
from registration_sync.entries import Source, write_access, write_audit, write_refusal
from registration_sync.logs import describe_exception, logger
from registration_sync.ports.connections import Audit

STATUS: Mapping[type[RegistrationSyncError], int] = {
    InvalidRequest: 400,
    TooLarge: 413,
    AccessDenied: 403,
    NotFound: 404,
    Conflict: 409,
    VersionMismatch: 412,
    LeaseLost: 409,
    MarkerLost: 503,
    TooManyAttempts: 429,
    DeliveryError: 502,
    Unavailable: 503,
    ServiceRefused: 502,
    RegistrationSyncError: 500,
}
"""HTTP status of an error class; a class that is not listed has the status of its base."""

RETRY_AFTER_SECONDS = 5
MAX_ANSWER_BYTES = 5_000_000
"""Lambda returns at most 6 MB, with the headers around the body and as JSON once more
(docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""

MAX_PATH_CHARACTERS, MAX_MESSAGE_CHARACTERS = 200, 2_000
"""Of a problem: both may quote the request."""

CONNECTION = "/connections/{connection_id}"
CONNECTION_ID = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as routes receive it; names of `headers` are in lower case."""

    caller: Caller
    request_id: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    event: Mapping[str, Any] = field(repr=False)
    access: ConnectionAccess | None = None
    """Of the connection in the path."""

    @property
    def connection_id(self) -> str:
        return self.path["connection_id"]

    def body(self) -> str:
        """The body as text; see `body_text`."""
        is_base64 = bool(self.event.get("isBase64Encoded"))
        return body_text(self.event.get("body") or "", is_base64=is_base64)

    def text(self) -> str:
        """The body as text; raises InvalidRequest for text that was not UTF-8."""
        body = self.body()
        refuse_damaged(body)
        return body

    def json(self) -> object:
        """The body as JSON, None if there is no body; raises InvalidRequest."""
        body = self.text()
        if not body.strip():
            return None
        content: object = parse_json(body)
        refuse_repeated_names(content)
        return content


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as routes return it; `body` is made of plain JSON values, None for no content.
    `note` describes the change for the audit, None if nothing changed; `shown` the student data in
    `body` for the access log, None if there is none."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    note: Note | None = None
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one resource, such as `/connections/{connection_id}`.

    Without a permission, any valid token is enough. A public route needs no token. `programs_only`
    routes refuse people, `operators_only` routes all but operators. A connection that is being
    deleted answers reads, and routes with `while_deleted`.
    """

    method: str
    resource: str
    permission: Permission | None
    use: Callable[[Request], Answer]
    public: bool = False
    programs_only: bool = False
    operators_only: bool = False
    while_deleted: bool = False


def handle(
    event: Mapping[str, Any],
    routes: Sequence[Route],
    *,
    access_of: Callable[[str], ConnectionAccess | None],
    audit_of: Callable[[], Audit],
    districts_of: Callable[[str], frozenset[str] | None],
) -> dict[str, Any]:
    """Responds to an API Gateway REST proxy event; as the outermost boundary, it never raises.

    Authorizes the caller before it calls the route: on the connection in the path, if there is
    one; otherwise only the permission is checked, and the route checks each connection that it
    uses. `districts_of` are those of a program, by its client id. Logs one line without paths,
    bodies or queries, which may hold student data.
    """
    started = time.monotonic()
    line: dict[str, object] = {"route": f"{event.get('httpMethod')} {event.get('resource')}"}
    try:
        response = _respond(_answer(event, routes, access_of, audit_of, districts_of, line))
    except RegistrationSyncError as error:
        response = _respond(error_answer(error))
        line["code"] = error.code
        if response["statusCode"] >= 500:
            line["reason"] = error.message
    except Exception as error:  # noqa: BLE001  # no caller of this function handles errors
        unexpected = InternalError("Something went wrong on our side and was logged. Try again.")
        response = _respond(error_answer(unexpected))
        line |= {"code": "internal_error", "raised": describe_exception(error)}
    line |= {
        "status": response["statusCode"],
        "request_id": str((event.get("requestContext") or {}).get("requestId", "")),
        "duration_ms": round((time.monotonic() - started) * 1000),
    }
    record = logger().error if response["statusCode"] >= 500 else logger().info
    record("request completed", extra=line)
    return response


def error_answer(error: RegistrationSyncError) -> Answer:
    """The response for an error: all errors have the same shape."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    content: dict[str, object] = {
        "code": error.code,
        "message": error.message[:MAX_MESSAGE_CHARACTERS],
        "problems": [problem_body(one) for one in listed_problems(error.problems)],
    }
    body: dict[str, object] = {"error": content}
    if isinstance(error, AlreadyRunning) and error.run_id:
        content["run_id"] = body["run_id"] = error.run_id
    return Answer(status, body, _retry_after(error))


def _retry_after(error: RegistrationSyncError) -> dict[str, str]:
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(error, Unavailable) else {}


def problem_body(problem: Problem) -> dict[str, str]:
    """A problem as an answer shows it."""
    return {
        "path": problem.path[:MAX_PATH_CHARACTERS],
        "message": problem.message[:MAX_MESSAGE_CHARACTERS],
    }


def _answer(
    event: Mapping[str, Any],
    routes: Sequence[Route],
    access_of: Callable[[str], ConnectionAccess | None],
    audit_of: Callable[[], Audit],
    districts_of: Callable[[str], frozenset[str] | None],
    line: dict[str, object],
) -> Answer:
    route = _route(event, routes)
    if route.public:
        return route.use(_request(event, NOBODY))
    request = _request(event, _caller(event, districts_of))
    line["caller"] = request.caller.kind
    if route.permission is None:
        return route.use(request)
    if route.programs_only and not isinstance(request.caller, Program):
        raise AccessDenied(f"{route.method} {route.resource} is for programs: sign in as one.")
    if "connection_id" in request.path:
        connection_id = request.connection_id
        known = CONNECTION_ID.fullmatch(connection_id) is not None
        request = replace(request, access=access_of(connection_id) if known else None)
        if request.access is not None:
            line["connection_id"] = connection_id
    source = Source(
        request.caller,
        connection_id=request.path.get("connection_id", ""),
        run_id=request.path.get("run_id", ""),
        route=f"{route.method} {route.resource}",
        request_id=request.request_id,
    )
    try:
        answer = _permitted_answer(route, route.permission, request)
    except AccessDenied:
        if request.access is not None:
            write_refusal(source, audit_of())
        raise
    except StudentsSuggested as error:
        _log_access(error.shown, source, audit_of)
        raise
    if answer.note:
        line["action"] = answer.note.action
        write_audit(answer.note, source, audit_of())
    _log_access(answer.shown, source, audit_of)
    return answer


def _log_access(shown: Shown | None, source: Source, audit_of: Callable[[], Audit]) -> None:
    if shown and shown.students:
        write_access(shown, source, audit_of())


def _permitted_answer(route: Route, permission: Permission, request: Request) -> Answer:
    if "connection_id" in request.path:
        authorize(request.caller, permission, request.access)
        allowed = permission is Permission.READ or route.while_deleted
        if request.access and request.access.being_deleted and not allowed:
            raise BeingDeleted
    else:
        require(request.caller, permission)
    if route.operators_only:
        authorize_operator(request.caller)
    is_base64 = bool(request.event.get("isBase64Encoded"))
    refuse_encoding(request.headers, request.event.get("body") or "", is_base64=is_base64)
    return route.use(request)


def _caller(
    event: Mapping[str, Any], districts_of: Callable[[str], frozenset[str] | None]
) -> Caller:
    context = event.get("requestContext") or {}
    caller = caller_from_claims((context.get("authorizer") or {}).get("claims") or {})
    if isinstance(caller, Program):
        return replace(caller, districts=districts_of(caller.client_id))
    return caller


def _request(event: Mapping[str, Any], caller: Caller) -> Request:
    context = event.get("requestContext") or {}
    path = event.get("pathParameters") or {}
    query = event.get("queryStringParameters") or {}
    try:
        "".join([*path.values(), *query.values()]).encode()
    except UnicodeEncodeError:
        raise InvalidRequest("The path and the query must be Unicode text.") from None
    return Request(
        caller=caller,
        request_id=str(context.get("requestId", "")),
        path={name: unquote(value) for name, value in path.items()},
        query=query,
        headers={name.lower(): text for name, text in (event.get("headers") or {}).items()},
        event=event,
    )


def _route(event: Mapping[str, Any], routes: Sequence[Route]) -> Route:
    requested = (event.get("httpMethod"), event.get("resource"))
    for route in routes:
        if (route.method, route.resource) == requested:
            return route
    raise NotFound("This API has no such method and path.")


def _respond(answer: Answer) -> dict[str, Any]:
    body = "" if answer.body is None else json.dumps(answer.body, allow_nan=False)
    if len(body) > MAX_ANSWER_BYTES:  # as ASCII; API Gateway would answer 502
        raise TooLarge("The answer would be over 5 MB: ask for less, such as a lower `limit`.")
    return {
        "statusCode": answer.status,
        "headers": {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",  # responses hold student data
            "X-Content-Type-Options": "nosniff",
            **answer.headers,
        },
        "body": body,
        "isBase64Encoded": False,
    }
