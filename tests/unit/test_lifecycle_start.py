"""The start of a run: it is found and begun, once, and beside no other run of its connection."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from registration_sync.domain.connections.deletion import Deletion
from registration_sync.domain.connections.schedule import Schedule
from registration_sync.domain.errors import (
    AlreadyRunning,
    AttemptEnded,
    BeingDeleted,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from registration_sync.domain.runs.liveness import RETRY_LIMIT, START_LIMIT
from registration_sync.domain.runs.run import ResendSelection, Run, RunKind, RunRequest, RunStatus
from tests.unit.support.lifecycle import (
    EVENT,
    FINISHED,
    MINUTE,
    NIGHTLY,
    NIGHTLY_ID,
    NORTH,
    NOW,
    OFF,
    RUN,
    Functions,
    of_kind,
)

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
