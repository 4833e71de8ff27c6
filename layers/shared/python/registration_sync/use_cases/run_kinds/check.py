"""Check: tries every step of a delivery, and stores the outcome with the connection."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.sftp import ServerTraits, SftpAccount
from registration_sync.domain.errors import InvalidRequest, Unavailable
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.domain.runs.run import Run, RunStatus
from registration_sync.domain.school_year import current_school_year
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.runs import CheckAttempts, CheckSlots, Runs
from registration_sync.ports.sftp import SftpServers
from registration_sync.use_cases.delivery.check_connection import check_connection
from registration_sync.use_cases.run_kinds.lifecycle import Attempt
from registration_sync.use_cases.runs.start_run import take_connection_slot

_ALL_WORKS = "The test passed: files can be delivered."
_NO_SERVER = "This connection uses manual download, so there is no server to test."

MAX_MESSAGE_CHARACTERS = 2_000
"""Of the last check, which is stored in the connection's item: DynamoDB allows 400 kB for it."""

PROBE_DIGITS = "0c4ec0"
"""Always the same: where nothing can be deleted, a check writes over the file of the last one."""


def run_check(
    attempt: Attempt,
    *,
    connections: Connections,
    mappings: Mappings,
    runs: Runs,
    check_slots: CheckSlots,
    check_attempts: CheckAttempts,
    servers: SftpServers,
    account_of: Callable[[Connection], SftpAccount],
    claim: Callable[[Connection], None],
    now: Callable[[], dt.datetime],
) -> Run:
    """Takes no lease and changes nothing else; frees its slots. Raises AlreadyRunning while another
    check of the connection is running, and Unavailable."""
    try:
        take_connection_slot(attempt.run.connection_id, attempt.run.run_id, now(), check_slots)
        run = _checked(attempt, connections, mappings, runs, servers, account_of, claim, now)
        _note_sign_in(run, check_attempts)
    finally:
        with suppress(Unavailable):
            check_slots.free(attempt.run.run_id)
    return run


def _note_sign_in(run: Run, check_attempts: CheckAttempts) -> None:
    """A refused sign-in delays the next check; an accepted one ends the delay."""
    results = {step.step: step.result for step in run.steps}
    with suppress(Unavailable):
        if results.get("sign_in") is StepResult.FAILED and run.finished_at:
            check_attempts.note_refused(run.connection_id, run.finished_at)
        elif results.get("sign_in") in {StepResult.OK, StepResult.WARNING}:
            check_attempts.forget_refused(run.connection_id)


def _checked(
    attempt: Attempt,
    connections: Connections,
    mappings: Mappings,
    runs: Runs,
    servers: SftpServers,
    account_of: Callable[[Connection], SftpAccount],
    claim: Callable[[Connection], None],
    now: Callable[[], dt.datetime],
) -> Run:
    run, connection = attempt.run, attempt.connection
    if connection.delivery is not DeliveryMethod.SFTP:
        status = RunStatus.SUCCEEDED
        return replace(run, status=status, message=_NO_SERVER, finished_at=now())

    def show(steps: Sequence[CheckStep]) -> None:
        with suppress(Unavailable):  # progress is only shown
            runs.save(replace(run, steps=tuple(steps)))

    school_year = current_school_year(now().astimezone(connection.zone).date())
    steps, traits = check_connection(
        connection,
        lambda: account_of(connection),
        folder=connection.folder_for(school_year),
        names=_delivered_names(connection, mappings, school_year, now()),
        token=PROBE_DIGITS,
        workspace=attempt.workspace,
        servers=servers,
        now=now,
        show=show,
        on_sign_in=lambda: claim(connection),
    )
    failed = next((step for step in steps if step.result is StepResult.FAILED), None)
    warned = next((step for step in steps if step.result is StepResult.WARNING), None)
    worst = failed or warned
    run = replace(
        run,
        status=RunStatus.FAILED if failed else RunStatus.SUCCEEDED,
        message=worst.message if worst else _ALL_WORKS,
        steps=steps,
        finished_at=now(),
    )
    connections.remember_check(connection, _summary(run, traits))
    return run


def _delivered_names(
    connection: Connection, mappings: Mappings, school_year: int, now: dt.datetime
) -> tuple[str, ...]:
    """The names of the files that an export delivers now; empty without a valid mapping."""
    saved = mappings.latest(connection.connection_id)
    if saved is None:
        return ()
    try:
        mapping = parse_mapping(saved.definition)
        compiled = compile_mapping(mapping, RunContext(now, connection.zone, school_year))
    except InvalidRequest:
        return ()
    return compiled.delivered_names


def _summary(run: Run, traits: ServerTraits) -> dict[str, object]:
    checked_at = run.finished_at and run.finished_at.isoformat(timespec="seconds")
    return {
        "run_id": run.run_id,
        "status": run.status.value,
        "message": run.message[:MAX_MESSAGE_CHARACTERS],
        "replaced_by": traits.replaced_by and traits.replaced_by.value,
        "server": traits.to_json(),
        "checked_at": checked_at,
        "steps": {step.step: step.result.value for step in run.steps},
    }
