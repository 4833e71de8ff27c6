"""Starts the export function by an asynchronous invocation."""

import json
from typing import TYPE_CHECKING

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.errors import ServiceRefused, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaExportStarter:
    """Implements the port ExportStarter."""

    def __init__(self, client: "LambdaClient", function_name: str) -> None:
        self._client = client
        self._function_name = function_name

    def start(self, connection_id: str, run_id: str) -> None:
        # The stored run has everything else: failed events go to a queue, and student data does
        # not belong there.
        event = {"connection_id": connection_id, "run_id": run_id}
        try:
            with aws_errors():
                self._client.invoke(
                    FunctionName=self._function_name,
                    InvocationType="Event",
                    Payload=json.dumps(event),
                )
        except ServiceRefused as error:
            # For any reason: the run does not start and must free its slot.
            raise Unavailable(f"The export could not be started: {error.reason}.") from error
