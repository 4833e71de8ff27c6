"""The commands of operators on the deployed stack: the smoke test, a district by file, a run."""

import json
from pathlib import Path

import pytest

from local.operators import smoke
from local.operators.apply import apply
from local.operators.deployed import Deployed
from local.operators.invoke import invoke, is_done
from local.operators.smoke import STEPS, Smoke, run_steps, sftp_settings
from local.stack import STACK_NAME, LocalStack
from tests.stack.support.district import new_district, registration
from tests.stack.support.people import bind_program

ONLY_AWS = {"update_under_load", "stack_delete"}


@pytest.fixture(scope="module")
def deployed(stack: LocalStack) -> Deployed:
    def client(service: str, config: object = None) -> object:
        return stack.client(service)

    return Deployed(STACK_NAME, stack.api_url, stack.outputs, client, is_local=True)


def test_the_smoke_test_passes_and_says_what_it_skipped(
    stack: LocalStack, deployed: Deployed
) -> None:
    said: list[str] = []
    server = sftp_settings(stack.to_json()["sftp"])
    deployed.client("cloudwatch").set_alarm_state(
        AlarmName=f"{STACK_NAME} - export failed", StateValue="ALARM", StateReason="a failed run"
    )

    results = run_steps(Smoke(deployed, server, say=said.append))

    expected = {step.__name__: "ok" for step in STEPS} | dict.fromkeys(ONLY_AWS, "skipped")
    assert results == expected, "\n".join(said)
    assert [line for line in said if line.startswith("not removed")] == []
    assert len(said) == len(STEPS)


def test_a_step_of_the_smoke_test_fails_on_a_stack_that_is_wrong(
    stack: LocalStack, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    wrong = {**sftp_settings(stack.to_json()["sftp"]), "password": "wrong"}
    steps = [smoke.program_token, smoke.enroll_token, smoke.connection, smoke.export, smoke.link]
    monkeypatch.setattr(smoke, "STEPS", steps)

    results = run_steps(Smoke(deployed, wrong, say=said.append))

    assert [results[name] for name in ("connection", "export", "link")] == [
        "ok",
        "failed",
        "failed",
    ]
    assert "sign_in_refused" in said[3]


def test_a_run_that_is_invoked_by_hand_names_the_caller_of_aws(
    stack: LocalStack, deployed: Deployed
) -> None:
    district = new_district(stack)
    district.sync(registration("1"))

    run = invoke(deployed, {"connection_id": "anytown"}, district.connection_id)

    assert is_done(run)
    assert run["requested_by"] == stack.client("sts").get_caller_identity()["Arn"]
    failed = invoke(deployed, {"connection_id": "none"})
    assert not is_done(failed)


def test_a_district_is_applied_from_its_file(
    stack: LocalStack, deployed: Deployed, tmp_path: Path
) -> None:
    example = Path(__file__).parents[2] / "events" / "district.yaml"
    text = example.read_text().replace("2abcdefghijklmnopqrstuvwxy", stack.programs[0])
    file = tmp_path / "district.yaml"
    file.write_text(text)
    said: list[str] = []
    bind_program(stack, "3abcdefghijklmnopqrstuvwxy", "anytown")

    def call_apply() -> bool:
        token = stack.tokens["full_access"]
        return apply(
            file,
            lambda method, path, body: deployed.call(method, path, token, body),
            secret_of=lambda _: "only-an-example",
            say=said.append,
        )

    assert call_apply()
    assert call_apply()
    assert said[-1] == "No difference: nothing to change."
    schedule = stack.call("GET", "/connections/anytown-powerschool/schedule", role="full_access")
    assert json.loads(schedule.body)["times"] == ["13:15", "21:00"]
    for connection_id in ("anytown-powerschool", "anytown-office"):
        path = f"/connections/{connection_id}"
        assert stack.call("DELETE", path, role="full_access").status == 204
