"""The commands for operators use the stack and the region that the operator means."""

import boto3
import pytest

from local.aws_region import use_region
from local.operators import smoke
from local.operators.deployed import Deployed, deployed_stack
from local.operators.smoke import Skipped, Smoke, update_under_load
from local.processes import NotStarted


@pytest.mark.parametrize(
    ("aws_region", "expected"), [("us-west-2", "us-west-2"), ("", "us-east-1"), (None, "us-east-1")]
)
def test_the_region_is_that_of_the_aws_command_line(
    aws_region: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_REGION", raising=False)
    if aws_region is not None:
        monkeypatch.setenv("AWS_REGION", aws_region)

    use_region()

    assert boto3.client("cloudformation").meta.region_name == expected


def test_an_empty_name_of_a_stack_is_refused() -> None:
    with pytest.raises(NotStarted, match="Give the stack's name"):
        deployed_stack("")


def test_the_smoke_test_leaves_the_update_out_on_request() -> None:
    stack = Deployed("production", "https://api", {}, lambda _service: None)

    with pytest.raises(Skipped, match="UPDATE=0"):
        update_under_load(Smoke(stack, {}, update=False))


def test_the_smoke_test_deletes_no_stack_whose_name_is_not_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack = Deployed("production", "https://api", {}, lambda _service: None)
    monkeypatch.setattr(smoke, "deployed_stack", lambda _name: stack)
    monkeypatch.setattr(smoke, "description", lambda *_: "Account 1, us-east-1: production")
    monkeypatch.setattr(smoke, "run_steps", lambda _: pytest.fail("steps were tried"))
    monkeypatch.setattr("builtins.input", lambda _: "staging")
    monkeypatch.setattr("sys.argv", ["smoke", "--stack", "production", "--delete"])

    with pytest.raises(SystemExit) as ended:
        smoke.main()

    assert ended.value.code == "Nothing was tried or deleted."
