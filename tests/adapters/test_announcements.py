"""Events and messages: every failure raises Unavailable."""

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from registration_sync.adapters.aws.notifications import EventBridgeEvents, SnsAlerts
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.alerts import Alert

KEYS: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
ALERT = Alert("North: the export failed", "North: the export of today.\n\nWhat now: correct it.\n")


def test_a_message_arrives_with_its_subject() -> None:
    with mock_aws():
        sns, sqs = boto3.client("sns", **KEYS), boto3.client("sqs", **KEYS)
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        queue = sqs.create_queue(QueueName="people")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:people"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

        SnsAlerts(sns, topic).publish(ALERT)

        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
        body = json.loads(message["Body"])
        assert (body["Subject"], body["Message"]) == (ALERT.subject, ALERT.body)


@pytest.mark.parametrize("code", ["AuthorizationError", "NotFound", "Throttled", "InternalError"])
def test_a_message_that_is_refused_is_unavailable(code: str) -> None:
    client = boto3.client("sns", **KEYS)
    with Stubber(client) as stub:
        stub.add_client_error("publish", code)
        with pytest.raises(Unavailable, match=code):
            SnsAlerts(client, "arn:aws:sns:us-east-1:123456789012:alerts").publish(ALERT)


@pytest.mark.parametrize("code", ["AccessDeniedException", "InternalException"])
def test_an_event_that_is_refused_is_unavailable(code: str) -> None:
    client = boto3.client("events", **KEYS)
    with Stubber(client) as stub:
        stub.add_client_error("put_events", code)
        with pytest.raises(Unavailable, match=code):
            EventBridgeEvents(client, "stack").put("Export run finished", {})


def test_an_event_that_the_bus_rejected_is_unavailable() -> None:
    client = boto3.client("events", **KEYS)
    with Stubber(client) as stub:
        answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
        stub.add_response("put_events", answer)
        with pytest.raises(Unavailable, match="ThrottlingException"):
            EventBridgeEvents(client, "stack").put("Export run finished", {})


def test_a_garbled_answer_is_unavailable() -> None:
    client = boto3.client("sns", **KEYS)

    def garbled(request: Any, **_: object) -> AWSResponse:
        return AWSResponse(request.url, 200, {}, MockRawResponse(b"<PublishRes"))

    client.meta.events.register("before-send", garbled)
    with pytest.raises(Unavailable, match="ResponseParserError"):
        SnsAlerts(client, "arn:aws:sns:us-east-1:123456789012:alerts").publish(ALERT)


def test_a_lost_connection_to_aws_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("events", **KEYS)

    def unreachable(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://events.us-east-1.amazonaws.com")

    monkeypatch.setattr(client, "put_events", unreachable)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        EventBridgeEvents(client, "stack").put("Export run finished", {})
