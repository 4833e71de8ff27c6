"""The life of a run: it is executed, stored and announced, in this order; errors and retries."""

import errno
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.setup import Setup, SetupStep
from registration_sync.domain.errors import (
    Conflict,
    DiskFull,
    InvalidRequest,
    MarkerLost,
    NotFound,
    RegistrationSyncError,
    ServiceRefused,
    Unavailable,
)
from registration_sync.domain.runs.run import (
    Run,
    RunError,
    RunKind,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from tests.unit.support.lifecycle import (
    DELIVERED,
    FINISHED,
    LOST,
    MINUTE,
    NIGHTLY,
    NIGHTLY_ID,
    NORTH,
    NOW,
    RUN,
    SENT_TO,
    WRONG,
    Functions,
    of_kind,
)

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
