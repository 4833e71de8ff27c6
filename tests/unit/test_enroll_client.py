"""The client of docs/enroll: what it repeats, when, and what it returns."""

import importlib.util
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, Self
from urllib.error import HTTPError

import pytest

FILE = Path(__file__).parents[2] / "docs" / "enroll" / "client.py"
AS_OF = "2026-03-02T16:05:00Z"

type Canned = tuple[int, Any, dict[str, str]]
"""An answer: its status, its JSON and its headers."""


class Service:
    """A server that answers the syncs with these answers in turn, and keeps what it got."""

    def __init__(self, *canned: Canned) -> None:
        self.bodies: list[Any] = []
        self.tokens: list[str] = []
        waiting, service = list(canned), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/oauth2/token":
                    assert self.headers["Authorization"] == "Basic aWQ6c2VjcmV0"
                    assert content == b"grant_type=client_credentials"
                    token = f"token-{len(service.tokens)}"
                    service.tokens.append(token)
                    self.respond(200, {"access_token": token, "expires_in": 3600}, {})
                    return
                assert self.headers["Authorization"] == f"Bearer {service.tokens[-1]}"
                service.bodies.append(json.loads(content))
                self.respond(*waiting.pop(0))

            def respond(self, status: int, body: Any, headers: dict[str, str]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, whose pauses are kept in `paused` instead."""
    spec = importlib.util.spec_from_file_location("enroll_client", FILE)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    loaded.paused = []  # type: ignore[attr-defined]
    monkeypatch.setattr(loaded.time, "sleep", loaded.paused.append)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return loaded


def results(*named: tuple[str, str]) -> Canned:
    found = [{"student_id": student, "result": result} for student, result in named]
    return 200, {"registrations": found}, {}


def sync(module: ModuleType, service: Service, *students: str) -> list[tuple[str, str]]:
    client = module.Client(service.url, service.url, "id", "secret")
    found = client.sync("north", [{"student_id": student} for student in students], AS_OF)
    return [(one["student_id"], one["result"]) for one in found]


def sent(service: Service) -> list[list[str]]:
    assert {body["as_of"] for body in service.bodies} <= {AS_OF}
    return [[one["student_id"] for one in body["registrations"]] for body in service.bodies]


def test_only_those_that_failed_inside_a_200_are_sent_again(module: ModuleType) -> None:
    first = results(("1", "synced"), ("2", "failed"), ("3", "refused"), ("4", "failed"))
    second = results(("2", "synced"), ("4", "failed"))
    with Service(first, second, results(("4", "superseded"))) as service:
        found = sync(module, service, "1", "2", "3", "4")

    assert found == [("1", "synced"), ("2", "synced"), ("3", "refused"), ("4", "superseded")]
    assert sent(service) == [["1", "2", "3", "4"], ["2", "4"], ["4"]]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_error_that_may_pass_is_repeated_after_retry_after(
    module: ModuleType, status: int
) -> None:
    error = (status, {"error": {"code": "x"}}, {"Retry-After": "7"})
    with Service(error, (status, {}, {}), results(("1", "synced"))) as service:
        assert sync(module, service, "1") == [("1", "synced")]

    assert sent(service) == [["1"]] * 3
    assert [pause for pause in module.paused if pause] == [7, 5]


@pytest.mark.parametrize("status", [400, 403, 404, 413, 415])
def test_an_error_that_no_retry_changes_is_raised_at_once(module: ModuleType, status: int) -> None:
    with Service((status, {"error": {"code": "x"}}, {})) as service, pytest.raises(HTTPError):
        sync(module, service, "1")

    assert sent(service) == [["1"]]


def test_an_expired_token_is_replaced(module: ModuleType) -> None:
    with Service((401, {}, {}), results(("1", "synced"))) as service:
        assert sync(module, service, "1") == [("1", "synced")]

    assert service.tokens == ["token-0", "token-1"]


def test_it_gives_up_after_five_attempts(module: ModuleType) -> None:
    with Service(*[(503, {}, {})] * 5) as service, pytest.raises(HTTPError):
        sync(module, service, "1")

    assert len(service.bodies) == 5


def test_many_are_sent_in_parts_with_one_token(module: ModuleType) -> None:
    students = [str(number) for number in range(250)]
    parts = [students[:100], students[100:200], students[200:]]
    with Service(*(results(*((one, "synced") for one in part)) for part in parts)) as service:
        assert sync(module, service, *students) == [(one, "synced") for one in students]

    assert sent(service) == parts
    assert len(service.tokens) == 1


def test_it_has_60_lines() -> None:
    assert len(FILE.read_text(encoding="utf-8").splitlines()) <= 60
