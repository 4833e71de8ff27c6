"""The rules of docs/enroll and docs/examples get the events that they are for, and no others."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from local.build import SAM
from local.processes import environment
from registration_sync.adapters.aws.notifications import EventBridgeEvents
from registration_sync.bootstrap import export_function
from tests.functional.support.district import (
    CONNECTION,
    MAPPING,
    NORTH,
    call,
    registration,
    run_export,
    send,
)
from tests.support.cloudformation import load
from tests.unit.test_docs import names_in

DOCS = Path(__file__).parents[2] / "docs" / "enroll"
EXAMPLE: dict[str, Any] = json.loads((DOCS / "run_event.json").read_text(encoding="utf-8"))
TEMPLATE = DOCS / "run_events.yaml"
STACK = "stack"

SLACK = DOCS.parent / "examples" / "slack_messages.yaml"

UNMATCHED = {"unmatched": {"action": "hold", "count": 1}}


def slack_rule() -> dict[str, Any]:
    rule: dict[str, Any] = load(SLACK)["Resources"]["Exports"]["Properties"]
    return rule


def slack_pattern(*connections: str) -> dict[str, Any]:
    """The pattern of the rule for Slack, for these connections."""
    found: dict[str, Any] = json.loads(json.dumps(slack_rule()["EventPattern"]))
    assert found["detail"]["connection_id"] == {"Ref": "Connections"}
    found["detail"] |= {"stack": [STACK], "connection_id": [*connections]}
    return found


def slack_message(event: dict[str, Any]) -> Any:
    """The body that EventBridge posts: the template, with a value for each `<name>` (EventBridge
    User Guide, "Input transformation"; a value within quotes gets none of its own)."""
    transformer = slack_rule()["Targets"][0]["InputTransformer"]
    text = transformer["InputTemplate"]["Fn::Sub"].replace("${Console}", "https://api/v1/console")
    for name, path in transformer["InputPathsMap"].items():
        value: Any = event
        for part in path.removeprefix("$.").split("."):
            value = value[part]
        text = text.replace(f"<{name}>", value)
    return json.loads(text)


def pattern(stack: str) -> dict[str, Any]:
    """The pattern of the rule, for the stack of that name."""
    rule = load(TEMPLATE)["Resources"]["EndedExports"]["Properties"]
    found: dict[str, Any] = json.loads(json.dumps(rule["EventPattern"]))
    assert found["detail"]["stack"] == [{"Ref": "SyncStack"}]
    found["detail"]["stack"] = [stack]
    return found


def matches(wanted: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether EventBridge would match the event: each field of the pattern is in the event, with
    one of the values (EventBridge User Guide, "Creating event patterns"; of its operators this
    knows none)."""
    return all(
        name in event
        and (matches(want, event[name]) if isinstance(want, dict) else event[name] in want)
        for name, want in wanted.items()
    )


class Bus:
    """Replaces the client of EventBridge: keeps the events that are put on the bus."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, int]:  # noqa: N803  # as boto3 does
        self.events += [
            {
                "source": entry["Source"],
                "detail-type": entry["DetailType"],
                "detail": json.loads(entry["Detail"]),
            }
            for entry in Entries
        ]
        return {"FailedEntryCount": 0}


@pytest.fixture
def bus(started: object, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """The account's bus, and a connection whose files are downloaded."""
    bus = Bus()
    client: Any = bus
    deps = replace(export_function.dependencies(), events=EventBridgeEvents(client, STACK))
    monkeypatch.setattr(export_function, "dependencies", lambda: deps)
    body = CONNECTION | {"delivery": "download", "guards": UNMATCHED}
    assert call(configuration, "POST", "/connections", body)[0] == 201
    call(configuration, "PUT", "/connections/{connection_id}/mapping", MAPPING)
    return bus


def test_the_rule_gets_exports_that_ended_and_no_other_runs(bus: Bus) -> None:
    run_export()  # nothing is due
    send(registration("1"), registration("2"), registration("3"))
    run_export(dry_run=True)
    run_export()
    send(registration("4"), registration("5", grade="?"), registration("6", grade="??"))
    run_export()  # the guard holds it
    run_export(override_guards=True)
    body = CONNECTION | {"host": "nowhere.invalid", "port": 22, "username": "a", "password": "b"}
    call(configuration, "PUT", "/connections/{connection_id}", body | {"host_keys": [HOST_KEY]})
    run_export(action="check")
    send(registration("7"))
    run_export()

    matched = [event for event in bus.events if matches(pattern(STACK), event)]

    assert [event["detail"]["status"] for event in matched] == ["succeeded", "partial", "failed"]
    posted = [event for event in bus.events if matches(slack_pattern("other", NORTH), event)]
    to_hear_of = ["awaiting_confirmation", "partial", "failed"]
    assert [event["detail"]["status"] for event in posted] == to_hear_of
    assert not any(matches(slack_pattern("other"), event) for event in bus.events)
    waits = posted[0]["detail"]["run_id"]
    assert slack_message(posted[0]) == {
        "text": "north: export awaiting_confirmation. "
        f"https://api/v1/console#/connections/north/runs/{waits}"
    }
    statuses = [event["detail"]["status"] for event in bus.events]
    assert statuses == EVERY_STATUS
    assert [event for event in bus.events if matches(pattern("another"), event)] == []
    for event in matched:
        assert names_in(event) == names_in(EXAMPLE)


EVERY_STATUS = [
    "nothing_to_export",
    "succeeded",
    "succeeded",
    "awaiting_confirmation",
    "partial",
    "failed",
    "failed",
]
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


def test_the_example_event_matches_the_rule() -> None:
    assert matches(pattern(EXAMPLE["detail"]["stack"]), EXAMPLE)


@pytest.mark.parametrize("template", [TEMPLATE, SLACK], ids=lambda path: path.stem)
def test_the_template_of_the_rule_is_valid(template: Path) -> None:
    linted = subprocess.run(
        [SAM.parent / "cfn-lint", "--regions", "us-east-1", "--", template],
        env=environment(),
        capture_output=True,
        check=False,
        text=True,
    )

    assert (linted.returncode, linted.stdout) == (0, "")
