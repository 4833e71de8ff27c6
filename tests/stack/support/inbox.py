"""A queue of the stack that receives messages and events, for tests to read."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.stack import LocalStack
from tests.stack.support.district import District

ARRIVES_WITHIN_SECONDS = 15
ADMITS = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    },
}
"""Lets topic and rule send to the queue."""


@dataclass(frozen=True)
class Inbox:
    """A queue that keeps messages until a test reads them."""

    sqs: Any
    url: str
    arn: str
    seen: list[dict[str, Any]] = field(default_factory=list)

    def first(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first matching message, as soon as it arrives."""
        give_up = time.monotonic() + ARRIVES_WITHIN_SECONDS
        while time.monotonic() < give_up:
            found = next(filter(matches, self.seen), None)
            if found:
                return found
            answer = self.sqs.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            self.seen.extend(json.loads(one["Body"]) for one in answer.get("Messages", []))
        raise AssertionError(f"no such message among {self.seen}")

    def first_about(self, district: District) -> tuple[str, str]:
        """Subject and body of the first message about a run of the district."""
        path = f"#/connections/{district.connection_id}/"
        message = self.first(lambda one: path in one["Message"])
        return message["Subject"], message["Message"]


def new_inbox(stack: LocalStack, name: str) -> Inbox:
    sqs = stack.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(ADMITS)})
    return Inbox(sqs, url, arn["Attributes"]["QueueArn"])
