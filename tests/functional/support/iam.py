"""Checks each call to AWS of the functions against the statements of their roles.

The emulated services of these tests ask no policy, and the emulator of the stack tests ignores the
conditions on DynamoDB's keys.
"""

import re
import sys
import threading
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from tests.support.cloudformation import Resolver, transformed

REGION, ACCOUNT = "us-east-1", "123456789012"
ARN = "arn:aws:{}:" + f"{REGION}:{ACCOUNT}:" + "{}"
NAMES = {  # of conftest.ENVIRONMENT
    "AWS::StackName": "stack",
    "AWS::Region": REGION,
    "NightlyExports": "stack-exports",
    "ExportFunctionAliaslive": ARN.format("lambda", "function:export"),
    "Alerts": ARN.format("sns", "alerts"),
}
ARNS = {
    "RegistrationsTable": ARN.format("dynamodb", "table/registrations"),
    "ConnectionsTable": ARN.format("dynamodb", "table/connections"),
    "ArchiveBucket": "arn:aws:s3:::archive",
    "ScheduleRole": f"arn:aws:iam::{ACCOUNT}:role/schedule",
    "FailedExports": ARN.format("sqs", "failures"),
}
S3_ACTIONS = {
    "HeadObject": "GetObject",
    "DeleteObjects": "DeleteObject",
    "ListObjectsV2": "ListBucket",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
}
FUNCTIONS = {
    str(Path("functions", name, "app.py")): name for name in ("sync", "export", "configuration")
}

UNUSED = {
    "logs:CreateLogStream": "Lambda writes the log",
    "logs:PutLogEvents": "Lambda writes the log",
    "sqs:SendMessage": "Lambda sends an event that failed",
    "lambda:InvokeFunction": "replaced in these tests; tests/stack starts exports",
    "s3:AbortMultipartUpload": "boto3 sends it when a part of a large file fails",
    "s3:ListBucket": "S3 asks for it where an object is missing, to answer 404 and not 403",
}
"""Actions in a role that no call of these tests needs, and why the role has them."""

type Request = tuple[str, str, dict[str, list[str]]]
"""Action, ARN of the resource, and the values of the condition keys."""


class Rights:
    """The statements of the functions' roles, and the requests that none of them allows."""

    def __init__(self) -> None:
        template = transformed()
        resolver = Resolver(template, NAMES, ARNS)
        self.statements: dict[str, list[dict[str, Any]]] = {}
        for name in FUNCTIONS.values():
            role = template["Resources"][f"{name.title()}Role"]["Properties"]
            self.statements[name] = [
                statement
                for policy in resolver.resolve(role["Policies"])
                for statement in policy["PolicyDocument"]["Statement"]
            ]
        self.denied: set[str] = set()
        self.used: set[tuple[str, str, str]] = set()

    def check(self, function: str, service: str, operation: str, given: dict[str, Any]) -> None:
        for action, resource, context in _requests(service, operation, given):
            allowing = [
                statement["Sid"]
                for statement in self.statements[function]
                if _allows(statement, action, resource, context)
            ]
            self.used |= {(function, sid, action) for sid in allowing}
            if not allowing:
                self.denied.add(f"{function} may not {action} on {resource} with {context}")


