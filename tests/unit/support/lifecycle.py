"""The export function with what is around it, in memory."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.schedule import Schedule
from registration_sync.domain.connections.setup import SetupStep
from registration_sync.domain.errors import AlreadyRunning, AttemptEnded, RegistrationSyncError
from registration_sync.domain.runs.run import (
    DeliveredFile,
    Run,
    RunError,
    RunKind,
    RunRequest,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.use_cases.run_kinds.lifecycle import Attempt, RunExecutor

NOW = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
RUN = Run(connection_id="north", run_id="r1", trigger=RunTrigger.API, requested_at=NOW)
EVENT = {"connection_id": "north", "run_id": "r1"}
NIGHTLY = {
    "connection_id": "north",
    "trigger": "schedule",
    "scheduled_time": "2026-03-02T21:00:00Z",
}
NIGHTLY_ID = "20260302T210000Z-schedule"
NORTH = Connection(
    connection_id="north",
    name="North",
    district="north",
    time_zone="UTC",
    folder="exports",
    delivery="sftp",
    host="sftp.example.org",
    port=22,
    username="district",
)
SENT_TO = "district@sftp.example.org:22"
LOST, WRONG = RunError("lost", "Lost.", transient=True), RunError("wrong", "Wrong.")
A_FILE = DeliveredFile("a.csv", "exports/a.csv", 1, 9, "0" * 64)
DELIVERED = YearOutcome(2025, RunStatus.SUCCEEDED, rows=1, files=(A_FILE,))
OFF = Schedule(enabled=False, times=("21:00",), time_zone="UTC")

FINISHED: dict[str, Any] = {
    "status": RunStatus.SUCCEEDED,
    "finished_at": NOW,
    "years": (DELIVERED,),
}


def of_kind(kind: RunKind, **changes: Any) -> Run:
    return replace(RUN, request=RunRequest(kind), **changes)


class Functions:
    """The export function with what is around it, in memory: it implements the ports Connections,
    Runs and Schedules as far as a life cycle uses them. `log` has what happened in order, `begun`
    each run as its attempt began."""

    def __init__(self, *stored: Run, connection: Connection = NORTH) -> None:
        self.connection = connection
        self.schedule: Schedule | None = None
        self.stored = {run.run_id: run for run in stored}
        self.outcome: Callable[[Run], Run] = lambda run: replace(run, **FINISHED)
        self.holder: str | None = None
        self.before_begin: Callable[[], None] = lambda: None
        self.retiring: RegistrationSyncError | None = None
        self.noting: RegistrationSyncError | None = None
        self.log: list[str] = []
        self.noted: list[object] = []
        self.begun: list[Run] = []
        self.now = NOW

    def execute(self, event: Mapping[str, Any] = EVENT) -> Run | None:
        kinds = dict.fromkeys(RunKind, self._run)
        executor = RunExecutor(
            connections=self,  # type: ignore[arg-type]  # a part of the port
            runs=self,  # type: ignore[arg-type]
            schedules=SimpleNamespace(get=lambda _: self.schedule),
            runners=kinds,
            leased_runners=dict.fromkeys(RunKind, lambda attempt, _lease: self._run(attempt)),
            hold_lease=self._hold_lease,
            announce=lambda run: self.log.append(f"announce {run.run_id} {run.status}"),
            retire=self._retire,
            workspace=self._workspace,
            now=lambda: self.now,
            new_token=lambda: "a token",
        )
        return executor.execute(event, "12345678-1234")

    @property
    def announced(self) -> list[str]:
        return [line for line in self.log if line.startswith("announce")]

    def _run(self, attempt: Attempt) -> Run:
        self.log.append("run")
        self.begun.append(attempt.run)
        return self.outcome(attempt.run)

    @contextmanager
    def _hold_lease(self, _connection_id: str, _run_id: str) -> Iterator[Any]:
        if self.holder:
            raise AlreadyRunning("Another run is in progress.", run_id=self.holder)
        self.log.append("take the lease")
        yield None
        self.log.append("release the lease")

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        yield Path("a workspace")

    def _retire(self, connection_id: str, _workspace: Path) -> None:
        self.log.append(f"retire {connection_id}")
        if self.retiring:
            raise self.retiring

    # Connections

    def get(self, _connection_id: str) -> Connection:
        return self.connection

    def end_setup(self, _connection_id: str) -> None:
        self._note("live")

    def note_setup(self, _connection_id: str, step: SetupStep) -> None:
        self._note(step)

    def _note(self, what: object) -> None:
        if self.noting:
            raise self.noting
        self.noted.append(what)

    # Runs

    def find(self, _connection_id: str, run_id: str) -> Run | None:
        assert run_id.isascii()
        return self.stored.get(run_id)

    def begin(self, run: Run, after: str) -> None:
        self.before_begin()
        self._store(run, after)

    def save(self, run: Run) -> None:
        self._store(run, run.attempt_token)

    def _store(self, run: Run, after: str) -> None:
        stored = self.stored.get(run.run_id)
        if stored and (stored.finished or stored.attempt_token not in {"", after}):
            raise AttemptEnded("Another attempt has begun, or the run has ended.")
        self.stored[run.run_id] = run
        self.log.append(f"store {run.status}")
