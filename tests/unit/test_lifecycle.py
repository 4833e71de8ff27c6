"""The life of a run: it is found, begun, executed, stored and announced, each of them once."""

import datetime as dt
import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.deletion import Deletion
from registration_sync.domain.connections.schedule import Schedule
from registration_sync.domain.connections.setup import Setup, SetupStep
from registration_sync.domain.errors import (
    AlreadyRunning,
    AttemptEnded,
    BeingDeleted,
    Conflict,
    DiskFull,
    InvalidRequest,
    MarkerLost,
    NotFound,
    RegistrationSyncError,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.runs.liveness import RETRY_LIMIT, START_LIMIT
from registration_sync.domain.runs.run import (
    DeliveredFile,
    ResendSelection,
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


# In order


def test_an_export_is_stored_then_releases_the_lease_then_is_announced_and_retired() -> None:
    """A record in progress without a lease is shown as failed; others wait for the lease."""
    functions = Functions(RUN)

    run = functions.execute()

    assert functions.log == [
        "take the lease",
        "store in_progress",
        "run",
        "store succeeded",
        "release the lease",
        "announce r1 succeeded",
        "retire north",
    ]
    assert run == functions.stored["r1"]


@pytest.mark.parametrize("kind", [RunKind.RESEND, RunKind.ERASURE])
def test_only_an_export_retires_batches(kind: RunKind) -> None:
    functions = Functions(of_kind(kind))

    functions.execute()

    assert functions.log[0] == "take the lease"
    assert functions.log[-1] == "announce r1 succeeded"


@pytest.mark.parametrize("kind", [RunKind.DRY_RUN, RunKind.CHECK, RunKind.TEST_RECORD])
def test_a_run_that_moves_no_marker_takes_no_lease(kind: RunKind) -> None:
    functions = Functions(of_kind(kind))

    functions.execute()

    assert functions.log == [
        "store in_progress",
        "run",
        "store succeeded",
        "announce r1 succeeded",
    ]


def test_an_attempt_begins_with_a_clean_record() -> None:
    retried: dict[str, Any] = {
        "message": "It will be retried.",
        "error": LOST,
        "phase": "delivering",
    }
    times: dict[str, Any] = {"started_at": NOW, "next_attempt_by": NOW + MINUTE}
    functions = Functions(replace(RUN, attempt=1, attempt_token="before", **retried, **times))
    functions.now = NOW + MINUTE

    functions.execute()

    started: dict[str, Any] = {
        "status": RunStatus.IN_PROGRESS,
        "started_at": NOW + MINUTE,
        "sent_to": SENT_TO,
    }
    assert functions.begun == [replace(RUN, attempt=2, attempt_token="a token", **started)]


@pytest.mark.parametrize(
    "error",
    [Unavailable("later"), MarkerLost("lost"), DiskFull("full"), ServiceRefused("AccessDenied")],
)
def test_an_export_succeeded_even_if_its_batches_could_not_be_retired(
    error: RegistrationSyncError,
) -> None:
    functions = Functions(RUN)
    functions.retiring = error

    run = functions.execute()

    assert run is not None
    assert run.status is RunStatus.SUCCEEDED


# Found


def test_an_event_with_only_an_unknown_run_id_starts_nothing() -> None:
    with pytest.raises(NotFound, match="no run with this id"):
        Functions().execute()


@pytest.mark.parametrize("run_id", ["é", "a/b"])
def test_an_impossible_run_id_is_refused_and_not_looked_up(run_id: str) -> None:
    with pytest.raises(InvalidRequest):
        Functions().execute({**EVENT, "run_id": run_id, "trigger": "hand"})


def test_an_operator_may_choose_the_id_of_a_new_run() -> None:
    functions = Functions()

    chosen = functions.execute({**EVENT, "trigger": "hand"})
    made = functions.execute({"connection_id": "north"})

    assert chosen is not None
    assert made is not None
    assert (chosen.run_id, chosen.status) == ("r1", RunStatus.SUCCEEDED)
    assert made.run_id == "20260302T210000Z-000-12345678"


def test_a_scheduled_run_has_the_id_of_its_time_and_runs_once() -> None:
    functions = Functions()

    first = functions.execute(NIGHTLY)
    second = functions.execute({**NIGHTLY, "run_id": "another"})

    assert first == second
    assert list(functions.stored) == [NIGHTLY_ID]
    assert functions.log.count("run") == 1


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [(None, True), (OFF, False), (OFF.model_copy(update={"enabled": True}), True)],
)
def test_a_scheduled_run_needs_a_schedule_that_is_on(schedule: Schedule | None, runs: bool) -> None:
    functions = Functions()
    functions.schedule = schedule

    run = functions.execute(NIGHTLY)

    assert (run is not None, functions.log.count("run"), len(functions.stored)) == (
        runs,
        runs,
        runs,
    )


def test_a_requested_run_needs_no_schedule() -> None:
    functions = Functions(RUN)
    functions.schedule = OFF

    assert functions.execute() is not None


# Over before it begins


@pytest.mark.parametrize(
    ("changes", "is_announced"),
    [
        (FINISHED, True),
        ({"status": RunStatus.AWAITING_CONFIRMATION, "started_at": NOW}, True),
        ({"status": RunStatus.CANCELLED, "finished_at": NOW, "started_at": NOW}, True),
        ({"status": RunStatus.CANCELLED, "finished_at": NOW}, False),
        ({"status": RunStatus.FAILED, "finished_at": NOW}, True),
    ],
)
def test_the_event_of_a_run_that_is_over_only_announces_it(
    changes: dict[str, Any], is_announced: bool
) -> None:
    """The announcement may be missing: an attempt may have died before it."""
    functions = Functions(replace(RUN, **changes))

    run = functions.execute()

    assert run == functions.stored["r1"] == replace(RUN, **changes)
    assert functions.log == ([f"announce r1 {run.status}"] if is_announced else [])


def test_a_run_starts_only_until_it_is_shown_as_never_started() -> None:
    functions = Functions(RUN)
    functions.now = NOW + START_LIMIT + MINUTE

    run = functions.execute()

    assert run is not None
    assert (run.status, run.finished_at) == (RunStatus.FAILED, functions.now)
    assert functions.log == ["store failed", "announce r1 failed"]
    assert functions.stored["r1"] == run


@pytest.mark.parametrize("kind", [RunKind.CHECK, RunKind.TEST_RECORD])
def test_a_check_or_test_record_that_was_interrupted_is_not_repeated(kind: RunKind) -> None:
    """Each attempt signs in, and servers lock accounts after failed sign-ins."""
    stored = of_kind(kind, attempt=1, status=RunStatus.IN_PROGRESS, next_attempt_by=NOW)
    functions = Functions(stored)

    run = functions.execute()

    assert run is not None
    assert "interrupted" in run.message
    assert (run.finished_at, run.next_attempt_by) == (NOW, None)
    assert functions.log == ["store failed", "announce r1 failed"]


@pytest.mark.parametrize(
    ("student_ids", "status"),
    [((), "nothing_to_export"), (("007",), "succeeded"), (None, "succeeded")],
)
def test_a_resend_of_students_who_were_erased_sends_nothing(
    student_ids: tuple[str, ...] | None, status: str
) -> None:
    resend = ResendSelection("before", student_ids=student_ids)
    functions = Functions(replace(RUN, request=RunRequest(RunKind.RESEND, resend=resend)))

    run = functions.execute()

    assert run is not None
    assert run.status == status
    assert functions.announced == [f"announce r1 {status}"]
    assert ("run" in functions.log) == (status == "succeeded")


def test_a_resend_is_not_retried_long_after_its_start() -> None:
    started = of_kind(RunKind.RESEND, status=RunStatus.IN_PROGRESS, started_at=NOW, attempt=1)
    functions = Functions(started)
    functions.now = NOW + RETRY_LIMIT + MINUTE

    functions.execute()

    assert functions.log == ["store failed", "announce r1 failed"]


def test_a_run_that_began_meanwhile_is_not_shown_as_never_started() -> None:
    functions = Functions(RUN)
    functions.now = NOW + START_LIMIT + MINUTE
    other = replace(RUN, status=RunStatus.IN_PROGRESS, attempt=1, attempt_token="another")
    reads = iter([RUN, other])
    functions.find = lambda *_: next(reads)  # type: ignore[method-assign]
    functions.stored["r1"] = other

    run = functions.execute()

    assert run == other == functions.stored["r1"]
    assert functions.log == []


# Beside another


def test_a_second_attempt_at_once_leaves_the_run_to_the_first() -> None:
    functions = Functions(RUN)
    other = replace(RUN, status=RunStatus.IN_PROGRESS, attempt=1, attempt_token="another")
    functions.before_begin = lambda: functions.stored.update(r1=other)

    run = functions.execute()

    assert run == other == functions.stored["r1"]
    assert "run" not in functions.log
    assert functions.announced == []


def test_an_attempt_that_another_took_over_announces_what_that_one_stored() -> None:
    functions = Functions(RUN)
    done = replace(RUN, attempt_token="another", **FINISHED)

    def lose(run: Run) -> Run:
        functions.stored["r1"] = done
        return replace(run, status=RunStatus.FAILED, finished_at=NOW)

    functions.outcome = lose

    assert functions.execute() == done == functions.stored["r1"]
    assert functions.announced == ["announce r1 succeeded"]
    assert "retire north" not in functions.log


def test_a_runner_that_finds_another_attempt_stores_nothing() -> None:
    functions = Functions(RUN)

    def find_another(_run: Run) -> Run:
        raise AttemptEnded("Another attempt has begun.")

    functions.outcome = find_another

    run = functions.execute()

    assert run is not None
    assert run.status is RunStatus.IN_PROGRESS
    assert functions.announced == []


def test_a_run_beside_another_is_refused_in_its_record() -> None:
    functions = Functions(RUN)
    functions.holder = "other"

    with pytest.raises(AlreadyRunning):
        functions.execute()

    stored = functions.stored["r1"]
    assert (stored.status, stored.was_refused) == (RunStatus.FAILED, True)
    assert functions.log == ["store failed", "announce r1 failed"]


@pytest.mark.parametrize("holder", ["other", NIGHTLY_ID])
def test_a_scheduled_run_beside_another_leaves_no_record_and_waits(holder: str) -> None:
    functions = Functions()
    functions.holder = holder

    with pytest.raises(AlreadyRunning if holder == "other" else Unavailable):
        functions.execute(NIGHTLY)

    assert (functions.stored, functions.log) == ({}, [])


def test_a_run_that_is_invoked_twice_at_once_keeps_its_record() -> None:
    functions = Functions(RUN)
    functions.holder = "r1"

    with pytest.raises(Unavailable, match="may still be in progress"):
        functions.execute()

    assert (functions.stored["r1"], functions.log) == (RUN, [])


@pytest.mark.parametrize("event", [EVENT, NIGHTLY])
def test_a_connection_that_is_being_deleted_begins_no_run(event: dict[str, str]) -> None:
    functions = Functions(RUN, connection=NORTH.with_deletion(Deletion(NOW, "Ann", NOW)))

    with suppress(BeingDeleted):
        assert functions.execute(event) is None
        assert event == NIGHTLY
    assert functions.log == []


def test_a_requested_run_of_a_connection_that_is_being_deleted_is_an_error() -> None:
    functions = Functions(RUN, connection=NORTH.with_deletion(Deletion(NOW, "Ann", NOW)))

    with pytest.raises(BeingDeleted):
        functions.execute()


# Errors and retries


def fail_with(error: Exception) -> Callable[[Run], Run]:
    def fail(_run: Run) -> Run:
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequest("wrong"),
        NotFound("gone"),
        Conflict("in conflict"),
        MarkerLost("lost"),
        DiskFull("full"),
        ServiceRefused("AccessDenied"),
    ],
)
def test_an_error_that_a_person_must_correct_is_in_the_record(error: RegistrationSyncError) -> None:
    functions = Functions(RUN)
    functions.outcome = fail_with(error)

    run = functions.execute()

    assert run == functions.stored["r1"]
    assert run is not None
    assert run.error == RunError.of(error)
    assert (run.status, run.finished_at) == (RunStatus.FAILED, NOW)
    assert functions.announced == ["announce r1 failed"]


