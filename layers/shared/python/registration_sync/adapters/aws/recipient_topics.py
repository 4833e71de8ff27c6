"""Mails recipients by SNS: a topic for each recipient of a connection, with one subscription.

One topic for all would need a filter policy for each recipient, of which an account has few, and
the right to unsubscribe, which IAM grants only for every topic of the account. Deleting a topic
removes its subscription, also one that waits for confirmation, and that right names our topics.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from registration_sync.adapters.aws.errors import aws_errors, error_code
from registration_sync.adapters.aws.notifications import any_error_as_unavailable
from registration_sync.domain.connections.recipients import SubscriptionState
from registration_sync.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

    from registration_sync.domain.runs.alerts import Alert

SENDER = "SchoolMint Sync Service"
"""The name beside the sender's address, no-reply@sns.amazonaws.com."""

_DIGITS = 16


class _NoTopic(Exception):
    pass


class SnsSubscriptions:
    """Implements the port Subscriptions.

    `prefix` begins the ARN of each topic; an id of a connection has no `_`, which ends it. `key` is
    the ARN of a KMS key, empty for unencrypted topics.
    """

    def __init__(self, client: "SNSClient", prefix: str, *, key: str = "") -> None:
        self._client = client
        self._prefix = prefix
        self._key = key

    def ask(self, connection_id: str, email: str) -> None:
        topic = self._topic(connection_id, email)
        if not self._subscribe(topic, email):
            self._create(topic)
            if not self._subscribe(topic, email):
                raise Unavailable("The new topic is not there yet: please try again.")

    def state(self, connection_id: str, email: str) -> SubscriptionState:
        topic = self._topic(connection_id, email)
        try:
            with aws_errors(), _no_topic():
                found = self._client.list_subscriptions_by_topic(TopicArn=topic)
        except _NoTopic:
            return SubscriptionState.UNSUBSCRIBED
        # Not an ARN before the confirmation (PendingConfirmation) and after it ended (Deleted).
        arns = {one["SubscriptionArn"] for one in found["Subscriptions"]}
        if any(arn.startswith(f"{topic}:") for arn in arns):
            return SubscriptionState.CONFIRMED
        waits = "PendingConfirmation" in arns
        return SubscriptionState.WAITING if waits else SubscriptionState.UNSUBSCRIBED

    def send(self, connection_id: str, email: str, alert: "Alert") -> None:
        topic = self._topic(connection_id, email)
        with any_error_as_unavailable("A mail was not sent"), suppress(_NoTopic), _no_topic():
            self._client.publish(TopicArn=topic, Subject=alert.subject, Message=alert.body)

    def remove(self, connection_id: str, email: str) -> None:
        with aws_errors():  # without an error if there is no such topic
            self._client.delete_topic(TopicArn=self._topic(connection_id, email))

    def _subscribe(self, topic: str, email: str) -> bool:
        """Whether the topic exists; a confirmed subscription stays as it is."""
        with suppress(_NoTopic), aws_errors(), _no_topic():
            self._client.subscribe(TopicArn=topic, Protocol="email", Endpoint=email)
            return True
        return False

    def _create(self, topic: str) -> None:
        attributes = {"DisplayName": SENDER, **({"KmsMasterKeyId": self._key} if self._key else {})}
        with aws_errors():
            self._client.create_topic(Name=topic.rpartition(":")[2], Attributes=attributes)

    def _topic(self, connection_id: str, email: str) -> str:
        """Its ARN. The name has no address, because logs of AWS have it."""
        digest = hashlib.sha256(email.encode()).hexdigest()[:_DIGITS]
        return f"{self._prefix}{connection_id}_{digest}"


@contextmanager
def _no_topic() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error_code(error) in {"NotFound", "NotFoundException"}:
            raise _NoTopic from None
        raise
