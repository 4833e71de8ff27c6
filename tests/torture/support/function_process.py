"""A process that has loaded the functions, and forks itself for each invocation.

    python -m tests.torture.support.function_process SOCKET

An invocation is a process of its own, as on AWS, and can be killed as one, but needs no time to
start. A request is a line of JSON on a connection to the socket; the answers are lines, too: the
id of the process, each operation as it begins, and last the result. If the lines end without one,
the process was killed.
"""

import datetime as dt
import gc
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

from registration_sync.adapters.dynamodb import connection_items
from registration_sync.adapters.ticker import ThreadTicker
from registration_sync.bootstrap import aws_clients
from registration_sync.domain.school_year import current_school_year
from tests.torture.support.clock import Clock
from tests.torture.support.operations import Kill, Operation, Operations, Sleep

OPERATIONS = Operations()
CLOCK = Clock()


class LateTicker(ThreadTicker):
    """As the real one, with a call that comes when the test says: that of a thread that slept."""

    def __init__(self) -> None:
        self._call: Callable[[], None] = lambda: None

    @contextmanager
    def every(self, seconds: float, call: Callable[[], None]) -> Iterator[None]:
        self._call = call
        with super().every(seconds, call):
            yield
        self._call = lambda: None

    def call_late(self) -> None:
        threading.Thread(target=self._call, daemon=True).start()


TICKER = LateTicker()


class StartedByTheTest:
    """Replaces the start of the export function by the API: the test invokes it."""

    def start(self, connection_id: str, run_id: str) -> None: ...


def load() -> dict[str, Any]:
    """The handlers by name, with watched clients and the clock. A purge looks into a few school
    years only, not into all from 1990 to 2100, which takes seconds."""
    OPERATIONS.watch_aws(aws_clients.session())
    OPERATIONS.watch_sftp()
    # After the watch: a handler's module builds the clients.
    from functions.configuration import app as configuration  # noqa: PLC0415
    from functions.export import app as export  # noqa: PLC0415
    from functions.sync import app as sync  # noqa: PLC0415
    from registration_sync.bootstrap import configuration_function, export_function  # noqa: PLC0415

    parts = replace(configuration_function.dependencies(), starter=StartedByTheTest())
    configuration_function.dependencies = lambda: parts  # type: ignore[assignment]
    this_year = current_school_year(dt.datetime.now(dt.UTC).date())
    connection_items.SCHOOL_YEARS = range(this_year - 1, this_year + 3)
    exporting = replace(export_function.dependencies(), ticker=TICKER)
    export_function.dependencies = lambda: exporting  # type: ignore[assignment]
    CLOCK.install()
    gc.freeze()
    return {
        "configuration": configuration.handler,
        "export": export.handler,
        "sync": sync.handler,
    }


def invoke(handlers: dict[str, Any], connection: socket.socket) -> None:
    """Executes the request of the connection in this process."""
    with connection.makefile("rb") as stream:
        request = json.loads(stream.readline())

        def say(line: dict[str, Any]) -> None:
            connection.sendall(json.dumps(line).encode() + b"\n")

        def report(operation: Operation) -> None:
            say({"operation": asdict(operation)})

        say({"pid": os.getpid()})
        OPERATIONS.begin(report, Kill(**request["kill"]) if request["kill"] else None)
        CLOCK.ahead_seconds = request["ahead_seconds"]
        signal.signal(signal.SIGCONT, lambda *_: go_on(Sleep(**request["sleep"])))
        ends_at = time.monotonic() + request["seconds_left"]
        context = SimpleNamespace(
            aws_request_id=str(uuid.uuid4()),
            get_remaining_time_in_millis=lambda: int((ends_at - time.monotonic()) * 1000),
        )
        tempfile.tempdir = tempfile.mkdtemp()  # as each environment of AWS has its own
        try:
            say({"answer": handlers[request["function"]](request["event"], context)})
        except Exception as error:  # noqa: BLE001  # AWS takes any
            say({"raised": type(error).__name__, "message": str(error)})
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)


def go_on(sleep: Sleep) -> None:
    """In a process that stood still."""
    CLOCK.ahead_seconds += sleep.seconds
    if sleep.renews_late:
        TICKER.call_late()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forked processes
    handlers = load()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        sys.stdout.write("{}\n")
        sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        while True:
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    listening.close()
                    try:
                        invoke(handlers, connection)
                    finally:
                        os._exit(0)


if __name__ == "__main__":
    main()