def test_a_full_disk_is_an_error_that_a_person_must_correct() -> None:
    functions = Functions(RUN)
    functions.outcome = fail_with(OSError(errno.ENOSPC, "No space left on device"))

    run = functions.execute()

    assert run is not None
    assert run.error is not None
    assert run.error.code == DiskFull.code


def failed(*errors: RunError | None, run_error: RunError | None = None) -> dict[str, Any]:
    years = tuple(
        YearOutcome(2025 + number, RunStatus.FAILED, error=error)
        for number, error in enumerate(errors)
    )
    return {"status": RunStatus.FAILED, "finished_at": NOW, "years": years, "error": run_error}


TRANSIENT = failed(LOST)


@pytest.mark.parametrize("changes", [failed(LOST), failed(LOST, LOST), failed(run_error=LOST)])
@pytest.mark.parametrize("attempts", [0, 1])
def test_a_transient_failure_is_retried(attempts: int, changes: dict[str, Any]) -> None:
    functions = Functions(replace(RUN, attempt=attempts))
    functions.outcome = lambda run: replace(run, mapping_version=7, **changes)

    with pytest.raises(Unavailable):
        functions.execute()

    stored = functions.stored["r1"]
    assert (stored.status, stored.finished_at) == (RunStatus.IN_PROGRESS, None)
    assert "retried" in stored.message
    assert stored.next_attempt_by == NOW + 10 * MINUTE
    assert stored.mapping_version == 7
    assert functions.announced == []


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        (replace(RUN, attempt=2), TRANSIENT),
        (replace(RUN, trigger=RunTrigger.OPERATOR), TRANSIENT),
        (of_kind(RunKind.DRY_RUN), TRANSIENT),
        (RUN, failed(WRONG)),
        (RUN, failed(LOST, WRONG)),
        (RUN, failed(run_error=WRONG)),
        (RUN, failed(None)),
        (RUN, TRANSIENT | {"status": RunStatus.PARTIAL}),
    ],
    ids=[
        "the third attempt",
        "an operator sees it",
        "it moves nothing",
        "terminal",
        "one is terminal",
        "terminal as a whole",
        "without an error",
        "something was delivered",
    ],
)
def test_any_other_failure_is_final(before: Run, changes: dict[str, Any]) -> None:
    functions = Functions(before)
    functions.outcome = lambda run: replace(run, **changes)

    run = functions.execute()

    assert run == functions.stored["r1"]
    assert run is not None
    assert run.finished_at == NOW


