"""Checks each call to AWS of the functions against the statements of their roles.

The emulated services of these tests ask no policy, and the emulator of the stack tests ignores the
conditions on DynamoDB's keys.
"""

import fcntl
import json
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
    "KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/one",
    "VpcSubnetIds": ["subnet-1"],
    "VpcSecurityGroupIds": ["sg-1"],
}
ARNS = {
    "RegistrationsTable": ARN.format("dynamodb", "table/registrations"),
    "ConnectionsTable": ARN.format("dynamodb", "table/connections"),
    "ArchiveBucket": "arn:aws:s3:::archive",
    "ScheduleRole": f"arn:aws:iam::{ACCOUNT}:role/schedule",
    "FailedExports": ARN.format("sqs", "failures"),
    "UserPool": ARN.format("cognito-idp", "userpool/us-east-1_POOL"),
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
    str(Path("functions", name, "app.py")): name
    for name in ("sync", "export", "configuration", "tokens")
}

UNUSED = {
    "Lambda writes the log": [
        f"{role} Log logs:{action}"
        for role in ("sync", "export", "configuration", "tokens", "console")
        for action in ("CreateLogStream", "PutLogEvents")
    ],
    "Lambda and the scheduler send events that failed": [
        "export ReportFailures sqs:SendMessage",
        "schedule ReportFailures sqs:SendMessage",
    ],
    "the scheduler starts exports": ["schedule StartExports lambda:InvokeFunction"],
    "replaced in these tests; tests/stack starts exports": [
        "configuration StartExports lambda:InvokeFunction"
    ],
    "boto3 aborts the upload of a large file of which a part failed": [
        "export Archive s3:AbortMultipartUpload"
    ],
    "S3 asks for it where an object is missing, to answer 404 and not 403": [
        "configuration MissInArchive s3:ListBucket"
    ],
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    "dynamodb:Attributes must name the attributes of the key": [
        "sync ReadAccess dynamodb:Attributes pk",
        "export RememberChecks dynamodb:Attributes pk",
        "export RememberChecks dynamodb:Attributes sk",
    ],
    "Lambda connects the function to the network: the rights of AWSLambdaVPCAccessExecutionRole": [
        f"export NetworkInterfaces ec2:{action}"
        for action in (
            "CreateNetworkInterface",
            "DescribeNetworkInterfaces",
            "DescribeSubnets",
            "DeleteNetworkInterface",
            "AssignPrivateIpAddresses",
            "UnassignPrivateIpAddresses",
        )
    ],
    # https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
    "these services use the key with the rights of their caller": [
        *(
            f"usekey UseKey kms:{action}"
            for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
        ),
        *(
            f"usekey UseKey kms:ViaService {service}.{REGION}.amazonaws.com"
            for service in ("dynamodb", "s3", "secretsmanager", "sns")
        ),
    ],
}
"""Why the roles have rights that no call of these tests needs, and these rights."""

JUSTIFIED = frozenset(right for rights in UNUSED.values() for right in rights)

RECORDED = Path(__file__).parents[2] / "used_rights.json"
"""Each right that a call of these tests needs, and a test that makes such a call."""

type Request = tuple[str, str, dict[str, list[str]]]
"""Action, ARN of the resource, and the values of the condition keys."""


class Rights:
    """The statements of the roles, and what the functions' requests need of them.

    A right is one line: role, statement, and an action or one value of a condition.
    """

    def __init__(self) -> None:
        template = transformed()
        resolver = Resolver(template, NAMES, ARNS)
        self.statements: dict[str, list[dict[str, Any]]] = {}
        for name, resource in template["Resources"].items():
            if resource["Type"] in {"AWS::IAM::Role", "AWS::IAM::Policy"}:
                properties = resolver.resolve(resource["Properties"])
                self.statements[name.removesuffix("Role").lower()] = [
                    statement
                    for policy in properties.get("Policies", [properties])
                    for statement in policy.get("PolicyDocument", {}).get("Statement", [])
                ]
        self.denied: set[str] = set()
        self.used: set[str] = set()
        """What the one statement that allows a request has for it. A statement is not needed where
        another allows the same."""

    def granted(self) -> set[str]:
        return {
            f"{role} {statement['Sid']} {part}"
            for role, statements in self.statements.items()
            for statement in statements
            for part in [
                *_list(statement["Action"]),
                *(f"{key} {value}" for _, key, value in _conditions(statement)),
            ]
        }

    def check(self, function: str, service: str, operation: str, given: dict[str, Any]) -> None:
        for action, resource, context in _requests(service, operation, given):
            allowing = [
                statement
                for statement in self.statements[function]
                if _allows(statement, action, resource, context)
            ]
            if not allowing:
                self.denied.add(f"{function} may not {action} on {resource} with {context}")
            if len(allowing) == 1:
                parts = [action]
                for operator, key, value in _conditions(allowing[0]):
                    if any(_holds(operator, value, [one]) for one in context.get(key, [])):
                        parts.append(f"{key} {value}")
                self.used |= {f"{function} {allowing[0]['Sid']} {part}" for part in parts}


def record(used: set[str], test: str) -> None:
    """Records the test for each right that it is the first to use, by name."""
    with RECORDED.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # other processes record, too
        file.seek(0)
        recorded = json.loads(file.read() or "{}")
        recorded |= {right: min(test, recorded.get(right, test)) for right in used}
        file.truncate(0)
        file.write(json.dumps(recorded, indent=2, sort_keys=True) + "\n")


def unused_by(test: str, used: set[str]) -> set[str]:
    """The rights for which the test is recorded and which it did not use."""
    return {right for right, name in recorded_rights().items() if name == test} - used


def recorded_rights() -> dict[str, str]:
    recorded: dict[str, str] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return recorded


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
    main = threading.main_thread()
    is_main = threading.current_thread() is main
    frame = sys._getframe() if is_main else sys._current_frames().get(main.ident or 0)
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
    elif service == "cognito-idp":
        yield f"{service}:{operation}", ARN.format(service, f"userpool/{given['UserPoolId']}"), {}
    elif service == "sns":
        topic = given.get("TopicArn") or ARN.format(service, given["Name"])
        protocol = {"sns:Protocol": [given["Protocol"]]} if "Protocol" in given else {}
        yield f"sns:{operation}", topic, protocol
    elif service == "lambda":
        function = ARN.format(service, f"function:{given['FunctionName']}")
        yield "lambda:InvokeFunction", function, {}
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
    return (
        action in _list(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in _list(statement["Resource"]))
        and all(
            _holds(operator, allowed, context.get(key, []))
            for operator, keys in statement.get("Condition", {}).items()
            for key, allowed in keys.items()
        )
    )


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The operator, the key and each value of the statement's conditions."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, allowed in keys.items():
            for value in _list(allowed):
                yield operator, key, value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _holds(operator: str, allowed: str | list[str], values: list[str]) -> bool:
    """Whether every value is one of those allowed; patterns have a star. A missing key holds only
    where the operator says so.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if not values:
        return operator.startswith("ForAllValues:") or operator.endswith("IfExists")
    like = operator.endswith("StringLike")
    return all(
        any(fnmatchcase(value, one) if like else value == one for one in _list(allowed))
        for value in values
    )