def watch_calls(rights: Rights, monkeypatch: Any) -> None:
    """Checks the calls that a function's handler makes, also in threads; those of tests pass."""
    make_api_call = BaseClient._make_api_call

    def checked(client: BaseClient, operation: str, given: dict[str, Any]) -> Any:
        function = _running_function()
        if function:
            rights.check(function, client.meta.service_model.service_name, operation, given)
        return make_api_call(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", checked)


def _running_function() -> str | None:
    """The function whose handler is on the stack of the main thread, which waits for the others."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame:
        name = _function_of(frame.f_code.co_filename)
        if name:
            return name
        frame = frame.f_back
    return None


@cache
def _function_of(path: str) -> str | None:
    return next((name for end, name in FUNCTIONS.items() if path.endswith(end)), None)


def _requests(service: str, operation: str, given: dict[str, Any]) -> Iterator[Request]:
    if service == "dynamodb":
        yield from _table_requests(operation, given)
    elif service == "s3":
        key = f"/{given['Key']}" if "Key" in given else "/*" * (operation == "DeleteObjects")
        action = S3_ACTIONS.get(operation, operation)
        yield f"s3:{action}", f"arn:aws:s3:::{given['Bucket']}{key}", {}
    elif service == "secretsmanager":
        name = given.get("SecretId") or given["Name"]
        yield f"{service}:{operation}", ARN.format(service, f"secret:{name}"), {}
    elif service == "scheduler":
        schedule = f"schedule/{given['GroupName']}/{given['Name']}"
        yield f"scheduler:{operation}", ARN.format(service, schedule), {}
        if "Target" in given:
            passed = {"iam:PassedToService": ["scheduler.amazonaws.com"]}
            yield "iam:PassRole", given["Target"]["RoleArn"], passed
    elif service == "events":
        sources = [entry["Source"] for entry in given["Entries"]]
        yield (
            "events:PutEvents",
            ARN.format(service, "event-bus/default"),
            {"events:source": sources},
        )
    elif service == "sns":
        yield "sns:Publish", given["TopicArn"], {}
    else:
        yield f"{service}:{operation}", "unknown", {}


def _table_requests(operation: str, given: dict[str, Any]) -> Iterator[Request]:
    def request(action: str, table: str, keys: list[Any], attributes: list[str]) -> Request:
        leading = sorted({key["pk"]["S"] for key in keys})
        context = {"dynamodb:LeadingKeys": leading, "dynamodb:Attributes": attributes}
        selected = "SPECIFIC_ATTRIBUTES" if attributes else "ALL_ATTRIBUTES"
        context["dynamodb:Select"] = [selected]
        return f"dynamodb:{action}", ARN.format("dynamodb", f"table/{table}"), context

    if operation == "TransactWriteItems":
        for write in given["TransactItems"]:
            ((verb, one),) = write.items()
            key = one.get("Key") or one["Item"]
            action = "ConditionCheckItem" if verb == "ConditionCheck" else f"{verb}Item"
            yield request(action, one["TableName"], [key], _attributes(one))
    elif operation in {"BatchWriteItem", "BatchGetItem"}:
        for table, wanted in given["RequestItems"].items():
            keys = wanted["Keys"] if isinstance(wanted, dict) else [_written(one) for one in wanted]
            yield request(operation, table, keys, [])
    else:
        key = (
            given.get("Key")
            or given.get("Item")
            or {"pk": given["ExpressionAttributeValues"][":pk"]}
        )
        yield request(operation, given["TableName"], [key], _attributes(given))


def _written(one: dict[str, Any]) -> Any:
    return one["PutRequest"]["Item"] if "PutRequest" in one else one["DeleteRequest"]["Key"]


def _attributes(given: dict[str, Any]) -> list[str]:
    """The attributes that a request names, in expressions or as its whole item."""
    if "Item" in given:
        return sorted(given["Item"])
    text = " ".join(
        given.get(name, "")
        for name in ("ProjectionExpression", "UpdateExpression", "ConditionExpression")
    )
    names = given.get("ExpressionAttributeNames", {})
    words = {names[name] for name in names if name in text}
    words |= set(re.findall(r"(?<![:#\w])[a-z]\w*\b(?!\s*\()", text))
    return sorted(words)


def _allows(
    statement: dict[str, Any], action: str, resource: str, context: dict[str, list[str]]
) -> bool:
    actions, resources = (
        one if isinstance(one, list) else [one]
        for one in (statement["Action"], statement["Resource"])
    )
    return (
        action in actions
        and any(fnmatchcase(resource, pattern) for pattern in resources)
        and all(
            _holds(operator, allowed, context.get(key, []))
            for operator, keys in statement.get("Condition", {}).items()
            for key, allowed in keys.items()
        )
    )


def _holds(operator: str, allowed: str | list[str], values: list[str]) -> bool:
    """Whether every value is one of those allowed; patterns have a star. A missing key holds only
    where the operator says so.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if not values:
        return operator.startswith("ForAllValues:") or operator.endswith("IfExists")
    patterns = allowed if isinstance(allowed, list) else [allowed]
    like = operator.endswith("StringLike")
    return all(
        any(fnmatchcase(value, one) if like else value == one for one in patterns)
        for value in values
    )
