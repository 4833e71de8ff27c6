"""`make delete-district`: everything of one district is gone, with a record that it was done."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from functions.configuration import app as configuration
from functions.export import app as export
from local.operators.delete_district import connections_of, delete_district
from local.operators.deployed import Deployed
from registration_sync.bootstrap import configuration_function
from tests.functional.conftest import StartedExports, stored_items
from tests.functional.support.deleted import ONE, make_due
from tests.functional.support.district import CONNECTION, call, context, registration, send
from tests.functional.support.events import OPERATOR

OUTPUTS = {"ExportFunctionName": "export", "ConfigurationFunctionName": "configuration"}
ARN = "arn:aws:iam::123456789012:user/olga"


class Aws:
    """The functions of the stack, and the identity of the operator."""

    def __call__(self, _service: str, config: object = None) -> "Aws":
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": ARN}

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803  # of boto3
        app = {"export": export, "configuration": configuration}[FunctionName]
        answer = app.handler(json.loads(Payload), context())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


STACK = Deployed("stack", "https://api", OUTPUTS, Aws())


def create(connection_id: str, district: str) -> None:
    body = CONNECTION | {"connection_id": connection_id, "delivery": "download"}
    body |= {"district": district}
    assert call(configuration, "POST", "/connections", body, claims=OPERATOR)[0] == 201
    assert send(registration(f"of-{connection_id}"), connection_id=connection_id)[0] == 200


@pytest.fixture(autouse=True)
def districts(started: StartedExports) -> None:
    for connection_id in ("north", "north-office", "north-old", "north-graced"):
        create(connection_id, "north")
    create("south", "south")
    configuration_function.dependencies().connections.remove("north-old")
    call(configuration, "DELETE", ONE, connection_id="north-graced", claims=OPERATOR)


def test_all_connections_of_the_district_are_purged_and_no_other() -> None:
    said: list[str] = []

    def pause(_seconds: float) -> None:  # the grace time passes
        for connection_id, found in connections_of(STACK, "north").items():
            if found["status"] == "being_deleted":
                make_due(connection_id)

    records = delete_district(STACK, "north", pause=pause, say=said.append)

    assert {one: records[one]["status"] for one in records} == dict.fromkeys(
        ("north", "north-graced", "north-office", "north-old"), "purged"
    )
    assert {record["requested_by"] for record in records.values()} == {ARN}
    assert all(record["purged"]["snapshots"] == 1 for record in records.values())
    kept = json.dumps(stored_items("registrations"), default=str)
    assert "of-north" not in kept
    assert "of-south" in kept
    assert len(said) == len(records)
    assert connections_of(STACK, "north") == records
    assert connections_of(STACK, "south")["south"]["status"] == "in_use"


def test_an_interrupted_command_does_not_start_the_grace_time_again() -> None:
    class StoppedError(Exception):
        pass

    def stop(_seconds: float) -> None:
        raise StoppedError

    times = []
    for _ in range(2):
        with pytest.raises(StoppedError):
            delete_district(STACK, "north", pause=stop, say=lambda _: None)
        times.append([one.get("purge_at") for one in connections_of(STACK, "north").values()])

    assert times[0] == times[1]


def test_a_refusal_of_a_function_ends_the_command(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="invalid_request"):
        delete_district(STACK, None)  # type: ignore[arg-type]
