"""The commands for operators use the stack and the region that the AWS command line would use."""

import boto3
import pytest

from local.aws_region import use_region
from local.operators.deployed import deployed_stack
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