def test_a_nightly_run_is_retried_too() -> None:
    functions = Functions()
    functions.outcome = lambda run: replace(run, **TRANSIENT)

    with pytest.raises(Unavailable):
        functions.execute(NIGHTLY)

    assert functions.stored[NIGHTLY_ID].next_attempt_by


# Another attempt


WAITING = YearOutcome(2026, RunStatus.AWAITING_CONFIRMATION)
EMPTY = YearOutcome(2024, RunStatus.SUCCEEDED)


def next_attempt(**changes: Any) -> Run:
    """The run as the next attempt begins it."""
    functions = Functions(replace(RUN, **{"attempt": 1, "sent_to": SENT_TO, **changes}))
    functions.execute()
    return functions.begun[0]


def test_a_retry_keeps_the_years_that_were_delivered_and_a_confirmed_run_all_years() -> None:
    years = (DELIVERED, YearOutcome(2024, RunStatus.FAILED, error=LOST))

    assert next_attempt(years=years).years == (DELIVERED,)
    assert next_attempt(years=years, confirmed_by="Ann").years == years


def test_a_year_that_an_earlier_attempt_sent_to_another_account_says_so_once() -> None:
    one = next_attempt(years=(EMPTY, DELIVERED), sent_to="district@old.example.org:22")

    empty, delivered = one.years
    two = next_attempt(years=one.years, sent_to="district@older.example.org:22")

    assert empty == EMPTY
    assert [text.rpartition(" ")[2] for text in delivered.warnings] == [
        "district@old.example.org:22."
    ]
    assert two.years == one.years


