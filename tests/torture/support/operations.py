"""Sees each operation of a function on AWS and on the SFTP server, and stops the process at one."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.session import Session
from paramiko.sftp import CMD_EXTENDED, CMD_NAMES

from registration_sync.adapters.sftp.client import SftpClient
from registration_sync.adapters.sftp.servers import ParamikoSftpServers

BEFORE, SENT, AFTER = "before", "sent", "after"
"""When the process is killed: before the request, right after the request was sent, while the
server may be executing it (SFTP only), or after the answer came."""

KINDS = {
    "dynamodb": "table",
    "s3": "archive",
    "secrets-manager": "secrets",
    "eventbridge": "message",
    "sns": "message",
    "scheduler": "schedule",
    "sftp": "server",
}


READS = {
    *(f"dynamodb {name}" for name in ("GetItem", "Query", "BatchGetItem")),
    *(f"s3 {name}" for name in ("GetObject", "HeadObject", "ListObjectsV2")),
    *(f"secrets-manager {name}" for name in ("GetSecretValue", "ListSecrets")),
    *(f"sftp {name}" for name in ("stat", "lstat", "read", "opendir", "readdir", "close")),
}


def kind_of(name: str) -> str:
    """The kind of an operation, such as "table" of "dynamodb PutItem"."""
    service = name.partition(" ")[0]
    return KINDS.get(service, service)


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is such as "dynamodb PutItem" or "sftp rename", and this is the `nth` of it; `waits`
    if the program waits for its answer: not for the writes of an upload; `at` is when it began, on
    the clock of all processes.
    """

    number: int
    name: str
    waits: bool = True
    nth: int = 0
    at: float = field(default_factory=time.monotonic)

    @property
    def kind(self) -> str:
        return kind_of(self.name)

    @property
    def edges(self) -> tuple[str, ...]:
        if self.name in READS:  # afterwards nothing has changed: the next "before" is the same
            return (BEFORE,)
        if self.kind != "server" or self.name == "sftp sign in":
            return BEFORE, AFTER
        return (BEFORE, SENT, AFTER) if self.waits else (BEFORE, SENT)


@dataclass(frozen=True, slots=True)
class Kill:
    """Ends the process at the operation of this number, from 1: of all, or of those of this name;
    by SIGSTOP, freezes it."""

    number: int
    edge: str
    name: str = ""
    by: int = signal.SIGKILL

    def is_at(self, operation: Operation, edge: str) -> bool:
        number = operation.nth if self.name else operation.number
        return (self.number, self.edge) == (number, edge) and self.name in {"", operation.name}


@dataclass(frozen=True, slots=True)
class Sleep:
    """What a process finds that stood still: its clock has gone on by so many seconds, and the
    thread that renews the lease, which slept, too, does so now if it `renews_late`."""

    seconds: float = 0
    renews_late: bool = False


NO_SLEEP = Sleep()


class Operations:
    """Counts the operations of this process, in all its threads. `report` gets each as it begins.

    Nothing is seen before `begin`: a process is forked for each invocation.
    """

    def __init__(self) -> None:
        self._report: Callable[[Operation], None] = lambda _: None
        self._kill: Kill | None = None
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._current = threading.local()

    def begin(self, report: Callable[[Operation], None], kill: Kill | None) -> None:
        self._report, self._kill = report, kill

    def watch_aws(self, session: Session) -> None:
        """Watches the clients that the session makes from now on. Each try counts."""
        session.register("before-send", self._before_send)
        session.register("response-received", self._received)

    def watch_sftp(self) -> None:
        """Watches the functions' own SFTP client."""
        connect = ParamikoSftpServers.connect
        request, send = SftpClient._request, SftpClient._async_request

        def watched_connect(servers: Any, *args: Any, **kwargs: Any) -> Any:
            signing_in = self._start("sftp sign in", waits=True)
            session = connect(servers, *args, **kwargs)
            self._reach(signing_in, AFTER)
            return session

        def watched_request(client: Any, kind: int, *args: Any) -> Any:
            self._current.waits = True
            try:
                return request(client, kind, *args)
            finally:
                self._current.waits = False
                self._reach(self._current.operation, AFTER)

        def watched_send(client: Any, answers: Any, kind: int, *args: Any) -> Any:
            name = args[0] if kind == CMD_EXTENDED else CMD_NAMES[kind]
            operation = self._start(f"sftp {name}", waits=getattr(self._current, "waits", False))
            self._current.operation = operation
            result = send(client, answers, kind, *args)
            self._reach(operation, SENT)
            return result

        for owner, name, watched in (
            (ParamikoSftpServers, "connect", watched_connect),
            (SftpClient, "_request", watched_request),
            (SftpClient, "_async_request", watched_send),
        ):
            setattr(owner, name, watched)

    def _before_send(self, event_name: str, **_: Any) -> None:
        self._current.operation = self._start(_name_of(event_name), waits=True)

    def _received(self, **_: Any) -> None:
        self._reach(self._current.operation, AFTER)

    def _start(self, name: str, *, waits: bool) -> Operation:
        with self._lock:
            self._counts[name] += 1
            operation = Operation(self._counts.total(), name, waits, self._counts[name])
            self._report(operation)
            self._reach(operation, BEFORE)
        return operation

    def _reach(self, operation: Operation, edge: str) -> None:
        if self._kill and self._kill.is_at(operation, edge):
            os.kill(os.getpid(), self._kill.by)


def _name_of(event_name: str) -> str:
    """ "dynamodb PutItem" of "before-send.dynamodb.PutItem"."""
    _, service, operation = event_name.split(".")
    return f"{service} {operation}"
