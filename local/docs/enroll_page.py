"""The generated parts of docs/enroll.md: what to send for each outcome, limits, codes, files."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import yaml

from local.docs.api_examples import BODIES
from local.docs.incomplete import Incomplete
from local.processes import ROOT
from registration_sync.api import STATUS
from registration_sync.domain import errors
from registration_sync.domain.registrations.registration import (
    APPROVED,
    MAX_SNAPSHOT_BYTES,
    RefusalCode,
)
from registration_sync.domain.registrations.sync_request import (
    CLOCK_SKEW,
    MAX_REGISTRATIONS,
    MAX_REQUEST_BYTES,
)
from registration_sync.domain.school_year import YEARS_AHEAD, YEARS_BACK
from registration_sync.settings import NotConfigured
from registration_sync.use_cases.registrations.sync_everywhere import MAX_CONNECTIONS, MAX_WRITES
from registration_sync.use_cases.registrations.sync_registrations import ResultCode

CONNECTION = "north-powerschool"
SOME = "north-early-grades"
TAKES = {"where": [{"field": "students.grade", "less": "3"}]}
"""The connection SOME takes only these registrations."""

_SYNC = ("POST", "/connections/{connection_id}/registrations")
_EXAMPLE: dict[str, Any] = BODIES[_SYNC]["registrations"][0]
REGISTRATION: dict[str, Any] = {**_EXAMPLE, "student_id": "test-1"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A request that brings an outcome about: a change of the example, described by `send`.

    `code` is that of the last registration's result, or of the error if the answer is no 200.
    """

    send: str
    body: Any
    status: int
    code: str
    result: str = ""
    connection_id: str = CONNECTION


def _one(**changes: Any) -> dict[str, Any]:
    return {"registrations": [{**REGISTRATION, **changes}]}


OUTCOMES = (
    Outcome("the example with the student `test-1`", _one(), 200, "synced", "synced"),
    Outcome('the same once more: `"unchanged": true`', _one(), 200, "synced", "synced"),
    Outcome(
        'then the same with `"as_of"` a year earlier',
        {"as_of": "2025-07-02T10:00:00Z", **_one()},
        200,
        "superseded",
        "superseded",
    ),
    Outcome('`"status": "Started"`', _one(status="Started"), 200, "not_approved", "refused"),
    Outcome(
        r'`"data": {"students": {"fname": "\ud800"}}`',
        _one(data={"students": {"fname": "\ud800"}}),
        200,
        "invalid_text",
        "refused",
    ),
    Outcome(
        '`"data": {"students.fname": "Ana", "students": {"fname": "Ana"}}`',
        _one(data={"students.fname": "Ana", "students": {"fname": "Ana"}}),
        200,
        "repeated_field",
        "refused",
    ),
    Outcome(
        "a field of 360,000 letters",
        _one(data={"students": {"fname": "a" * 360_000}}),
        200,
        "too_large",
        "refused",
    ),
    Outcome(
        '`"school_year": 1990`',
        _one(school_year=1990),
        200,
        "school_year_too_far_off",
        "refused",
    ),
    Outcome(
        f'`"data": {{"students": {{"grade": "3"}}}}` to the connection `{SOME}`',
        _one(data={"students": {"grade": "3"}}),
        200,
        "not_taken",
        "refused",
        SOME,
    ),
    Outcome(
        f'`"data": {{"students": {{"grade": "K"}}}}` to the connection `{SOME}`',
        _one(data={"students": {"grade": "K"}}),
        200,
        "undecided",
        "refused",
        SOME,
    ),
    Outcome('`"school_year": "2025-26"`', _one(school_year="2025-26"), 400, "invalid_request"),
    Outcome('`"asOf"` for `"as_of"`', {"asOf": "2026", **_one()}, 400, "invalid_request"),
    Outcome('`{"registrations": []}`', {"registrations": []}, 400, "invalid_request"),
    Outcome(
        "to the connection `no-such-connection`", _one(), 404, "not_found", "", "no-such-connection"
    ),
    Outcome(
        f"{MAX_REGISTRATIONS + 1} registrations",
        {"registrations": [REGISTRATION] * (MAX_REGISTRATIONS + 1)},
        413,
        "too_large",
    ),
)
"""In an order in which each brings its outcome about, on a connection without other students."""

