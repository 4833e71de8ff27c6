"""Check connection, as a run: the record has every step, the connection remembers the outcome."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace

from registration_sync.domain.connections.connection import DeliveryMethod
from registration_sync.domain.connections.sftp import ServerTraits
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.domain.runs.run import Run, RunRequest, RunStatus
from registration_sync.domain.school_year import current_school_year
from registration_sync.use_cases.delivery.check_connection import check_connection
from registration_sync.use_cases.run_kinds.lifecycle import (
    Outside,
    account_of,
    saved_run,
    started_run,
)

_ALL_WELL = "Everything that a delivery needs works."
_NO_SERVER = "Files of this connection are downloaded: there is no server to check."


def run_check(request: RunRequest, *, attempt: int, outside: Outside) -> Run:
    """Takes no lease and moves nothing. Raises NotFound without such a connection, RunCancelled,
    and Unavailable."""
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    outside.runs.save(started)
    if connection.delivery is not DeliveryMethod.SFTP:
        done = replace(started, status=RunStatus.SUCCEEDED, message=_NO_SERVER)
        return saved_run(replace(done, finished_at=outside.now()), outside.runs)

    def show(steps: Sequence[CheckStep]) -> None:
        with suppress(Unavailable):  # it is only shown
            outside.runs.save(replace(started, steps=tuple(steps)))

    steps, traits = check_connection(
        connection,
        lambda: account_of(connection, outside),
        folder=connection.folder_for(
            current_school_year(outside.now().astimezone(connection.zone).date())
        ),
        token=outside.new_token(),
        workspace=outside.workspace,
        servers=outside.servers,
        now=outside.now,
        show=show,
    )
    failed = next((step for step in steps if step.result is StepResult.FAILED), None)
    warned = next((step for step in steps if step.result is StepResult.WARNING), None)
    told = failed or warned
    run = replace(
        started,
        status=RunStatus.FAILED if failed else RunStatus.SUCCEEDED,
        message=told.message if told else _ALL_WELL,
        steps=steps,
        finished_at=outside.now(),
    )
    _remember(run, steps, traits, outside)
    return saved_run(run, outside.runs)


def _remember(
    run: Run, steps: tuple[CheckStep, ...], traits: ServerTraits, outside: Outside
) -> None:
    outcome = {
        "run_id": run.run_id,
        "status": run.status,
        "message": run.message,
        "replaced_by": traits.replaced_by,
        "server": traits.to_json(),
        "checked_at": run.to_json()["finished_at"],
        "steps": {asdict(step)["step"]: step.result for step in steps},
    }
    outside.connections.remember_check(run.connection_id, outcome)
