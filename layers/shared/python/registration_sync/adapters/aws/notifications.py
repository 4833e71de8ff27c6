"""Announces runs: metrics in the log, EventBridge events, SNS messages."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import Metrics, MetricUnit
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from registration_sync.adapters.aws.errors import error_code
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.alerts import Alert

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sns import SNSClient

SOURCE = "registration-sync"


class EmbeddedMetrics:
    """Implements the port Metrics: CloudWatch reads them from the function's log (EMF)."""

    def __init__(self) -> None:
        # POWERTOOLS_METRICS_NAMESPACE is the stack's name, so the alarms of another stack do not
        # count ours; the service is POWERTOOLS_SERVICE_NAME.
        self._metrics = Metrics()

    def count(self, numbers: Mapping[str, int], about: Mapping[str, str]) -> None:
        for name, text in about.items():
            self._metrics.add_metadata(name, text)
        for name, number in numbers.items():
            self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
        self._metrics.flush_metrics()


class EventBridgeEvents:
    """Implements the port Events, on the account's default bus; `stack` identifies the sender."""

    def __init__(self, client: "EventBridgeClient", stack: str) -> None:
        self._client = client
        self._stack = stack

    def put(self, kind: str, detail: Mapping[str, Any]) -> None:
        entry: dict[str, Any] = {
            "Source": SOURCE,
            "DetailType": kind,
            "Detail": json.dumps({"stack": self._stack, **detail}),
        }
        with any_error_as_unavailable("The event was not sent"):
            answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        if answer["FailedEntryCount"]:
            raise Unavailable(f"The event was not sent: {answer['Entries'][0].get('ErrorCode')}.")


class SnsAlerts:
    """Implements the port Alerts."""

    def __init__(self, client: "SNSClient", topic: str) -> None:
        self._client = client
        self._topic = topic

    def publish(self, alert: Alert) -> None:
        with any_error_as_unavailable("The message was not sent"):
            self._client.publish(TopicArn=self._topic, Subject=alert.subject, Message=alert.body)


@contextmanager
def any_error_as_unavailable(message: str) -> Iterator[None]:
    """Includes permission errors: the run has ended, so an announcement must not fail it."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"{message}: {error_code(error)}.") from error
    except (BotoCoreError, ResponseParserError) as error:
        raise Unavailable(f"{message}: {type(error).__name__}.") from error