_RESULTS: dict[str, tuple[str, str, str]] = {
    "synced": ("synced", "The student is stored and due.", "nothing"),
    "superseded": (
        "superseded",
        "A later version of the student is stored: by `as_of`, or later in the same request.",
        "nothing",
    ),
    "not_confirmed": ("failed", "It is not certain that the student is stored.", "send it again"),
    "not_approved": (
        "refused",
        f"The status is not `{APPROVED}`.",
        "send the registration when it is approved",
    ),
    "not_taken": (
        "refused",
        "The connection does not take it, by its school year or data. An earlier one is removed.",
        "nothing, if the student belongs to another connection; else ask the operator",
    ),
    "undecided": (
        "refused",
        "A condition of the connection cannot be checked with this value: the message says why.",
        "correct the value in Enroll, or ask the operator to correct the condition",
    ),
    "invalid_text": (
        "refused",
        "A text has a damaged character: the message names it and its field.",
        "correct the text in Enroll; send UTF-8",
    ),
    "repeated_field": (
        "refused",
        "A field of `data` was sent twice, perhaps as a dotted name and in a group.",
        "send it once",
    ),
    "school_year_too_far_off": (
        "refused",
        "The school year is too far from the current one: see Limits.",
        "correct it: it is the START year",
    ),
    "too_large": (
        "refused",
        f"The registration has over {MAX_SNAPSHOT_BYTES // 1000} kB.",
        "send fewer or shorter fields",
    ),
}
"""The result, the meaning and what to do, by the code of a registration's result."""

_ANSWERS: dict[str, tuple[str, str]] = {
    "invalid_request": (
        "The request has a mistake; nothing was stored. `problems` has the paths of the first 100.",
        "correct it",
    ),
    "not_signed_in": ("The token is missing, not valid or expired.", "get a new token, repeat"),
    "access_denied": (
        "The client may not do this, or the connection does not list it.",
        "ask the operator to list your client id in the connection's `programs`",
    ),
    "not_found": ("There is no such path, connection, student or run.", "correct the path"),
    "conflict": ("The request contradicts what is stored.", "read the message"),
    "being_deleted": (
        "The connection is being deleted; nothing was stored.",
        "stop, and ask the operator whether that is right",
    ),
    "already_running": (
        "Another run of this connection is in progress: `run_id`.",
        "wait until it has ended",
    ),
    "version_mismatch": (
        "Someone else saved the mapping in the meantime.",
        "read it, and save again",
    ),
    "too_large": (
        f"Over {MAX_REGISTRATIONS} registrations or {MAX_REQUEST_BYTES:,} bytes: none is stored.",
        "send smaller requests",
    ),
    "unsupported_encoding": (
        "The gateway could not decompress the body.",
        "send it with gzip, or without compression",
    ),
    "too_many_requests": ("Too many requests at once; nothing was stored.", "wait, repeat"),
    "too_many_attempts": (
        "Too many checks and test records of a connection; Enroll requests none.",
        "wait `Retry-After` seconds, repeat",
    ),
    "request_refused": ("The gateway refused the request; nothing was stored.", "correct it"),
    "internal_error": ("An unexpected error, which was logged.", "wait, repeat; then report it"),
    "service_refused": (
        "AWS refused a request of the service: perhaps nothing was stored.",
        "ask the operator, then repeat",
    ),
    "not_configured": ("The service is not set up completely.", "ask the operator"),
    "unavailable": ("AWS did not answer in time: perhaps nothing was stored.", "wait, repeat"),
    "marker_lost": (
        "An operator must repair the connection first; nothing was stored.",
        "ask the operator, then repeat",
    ),
    "timed_out": ("No answer within 29 seconds: perhaps it was stored.", "repeat"),
}
"""The meaning and what to do, by the code of an answer's error."""

_ENDS_A_RUN = {"attempt_ended", "cancelled", "disk_full", "error", "lease_lost", "run_unreadable"}
"""Codes of runs only, as those of deliveries: docs/operations.md explains them."""


