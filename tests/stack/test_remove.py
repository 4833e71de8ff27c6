"""make remove: a stack with the same kinds of data as ours, and with a secret."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.remove import remove
from local.stack import LocalStack

KEEP = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
TABLE = {
    **KEEP,
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "DeletionProtectionEnabled": True,
    },
}
TEMPLATE = {
    "Resources": {
        "RegistrationsTable": TABLE,
        "ConnectionsTable": TABLE,
        "ArchiveBucket": {**KEEP, "Type": "AWS::S3::Bucket"},
        "UserPool": {
            **KEEP,
            "Type": "AWS::Cognito::UserPool",
            "Properties": {"DeletionProtection": "ACTIVE"},
        },
    },
    "Outputs": {
        "RegistrationsTableName": {"Value": {"Ref": "RegistrationsTable"}},
        "ConnectionsTableName": {"Value": {"Ref": "ConnectionsTable"}},
        "ArchiveBucketName": {"Value": {"Ref": "ArchiveBucket"}},
        "UserPoolId": {"Value": {"Ref": "UserPool"}},
    },
}


def deployed(stack: LocalStack, name: str) -> dict[str, str]:
    """Creates the stack with a file and a secret; returns its outputs."""
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name)
    (made,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}
    stack.client("s3").put_object(Bucket=outputs["ArchiveBucketName"], Key="a/b", Body=b"x")
    secrets = stack.client("secretsmanager")
    secrets.create_secret(Name=f"{name}/connections/north/password", SecretString="x")
    return outputs


def kept(stack: LocalStack, name: str, outputs: dict[str, str]) -> dict[str, bool]:
    """Which parts of the stack's data exist."""
    looks: dict[str, tuple[Any, ...]] = {
        "registrations": ("dynamodb", "describe_table", "TableName", "RegistrationsTableName"),
        "connections": ("dynamodb", "describe_table", "TableName", "ConnectionsTableName"),
        "archive": ("s3", "head_bucket", "Bucket", "ArchiveBucketName"),
        "people": ("cognito-idp", "describe_user_pool", "UserPoolId", "UserPoolId"),
    }
    found = {}
    for part, (service, call, parameter, output) in looks.items():
        try:
            getattr(stack.client(service), call)(**{parameter: outputs[output]})
            found[part] = True
        except ClientError:
            found[part] = False
    secret = f"{name}/connections/north/password"
    pages = stack.client("secretsmanager").get_paginator("list_secrets").paginate()
    found["secret"] = secret in {one["Name"] for page in pages for one in page["SecretList"]}
    return found


@pytest.mark.parametrize("with_data", [False, True])
def test_a_stack_is_removed_with_its_data_only_on_request(
    stack: LocalStack, *, with_data: bool
) -> None:
    name = f"removed-{with_data}".lower()
    outputs = deployed(stack, name)
    said: list[str] = []

    remove(name, stack.client, said.append, with_data=with_data)

    assert set(kept(stack, name, outputs).values()) == {not with_data}
    assert len(said) == 6
    assert all(line.startswith("Deleted" if with_data else "Kept") for line in said[1:])
    with pytest.raises(ClientError):
        remove(name, stack.client, said.append, with_data=with_data)