@pytest.mark.parametrize(
    ("connection", "kind", "sent_to"),
    [
        (NORTH, RunKind.EXPORT, SENT_TO),
        (NORTH.model_copy(update={"delivery": "download"}), RunKind.EXPORT, "download"),
        (NORTH, RunKind.ERASURE, ""),
    ],
)
def test_a_run_names_the_account_to_which_it_sends(
    connection: Connection, kind: RunKind, sent_to: str
) -> None:
    run = Functions(of_kind(kind), connection=connection).execute()

    assert run is not None
    assert run.sent_to == sent_to


# A connection that is being set up


def set_up(kind: RunKind, **changes: Any) -> Functions:
    functions = Functions(of_kind(kind), connection=NORTH.with_setup(Setup()))
    functions.outcome = lambda run: replace(run, **{**FINISHED, **changes})
    return functions


@pytest.mark.parametrize(
    ("kind", "changes", "noted"),
    [
        (RunKind.EXPORT, {}, ["live"]),
        (RunKind.EXPORT, {"status": RunStatus.PARTIAL}, ["live"]),
        (RunKind.EXPORT, {"years": (EMPTY,)}, []),
        (RunKind.RESEND, {}, []),
        (RunKind.TEST_RECORD, {"years": ()}, [SetupStep.TEST_RECORD]),
        (RunKind.TEST_RECORD, {"years": (), "status": RunStatus.FAILED}, []),
        (RunKind.CHECK, {"years": ()}, []),
    ],
)
def test_a_delivery_ends_the_set_up_and_a_test_record_is_a_step_of_it(
    kind: RunKind, changes: dict[str, Any], noted: list[object]
) -> None:
    functions = set_up(kind, **changes)

    functions.execute()

    assert functions.noted == noted


@pytest.mark.parametrize("error", [Unavailable("later"), ServiceRefused("AccessDenied")])
def test_a_run_ends_well_even_if_the_set_up_could_not_be_noted(
    error: RegistrationSyncError,
) -> None:
    functions = set_up(RunKind.EXPORT)
    functions.noting = error

    functions.execute()

    assert functions.announced == ["announce r1 succeeded"]


def test_of_a_connection_that_is_live_nothing_is_noted() -> None:
    functions = Functions(RUN)

    functions.execute()

    assert functions.noted == []