def outcomes() -> str:
    rows = ["| send | status | result | code |", "| --- | --- | --- | --- |"]
    return "\n".join(
        rows + [f"| {one.send} | {one.status} | {one.result} | `{one.code}` |" for one in OUTCOMES]
    )


def results() -> str:
    """A row for each code of a registration's result. Raises Incomplete."""
    codes = [code for part in get_args(ResultCode.__value__) for code in _codes_in(part)]
    _check(set(codes), _RESULTS.keys(), "_RESULTS")
    rows = ["| result | code | meaning | do |", "| --- | --- | --- | --- |"]
    return "\n".join(
        rows
        + [
            f"| `{result}` | `{code}` | {meaning} | {do} |"
            for code, (result, meaning, do) in _RESULTS.items()
        ]
    )


def _codes_in(part: Any) -> tuple[str, ...]:
    return get_args(part.__value__ if part is RefusalCode else part)


def answers() -> str:
    """A row for each code of an error that the gateway or a function answers. Raises
    Incomplete."""
    statuses = {**dict(_codes_of_functions()), "internal_error": "500"}
    for code, status in _codes_of_gateway():
        statuses[code] = statuses.get(code, status)
    _check(statuses.keys(), _ANSWERS.keys(), "_ANSWERS")
    rows = ["| status | code | meaning | do |", "| --- | --- | --- | --- |"]
    found = sorted((statuses[code], code, *texts) for code, texts in _ANSWERS.items())
    return "\n".join(
        rows
        + [f"| {status} | `{code}` | {meaning} | {do} |" for status, code, meaning, do in found]
    )


def _codes_of_functions() -> Iterator[tuple[str, str]]:
    base_of_all = errors.RegistrationSyncError
    kinds = [
        kind
        for kind in (*vars(errors).values(), NotConfigured)
        if isinstance(kind, type) and issubclass(kind, base_of_all)
    ]
    for kind in kinds:
        if not issubclass(kind, errors.DeliveryError) and kind.code not in _ENDS_A_RUN:
            status = next(STATUS[base] for base in kind.__mro__ if base in STATUS)
            yield kind.code, str(status)


def _codes_of_gateway() -> Iterator[tuple[str, str]]:
    """The codes of the gateway's own answers, from the template."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    block = re.search(r"^ {6}GatewayResponses:.*\n((?: {8}.*\n)+)", text, re.MULTILINE)
    for name, answer in yaml.safe_load(block[1] if block else "{}").items():
        body = answer["ResponseTemplates"]["application/json"]
        code = json.loads(body.replace("$context.error.messageString", '""'))["error"]["code"]
        yield code, str(answer.get("StatusCode", name[-3:].lower()))


def _check(codes: Any, described: Any, table: str) -> None:
    here = f"{table} of local/docs/enroll_page.py"
    for code in sorted(codes - described):
        raise Incomplete(f"{here} does not explain {code}: add its meaning and what to do.")
    for code in sorted(described - codes):
        raise Incomplete(f"{here} explains {code}, which is no code any more: remove it.")


def limits() -> str:
    request = f"{MAX_REGISTRATIONS} registrations and {MAX_REQUEST_BYTES:,} bytes, uncompressed"
    everywhere = (
        f"{MAX_CONNECTIONS} connections, and registrations times connections at most {MAX_WRITES:,}"
    )
    years = f"from {YEARS_BACK} years before the current one to {YEARS_AHEAD} after it"
    return "\n".join(
        (
            "| what | limit |",
            "| --- | --- |",
            f"| a request | {request} |",
            f"| a request to all connections | {everywhere} |",
            f"| a registration | {MAX_SNAPSHOT_BYTES:,} bytes |",
            "| `registration_id`, `student_id` | 1 to 64 letters, digits or `.` `_` `-` `@` |",
            f"| `school_year` | {years} |",
            f"| `as_of` | at most {CLOCK_SKEW.total_seconds() / 60:g} minutes in the future |",
            "| an answer | comes within 29 seconds |",
        )
    )


def included(name: str, language: str) -> str:
    """A file of docs/enroll as a block of code."""
    text = (ROOT / "docs" / "enroll" / name).read_text(encoding="utf-8")
    return f"```{language}\n{text.strip()}\n```"
