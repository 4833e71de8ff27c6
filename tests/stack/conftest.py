"""Fixtures of the stack tests."""

import pytest

from local.stack import LocalStack
from tests.stack.support.inbox import Inbox, new_inbox


@pytest.fixture(scope="session")
def people(stack: LocalStack) -> Inbox:
    """A queue that is subscribed to the topic."""
    box = new_inbox(stack, "people")
    stack.client("sns").subscribe(
        TopicArn=stack.outputs["AlertsTopic"], Protocol="sqs", Endpoint=box.arn
    )
    return box
