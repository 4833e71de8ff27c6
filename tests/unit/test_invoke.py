"""`make invoke`: the record names the caller, and a failed run fails the command."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from local.operators.deployed import Deployed
from local.operators.invoke import invoke, is_done

EVENTS = Path(__file__).parents[2] / "events"
OUTPUTS = {"ExportFunctionName": "export", "ConfigurationFunctionName": "configuration"}
ARN = "arn:aws:iam::123456789012:user/olga"


class Aws:
    """The functions and the identity of an account."""

    def __init__(self) -> None:
        self.received: dict[str, dict[str, Any]] = {}

    def __call__(self, _service: str, config: object = None) -> "Aws":
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": ARN}

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803  # of boto3
        self.received[FunctionName] = json.loads(Payload)
        return {"Payload": io.BytesIO(b'{"run_id": "r", "status": "succeeded"}')}


def received(event: dict[str, Any], connection: str | None = None) -> dict[str, dict[str, Any]]:
    aws = Aws()
    invoke(Deployed("stack", "https://api", OUTPUTS, aws), event, connection)
    return aws.received


def test_the_export_functions_event_names_the_caller_unless_it_has_an_operator() -> None:
    event = {"connection_id": "anytown"}

    assert received(event) == {"export": {"connection_id": "anytown", "operator": ARN}}
    named = received({**event, "operator": "Olga"}, "north")
    assert named == {"export": {"connection_id": "north", "operator": "Olga"}}


def test_an_event_of_the_api_names_the_caller_and_the_connection() -> None:
    claims = {"cognito:groups": "full-access,operators", "username": "ada"}
    context = {"requestContext": {"authorizer": {"claims": claims}}}
    event = {"httpMethod": "GET", **context, "pathParameters": {"connection_id": "anytown"}}

    found = received(event, "north")["configuration"]
    assert found["pathParameters"] == {"connection_id": "north"}
    assert found["requestContext"]["authorizer"]["claims"] == {**claims, "username": ARN}
    without = received({**event, "pathParameters": None}, "north")["configuration"]
    assert without["pathParameters"] == {"connection_id": "north"}


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_no_sample_event_names_somebody_else(path: Path) -> None:
    found = received(json.loads(path.read_text()), "south")

    (event,) = found.values()
    text = json.dumps(event)
    assert "your name" not in text
    assert '"ada"' not in text
    assert "district:" not in text
    assert '"programs": []' not in str(event.get("body"))  # a PUT would stop Enroll's syncs


def test_other_events_reach_their_function_without_an_operator() -> None:
    api_event = {"httpMethod": "GET", "pathParameters": {"connection_id": "anytown"}}
    watch, rebuild = {"action": "watch_schedules"}, {"action": "rebuild_marker"}

    found = received(api_event, "north")
    assert found["configuration"]["pathParameters"] == {"connection_id": "north"}
    assert received(watch) == {"configuration": watch}
    assert received({**rebuild, "connection_id": "c"}) == {
        "export": {**rebuild, "connection_id": "c"}
    }


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        ({"run_id": "r", "status": "succeeded", "error": None}, True),
        ({"run_id": "r", "status": "nothing_to_export"}, True),
        ({"run_id": "r", "status": "partial"}, False),
        ({"run_id": "r", "status": "failed"}, False),
        ({"run_id": "r", "status": "awaiting_confirmation"}, False),
        ({"run_id": None, "status": "cancelled"}, False),
        ({"error": {"code": "invalid_request"}}, False),
        ({"errorType": "Sandbox.Timedout", "errorMessage": "…"}, False),
        ({"connection_id": "c", "years": []}, True),
        ({"overdue": []}, True),
        ({"connection_id": "c", "status": "purged"}, True),
        ({"connection_id": "c", "status": "purging"}, False),
        ({"connection_id": "c", "status": "being_deleted"}, False),
        ({"statusCode": 202, "body": "{}"}, True),
        ({"statusCode": 400, "body": "{}"}, False),
    ],
    ids=str,
)
def test_only_what_was_done_counts_as_done(answer: dict[str, Any], done: bool) -> None:
    assert is_done(answer) is done
