"""Fixtures of the stack tests."""

from collections.abc import Iterator

import pytest

from local.stack import LocalStack
from tests.stack.support.canaries import Canaries, seed
from tests.stack.support.inbox import Inbox, new_inbox


@pytest.fixture(scope="session")
def people(stack: LocalStack) -> Inbox:
    """A queue that is subscribed to the topic."""
    box = new_inbox(stack, "people")
    stack.client("sns").subscribe(
        TopicArn=stack.outputs["AlertsTopic"], Protocol="sqs", Endpoint=box.arn
    )
    return box


@pytest.fixture(scope="session", autouse=True)
def canaries(stack: LocalStack) -> Iterator[Canaries]:
    """Students and secrets that must not be found at the end where they do not belong."""
    seeded = seed(stack)
    yield seeded
    leaks = seeded.leaks()
    assert leaks == [], "student data or secrets are where the data map does not allow them"
