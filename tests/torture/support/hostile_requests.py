"""Requests to the API that are changed at random, and what must hold for each answer."""

import base64
import gzip
import json
import random
from collections.abc import Iterator
from typing import Any

from functions.configuration import app as configuration
from functions.sync import app as sync
from local.processes import ROOT
from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.registrations.registration import (
    Refusal,
    decode_snapshot,
    encode_snapshot,
)
from registration_sync.domain.registrations.sync_request import parse_sync_request
from tests.functional.support.district import ENROLL, context, registration
from tests.functional.support.events import OPERATOR, api_event
from tests.functional.test_events import ANYTOWN
from tests.functional.test_service_errors import PATH
from tests.torture.support.hostile_mappings import check_problems
from tests.torture.support.mutations import (
    as_text,
    changed_bytes,
    changed_text,
    hostile_text,
    hostile_value,
)

OPENAPI = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
HOSTILE_IDS = (
    *("..", "../..", ".", "%00", "%2e%2e%2f", "%", "%zz", "%ff", "a%0ab", "a b", "*", "#", "?"),
    *("0", "-1", "9" * 30, "1e5", "2025 ", "٢٠٢٥", "²", "null", "undefined", "MARKER#north"),
    *(
        "a" * 41,
        "a" * 2_000,
        "é" * 500,
        "\U0001f600",
        "\ud800",
        "\u202e",
        "'; --",
        "<b>",
        "{run_id}",
    ),
    *("20260302T210000Z-0001", "20260302T210000Z-" + "f" * 40, "north", "__proto__", "Ⅷ", "ﬀ"),
)


def a_request(randomness: random.Random) -> dict[str, Any]:
    some = [registration(f"{number}", year=2025) for number in range(randomness.choice((1, 3)))]
    for one in some:
        one["data"]["contacts"] = [{"name.last": "Díaz"}, {"name.last": None}]
    return {"registrations": some, "as_of": "2026-03-02T10:00:00Z"}


def texts_of(content: Any) -> Any:
    """What a value of JSON becomes in a snapshot."""
    if isinstance(content, dict):
        return {name: texts_of(value) for name, value in content.items()}
    if isinstance(content, list):
        return [texts_of(value) for value in content]
    names = {True: "true", False: "false", None: ""}
    return names[content] if content is None or isinstance(content, bool) else content


def check_sync(body: str) -> None:
    try:
        request = parse_sync_request(body)
    except InvalidRequest as error:
        check_problems(error)
        return
    sent = json.loads(body.removeprefix("\ufeff"), parse_int=str, parse_float=str)["registrations"]
    assert len(request.registrations) == len(sent)
    for one, content in zip(request.registrations, sent, strict=True):
        stored = encode_snapshot(one, "2026-03-02T10:00:00.000Z")
        if isinstance(stored, Refusal):
            assert stored.message
            continue
        read = decode_snapshot(stored)
        assert (read["student_id"], read["data"]) == (one.student_id, one.data)
        if "." not in json.dumps(list(names_in(content["data"]))):
            assert read["data"] == texts_of(content["data"])


def names_in(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        yield from content
    for value in content.values() if isinstance(content, dict) else content:
        if isinstance(value, dict | list):
            yield from names_in(value)


def operations() -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The method, the path and the parameters of each route of the document."""
    return [
        (method.upper(), path, operation.get("parameters", []))
        for path, methods in OPENAPI["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def app_of(method: str, path: str) -> Any:
    return (
        sync
        if any((one.method, one.resource) == (method, path) for one in sync.ROUTES)
        else (configuration)
    )


def hostile_event(
    randomness: random.Random, method: str, path: str, parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    """At least one of the parameters is hostile, unless the route has none."""
    known = PATH | {"connection_id": ANYTOWN}
    by_place: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    valid = randomness.randrange(len(parameters) + 1)
    for number, one in enumerate(parameters):
        name, hostile = one["name"], randomness.choice(HOSTILE_IDS)
        if one["in"] == "path":
            is_valid = number < valid and (method, name) != ("DELETE", "connection_id")
            by_place["path"][name] = known[name] if is_valid else hostile
        elif randomness.random() < 0.6:
            text = hostile_text(randomness)[:5_000]
            by_place[one["in"]][name] = randomness.choice((hostile, text, "2025", "7"))
    if randomness.random() < 0.3:
        by_place["query"][hostile_text(randomness)[:200]] = "x"
    headers = {"Content-Type": "application/json"} | by_place["header"]
    if randomness.random() < 0.3:
        name = randomness.choice(("Accept", "Content-Type", "If-Match", "Origin", "X-\u00e9"))
        headers[name] = hostile_text(randomness)[:500]
    event = api_event(
        method,
        path,
        claims=ENROLL if app_of(method, path) is sync else OPERATOR,
        headers=headers,
        query=by_place["query"] or None,
        **by_place["path"],
    )
    if method in {"POST", "PUT"}:
        body = as_text(hostile_value(randomness), randomness)
        event["body"] = body.encode(errors="replace").decode()
    return event


def check_answer(app: Any, event: dict[str, Any]) -> None:
    answer = app.handler(json.loads(json.dumps(event)), context())
    status, body = answer["statusCode"], json.loads(answer["body"] or "null")
    assert status < 500, (status, body)
    if status >= 400:
        error = body["error"]
        assert error["code"]
        assert error["message"]
        for problem in error["problems"]:
            assert set(problem) == {"path", "message"}


def encoded(randomness: random.Random) -> tuple[str | None, dict[str, str], bool]:
    content = json.dumps(a_request(randomness), ensure_ascii=False)
    codec = randomness.choice(("utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp037"))
    data = content.encode(codec)
    if randomness.random() < 0.4:
        data = gzip.compress(data)
    if randomness.random() < 0.5:
        data = changed_bytes(data, randomness)
    if randomness.random() < 0.3:
        data = data[: randomness.randrange(len(data))]
    is_base64 = randomness.random() < 0.6
    text = base64.b64encode(data).decode() if is_base64 else data.decode(errors="replace")
    if is_base64 and randomness.random() < 0.3:
        text = changed_text(text, randomness)
    charset = randomness.choice(
        (codec, "utf-8", "", '"', "utf-8; charset=x", hostile_text(randomness))
    )
    headers = {
        "Content-Type": f"application/json; charset={charset}"[:500],
        "Content-Encoding": randomness.choice(("gzip", "", "br", "gzip, gzip", "identity", "\0")),
    }
    return randomness.choice((text, text, text, "", None)), headers, is_base64
