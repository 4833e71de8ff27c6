"""All that the stack keeps and sends, as far as the emulator shows it."""

import json
from collections.abc import Iterator

from local.stack import LocalStack
from tests.functional.support.stored import opened, unzipped

MOST_EVENTS = 10_000
"""Of logs, in an answer."""

TABLES = ("RegistrationsTableName", "ConnectionsTableName")

type Content = Iterator[tuple[str, bytes]]
"""(where, what)"""


def everything(stack: LocalStack) -> Content:
    """All data that the stack stores: tables, archive, dead-letter queues and logs."""
    dynamodb, s3 = stack.client("dynamodb"), stack.client("s3")
    for table in TABLES:
        for page in dynamodb.get_paginator("scan").paginate(TableName=stack.outputs[table]):
            for item in page["Items"]:
                where = f"{table} {item['pk']['S']} {item['sk']['S']}"
                yield where, b"\n".join(opened(item))
    bucket = stack.outputs["ArchiveBucketName"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for kept in page.get("Contents", []):
            content = s3.get_object(Bucket=bucket, Key=kept["Key"])["Body"].read()
            yield f"key {kept['Key']}", kept["Key"].encode()
            yield f"archive {kept['Key']}", b"\n".join([content, *unzipped(content)])
    yield from logs(stack)
    for body in messages(stack, stack.outputs["FailedExportsUrl"]):
        yield "a dead letter", body.encode()


def logs(stack: LocalStack) -> Content:
    for group in stack.client("logs").describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        for message in log_messages(stack, name):
            yield f"log {name}", message.encode()


def log_messages(
    stack: LocalStack, group: str, since_ms: int = 0, pattern: str = ""
) -> Iterator[str]:
    """Each message from that time on, some of them twice: the emulator returns the first 10,000 and
    no token for those after them."""
    client = stack.client("logs")
    while True:
        events = client.filter_log_events(
            logGroupName=group, startTime=since_ms, filterPattern=pattern
        )["events"]
        yield from (event["message"] for event in events)
        if len(events) < MOST_EVENTS:
            return
        since_ms = max(since_ms + 1, events[-1]["timestamp"])


def messages(stack: LocalStack, url: str, *, hidden_seconds: int = 3) -> Iterator[str]:
    """The messages of a queue, which stay there, but are hidden for so many seconds."""
    sqs = stack.client("sqs")
    options = {"MaxNumberOfMessages": 10, "VisibilityTimeout": hidden_seconds}
    while found := sqs.receive_message(QueueUrl=url, **options).get("Messages"):
        yield from (message["Body"] for message in found)


def settings(stack: LocalStack) -> Content:
    """Secrets, schedules, the functions' environments, people, and the emulator's own logs."""
    secrets = stack.client("secretsmanager")
    for page in secrets.get_paginator("list_secrets").paginate():
        for one in page["SecretList"]:
            value = secrets.get_secret_value(SecretId=one["ARN"])
            yield f"secret {one['Name']}", str(value.get("SecretString")).encode()
            yield "name of a secret", json.dumps(one, default=str).encode()
    scheduler = stack.client("scheduler")
    for one in scheduler.list_schedules()["Schedules"]:
        found = scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"])
        yield f"schedule {one['Name']}", json.dumps(found, default=str).encode()
    people = stack.client("cognito-idp").get_paginator("list_users")
    for page in people.paginate(UserPoolId=stack.outputs["UserPoolId"]):
        for one in page["Users"]:
            yield f"person {one['Username']}", json.dumps(one, default=str).encode()
    for name in stack.functions.values():
        found = stack.client("lambda").get_function_configuration(FunctionName=name)
        yield f"settings of {name}", json.dumps(found, default=str).encode()
    for file in stack.state.glob("*.log"):
        yield f"file {file.name}", file.read_bytes()
