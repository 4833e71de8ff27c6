"""Invokes a function with an event of an operator, and fails if the run fails.

    python -m local.operators.invoke events/export_now.json [--stack NAME] [--connection ID]

Prints the answer. Exits with 0 only if all was done: a run that succeeded or had nothing to export.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.operators.deployed import ONE_LONG_CALL, Deployed, deployed_stack
from local.processes import NotStarted

WITHOUT_A_RUN = ("watch_schedules", "rebuild_marker", "list_deletions")
DONE = ("succeeded", "nothing_to_export")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("event", type=Path)
    parser.add_argument("--stack", default="registration-sync", help="its name, or local")
    parser.add_argument("--connection", help="in place of the connection in the event")
    arguments = parser.parse_args()
    try:
        event = json.loads(arguments.event.read_text(encoding="utf-8"))
        answer = invoke(deployed_stack(arguments.stack), event, arguments.connection)
    except (OSError, ValueError, NotStarted, BotoCoreError, ClientError) as error:
        sys.exit(f"Nothing was invoked, or no answer came: {error}")
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    sys.exit(0 if is_done(answer) else 1)


def invoke(stack: Deployed, event: dict[str, Any], connection: str | None = None) -> Any:
    """The function's answer. Records and audit entries name the caller of AWS; those of the export
    function the `operator` in its event, if there is one."""
    is_api_event = "httpMethod" in event
    if connection and is_api_event:
        path = event.get("pathParameters") or {}
        event = {**event, "pathParameters": {**path, "connection_id": connection}}
    elif connection:
        event = {**event, "connection_id": connection}
    of_configuration = is_api_event or event.get("action") == "watch_schedules"
    identity = stack.client("sts").get_caller_identity()
    if is_api_event:
        context = event.setdefault("requestContext", {})
        claims = context.setdefault("authorizer", {}).setdefault("claims", {})
        claims["username"] = identity["Arn"]
    elif event.get("action") not in WITHOUT_A_RUN:
        event = {"operator": identity["Arn"], **event}
    name = "ConfigurationFunctionName" if of_configuration else "ExportFunctionName"
    client = stack.client("lambda", config=ONE_LONG_CALL)
    answer = client.invoke(FunctionName=stack.outputs[name], Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def is_done(answer: Any) -> bool:
    """Whether the answer is neither an error nor a run that left something undone."""
    if "statusCode" in answer:
        return bool(answer["statusCode"] < 400)
    if "errorType" in answer or answer.get("error"):
        return False
    if "run_id" not in answer:  # only a purge has a status then
        return bool(answer.get("status", "purged") == "purged")
    return bool(answer.get("status") in DONE)


if __name__ == "__main__":
    main()
