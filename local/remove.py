"""Deletes a stack from an AWS account, and on request also the data that a deleted stack leaves.

    python -m local.remove STACK [--data delete]

STACK is a name, or the id of a stack that was deleted in the last 90 days. Uses the account and the
region of the AWS command line (AWS_PROFILE, AWS_REGION).
"""

import argparse
import contextlib
import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.aws_region import use_region

type ClientOf = Callable[[str], Any]
type Say = Callable[[str], None]
type Delete = Callable[[Any, str], None]
type Data = tuple[str, str, Delete]
"""A service, the name of something with data in it, and how to delete that."""


def remove(stack: str, client_of: ClientOf, say: Say, *, with_data: bool) -> None:
    """Deletes the stack, then its data or a list of it. Raises ClientError if there is no such
    stack, and WaiterError if CloudFormation could not delete it."""
    cloudformation = client_of("cloudformation")
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    data = _data_of(cloudformation, found["StackId"])
    say(f"Deleting the stack {found['StackId']} …")
    cloudformation.delete_stack(StackName=found["StackId"])
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=found["StackId"])
    if _has_successor(cloudformation, found):
        say("Kept: the secrets and the recipients. A newer stack has this name and uses them.")
    else:
        data += [
            ("secretsmanager", name, _delete_secret)
            for name in _secrets(client_of("secretsmanager"), f"{found['StackName']}/connections/")
        ]
        data += [
            ("sns", topic, _delete_topic)
            for topic in _topics(client_of("sns"), f"{found['StackName']}_")
        ]
    for service, name, delete in data:
        if with_data:
            with _or_gone():
                delete(client_of(service), name)
        say(f"{'Deleted' if with_data else 'Kept'}: {service} {name}")


def description(stack: str, client_of: ClientOf) -> str:
    """The account, the region and the stack, for a person to compare. Raises ClientError."""
    (found,) = client_of("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    region, account = found["StackId"].split(":")[3:5]
    created = found["CreationTime"].astimezone(dt.UTC)
    return f"Account {account}, {region}: {found['StackId']}, created {created:%Y-%m-%d %H:%M} UTC"


def _has_successor(cloudformation: Any, stack: Mapping[str, Any]) -> bool:
    """Whether a newer stack has the name of this one: secrets are found by this name."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack["StackName"])["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # no stack has this name
            return False
        raise
    return bool(found["StackId"] != stack["StackId"])


def _data_of(cloudformation: Any, stack_id: str) -> list[Data]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return [
        (service, resource["PhysicalResourceId"], delete)
        for resource in resources
        if resource["LogicalResourceId"] in _WITH_DATA
        and resource.get("PhysicalResourceId")
        and resource["ResourceStatus"] != "DELETE_COMPLETE"
        for service, delete in [_WITH_DATA[resource["LogicalResourceId"]]]
    ]


@contextlib.contextmanager
def _or_gone() -> Iterator[None]:
    """Ignores that something is already deleted, by a removal that was interrupted."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ResourceNotFoundException", "NoSuchBucket"}:
            raise


def _delete_table(dynamodb: Any, name: str) -> None:
    if dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "DELETING":
        return
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.delete_table(TableName=name)


def _delete_bucket(s3: Any, name: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        objects = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
        if objects:
            s3.delete_objects(Bucket=name, Delete={"Objects": objects})
    s3.delete_bucket(Bucket=name)


def _delete_pool(cognito: Any, name: str) -> None:
    cognito.update_user_pool(UserPoolId=name, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=name)


def _delete_secret(secrets: Any, name: str) -> None:
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def _secrets(secrets: Any, prefix: str) -> list[str]:
    filters = [{"Key": "name", "Values": [prefix]}]
    pages = secrets.get_paginator("list_secrets").paginate(Filters=filters)
    names = (secret["Name"] for page in pages for secret in page["SecretList"])
    return sorted(name for name in names if name.startswith(prefix))


def _delete_topic(sns: Any, topic: str) -> None:
    sns.delete_topic(TopicArn=topic)


def _topics(sns: Any, prefix: str) -> list[str]:
    """The topics of recipients: the name of a stack has no `_`."""
    pages = sns.get_paginator("list_topics").paginate()
    arns = (topic["TopicArn"] for page in pages for topic in page["Topics"])
    return sorted(arn for arn in arns if arn.rpartition(":")[2].startswith(prefix))


_WITH_DATA: Mapping[str, tuple[str, Delete]] = {
    "RegistrationsTable": ("dynamodb", _delete_table),
    "ConnectionsTable": ("dynamodb", _delete_table),
    "ArchiveBucket": ("s3", _delete_bucket),
    "UserPool": ("cognito-idp", _delete_pool),
}
"""The service of each resource that a deleted stack leaves, by its name in template.yaml."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Deletes a stack from an AWS account.")
    parser.add_argument("stack")
    parser.add_argument("--data", choices=["delete"])
    given = parser.parse_args()
    if not given.stack:
        parser.error("give the stack's name: make remove STACK=name")
    use_region()
    client_of: ClientOf = boto3.client  # type: ignore[assignment]
    data = " and ALL ITS DATA" if given.data else ""
    try:
        print(description(given.stack, client_of))
        if input(f"Type the stack's name to delete it{data}: ") != given.stack:
            sys.exit("Nothing was deleted.")
        remove(given.stack, client_of, print, with_data=bool(given.data))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS refused: {error}")


if __name__ == "__main__":
    main()
