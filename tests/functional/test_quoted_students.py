"""An exception whose text quotes a student reaches no log, answer, table, mail, event or queue.

Such an exception is raised at each outside operation of each route and of each kind of run.
"""

import importlib
import inspect
import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from functions.configuration import app as configuration
from functions.export import app as export
from functions.sync import app as sync
from registration_sync.adapters.sftp.session import ParamikoSftpSession
from registration_sync.bootstrap.init import build_during_init
from registration_sync.last_catch import silence_other_output
from registration_sync.logs import logger
from tests.functional.support.district import context, registration
from tests.functional.support.district import send as sync_students
from tests.functional.support.iam import Rights
from tests.functional.test_events import ANYTOWN, past_run
from tests.functional.test_service_errors import free_slot, send
from tests.support.sftp_servers import AsyncSftpServer

QUOTED = "Quillfeather"
"""A name that no test data has."""

ROOT = Path(__file__).parents[2]
APPS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))

RUNS: dict[str, dict[str, Any]] = {
    "export": {},
    "dry run": {"dry_run": True},
    "resend": {"resend_of": "20261123T030000Z-schedule"},
    "check": {"action": "check"},
    "test record": {"action": "test_record", "student_id": "007"},
    "erasure": {"action": "erasure", "student_id": "06520"},
}
SFTP_METHODS = [
    name
    for name in vars(ParamikoSftpSession)
    if not name.startswith("_") and inspect.isfunction(getattr(ParamikoSftpSession, name))
]


class Calls:
    """Names the outside operations, raises an exception that quotes a student at the first of one
    name, and finds the student in what is sent to AWS."""

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.failing = ""
        self.leaks: list[str] = []
        self.real = BaseClient._make_api_call

    def note(self, name: str) -> None:
        self.made.add(name)
        if name == self.failing:
            self.failing = ""
            raise KeyError(f"student {QUOTED}")

    def call(self, client: BaseClient, operation: str, given: Any) -> Any:
        name = f"{client.meta.service_model.service_name} {operation}"
        if QUOTED in str(given):
            self.leaks.append(name)
        self.note(name)
        if operation == "Invoke":
            return {"StatusCode": 202}
        return self.real(client, operation, given)


@pytest.fixture
def calls(aws: None, rights: Rights, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    calls = Calls()

    def call(client: BaseClient, *given: Any) -> Any:
        return calls.call(client, *given)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    for name in SFTP_METHODS:
        monkeypatch.setattr(ParamikoSftpSession, name, noted(calls, name))
    yield calls
    rights.denied.clear()  # a read ahead of a request that failed may run during the next one


def noted(calls: Calls, name: str) -> Any:
    real = getattr(ParamikoSftpSession, name)

    def call(self: Any, *given: Any, **more: Any) -> Any:
        calls.note(f"sftp {name}")
        return real(self, *given, **more)

    return call


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(tmp_path) as running:
        yield running


class Seen:
    """What a person or a program may read afterwards: log lines, other output and answers."""

    def __init__(self, written: list[str], output: Any, caplog: pytest.LogCaptureFixture) -> None:
        self.written, self.output, self.caplog = written, output, caplog
        output.readouterr()
        caplog.clear()

    @property
    def last_line(self) -> Any:
        return json.loads(self.written[-1])

    def has_student(self, answer: str) -> bool:
        printed = self.output.readouterr()
        logged = [str(vars(record)) for record in self.caplog.records] + self.written
        self.caplog.clear()
        self.written.clear()
        return QUOTED in "".join((answer, printed.out, printed.err, *logged))


@pytest.fixture
def seen(
    account: None,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Seen:
    """The logger keeps the output of the test in which it was made: gives it this test's."""
    written: list[str] = []
    (handler,) = logger().handlers
    monkeypatch.setattr(handler, "emit", lambda record: written.append(handler.format(record)))
    return Seen(written, capfd, caplog)


def each_failure(calls: Calls, use: Callable[[], str], seen: Seen) -> list[str]:
    """Uses it once, and again with a failure at each kind of its outside operations; returns those
    after which the student is seen."""
    calls.made.clear()
    use()
    wrong = []
    for name in sorted(calls.made):
        free_slot()
        calls.failing = name
        if seen.has_student(use()) or calls.leaks:
            wrong.append(name)
            calls.leaks.clear()
        calls.failing = ""
    return wrong


def test_no_route_shows_what_an_exception_quotes(
    server: AsyncSftpServer, calls: Calls, seen: Seen
) -> None:
    past_run(server, ANYTOWN)
    routes = [(app, route) for app in (configuration, sync) for route in app.ROUTES]
    routes.sort(key=lambda one: (one[1].method == "DELETE", len(one[1].resource)))

    wrong = {
        f"{route.method} {route.resource}": each_failure(
            calls,
            lambda app=app, route=route: str(send(app, route)),
            seen,  # type: ignore[misc]
        )
        for app, route in routes
    }

    assert {route: names for route, names in wrong.items() if names} == {}


@pytest.mark.parametrize("kind", RUNS)
def test_no_run_shows_what_an_exception_quotes(
    kind: str, server: AsyncSftpServer, calls: Calls, seen: Seen
) -> None:
    past_run(server, ANYTOWN)
    event = {"connection_id": ANYTOWN, **RUNS[kind]}

    def run() -> str:
        sync_students(registration("007"), connection_id=ANYTOWN)
        try:
            return str(export.handler(event, context()))
        except Exception as error:  # noqa: BLE001  # whatever leaves the handler
            return "".join(traceback.format_exception(error))

    assert each_failure(calls, run, seen) == []
    assert len(calls.made) > 3


class Refusing(dict[str, Any]):
    """An event that quotes a student wherever it is read."""

    def __getitem__(self, name: str) -> Any:
        raise KeyError(QUOTED)

    def get(self, name: str, default: Any = None) -> Any:
        raise KeyError(QUOTED)

    keys = items = values = __iter__ = get  # type: ignore[assignment]


@pytest.mark.parametrize("name", APPS)
def test_every_handler_has_a_last_catch(name: str, aws: None, seen: Seen) -> None:
    app = importlib.import_module(f"functions.{name}.app")

    try:
        answer = str(app.handler(Refusing(), context()))
    except Exception as error:  # noqa: BLE001  # whatever leaves the handler
        answer = "".join(traceback.format_exception(error))

    assert not seen.has_student(answer)


def test_an_error_during_the_start_is_logged_without_its_text(seen: Seen) -> None:
    def build() -> object:
        raise KeyError(QUOTED)

    build_during_init(build)

    assert seen.last_line["message"] == "unexpected error"
    assert seen.last_line["raised"][0].startswith("KeyError at ")
    assert not seen.has_student("")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_in_a_thread_is_logged_without_its_text(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    silence_other_output()

    def fail() -> None:
        raise KeyError(QUOTED)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    assert seen.last_line["raised"][0].startswith("KeyError at ")
    assert not seen.has_student("")


def test_a_log_line_that_cannot_be_written_shows_nothing(seen: Seen) -> None:
    silence_other_output()

    try:
        {}[QUOTED]
    except KeyError:
        logging.Handler().handleError(logging.makeLogRecord({}))

    assert not seen.has_student("")


def test_libraries_log_nothing(account: None, caplog: pytest.LogCaptureFixture) -> None:
    silence_other_output()

    for library in ("botocore", "urllib3.connectionpool", "paramiko.transport", "asyncio"):
        logging.getLogger(library).error("student %s", QUOTED)

    assert caplog.records == []
