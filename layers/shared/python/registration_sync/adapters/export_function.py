"""Starts the export function by an asynchronous invocation."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from registration_sync.adapters.aws_errors import error_code, passing_faults_are_unavailable
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.export_run import ExportRequest

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaExportStarter:
    """Implements the port ExportStarter."""

    def __init__(self, client: "LambdaClient", function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def start(self, request: ExportRequest) -> None:
        payload = {
            "action": "export",
            "connection_id": request.connection_id,
            "run_id": request.run_id,
            "trigger": request.trigger,
            "contents": request.contents,
            "requested_by": request.requested_by,
        }
        if request.school_years is not None:
            payload["school_years"] = list(request.school_years)  # type: ignore[assignment]
        try:
            with passing_faults_are_unavailable():
                self._client.invoke(
                    FunctionName=self._function_name,
                    InvocationType="Event",
                    Payload=json.dumps(payload),
                )
        except ClientError as error:
            # Whatever it is, the run does not start and its place has to be given back.
            raise Unavailable(f"The export could not be started: {error_code(error)}.") from error
