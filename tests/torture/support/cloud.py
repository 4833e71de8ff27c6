"""The stack's tables, bucket, topic and bus on the AWS emulator, without a deployment.

The emulator is the one of the local stack. The functions run in processes of the tests, which can
be killed: with these settings, as root, and not behind the gateway.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from local.stack import REGION, ROOT_KEYS, client_of, start_emulator
from tests.functional.support.stored import opened
from tests.stack.support.inbox import ADMITS
from tests.torture.support.invocations import Functions, loaded_functions

REGISTRATIONS, CONNECTIONS, ARCHIVE = "registrations", "connections", "archive"
ACCOUNT = f"{REGION}:000000000000"
SETTINGS = {
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_SERVICE_NAME": "tested",
    "POWERTOOLS_METRICS_NAMESPACE": "stack",
    "REGISTRATIONS_TABLE": REGISTRATIONS,
    "CONNECTIONS_TABLE": CONNECTIONS,
    "ARCHIVE_BUCKET": ARCHIVE,
    "SECRET_PREFIX": "stack/connections/",
    "SECRETS_KEY": "",
    "EXPORT_FUNCTION": "export",
    "SCHEDULE_GROUP": "stack-exports",
    "SCHEDULE_TARGET": f"arn:aws:lambda:{ACCOUNT}:function:export",
    "SCHEDULE_ROLE": "arn:aws:iam::000000000000:role/schedule",
    "SCHEDULE_FAILURES": f"arn:aws:sqs:{ACCOUNT}:failures",
    "ENROLL_CLIENT": "enroll",
    "USER_POOL": f"{REGION}_POOL",
    "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
    "ALERTS_TOPIC": f"arn:aws:sns:{ACCOUNT}:alerts",
    "RECIPIENT_TOPICS": f"arn:aws:sns:{ACCOUNT}:stack_",
    "RETENTION_DAYS": "400",
}


@dataclass(frozen=True)
class Cloud:
    """`events` and `alerts` are what was sent so far, after `collect_messages`."""

    endpoint: str
    functions: Functions
    events: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return _client(service, self.endpoint)

    def archived(self, prefix: str = "") -> dict[str, bytes]:
        """The objects of the archive whose keys begin with the prefix."""
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=ARCHIVE, Prefix=prefix)
        keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return {key: s3.get_object(Bucket=ARCHIVE, Key=key)["Body"].read() for key in keys}

    def stored(self, connection_id: str = "") -> dict[str, bytes]:
        """Everything in the tables and in the archive, by its key; or only that whose key names the
        connection, and others whose ids begin with the same text."""
        dynamodb = self.client("dynamodb")
        filtered = {
            "FilterExpression": "contains(pk, :c) OR contains(sk, :c)",
            "ExpressionAttributeValues": {":c": {"S": connection_id}},
        }
        items = {
            f"{item['pk']['S']}/{item['sk']['S']}": b"\n".join(opened(item))
            for table in (REGISTRATIONS, CONNECTIONS)
            for page in dynamodb.get_paginator("scan").paginate(
                TableName=table, **(filtered if connection_id else {})
            )
            for item in page["Items"]
        }
        prefixes = [f"{connection_id}/", f"dry_runs/{connection_id}/"] if connection_id else [""]
        files = {key: text for one in prefixes for key, text in self.archived(one).items()}
        return items | {name: name.encode() + text for name, text in files.items()}

    def traces(self, text: str, connection_id: str = "") -> list[str]:
        """Where the text occurs in what is stored, or in that of the connection."""
        word = text.encode()
        found = self.stored(connection_id)
        return sorted(name for name, content in found.items() if word in content)

    def collect_messages(self) -> None:
        """Adds to `events` and `alerts`."""
        self.events.extend(json.loads(body)["detail"] for body in self._received("events"))
        messages = map(json.loads, self._received("alerts"))
        self.alerts.extend(f"{one['Subject']}\n{one['Message']}" for one in messages)

    def _received(self, queue: str) -> Iterator[str]:
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for one in found:
                yield one["Body"]
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])


@contextlib.contextmanager
def started_cloud(folder: Path) -> Iterator[Cloud]:
    """Starts the emulator and loads the functions; their logs are in the folder."""
    (folder / "tmp").mkdir()
    with contextlib.ExitStack() as parts:
        endpoint = start_emulator(folder, parts)
        _create(endpoint)
        settings = {**SETTINGS, **ROOT_KEYS, "AWS_ENDPOINT_URL": endpoint}
        yield Cloud(endpoint, parts.enter_context(loaded_functions(folder, settings)))


def _create(endpoint: str) -> None:
    dynamodb = _client("dynamodb", endpoint)
    for table in (REGISTRATIONS, CONNECTIONS):
        dynamodb.create_table(
            TableName=table,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    _client("s3", endpoint).create_bucket(Bucket=ARCHIVE)
    _client("scheduler", endpoint).create_schedule_group(Name=SETTINGS["SCHEDULE_GROUP"])
    sqs, events = _client("sqs", endpoint), _client("events", endpoint)
    for queue in ("events", "alerts"):
        sqs.create_queue(QueueName=queue, Attributes={"Policy": json.dumps(ADMITS)})
    sns = _client("sns", endpoint)
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{ACCOUNT}:alerts")
    pattern = json.dumps({"source": ["registration-sync"]})
    events.put_rule(Name="runs", EventPattern=pattern)
    target = {"Id": "queue", "Arn": f"arn:aws:sqs:{ACCOUNT}:events"}
    events.put_targets(Rule="runs", Targets=[target])


@cache
def _client(service: str, endpoint: str) -> Any:
    return client_of(service, endpoint)
