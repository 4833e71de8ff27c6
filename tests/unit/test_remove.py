"""make remove: deletes a stack, and on request its data, but never what a newer stack uses."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.remove import description, remove

OLD, NEW = "arn:aws:cloudformation:us-west-2:123456789012:stack/sync/old", "arn:…:stack/sync/new"
SECRET = "sync/connections/north/password"
TOPIC = "arn:aws:sns:us-west-2:123456789012:sync_north_0123456789abcdef"
OTHERS = [f"{TOPIC[:34]}:sync-Alerts-1", f"{TOPIC[:34]}:sync-staging_north_1"]


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "…"}}, "DescribeStacks")


class Aws:
    """An account with a deleted stack and its secret; `by_name` is the stack that has its name
    now."""

    def __init__(self, by_name: str | ClientError) -> None:
        self.by_name = by_name
        self.secrets = [SECRET]
        self.topics = [*OTHERS, TOPIC]
        self.resources: list[str] = []  # the ids in the template
        self.refused: ClientError | None = None  # for each of the resources
        self.table_status = "ACTIVE"

    def __call__(self, _service: str) -> Any:
        return self

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803  # of boto3
        found = OLD if StackName == OLD else self.by_name
        if isinstance(found, ClientError):
            raise found
        created = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
        return {"Stacks": [{"StackId": found, "StackName": "sync", "CreationTime": created}]}

    def delete_stack(self, **_: str) -> None:
        pass

    def get_waiter(self, _name: str) -> Any:
        return self

    def wait(self, **_: str) -> None:
        pass

    def get_paginator(self, name: str) -> Any:
        if name == "list_objects_v2":
            self._refuse()
        secrets = self.secrets if name == "list_secrets" else []
        resources = self.resources if name == "list_stack_resources" else []
        return Pages(secrets, resources, self.topics)

    def describe_table(self, **_: str) -> dict[str, Any]:
        self._refuse()
        return {"Table": {"TableStatus": self.table_status}}

    def update_table(self, **_: object) -> None:
        self._refuse()
        if self.table_status == "DELETING":
            raise refusal("ResourceInUseException")

    def delete_table(self, **_: str) -> None:
        pass

    def update_user_pool(self, **_: str) -> None:
        self._refuse()

    def _refuse(self) -> None:
        if self.refused:
            raise self.refused

    def delete_secret(self, *, SecretId: str, **_: bool) -> None:  # noqa: N803  # of boto3
        self.secrets.remove(SecretId)

    def delete_topic(self, *, TopicArn: str) -> None:  # noqa: N803  # of boto3
        self.topics.remove(TopicArn)


class Pages:
    def __init__(self, secrets: list[str], resources: list[str], topics: list[str]) -> None:
        self.secrets = secrets
        self.resources = resources
        self.topics = topics

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        found = [{"Name": name} for name in self.secrets]
        resources = [
            {"LogicalResourceId": name, "PhysicalResourceId": name, "ResourceStatus": "SKIPPED"}
            for name in self.resources
        ]
        topics = [{"TopicArn": arn} for arn in self.topics]
        return [{"SecretList": found, "StackResourceSummaries": resources, "Topics": topics}]


def test_the_secrets_of_a_newer_stack_with_the_same_name_are_kept() -> None:
    aws, said = Aws(by_name=NEW), list[str]()

    remove(OLD, aws, said.append, with_data=True)

    assert (aws.secrets, aws.topics) == ([SECRET], [*OTHERS, TOPIC])
    (kept,) = said[1:]
    assert kept == (
        "Kept: the secrets and the recipients. A newer stack has this name and uses them."
    )


def test_without_a_newer_stack_the_secrets_and_recipients_are_deleted() -> None:
    aws = Aws(by_name=refusal("ValidationError"))

    remove(OLD, aws, print, with_data=True)

    assert (aws.secrets, aws.topics) == ([], OTHERS)


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("RegistrationsTable", "ResourceNotFoundException"),
        ("ArchiveBucket", "NoSuchBucket"),
        ("UserPool", "ResourceNotFoundException"),
    ],
)
def test_a_removal_that_was_interrupted_is_resumed(resource: str, code: str) -> None:
    aws, said = Aws(by_name=OLD), list[str]()
    aws.resources, aws.refused = [resource], refusal(code)

    remove(OLD, aws, said.append, with_data=True)

    assert said[1].startswith("Deleted: ")
    assert said[1].endswith(resource)
    assert aws.secrets == []


def test_a_table_that_is_being_deleted_counts_as_deleted() -> None:
    aws = Aws(by_name=OLD)
    aws.resources, aws.table_status = ["ConnectionsTable"], "DELETING"

    remove(OLD, aws, print, with_data=True)

    assert aws.secrets == []


def test_data_that_aws_refuses_to_delete_is_not_shown_as_deleted() -> None:
    aws, said = Aws(by_name=OLD), list[str]()
    aws.resources, aws.refused = ["UserPool"], refusal("AccessDeniedException")

    with pytest.raises(ClientError):
        remove(OLD, aws, said.append, with_data=True)

    assert not any(line.startswith("Deleted: ") for line in said)


def test_an_account_that_does_not_answer_keeps_its_secrets() -> None:
    aws = Aws(by_name=refusal("Throttling"))

    with pytest.raises(ClientError):
        remove(OLD, aws, print, with_data=True)

    assert aws.secrets == [SECRET]


def test_the_question_names_account_region_stack_and_age() -> None:
    said = description(OLD, Aws(by_name=NEW))

    assert said == f"Account 123456789012, us-west-2: {OLD}, created 2026-03-02 21:00 UTC"
