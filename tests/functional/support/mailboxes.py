"""The mailboxes of recipients, beside the SNS of these tests, which asks nobody to confirm."""

from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns import sns_backends


def topics() -> list[str]:
    """The names of the recipients' topics, sorted."""
    found = boto3.client("sns").list_topics()["Topics"]
    names = (topic["TopicArn"].rpartition(":")[2] for topic in found)
    return sorted(name for name in names if name.startswith("stack_"))


def set_state(email: str, arn: str) -> None:
    """Makes AWS list an address with this text, such as PendingConfirmation, in place of an ARN."""
    for subscription in _of(email):
        subscription.arn = arn


def unsubscribe(email: str) -> None:
    """What the link in a mail does."""
    backend = _backend()
    for subscription in _of(email):
        backend.subscriptions = {
            arn: one for arn, one in backend.subscriptions.items() if one is not subscription
        }


def received(email: str) -> list[tuple[str, str]]:
    """Subject and text of the messages to the address, from all connections."""
    return [
        (subject, text)
        for subscription in _of(email)
        for _, text, subject, *_ in subscription.topic.sent_notifications
    ]


def _of(email: str) -> list[Any]:
    return [one for one in _backend().subscriptions.values() if one.endpoint == email]


def _backend() -> Any:
    return sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
