"""Starts the export function by an asynchronous invocation."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import error_code, transient_as_unavailable
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.run import (
    DRY_RUN,
    ERASURE,
    EXPORT,
    OF_RECORD,
    ONCE,
    RESEND,
    ResendSelection,
    RunRequest,
)

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

ACTIONS = ONCE | {ERASURE}
"""The kinds that are actions of their own; the others are an export, told apart by its wishes."""


class LambdaExportStarter:
    """Implements the port ExportStarter."""

    def __init__(self, client: "LambdaClient", function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def start(self, request: RunRequest) -> None:
        payload: dict[str, Any] = {
            "action": request.kind if request.kind in ACTIONS else EXPORT,
            "connection_id": request.connection_id,
            "run_id": request.run_id,
            "trigger": request.trigger,
            "requested_by": request.requested_by,
        }
        # Whom a test record sends, or an erasure erases, stands in the run's record only.
        if request.school_years is not None and request.kind not in ACTIONS:
            payload["school_years"] = list(request.school_years)
        if request.kind == RESEND:
            payload |= _sent_again(request.again)
        elif request.kind not in ACTIONS:
            payload |= {
                "contents": request.contents,
                "dry_run": request.kind == DRY_RUN,
                "override_held": request.override_held,
                "override_guards": request.override_guards,
            }
        try:
            with transient_as_unavailable():
                self._client.invoke(
                    FunctionName=self._function_name,
                    InvocationType="Event",
                    Payload=json.dumps(payload),
                )
        except ClientError as error:
            # Whatever it is, the run does not start and its place has to be given back.
            raise Unavailable(f"The export could not be started: {error_code(error)}.") from error


def _sent_again(again: ResendSelection) -> dict[str, Any]:
    wish: dict[str, Any] = {"resend_of": again.run_id}
    if again.files:
        wish["files"] = [{"school_year": year, "name": name} for year, name in again.files]
    if again.student_ids:
        wish["student_ids"] = OF_RECORD
    return wish
